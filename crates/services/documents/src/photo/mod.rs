//! The photo of an application: any upload becomes a small JPEG of our own making, or is refused with a reason.
//!
//! Nothing of the upload survives but its pixels: the file is recognised by its content, its size is read before any pixel
//! is decoded (so a small file cannot ask for gigabytes), it is turned as the camera says, cut to 35 × 45, scaled and
//! encoded anew without metadata.

use std::{borrow::Cow, collections::BTreeMap, io::Cursor};

use image::{
    DynamicImage, ExtendedColorType, GrayImage, ImageDecoder, ImageEncoder as _, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation,
};
use web::{Refuses, Status};

#[cfg(test)]
mod tests;

/// Largest upload, in bytes.
pub const MOST_BYTES: u64 = 8_000_000;
/// Width of the photo kept: 35 mm at 300 dots an inch.
pub const WIDTH: u32 = 413;
/// Height of the photo kept: 45 mm.
pub const HEIGHT: u32 = 531;
/// Longest side of an upload, in pixels.
const MOST_SIDE: u32 = 8_000;
/// Most pixels of an upload.
const MOST_PIXELS: u64 = 40_000_000;

/// Why a photo is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// No file was chosen.
    #[error("no file")]
    Missing,
    /// Too many bytes.
    #[error("more than {MOST_BYTES} bytes")]
    Large,
    /// Neither JPEG nor PNG.
    #[error("neither JPEG nor PNG")]
    Format,
    /// The file is damaged or asks for too much memory.
    #[error("cannot be decoded")]
    Damaged,
    /// Fewer pixels than the photo kept.
    #[error("{width} × {height} pixels are too few")]
    Small {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// More pixels than any camera needs.
    #[error("{width} × {height} pixels are too many")]
    Huge {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// Hardly any difference of light: a blank sheet, a covered lens.
    #[error("nothing can be made out")]
    Flat,
}

impl Refuses for PhotoError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Missing => "documents.photo.missing",
            Self::Large => "documents.photo.large",
            Self::Format => "documents.photo.format",
            Self::Damaged => "documents.photo.damaged",
            Self::Small { .. } => "documents.photo.small",
            Self::Huge { .. } => "documents.photo.huge",
            Self::Flat => "documents.photo.flat",
        })
    }
    fn status(&self) -> Status {
        if *self == Self::Large { Status::PAYLOAD_TOO_LARGE } else { Status::UNPROCESSABLE_ENTITY }
    }
    fn args(&self) -> BTreeMap<String, String> {
        match self {
            Self::Small { width, height } | Self::Huge { width, height } => {
                [("width".to_owned(), width.to_string()), ("height".to_owned(), height.to_string())].into()
            }
            _ => BTreeMap::new(),
        }
    }
}

/// The photo to keep, made from an upload.
pub fn normalise(upload: &[u8]) -> Result<Vec<u8>, PhotoError> {
    if upload.is_empty() {
        return Err(PhotoError::Missing);
    }
    if upload.len() as u64 > MOST_BYTES {
        return Err(PhotoError::Large);
    }
    let format = image::guess_format(upload).map_err(|_| PhotoError::Format)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return Err(PhotoError::Format);
    }
    if format == ImageFormat::Jpeg && cut_short(upload) {
        return Err(PhotoError::Damaged);
    }
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| PhotoError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST_SIDE || height > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PhotoError::Huge { width, height });
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut img = DynamicImage::from_decoder(decoder).map_err(|_| PhotoError::Damaged)?;
    img.apply_orientation(turn);
    let (width, height) = (img.width(), img.height());
    if width < WIDTH || height < HEIGHT {
        return Err(PhotoError::Small { width, height });
    }
    let rgb = img.resize_to_fill(WIDTH, HEIGHT, FilterType::Lanczos3).to_rgb8();
    if flat(&DynamicImage::ImageRgb8(rgb.clone()).to_luma8()) {
        return Err(PhotoError::Flat);
    }
    let mut out = Vec::with_capacity(64 * 1024);
    JpegEncoder::new_with_quality(&mut out, 90)
        .write_image(rgb.as_raw(), WIDTH, HEIGHT, ExtendedColorType::Rgb8)
        .map_err(|_| PhotoError::Damaged)?;
    Ok(out)
}

/// Whether the last scan of a JPEG has no end; decoders would paint the rest grey.
fn cut_short(jpeg: &[u8]) -> bool {
    let last = |marker: [u8; 2]| jpeg.windows(2).rposition(|w| w == marker);
    last([0xFF, 0xD9]) < last([0xFF, 0xDA])
}

/// Whether the light hardly differs over the picture (standard deviation below 12 of 255).
fn flat(img: &GrayImage) -> bool {
    let (mut n, mut sum, mut squares) = (0u64, 0u64, 0u64);
    for p in img.as_raw() {
        let v = u64::from(*p);
        (n, sum, squares) = (n + 1, sum + v, squares + v * v);
    }
    let n = n.max(1);
    let mean = sum / n;
    (squares / n).saturating_sub(mean * mean) < 12 * 12
}
