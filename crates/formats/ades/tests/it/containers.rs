//! Older and national containers, by their own names, and very many files.

use std::io::Write as _;

use ades::{
    asic::{Builder, Naming},
    augment::Augmentation,
    facts::{FileFacts, Level},
    xades::{DataObject, Nothing, SignaturePolicy, prepare},
    zip::{Packing, Writer},
};
use pki::DigestAlgorithm;

use crate::world::{World, defects, facts};

pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Writer::new(Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap());
    for (name, data) in entries {
        if *name == "mimetype" { out.stored(name, data) } else { out.deflated(name, data) }.unwrap();
    }
    out.finish().unwrap()
}

pub(crate) fn holds(found: &FileFacts) -> bool {
    found.signatures.iter().all(|s| {
        s.value_verifies == Some(true)
            && s.references.iter().all(|r| r.found && r.intact)
            && s.defects.iter().all(|d| !d.fatal)
    }) && !found.signatures.is_empty()
}

#[test]
fn names_of_profiles() {
    let world = World::new();
    let sign = |policy: Option<SignaturePolicy>| {
        let mut builder = Builder::new(Vec::new(), Naming::Asice, DigestAlgorithm::Sha256, world.now).unwrap();
        builder.add("a.txt", "text/plain", &b"a"[..], 1).unwrap();
        let mut request = world.request("S0");
        request.policy = policy;
        let prepared = prepare(builder.files(), request).unwrap();
        let value = world.signer.key.sign(prepared.to_be_signed());
        prepared.finish(&value).unwrap().xml()
    };
    let policy = |id: &str| {
        let digest = (DigestAlgorithm::Sha256, vec![1; 32]);
        Some(SignaturePolicy::Named { id: id.to_owned(), digest, uri: None })
    };
    let plain = sign(None);
    let asice = "application/vnd.etsi.asic-e+zip";
    let adoc = "application/vnd.lt.archyvai.adoc-2008";
    for (mime, entry, xml, container, profile) in [
        (asice, "META-INF/signatures0.xml", plain.clone(), "ASiC-E", None),
        (asice, "META-INF/edoc-signatures-S1.xml", plain.clone(), "ASiC-E", Some("EDOC 2.0")),
        (asice, "META-INF/signatures0.xml", sign(policy("1.3.6.1.4.1.10015.1000.3.2.1")), "ASiC-E", Some("BDOC 2.1")),
        ("application/vnd.bdoc-1.0", "META-INF/signatures0.xml", plain.clone(), "ASiC-E", Some("BDOC 1.0")),
        (adoc, "META-INF/signatures/signatures0.xml", plain.clone(), "ADOC 1.0", Some("ADOC 1.0")),
    ] {
        let mut entries = vec![("mimetype", mime.as_bytes()), ("a.txt", b"a"), (entry, xml.as_bytes())];
        if mime == adoc {
            entries.push(("metadata/unsignableMetadata0.xml", b"<m/>"));
            entries.push(("META-INF/relations.xml", b"<r/>"));
        }
        let found = facts(&zip(&entries));
        assert_eq!((found.container, found.profile), (Some(container), profile));
        assert!(holds(&found), "{:?}", defects(&found));
        // The trap of ADOC: its metadata may change after signing, and are no unsigned file.
        assert!(found.unsigned.is_empty(), "{:?}", found.unsigned);
    }
}

#[test]
fn containers_are_raised_whoever_made_them() {
    let world = World::new();
    let made = world.container_of(Naming::Asice, &[("a.txt", b"a")], |w, files| {
        let prepared = prepare(files, w.request("S1")).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        // As other products write it: line breaks, other quotes, an empty element for what is unsigned.
        let xml = prepared.finish(&value).unwrap().xml();
        xml.replace("</xades:QualifyingProperties>", "<xades:UnsignedProperties\n/></xades:QualifyingProperties>")
    });
    is_raised(&world, &made);
}

/// Raises to LTA, and reads what came of it.
fn is_raised(world: &World, made: &[u8]) {
    let source = std::io::Cursor::new(made.to_vec());
    let file = ades::augment::open("a", source, Box::new(Nothing), &ades::detect::Limits::default()).unwrap();
    let mut steps = Augmentation::new(file, Level::LTA, None, DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            ades::augment::Want::Stamp { algorithm, digest } => {
                steps.give_stamp(&world.stamp(algorithm, &digest)).unwrap()
            }
            ades::augment::Want::Material { .. } => steps.give_material(&world.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    let found = facts(&out);
    assert_eq!(found.signatures[0].level_elements, Some(Level::LTA));
    assert!(holds(&found) && found.signatures[0].timestamps.iter().all(|t| t.imprint_matches == Some(true)));
}

/// Ten thousand files, in bounded time: nothing looks through all of them for each of them.
#[test]
fn ten_thousand_files() {
    let world = World::new();
    let mut builder = Builder::new(Vec::new(), Naming::Edoc, DigestAlgorithm::Sha256, world.now).unwrap();
    for n in 0..10_000u32 {
        let name = format!("mape {}/fails {n}.txt", n % 100);
        builder.add(&name, "text/plain", n.to_string().as_bytes(), 8).unwrap();
    }
    let prepared = prepare(builder.files(), world.request("S1")).unwrap();
    let value = world.signer.key.sign(prepared.to_be_signed());
    let bytes = builder.finish(&[prepared.finish(&value).unwrap().xml()]).unwrap();
    let found = facts(&bytes);
    assert!(holds(&found), "{:?}", defects(&found));
    assert_eq!((found.signatures[0].references.len(), found.unsigned.len()), (10_001, 0));
}

#[test]
fn what_is_no_container_of_signatures() {
    let mut word = Writer::new(Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap());
    word.stream("[Content_Types].xml", &b"<Types/>"[..], 8, Packing::Deflate, |_| {}).unwrap();
    word.deflated("word/document.xml", b"<w/>").unwrap();
    let mut bytes = word.finish().unwrap();
    bytes.flush().unwrap();
    assert_eq!(facts(&bytes).container, None);
}

type Entries = Vec<(&'static str, &'static [u8])>;

/// OpenDocument: type and manifest are signed like the parts; a part that was changed or put in is told.
#[test]
fn opendocument() {
    let world = World::new();
    let parts: [(&'static str, &'static [u8]); 4] = [
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"<c/>"),
        ("styles.xml", b"<s/>"),
        ("META-INF/manifest.xml", b"<m/>"),
    ];
    let object = |(name, bytes): &(&str, &[u8])| DataObject {
        name: (*name).to_owned(),
        media_type: "application/octet-stream".to_owned(),
        digest: DigestAlgorithm::Sha256.of(bytes),
    };
    let data: Vec<DataObject> = parts.iter().map(object).collect();
    let prepared = prepare(&data, world.request("S1")).unwrap();
    let signatures = prepared.clone().finish(&world.signer.key.sign(prepared.to_be_signed())).unwrap().xml();
    let document = |change: &dyn Fn(&mut Entries)| {
        let mut entries = parts.to_vec();
        change(&mut entries);
        let mut all: Vec<(&str, &[u8])> = entries;
        all.push(("META-INF/documentsignatures.xml", signatures.as_bytes()));
        zip(&all)
    };
    let found = facts(&document(&|_| ()));
    assert_eq!((found.container, found.unsigned.len(), defects(&found).len()), (Some("ODF"), 0, 0), "{found:?}");
    assert!(holds(&found));
    is_raised(&world, &document(&|_| ()));
    for (n, part) in parts.iter().enumerate() {
        let bent =
            facts(&document(&|e| e[n].1 = if n == 0 { b"application/vnd.oasis.opendocument.chart" } else { b"x" }));
        assert!(!holds(&bent), "{}", part.0);
    }
    let more = facts(&document(&|e| e.push(("Pictures/a.png", b"p"))));
    assert!(holds(&more) && more.unsigned == ["Pictures/a.png"], "{:?}", more.unsigned);
    let hidden = facts(&document(&|e| e.push(("META-INF/a/signatures.xml", b"<a/>"))));
    assert_eq!(hidden.unsigned, ["META-INF/a/signatures.xml"], "not by its name taken for a signature");
    // Unsigned it is a document like any other.
    assert_eq!(facts(&zip(&parts)).container, None);
}
