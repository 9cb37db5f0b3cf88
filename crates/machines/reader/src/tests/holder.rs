use aws_lc_rs::digest::{SHA384, digest};
use card::{
    CardError,
    chip::Phase,
    profile::{Field, Model, Pin, Use},
};
use tempfile::TempDir;

use super::{eid, filled, pin, tray, verifies};

#[test]
fn a_card_tells_who_it_belongs_to() {
    for model in Model::ALL {
        let dir = TempDir::new().unwrap();
        let mut card = filled(&tray(&dir), model);
        assert_eq!(card.state().phase, Phase::Operational);
        let info = eid(&mut card).info().unwrap();
        assert_eq!(info.document_number.as_deref(), Some("PA0000001"));
        assert_eq!(info.holder.get(&Field::Surname).map(String::as_str), Some("Ozoliņa"));
        assert_eq!(info.holder.get(&Field::Citizenship), None);
        assert_eq!(info.tries, Pin::ALL.map(|p| (p, 3)).into());
        assert_eq!(info.model, Some(model));
    }
}

#[test]
fn both_keys_sign_for_their_certificates() {
    for model in Model::ALL {
        let dir = TempDir::new().unwrap();
        let mut card = filled(&tray(&dir), model);
        let mut eid = eid(&mut card);
        let hash = digest(&SHA384, b"message");
        let auth = eid.authenticate(&pin(Pin::Pin1, "1234"), hash.as_ref()).unwrap();
        let sign = eid.sign(&pin(Pin::Pin2, "123456"), hash.as_ref()).unwrap();
        let of = |eid: &mut card::EidCard<_>, usage| eid.certificate(usage).unwrap();
        assert!(verifies(&of(&mut eid, Use::Authentication).der, b"message", &auth));
        assert!(verifies(&of(&mut eid, Use::Signature).der, b"message", &sign));
        assert!(!verifies(&of(&mut eid, Use::Signature).der, b"message", &auth));
    }
}

#[test]
fn three_wrong_pins_block_and_the_puk_frees() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    let mut eid = eid(&mut card);
    for (which, wrong, right, fresh) in [(Pin::Pin1, "9999", "1234", "4321"), (Pin::Pin2, "999999", "123456", "654321")]
    {
        assert_eq!(eid.verify(which, &pin(which, wrong)), Err(CardError::WrongPin { pin: which, tries: 2 }));
        assert_eq!(eid.verify(which, &pin(which, wrong)), Err(CardError::WrongPin { pin: which, tries: 1 }));
        assert_eq!(eid.tries(which), Ok(Some(1)));
        assert_eq!(eid.verify(which, &pin(which, wrong)), Err(CardError::Blocked { pin: which }));
        assert_eq!(eid.verify(which, &pin(which, right)), Err(CardError::Blocked { pin: which }));
        assert_eq!(eid.change(which, &pin(which, right), &pin(which, fresh)), Err(CardError::Blocked { pin: which }));
        assert_eq!(
            eid.unblock(which, &pin(Pin::Puk, "00000000"), &pin(which, fresh)),
            Err(CardError::WrongPin { pin: Pin::Puk, tries: 2 })
        );
        assert_eq!(eid.unblock(which, &pin(Pin::Puk, "12345678"), &pin(which, fresh)), Ok(()));
        assert_eq!(eid.tries(which), Ok(Some(3)));
        assert_eq!(eid.verify(which, &pin(which, fresh)), Ok(()));
    }
}

#[test]
fn a_blocked_puk_stays_blocked() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    let mut eid = eid(&mut card);
    for _ in 0..3 {
        let _ = eid.unblock(Pin::Pin1, &pin(Pin::Puk, "00000000"), &pin(Pin::Pin1, "4321"));
    }
    let refused = eid.unblock(Pin::Pin1, &pin(Pin::Puk, "12345678"), &pin(Pin::Pin1, "4321"));
    assert_eq!(refused, Err(CardError::Blocked { pin: Pin::Puk }));
}

#[test]
fn a_changed_pin_replaces_the_old_one() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV2);
    let mut eid = eid(&mut card);
    eid.change(Pin::Pin2, &pin(Pin::Pin2, "123456"), &pin(Pin::Pin2, "777777")).unwrap();
    assert_eq!(eid.verify(Pin::Pin2, &pin(Pin::Pin2, "123456")), Err(CardError::WrongPin { pin: Pin::Pin2, tries: 2 }));
    assert_eq!(eid.verify(Pin::Pin2, &pin(Pin::Pin2, "777777")), Ok(()));
    // Five digits are a PIN2 in Estonia, not in Latvia: no try is used up.
    assert_eq!(eid.verify(Pin::Pin2, &pin(Pin::Pin2, "77777")), Err(CardError::PinFormat { pin: Pin::Pin2, min: 6 }));
    assert_eq!(eid.tries(Pin::Pin2), Ok(Some(3)));
}

#[test]
fn one_pin2_is_one_signature() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    let mut eid = eid(&mut card);
    eid.sign(&pin(Pin::Pin2, "123456"), &[1; 48]).unwrap();
    let card = eid.into_transport();
    // The key is still chosen; only the PIN is used up.
    let again = [&[0x00, 0x2A, 0x9E, 0x9A, 48][..], &[1; 48], &[0]].concat();
    assert_eq!(card.answer(&again), [0x69, 0x82]);
}

#[test]
fn digests_of_every_usual_length_are_taken() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::LatvianV1);
    let mut eid = eid(&mut card);
    for length in [20, 28, 32, 48, 64] {
        assert!(eid.sign(&pin(Pin::Pin2, "123456"), &vec![7; length]).is_ok(), "{length}");
    }
    assert_eq!(eid.sign(&pin(Pin::Pin2, "123456"), &[7; 65]), Err(CardError::Digest));
}
