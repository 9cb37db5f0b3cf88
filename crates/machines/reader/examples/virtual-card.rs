//! A virtual card for people who test card programs: makes one, fills it with certificates of yours, plays it in the virtual reader of
//! `pcscd`, and uses a card (virtual or real) the way Enkurs does.
//!
//! ```text
//! virtual-card blank --cards DIR --serial TEST1 --model estonian
//! virtual-card keys  --cards DIR --serial TEST1 --out KEYS            # KEYS/authentication.der, KEYS/signature.der: public keys
//! virtual-card fill  --cards DIR --serial TEST1 --authentication A.der --signature S.der --pins FILE
//! virtual-card serve --cards DIR --serial TEST1
//! virtual-card use   --key signature --pins FILE --digest D.bin --out S.bin [--cards DIR --serial TEST1]
//! ```
//! The PIN file has three lines: PIN1, PIN2, PUK.

use std::{error::Error, fs, io, net::TcpStream, path::PathBuf, process::ExitCode, sync::Arc, thread, time::Duration};

use base::{Random as _, SystemRandom};
use card::{
    EidCard, PinCode, Transport, diversify,
    profile::{Field, Model, Pin, Use},
    terminal::{Personaliser, p384_spki},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use reader::{Inserted, SoftCrypto, Tray, vpcd};
use zeroize::Zeroizing;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Parser)]
#[command(about = "A virtual eID card for tests")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make a blank card
    Blank {
        #[command(flatten)]
        card: CardArgs,
        #[arg(long, value_enum, default_value = "latvian-v1")]
        model: Kind,
    },
    /// Generate both key pairs on the card and write the public keys
    Keys {
        #[command(flatten)]
        card: CardArgs,
        #[arg(long)]
        out: PathBuf,
    },
    /// Write certificates and PINs, and end the personalisation
    Fill {
        #[command(flatten)]
        card: CardArgs,
        #[arg(long)]
        authentication: PathBuf,
        #[arg(long)]
        signature: PathBuf,
        #[arg(long)]
        pins: PathBuf,
        #[arg(long, default_value = "PA0000001")]
        document: String,
    },
    /// Play the card in the virtual reader of pcscd
    Serve {
        #[command(flatten)]
        card: CardArgs,
        #[arg(long, default_value = "127.0.0.1:35963")]
        vpcd: String,
    },
    /// Show a card, and sign with it if --key is given: by PC/SC, or straight from the tray with --cards and --serial
    Use {
        #[arg(long)]
        cards: Option<PathBuf>,
        #[arg(long)]
        serial: Option<String>,
        #[arg(long, value_enum)]
        key: Option<KeyUse>,
        #[arg(long)]
        pins: Option<PathBuf>,
        #[arg(long)]
        digest: Option<PathBuf>,
        #[arg(long)]
        out: Option<PathBuf>,
        /// Repeat the signature and print the milliseconds of each
        #[arg(long, default_value_t = 1)]
        times: u32,
    },
}

#[derive(Args)]
struct CardArgs {
    /// Directory of the cards
    #[arg(long)]
    cards: PathBuf,
    /// Serial number of the chip
    #[arg(long)]
    serial: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    LatvianV1,
    LatvianV2,
    Estonian,
}

#[derive(Clone, Copy, ValueEnum)]
enum KeyUse {
    Authentication,
    Signature,
}

impl CardArgs {
    fn tray(&self) -> Outcome<Tray> {
        Ok(Tray::open(&self.cards, Arc::new(SystemRandom::new()))?)
    }
    fn insert(&self) -> Outcome<Inserted> {
        Ok(self.tray()?.insert(&self.serial)?)
    }
    fn issuer(&self) -> Outcome<Personaliser<Inserted, SoftCrypto>> {
        let master = master(&self.cards)?;
        let crypto = crypto();
        Ok(Personaliser::open(self.insert()?, crypto.clone(), |s| diversify(&crypto, &master, s.as_bytes()))?)
    }
}

fn crypto() -> SoftCrypto {
    SoftCrypto::new(Arc::new(SystemRandom::new()))
}

/// The issuer's master key of these test cards stands beside them.
fn master(cards: &std::path::Path) -> Outcome<Zeroizing<Vec<u8>>> {
    let path = cards.join("issuer.key");
    match fs::read(&path) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let mut key = Zeroizing::new(vec![0; 32]);
            SystemRandom::new().fill(&mut key);
            fs::create_dir_all(cards)?;
            fs::write(&path, &*key)?;
            Ok(key)
        }
        Err(e) => Err(e.into()),
    }
}

fn pins(path: &std::path::Path) -> Outcome<[(Pin, PinCode); 3]> {
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let mut lines = text.lines();
    let mut next = |pin| -> Outcome<_> { Ok((pin, PinCode::new(pin, lines.next().unwrap_or_default().trim())?)) };
    Ok([next(Pin::Pin1)?, next(Pin::Pin2)?, next(Pin::Puk)?])
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("virtual-card: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Outcome {
    match task {
        Task::Blank { card, model } => {
            let model = match model {
                Kind::LatvianV1 => Model::LatvianV1,
                Kind::LatvianV2 => Model::LatvianV2,
                Kind::Estonian => Model::Estonian,
            };
            let key = diversify(&crypto(), &master(&card.cards)?, card.serial.as_bytes());
            Ok(card.tray()?.create(model, &card.serial, &key)?)
        }
        Task::Keys { card, out } => {
            let mut issuer = card.issuer()?;
            fs::create_dir_all(&out)?;
            for (usage, name) in [(Use::Authentication, "authentication.der"), (Use::Signature, "signature.der")] {
                let point = issuer.generate(usage)?;
                fs::write(out.join(name), p384_spki(&point))?;
            }
            Ok(())
        }
        Task::Fill { card, authentication, signature, pins: file, document } => {
            let mut issuer = card.issuer()?;
            issuer.write_certificate(Use::Authentication, &fs::read(authentication)?)?;
            issuer.write_certificate(Use::Signature, &fs::read(signature)?)?;
            let names = [
                (Field::Surname, "PARAUGS"),
                (Field::GivenNames, "ANDRIS"),
                (Field::DocumentNumber, document.as_str()),
            ];
            issuer.write_holder(&document, names)?;
            for (pin, code) in pins(&file)? {
                issuer.put_pin(pin, &code)?;
            }
            Ok(issuer.activate()?)
        }
        Task::Serve { card, vpcd: address } => {
            let mut inserted = card.insert()?;
            eprintln!("virtual-card: {} in {address}", card.serial);
            // pcscd drops the connection when it restarts; the card then waits for it.
            loop {
                match TcpStream::connect(&address) {
                    Ok(stream) => vpcd::serve(&mut inserted, stream)?,
                    Err(_) => thread::sleep(Duration::from_millis(200)),
                }
            }
        }
        Task::Use { cards, serial, key, pins, digest, out, times } => {
            let transport = match (cards, serial) {
                (Some(cards), Some(serial)) => Box::new(CardArgs { cards, serial }.insert()?),
                _ => by_pcsc()?,
            };
            let mut card = EidCard::connect(transport)?;
            let info = card.info()?;
            println!("model {:?}", info.model);
            println!("document {}", info.document_number.as_deref().unwrap_or("-"));
            for (field, value) in &info.holder {
                println!("{field:?} {value}");
            }
            for (pin, tries) in &info.tries {
                println!("{} {tries}", pin.name());
            }
            if let (Some(key), Some(file), Some(digest), Some(out)) = (key, pins, digest, out) {
                let digest = fs::read(digest)?;
                let (usage, place) = match key {
                    KeyUse::Authentication => (Use::Authentication, 0),
                    KeyUse::Signature => (Use::Signature, 1),
                };
                let codes = self::pins(&file)?;
                let (_, code) = codes.get(place).ok_or("no such PIN")?;
                for _ in 0..times {
                    fs::write(&out, card.use_key(usage, code, &digest)?)?;
                }
            }
            Ok(())
        }
    }
}

#[cfg(feature = "pcsc")]
fn by_pcsc() -> Outcome<Box<dyn Transport>> {
    use reader::CardSource as _;
    let readers = reader::PcscReaders::new();
    let slot = readers.slots()?.into_iter().find(|s| s.present).ok_or(reader::ReaderError::NoCard)?;
    Ok(readers.open(&slot.id)?)
}

#[cfg(not(feature = "pcsc"))]
fn by_pcsc() -> Outcome<Box<dyn Transport>> {
    Err("built without PC/SC: give --cards and --serial".into())
}
