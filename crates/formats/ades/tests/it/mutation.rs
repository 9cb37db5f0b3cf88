//! Flipping any signed byte never validates. Each byte of a small file of each format is changed, and the file judged, with trusted anchors and
//! fresh status information at hand: if the verdict passes all the same, the byte is none of those that are signed, and what the report says
//! of the signature has not changed.
//!
//! By default every so many bytes are taken, other ones at each commit; `ENKURS_MUTATION=full` takes all, as `cargo xtask soak` does.

use std::{io::Cursor, ops::Range};

use ades::{
    detect,
    facts::EvidenceForm,
    validate::{Indication, TimestampIndication},
    zip::{Archive, Limits},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;

use crate::{
    cades::DATA,
    every::{Kind, judge, make, read},
    jades::Files,
    world::World,
};

/// Of how many bytes one is changed by default.
const STRIDE: usize = 29;

/// The first byte and the step.
fn places() -> (usize, usize) {
    if std::env::var("ENKURS_MUTATION").is_ok_and(|v| v == "full") {
        return (0, 1);
    }
    let commit = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    let commit = commit.map(|o| o.stdout).unwrap_or_default();
    (commit.iter().map(|b| usize::from(*b)).sum::<usize>() % STRIDE, STRIDE)
}

fn find(bytes: &[u8], part: &[u8]) -> Range<usize> {
    let at = bytes.windows(part.len()).position(|w| w == part).unwrap();
    at..at + part.len()
}

/// From the first `start` to the `end` behind it.
fn between(bytes: &[u8], start: &str, end: &str) -> Range<usize> {
    let from = find(bytes, start.as_bytes()).start;
    from..from + find(&bytes[from..], end.as_bytes()).end
}

/// The parts that are signed, or are what the signature is verified with: none of their bytes may change.
fn signed(world: &World, kind: Kind, bytes: &[u8]) -> Vec<Range<usize>> {
    let certificate = world.signer.certificate.der();
    match kind {
        Kind::Enveloped => {
            let signature = between(bytes, "<ds:Signature ", "</ds:Signature>");
            let own = ["SignedInfo", "SignedProperties"].map(|n| {
                between(
                    bytes,
                    if n == "SignedInfo" { "<ds:SignedInfo" } else { "<xades:SignedProperties" },
                    &format!("{n}>"),
                )
            });
            // The XML declaration is no part of the canonical form.
            let start = find(bytes, b"<order").start;
            [start..signature.start, signature.end..bytes.len()].into_iter().chain(own).collect()
        }
        Kind::Enveloping => vec![
            between(bytes, "<ds:SignedInfo", "</ds:SignedInfo>"),
            // The text: its element is left behind by the transform.
            find(bytes, STANDARD.encode(DATA).as_bytes()),
            between(bytes, "<xades:SignedProperties", "</xades:SignedProperties>"),
        ],
        // All packed contents: those of the signed files by their digests, those of the signature by their checksum.
        Kind::Container => {
            let number =
                |at: usize, len: usize| bytes[at..at + len].iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
            let mut all = Vec::new();
            let mut at = find(bytes, b"PK\x01\x02").start;
            while bytes[at..].starts_with(b"PK\x01\x02") {
                let (packed, local) = (number(at + 20, 4), number(at + 42, 4));
                let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
                all.extend([local + 30..local + 30 + number(local + 26, 2), start..start + packed]);
                at += 46 + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
            }
            assert!(all.len() >= 10, "five entries, each a name and content");
            all
        }
        Kind::Cades => {
            let message = pki::SignedData::from_ber(bytes).unwrap();
            let attributes = message.signers[0].to_be_signed().unwrap();
            vec![
                find(bytes, DATA),
                // [0] in place of SET
                find(bytes, &attributes[1..]),
                find(bytes, certificate),
                find(bytes, &message.signers[0].signature),
            ]
        }
        Kind::Pades => {
            let hole = between(bytes, "/Contents <", ">");
            vec![0..hole.start + "/Contents ".len(), hole.end..bytes.len()]
        }
        Kind::Jades => ["protected", "payload"]
            .iter()
            .map(|n| {
                let whole = between(bytes, &format!("\"{n}\":\""), "\"");
                let start = whole.start + n.len() + 4;
                start..start + find(&bytes[start..], b"\"").start
            })
            .collect(),
    }
}

/// All names and contents of an archive.
fn contents(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap();
    let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
    names.into_iter().map(|n| (n.clone(), archive.content(&n, 1 << 20).unwrap())).collect()
}

fn flip(kind: Kind) {
    let world = World::new();
    let bytes = make(&world, kind);
    let time = world.now + SignedDuration::from_mins(5);
    let told = |bytes: &[u8]| {
        let report = judge(&world, &read(bytes), time);
        let passed =
            !report.signatures.is_empty() && report.signatures.iter().all(|s| s.indication == Indication::TotalPassed);
        let said: Vec<_> =
            report.signatures.iter().map(|s| (s.signed_by.clone(), s.claimed_time, s.scope.clone())).collect();
        (passed, said)
    };
    let (passed, said) = told(&bytes);
    assert!(passed, "{kind:?}");
    let signed = signed(&world, kind, &bytes);
    let (first, step) = places();
    let (mut tried, mut within, mut harmless) = (0, 0, 0);
    for at in (first..bytes.len()).step_by(step) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 7);
        let mut is_signed = signed.iter().any(|r| r.contains(&at));
        let (passed, now) = told(&changed);
        if passed && kind == Kind::Container && contents(&changed) == contents(&bytes) {
            // bits behind the end of what is packed
            is_signed = false;
        }
        assert!(!(passed && is_signed), "{kind:?}: byte {at} of {} is signed", bytes.len());
        assert!(!passed || now == said, "{kind:?}: byte {at} changes what is said: {now:?}");
        tried += 1;
        within += usize::from(is_signed);
        harmless += usize::from(passed);
    }
    println!(
        "{kind:?}: {} bytes, {tried} changed, {within} of them signed, {harmless} of the others without effect",
        bytes.len()
    );
    assert!(within > 0);
}

#[test]
fn enveloped() {
    flip(Kind::Enveloped);
}

#[test]
fn enveloping() {
    flip(Kind::Enveloping);
}

#[test]
fn container() {
    flip(Kind::Container);
}

#[test]
fn cades() {
    flip(Kind::Cades);
}

#[test]
fn pades() {
    flip(Kind::Pades);
}

#[test]
fn jades() {
    flip(Kind::Jades);
}

/// Evidence records: the tree, the time stamp and the object they prove.
#[test]
fn evidence() {
    let world = World::new();
    let (first, step) = places();
    for form in crate::evidence::FORMS {
        let groups = crate::evidence::groups(4);
        let record = crate::evidence::make(&world, form, &groups).remove(0).bytes().to_vec();
        let passes = |record: &[u8], files: &Files| {
            let mut files = files.clone();
            let found = detect::read("x.ers", Cursor::new(record), &mut files, &detect::Limits::default()).unwrap();
            let report = judge(&world, &found, world.now + SignedDuration::from_mins(5));
            let whole = found.evidence.iter().all(|e| e.objects.len() == 1 && e.objects.iter().all(|o| o.intact));
            let records = &report.evidence_records;
            whole && records.len() == 1 && records[0].indication == TimestampIndication::Passed
        };
        assert!(passes(&record, &groups[0]), "{form:?}");
        assert!(!passes(&record, &Files::of(&[("a.txt", b"1")])), "{form:?}: another object");
        let read = ades::evidence::Record::read(&record).unwrap();
        let token = &read.chains[0].stamps[0].token;
        let message = pki::SignedData::from_ber(token).unwrap();
        let attributes = message.signers[0].to_be_signed().unwrap();
        // In XML all of it is base64, so there what stays is compared instead.
        let signed = match form {
            EvidenceForm::Ers => vec![find(&record, &attributes[1..]), find(&record, &message.signers[0].signature)],
            EvidenceForm::XmlErs => Vec::new(),
        };
        let (mut tried, mut harmless) = (0, 0);
        for at in (first..record.len()).step_by(step) {
            let mut changed = record.clone();
            changed[at] ^= 1 << (at % 7);
            tried += 1;
            if passes(&changed, &groups[0]) {
                harmless += 1;
                assert!(!signed.iter().any(|r| r.contains(&at)), "{form:?}: byte {at} is signed");
                let now = ades::evidence::Record::read(&changed).unwrap();
                let info = |r: &ades::evidence::Record| {
                    let stamp = &r.chains[0].stamps[0];
                    (pki::TimeStampToken::from_ber(&stamp.token).unwrap().info, stamp.tree.clone())
                };
                assert_eq!(info(&now), info(&read), "{form:?}: byte {at}");
            }
        }
        println!("{form:?}: {} bytes, {tried} changed, {harmless} without effect", record.len());
    }
}
