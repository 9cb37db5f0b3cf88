//! Small PDFs made for tests.

use std::fmt::Write as _;

use flate2::{Compression, write::ZlibEncoder};

/// What a sample file is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// A table and plain objects.
    Table,
    /// A cross-reference stream (Flate, PNG predictor) and an object stream.
    Stream,
    /// A table with an `XRefStm`.
    Hybrid,
}

fn deflate(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut e = ZlibEncoder::new(Vec::new(), Compression::default());
    e.write_all(data).unwrap();
    e.finish().unwrap()
}

const CONTENT: &str = "BT /F1 24 Tf 72 720 Td (Pirkuma ligums) Tj ET";

fn objects() -> Vec<(u32, String)> {
    vec![
        (1, "<</Type/Catalog/Pages 2 0 R/Lang(lv)>>".into()),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".into()),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".into()),
        (5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".into()),
    ]
}

/// A one-page PDF.
pub(crate) fn sample(kind: Sample) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = [0usize; 9];
    let content = format!("4 0 obj\n<</Length {}>>\nstream\n{CONTENT}\nendstream\nendobj\n", CONTENT.len());
    let mut put = |out: &mut Vec<u8>, num: usize, body: &str| {
        offsets[num] = out.len();
        out.extend_from_slice(body.as_bytes());
    };
    put(&mut out, 4, &content);
    if kind != Sample::Stream {
        for (num, body) in objects() {
            put(&mut out, num as usize, &format!("{num} 0 obj\n{body}\nendobj\n"));
        }
    }
    let mut stm = Vec::new();
    if kind != Sample::Table {
        let listed: Vec<(u32, String)> =
            if kind == Sample::Stream { objects() } else { vec![(7, "<</Hidden true>>".into())] };
        let (mut head, mut body) = (String::new(), String::new());
        for (num, text) in &listed {
            write!(head, "{num} {} ", body.len()).unwrap();
            body.push_str(text);
            body.push(' ');
        }
        let packed = deflate(format!("{head}{body}").as_bytes());
        put(&mut out, 6, "");
        let dict = format!(
            "<</Type/ObjStm/N {}/First {}/Filter/FlateDecode/Length {}>>",
            listed.len(),
            head.len(),
            packed.len()
        );
        out.extend_from_slice(format!("6 0 obj\n{dict}\nstream\n").as_bytes());
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"\nendstream\nendobj\n");
        let start = out.len();
        offsets[8] = start;
        let place = |num: usize| match listed.iter().position(|(n, _)| *n as usize == num) {
            Some(i) => [2, 0, 0, 6, i as u8],
            None if offsets[num] > 0 => [1, 0, (offsets[num] >> 8) as u8, offsets[num] as u8, 0],
            None => [0; 5],
        };
        let nums: Vec<usize> = if kind == Sample::Stream { (0..9).collect() } else { vec![6, 7, 8] };
        let mut above = [0u8; 5];
        for num in &nums {
            let row = place(*num);
            stm.push(2);
            stm.extend(row.iter().zip(above).map(|(r, a)| r.wrapping_sub(a)));
            above = row;
        }
        let packed = deflate(&stm);
        let index = if kind == Sample::Stream { "[0 9]" } else { "[6 3]" };
        let parms = "/DecodeParms<</Predictor 12/Columns 5>>/Filter/FlateDecode";
        let dict = format!("<</Type/XRef/Size 9/W[1 3 1]/Index{index}{parms}/Root 1 0 R/Length {}>>", packed.len());
        out.extend_from_slice(format!("8 0 obj\n{dict}\nstream\n").as_bytes());
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"\nendstream\nendobj\n");
        if kind == Sample::Stream {
            out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
            return out;
        }
    }
    let start = out.len();
    let mut table = "xref\n0 6\n0000000000 65535 f\r\n".to_owned();
    for offset in &offsets[1..6] {
        write!(table, "{offset:010} 00000 n\r\n").unwrap();
    }
    let hybrid = if kind == Sample::Hybrid { format!("/XRefStm {}", offsets[8]) } else { String::new() };
    let size = if kind == Sample::Hybrid { 9 } else { 6 };
    write!(table, "trailer\n<</Size {size}/Root 1 0 R{hybrid}>>\nstartxref\n{start}\n%%EOF\n").unwrap();
    out.extend_from_slice(table.as_bytes());
    out
}
