//! Hostile and unusual archives.

use std::io::{Cursor, Read as _};

use ades::zip::{Archive, Limits, Packing, Writer};
use proptest::prelude::*;

fn now() -> jiff::Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn sample() -> Vec<u8> {
    let mut w = Writer::new(Vec::new(), now());
    w.stored("mimetype", b"text/plain").unwrap();
    w.deflated("b.txt", b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb").unwrap();
    w.stream("c.txt", &b"streamed"[..], 8, Packing::Deflate, |_| {}).unwrap();
    w.finish().unwrap()
}

fn code(bytes: &[u8]) -> &'static str {
    code_with(bytes, &Limits::default())
}

/// The code of the refusal, when opening or when reading everything.
fn code_with(bytes: &[u8], limits: &Limits) -> &'static str {
    let mut archive = match Archive::open(Cursor::new(bytes), limits) {
        Ok(a) => a,
        Err(e) => return e.code(),
    };
    let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
    for n in names {
        if let Err(e) = archive.content(&n, 1 << 30) {
            return e.code();
        }
    }
    "ok"
}

/// All places of a signature.
fn places(bytes: &[u8], magic: &[u8; 4]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, w)| w == magic).map(|(i, _)| i).collect()
}

fn with(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + new.len()].copy_from_slice(new);
    out
}

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";

#[test]
fn what_we_write_is_read() {
    let bytes = sample();
    assert_eq!(code(&bytes), "ok");
    let mut archive = Archive::open(Cursor::new(&bytes), &Limits::default()).unwrap();
    assert_eq!(archive.content("c.txt", 100).unwrap(), b"streamed");
    assert!(archive.entries()[0].is_plain_first() && !archive.entries()[1].is_plain_first());
}

#[test]
fn contradictions() {
    let good = sample();
    let (locals, centrals, end) = (places(&good, LOCAL), places(&good, CENTRAL), places(&good, END)[0]);
    let cases = [
        ("local name", with(&good, locals[1] + 30, b"x"), "zip.header-mismatch"),
        ("local flags", with(&good, locals[1] + 6, b"\x00\x08"), "zip.header-mismatch"),
        ("local method", with(&good, locals[1] + 8, b"\x00"), "zip.header-mismatch"),
        ("local checksum", with(&good, locals[1] + 14, b"\x01\x02\x03\x04"), "zip.header-mismatch"),
        ("local size", with(&good, locals[1] + 22, b"\x01"), "zip.header-mismatch"),
        ("central size of stored", with(&good, centrals[0] + 24, b"\x01"), "zip.header-mismatch"),
        ("central checksum", with(&good, centrals[2] + 16, b"\x01\x02\x03\x04"), "zip.header-mismatch"),
        ("encrypted", with(&good, centrals[1] + 8, b"\x01"), "zip.encrypted"),
        ("strongly encrypted", with(&good, centrals[1] + 8, b"\x40"), "zip.encrypted"),
        ("method", with(&good, centrals[1] + 10, b"\x0C"), "zip.method"),
        ("duplicate", with(&good, centrals[2] + 46, b"b"), "zip.duplicate-entry"),
        ("overlap", with(&good, centrals[2] + 42, &u32::try_from(locals[1]).unwrap().to_le_bytes()), "zip.overlap"),
        ("traversal", with(&good, centrals[1] + 46, b"../xy"), "zip.entry-name"),
        ("absolute", with(&good, centrals[1] + 46, b"/"), "zip.entry-name"),
        ("backslash", with(&good, centrals[1] + 46, b"a\\b"), "zip.entry-name"),
        ("nul", with(&good, centrals[1] + 46, b"a\0"), "zip.entry-name"),
        ("not utf-8", with(&good, centrals[1] + 46, b"\xFF"), "zip.entry-name"),
        ("fewer entries", with(&good, end + 8, b"\x02\x00\x02\x00"), "zip.broken"),
        ("more entries", with(&good, end + 8, b"\x04\x00\x04\x00"), "zip.broken"),
        ("disks", with(&good, end + 4, b"\x01"), "zip.multi-part"),
        ("data", with(&good, locals[1] + 36, b"\xFF"), "zip.content"),
        ("bytes in front", [b"#!/bin/sh\n".as_slice(), &good].concat(), "zip.broken"),
        ("bytes behind", [good.as_slice(), b"x"].concat(), "zip.not-zip"),
        ("two ends", [good.as_slice(), &good].concat(), "zip.broken"),
        ("cut off", good[..good.len() - 1].to_vec(), "zip.not-zip"),
        ("empty", Vec::new(), "zip.not-zip"),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(code(&bytes), expected, "{what}");
    }
}

#[test]
fn two_end_records_are_ambiguous() {
    let good = sample();
    let end = places(&good, END)[0];
    let inner = &good[end..];
    let mut bytes = good.clone();
    let length = bytes.len() - 2;
    bytes[length..].copy_from_slice(&u16::try_from(inner.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(inner);
    assert_eq!(code(&bytes), "zip.ambiguous-end");
}

#[test]
fn hidden_bytes_between_entries() {
    let good = sample();
    let (second, end) = (places(&good, LOCAL)[1], places(&good, END)[0]);
    let mut bytes = good.clone();
    for c in places(&good, CENTRAL).into_iter().skip(1) {
        let offset = u32::from_le_bytes(bytes[c + 42..c + 46].try_into().unwrap()) + 3;
        bytes[c + 42..c + 46].copy_from_slice(&offset.to_le_bytes());
    }
    let start = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap()) + 3;
    bytes[end + 16..end + 20].copy_from_slice(&start.to_le_bytes());
    bytes.splice(second..second, *b"abc");
    assert_eq!(code(&bytes), "zip.gap");
}

#[test]
fn bombs() {
    let zeros = vec![0u8; 80 << 20];
    let mut dense = Vec::new();
    let mut state = flate2::write::DeflateEncoder::new(&mut dense, flate2::Compression::best());
    std::io::Write::write_all(&mut state, &zeros).unwrap();
    state.finish().unwrap();
    let mut w = Writer::new(Vec::new(), now());
    w.stored("x", &dense).unwrap();
    let bytes = w.finish().unwrap();
    // The same archive, declared as deflated: 80 MiB out of 80 kB.
    let (local, central) = (0, places(&bytes, CENTRAL)[0]);
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let crc = crc32fast::hash(&zeros).to_le_bytes();
    let mut bomb = bytes;
    for (base, method, sum, length) in [(local, 8, 14, 22), (central, 10, 16, 24)] {
        bomb[base + method] = 8;
        bomb[base + sum..base + sum + 4].copy_from_slice(&crc);
        bomb[base + length..base + length + 4].copy_from_slice(&size);
    }
    assert_eq!(code(&bomb), "zip.limit");
    let generous = Limits { ratio: 10_000, ..Limits::default() };
    assert_eq!(code_with(&bomb, &generous), "ok");
    // Declared small, really large: refused while reading, not after.
    let lying = with(&with(&bomb, local + 22, &[0, 0, 1, 0]), central + 24, &[0, 0, 1, 0]);
    assert_eq!(code(&lying), "zip.content");
    // What we write of the same content is no bomb.
    let mut w = Writer::new(Vec::new(), now());
    w.stream("x", &zeros[..], zeros.len() as u64, Packing::Deflate, |_| {}).unwrap();
    assert_eq!(code(&w.finish().unwrap()), "ok");
}

#[test]
fn packs_where_it_pays() {
    let mut state = 1u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        std::iter::repeat_with(&mut next).take(length).collect()
    };
    let text =
        |length: usize| -> Vec<u8> { (0u32..).flat_map(|n| format!("line {n}\n").into_bytes()).take(length).collect() };
    const MIB: usize = 1 << 20;
    let noisy = noise(5 * MIB);
    // how much of the content, in hundredths, may be left
    let cases = [
        (noise(1_000_000), 101),
        (noisy.clone(), 101),
        (text(5 * MIB), 40),
        ([noise(100_000), text(8 * MIB)].concat(), 60),
        ([text(3 * MIB), noise(3 * MIB)].concat(), 75),
        (noise(32 << 10), 101),
        (noise((32 << 10) + 1), 101),
        (Vec::new(), 0),
    ];
    for (n, (data, most)) in cases.iter().enumerate() {
        for step in [1000, 32 << 10, data.len().max(1)] {
            let mut w = Writer::new(Vec::new(), now());
            let pieces = data.chunks(step).map(std::io::Cursor::new);
            let source: Box<dyn std::io::Read> =
                pieces.fold(Box::new(std::io::empty()), |all, p| Box::new(all.chain(p)));
            w.stream("x", source, data.len() as u64, Packing::Deflate, |_| {}).unwrap();
            let bytes = w.finish().unwrap();
            assert!(
                bytes.len() <= data.len() / 100 * most + 20_000 * usize::from(*most > 0) + 200,
                "{n}: {}",
                bytes.len()
            );
            let mut archive = Archive::open(Cursor::new(&bytes), &Limits::default()).unwrap();
            assert!(archive.content("x", 1 << 30).unwrap() == *data, "{n}");
        }
    }
}

#[test]
fn limits() {
    let good = sample();
    for limits in [
        Limits { entries: 2, ..Limits::default() },
        Limits { directory: 100, ..Limits::default() },
        Limits { entry: 20, ..Limits::default() },
        Limits { total: 40, ..Limits::default() },
    ] {
        assert_eq!(code_with(&good, &limits), "zip.limit", "{limits:?}");
    }
}

#[test]
fn another_implementation_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zip");
    std::fs::write(&path, sample()).unwrap();
    match std::process::Command::new("unzip").arg("-tqq").arg(&path).status() {
        Ok(status) => assert!(status.success()),
        Err(_) => println!("unzip is not installed: not compared"),
    }
}

proptest! {
    #[test]
    fn contents_come_back(contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..5000), 1..6)) {
        let mut w = Writer::new(Vec::new(), now());
        for (i, c) in contents.iter().enumerate() {
            let packing = if i % 2 == 0 { Packing::Deflate } else { Packing::None };
            w.stream(&format!("dir/{i}"), &c[..], c.len() as u64, packing, |_| {}).unwrap();
        }
        let bytes = w.finish().unwrap();
        let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap();
        for (i, c) in contents.iter().enumerate() {
            let mut got = Vec::new();
            archive.read(&format!("dir/{i}")).unwrap().read_to_end(&mut got).unwrap();
            prop_assert_eq!(&got, c);
        }
    }

    #[test]
    fn damage_never_panics_and_never_passes_unseen(at in 0usize..400, byte in any::<u8>()) {
        let good = sample();
        let at = at % good.len();
        prop_assume!(good[at] != byte);
        let bytes = with(&good, at, &[byte]);
        if let Ok(mut archive) = Archive::open(Cursor::new(&bytes), &Limits::default()) {
            for (name, content) in [("mimetype", &b"text/plain"[..]), ("c.txt", b"streamed")] {
                if let Ok(got) = archive.content(name, 100) {
                    prop_assert_eq!(got, content);
                }
            }
        }
    }
}
