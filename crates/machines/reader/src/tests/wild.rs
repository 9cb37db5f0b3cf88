use card::{
    apdu::Command,
    chip::{Keep, Phase, VirtualCard},
    profile::{Model, Pin},
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{crypto, filled, tray};

/// Commands that look like real ones more often than noise does.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let ins = prop::sample::select(vec![
        0xA4u8, 0xB0, 0xCB, 0xCA, 0x20, 0x24, 0x2C, 0x22, 0x88, 0x2A, 0x84, 0x82, 0xC0, 0xE0, 0x47,
    ]);
    let cla = prop::sample::select(vec![0x00u8, 0x10, 0x8C, 0x0C, 0x01, 0x80, 0xFF]);
    let p = prop::sample::select(vec![0u8, 1, 2, 3, 4, 8, 9, 0x0C, 0x3F, 0x41, 0x85, 0x9A, 0x9E, 0xA4, 0xB6, 0xFF]);
    let data = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        Just(vec![0xAD, 0xF2]),
        Just(vec![0x3F, 0x00]),
        Just(vec![0x50, 0x31]),
        Just(vec![0x84, 0x01, 0x9E]),
        Just([&b"000000"[..], &[0xFF; 6]].concat()),
    ];
    let shaped = (cla, ins, p.clone(), p, data, prop::option::of(1usize..=256));
    prop_oneof![
        4 => shaped.prop_map(|(cla, ins, p1, p2, data, ne)| Command { cla, ins, p1, p2, data, ne }.encode().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a reader sends: the card always answers with a status, never gives back a try, never signs without its PIN,
    /// never leaves its phase.
    #[test]
    fn arbitrary_commands_never_harm(commands in prop::collection::vec(command(), 1..60)) {
        let dir = TempDir::new().unwrap();
        let state = filled(&tray(&dir), Model::LatvianV1).state().clone();
        let mut card = VirtualCard::new(state);
        let mut tries = Pin::ALL.map(|p| card.state().tries(p));
        let crypto = crypto();
        for bytes in commands {
            let reply = card.transmit(&bytes, &crypto);
            prop_assert!(reply.bytes.len() >= 2);
            let now = Pin::ALL.map(|p| card.state().tries(p));
            prop_assert!(now.iter().zip(&tries).all(|(now, before)| now <= before));
            prop_assert_eq!(reply.keep == Keep::Now, now != tries, "a changed counter must be told");
            tries = now;
            prop_assert_eq!(card.state().phase, Phase::Operational);
            prop_assert_ne!(reply.bytes.len(), 98, "a signature without a PIN");
        }
    }
}
