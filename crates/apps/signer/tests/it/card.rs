//! The identity card, as a virtual one.

use std::{fs, path::Path, process::Output};

use base::Cx;
use card::{
    PinCode, diversify,
    profile::{Field, Model, Pin, Use},
    terminal::{Personaliser, p384_spki},
};
use reader::{SoftCrypto, Tray};
use serde_json::Value;

use crate::{authority::Authority, code, refusal, run};

const MASTER: &[u8] = b"the issuer's master key of tests";
const CHIP: &str = "C0FFEE02";

/// A tray with one card of Andra Ozoliņa: PIN1 1234, PIN2 123456, PUK 12345678.
fn issue(dir: &Path, authority: &Authority) {
    let crypto = SoftCrypto::new(Cx::system().random);
    let tray = Tray::open(dir, Cx::system().random).unwrap();
    tray.create(Model::LatvianV2, CHIP, &diversify(&crypto, MASTER, CHIP.as_bytes())).unwrap();
    let card = tray.insert(CHIP).unwrap();
    let mut p =
        Personaliser::open(card, crypto.clone(), |serial| diversify(&crypto, MASTER, serial.as_bytes())).unwrap();
    for (serial, usage) in [(40, Use::Authentication), (41, Use::Signature)] {
        let point = p.generate(usage).unwrap();
        let certificate = authority.certify(serial, &p384_spki(&point), Authority::valid_until());
        p.write_certificate(usage, certificate.der()).unwrap();
    }
    let holder = [(Field::Surname, "Ozoliņa"), (Field::GivenNames, "Andra"), (Field::DocumentNumber, "PA0000001")];
    p.write_holder("PA0000001", holder).unwrap();
    for (pin, digits) in [(Pin::Pin1, "1234"), (Pin::Pin2, "123456"), (Pin::Puk, "12345678")] {
        p.put_pin(pin, &PinCode::new(pin, digits).unwrap()).unwrap();
    }
    p.activate().unwrap();
}

#[test]
fn signs_and_keeps_its_pins() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path();
    let authority = Authority::start();
    authority.root_pem(place);
    issue(&place.join("cards"), &authority);
    fs::write(place.join("a.txt"), "a\n").unwrap();
    let tsa = format!("{}/tsa", authority.url);
    let pins = |lines: &str| fs::write(place.join("pins"), lines).unwrap();
    let card = |args: &[&str]| -> Output {
        run(place, &[&["--json", "card", "--cards", "cards", "--pin-file", "pins"], args].concat())
    };
    let sign = || {
        let fixed = ["--json", "sign", "--key", "card:cards", "--pin-file", "pins", "--force", "--tsa", &tsa, "a.txt"];
        run(place, &fixed)
    };

    let information: Value = serde_json::from_slice(&card(&["info"]).stdout).unwrap();
    assert_eq!((&information["surname"], &information["tries"]["PIN2"]), (&"Ozoliņa".into(), &3.into()));
    assert_eq!(information["certificates"].as_array().map(Vec::len), Some(2));

    pins("123456\n");
    let made = sign();
    assert_eq!(code(&made), 0, "{}", String::from_utf8_lossy(&made.stderr));
    let judged = run(place, &["--json", "validate", "--offline", "--trust-anchor", "root.pem", "a.edoc"]);
    assert_eq!(code(&judged), 0, "{}", String::from_utf8_lossy(&judged.stdout));

    pins("12\n");
    assert_eq!(refusal(&sign()), "card.pin-format");
    pins("999999\n");
    assert_eq!(refusal(&sign()), "card.wrong-pin");
    assert_eq!(refusal(&sign()), "card.wrong-pin");
    assert_eq!(refusal(&sign()), "card.pin-blocked");
    pins("123456\n");
    assert_eq!(refusal(&sign()), "card.pin-blocked");
    pins("12345678\n654321\n");
    assert_eq!(code(&card(&["unblock", "pin2"])), 0);
    pins("654321\n");
    assert_eq!(code(&sign()), 0);

    pins("1234\n4321\n");
    assert_eq!(code(&card(&["change-pin", "pin1"])), 0);
    pins("4321\n");
    assert_eq!(code(&card(&["verify", "pin1"])), 0);
    let unasked = run(place, &["--json", "card", "--cards", "cards", "verify", "pin1"]);
    assert!(matches!(refusal(&unasked).as_str(), "pin.no-terminal" | "pin.source"));
}

#[test]
fn no_card() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), "a").unwrap();
    let out = run(dir.path(), &["--json", "card", "--cards", "none", "info"]);
    assert_eq!((refusal(&out).as_str(), code(&out)), ("card.no-tray", 2));
    fs::create_dir(dir.path().join("none")).unwrap();
    assert_eq!(
        refusal(&run(dir.path(), &["--json", "sign", "--key", "card:none", "--level", "B", "a.txt"])),
        "reader.no-card"
    );
}
