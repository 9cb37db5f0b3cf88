//! The font of visible signatures: Noto Sans with Latin and Cyrillic letters, of which only the glyphs used are embedded.

use std::{collections::BTreeMap, sync::LazyLock};

use aws_lc_rs::digest::{SHA256, digest};

use super::{Written, packed};
use crate::{
    pades::PadesError,
    pdf::{Dict, Object, Ref, Update},
};

static DATA: &[u8] = include_bytes!("../../../assets/NotoSans-subset.ttf");
const NAME: &str = "NotoSans";
/// Tables that a reader of PDF needs.
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];

static FONT: LazyLock<Font> = LazyLock::new(|| Font::parse(DATA));

/// A TrueType font.
struct Font {
    tables: BTreeMap<[u8; 4], &'static [u8]>,
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?)).ok()
}

fn i16_at(data: &[u8], at: usize) -> i64 {
    u16_at(data, at).map_or(0, |v| i64::from(v.cast_signed()))
}

impl Font {
    fn parse(data: &'static [u8]) -> Self {
        let count = u16_at(data, 4).map_or(0, usize::from);
        let entry = |i: usize| {
            let record = data.get(12 + 16 * i..28 + 16 * i)?;
            let (start, length) = (u32_at(record, 8)?, u32_at(record, 12)?);
            Some((record.get(..4)?.try_into().ok()?, data.get(start..start + length)?))
        };
        Self { tables: (0..count).filter_map(entry).collect() }
    }

    fn table(&self, tag: &[u8; 4]) -> &'static [u8] {
        self.tables.get(tag).copied().unwrap_or_default()
    }

    fn glyphs(&self) -> u16 {
        u16_at(self.table(b"maxp"), 4).unwrap_or(0)
    }

    /// By the character map of format 4.
    fn glyph(&self, letter: char) -> Option<u16> {
        let code = u16::try_from(u32::from(letter)).ok()?;
        let cmap = self.table(b"cmap");
        let map = cmap.get(u32_at(cmap, 8)?..)?;
        let segments = usize::from(u16_at(map, 6)?) / 2;
        let at = |part: usize, i: usize| u16_at(map, 14 + part * 2 * segments + 2 * i + if part > 0 { 2 } else { 0 });
        let i = (0..segments).find(|i| at(0, *i).is_some_and(|end| code <= end))?;
        let (start, delta, offset) = (at(1, i)?, at(2, i)?, at(3, i)?);
        let glyph = match (code.checked_sub(start)?, offset) {
            (_, 0) => code.wrapping_add(delta),
            (place, offset) => {
                let here = 16 + 6 * segments + 2 * i;
                match u16_at(map, here + usize::from(offset) + 2 * usize::from(place))? {
                    0 => 0,
                    glyph => glyph.wrapping_add(delta),
                }
            }
        };
        (glyph != 0 && glyph < self.glyphs()).then_some(glyph)
    }

    fn advance(&self, glyph: u16) -> u16 {
        let metrics = u16_at(self.table(b"hhea"), 34).unwrap_or(1).max(1);
        u16_at(self.table(b"hmtx"), 4 * usize::from(glyph.min(metrics - 1))).unwrap_or(0)
    }

    /// The outline of a glyph; `loca` is of the short form.
    fn outline(&self, glyph: u16) -> &'static [u8] {
        let at = |i: usize| u16_at(self.table(b"loca"), 2 * i).map_or(0, |v| 2 * usize::from(v));
        let i = usize::from(glyph);
        self.table(b"glyf").get(at(i)..at(i + 1)).unwrap_or_default()
    }

    /// The glyphs that a glyph is put together from.
    fn parts(&self, glyph: u16) -> Vec<u16> {
        let outline = self.outline(glyph);
        let mut parts = Vec::new();
        if i16_at(outline, 0) >= 0 {
            return parts;
        }
        let mut at = 10;
        while let (Some(flags), Some(part)) = (u16_at(outline, at), u16_at(outline, at + 2)) {
            parts.push(part);
            at += 4 + if flags & 1 == 0 { 2 } else { 4 };
            at += match flags & 0xC8 {
                0x08 => 2,
                0x40 => 4,
                0x80 => 8,
                _ => 0,
            };
            if flags & 0x20 == 0 {
                break;
            }
        }
        parts
    }

    /// A font with the outlines of these glyphs only; all keep their numbers.
    fn subset(&self, used: &BTreeMap<u16, char>) -> Vec<u8> {
        let mut wanted: Vec<u16> = std::iter::once(0).chain(used.keys().copied()).collect();
        let mut i = 0;
        while let Some(glyph) = wanted.get(i) {
            for part in self.parts(*glyph) {
                if !wanted.contains(&part) {
                    wanted.push(part);
                }
            }
            i += 1;
        }
        let (mut glyf, mut loca) = (Vec::new(), vec![0u8; 2]);
        for glyph in 0..self.glyphs() {
            if wanted.contains(&glyph) {
                glyf.extend_from_slice(self.outline(glyph));
                glyf.resize(glyf.len().next_multiple_of(2), 0);
            }
            loca.extend_from_slice(&u16::try_from(glyf.len() / 2).unwrap_or(u16::MAX).to_be_bytes());
        }
        let mut head = self.table(b"head").to_vec();
        if let Some(adjustment) = head.get_mut(8..12) {
            adjustment.fill(0);
        }
        file(TABLES.map(|tag| {
            let body = match tag {
                b"glyf" => glyf.clone(),
                b"loca" => loca.clone(),
                b"head" => head.clone(),
                other => self.table(other).to_vec(),
            };
            (*tag, body)
        }))
    }
}

fn sum(data: &[u8]) -> u32 {
    let word = |c: &[u8]| c.iter().zip([24, 16, 8, 0]).fold(0u32, |v, (b, shift)| v | u32::from(*b) << shift);
    data.chunks(4).fold(0u32, |s, c| s.wrapping_add(word(c)))
}

/// A font file of these tables, in order of their tags.
fn file<const N: usize>(tables: [([u8; 4], Vec<u8>); N]) -> Vec<u8> {
    let count = u16::try_from(N).unwrap_or(0);
    let power = N.checked_ilog2().unwrap_or(0);
    let range = 16u16 << power;
    let mut out = vec![0, 1, 0, 0];
    for v in [count, range, u16::try_from(power).unwrap_or(0), (16 * count).saturating_sub(range)] {
        out.extend_from_slice(&v.to_be_bytes());
    }
    let mut at = 12 + 16 * N;
    let mut head = 0;
    let mut bodies = Vec::new();
    for (tag, body) in tables {
        if tag == *b"head" {
            head = at + 8;
        }
        out.extend_from_slice(&tag);
        let size = |v: usize| u32::try_from(v).unwrap_or(0).to_be_bytes();
        out.extend_from_slice(&sum(&body).to_be_bytes());
        out.extend_from_slice(&size(at));
        out.extend_from_slice(&size(body.len()));
        bodies.extend_from_slice(&body);
        bodies.resize(bodies.len().next_multiple_of(4), 0);
        at = 12 + 16 * N + bodies.len();
    }
    out.extend_from_slice(&bodies);
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(sum(&out));
    if let Some(place) = out.get_mut(head..head + 4) {
        place.copy_from_slice(&adjustment.to_be_bytes());
    }
    out
}

/// The glyphs of a text, noted in `used`.
pub(super) fn glyphs(text: &str, used: &mut BTreeMap<u16, char>) -> Result<Vec<u16>, PadesError> {
    text.chars()
        .map(|c| {
            let glyph = FONT.glyph(c).ok_or(PadesError::Letter(c))?;
            used.entry(glyph).or_insert(c);
            Ok(glyph)
        })
        .collect()
}

/// The width of glyphs in thousandths of the font size.
pub(super) fn width(glyphs: &[u16]) -> u32 {
    glyphs.iter().map(|g| u32::from(FONT.advance(*g))).sum()
}

/// Writes the font with these glyphs as objects; gives the font dictionary.
pub(super) fn embed(update: &mut Update<'_, '_>, used: &BTreeMap<u16, char>) -> Ref {
    let subset = FONT.subset(used);
    let name = {
        let hash = digest(&SHA256, &subset);
        let tag: String = hash.as_ref().iter().take(6).map(|b| char::from(b'A' + b % 26)).collect();
        format!("{tag}+{NAME}")
    };
    let mut file = Dict::new();
    file.set("Length1", Object::Int(i64::try_from(subset.len()).unwrap_or(0)));
    let file = packed(update, file, &subset);
    // all glyphs keep their numbers, those without outlines too, so every number is in the program (ISO 19005-2 clause 6.2.11.4.2)
    let mut set = vec![0xff; usize::from(FONT.glyphs()).div_ceil(8)];
    if let Some(last) = set.last_mut() {
        *last <<= (8 - FONT.glyphs() % 8) % 8;
    }
    let set = packed(update, Dict::new(), &set);

    let (head, hhea) = (FONT.table(b"head"), FONT.table(b"hhea"));
    let mut descriptor = Dict::new();
    descriptor
        .set("Type", Object::name("FontDescriptor"))
        .set("FontName", Object::name(&name))
        .set("Flags", Object::Int(4))
        .set("FontBBox", Object::Array([36, 38, 40, 42].map(|at| Object::Int(i16_at(head, at))).to_vec()))
        .set("ItalicAngle", Object::Int(0))
        .set("Ascent", Object::Int(i16_at(hhea, 4)))
        .set("Descent", Object::Int(i16_at(hhea, 6)))
        .set("CapHeight", Object::Int(714))
        .set("StemV", Object::Int(80))
        .set("FontFile2", file)
        .set("CIDSet", set);
    let descriptor = update.add(&descriptor.into());

    let mut info = Dict::new();
    info.set("Registry", Object::text("Adobe"))
        .set("Ordering", Object::text("Identity"))
        .set("Supplement", Object::Int(0));
    let widths = used
        .keys()
        .flat_map(|g| [Object::Int(i64::from(*g)), Object::Array(vec![Object::Int(i64::from(FONT.advance(*g)))])]);
    let mut font = Dict::new();
    font.set("Type", Object::name("Font"))
        .set("Subtype", Object::name("CIDFontType2"))
        .set("BaseFont", Object::name(&name))
        .set("CIDSystemInfo", info)
        .set("FontDescriptor", descriptor)
        .set("CIDToGIDMap", Object::name("Identity"))
        .set("DW", Object::Int(i64::from(FONT.advance(0))))
        .set("W", Object::Array(widths.collect()));
    let font = update.add(&font.into());

    let unicode = packed(update, Dict::new(), to_unicode(used).as_bytes());
    let mut whole = Dict::new();
    whole
        .set("Type", Object::name("Font"))
        .set("Subtype", Object::name("Type0"))
        .set("BaseFont", Object::name(&name))
        .set("Encoding", Object::name("Identity-H"))
        .set("DescendantFonts", Object::Array(vec![font.into()]))
        .set("ToUnicode", unicode);
    update.add(&whole.into())
}

/// The map from glyphs to letters, so that the text can be copied and searched.
fn to_unicode(used: &BTreeMap<u16, char>) -> String {
    let mut map = Written::new();
    map.line(format_args!("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap"));
    map.line(format_args!("/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"));
    map.line(format_args!("/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def"));
    map.line(format_args!("1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange"));
    let all: Vec<_> = used.iter().collect();
    for some in all.chunks(100) {
        map.line(format_args!("{} beginbfchar", some.len()));
        for (glyph, letter) in some {
            map.line(format_args!("<{glyph:04X}> <{:04X}>", u32::from(**letter)));
        }
        map.line(format_args!("endbfchar"));
    }
    map.line(format_args!("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"));
    map.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latvian_letter_has_a_glyph_and_a_width() {
        let letters = "AĀBCČDEĒFGĢHIĪJKĶLĻMNŅOPRSŠTUŪVZŽaābcčdeēfgģhiījkķlļmnņoprsštuūvzž0123456789 .,–«»„”";
        let mut used = BTreeMap::new();
        let glyphs = glyphs(letters, &mut used).unwrap();
        assert!(glyphs.iter().all(|g| FONT.advance(*g) > 0));
        assert_eq!(used.values().collect::<std::collections::BTreeSet<_>>().len(), used.len());
        assert_eq!(super::glyphs("漢", &mut used), Err(PadesError::Letter('漢')));
    }

    #[test]
    fn a_subset_is_a_font_with_only_what_is_used() {
        let mut used = BTreeMap::new();
        glyphs("Šķ", &mut used).unwrap();
        let subset: &'static [u8] = FONT.subset(&used).leak();
        let font = Font::parse(subset);
        for glyph in used.keys() {
            assert_eq!(font.outline(*glyph), FONT.outline(*glyph));
            assert!(font.parts(*glyph).iter().all(|p| font.outline(*p) == FONT.outline(*p)));
        }
        let other = FONT.glyph('Q').unwrap();
        assert!(font.outline(other).is_empty());
        assert_eq!(font.advance(other), FONT.advance(other));
        assert_eq!(sum(subset), 0xB1B0_AFBA);
        assert!(subset.len() < DATA.len() / 2);
    }
}
