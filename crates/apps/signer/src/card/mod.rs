//! `card`: the identity card.

use ::card::{
    EidCard, PinCode, Transport,
    profile::{Field, Pin, Use},
};
use base::Secret;
use clap::{Args, Subcommand, ValueEnum};
use pki::Certificate;
use serde::Serialize;

use crate::{
    cli::SecretSource,
    failure::Failure,
    key::{Cards, open_card},
    ui::Ui,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Reader, when several have cards.
    #[arg(long, global = true, value_name = "NAME")]
    reader: Option<String>,
    /// Virtual cards of a demonstration instead of readers.
    #[arg(long, global = true, value_name = "DIR")]
    cards: Option<std::path::PathBuf>,
    #[command(flatten)]
    secret: Sources,
    #[command(subcommand)]
    action: Action,
}

/// As [`SecretSource`], for all subcommands.
#[derive(Args)]
struct Sources {
    /// Read PINs from this open file descriptor, one a line in the order they are asked for.
    #[arg(long, global = true, value_name = "N", conflicts_with = "pin_file")]
    pin_fd: Option<u32>,
    /// Read PINs from this file, one a line in the order they are asked for.
    #[arg(long, global = true, value_name = "FILE")]
    pin_file: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// What the card tells without a PIN.
    Info,
    /// Check a PIN.
    Verify {
        /// Which.
        #[arg(value_enum)]
        pin: Which,
    },
    /// Change a PIN: the old one, then the new one.
    ChangePin {
        /// Which.
        #[arg(value_enum)]
        pin: Which,
    },
    /// Free a blocked PIN: PUK, then the new PIN.
    Unblock {
        /// Which.
        #[arg(value_enum)]
        pin: Which,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Pin1,
    Pin2,
    Puk,
}

impl Which {
    fn pin(self) -> Pin {
        match self {
            Self::Pin1 => Pin::Pin1,
            Self::Pin2 => Pin::Pin2,
            Self::Puk => Pin::Puk,
        }
    }
}

type Link = EidCard<Box<dyn Transport>>;

#[derive(Serialize)]
struct Information {
    document_number: Option<String>,
    chip_serial: Option<String>,
    given_names: Option<String>,
    surname: Option<String>,
    personal_code: Option<String>,
    expiry: Option<String>,
    tries: std::collections::BTreeMap<&'static str, u8>,
    certificates: Vec<CertificateInformation>,
}

#[derive(Serialize)]
struct CertificateInformation {
    usage: &'static str,
    subject: Option<String>,
    serial_number: String,
    not_before: String,
    not_after: String,
}

#[derive(Serialize)]
struct Outcome {
    pin: &'static str,
    done: &'static str,
}

pub(crate) fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let cards = o.cards.map_or(Cards::Readers, Cards::Tray);
    let mut card = open_card(&cards, o.reader.as_deref())?;
    let secrets = SecretSource { pin_fd: o.secret.pin_fd, pin_file: o.secret.pin_file };
    let digits = |key: &str, pin: Pin, line: usize| {
        let prompt = ui.text(key, &[("pin", pin.name().to_owned())]);
        secrets.read(&prompt, line)
    };
    let ask = |pin: Pin| -> Result<PinCode, Failure> { Ok(PinCode::new(pin, digits("ask-pin", pin, 0)?.expose())?) };
    let (pin, done) = match o.action {
        Action::Info => {
            information(&mut card, ui)?;
            return Ok(0);
        }
        Action::Verify { pin } => {
            let pin = pin.pin();
            card.verify(pin, &ask(pin)?)?;
            (pin, "verified")
        }
        Action::ChangePin { pin } => {
            let pin = pin.pin();
            let old = ask(pin)?;
            let new = new_pin(&digits, secrets.is_given(), pin)?;
            card.change(pin, &old, &new)?;
            (pin, "changed")
        }
        Action::Unblock { pin } => {
            let pin = pin.pin();
            let puk = ask(Pin::Puk)?;
            let new = new_pin(&digits, secrets.is_given(), pin)?;
            card.unblock(pin, &puk, &new)?;
            (pin, "unblocked")
        }
    };
    let outcome = Outcome { pin: pin.name(), done };
    ui.result(&outcome, || ui.text(&format!("card-{done}"), &[("pin", pin.name().to_owned())]));
    Ok(0)
}

/// The new PIN; asked twice of a person.
fn new_pin(
    digits: &impl Fn(&str, Pin, usize) -> Result<Secret<String>, Failure>,
    given: bool,
    pin: Pin,
) -> Result<PinCode, Failure> {
    let new = digits("ask-new-pin", pin, 1)?;
    if !given && !digits("ask-new-pin-again", pin, 1)?.matches(new.expose().as_bytes()) {
        return Err(Failure::of("pin.differ", ""));
    }
    Ok(PinCode::new(pin, new.expose())?)
}

fn information(card: &mut Link, ui: &Ui) -> Result<(), Failure> {
    let info = card.info()?;
    let mut certificates = Vec::new();
    for (usage, name) in [(Use::Authentication, "authentication"), (Use::Signature, "signature")] {
        let Ok(found) = card.certificate(usage) else { continue };
        let Ok(c) = Certificate::from_der(&found.der) else { continue };
        certificates.push(CertificateInformation {
            usage: name,
            subject: c.subject().common_name().map(str::to_owned),
            serial_number: c.serial_hex(),
            not_before: c.not_before().to_string(),
            not_after: c.not_after().to_string(),
        });
    }
    let held = |f: Field| info.holder.get(&f).cloned();
    let information = Information {
        document_number: info.document_number.clone(),
        chip_serial: info.chip_serial.clone(),
        given_names: held(Field::GivenNames),
        surname: held(Field::Surname),
        personal_code: held(Field::PersonalCode),
        expiry: held(Field::Expiry),
        tries: info.tries.iter().map(|(p, t)| (p.name(), *t)).collect(),
        certificates,
    };
    ui.result(&information, || describe(&information, ui));
    Ok(())
}

fn describe(i: &Information, ui: &Ui) -> String {
    let rows = [
        ("card-document-number", &i.document_number),
        ("card-given-names", &i.given_names),
        ("card-surname", &i.surname),
        ("card-personal-code", &i.personal_code),
        ("card-expiry", &i.expiry),
        ("card-chip-serial", &i.chip_serial),
    ];
    let mut lines: Vec<String> =
        rows.into_iter().filter_map(|(k, v)| v.as_ref().map(|v| format!("{}: {v}", ui.text(k, &[])))).collect();
    for (pin, tries) in &i.tries {
        lines.push(ui.text("card-tries", &[("pin", (*pin).to_owned()), ("tries", tries.to_string())]));
    }
    for c in &i.certificates {
        let usage = ui.text(&format!("card-certificate-{}", c.usage), &[]);
        lines.push(format!("{usage}: {} ({} – {})", c.subject.clone().unwrap_or_default(), c.not_before, c.not_after));
    }
    lines.join("\n")
}
