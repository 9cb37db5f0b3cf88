//! Attacks on signed PDFs, each under the name it was published by: "1 Trillion Dollar Refund" (2019), "Shadow Attacks" (2021),
//! "Breaking the Specification: PDF Certification" (2021). None may leave a signature that covers what is shown.

use pki::testing::TestKey;

use super::{limits, pki};
use crate::{
    facts::{Coverage, FileFacts, Level},
    pades::{Visible, prepare, read},
    pdf::{Dict, Document, Object, Ref, Sample, Update, sample},
};

const KINDS: [Sample; 3] = [Sample::Table, Sample::Stream, Sample::Hybrid];
const OTHER: &[u8] = b"<</Length 31>>\nstream\nBT /F1 24 Tf (other text) Tj ET  \nendstream";

fn at(num: u32) -> Ref {
    Ref { num, generation: 0 }
}

fn later(data: &[u8], change: impl FnOnce(&Document<'_>, &mut Update<'_, '_>)) -> Vec<u8> {
    let doc = Document::open(data, &limits()).unwrap();
    let mut update = Update::new(&doc).unwrap();
    change(&doc, &mut update);
    [data, &update.finish().bytes].concat()
}

fn dict(doc: &Document<'_>, num: u32) -> Dict {
    doc.get(at(num)).unwrap().as_dict().unwrap().clone()
}

fn annotate(doc: &Document<'_>, u: &mut Update<'_, '_>, annotation: Ref) {
    let mut page = dict(doc, 3);
    let mut all = doc.array(&page, "Annots").unwrap();
    all.push(annotation.into());
    page.set("Annots", Object::Array(all));
    u.put(at(3), &page.into());
}

fn note(kind: &str) -> Dict {
    let mut note = Dict::new();
    note.set("Type", Object::name("Annot")).set("Subtype", Object::name(kind));
    note.set("Rect", Object::Array([60, 700, 400, 760].map(Object::Int).to_vec()));
    note
}

fn facts(data: &[u8]) -> Option<FileFacts> {
    read("x.pdf", data, &limits()).ok()
}

/// The first signature is not accepted as covering the file, and says why in `code`.
fn refused(data: &[u8], code: &str) {
    let file = facts(data).expect("the file is read");
    let s = &file.signatures[0];
    let broken = s.value_verifies != Some(true) || s.references.iter().any(|r| !r.intact);
    assert!(broken || s.scope[0].covered != Coverage::Full, "{s:?}");
    assert!(s.defects.iter().any(|d| d.code == code && d.fatal), "{code}: {:?}", s.defects);
}

fn signed(base: &[u8]) -> Vec<u8> {
    pki(TestKey::p256()).sign(base, Level::B)
}

#[test]
fn shadow_hide() {
    // signed with an overlay that hides a text; later the overlay goes
    for kind in KINDS {
        let base = later(&sample(kind), |doc, u| {
            let cover = u.add(&note("Stamp").into());
            annotate(doc, u, cover);
        });
        let data = signed(&base);
        refused(
            &later(&data, |doc, u| {
                let mut page = dict(doc, 3);
                page.set("Annots", Object::Array(doc.array(&page, "Annots").unwrap().split_off(1)));
                u.put(at(3), &page.into());
            }),
            "pades.changed-after-signing",
        );
        // or only its reference leads to nothing
        let cover = Document::open(&data, &limits()).unwrap();
        let cover = cover.array(&dict(&cover, 3), "Annots").unwrap()[0].as_ref().unwrap();
        refused(&later(&data, |_, u| u.put(cover, &Object::Null)), "pades.changed-after-signing");
    }
}

#[test]
fn shadow_replace_by_a_font() {
    for kind in KINDS {
        refused(
            &later(&signed(&sample(kind)), |doc, u| {
                let mut font = dict(doc, 5);
                font.set("BaseFont", Object::name("Evil"));
                u.put(at(5), &font.into());
            }),
            "pades.changed-after-signing",
        );
    }
}

#[test]
fn shadow_replace_by_a_value_that_looks_different() {
    // the appearance of a field that no certification allows to fill
    let base = later(&sample(Sample::Table), |doc, u| {
        let shown = u.add_stream(note("Form"), b"(100 EUR) Tj");
        let mut appearance = Dict::new();
        appearance.set("N", shown);
        let mut field = note("Widget");
        field.set("FT", Object::name("Tx")).set("T", Object::text("summa")).set("AP", appearance);
        let field = u.add(&field.into());
        let (root, mut catalog) = doc.catalog().unwrap();
        let mut acro = Dict::new();
        acro.set("Fields", Object::Array(vec![field.into()]));
        catalog.set("AcroForm", u.add(&acro.into()));
        u.put(root, &catalog.into());
        annotate(doc, u, field);
    });
    let data = signed(&base);
    let other = later(&data, |doc, u| {
        let (_, catalog) = doc.catalog().unwrap();
        let field = doc.array(&doc.dict(&catalog, "AcroForm").unwrap().unwrap(), "Fields").unwrap()[0].clone();
        let mut field_dict = doc.resolve(&field).unwrap().as_dict().unwrap().clone();
        let mut appearance = Dict::new();
        appearance.set("N", u.add_stream(note("Form"), b"(999 EUR) Tj"));
        field_dict.set("AP", appearance);
        u.put(field.as_ref().unwrap(), &field_dict.into());
    });
    let s = &facts(&other).unwrap().signatures[0];
    assert!(s.scope[0].covered != Coverage::Full || s.defects.iter().any(|d| d.code == "pades.form-filled-later"));
}

#[test]
fn shadow_hide_and_replace() {
    // two contents are signed, one of them unseen; later the cross-reference shows the other
    for kind in KINDS {
        let base = later(&sample(kind), |_, u| {
            u.add_stream(Dict::new(), b"BT (hidden) Tj ET");
        });
        let data = signed(&base);
        let hidden = Document::open(&base, &limits()).unwrap().entries().keys().next_back().copied();
        let hidden = hidden.filter(|_| kind != Sample::Stream).unwrap_or(9);
        refused(
            &later(&data, |doc, u| {
                let mut page = dict(doc, 3);
                page.set("Contents", at(hidden));
                u.put(at(3), &page.into());
            }),
            "pades.changed-after-signing",
        );
        // a catalog that was signed unseen becomes the root
        let second = later(&sample(kind), |doc, u| {
            let (_, mut catalog) = doc.catalog().unwrap();
            let mut pages = dict(doc, 2);
            pages.set("Kids", Object::Array(vec![])).set("Count", Object::Int(0));
            catalog.set("Pages", u.add(&pages.into()));
            u.add(&catalog.into());
        });
        let data = signed(&second);
        let other = later(&data, |_, u| {
            u.add(&Object::Null);
        });
        let (from, to) = (b"/Root 1 0 R", b"/Root 9 0 R");
        let place = other.windows(from.len()).rposition(|w| w == from).unwrap();
        let mut other = other;
        other[place..place + to.len()].copy_from_slice(to);
        if let Some(file) = facts(&other) {
            assert!(file.signatures.iter().all(|s| s.scope[0].covered != Coverage::Full));
        }
    }
}

#[test]
fn incremental_saving_replaces_nothing() {
    for kind in KINDS {
        let data = signed(&sample(kind));
        refused(&later(&data, |_, u| u.put_raw(at(4), OTHER.to_vec())), "pades.changed-after-signing");
        // also without a cross-reference, with a second catalog, and with the old one repeated after it
        let bare = [data.as_slice(), b"4 0 obj\n", OTHER, b"\nendobj\n"].concat();
        let file = facts(&bare).expect("told");
        assert!(file.signatures[0].scope[0].covered != Coverage::Full, "{:?}", file.signatures[0]);
        let mark = [bare.as_slice(), b"trailer <</Root 1 0 R>>\n%%EOF\n"].concat();
        if let Some(file) = facts(&mark) {
            assert!(file.signatures.iter().all(|s| s.scope[0].covered != Coverage::Full));
        }
    }
}

#[test]
fn universal_signature_forgery() {
    // ByteRange or Contents that are missing, empty or nonsense
    let data = signed(&sample(Sample::Table));
    let change = |from: &str, to: &str| {
        let at = data.windows(from.len()).rposition(|w| w == from.as_bytes()).unwrap();
        let mut out = data.clone();
        out[at..at + to.len()].copy_from_slice(to.as_bytes());
        out
    };
    refused(&change("/ByteRange [", "/ByteRongo ["), "pades.byte-range-missing");
    refused(&change("/Contents <30", "/Kontents <30"), "pades.contents-missing");
    refused(&change("/Contents <3", "/Contents <0"), "pades.cms-broken");
}

#[test]
fn signature_wrapping_by_a_gap_or_by_bytes_around() {
    let data = signed(&sample(Sample::Table));
    let begin = data.windows(12).rposition(|w| w == b"/ByteRange [").unwrap() + 11;
    let end = begin + data[begin..].iter().position(|b| *b == b']').unwrap() + 1;
    let text = String::from_utf8(data[begin + 1..end - 1].to_vec()).unwrap();
    let n: Vec<usize> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let with = |range: String| {
        let mut out = data.clone();
        let width = end - begin;
        out[begin..end].copy_from_slice(format!("{range:width$}").as_bytes());
        out
    };
    let (a, b, c) = (n[1], n[2], n[3]);
    for (range, code) in [
        (format!("[0 {a} {} {}]", b + 10, c - 10), "pades.byte-range-gap"),
        (format!("[0 {} {b} {c}]", a - 5), "pades.byte-range-gap"),
        (format!("[0 {} {} {c}]", a + 1, b - 1), "pades.byte-range-gap"),
        (format!("[0 {b} {a} {c}]"), "pades.byte-range-bounds"),
        (format!("[7 {a} {b} {c}]"), "pades.byte-range-bounds"),
        (format!("[0 0 {b} {c}]"), "pades.byte-range-gap"),
        (format!("[0 {a} {b} 0]"), "pades.byte-range-bounds"),
        (format!("[0 {a} {b} {}]", c + 99_999), "pades.byte-range-bounds"),
        (format!("[0 {a} {b} {c} 0 5]"), "pades.byte-range-form"),
        (format!("[0 {a} {b}]"), "pades.byte-range-form"),
    ] {
        refused(&with(range), code);
    }
    // the original moved behind an inserted part, the hexadecimal string kept
    let inserted = [&data[..b], b" /Evil (more)", &data[b..]].concat();
    if let Some(file) = facts(&inserted) {
        assert!(file.signatures.iter().all(|s| !s.references.first().is_some_and(|r| r.intact)));
    }
}

#[test]
fn hexadecimal_tricks() {
    let data = signed(&sample(Sample::Table));
    let begin = data.windows(12).rposition(|w| w == b"/Contents <3").unwrap() + 10;
    // white space within, then the string as a literal, then a comment sign: none is another signature
    for (place, with) in [(begin + 9, b' '), (begin, b'('), (begin + 9, b'%'), (begin + 9, b'>')] {
        let mut other = data.clone();
        other[place] = with;
        if let Some(file) = facts(&other) {
            for s in &file.signatures {
                let good = s.value_verifies == Some(true) && s.references.iter().all(|r| r.intact);
                assert!(!good || s.scope[0].covered != Coverage::Full, "{with}");
            }
        }
    }
}

#[test]
fn evil_annotation_and_sneaky_signature_after_certification() {
    let pki = pki(TestKey::p256());
    for level in [1, 2, 3] {
        let base = sample(Sample::Table);
        let mut request = pki.request();
        request.certify = Some(level);
        let data = pki.complete(&base, prepare(base.as_slice(), request, &limits()).unwrap(), Level::B);
        let noted = later(&data, |doc, u| {
            let text = u.add(&note("FreeText").into());
            annotate(doc, u, text);
        });
        let s = &facts(&noted).unwrap().signatures[0];
        if level < 3 {
            refused(&noted, "pades.changed-after-signing");
        } else {
            assert!(s.defects.iter().any(|d| d.code == "pades.commented-later"), "{:?}", s.defects);
        }
        // a field that nobody signed, with a look that covers the text
        let sneaky = later(&data, |doc, u| {
            let mut appearance = Dict::new();
            appearance.set("N", u.add_stream(note("Form"), b"(other) Tj"));
            let mut field = note("Widget");
            field.set("FT", Object::name("Sig")).set("T", Object::text("S9")).set("AP", appearance).set("P", at(3));
            let field = u.add(&field.into());
            annotate(doc, u, field);
            let (root, mut catalog) = doc.catalog().unwrap();
            let mut acro = doc.dict(&catalog, "AcroForm").unwrap().unwrap();
            let mut fields = doc.array(&acro, "Fields").unwrap();
            fields.push(field.into());
            acro.set("Fields", Object::Array(fields));
            catalog.set("AcroForm", acro);
            u.put(root, &catalog.into());
        });
        refused(&sneaky, "pades.changed-after-signing");
    }
}

#[test]
fn certification_cannot_be_taken_away_or_weakened() {
    let pki = pki(TestKey::p256());
    let base = sample(Sample::Table);
    let mut request = pki.request();
    request.certify = Some(1);
    let data = pki.complete(&base, prepare(base.as_slice(), request, &limits()).unwrap(), Level::B);
    let without = later(&data, |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        catalog.set("Perms", Object::Null);
        u.put(root, &catalog.into());
    });
    refused(&without, "pades.changed-after-signing");
    let weaker = later(&data, |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        let mut signature = doc.dict(&doc.dict(&catalog, "Perms").unwrap().unwrap(), "DocMDP").unwrap().unwrap();
        signature.set("Reference", Object::Array(vec![]));
        let mut perms = Dict::new();
        perms.set("DocMDP", u.add(&signature.into()));
        catalog.set("Perms", perms);
        u.put(root, &catalog.into());
    });
    refused(&weaker, "pades.changed-after-signing");
}

#[test]
fn scripts_attachments_and_pages_after_signing_are_named() {
    let data = signed(&sample(Sample::Table));
    let named = |data: &[u8], what: &str| {
        let file = facts(data).unwrap();
        let told = file.signatures[0].defects.iter().find(|d| d.code == "pades.changed-after-signing").unwrap();
        assert!(told.object.contains(what), "{}", told.object);
    };
    let tree = |key: &'static str| {
        later(&data, |doc, u| {
            let (root, mut catalog) = doc.catalog().unwrap();
            let mut spec = Dict::new();
            spec.set("Type", Object::name("Filespec")).set("F", Object::text("rekins.xml"));
            let mut leaf = Dict::new();
            leaf.set("Names", Object::Array(vec![Object::text("rekins.xml"), u.add(&spec.into()).into()]));
            let mut names = Dict::new();
            names.set(key, u.add(&leaf.into()));
            catalog.set("Names", names);
            u.put(root, &catalog.into());
        })
    };
    named(&tree("JavaScript"), "/Root/Names/JavaScript");
    named(&tree("EmbeddedFiles"), "/Root/Names/EmbeddedFiles");
    let attached = facts(&tree("EmbeddedFiles")).unwrap();
    assert!(attached.defects.iter().any(|d| d.code == "pades.attachments" && d.object == "rekins.xml"));
    named(&later(&data, |_, u| u.put_raw(at(4), OTHER.to_vec())), "page 1/Contents");
}

#[test]
fn visible_signatures_under_a_later_one_are_told() {
    let pki = pki(TestKey::p256());
    let base = sample(Sample::Table);
    let visible = |text: &str| Visible { page: 1, at: [60, 500, 220, 70], text: Some(text.into()), image: vec![] };
    let mut one = pki.request();
    one.visible = Some(visible("Anna"));
    let data = pki.complete(&base, prepare(base.as_slice(), one, &limits()).unwrap(), Level::B);
    let mut two = pki.request();
    two.visible = Some(visible("Cits"));
    let data = pki.complete(&data, prepare(data.as_slice(), two, &limits()).unwrap(), Level::B);
    let s = &facts(&data).unwrap().signatures[0];
    assert!(s.defects.iter().any(|d| d.code == "pades.overlapping-field"));
}
