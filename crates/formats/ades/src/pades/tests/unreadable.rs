//! Parts of a signed PDF that cannot be read.

use pki::testing::TestKey;

use super::{limits, pki};
use crate::{
    facts::{FileFacts, Level},
    pades::read,
    pdf::{Document, Object, Sample, Update, sample},
};

fn facts(data: &[u8]) -> FileFacts {
    read("x.pdf", data, &limits()).unwrap()
}

/// A signature whose object is rubbish is told as one that does not hold; the others are still judged.
#[test]
fn an_unreadable_signature_hides_no_other() {
    let p = pki(TestKey::p256());
    for kind in [Sample::Table, Sample::Stream, Sample::Hybrid] {
        let first = p.sign(&sample(kind), Level::B);
        let both = p.sign(&first, Level::B);
        let value = |data: &[u8], n: usize| {
            let doc = Document::open(data, &limits()).unwrap();
            crate::pades::fields::form(&doc).unwrap().signatures[n].clone()
        };
        for n in [0, 1] {
            let field = value(&both, n);
            let head = format!("{} 0 obj", field.value.unwrap().at.unwrap().num).into_bytes();
            let mut broken = both.clone();
            let at = broken.windows(head.len()).rposition(|w| w == head).unwrap() + head.len();
            let open = broken[at..].iter().position(|b| *b == b'<').unwrap() + at;
            broken[open..open + 2].copy_from_slice(b")(");
            let found = facts(&broken);
            assert_eq!(found.signatures.len(), 2);
            let bad = found.signatures.iter().find(|s| s.id == field.name).unwrap();
            assert!(bad.defects.iter().any(|d| d.code == "pades.signature-unreadable" && d.fatal), "{bad:?}");
            let other = found.signatures.iter().find(|s| s.id != field.name).unwrap();
            assert_eq!(other.value_verifies, Some(true), "{:?}", other.defects);
            assert!(!other.defects.iter().any(|d| d.code == "pades.signature-unreadable"));
        }
        // A field of the form that is none.
        let stray = {
            let doc = Document::open(&first, &limits()).unwrap();
            let mut u = Update::new(&doc).unwrap();
            let (root, mut catalog) = doc.catalog().unwrap();
            let mut form = doc.dict(&catalog, "AcroForm").unwrap().unwrap();
            let mut fields = doc.array(&form, "Fields").unwrap();
            fields.push(Object::Int(7));
            form.set("Fields", Object::Array(fields));
            catalog.set("AcroForm", form);
            u.put(root, &catalog.into());
            [first.as_slice(), &u.finish().bytes].concat()
        };
        let found = facts(&stray);
        assert!(found.defects.iter().any(|d| d.code == "pades.field-unreadable" && !d.fatal));
        assert_eq!(found.signatures.len(), 1);
    }
}
