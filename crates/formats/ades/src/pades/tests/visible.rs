//! Visible signatures, existing fields, locks and certification.

use pki::testing::TestKey;

use super::{Pki, limits, pki};
use crate::{
    facts::{Coverage, Level},
    pades::{Lock, PadesError, Request, Visible, prepare, read},
    pdf::{Dict, Document, Object, Ref, Sample, Update, sample},
};

const TEXT: &str = "Parakstīja: Ķēniņiene Žaņa Šķēle\nRīga, 2026. gada 24. novembrī";

/// A PNG of 2 x 2 pixels in RGB with transparency.
fn png() -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |tag: &[u8; 4], body: &[u8]| {
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        out.extend_from_slice(tag);
        out.extend_from_slice(body);
        out.extend_from_slice(&crc32fast::hash(&[tag.as_slice(), body].concat()).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 2, 8, 6, 0, 0, 0]);
    let rows = [[0u8, 255, 0, 0, 255, 0, 255, 0, 128], [0, 0, 0, 255, 255, 9, 9, 9, 0]].concat();
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &rows).unwrap();
    chunk(b"IDAT", &packer.finish().unwrap());
    chunk(b"IEND", &[]);
    out
}

fn visible() -> Visible {
    Visible { page: 1, at: [60, 500, 220, 70], text: Some(TEXT.to_owned()), image: png() }
}

fn signed(pki: &Pki, file: &[u8], change: impl FnOnce(&mut Request)) -> Result<Vec<u8>, PadesError> {
    let mut request = pki.request();
    change(&mut request);
    let prepared = prepare(file, request, &limits())?;
    Ok(pki.complete(file, prepared, Level::B))
}

fn later(data: &[u8], change: impl FnOnce(&Document<'_>, &mut Update<'_, '_>)) -> Vec<u8> {
    let doc = Document::open(data, &limits()).unwrap();
    let mut update = Update::new(&doc).unwrap();
    change(&doc, &mut update);
    [data, &update.finish().bytes].concat()
}

/// A document with a text field and an empty signature field.
fn form(kind: Sample) -> Vec<u8> {
    later(&sample(kind), |doc, u| {
        let (root, mut catalog) = doc.catalog().unwrap();
        let mut fields = Vec::new();
        for (kind, name, rect) in [("Tx", "iban", [60, 600, 200, 620]), ("Sig", "Paraksts", [60, 400, 260, 460])] {
            let mut field = Dict::new();
            field.set("FT", Object::name(kind)).set("T", Object::text(name)).set("Subtype", Object::name("Widget"));
            field.set("Rect", Object::Array(rect.map(Object::Int).to_vec())).set("P", Ref { num: 3, generation: 0 });
            fields.push(Object::from(u.add(&field.into())));
        }
        let mut page = doc.get(Ref { num: 3, generation: 0 }).unwrap().as_dict().unwrap().clone();
        page.set("Annots", Object::Array(fields.clone()));
        u.put(Ref { num: 3, generation: 0 }, &page.into());
        let mut acro = Dict::new();
        acro.set("Fields", Object::Array(fields));
        catalog.set("AcroForm", u.add(&acro.into()));
        u.put(root, &catalog.into());
    })
}

fn fill(data: &[u8]) -> Vec<u8> {
    later(data, |doc, u| {
        let (_, catalog) = doc.catalog().unwrap();
        let acro = doc.dict(&catalog, "AcroForm").unwrap().unwrap();
        let field = doc.array(&acro, "Fields").unwrap()[0].as_ref().unwrap();
        let mut dict = doc.get(field).unwrap().as_dict().unwrap().clone();
        dict.set("V", Object::text("LV80BANK0000435195001"));
        u.put(field, &dict.into());
    })
}

fn verdict(data: &[u8]) -> (Coverage, Vec<(&'static str, bool)>) {
    let file = read("Ligums.pdf", data, &limits()).unwrap();
    let s = &file.signatures[0];
    assert_eq!((s.value_verifies, s.references[0].intact), (Some(true), true));
    (s.scope[0].covered, s.defects.iter().map(|d| (d.code, d.fatal)).collect())
}

#[test]
fn a_visible_signature_is_whole_and_its_letters_can_be_copied() {
    let pki = pki(TestKey::p256());
    for kind in [Sample::Table, Sample::Stream, Sample::Hybrid] {
        let data = signed(&pki, &sample(kind), |r| r.visible = Some(visible())).unwrap();
        assert_eq!(verdict(&data), (Coverage::Full, vec![]));
        let text = String::from_utf8_lossy(&data);
        assert!(text.contains("+NotoSans") && text.contains("/ToUnicode") && !text.contains("/SMask"));
    }
}

#[test]
fn a_second_visible_signature_is_told_of_the_first() {
    let pki = pki(TestKey::p256());
    let one = signed(&pki, &sample(Sample::Table), |r| r.visible = Some(visible())).unwrap();
    let at = [60, 300, 220, 70];
    let two = signed(&pki, &one, |r| r.visible = Some(Visible { at, ..visible() })).unwrap();
    assert_eq!(verdict(&two), (Coverage::Full, vec![("pades.visible-field-later", false)]));
    let over = signed(&pki, &one, |r| r.visible = Some(visible())).unwrap();
    let told = vec![("pades.visible-field-later", false), ("pades.overlapping-field", false)];
    assert_eq!(verdict(&over), (Coverage::Full, told));
}

#[test]
fn an_empty_field_is_filled_and_a_taken_one_is_not() {
    let pki = pki(TestKey::p256());
    let name = || Some("Paraksts".to_owned());
    let first = signed(&pki, &form(Sample::Table), |_| {}).unwrap();
    let data = signed(&pki, &first, |r| {
        r.field = name();
        r.visible = Some(visible());
    })
    .unwrap();
    assert_eq!(verdict(&data), (Coverage::Full, vec![]), "filling a field that waited changes nothing else");
    let file = read("x.pdf", &data, &limits()).unwrap();
    assert!(file.signatures.iter().any(|s| s.id == "Paraksts" && s.defects.is_empty()));
    let taken = |field: &str| signed(&pki, &data, |r| r.field = Some(field.to_owned())).unwrap_err();
    assert_eq!(taken("Paraksts"), PadesError::Field("Paraksts".into()));
    assert_eq!(taken("iban"), PadesError::Field("iban".into()));
    assert_eq!(taken("a.b"), PadesError::Field("a.b".into()));
}

#[test]
fn locked_fields_stay_as_they_are() {
    let pki = pki(TestKey::p256());
    let lock = |lock: Lock| signed(&pki, &form(Sample::Stream), |r| r.lock = Some(lock)).unwrap();
    let refused = (Coverage::Partial, vec![("pades.changed-after-signing", true)]);
    let told = (Coverage::Partial, vec![("pades.form-filled-later", false)]);
    assert_eq!(verdict(&fill(&lock(Lock::All))), refused);
    assert_eq!(verdict(&fill(&lock(Lock::Include(vec!["iban".into()])))), refused);
    assert_eq!(verdict(&fill(&lock(Lock::Include(vec!["cits".into()])))), told);
    assert_eq!(verdict(&fill(&lock(Lock::Exclude(vec!["iban".into()])))), told);
    assert_eq!(verdict(&fill(&lock(Lock::Exclude(vec!["cits".into()])))), refused);
    assert_eq!(verdict(&lock(Lock::All)), (Coverage::Full, vec![]));
}

#[test]
fn a_certified_document_changes_only_as_certified() {
    let pki = pki(TestKey::p256());
    let certified = |level| signed(&pki, &form(Sample::Table), |r| r.certify = Some(level)).unwrap();
    assert_eq!(verdict(&certified(1)), (Coverage::Full, vec![]));
    assert_eq!(verdict(&fill(&certified(1))), (Coverage::Partial, vec![("pades.changed-after-signing", true)]));
    assert_eq!(verdict(&fill(&certified(2))), (Coverage::Full, vec![("pades.form-filled-later", false)]));
    assert_eq!(signed(&pki, &certified(1), |_| {}).unwrap_err(), PadesError::Locked);
    let two = signed(&pki, &certified(2), |_| {}).unwrap();
    assert_eq!(verdict(&two), (Coverage::Full, vec![]));
    // a field made visible after certification covers what was certified
    let shown = signed(&pki, &certified(2), |r| r.visible = Some(visible())).unwrap();
    assert_eq!(verdict(&shown).1.first(), Some(&("pades.changed-after-signing", true)));
    for level in [0, 4] {
        assert_eq!(signed(&pki, &sample(Sample::Table), |r| r.certify = Some(level)).unwrap_err(), PadesError::Certify);
    }
    assert_eq!(signed(&pki, &two, |r| r.certify = Some(2)).unwrap_err(), PadesError::Certify);
}

#[test]
fn what_cannot_be_shown_is_refused_by_name() {
    let pki = pki(TestKey::p256());
    let code = |change: &dyn Fn(&mut Visible)| {
        let mut v = visible();
        change(&mut v);
        signed(&pki, &sample(Sample::Table), |r| r.visible = Some(v)).unwrap_err().code()
    };
    assert_eq!(code(&|v| v.page = 2), "pades.page");
    assert_eq!(code(&|v| v.at = [500, 500, 200, 70]), "pades.outside");
    assert_eq!(code(&|v| v.at = [60, 500, 20, 10]), "pades.text-space");
    assert_eq!(code(&|v| v.at = [60, 500, 0, 0]), "pades.text-space");
    assert_eq!(code(&|v| v.text = Some("署名".into())), "pades.letter");
    assert_eq!(code(&|v| v.image = b"GIF89a".to_vec()), "pades.image");
    let whole = png();
    for cut in [10, 30, 50, whole.len() - 20] {
        assert_eq!(code(&|v| v.image = whole[..cut].to_vec()), "pades.image", "cut at {cut}");
    }
}
