//! Augmenting never breaks a valid signature: whatever is done to a file, in whatever order and however late, every signature in it stays
//! TOTAL_PASSED and what it signs stays as it is.

use ades::{
    facts::{FileFacts, Level},
    validate::Indication,
};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::{
    every::{Kind, counter, judge, make, parallel, raise, read},
    world::World,
};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// All signatures to this level; LTA again and again is renewal.
    Raise(Level),
    Parallel,
    Counter,
    Later(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::sample::select(vec![Level::T, Level::LT, Level::LTA, Level::LTA]).prop_map(Step::Raise),
        2 => Just(Step::Parallel),
        1 => Just(Step::Counter),
        2 => (1i64..20).prop_map(Step::Later),
    ]
}

/// What must stay of each signature: value, what it signs, and the time stamps that are there.
fn kept(found: &FileFacts) -> Vec<(String, String, Vec<Vec<u8>>)> {
    let one = |s: &ades::facts::SignatureFacts| {
        let references: Vec<_> = s.references.iter().map(|r| (&r.object, r.found, r.intact)).collect();
        let told = format!("{} {:?} {:?} {:?}", s.value, s.value_verifies, s.claimed_time, references);
        (s.id.clone(), told, s.timestamps.iter().map(|t| t.token.clone()).collect())
    };
    found.signatures.iter().map(one).collect()
}

fn lasts(kind: Kind, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut bytes = make(&world, kind);
    let mut before = kept(&read(&bytes));
    let mut done = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let was = bytes.clone();
        match step {
            Step::Raise(level) => bytes = raise(&world, bytes, *level),
            Step::Parallel => bytes = parallel(&world, kind, bytes, n),
            Step::Counter => bytes = counter(&world, kind, bytes, n),
            Step::Later(days) => world.now += SignedDuration::from_hours(24 * days),
        }
        // Time passes between any two steps.
        world.now += SignedDuration::from_mins(10);
        done.push(*step);
        prop_assert!(kind != Kind::Pades || bytes.starts_with(&was), "{:?}: the bytes of the file stay", done);
        let found = read(&bytes);
        let report = judge(&world, &found, world.now + SignedDuration::from_mins(5));
        for s in &report.signatures {
            prop_assert_eq!(s.indication, Indication::TotalPassed, "{:?} {:?} {}: {:?}", kind, &done, s.id, s.findings);
        }
        let after = kept(&found);
        for (id, told, stamps) in &before {
            let now = after.iter().find(|(i, ..)| i == id);
            prop_assert!(now.is_some(), "{:?} {:?}: {} is gone", kind, done, id);
            let (_, now_told, now_stamps) = now.unwrap();
            prop_assert_eq!(now_told, told, "{:?} {:?}", kind, done);
            prop_assert!(
                stamps.iter().all(|t| now_stamps.contains(t)),
                "{:?} {:?}: a time stamp of {} is gone",
                kind,
                done,
                id
            );
        }
        before = after;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn augmentation_never_breaks_a_valid_signature(kind in prop::sample::select(Kind::ALL.to_vec()), steps in prop::collection::vec(step(), 1..7)) {
        lasts(kind, &steps)?;
    }
}

/// The longest way of each format: every step once, then renewed.
#[test]
fn every_format_takes_every_step() {
    use Step::{Counter, Later, Parallel, Raise};
    let steps = [
        Counter,
        Parallel,
        Raise(Level::T),
        Later(1),
        Raise(Level::LT),
        Parallel,
        Later(2),
        Raise(Level::LTA),
        Later(10),
        Raise(Level::LTA),
        Parallel,
        Counter,
        Later(5),
        Raise(Level::LTA),
    ];
    for kind in Kind::ALL {
        lasts(kind, &steps).unwrap();
    }
}
