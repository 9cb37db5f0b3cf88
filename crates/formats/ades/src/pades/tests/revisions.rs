//! Coverage and what may follow a signature; the signatures themselves are empty here.

use std::cell::LazyCell;

use proptest::prelude::*;

use crate::{
    facts::Coverage,
    material::Material,
    pades::{
        changes::Reach,
        coverage::{Seen, judge},
        dss::add_material,
        fields::form,
        place::{Hole, place},
        widget::Placement,
    },
    pdf::{Dict, Document, Limits, Object, Ref, Sample, Update, sample},
};

const KINDS: [Sample; 3] = [Sample::Table, Sample::Stream, Sample::Hybrid];

fn open(data: &[u8]) -> Document<'_> {
    Document::open(data, &Limits::default()).unwrap()
}

fn with_field(data: &[u8], hole: Hole) -> Vec<u8> {
    let doc = open(data);
    let mut placed = place(&doc, hole, Dict::new(), 64, &Placement::default()).unwrap();
    placed.fill(b"\x30\x03signature").unwrap();
    [data, &placed.bytes].concat()
}

fn signed(kind: Sample) -> Vec<u8> {
    with_field(&sample(kind), Hole::Signature)
}

fn seen(data: &[u8]) -> Vec<Seen> {
    let doc = open(data);
    let reach = LazyCell::new(Box::new(|| Reach::of(&doc)) as Box<dyn FnOnce() -> Reach>);
    let form = form(&doc).unwrap();
    form.signatures.iter().filter_map(|f| f.value.as_ref().map(|v| judge(&doc, &reach, f, v))).collect()
}

fn verdict(data: &[u8]) -> (Coverage, Vec<&'static str>) {
    let first = seen(data).into_iter().next().unwrap();
    (first.coverage, first.defects.iter().map(|d| d.code).collect())
}

fn full(data: &[u8]) {
    assert_eq!(verdict(data), (Coverage::Full, vec![]));
}

fn changed(data: &[u8]) {
    assert_eq!(verdict(data), (Coverage::Partial, vec!["pades.changed-after-signing"]));
}

/// Appends a revision.
fn later(data: &[u8], change: impl FnOnce(&Document<'_>, &mut Update<'_, '_>)) -> Vec<u8> {
    let doc = open(data);
    let mut update = Update::new(&doc).unwrap();
    change(&doc, &mut update);
    [data, &update.finish().bytes].concat()
}

fn at(num: u32) -> Ref {
    Ref { num, generation: 0 }
}

fn dict(doc: &Document<'_>, num: u32) -> Dict {
    doc.get(at(num)).unwrap().as_dict().unwrap().clone()
}

#[test]
fn signatures_time_stamps_and_validation_data_may_follow() {
    for kind in KINDS {
        let mut data = signed(kind);
        full(&data);
        let material =
            Material { certificates: vec![b"cert".to_vec()], ocsps: vec![b"ocsp".to_vec()], ..Material::default() };
        let more = Material {
            certificates: vec![b"cert".to_vec(), b"cert2".to_vec()],
            crls: vec![b"crl".to_vec()],
            ..Material::default()
        };
        for material in [material, more] {
            let increment = add_material(&data, &material, &Limits::default()).unwrap().unwrap();
            data.extend_from_slice(&increment);
            assert_eq!(add_material(&data, &material, &Limits::default()).unwrap(), None, "nothing twice");
            full(&data);
        }
        data = with_field(&data, Hole::Timestamp);
        data = with_field(&data, Hole::Signature);
        assert_eq!(seen(&data).len(), 3);
        assert!(
            seen(&data).iter().all(|s| s.coverage == Coverage::Full && s.defects.is_empty()),
            "{kind:?} {:?}",
            seen(&data)
        );
        let store = crate::pades::dss::read(&open(&data)).unwrap();
        assert_eq!((store.certificates.len(), store.ocsps.len(), store.crls.len()), (2, 1, 1));
    }
}

#[test]
fn replaced_content_is_seen() {
    for kind in KINDS {
        let data = signed(kind);
        // the page's content stream itself
        changed(&later(&data, |_, u| {
            let other = u.add_stream(Dict::new(), b"BT (other) Tj ET");
            let _ = other;
            u.put_raw(at(4), b"<</Length 4>>\nstream\nBT E\nendstream".to_vec());
        }));
        // another content stream for the page
        changed(&later(&data, |doc, u| {
            let other = u.add_stream(Dict::new(), b"BT (other) Tj ET");
            let mut page = dict(doc, 3);
            page.set("Contents", other);
            u.put(at(3), &page.into());
        }));
        // another page tree
        changed(&later(&data, |doc, u| {
            let (root, mut catalog) = doc.catalog().unwrap();
            let pages = u.add(&Object::Dict(dict(doc, 2)));
            catalog.set("Pages", pages);
            u.put(root, &catalog.into());
        }));
        // a font
        changed(&later(&data, |doc, u| {
            let mut font = dict(doc, 5);
            font.set("BaseFont", Object::name("Other"));
            u.put(at(5), &font.into());
        }));
        // something that runs on opening
        changed(&later(&data, |doc, u| {
            let (root, mut catalog) = doc.catalog().unwrap();
            let mut action = Dict::new();
            action.set("S", Object::name("JavaScript")).set("JS", Object::text("app.alert(1)"));
            catalog.set("OpenAction", u.add(&action.into()));
            u.put(root, &catalog.into());
        }));
        // an annotation over the text
        changed(&later(&data, |doc, u| {
            let mut note = Dict::new();
            note.set("Type", Object::name("Annot")).set("Subtype", Object::name("FreeText"));
            let note = u.add(&note.into());
            let mut page = dict(doc, 3);
            let mut all = doc.array(&page, "Annots").unwrap();
            all.push(note.into());
            page.set("Annots", Object::Array(all));
            u.put(at(3), &page.into());
        }));
        // another catalog
        changed(&later(&data, |doc, u| {
            let (_, catalog) = doc.catalog().unwrap();
            let copy = u.add(&catalog.into());
            let _ = copy;
            u.put(at(2), &Object::Dict(Dict::new()));
        }));
    }
}

#[test]
fn a_reference_to_nothing_must_stay_so() {
    // the attacker had a dangling reference signed and later defines the object inside the validation data
    let base = sample(Sample::Table);
    let prepared = later(&base, |doc, u| {
        let mut page = dict(doc, 3);
        page.set("Contents", Object::Array(vec![at(4).into(), at(40).into()]));
        u.put(at(3), &page.into());
    });
    let data = with_field(&prepared, Hole::Signature);
    full(&data);
    let attacked = later(&data, |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        u.put_raw(at(40), b"<</Length 4>>\nstream\nBT E\nendstream".to_vec());
        let mut dss = Dict::new();
        dss.set("Certs", Object::Array(vec![at(40).into()]));
        catalog.set("DSS", u.add(&dss.into()));
        u.put(root, &catalog.into());
    });
    changed(&attacked);
}

#[test]
fn old_objects_cannot_hide_in_the_validation_data() {
    for kind in KINDS {
        let attacked = later(&signed(kind), |doc, u| {
            let (root, mut catalog) = doc.catalog().unwrap();
            u.put_raw(at(4), b"<</Length 4>>\nstream\nBT E\nendstream".to_vec());
            let mut dss = Dict::new();
            dss.set("Certs", Object::Array(vec![at(4).into()]));
            catalog.set("DSS", u.add(&dss.into()));
            u.put(root, &catalog.into());
        });
        changed(&attacked);
    }
}

#[test]
fn the_signature_cannot_be_exchanged_or_dropped() {
    let data = signed(Sample::Table);
    let field = form(&open(&data)).unwrap().signatures[0].clone();
    let dropped = later(&data, |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        let mut acro = doc.dict(&catalog, "AcroForm").unwrap().unwrap();
        acro.set("Fields", Object::Array(vec![]));
        catalog.set("AcroForm", acro);
        u.put(root, &catalog.into());
    });
    assert!(seen(&dropped).is_empty());
    let second = with_field(&data, Hole::Signature);
    let other = form(&open(&second)).unwrap().signatures[1].value.clone().unwrap().at.unwrap();
    let moved = later(&second, |_, u| {
        let mut dict = field.dict.clone();
        dict.set("V", other);
        u.put(field.at, &dict.into());
    });
    assert_eq!(verdict(&moved).1, vec!["pades.not-in-revision"]);
    assert_eq!(seen(&moved)[1].defects[0].code, "pades.changed-after-signing");
}

#[test]
fn byte_ranges_are_taken_strictly() {
    let data = signed(Sample::Table);
    let text = data.windows(11).position(|w| w == b"/ByteRange ").unwrap() + 11;
    let end = text + data[text..].iter().position(|b| *b == b']').unwrap() + 1;
    let numbers: Vec<usize> =
        String::from_utf8_lossy(&data[text + 1..end - 1]).split_whitespace().map(|n| n.parse().unwrap()).collect();
    let with = |range: &str| {
        let mut data = data.clone();
        let width = end - text;
        data[text..end].copy_from_slice(format!("{range:width$}").as_bytes());
        verdict(&data)
    };
    let (a, b, c) = (numbers[1], numbers[2], numbers[3]);
    assert_eq!(with(&format!("[0 {a} {b} {c}]")).1, Vec::<&str>::new());
    assert_eq!(with(&format!("[1 {a} {b} {c}]")).1, vec!["pades.byte-range-bounds"]);
    assert_eq!(with(&format!("[0 {} {b} {c}]", a - 1)).1, vec!["pades.byte-range-gap"]);
    assert_eq!(with(&format!("[0 {a} {} {}]", b + 1, c - 1)).1, vec!["pades.byte-range-gap"]);
    assert_eq!(with(&format!("[0 {} {b} {c}]", b + 1)).1, vec!["pades.byte-range-bounds"]);
    assert_eq!(with(&format!("[0 {a} {b} {}]", c + 1)).1, vec!["pades.byte-range-bounds"]);
    assert_eq!(with(&format!("[0 {a} {b} {}]", c - 10)).1, vec!["pades.other-history"]);
    assert_eq!(with(&format!("[0 {a} {b}]")).1, vec!["pades.byte-range-form"]);
    assert_eq!(with(&format!("[0 {a} {b} 5 9 1]")).1, vec!["pades.byte-range-form"]);
    assert_eq!(with("null").1, vec!["pades.byte-range-missing"]);
}

#[test]
fn bytes_after_the_end_are_told() {
    let data = signed(Sample::Table);
    let (coverage, codes) = verdict(&[data.as_slice(), b"hello"].concat());
    assert_eq!((coverage, codes), (Coverage::Partial, vec!["pades.bytes-after-end"]));
    full(&[data.as_slice(), b"\n"].concat());
}

#[test]
fn forms_may_be_filled_as_far_as_certified() {
    let base = later(&sample(Sample::Table), |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        let mut text = Dict::new();
        text.set("FT", Object::name("Tx")).set("T", Object::text("iban")).set("Subtype", Object::name("Widget"));
        let text = u.add(&text.into());
        let mut acro = Dict::new();
        acro.set("Fields", Object::Array(vec![text.into()]));
        let acro = u.add(&acro.into());
        catalog.set("AcroForm", acro);
        u.put(root, &catalog.into());
    });
    let data = with_field(&base, Hole::Signature);
    assert_eq!(form(&open(&data)).unwrap().names.len(), 2, "existing fields are kept");
    let filled = later(&data, |doc, u| {
        let (_, catalog) = doc.catalog().unwrap();
        let acro = doc.dict(&catalog, "AcroForm").unwrap().unwrap();
        let iban = doc.array(&acro, "Fields").unwrap()[0].as_ref().unwrap();
        let mut field = doc.get(iban).unwrap().as_dict().unwrap().clone();
        field.set("V", Object::text("LV80BANK0000435195001"));
        u.put(iban, &field.into());
    });
    assert_eq!(verdict(&filled), (Coverage::Partial, vec!["pades.form-filled-later"]));
}

#[test]
fn keys_that_are_no_text_are_compared_too() {
    let data = signed(Sample::Table);
    let mut bytes = later(&data, |doc, u| {
        let mut page = dict(doc, 3);
        page.set("Rotate", Object::Int(90));
        u.put(at(3), &page.into());
    });
    let at = bytes.windows(6).rposition(|w| w == b"Rotate").unwrap();
    bytes[at] = 0x80;
    changed(&bytes);
}

proptest! {
    /// No single byte after the signed part can change without being told or breaking the file.
    #[test]
    fn no_silent_mutation(kind in 0usize..3, at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let data = signed(KINDS[kind]);
        let mut bytes = later(&data, |doc, u| {
            let mut page = dict(doc, 3);
            page.set("Rotate", Object::Int(90));
            u.put(super::revisions::at(3), &page.into());
        });
        let i = data.len() + at.index(bytes.len() - data.len());
        bytes[i] = with;
        if let Ok(doc) = Document::open(&bytes, &Limits::default())
            && let Ok(form) = form(&doc)
        {
            let reach = LazyCell::new(Box::new(|| Reach::of(&doc)) as Box<dyn FnOnce() -> Reach>);
            for f in &form.signatures {
                if let Some(v) = &f.value {
                    let seen = judge(&doc, &reach, f, v);
                    let page = doc.get(super::revisions::at(3)).ok();
                    let shown_as_signed = page == open(&data).get(super::revisions::at(3)).ok();
                    prop_assert!(seen.coverage != Coverage::Full || shown_as_signed, "{seen:?}");
                }
            }
        }
    }
}
