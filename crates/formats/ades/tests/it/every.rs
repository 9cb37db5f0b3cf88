//! One small signed file of each format, and what can be done to it.

use std::io::Cursor;

use ades::{
    asic::Naming,
    augment::{Augmentation, Want},
    cades, detect,
    facts::{FileFacts, Level},
    jades, pades, pdf,
    validate::{Anchors, Basis, Lang, Policy, Report, validate_file},
    xades::{self, Content, Nothing, prepare_counter, prepare_enveloped, prepare_enveloping},
};
use jiff::Timestamp;
use pki::DigestAlgorithm;

use crate::{
    cades::{DATA, request as cms_request},
    jades::{Files, request as jws_request},
    world::World,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Enveloped,
    Enveloping,
    Container,
    Cades,
    Pades,
    Jades,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::Enveloped, Self::Enveloping, Self::Container, Self::Cades, Self::Pades, Self::Jades];
}

const XML: &[u8] = b"<order xmlns='urn:o'><to>Anna</to><sum>10</sum></order>";

pub fn pdf() -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ];
    let mut places = Vec::new();
    for (n, body) in (1..).zip(bodies) {
        places.push(out.len());
        out.extend(format!("{n} 0 obj\n{body}\nendobj\n").bytes());
    }
    let start = out.len();
    out.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

fn xades_value(world: &World, prepared: xades::Prepared) -> Vec<u8> {
    let value = world.signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap().xml().into_bytes()
}

fn pades_once(world: &World, file: &[u8]) -> Vec<u8> {
    let mut request = pades::Request::new(world.signer.certificate.der(), world.now).unwrap();
    request.timestamp_room = 0;
    let prepared = pades::prepare(file, request, &pdf::Limits::default()).unwrap();
    let signed = prepared.clone().finish(&world.signer.key.sign(prepared.to_be_signed())).unwrap();
    [file, &signed.increment(file, &pdf::Limits::default()).unwrap()].concat()
}

/// A file with one signature at level B (the container: LT).
pub fn make(world: &World, kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Enveloped => xades_value(world, prepare_enveloped(XML, world.request("S1")).unwrap()),
        Kind::Enveloping => {
            xades_value(world, prepare_enveloping(Content::Bytes(DATA), "text/plain", world.request("S1")).unwrap())
        }
        Kind::Container => world.container(Naming::Edoc, &[("līgums.txt", DATA), ("pielikums.txt", b"a")]),
        Kind::Cades => crate::cades::attached(world),
        Kind::Pades => pades_once(world, &pdf()),
        Kind::Jades => crate::jades::sign(world, &data(), &jws_request(world)).into_bytes(),
    }
}

/// What is signed, where a format asks for it again.
pub fn data() -> Files {
    Files::of(&[("data.txt", DATA)])
}

pub fn read(bytes: &[u8]) -> FileFacts {
    detect::read("data.txt", Cursor::new(bytes), &mut Nothing, &detect::Limits::default()).unwrap()
}

pub fn judge(world: &World, found: &FileFacts, time: Timestamp) -> Report {
    let anchors = Anchors::new([world.root.certificate.clone()]);
    let (policy, material) = (Policy::default(), world.material());
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::En };
    validate_file("data.txt", found, &basis)
}

/// Raises all signatures with what the world gives now.
pub fn raise(world: &World, bytes: Vec<u8>, level: Level) -> Vec<u8> {
    let source = Cursor::new(bytes.clone());
    let file = ades::augment::open("data.txt", source, Box::new(Nothing), &detect::Limits::default()).unwrap();
    // Nothing to do is no fault.
    let Ok(mut steps) = Augmentation::new(file, level, None, DigestAlgorithm::Sha256) else { return bytes };
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&world.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&world.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    out
}

/// One more signature beside the others; the file as it was, where the format refuses it because another signature would break.
pub fn parallel(world: &World, kind: Kind, bytes: Vec<u8>, n: usize) -> Vec<u8> {
    match kind {
        Kind::Enveloped => xades_value(world, prepare_enveloped(&bytes, world.request(&format!("P{n}"))).unwrap()),
        // Its document element is the signature.
        Kind::Enveloping => bytes,
        Kind::Container => world.again(bytes),
        Kind::Cades => {
            let mut file = cades::File::open("data.txt", Cursor::new(bytes.clone()), Box::new(data())).unwrap();
            let Ok(prepared) = file.prepare(cms_request(world)) else { return bytes };
            let value = world.signer.key.sign(prepared.to_be_signed());
            file.add(&prepared.finish(&value).unwrap()).unwrap();
            let mut out = Vec::new();
            file.write(&mut out).unwrap();
            out
        }
        Kind::Pades => pades_once(world, &bytes),
        Kind::Jades => crate::jades::parallel(world, &String::from_utf8(bytes).unwrap(), &data()).into_bytes(),
    }
}

/// A counter-signature on the first signature; the file as it was, where the format has none or refuses it because a time stamp is over it.
pub fn counter(world: &World, kind: Kind, bytes: Vec<u8>, n: usize) -> Vec<u8> {
    let id = read(&bytes).signatures[0].id.clone();
    match kind {
        Kind::Enveloped | Kind::Enveloping => {
            let prepared = prepare_counter(&bytes, &id, world.request(&format!("C{n}")));
            prepared.map_or(bytes, |p| xades_value(world, p))
        }
        Kind::Container | Kind::Pades => bytes,
        Kind::Cades => {
            let mut file = cades::File::open("data.txt", Cursor::new(bytes.clone()), Box::new(data())).unwrap();
            let Ok(prepared) = file.prepare_counter(&id, cms_request(world)) else { return bytes };
            let value = world.signer.key.sign(prepared.to_be_signed());
            file.add_counter(&id, &prepared.finish(&value).unwrap()).unwrap();
            let mut out = Vec::new();
            file.write(&mut out).unwrap();
            out
        }
        Kind::Jades => {
            let text = String::from_utf8(bytes).unwrap();
            let Ok(prepared) = jades::prepare_counter(&text, &id, &jws_request(world)) else {
                return text.into_bytes();
            };
            let value = crate::jades::value(world, &prepared);
            prepared.finish_counter(&text, &id, &value).unwrap().into_bytes()
        }
    }
}
