use card::{
    CardError, EidCard,
    chip::Phase,
    profile::{Model, Use},
    terminal::Personaliser,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{Lose, SERIAL, crypto, fill, filled, key, tray};

#[test]
fn a_blank_card_is_no_eid_yet() {
    let dir = TempDir::new().unwrap();
    let tray = tray(&dir);
    tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
    let blank = EidCard::connect(tray.insert(SERIAL).unwrap()).map(drop);
    assert_eq!(blank, Err(CardError::Blank));
}

#[test]
fn only_the_issuer_fills_it_and_only_once() {
    let dir = TempDir::new().unwrap();
    let tray = tray(&dir);
    tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
    let stranger = Personaliser::open(tray.insert(SERIAL).unwrap(), crypto(), |_| Zeroizing::new([7; 32])).map(drop);
    assert_eq!(stranger, Err(CardError::Issuer));
    fill(tray.insert(SERIAL).unwrap(), usize::MAX, Lose::Command).unwrap();
    let again = fill(tray.insert(SERIAL).unwrap(), usize::MAX, Lose::Command);
    assert_eq!(again, Err(CardError::AlreadyPersonalised));
}

#[test]
fn issuer_commands_need_the_issuer() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    for ins in [0xE0, 0xD7, 0x47, 0x24, 0x44] {
        assert_eq!(card.answer(&[0x8C, ins, 0, 0, 1, 0]), [0x69, 0x82], "{ins:02x}");
    }
    // GET CHALLENGE, the first step, is over for good.
    assert_eq!(card.answer(&[0x00, 0x84, 0, 0, 16]), [0x69, 0x85]);
}

#[test]
fn an_altered_command_ends_the_session() {
    let dir = TempDir::new().unwrap();
    let tray = tray(&dir);
    tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
    let mut p = Personaliser::open(tray.insert(SERIAL).unwrap(), crypto(), key).unwrap();
    p.write(0x3F00, 0xD003, b"x").unwrap();
    let mut card = p.into_transport();
    assert_eq!(card.answer(&[&[0x8C, 0x44, 0, 0, 16][..], &[0; 16]].concat()), [0x69, 0x88]);
    assert_eq!(card.answer(&[&[0x8C, 0x44, 0, 0, 16][..], &[0; 16]].concat()), [0x69, 0x82]);
}

/// The wire is cut after every few commands, both before and after the card has seen the last one, and the card taken out, or the whole
/// process killed. Beginning again always ends with a whole card.
#[test]
fn personalisation_goes_on_after_any_cut() {
    let mut done = 0;
    for at in (0..).step_by(2) {
        for (lose, killed) in [(Lose::Command, false), (Lose::Answer, false), (Lose::Answer, true)] {
            let dir = TempDir::new().unwrap();
            let tray = tray(&dir);
            tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
            let mut card = tray.insert(SERIAL).unwrap();
            match fill(&mut card, at, lose) {
                Ok(()) => done += 1,
                Err(e) => assert_eq!(e.code(), "card.removed"),
            }
            if killed {
                card.kill()
            } else {
                card.eject().unwrap()
            }
            match fill(tray.insert(SERIAL).unwrap(), usize::MAX, Lose::Command) {
                Ok(()) | Err(CardError::AlreadyPersonalised) => {}
                Err(e) => panic!("cut after {at}: {e}"),
            }
            assert_eq!(tray.card(SERIAL).unwrap().phase, Phase::Operational);
        }
        if done > 0 {
            assert!(at > 30, "there were {at} commands to cut");
            return;
        }
    }
}

#[test]
fn a_key_that_was_told_is_kept() {
    let dir = TempDir::new().unwrap();
    let tray = tray(&dir);
    tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
    let mut p = Personaliser::open(tray.insert(SERIAL).unwrap(), crypto(), key).unwrap();
    let point = p.generate(Use::Signature).unwrap();
    p.into_transport().kill();
    let mut p = Personaliser::open(tray.insert(SERIAL).unwrap(), crypto(), key).unwrap();
    assert_eq!(p.public_key(Use::Signature).unwrap(), Some(point));
    assert_eq!(p.public_key(Use::Authentication).unwrap(), None);
}
