use proptest::prelude::*;

use super::*;

const KINDS: [Sample; 3] = [Sample::Table, Sample::Stream, Sample::Hybrid];

fn open(data: &[u8]) -> Result<Document<'_>, PdfError> {
    Document::open(data, &Limits::default())
}

fn code(data: &[u8]) -> &'static str {
    open(data).err().map_or("none", |e| e.code())
}

fn replace(data: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "a replacement keeps all offsets");
    let at = data.windows(from.len()).position(|w| w == from.as_bytes()).expect("the text to replace");
    let mut out = data.to_vec();
    out[at..at + to.len()].copy_from_slice(to.as_bytes());
    out
}

#[test]
fn every_kind_is_read() {
    for kind in KINDS {
        let data = sample(kind);
        let doc = open(&data).unwrap();
        assert_eq!(doc.pages().unwrap(), 1, "{kind:?}");
        let (page, dict) = doc.first_page().unwrap();
        assert_eq!(page.num, 3);
        let Object::Stream(s) = doc.value(&dict, "Contents").unwrap() else { panic!("a stream") };
        assert!(doc.decode(&s).unwrap().starts_with(b"BT /F1"));
        assert_eq!(doc.end(), data.len());
    }
    let data = sample(Sample::Hybrid);
    let hidden = open(&data).unwrap().get(Ref { num: 7, generation: 0 }).unwrap();
    assert_eq!(*hidden.as_dict().unwrap().get("Hidden"), Object::Bool(true));
}

#[test]
fn an_update_appends_in_the_same_kind() {
    for kind in KINDS {
        let mut data = sample(kind);
        for round in 0..3 {
            let doc = open(&data).unwrap();
            let (root, mut catalog) = doc.catalog().unwrap();
            let mut update = Update::new(&doc).unwrap();
            let added = update.add(&Object::text(&format!("Kārta {round}")));
            let stream = update.add_stream(Dict::new(), b"\x00binary\xFF");
            catalog.set("Extra", Object::Array(vec![added.into(), stream.into()]));
            update.put(root, &catalog.into());
            let increment = update.finish();
            let kind_before = doc.sections()[0].kind;
            let mut after = data.clone();
            after.extend_from_slice(&increment.bytes);
            let doc = open(&after).unwrap();
            let expected = if kind_before == Kind::Hybrid { Kind::Table } else { kind_before };
            assert_eq!(doc.sections()[0].kind, expected);
            assert_eq!(doc.sections().len(), round + 2);
            let (_, catalog) = doc.catalog().unwrap();
            let extra = doc.array(&catalog, "Extra").unwrap();
            assert_eq!(doc.resolve(&extra[0]).unwrap().to_text().unwrap(), format!("Kārta {round}"));
            let Object::Stream(s) = doc.resolve(&extra[1]).unwrap() else { panic!("a stream") };
            assert_eq!(doc.decode(&s).unwrap(), b"\x00binary\xFF");
            data = after;
        }
    }
}

#[test]
fn broken_files_are_named() {
    let good = sample(Sample::Table);
    assert_eq!(code(b""), "pdf.not-pdf");
    assert_eq!(code(b" %PDF-1.7"), "pdf.not-pdf");
    assert_eq!(code(&good[..good.len() - 8]), "pdf.no-end");
    assert_eq!(code(&[good.as_slice(), &[b' '; 2000]].concat()), "pdf.no-end");
    assert_eq!(code(&replace(&good, "startxref", "startxreg")), "pdf.startxref");
    assert_eq!(code(&replace(&good, "trailer\n", "trailre\n")), "pdf.syntax");
    assert_eq!(code(&replace(&good, "/Type/Catalog", "/Type/Katalog")), "pdf.structure");
    assert_eq!(code(&replace(&good, "/Lang(lv)", "/Type /X1")), "pdf.duplicate-key");
    assert_eq!(code(&replace(&good, "1 0 obj", "9 0 obj")), "pdf.wrong-object");
    let encrypted = replace(&good, "/Root 1 0 R>>", "/Encrypt true");
    assert_eq!(code(&encrypted), "pdf.syntax");
    let text = String::from_utf8_lossy(&good[good.len() - 60..]).replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 5 0 R");
    let encrypted = [&good[..good.len() - 60], text.as_bytes()].concat();
    assert_eq!(code(&encrypted), "pdf.encrypted");
    let start = good.windows(6).rposition(|w| w == b"\nxref\n").unwrap() + 1;
    let looped = text.replace("/Encrypt 5 0 R", &format!("/Prev {start}"));
    assert_eq!(code(&[&good[..good.len() - 60], looped.as_bytes()].concat()), "pdf.xref-loop");
}

#[test]
fn bounds_hold() {
    let data = sample(Sample::Stream);
    let limited = |limits: Limits| Document::open(&data, &limits).err().map(|e| e.code());
    assert_eq!(limited(Limits { work: 100, ..Limits::default() }), Some("pdf.too-much-work"));
    assert_eq!(limited(Limits { objects: 3, ..Limits::default() }), Some("pdf.too-many-objects"));
    assert_eq!(limited(Limits { inflated: 20, ..Limits::default() }), Some("pdf.bomb"));
    assert_eq!(limited(Limits { sections: 0, ..Limits::default() }), Some("pdf.too-many-revisions"));
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let mut lexer = lexer::Lexer::new(&deep, 0, 64);
    assert_eq!(lexer.object().unwrap_err().code(), "pdf.too-deep");
}

fn object() -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![
        Just(Object::Null),
        any::<bool>().prop_map(Object::Bool),
        any::<i64>().prop_map(Object::Int),
        "-?[0-9]{1,5}\\.[0-9]{0,5}".prop_map(|s| Object::Real(s.into_bytes())),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Object::String),
        proptest::collection::vec(1u8.., 0..12).prop_map(Object::Name),
        (any::<u32>(), any::<u16>()).prop_map(|(num, generation)| Object::Ref(Ref { num, generation })),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Object::Array),
            proptest::collection::vec(("[A-Za-z]{1,6}", inner), 0..6).prop_map(|entries| {
                let mut d = Dict::new();
                for (k, v) in entries {
                    d.set(&k, v);
                }
                Object::Dict(d)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(o in object()) {
        let mut bytes = Vec::new();
        serialize(&o, &mut bytes);
        let mut lexer = lexer::Lexer::new(&bytes, 0, 64);
        prop_assert_eq!(lexer.object().unwrap(), o);
        prop_assert_eq!(lexer.pos(), bytes.len());
    }

    #[test]
    fn mutations_never_panic(kind in 0usize..3, at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut data = sample(KINDS[kind]);
        let i = at.index(data.len());
        data[i] = with;
        for data in [data.as_slice(), &data[..cut.index(data.len())]] {
            if let Ok(doc) = open(data) {
                let _ = doc.pages();
                for num in doc.entries().keys() {
                    if let Ok(Object::Stream(s)) = doc.get(Ref { num: *num, generation: 0 }) {
                        let _ = doc.decode(&s);
                    }
                }
            }
        }
    }

    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = open(&noise);
        let framed = [b"%PDF-1.7\n".as_slice(), &noise, b"\nstartxref\n9\n%%EOF"].concat();
        let _ = open(&framed);
        let _ = lexer::Lexer::new(&noise, 0, 64).object();
    }
}
