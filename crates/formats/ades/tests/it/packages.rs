//! EDOC 1.0: signatures of Open Packaging Conventions (ECMA-376 part 2), and the tricks that packages allow.
//!
//! No EDOC 1.0 of a Latvian product was at hand: the files are built from ECMA-376 and the layout that is known of the format.

use ades::{
    facts::{Coverage, FileFacts},
    validate::{Anchors, Basis, Indication, Lang, Policy, SubIndication, validate_file},
    xades::{Content, prepare_enveloping},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;

use crate::{
    containers::{holds, zip},
    world::{World, defects, facts},
};

const NS: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"txt\" ContentType=\"text/plain\"/>\
    <Override PartName=\"/EDoc/Documents/b.txt\" ContentType=\"text/markdown\"/></Types>";

fn relationships() -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<Relationships xmlns=\"{NS}/relationships\"><Relationship Id=\"r2\" Type=\"urn:other\" Target=\"/x\"/>\
         <Relationship Target=\"/EDoc/Documents/a.txt\" Type=\"urn:document\" Id=\"r1\"/></Relationships>"
    )
}

fn reference(uri: &str, transforms: &str, data: &[u8]) -> String {
    let digest = STANDARD.encode(DigestAlgorithm::Sha256.of(data));
    format!(
        "<ds:Reference URI=\"{uri}\">{transforms}<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
}

/// A signature over two documents and a relationship, by a manifest.
fn signature(w: &World, canonical: bool) -> String {
    let signed = format!(
        "<Relationships xmlns=\"{NS}/relationships\"><Relationship Id=\"r1\" Target=\"/EDoc/Documents/a.txt\" TargetMode=\"Internal\" \
         Type=\"urn:document\"></Relationship></Relationships>"
    );
    let c14n = "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>";
    let transforms = format!(
        "<ds:Transforms><ds:Transform Algorithm=\"{NS}/RelationshipTransform\">\
         <o:RelationshipReference xmlns:o=\"{NS}/digital-signature\" SourceId=\"r1\"/></ds:Transform>{}</ds:Transforms>",
        if canonical { c14n } else { "" }
    );
    let rels = "/_rels/.rels?ContentType=application/vnd.openxmlformats-package.relationships+xml";
    let manifest = format!(
        "<ds:Manifest xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{}{}{}</ds:Manifest>",
        reference("/EDoc/Documents/a.txt?ContentType=text/plain", "", b"a"),
        reference("/EDoc/Documents/b.txt?ContentType=text/markdown", "", b"b"),
        reference(rels, &transforms, signed.as_bytes()),
    );
    let prepared = prepare_enveloping(Content::Xml(manifest.as_bytes()), "text/xml", w.request("S1")).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap().xml()
}

/// The package after `change` has seen its entries.
fn package(xml: &str, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> FileFacts {
    let mut entries: Vec<(String, Vec<u8>)> = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", relationships().as_bytes()),
        ("docProps/core.xml", b"<x/>"),
        ("EDoc/Documents/a.txt", b"a"),
        ("EDoc/Documents/b.txt", b"b"),
        ("EDoc/Signature/origin.sgns", b""),
        ("EDoc/Signature/signature1.xml", xml.as_bytes()),
    ]
    .map(|(name, data)| (name.to_owned(), data.to_vec()))
    .to_vec();
    change(&mut entries);
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(n, d)| (n.as_str(), d.as_slice())).collect();
    facts(&zip(&entries))
}

fn replace(entries: &mut [(String, Vec<u8>)], name: &str, from: &str, to: &str) {
    let data = &mut entries.iter_mut().find(|(n, _)| n == name).unwrap().1;
    let text = String::from_utf8(data.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    *data = text.replace(from, to).into_bytes();
}

#[test]
fn edoc_1_holds() {
    let w = World::new();
    let xml = signature(&w, true);
    let found = package(&xml, |_| {});
    assert_eq!((found.container, found.profile), (Some("EDOC 1.0"), Some("EDOC 1.0")));
    assert!(holds(&found), "{:?} {:?}", defects(&found), found.signatures[0].references);
    assert!(found.unsigned.is_empty() && defects(&found).is_empty(), "{:?}", defects(&found));
    let full = |name: &str| found.signatures[0].scope.iter().any(|c| c.name == name && c.covered == Coverage::Full);
    assert!(full("EDoc/Documents/a.txt") && full("EDoc/Documents/b.txt"));
    // What is not selected may change: other relationships, their order, the XML declaration.
    assert!(holds(&package(&xml, |e| replace(e, "_rels/.rels", "urn:other", "urn:another"))));
    // A document that was put beside is one that nobody signed.
    let more = package(&xml, |e| e.push(("EDoc/Documents/c.txt".to_owned(), b"c".to_vec())));
    assert_eq!(more.unsigned, ["EDoc/Documents/c.txt"]);
}

type Trick = (&'static str, fn(&mut Vec<(String, Vec<u8>)>), Option<&'static str>);

#[test]
fn tricks_of_packages_are_refused() {
    let w = World::new();
    let xml = signature(&w, true);
    let tricks: [Trick; 12] = [
        ("another document", |e| replace(e, "EDoc/Documents/a.txt", "a", "z"), None),
        ("another target", |e| replace(e, "_rels/.rels", "/EDoc/Documents/a.txt", "/EDoc/Documents/b.txt"), None),
        (
            "an outside target",
            |e| replace(e, "_rels/.rels", "Type=\"urn:document\"", "TargetMode=\"External\" Type=\"urn:document\""),
            None,
        ),
        ("the same Id twice", |e| replace(e, "_rels/.rels", "Id=\"r2\"", "Id=\"r1\""), None),
        (
            "something among the relationships",
            |e| replace(e, "_rels/.rels", "<Relationship Id=\"r2\"", "<x xmlns=\"urn:x\"/><Relationship Id=\"r2\""),
            None,
        ),
        (
            "something in a relationship",
            |e| replace(e, "_rels/.rels", "Id=\"r1\"/>", "Id=\"r1\"><y xmlns=\"urn:x\"/></Relationship>"),
            None,
        ),
        (
            "another content type",
            |e| replace(e, "[Content_Types].xml", "text/plain", "text/html"),
            Some("opc.content-type"),
        ),
        (
            "two content types",
            |e| {
                replace(
                    e,
                    "[Content_Types].xml",
                    "</Types>",
                    "<Default Extension=\"TXT\" ContentType=\"text/html\"/></Types>",
                )
            },
            Some("opc.content-types"),
        ),
        ("no content types", |e| replace(e, "[Content_Types].xml", TYPES, "<Types/>"), Some("opc.content-types")),
        ("a document less", |e| e.retain(|(n, _)| n != "EDoc/Documents/b.txt"), None),
        (
            "a name in other letters",
            |e| e.push(("EDoc/documents/A.txt".to_owned(), b"z".to_vec())),
            Some("opc.ambiguous-part"),
        ),
        ("pieces", |e| e.push(("EDoc/Documents/a.txt/[0].last.piece".to_owned(), b"z".to_vec())), Some("opc.pieces")),
    ];
    for (trick, change, code) in tricks {
        let found = package(&xml, change);
        let anchors = Anchors::new([w.root.certificate.clone()]);
        let (policy, material) = (Policy::default(), w.material());
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: w.now, lang: Lang::En };
        let report = validate_file("x.edoc", &found, &basis).signatures.remove(0);
        assert_ne!(report.indication, Indication::TotalPassed, "{trick}");
        let expected =
            if trick == "a document less" { SubIndication::SignedDataNotFound } else { SubIndication::HashFailure };
        let fatal = found.defects.iter().any(|d| d.fatal);
        // A relationships part that is none cannot be digested.
        let unread = trick.starts_with("something");
        assert!(fatal || unread || report.sub_indication == Some(expected), "{trick}: {:?}", report.findings);
        if let Some(code) = code {
            assert!(defects(&found).contains(&code), "{trick}: {:?}", defects(&found));
        }
    }
    // Relationships that are digested before they are canonical.
    let found = package(&signature(&w, false), |_| {});
    assert!(!holds(&found) && defects(&found).contains(&"xml.dsig.unsupported"), "{:?}", defects(&found));
}
