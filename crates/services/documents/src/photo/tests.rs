use image::{Rgb, RgbImage};

use super::*;

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, ((x + y) % 256) as u8]))
}

fn encoded(img: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(vec![]);
    img.write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn both_formats_become_our_own_jpeg() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let kept = normalise(&encoded(&picture(700, 900), format)).unwrap();
        assert_eq!(image::guess_format(&kept).unwrap(), ImageFormat::Jpeg);
        let img = image::load_from_memory(&kept).unwrap();
        assert_eq!((img.width(), img.height()), (WIDTH, HEIGHT));
    }
}

#[test]
fn metadata_does_not_survive() {
    let mut jpeg = encoded(&picture(700, 900), ImageFormat::Jpeg);
    let comment = b"\xFF\xFE\x00\x10where I live\x00\x00";
    jpeg.splice(2..2, comment.iter().copied());
    let kept = normalise(&jpeg).unwrap();
    assert!(!kept.windows(5).any(|w| w == b"where"));
}

#[test]
fn each_fault_has_its_name() {
    assert_eq!(normalise(b""), Err(PhotoError::Missing));
    assert_eq!(normalise(&vec![0; 8_000_001]), Err(PhotoError::Large));
    assert_eq!(normalise(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"), Err(PhotoError::Format));
    assert_eq!(normalise(b"%PDF-1.7"), Err(PhotoError::Format));
    let good = encoded(&picture(700, 900), ImageFormat::Png);
    assert_eq!(normalise(&good[..good.len() / 2]), Err(PhotoError::Damaged));
    let jpeg = encoded(&picture(700, 900), ImageFormat::Jpeg);
    assert_eq!(normalise(&jpeg[..jpeg.len() / 2]), Err(PhotoError::Damaged));
    let small = encoded(&picture(412, 531), ImageFormat::Png);
    assert_eq!(normalise(&small), Err(PhotoError::Small { width: 412, height: 531 }));
    let blank = RgbImage::from_pixel(500, 700, Rgb([250, 250, 250]));
    assert_eq!(normalise(&encoded(&blank, ImageFormat::Png)), Err(PhotoError::Flat));
}

/// A PNG of 60 bytes that claims 100,000 × 100,000 pixels: refused by its header, nothing is decoded.
#[test]
fn a_small_file_cannot_ask_for_much() {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = b"IHDR".to_vec();
    header.extend_from_slice(&100_000u32.to_be_bytes());
    header.extend_from_slice(&100_000u32.to_be_bytes());
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    png.extend_from_slice(&13u32.to_be_bytes());
    png.extend_from_slice(&header);
    png.extend_from_slice(&crc(&header).to_be_bytes());
    let idat = b"IDAT\x78\x9c\x03\x00\x00\x00\x00\x01";
    png.extend_from_slice(&8u32.to_be_bytes());
    png.extend_from_slice(idat);
    png.extend_from_slice(&crc(idat).to_be_bytes());
    assert!(matches!(normalise(&png), Err(PhotoError::Huge { .. } | PhotoError::Damaged)));
}

/// A picture of one colour, 6,000 × 6,000, packs into some kilobytes; it is decoded within the limits and called flat.
#[test]
fn a_bomb_within_the_limits_is_only_flat() {
    let bomb = encoded(&RgbImage::from_pixel(2_000, 3_000, Rgb([9, 9, 9])), ImageFormat::Png);
    assert!(bomb.len() < 200_000);
    assert_eq!(normalise(&bomb), Err(PhotoError::Flat));
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |mut c, b| {
        c ^= u32::from(*b);
        for _ in 0..8 {
            c = if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 };
        }
        c
    })
}
