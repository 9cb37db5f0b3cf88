//! ASiC with CAdES and with time stamps.

use std::io::{Cursor, Read as _};

use ades::{
    asic::cades::{CadesBuilder, CadesContainer, SignedBy},
    augment::{self, Augmentation, Want},
    cades::prepare,
    detect,
    facts::{Coverage, FileFacts, Level, ObjectId, TimestampKind},
    xades::Nothing,
    zip::{Archive, Limits, Writer},
};
use jiff::SignedDuration;
use pki::{DigestAlgorithm, testing::day};

use super::{holds, judge, request};
use crate::world::World;

const FILES: [(&str, &[u8]); 2] = [("līgums 1.txt", b"Desmit eiro.\n"), ("b.txt", b"b\n")];

pub(crate) fn container(w: &World, extended: bool, by: SignedBy) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256;
    let mut builder = CadesBuilder::new(Vec::new(), extended, by, digest, w.now).unwrap();
    for (name, data) in &FILES[..if extended { 2 } else { 1 }] {
        builder.add(name, "text/plain", *data, data.len() as u64).unwrap();
    }
    if !extended {
        assert_eq!(builder.add("c.txt", "text/plain", &b""[..], 0).unwrap_err().code(), "asic.single");
    }
    let imprint = builder.imprint().unwrap();
    if by == SignedBy::Timestamp {
        return builder.finish(&w.stamp(digest, &imprint)).unwrap();
    }
    let prepared = prepare(&imprint, request(w)).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    builder.finish(&prepared.finish(&value).unwrap().detached()).unwrap()
}

pub(super) fn read(bytes: &[u8]) -> FileFacts {
    detect::read("a.asice", Cursor::new(bytes), &mut Nothing, &detect::Limits::default()).unwrap()
}

fn raise(w: &World, bytes: &[u8], target: Level, only: Option<&str>) -> Vec<u8> {
    let source = Cursor::new(bytes.to_vec());
    let file = augment::open("a.asice", source, Box::new(Nothing), &detect::Limits::default()).unwrap();
    let mut steps = Augmentation::new(file, target, only, DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&w.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&w.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    out
}

/// The same container with the content of some entries changed, or without them.
pub(super) fn rewrite(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap();
    let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
    let mut zip = Writer::new(Vec::new(), day(1));
    for name in names {
        let mut content = Vec::new();
        archive.read(&name).unwrap().read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            zip.stored(&name, &content).unwrap();
        }
    }
    zip.finish().unwrap()
}

#[test]
fn signatures_at_every_level_and_renewed() {
    for extended in [false, true] {
        let mut w = World::new();
        let mut bytes = container(&w, extended, SignedBy::Signature);
        let found = read(&bytes);
        assert!(holds(&found) && found.defects.is_empty(), "{found:?}");
        assert_eq!(found.container, Some(if extended { "ASiC-E" } else { "ASiC-S" }));
        let names: Vec<_> = found.signatures[0].scope.iter().map(|c| (c.name.as_str(), c.covered)).collect();
        let expected: Vec<_> = FILES.iter().map(|f| (f.0, Coverage::Full)).take(names.len()).collect();
        assert_eq!(names, expected);
        assert_eq!(names.len(), if extended { 2 } else { 1 });
        for (n, level) in [(0, Level::T), (0, Level::LT), (1, Level::LTA), (2, Level::LTA), (3, Level::LTA)] {
            w.now = day(100 + n * 30);
            bytes = raise(&w, &bytes, level, None);
            let found = read(&bytes);
            assert!(holds(&found) && found.defects.is_empty(), "{extended} {n} {level:?} {:?}", found.defects);
            let s = &found.signatures[0];
            assert_eq!(s.level_elements, Some(level), "{extended} {n}");
            assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)), "{extended} {n}");
            let archives: Vec<_> = s.timestamps.iter().filter(|t| t.kind == TimestampKind::Archive).collect();
            assert_eq!(archives.len(), usize::try_from(n).unwrap());
            if let Some(last) = archives.last() {
                assert!(last.covers.contains(&ObjectId::of(FILES[0].1)) && last.covers.contains(&s.value));
                for earlier in &archives[..archives.len() - 1] {
                    assert!(last.covers.contains(&ObjectId::of(&earlier.token)));
                }
            }
            let report = serde_json::to_value(judge(&w, &found, w.now + SignedDuration::from_secs(60))).unwrap();
            let told = &report["signatures"][0];
            assert_eq!(told["indication"], "TOTAL_PASSED", "{told:#}");
            assert_eq!(told["level"], format!("CAdES-BASELINE-{level:?}"), "{told:#}");
        }
        // A file changed under all that.
        let changed = rewrite(&bytes, |name, content| Some(if name == FILES[0].0 { b"!".to_vec() } else { content }));
        assert!(!holds(&read(&changed)));
    }
}

#[test]
fn one_more_signature_and_each_raised_alone() {
    for extended in [false, true] {
        let w = World::new();
        let bytes = container(&w, extended, SignedBy::Signature);
        let mut open = CadesContainer::open(Cursor::new(bytes), &Limits::default()).unwrap();
        let prepared = open.prepare(request(&w)).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        let second = open.add(&prepared.finish(&value).unwrap()).unwrap();
        let mut bytes = Vec::new();
        open.write_to(&mut bytes).unwrap();
        let found = read(&bytes);
        assert!(holds(&found) && found.defects.is_empty(), "{found:?}");
        assert_eq!((found.signatures.len(), &found.signatures[1].id), (2, &second));
        let first = found.signatures[0].id.clone();
        bytes = raise(&w, &bytes, Level::LTA, Some(&first));
        bytes = raise(&w, &bytes, Level::LTA, Some(&second));
        bytes = raise(&w, &bytes, Level::LTA, None);
        let found = read(&bytes);
        assert!(holds(&found) && found.defects.is_empty(), "{extended} {:?}", found.defects);
        for s in &found.signatures {
            assert_eq!(s.level_elements, Some(Level::LTA));
            assert!(s.timestamps.iter().all(|t| t.imprint_matches == Some(true)));
            assert!(s.timestamps.iter().filter(|t| t.kind == TimestampKind::Archive).count() >= 2);
        }
    }
}

#[test]
fn time_stamps_without_signatures_and_their_renewal() {
    for extended in [false, true] {
        let mut w = World::new();
        let mut bytes = container(&w, extended, SignedBy::Timestamp);
        for n in 0..3 {
            let found = read(&bytes);
            assert!(found.signatures.is_empty() && found.defects.is_empty(), "{extended} {n} {:?}", found.defects);
            assert!(found.unsigned.is_empty(), "{:?}", found.unsigned);
            assert_eq!(found.timestamps.len(), n + 1);
            assert!(found.timestamps.iter().all(|t| t.imprint_matches == Some(true)));
            let last = found.timestamps.last().unwrap();
            assert!(last.covers.contains(&ObjectId::of(FILES[0].1)), "{extended} {n}");
            for earlier in found.timestamps.iter().rev().skip(1) {
                assert!(last.covers.contains(&ObjectId::of(&earlier.token)));
            }
            w.now = day(130 + 30 * i64::try_from(n).unwrap());
            bytes = raise(&w, &bytes, Level::LTA, None);
        }
        let changed = rewrite(&bytes, |name, content| Some(if name == FILES[0].0 { b"!".to_vec() } else { content }));
        let found = read(&changed);
        let wrong = found.defects.iter().any(|d| d.code == "asic.stamped-data-changed" && d.fatal)
            || found.timestamps.iter().any(|t| t.imprint_matches == Some(false));
        assert!(wrong && found.timestamps.iter().all(|t| !t.covers.contains(&ObjectId::of(FILES[0].1))));
    }
}

#[test]
fn manifests_that_say_otherwise_are_told() {
    let w = World::new();
    let bytes = container(&w, true, SignedBy::Signature);
    let manifest = "META-INF/ASiCManifest001.xml";
    let replace = |from: &str, to: &str| {
        rewrite(&bytes, |name, content| {
            let text = String::from_utf8_lossy(&content).into_owned();
            Some(if name == manifest { text.replace(from, to).into_bytes() } else { content })
        })
    };
    // The manifest itself changed.
    assert!(!holds(&read(&replace("b.txt", "c.txt"))));
    assert!(!holds(&read(&replace("text/plain", "text/html"))));
    // No manifest, two manifests, a broken one.
    let gone = rewrite(&bytes, |name, content| (name != manifest).then_some(content));
    assert!(read(&gone).defects.iter().any(|d| d.code == "asic.no-signed-manifest" && d.fatal));
    assert!(!holds(&read(&gone)));
    let broken = rewrite(&bytes, |name, content| Some(if name == manifest { b"<a/>".to_vec() } else { content }));
    assert!(read(&broken).defects.iter().any(|d| d.code == "asic.signed-manifest"));
    assert!(!holds(&read(&broken)));
    let mut archive = Archive::open(Cursor::new(&bytes), &Limits::default()).unwrap();
    let copy = archive.content(manifest, 1 << 20).unwrap();
    let mut zip = Writer::new(Vec::new(), day(1));
    for name in archive.entries().iter().map(|e| e.name().to_owned()).collect::<Vec<_>>() {
        zip.stored(&name, &archive.content(&name, 1 << 20).unwrap()).unwrap();
    }
    zip.stored("META-INF/ASiCManifest002.xml", &copy).unwrap();
    zip.stored("pielikts.txt", b"x").unwrap();
    let twice = read(&zip.finish().unwrap());
    assert!(twice.defects.iter().any(|d| d.code == "asic.several-manifests" && d.fatal));
    assert!(twice.unsigned.contains(&"pielikts.txt".to_owned()));
    // A file is missing.
    let missing = read(&rewrite(&bytes, |name, content| (name != "b.txt").then_some(content)));
    assert!(missing.signatures[0].references.iter().any(|r| r.object == "b.txt" && !r.found));
    assert!(!holds(&missing));
}
