//! Every packaging: by one signer made at its level at once, by two and counter-signed raised to it afterwards.

use std::io::Cursor;

use ades::{
    asic::{Builder, Container, Naming, XadesContainer},
    facts::Level,
    xades::{
        Content, DataObject, File, Nothing, Objects, SignaturePolicy, prepare, prepare_counter, prepare_enveloped,
        prepare_enveloping, prepare_parallel,
    },
    zip::{Archive, Limits},
};
use pki::DigestAlgorithm;

use crate::{FILES, Inputs, LEVELS, Pki, Signers, sign};

const DOCUMENT: &[u8] = "<?xml version=\"1.0\"?>\n<līgums xmlns=\"urn:paraugs\" xml:lang=\"lv\"><!-- piezīme --><summa valūta='EUR'>10</summa></līgums>".as_bytes();

/// Takes shape, level, extension and content of a file.
type Save<'a> = &'a dyn Fn(&str, &str, &str, &[u8]);

pub(crate) fn data(files: Inputs, digest: DigestAlgorithm) -> Vec<DataObject> {
    let object = |(name, bytes): &(&str, &[u8])| DataObject {
        name: (*name).to_owned(),
        media_type: "application/octet-stream".to_owned(),
        digest: digest.of(bytes),
    };
    files.0.iter().map(object).collect()
}

fn policy(level: Level) -> SignaturePolicy {
    if level == Level::B {
        return SignaturePolicy::Implied;
    }
    let digest = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256.of("Paraugu politika".as_bytes()));
    SignaturePolicy::Named { id: "1.2.3.4.5".to_owned(), digest, uri: Some("https://example.lv/politika".to_owned()) }
}

/// The signature S1 of a document, counter-signed.
fn countered(pki: &Pki, signers: &Signers, xml: &str) -> String {
    sign(prepare_counter(xml.as_bytes(), "S1", pki.request(&signers.second, "C1")).unwrap(), &signers.second).xml()
}

/// XML files: enveloped, enveloping, detached.
pub(crate) fn documents(pki: &Pki, signers: &Signers, save: Save<'_>) {
    let all = Inputs(&FILES);
    let digest = pki.request(&signers.first, "S1").digest;
    let first = |id: &str| pki.request(&signers.first, id);
    let second = |id: &str| pki.request(&signers.second, id);
    let bytes = |r| prepare_enveloping(Content::Bytes(b"\x00\xFFbaiti"), "application/octet-stream", r).unwrap();
    let detached = || prepare(&data(all, digest), first("S1")).unwrap();
    for (level, shown) in LEVELS {
        let put = |shape: &str, prepared, objects: &mut dyn Objects| {
            save(shape, shown, "xml", pki.finish(prepared, signers, level, objects).as_bytes());
        };
        let mut request = first("S1");
        request.policy = Some(policy(level));
        put("enveloped", prepare_enveloped(DOCUMENT, request).unwrap(), &mut Nothing);
        put("enveloping", bytes(first("S1")), &mut Nothing);
        put(
            "envelopingxml",
            prepare_enveloping(Content::Xml(DOCUMENT), "text/xml", first("S1")).unwrap(),
            &mut Nothing,
        );
        put("detached", detached(), &mut all.clone());
    }
    let enveloped = sign(prepare_enveloped(DOCUMENT, first("S1")).unwrap(), &signers.first).xml();
    let beside = sign(prepare_enveloped(enveloped.as_bytes(), second("S2")).unwrap(), &signers.second).xml();
    let apart = sign(detached(), &signers.first).xml();
    let digest = second("S2").digest;
    let both = prepare_parallel(apart.as_bytes(), &data(all, digest), second("S2")).unwrap();
    let several = [
        ("enveloped-several", beside),
        ("enveloped-counter", countered(pki, signers, &enveloped)),
        ("enveloping-counter", countered(pki, signers, &sign(bytes(first("S1")), &signers.first).xml())),
        ("detached-several", sign(both, &signers.second).xml()),
        ("detached-counter", countered(pki, signers, &apart)),
    ];
    for (shape, xml) in several {
        for (level, shown) in LEVELS {
            let file = File::open(xml.as_bytes(), Box::new(all)).unwrap();
            save(shape, shown, "xml", &pki.raise(Box::new(file), signers, level, 0));
        }
    }
}

/// A container of some files with one file of signatures.
pub(crate) fn container(pki: &Pki, naming: Naming, files: Inputs, xml: &str) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new(), naming, DigestAlgorithm::Sha256, pki.now).unwrap();
    for (name, bytes) in files.0 {
        builder.add(name, "application/octet-stream", *bytes, bytes.len() as u64).unwrap();
    }
    builder.finish(&[xml]).unwrap()
}

/// ASiC-S, ASiC-E and EDOC 2.0.
pub(crate) fn containers(pki: &Pki, signers: &Signers, save: Save<'_>) {
    for (shape, naming) in [("asics", Naming::Asics), ("asice", Naming::Asice), ("edoc", Naming::Edoc)] {
        let single = naming == Naming::Asics;
        let files = Inputs(if single { &FILES[..1] } else { &FILES });
        let request = pki.request(&signers.first, "S1");
        let container = |xml: &str| container(pki, naming, files, xml);
        let prepared = || prepare(&data(files, request.digest), request.clone()).unwrap();
        for (level, shown) in LEVELS {
            let xml = pki.finish(prepared(), signers, level, &mut files.clone());
            save(shape, shown, naming.extension(), &container(&xml));
        }
        let one = sign(prepared(), &signers.first).xml();
        let second = pki.request(&signers.second, "S2");
        let both = if single {
            let beside = prepare_parallel(one.as_bytes(), &data(files, second.digest), second).unwrap();
            container(&sign(beside, &signers.second).xml())
        } else {
            let mut container = Container::open(Cursor::new(container(&one)), &Limits::default()).unwrap();
            let (name, id) = container.next_signature();
            let found = container.files(second.digest).unwrap();
            let xml = sign(prepare(&found, pki.request(&signers.second, &id)).unwrap(), &signers.second).xml();
            container.add_signature(Vec::new(), &name, &xml, pki.now).unwrap()
        };
        for (variant, bytes) in [("several", both), ("counter", container(&countered(pki, signers, &one)))] {
            for (level, shown) in LEVELS {
                let archive = Archive::open(Cursor::new(bytes.clone()), &Limits::default()).unwrap();
                let file = XadesContainer::over(archive).unwrap();
                let raised = pki.raise(Box::new(file), signers, level, 0);
                save(&format!("{shape}-{variant}"), shown, naming.extension(), &raised);
            }
        }
    }
}
