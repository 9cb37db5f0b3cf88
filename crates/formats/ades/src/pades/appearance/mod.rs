//! What a visible signature shows: a picture, text in any Latin or Cyrillic letters, or both (ISO 32000-2 clause 12.5.5).
//!
//! Nothing that an archive form (PDF/A) forbids: the font is embedded, there is no transparency, no script.

mod font;
mod image;
mod paper;

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    io::Write as _,
};

use flate2::{Compression, write::ZlibEncoder};
use serde::{Deserialize, Serialize};

use self::image::Image;
pub use self::paper::Paper;
use super::{PadesError, base64_bytes};
use crate::pdf::{Dict, Object, Ref, Update};

/// Where a visible signature stands and what it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visible {
    /// Page, counted from 1; 0 is the last one. An existing field stays on its page.
    pub page: usize,
    /// Left, bottom, width and height in points, from the lower left corner of the page as shown. An existing field keeps its place.
    pub at: [u16; 4],
    /// Text; lines are broken where needed and the size is chosen to fit.
    pub text: Option<String>,
    /// A PNG or JPEG file.
    #[serde(with = "base64_bytes")]
    pub image: Vec<u8>,
}

/// Whether a file is a picture that a visible signature can show; to be asked before anything is signed.
pub fn check_picture(file: &[u8]) -> Result<(), PadesError> {
    Image::read(file).map(|_| ())
}

/// Sizes of text, the greatest first, in half points.
const SIZES: std::ops::RangeInclusive<u32> = 8..=24;
/// Room between the edge, the picture and the text, in points.
const MARGIN: f64 = 3.0;

/// Text that is written piece by piece.
struct Written(String);

impl Written {
    fn new() -> Self {
        Self(String::new())
    }
    fn line(&mut self, text: fmt::Arguments<'_>) {
        // writing to a string does not fail
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }
    fn into_text(self) -> String {
        self.0
    }
}

/// Adds a stream packed by Flate.
fn packed(update: &mut Update<'_, '_>, mut dict: Dict, data: &[u8]) -> Ref {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // writing to memory does not fail
    let _ = packer.write_all(data);
    dict.set("Filter", Object::name("FlateDecode"));
    update.add_stream(dict, &packer.finish().unwrap_or_default())
}

/// Writes the appearance for a place of this width and height, turned by `matrix`; gives the form.
pub(super) fn draw(
    update: &mut Update<'_, '_>,
    visible: &Visible,
    size: (f64, f64),
    matrix: [f64; 6],
) -> Result<Ref, PadesError> {
    let (width, height) = size;
    let mut content = Written::new();
    let (mut fonts, mut images) = (Dict::new(), Dict::new());
    let text = visible.text.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let mut left = MARGIN;
    if !visible.image.is_empty() {
        let image = Image::read(&visible.image)?;
        let share = if text.is_some() { 0.4 } else { 1.0 };
        let room = (width * share - 2.0 * MARGIN, height - 2.0 * MARGIN);
        let (w, h) = (f64::from(image.width), f64::from(image.height));
        let scale = (room.0 / w).min(room.1 / h);
        if scale <= 0.0 {
            return Err(PadesError::TextSpace);
        }
        let (w, h) = (w * scale, h * scale);
        let x = if text.is_some() { MARGIN } else { (width - w) / 2.0 };
        content.line(format_args!("q {w:.2} 0 0 {h:.2} {x:.2} {:.2} cm /Im0 Do Q", (height - h) / 2.0));
        images.set("Im0", image.embed(update));
        left += w + MARGIN;
    }
    if let Some(text) = text {
        let mut used = BTreeMap::new();
        let room = (width - left - MARGIN, height - 2.0 * MARGIN);
        let (size, lines) = fit(text, room, &mut used)?;
        let leading = size * 1.3;
        let block = leading * f64::from(u32::try_from(lines.len()).unwrap_or(0));
        let top = f64::midpoint(height, block) - size;
        content.line(format_args!("BT /F0 {size:.1} Tf 0 g {leading:.2} TL {left:.2} {top:.2} Td"));
        for glyphs in &lines {
            let mut hex = String::new();
            for glyph in glyphs {
                // writing to a string does not fail
                let _ = write!(hex, "{glyph:04X}");
            }
            content.line(format_args!("<{hex}> Tj T*"));
        }
        content.line(format_args!("ET"));
        fonts.set("F0", font::embed(update, &used));
    }
    let mut resources = Dict::new();
    for (key, dict) in [("Font", fonts), ("XObject", images)] {
        if !dict.is_empty() {
            resources.set(key, dict);
        }
    }
    let real = |v: f64| Object::Real(format!("{v:.2}").into_bytes());
    let mut form = Dict::new();
    form.set("Type", Object::name("XObject"))
        .set("Subtype", Object::name("Form"))
        .set("BBox", Object::Array([0.0, 0.0, width, height].map(real).to_vec()))
        .set("Matrix", Object::Array(matrix.map(real).to_vec()))
        .set("Resources", resources);
    Ok(update.add_stream(form, content.into_text().as_bytes()))
}

/// The greatest size in which the text fits, and its lines as glyphs.
fn fit(text: &str, room: (f64, f64), used: &mut BTreeMap<u16, char>) -> Result<(f64, Vec<Vec<u16>>), PadesError> {
    let words: Vec<Vec<Vec<u16>>> = text
        .lines()
        .map(|line| line.split_whitespace().map(|word| font::glyphs(word, used)).collect::<Result<_, _>>())
        .collect::<Result<_, _>>()?;
    let space = font::glyphs(" ", used)?;
    for half in SIZES.rev() {
        let size = f64::from(half) / 2.0;
        let most = room.0 / size * 1000.0;
        let fits = |glyphs: &[u16]| f64::from(font::width(glyphs)) <= most;
        let mut lines: Vec<Vec<u16>> = Vec::new();
        for line in &words {
            let mut current: Vec<u16> = Vec::new();
            for word in line {
                let longer = [current.as_slice(), if current.is_empty() { &[] } else { &space }, word].concat();
                if fits(&longer) {
                    current = longer;
                } else {
                    lines.push(std::mem::replace(&mut current, word.clone()));
                }
            }
            lines.push(current);
        }
        lines.retain(|l| !l.is_empty());
        let tall = size * 1.3 * f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
        if tall <= room.1 && lines.iter().all(|l| fits(l)) {
            return Ok((size, lines));
        }
    }
    Err(PadesError::TextSpace)
}
