use std::{
    io::{self, Cursor},
    path::PathBuf,
};

use image::GenericImageView as _;

use crate::{
    Drawn, Limits, Painter, RasterError,
    child::work,
    painter::listen,
    wire::{Order, Told},
};

/// A PDF of one page a line.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut kids = String::new();
    for line in lines {
        let page = objects.len() + 1;
        kids += &format!("{page} 0 R ");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents {} 0 R /Resources << /Font << /F 3 0 R >> >> >>",
            page + 1
        ));
        objects.push(stream(line));
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", lines.len());
    let mut out = b"%PDF-1.7\n".to_vec();
    let places: Vec<usize> = (1..).zip(&objects).map(|(n, body)| object(&mut out, n, body)).collect();
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    out.extend(places.iter().flat_map(|p| format!("{p:010} 00000 n \n").into_bytes()));
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1).bytes());
    out
}

fn object(out: &mut Vec<u8>, number: usize, body: &str) -> usize {
    let at = out.len();
    out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    at
}

fn stream(line: &str) -> String {
    let content = format!("BT /F 24 Tf 30 300 Td ({line}) Tj ET");
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// The file with one more revision in which an object is another.
fn revised(file: &[u8], number: usize, body: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let before: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    let mut out = file.to_vec();
    let at = object(&mut out, number, body);
    let start = out.len();
    out.extend(format!("xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<< /Size 30 /Root 1 0 R /Prev {before} >>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

/// What the child does, in this process and without giving up anything.
fn compare(file: &[u8], ends: &[usize], limits: &Limits) -> io::Result<Drawn> {
    let ends: Vec<u64> = ends.iter().map(|e| *e as u64).collect();
    let order = Order::new(file.len() as u64, &ends, limits);
    let input = [serde_json::to_vec(&order)?, b"\n".to_vec(), file.to_vec()].concat();
    let mut output = Vec::new();
    work(Cursor::new(input), &mut output, |_| Ok(()))?;
    told(&output, &order)
}

fn told(output: &[u8], order: &Order) -> io::Result<Drawn> {
    let mut drawn = Drawn::default();
    tokio::runtime::Builder::new_current_thread().build()?.block_on(listen(output, order, &mut drawn))?;
    Ok(drawn)
}

#[test]
fn a_changed_page_is_shown_and_its_place_is_framed() {
    let signed = pdf(&["Pay 100", "Second", "Third"]);
    let now = revised(&signed, 7, &stream("Sixth"));
    let drawn = compare(&now, &[signed.len()], &Limits::default()).unwrap();
    assert!(drawn.complete);
    assert_eq!((drawn.compared, drawn.pairs.len()), (3, 1));
    let pair = &drawn.pairs[0];
    assert_eq!((pair.revision, pair.page, pair.places), (0, 2, 1));
    for picture in [pair.signed.as_ref().unwrap(), pair.now.as_ref().unwrap()] {
        let image = image::load_from_memory(&picture.png).unwrap();
        assert_eq!((image.width(), image.height()), (825, 1100));
        assert_eq!((picture.width, picture.height), (825, 1100));
        let red: Vec<(u32, u32)> =
            image.pixels().filter(|(_, _, p)| p.0 == [200, 16, 46, 255]).map(|(x, y, _)| (x, y)).collect();
        let (left, right) = (red.iter().map(|p| p.0).min().unwrap(), red.iter().map(|p| p.0).max().unwrap());
        let (top, bottom) = (red.iter().map(|p| p.1).min().unwrap(), red.iter().map(|p| p.1).max().unwrap());
        // the line stands at 30, 300 of 300 × 400 points, drawn at 2.75 pixels a point
        assert!((100..140).contains(&left) && (250..330).contains(&right), "{left} to {right}");
        assert!((200..275).contains(&top) && (270..300).contains(&bottom), "{top} to {bottom}");
    }
    assert_ne!(pair.signed.as_ref().unwrap().png, pair.now.as_ref().unwrap().png);
}

#[test]
fn what_looks_the_same_gives_no_picture() {
    let signed = pdf(&["One", "Two"]);
    let now = revised(&signed, 20, "<< /Nothing true >>");
    let drawn = compare(&now, &[signed.len()], &Limits::default()).unwrap();
    assert_eq!(drawn, Drawn { pairs: Vec::new(), compared: 2, complete: true });
}

#[test]
fn pages_that_came_or_went_are_shown_on_one_side() {
    let three = pdf(&["One", "Two", "Three"]);
    let two = revised(&three, 2, "<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>");
    let drawn = compare(&two, &[three.len()], &Limits::default()).unwrap();
    assert_eq!(drawn.pairs.len(), 1);
    assert!(drawn.pairs[0].signed.is_some() && drawn.pairs[0].now.is_none());
    let again = revised(&two, 2, "<< /Type /Pages /Kids [4 0 R 6 0 R 8 0 R] /Count 3 >>");
    let drawn = compare(&again, &[two.len(), three.len()], &Limits::default()).unwrap();
    assert_eq!(drawn.pairs.len(), 1);
    let pair = &drawn.pairs[0];
    assert_eq!((pair.revision, pair.page), (0, 3));
    assert!(pair.signed.is_none() && pair.now.is_some());
}

#[test]
fn what_is_left_out_is_told() {
    let signed = pdf(&["One", "Two", "Three"]);
    let now = revised(&revised(&signed, 5, &stream("Eins")), 9, &stream("Drei"));
    let few = |pages, pairs| compare(&now, &[signed.len()], &Limits { pages, pairs, ..Limits::default() }).unwrap();
    assert_eq!((few(200, 2).complete, few(200, 2).pairs.len()), (true, 2));
    assert_eq!((few(200, 1).complete, few(200, 1).pairs.len()), (false, 1));
    assert_eq!((few(2, 9).complete, few(2, 9).compared), (false, 2));
    // a revision that is no PDF
    let drawn = compare(&now, &[20, signed.len()], &Limits::default()).unwrap();
    assert!(!drawn.complete);
    assert!(drawn.pairs.iter().all(|p| p.revision == 1));
    assert!(compare(b"%PDF-1.7\nnothing", &[5], &Limits::default()).is_err());
    assert!(compare(b"", &[0], &Limits::default()).is_err());
}

#[test]
fn a_page_of_monstrous_size_gives_a_picture_of_ordinary_size() {
    for size in ["0 0 14400000 1", "0 0 1 9e30", "0 0 0 0", "-1e9 -1e9 1e9 1e9"] {
        let file = String::from_utf8(pdf(&["x"])).unwrap().replace("0 0 300 400", size);
        let now = revised(file.as_bytes(), 2, "<< /Type /Pages /Kids [] /Count 0 >>");
        let Ok(drawn) = compare(&now, &[file.len()], &Limits::default()) else { continue };
        for pair in drawn.pairs {
            let signed = pair.signed.unwrap();
            assert!(signed.width <= 1101 && signed.height <= 1101, "{size}");
        }
    }
}

#[test]
fn a_lying_child_is_not_believed() {
    let order = Order::new(9, &[1], &Limits::default());
    let png = |bytes: u64, width: u32| {
        let told = format!(
            r#"{{"Pair":{{"revision":0,"page":1,"places":1,"signed":{{"width":4,"height":4,"bytes":{bytes}}},"now":null}}}}"#
        );
        let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        picture.extend(width.to_be_bytes());
        picture.extend(4u32.to_be_bytes());
        [told.as_bytes(), b"\n", &picture, b"{\"End\":{\"complete\":true}}\n"].concat()
    };
    assert_eq!(told(&png(24, 4), &order).unwrap().pairs.len(), 1);
    for (why, lie) in [
        ("nothing", Vec::new()),
        ("no JSON", b"pages\n".to_vec()),
        ("a line without end", vec![b' '; 9000]),
        ("more pages than there were", b"{\"Compared\":2}\n".to_vec()),
        ("another size", png(24, 5)),
        ("cut off", png(4000, 4)),
        ("larger than its pixels", png(1 << 40, 4)),
        ("no picture", b"{\"Pair\":{\"revision\":0,\"page\":1,\"places\":1,\"signed\":{\"width\":4,\"height\":4,\"bytes\":9},\"now\":null}}\n<script>x".to_vec()),
        ("a revision nobody asked for", b"{\"Pair\":{\"revision\":1,\"page\":1,\"places\":1,\"signed\":null,\"now\":null}}\n".to_vec()),
    ] {
        assert!(told(&lie, &order).is_err(), "{why}");
    }
    let end = serde_json::to_string(&Told::End { complete: true }).unwrap() + "\n";
    assert!(told(end.as_bytes(), &order).unwrap().complete);
}

#[tokio::test]
async fn a_program_that_draws_nothing_is_a_failure() {
    let limits = Limits { seconds: 2, file: 100, ..Limits::default() };
    for (program, why) in [("/bin/false", "ends"), ("/bin/cat", "complains"), ("/usr/bin/yes", "babbles")] {
        let painter = Painter::of(PathBuf::from(program), limits, 1);
        let failed = painter.compare(&b"%PDF"[..], 4, &[2]).await;
        assert!(matches!(failed, Err(RasterError::Failed)), "{why}: {failed:?}");
        let failed = painter.compare(&b"%PDF"[..], 101, &[2]).await;
        assert!(matches!(failed, Err(RasterError::TooLarge { size: 101, limit: 100 })), "{failed:?}");
    }
    let missing = Painter::of(PathBuf::from("/nowhere"), limits, 1).compare(&b"%PDF"[..], 4, &[2]).await;
    assert!(matches!(missing, Err(RasterError::Io(_))), "{missing:?}");
}
