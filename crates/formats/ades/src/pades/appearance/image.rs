//! Pictures in a visible signature: PNG and JPEG, embedded as they are where PDF can show them.

use crate::{
    pades::PadesError,
    pdf::{Dict, Object, Ref, Update, filter},
};

use super::packed;

/// Largest file of a picture.
const BYTES: usize = 8 << 20;
/// Most pixels of a picture.
const PIXELS: usize = 16 << 20;

/// A picture ready to be written.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) width: u32,
    pub(super) height: u32,
    dict: Dict,
    data: Data,
}

#[derive(Debug)]
enum Data {
    /// As filtered in the dictionary.
    Ready(Vec<u8>),
    /// To be packed.
    Plain(Vec<u8>),
}

fn refused<T>(why: &'static str) -> Result<T, PadesError> {
    Err(PadesError::Image(why))
}

impl Image {
    /// Reads a picture.
    pub(super) fn read(file: &[u8]) -> Result<Self, PadesError> {
        if file.len() > BYTES {
            return refused("the file is larger than 8 MiB");
        }
        let mut image = if file.starts_with(b"\x89PNG\r\n\x1a\n") {
            png(file)?
        } else if file.starts_with(b"\xFF\xD8") {
            jpeg(file)?
        } else {
            return refused("neither PNG nor JPEG");
        };
        image
            .dict
            .set("Type", Object::name("XObject"))
            .set("Subtype", Object::name("Image"))
            .set("Width", Object::Int(i64::from(image.width)))
            .set("Height", Object::Int(i64::from(image.height)));
        Ok(image)
    }

    /// Writes it.
    pub(super) fn embed(self, update: &mut Update<'_, '_>) -> Ref {
        match self.data {
            Data::Ready(data) => update.add_stream(self.dict, &data),
            Data::Plain(data) => packed(update, self.dict, &data),
        }
    }
}

fn jpeg(file: &[u8]) -> Result<Image, PadesError> {
    let mut at = 2;
    while let Some([0xFF, kind]) = file.get(at..at + 2) {
        let (kind, here) = (*kind, at + 2);
        if kind == 0xFF {
            at += 1;
            continue;
        }
        let segment = file.get(here..).unwrap_or_default();
        let [high, low, rest @ ..] = segment else { break };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if matches!(kind, 0xC0..=0xC2) {
            let [8, h1, h0, w1, w0, components, ..] = rest else { return refused("JPEG of another depth than 8 bits") };
            let space = match components {
                1 => "DeviceGray",
                3 => "DeviceRGB",
                _ => return refused("JPEG of another colour space than grey and RGB"),
            };
            let mut dict = Dict::new();
            dict.set("ColorSpace", Object::name(space))
                .set("BitsPerComponent", Object::Int(8))
                .set("Filter", Object::name("DCTDecode"));
            let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
            if width == 0 || height == 0 {
                return refused("a picture without pixels");
            }
            return Ok(Image { width: width.into(), height: height.into(), dict, data: Data::Ready(file.to_vec()) });
        }
        if matches!(kind, 0xC3..=0xCF if kind != 0xC4 && kind != 0xC8 && kind != 0xCC) {
            return refused("JPEG of an unusual kind");
        }
        at = here + length.max(2);
    }
    refused("a broken JPEG")
}

/// What the head of a PNG says.
struct Head {
    width: u32,
    height: u32,
    depth: u8,
    kind: u8,
}

fn png(file: &[u8]) -> Result<Image, PadesError> {
    let (mut head, mut palette, mut alpha, mut data) = (None, Vec::new(), Vec::new(), Vec::new());
    let mut rest = file.get(8..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((tag, after)) = after.split_first_chunk::<4>() else { break };
        let Some((body, after)) = after.split_at_checked(length) else { return refused("a PNG that is cut off") };
        match tag {
            b"IHDR" => {
                let [w3, w2, w1, w0, h3, h2, h1, h0, depth, kind, 0, 0, interlaced] = body else {
                    return refused("a broken PNG");
                };
                if *interlaced != 0 {
                    return refused("an interlaced PNG");
                }
                let (width, height) =
                    (u32::from_be_bytes([*w3, *w2, *w1, *w0]), u32::from_be_bytes([*h3, *h2, *h1, *h0]));
                head = Some(Head { width, height, depth: *depth, kind: *kind });
            }
            b"PLTE" => palette = body.to_vec(),
            b"tRNS" => alpha = body.to_vec(),
            b"IDAT" => data.extend_from_slice(body),
            b"IEND" => break,
            _ => {}
        }
        rest = after.get(4..).unwrap_or_default();
    }
    let Some(head) = head else { return refused("a PNG without a head") };
    head.image(palette, &alpha, data)
}

impl Head {
    fn image(self, mut palette: Vec<u8>, alpha: &[u8], data: Vec<u8>) -> Result<Image, PadesError> {
        let channels: usize = match self.kind {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return refused("a PNG of an unknown kind"),
        };
        if !matches!((self.kind, self.depth), (0 | 3, 1 | 2 | 4 | 8) | (0 | 2 | 4 | 6, 8 | 16)) {
            return refused("a PNG of an unknown depth");
        }
        let side = |v: u32| usize::try_from(v).unwrap_or(usize::MAX);
        let (width, height) = (side(self.width), side(self.height));
        if width == 0 || height == 0 || width.saturating_mul(height) > PIXELS {
            return refused("a picture without pixels, or with more than 16 million");
        }
        let mut parms = Dict::new();
        parms
            .set("Predictor", Object::Int(15))
            .set("Colors", Object::Int(i64::try_from(channels).unwrap_or(1)))
            .set("BitsPerComponent", Object::Int(self.depth.into()))
            .set("Columns", Object::Int(self.width.into()));
        let mut dict = Dict::new();
        dict.set("Filter", Object::name("FlateDecode")).set("DecodeParms", parms);
        let row = (width * channels * usize::from(self.depth)).div_ceil(8);
        let plain = filter::decode(0, &dict, data.as_slice(), height * (row + 1), height * (row + 1));
        let Some(plain) = plain.ok().filter(|p| p.len() == height * row) else {
            return refused("a PNG whose pixels cannot be read");
        };
        let space = |dict: &mut Dict, name: &str| {
            dict.set("ColorSpace", Object::name(name));
        };
        match self.kind {
            0 => space(&mut dict, "DeviceGray"),
            2 => space(&mut dict, "DeviceRGB"),
            3 => {
                let colours = palette.len() / 3;
                if colours == 0 || colours > 256 || !palette.len().is_multiple_of(3) {
                    return refused("a PNG with a broken palette");
                }
                for (colour, a) in palette.chunks_mut(3).zip(alpha) {
                    colour.iter_mut().for_each(|c| *c = over_white(*c, *a));
                }
                let last = i64::try_from(colours - 1).unwrap_or(0);
                let indexed = vec![
                    Object::name("Indexed"),
                    Object::name("DeviceRGB"),
                    Object::Int(last),
                    Object::String(palette),
                ];
                dict.set("ColorSpace", Object::Array(indexed));
            }
            _ => return Ok(self.flat(&plain, channels)),
        }
        dict.set("BitsPerComponent", Object::Int(self.depth.into()));
        Ok(Image { width: self.width, height: self.height, dict, data: Data::Ready(data) })
    }

    /// Without transparency, which not every archive form of PDF allows: on white.
    fn flat(&self, plain: &[u8], channels: usize) -> Image {
        let step = usize::from(self.depth) / 8;
        let mut out = Vec::new();
        for pixel in plain.chunks_exact(channels * step) {
            let value = |i: usize| pixel.get(i * step).copied().unwrap_or(0);
            let alpha = value(channels - 1);
            out.extend((0..channels - 1).map(|i| over_white(value(i), alpha)));
        }
        let mut dict = Dict::new();
        dict.set("ColorSpace", Object::name(if channels == 2 { "DeviceGray" } else { "DeviceRGB" }))
            .set("BitsPerComponent", Object::Int(8));
        Image { width: self.width, height: self.height, dict, data: Data::Plain(out) }
    }
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (v, a) = (u32::from(value), u32::from(alpha));
    u8::try_from((v * a + 255 * (255 - a)) / 255).unwrap_or(255)
}
