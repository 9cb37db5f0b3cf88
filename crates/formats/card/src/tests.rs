use proptest::prelude::*;

use crate::{
    CardError, EidCard, PinCode, Transport, TransportError,
    apdu::{Answer, BadCommand, Command, Sw},
    profile::{Model, Pin, Slot, Use, pkcs15},
    tlv,
};

#[test]
fn the_seven_forms_of_a_command() {
    let parse = |b: &[u8]| Command::parse(b).map(|c| (c.data.clone(), c.ne));
    assert_eq!(parse(&[0, 1, 2, 3]), Ok((vec![], None)));
    assert_eq!(parse(&[0, 1, 2, 3, 0]), Ok((vec![], Some(256))));
    assert_eq!(parse(&[0, 1, 2, 3, 1, 9]), Ok((vec![9], None)));
    assert_eq!(parse(&[0, 1, 2, 3, 1, 9, 7]), Ok((vec![9], Some(7))));
    assert_eq!(parse(&[0, 1, 2, 3, 0, 0, 0]), Ok((vec![], Some(65_536))));
    assert_eq!(parse(&[0, 1, 2, 3, 0, 0, 1, 9]), Ok((vec![9], None)));
    assert_eq!(parse(&[0, 1, 2, 3, 0, 0, 1, 9, 1, 0]), Ok((vec![9], Some(256))));
    assert_eq!(parse(&[0, 1, 2]), Err(BadCommand::Short));
    for broken in [&[0, 1, 2, 3, 2, 9][..], &[0, 1, 2, 3, 1, 9, 0, 0], &[0, 1, 2, 3, 0, 9], &[0, 1, 2, 3, 0, 0, 0, 1]] {
        assert_eq!(parse(broken), Err(BadCommand::Length), "{broken:02x?}");
    }
}

#[test]
fn status_words_tell_their_numbers() {
    assert_eq!(Sw::wrong_pin(2).tries(), Some(2));
    assert_eq!(Sw(0x6100).waiting(), Some(256));
    assert_eq!(Sw(0x6C10).right_le(), Some(16));
    assert_eq!(Sw::SECURITY.to_string(), "6982 (security status not satisfied)");
}

#[test]
fn pins_that_no_card_has_cost_no_try() {
    for (pin, digits) in [
        (Pin::Pin1, "123"),
        (Pin::Pin2, "1234"),
        (Pin::Puk, "1234567"),
        (Pin::Pin1, "12a4"),
        (Pin::Pin1, "1234567890123"),
    ] {
        assert_eq!(PinCode::new(pin, digits).map(drop).map_err(|e| e.code()), Err("card.pin-format"));
    }
    assert_eq!(format!("{:?}", PinCode::new(Pin::Pin1, "1234")), "Ok(PinCode(…))");
}

#[test]
fn answers_to_reset_tell_the_model() {
    for model in Model::ALL {
        assert_eq!(Model::of_atr(model.atr()), Some(model));
    }
    assert_eq!(Model::of_atr(&[0x3B]), None);
}

/// A card that answers whatever it is told to.
struct Parrot(Vec<Vec<u8>>, usize);

impl Transport for Parrot {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1 += 1;
        if self.1 > 5_000 {
            return Err(TransportError::Removed);
        }
        Ok(if self.0.is_empty() { Vec::new() } else { self.0[self.1 % self.0.len()].clone() })
    }
    fn atr(&self) -> Vec<u8> {
        Model::LatvianV1.atr().to_vec()
    }
}

#[test]
fn cut_answers_have_a_name() {
    let error = EidCard::connect(Parrot(vec![vec![0x90]], 0)).map(drop).unwrap_err();
    assert_eq!(error, CardError::Malformed { step: "select the application" });
    let error = EidCard::connect(Parrot(vec![vec![0x6A, 0x82]], 0)).map(drop).unwrap_err();
    assert_eq!(error, CardError::NotAnEid);
}

proptest! {
    #[test]
    fn commands_survive_their_bytes(cla: u8, ins: u8, p1: u8, p2: u8, data in prop::collection::vec(any::<u8>(), 0..700), ne in prop::option::of(1usize..=65_536)) {
        let command = Command { cla, ins, p1, p2, data, ne };
        prop_assert_eq!(Command::parse(&command.encode()), Ok(command.clone()));
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Command::parse(&bytes);
        let _ = Answer::parse(&bytes);
        for object in tlv::walk(&bytes) {
            if object.is_err() { break }
        }
        let _ = pkcs15::read_object_directory(&bytes);
        let _ = pkcs15::read_key_directory(&bytes);
        let _ = pkcs15::read_certificate_directory(&bytes);
    }

    #[test]
    fn objects_survive_their_bytes(tag in prop_oneof![Just(0x30u32), Just(0x5F2D), Just(0x00BF_8105), Just(0x9E)], value in prop::collection::vec(any::<u8>(), 0..400), after in prop::collection::vec(any::<u8>(), 0..9)) {
        let mut bytes = tlv::object(tag, &value);
        bytes.extend_from_slice(&after);
        let (object, rest) = tlv::read(&bytes).unwrap();
        prop_assert_eq!((object.tag, object.value, rest), (tag, value.as_slice(), after.as_slice()));
    }

    #[test]
    fn garbage_from_a_card_is_an_error_not_a_fall(answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12), usage in prop::sample::select(Use::ALL.to_vec())) {
        if let Ok(mut card) = EidCard::connect(Parrot(answers, 0)) {
            let _ = card.info();
            let _ = card.certificate(usage);
            if let Ok(code) = PinCode::new(Pin::Pin2, "123456") {
                let _ = card.use_key(usage, &code, &[7; 32]);
                let _ = card.change(Pin::Pin1, &code, &code);
            }
        }
    }
}

#[test]
fn slots_and_keys_belong_together() {
    for slot in Slot::ALL {
        for usage in Use::ALL {
            assert_eq!(Slot::of_key(slot.key(usage)), Some((slot, usage)));
        }
    }
    assert_eq!(Slot::of_key(0x80), None);
}
