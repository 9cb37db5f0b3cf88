use std::fs;

use card::{
    CardError,
    profile::{Model, Pin},
};
use tempfile::TempDir;

use super::{SERIAL, eid, filled, key, pin, tray};
use crate::{CardFileError, CardSource as _, ReaderError};

#[test]
fn a_used_try_stays_used_when_the_process_is_killed() {
    let dir = TempDir::new().unwrap();
    drop(filled(&tray(&dir), Model::LatvianV1));
    for left in [2, 1] {
        let mut card = tray(&dir).insert(SERIAL).unwrap();
        let refused = eid(&mut card).verify(Pin::Pin1, &pin(Pin::Pin1, "0000"));
        assert_eq!(refused, Err(CardError::WrongPin { pin: Pin::Pin1, tries: left }));
        // What is on the disk already knows: nothing is written when the process ends.
        let copy = TempDir::new().unwrap();
        for entry in fs::read_dir(dir.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        assert_eq!(tray(&copy).insert(SERIAL).unwrap().state().tries(Pin::Pin1), left);
    }
}

#[test]
fn an_answer_is_withheld_when_the_disk_fails() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    // A directory where the new file would be written: no store succeeds, even for root.
    let obstacle = dir.path().join(format!("{SERIAL}.new"));
    fs::create_dir(&obstacle).unwrap();
    let select =
        [0x00, 0xA4, 0x04, 0x00, 0x0D, 0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xF2, 0x50, 0x4F, 0x54, 0x20, 0x41, 0x57, 0x50];
    let verify = |digits: &[u8; 4]| [&[0x00, 0x20, 0x00, 0x01, 12][..], digits, &[0xFF; 8]].concat();
    assert_eq!(card.answer(&select), [0x90, 0x00]);
    assert_eq!(card.answer(&verify(b"0000")), [0x65, 0x81]);
    assert_eq!(card.answer(&verify(b"1234")), [0x65, 0x81], "the right PIN must not be told from a wrong one");
    drop(card);
    assert!(tray(&dir).insert(SERIAL).is_err(), "a card that cannot count is not put into a reader");
    fs::remove_dir(obstacle).unwrap();
    assert!(tray(&dir).insert(SERIAL).is_ok());
}

#[test]
fn one_card_is_in_one_reader() {
    let dir = TempDir::new().unwrap();
    let held = filled(&tray(&dir), Model::LatvianV1);
    assert!(matches!(tray(&dir).insert(SERIAL), Err(CardFileError::Busy)));
    assert!(matches!(tray(&dir).open(SERIAL).map(drop), Err(ReaderError::Busy)));
    drop(held);
    assert!(tray(&dir).insert(SERIAL).is_ok());
}

#[test]
fn the_tray_shows_its_cards() {
    let dir = TempDir::new().unwrap();
    let tray = tray(&dir);
    drop(filled(&tray, Model::LatvianV1));
    tray.create(Model::LatvianV1, "BLANK1", &key("BLANK1")).unwrap();
    assert_eq!(tray.cards().unwrap().len(), 2);
    // Only a filled card can be put into a reader by its holder.
    let slots = tray.slots().unwrap();
    assert_eq!(slots.len(), 1);
    assert_eq!(slots[0].holder.as_deref(), Some("Andra Ozoliņa"));
    assert!(matches!(tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)), Err(CardFileError::Exists)));
    assert!(matches!(tray.insert("../etc/passwd"), Err(CardFileError::Serial)));
    assert!(matches!(tray.insert("NONE"), Err(CardFileError::NotFound)));
}

#[test]
fn a_changed_file_does_not_open() {
    let dir = TempDir::new().unwrap();
    drop(filled(&tray(&dir), Model::LatvianV1));
    let path = dir.path().join(format!("{SERIAL}.card"));
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(tray(&dir).insert(SERIAL), Err(CardFileError::Sealed)));
    // Nor does one card's file under another card's name.
    bytes[last] ^= 1;
    fs::write(dir.path().join("OTHER.card"), &bytes).unwrap();
    assert!(matches!(tray(&dir).insert("OTHER"), Err(CardFileError::Sealed)));
    fs::write(dir.path().join("SHORT.card"), b"ENKURS").unwrap();
    assert!(matches!(tray(&dir).insert("SHORT"), Err(CardFileError::Sealed)));
}
