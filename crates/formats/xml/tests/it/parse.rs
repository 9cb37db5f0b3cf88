//! What is and is not accepted as XML.

use proptest::prelude::*;
use xml::{Document, Limits, decode};

fn code(text: &str) -> &'static str {
    Document::parse(text, &Limits::default()).err().map_or("ok", |e| e.code())
}

#[test]
fn refusals() {
    for (text, expected) in [
        ("<!DOCTYPE a><a/>", "xml.parse.doctype"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml.parse.doctype"),
        ("<a>&nbsp;</a>", "xml.parse.entity"),
        ("<a>&#0;</a>", "xml.parse.entity"),
        ("<a>&#x1F;</a>", "xml.parse.entity"),
        ("<a>&#+65;</a>", "xml.parse.entity"),
        ("<a>& </a>", "xml.parse.entity"),
        ("<?xml version='1.1'?><a/>", "xml.parse.version"),
        ("<a>\u{1}</a>", "xml.parse.character"),
        ("<a x='\u{FFFE}'/>", "xml.parse.character"),
        ("<a", "xml.parse.syntax"),
        ("<a>", "xml.parse.syntax"),
        ("<a></b>", "xml.parse.syntax"),
        ("<a/><b/>", "xml.parse.syntax"),
        ("x<a/>", "xml.parse.syntax"),
        ("<a/>x", "xml.parse.syntax"),
        ("", "xml.parse.syntax"),
        ("<a>]]></a>", "xml.parse.syntax"),
        ("<a><!-- -- --></a>", "xml.parse.syntax"),
        ("<a x='<'/>", "xml.parse.syntax"),
        ("<a x=1/>", "xml.parse.syntax"),
        ("<a x='1'y='2'/>", "xml.parse.syntax"),
        ("<a><?xml version='1.0'?></a>", "xml.parse.syntax"),
        (" <?xml version='1.0'?><a/>", "xml.parse.syntax"),
        ("<a><![CDATA[</a>", "xml.parse.syntax"),
        ("<a b='1' b='2'/>", "xml.parse.duplicate-attribute"),
        ("<a xmlns:x='urn:a' xmlns:y='urn:a' x:b='1' y:b='2'/>", "xml.parse.duplicate-attribute"),
        ("<a xmlns='urn:a' xmlns='urn:b'/>", "xml.parse.duplicate-attribute"),
        ("<x:a/>", "xml.parse.namespace"),
        ("<a x:b='1'/>", "xml.parse.namespace"),
        ("<a xmlns:x=''/>", "xml.parse.namespace"),
        ("<a xmlns:xml='urn:a'/>", "xml.parse.namespace"),
        ("<a xmlns:xmlns='urn:a'/>", "xml.parse.namespace"),
        ("<a:b:c xmlns:a='urn:a'/>", "xml.parse.syntax"),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn limits() {
    let deep = "<a>".repeat(300) + &"</a>".repeat(300);
    assert_eq!(code(&deep), "xml.parse.limit");
    let attributes: String = (0..300).map(|i| format!(" a{i}='1'")).collect();
    assert_eq!(code(&format!("<a{attributes}/>")), "xml.parse.limit");
    let small = Limits { bytes: 10, nodes: 3, ..Limits::default() };
    assert_eq!(Document::parse("<a>0123456789</a>", &small).unwrap_err().code(), "xml.parse.limit");
    assert_eq!(Document::parse("<a/>", &small).unwrap().root().local(), "a");
    let few = Limits { nodes: 3, ..Limits::default() };
    assert_eq!(Document::parse("<a><b/><b/><b/></a>", &few).unwrap_err().code(), "xml.parse.limit");
}

#[test]
fn ids() {
    let doc =
        Document::parse("<a Id='1'><b id='2'/><c ID='2'/><d xml:id='3'/><e Id='4' id='4'/></a>", &Limits::default())
            .unwrap();
    assert_eq!(doc.by_id("1").unwrap().local(), "a");
    assert!(doc.by_id("2").is_none());
    assert_eq!(doc.by_id("3").unwrap().local(), "d");
    assert_eq!(doc.by_id("4").unwrap().local(), "e");
    assert_eq!(doc.duplicate_ids(), ["2"]);
}

#[test]
fn places_and_text() {
    let text = "<a>x<!-- c -->y<b>z</b><![CDATA[&]]>\r\n&#13;</a>";
    let doc = Document::parse(text, &Limits::default()).unwrap();
    let b = doc.root().only("", "b").unwrap();
    assert_eq!(text.get(b.span()), Some("<b>z</b>"));
    assert_eq!(doc.root().text(), "xy&\n\r");
    assert!(b.is_within(doc.root().id()) && !doc.root().is_within(b.id()));
    let error = Document::parse("<a>\n  <b></c></a>", &Limits::default()).unwrap_err();
    assert_eq!((error.line, error.column), (2, 10));
}

#[test]
fn encodings() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>";
    assert!(decode(latin).unwrap().contains('é'));
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain("<a>ā</a>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(decode(&wide).unwrap(), "<a>ā</a>");
    assert_eq!(decode("\u{FEFF}<a/>".as_bytes()).unwrap(), "<a/>");
    for bad in [
        &b"<a>\xFF</a>"[..],
        b"<?xml version='1.0' encoding='windows-1257'?><a/>",
        b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-16'?><a/>",
    ] {
        assert_eq!(decode(bad).unwrap_err().code(), "xml.parse.encoding");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "[<>/a-c:='\"&;#x!\\-\\[\\]? \n]{0,80}") {
        if let Ok(doc) = Document::parse(&text, &Limits::default()) {
            let _ = xml::C14n::V11.document(&doc);
        }
    }
}
