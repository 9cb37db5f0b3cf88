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

#[test]
fn a_file_is_read_in_windows_as_from_memory() {
    for kind in KINDS {
        let data = sample(kind);
        let file = Ranged::new(std::io::Cursor::new(data.clone())).unwrap();
        let (a, b) = (open(&data).unwrap(), Document::open(&file, &Limits::default()).unwrap());
        assert_eq!(a.entries(), b.entries());
        for num in a.entries().keys() {
            let r = Ref { num: *num, generation: 0 };
            assert_eq!(a.get(r), b.get(r));
        }
    }
    // an object larger than any first window
    let long = format!("<</Type/Catalog/Pages 2 0 R/Lang({})>>", "l".repeat(50_000));
    let data = sample(Sample::Table);
    let doc = open(&data).unwrap();
    let mut update = Update::new(&doc).unwrap();
    update.put_raw(Ref { num: 1, generation: 0 }, long.into_bytes());
    let data = [data.as_slice(), &update.finish().bytes].concat();
    let file = Ranged::new(std::io::Cursor::new(data)).unwrap();
    let (_, catalog) = Document::open(&file, &Limits::default()).unwrap().catalog().unwrap();
    assert_eq!(catalog.get("Lang").as_string().unwrap().len(), 50_000);
}

#[test]
fn damaged_files_are_searched_to_be_judged_and_never_signed() {
    for kind in [Sample::Table, Sample::Stream] {
        let good = sample(kind);
        let start = good.windows(9).rposition(|w| w == b"startxref").unwrap();
        let cut = good[..start].to_vec();
        let shifted = [b"junk\n", good.as_slice()].concat();
        let broken = [cut.as_slice(), b"startxref\n7\n%%EOF\n"].concat();
        for data in [cut, shifted, broken] {
            assert!(open(&data).is_err());
            let doc = Document::open_to_read(&data, &Limits::default()).unwrap();
            assert!(doc.broken().is_some());
            assert_eq!(doc.pages().unwrap(), 1);
            let (_, page) = doc.first_page().unwrap();
            let Object::Stream(s) = doc.value(&page, "Contents").unwrap() else { panic!("a stream") };
            assert!(doc.decode(&s).unwrap().starts_with(b"BT /F1"));
        }
    }
    assert!(Document::open_to_read(b"%PDF-1.7\nnothing here".as_slice(), &Limits::default()).is_err());
}

/// Bytes with a gap of white space after the first nine.
struct Far(Vec<u8>, usize);

impl Source for Far {
    fn size(&self) -> usize {
        self.0.len() + self.1
    }
    fn read_at(&self, at: usize, buffer: &mut [u8]) -> std::io::Result<()> {
        let gap = 9..9 + self.1;
        for (i, byte) in (at..).zip(buffer) {
            *byte = match i {
                i if gap.contains(&i) => b' ',
                i if i < gap.start => self.0[i],
                i => self.0[i - self.1],
            };
        }
        Ok(())
    }
}

#[test]
fn an_increment_beyond_ten_digits_is_a_stream() {
    let gap = 12_000_000_000usize;
    let mut data = b"%PDF-1.7\n".to_vec();
    let mut entries = vec![0u8; 10];
    for (num, body) in (1..).zip(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]) {
        let place = u64::try_from(data.len() + gap).unwrap();
        entries.extend([&[1][..], &place.to_be_bytes(), &[0]].concat());
        data.extend(format!("{num} 0 obj\n{body}\nendobj\n").bytes());
    }
    let start = data.len() + gap;
    let head = format!("3 0 obj\n<</Type/XRef/Size 3/W[1 8 1]/Root 1 0 R/Length {}>>\nstream\n", entries.len());
    data.extend(head.bytes());
    data.extend(entries);
    data.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    let far = Far(data, gap);
    let doc = Document::open(Bytes::of(&far), &Limits::default()).unwrap();
    let mut update = Update::new(&doc).unwrap();
    let added = update.add(&Object::text("far"));
    let increment = update.finish();
    let joined = Joined { first: Bytes::of(&far), rest: &increment.bytes };
    let doc = Document::open(&joined, &Limits::default()).unwrap();
    assert_eq!(doc.sections()[0].kind, Kind::Stream);
    assert_eq!(doc.get(added).unwrap(), Object::text("far"));
}

#[test]
fn filters_in_a_row_are_undone() {
    let decode = |filters: &[&str], data: &[u8]| {
        let mut dict = Dict::new();
        dict.set("Filter", Object::Array(filters.iter().map(|f| Object::name(f)).collect()));
        filter::decode(1, &dict, data, 1000, 1000)
    };
    assert_eq!(decode(&["ASCIIHexDecode"], b"48 65 6C6c 6F>").unwrap(), b"Hello");
    assert_eq!(decode(&["ASCII85Decode"], b"87cURD]j7BEbo80~>").unwrap(), b"Hello world!");
    assert_eq!(decode(&["RunLengthDecode"], b"\x01ab\xFEc\x80").unwrap(), b"abccc");
    let lzw = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
    assert_eq!(decode(&["LZWDecode"], &lzw).unwrap(), b"-----A---B");
    assert_eq!(decode(&["AHx", "RL"], b"01 61 62 FE 63 80>").unwrap(), b"abccc");
    assert_eq!(decode(&["DCTDecode"], b"x").unwrap_err().code(), "pdf.filter");
    assert_eq!(decode(&["RL"; 9], b"x").unwrap_err().code(), "pdf.filter");
    assert_eq!(decode(&["RL"], &[0x81, 7].repeat(100)).unwrap_err().code(), "pdf.bomb");
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

#[test]
fn hexadecimal_digits_stand_in_either_case_with_spaces_between_and_one_may_lack() {
    let read = |text: &str| lexer::Lexer::new(text.as_bytes(), 0, 64).object();
    for (text, bytes) in [
        ("<>", &[][..]),
        ("<4f5A6b7C>", &[0x4f, 0x5a, 0x6b, 0x7c]),
        ("<4 f\n5A6b 7C >", &[0x4f, 0x5a, 0x6b, 0x7c]),
        ("<09 aF9>", &[0x09, 0xaf, 0x90]),
        ("<f>", &[0xf0]),
    ] {
        assert_eq!(read(text).unwrap(), Object::String(bytes.to_vec()), "{text}");
    }
    for wrong in ["<4g>", "<g4>", "<4f5", "<4", "<@@>", "<4F::>"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
