//! Canonicalisation against libxml2, and the examples of the specifications.

use pki::DigestAlgorithm;
use proptest::prelude::*;
use xml::{C14n, Document, Limits, NodeSet, xpath::Expression};

use crate::generate;

const ALL: [&str; 6] = [
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];

fn ours(text: &str, alg: &C14n, id: Option<&str>) -> String {
    let doc = Document::parse(text, &Limits::default()).unwrap();
    let bytes = match id {
        Some(id) => alg.subtree(&doc, doc.by_id(id).unwrap().id()).unwrap(),
        None => alg.document(&doc).unwrap(),
    };
    String::from_utf8(bytes).unwrap()
}

/// The forms of 400 generated documents and of a subtree of each were equal to those of libxml2 2.9.14 when this digest was taken
/// (`conformance/c14n/libxml2.py` compares anew, and more).
#[test]
fn forms_are_those_of_libxml2() {
    let mut all = Vec::new();
    for seed in 1..=400u64 {
        let (text, count) = generate::document(seed);
        let id = format!("n{}", seed % u64::from(count));
        for uri in ALL {
            let mut alg = C14n::from_uri(uri).unwrap();
            for prefixes in [vec![], vec!["a".to_owned(), "#default".to_owned()]] {
                alg.prefixes = prefixes;
                all.extend(ours(&text, &alg, None).into_bytes());
                all.extend(ours(&text, &alg, Some(&id)).into_bytes());
            }
        }
    }
    let digest: String = DigestAlgorithm::Sha256.of(&all).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(digest, "52ffbc9eb78e848efd2ba083f252f2d01418dd81c51bc6c7d7254b1da06f3309");
}

/// The same of what XPath filters leave of those documents.
#[test]
fn forms_of_filtered_sets_are_those_of_libxml2() {
    let mut all = Vec::new();
    for seed in 1..=400u64 {
        let (text, count) = generate::document(seed);
        let doc = Document::parse(&text, &Limits::default()).unwrap();
        let holder = format!("<x {}>{}</x>", generate::PREFIXED, xml::escape_text(&generate::filter(seed, count)));
        let holder = Document::parse(&holder, &Limits::default()).unwrap();
        let set = Expression::read(holder.root()).unwrap().filter(&doc, &NodeSet::all(&doc)).unwrap();
        for uri in ALL {
            C14n::from_uri(uri).unwrap().write_set(&doc, &set, &mut all).unwrap();
        }
    }
    let digest: String = DigestAlgorithm::Sha256.of(&all).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(digest, "312004da600f9038ed9680c5fa8cc71038bfd8537cf2ae42d7e51e923659644e");
}

proptest! {
    #[test]
    fn canonical_form_is_a_fixed_point(seed in any::<u64>()) {
        let (text, _) = generate::document(seed);
        for uri in ALL {
            let alg = C14n::from_uri(uri).unwrap();
            let once = ours(&text, &alg, None);
            prop_assert_eq!(&once, &ours(&once, &alg, None));
        }
    }
}

#[test]
fn outside_the_document_element() {
    let text = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\" type=\"text/xsl\"   ?>\n\n<doc>Hello, world!<!-- 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- 2 -->\n";
    let head = "<?xml-stylesheet href=\"doc.xsl\" type=\"text/xsl\"   ?>\n<doc>Hello, world!";
    assert_eq!(ours(text, &C14n::V10, None), format!("{head}</doc>\n<?pi-without-data?>"));
    let with = C14n::from_uri(ALL[1]).unwrap();
    assert_eq!(ours(text, &with, None), format!("{head}<!-- 1 --></doc>\n<?pi-without-data?>\n<!-- 2 -->"));
}

#[test]
fn xml_attributes_of_left_out_ancestors() {
    let text = r#"<r xml:lang="lv" xml:id="r" xml:base="http://a.lv/x/y"><m xml:base="../z/"><e id="e" xml:base="..">t</e></m></r>"#;
    let v10 = r#"<e id="e" xml:base=".." xml:id="r" xml:lang="lv">t</e>"#;
    assert_eq!(ours(text, &C14n::V10, Some("e")), v10);
    assert_eq!(ours(text, &C14n::V11, Some("e")), r#"<e id="e" xml:base="http://a.lv/" xml:lang="lv">t</e>"#);
    assert_eq!(ours(text, &C14n::EXCLUSIVE, Some("e")), r#"<e id="e" xml:base="..">t</e>"#);
}

#[test]
fn relative_namespace_names_are_refused() {
    let doc = Document::parse("<a xmlns='rel'/>", &Limits::default()).unwrap();
    assert_eq!(C14n::V10.document(&doc).unwrap_err().code(), "xml.c14n.relative-namespace");
}

#[test]
fn a_form_many_times_larger_is_refused() {
    let uri = format!("urn:{}", "x".repeat(100_000));
    let text = format!("<r xmlns:p='{uri}'>{}</r>", "<p:e/>".repeat(10_000));
    let doc = Document::parse(&text, &Limits::default()).unwrap();
    assert_eq!(C14n::EXCLUSIVE.document(&doc).unwrap_err().code(), "xml.c14n.too-large");
    assert!(C14n::V11.document(&doc).is_ok());
}
