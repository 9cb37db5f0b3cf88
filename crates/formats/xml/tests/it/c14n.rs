//! Canonicalisation beside another implementation, and the examples of the specifications.

use bergshamra_c14n::{C14nMode, canonicalize};
use bergshamra_xml::NodeSet;
use proptest::prelude::*;
use xml::{C14n, Document, Limits};

use crate::generate;

const ALL: [(&str, C14nMode); 6] = [
    ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", C14nMode::Inclusive),
    ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", C14nMode::InclusiveWithComments),
    ("http://www.w3.org/2006/12/xml-c14n11", C14nMode::Inclusive11),
    ("http://www.w3.org/2006/12/xml-c14n11#WithComments", C14nMode::Inclusive11WithComments),
    ("http://www.w3.org/2001/10/xml-exc-c14n#", C14nMode::Exclusive),
    ("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", C14nMode::ExclusiveWithComments),
];

fn ours(text: &str, alg: &C14n, id: Option<&str>) -> String {
    let doc = Document::parse(text, &Limits::default()).unwrap();
    let bytes = match id {
        Some(id) => alg.subtree(&doc, doc.by_id(id).unwrap().id()).unwrap(),
        None => alg.document(&doc).unwrap(),
    };
    String::from_utf8(bytes).unwrap()
}

fn theirs(text: &str, mode: C14nMode, id: Option<&str>, prefixes: &[String]) -> String {
    let set = id.map(|id| {
        let doc = uppsala::parse(text).unwrap();
        let apex = doc.descendants(doc.root()).into_iter().find(|n| doc.get_attribute(*n, "id") == Some(id)).unwrap();
        NodeSet::tree_with_comments(apex, &doc)
    });
    String::from_utf8(canonicalize(text, mode, set.as_ref(), prefixes).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn documents_and_subtrees_equal_another_implementation(seed in any::<u64>(), pick in any::<u32>(), list in 0usize..4) {
        let (text, count) = generate::document(seed);
        let id = format!("n{}", pick % count);
        let prefixes: Vec<String> = ["a", "#default", "ds"].iter().take(list).map(|s| (*s).to_owned()).collect();
        for (uri, mode) in ALL {
            let mut alg = C14n::from_uri(uri).unwrap();
            if mode.is_exclusive() {
                alg.prefixes.clone_from(&prefixes);
            }
            prop_assert_eq!(ours(&text, &alg, None), theirs(&text, mode, None, &prefixes), "{} whole {}", uri, text);
            prop_assert_eq!(ours(&text, &alg, Some(&id)), theirs(&text, mode, Some(&id), &prefixes), "{} {} {}", uri, id, text);
        }
    }

    #[test]
    fn canonical_form_is_a_fixed_point(seed in any::<u64>()) {
        let (text, _) = generate::document(seed);
        for (uri, _) in ALL {
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
    let with = C14n::from_uri(ALL[1].0).unwrap();
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
