//! From any level to the next, again and again, and what was valid stays so.

use pki::{
    DigestAlgorithm,
    testing::{TestKey, day},
};

use super::{Pki, limits, pki};
use crate::{
    augment::{AugmentError, Augmentation, Raise, Want},
    facts::{Coverage, FileFacts, Level, ObjectId, TimestampKind},
    pades::{Raised, read},
    pdf::{Sample, sample},
};

/// Raises a file to `level`, the stamps on `at` and later days.
fn raised(pki: &Pki, data: &[u8], level: Level, at: u16) -> Result<Vec<u8>, AugmentError> {
    let file = Raised::open(std::io::Cursor::new(data.to_vec()), &limits())?;
    let mut steps = Augmentation::new(Box::new(file), level, None, DigestAlgorithm::Sha256)?;
    let mut at = at;
    while let Some(want) = steps.want()? {
        match want {
            Want::Stamp { digest, .. } => steps.give_stamp(&pki.tsa.time_stamp(&digest, day(at.into())))?,
            Want::Material { ends, .. } => {
                assert!(ends.contains(&pki.signer.certificate.der().to_vec()));
                steps.give_material(&pki.material())?;
            }
        }
        at += 1;
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out)?;
    Ok(out)
}

fn facts(data: &[u8]) -> FileFacts {
    read("Ligums.pdf", data, &limits()).unwrap()
}

fn whole(file: &FileFacts) {
    for s in &file.signatures {
        assert_eq!((s.value_verifies, s.references[0].intact), (Some(true), true));
        assert_eq!(s.scope[0].covered, Coverage::Full);
        assert!(s.defects.is_empty(), "{:?}", s.defects);
        assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)));
    }
}

#[test]
fn every_level_is_raised_to_every_higher_one() {
    let pki = pki(TestKey::p256());
    let levels = [Level::B, Level::T, Level::LT, Level::LTA];
    for kind in [Sample::Table, Sample::Stream, Sample::Hybrid] {
        for (i, from) in levels.iter().enumerate() {
            let signed = pki.sign(&sample(kind), *from);
            for to in &levels[i + 1..] {
                let data = raised(&pki, &signed, *to, 310).unwrap();
                assert!(data.starts_with(&signed), "what was there stays");
                let file = facts(&data);
                assert_eq!(file.signatures[0].level_elements, Some(*to), "{kind:?} {from:?} {to:?}");
                whole(&file);
            }
        }
    }
}

#[test]
fn several_signatures_are_raised_by_one_time_stamp() {
    let pki = pki(TestKey::p256());
    let one = pki.sign(&sample(Sample::Table), Level::B);
    let two = pki.sign(&one, Level::B);
    let data = raised(&pki, &two, Level::LTA, 310).unwrap();
    let file = facts(&data);
    whole(&file);
    assert_eq!(file.signatures.len(), 2);
    for s in &file.signatures {
        assert_eq!(s.level_elements, Some(Level::LTA));
        assert_eq!(s.timestamps.len(), 2);
    }
}

#[test]
fn an_archive_is_renewed_again_and_again() {
    let pki = pki(TestKey::p256());
    let mut data = pki.sign(&sample(Sample::Stream), Level::LT);
    for round in 0..3u16 {
        data = raised(&pki, &data, Level::LTA, 310 + round * 10).unwrap();
        let file = facts(&data);
        whole(&file);
        assert_eq!(file.signatures[0].timestamps.len(), usize::from(round) + 2);
    }
    // each stamp covers the ones before it, none those after it
    let file = facts(&data);
    let stamps = &file.signatures[0].timestamps;
    let ids: Vec<ObjectId> = stamps.iter().map(|t| ObjectId::of(&t.token)).collect();
    for (i, stamp) in stamps.iter().enumerate().filter(|(_, t)| t.kind == TimestampKind::Document) {
        for (j, id) in ids.iter().enumerate() {
            assert_eq!(stamp.covers.contains(id), j < i, "stamp {i} and {j}");
        }
        assert!(stamp.covers.contains(&file.signatures[0].value));
    }
}

#[test]
fn what_came_later_is_not_covered() {
    let pki = pki(TestKey::p256());
    let stamped = raised(&pki, &pki.sign(&sample(Sample::Table), Level::B), Level::T, 310).unwrap();
    let data = raised(&pki, &stamped, Level::LT, 311).unwrap();
    let file = facts(&data);
    let status = ObjectId::of(&file.signatures[0].ocsps[0]);
    assert!(!file.signatures[0].timestamps[0].covers.contains(&status));
}

#[test]
fn a_token_over_something_else_and_an_unsigned_file_are_refused() {
    let pki = pki(TestKey::p256());
    let unsigned = Raised::open(std::io::Cursor::new(sample(Sample::Table)), &limits());
    assert!(matches!(unsigned, Err(AugmentError::NoSignature)));
    let signed = pki.sign(&sample(Sample::Table), Level::B);
    let mut file = Raised::open(std::io::Cursor::new(signed), &limits()).unwrap();
    let id = file.ids()[0].clone();
    let foreign = pki.tsa.time_stamp(&[1; 32], day(310));
    assert!(matches!(file.add_stamp(&id, &foreign), Err(AugmentError::Order(_))));
    file.stamp_imprint(&id, DigestAlgorithm::Sha256).unwrap();
    assert!(matches!(file.add_stamp(&id, &foreign), Err(AugmentError::Timestamp(_))));
    assert!(matches!(file.stamp_imprint("cits", DigestAlgorithm::Sha256), Err(AugmentError::Unknown(_))));
}
