//! A drawn face: simple shapes, soft colours, nobody's.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use crate::{Gender, Person, stream::Stream};

const WIDTH: u32 = 413;
const HEIGHT: u32 = 531;

type Colour = [f32; 3];

const SKIN: &[&Colour] =
    &[&[245., 216., 193.], &[236., 197., 168.], &[222., 178., 148.], &[196., 148., 116.], &[250., 226., 208.]];
const HAIR: &[&Colour] = &[
    &[74., 52., 38.],
    &[40., 34., 32.],
    &[196., 158., 98.],
    &[122., 84., 54.],
    &[158., 92., 54.],
    &[226., 200., 146.],
];
const GREY: Colour = [188., 190., 192.];
const CLOTH: &[&Colour] =
    &[&[11., 90., 74.], &[44., 62., 92.], &[122., 44., 56.], &[88., 84., 96.], &[62., 92., 118.], &[146., 112., 64.]];
const INK: Colour = [42., 38., 38.];

struct Canvas(RgbImage);

impl Canvas {
    fn blend(&mut self, x: u32, y: u32, c: Colour, cover: f32) {
        let cover = cover.clamp(0., 1.);
        let p = self.0.get_pixel_mut(x, y);
        for (old, new) in p.0.iter_mut().zip(c) {
            *old = to_byte(f32::from(*old) * (1. - cover) + new * cover);
        }
    }
    /// An ellipse round (`cx`, `cy`) where `keep` holds, its edge softened by one pixel.
    fn ellipse(&mut self, (cx, cy): (f32, f32), (rx, ry): (f32, f32), c: Colour, keep: impl Fn(f32, f32) -> bool) {
        let edge = |v: f32, max: u32| to_pixel(v).min(max);
        for y in edge(cy - ry - 1., HEIGHT)..edge(cy + ry + 2., HEIGHT) {
            for x in edge(cx - rx - 1., WIDTH)..edge(cx + rx + 2., WIDTH) {
                let (px, py) = (coordinate(x), coordinate(y));
                let (dx, dy) = ((px - cx) / rx, (py - cy) / ry);
                let outside = (dx.hypot(dy) - 1.) * rx.min(ry);
                if outside < 1. && keep(px, py) {
                    self.blend(x, y, c, 0.5 - outside);
                }
            }
        }
    }
    /// A thick line with round ends.
    fn line(&mut self, a: (f32, f32), b: (f32, f32), thick: f32, c: Colour) {
        let steps = ((b.0 - a.0).hypot(b.1 - a.1) / 1.5).max(1.);
        let mut i = 0.;
        while i <= steps {
            let t = i / steps;
            self.ellipse((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t), (thick, thick), c, |_, _| true);
            i += 1.;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 before")]
fn to_byte(v: f32) -> u8 {
    v.clamp(0., 255.).round() as u8
}
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small range before")]
fn to_pixel(v: f32) -> u32 {
    v.clamp(0., 4096.) as u32
}
#[expect(clippy::cast_precision_loss, reason = "pixel coordinates are small")]
fn coordinate(v: u32) -> f32 {
    v as f32
}
fn shade(c: Colour, by: f32) -> Colour {
    c.map(|v| v * by)
}

pub(crate) fn jpeg(seed: u64, person: &Person) -> Vec<u8> {
    let mut r = Stream::new(seed ^ 0x0003, person.index);
    let mut img = Canvas(RgbImage::from_fn(WIDTH, HEIGHT, |_, y| {
        let v = to_byte(236. - coordinate(y) * 0.03);
        Rgb([v, to_byte(f32::from(v) + 2.), to_byte(f32::from(v) + 3.)])
    }));
    let skin = *r.pick(SKIN);
    let hair = if person.born.year() < 1960 && r.below(3) > 0 { GREY } else { *r.pick(HAIR) };
    let cloth = *r.pick(CLOTH);
    let feminine = person.gender == Gender::Feminine;
    let wobble = |r: &mut Stream, range: u32| coordinate(r.below(range * 2 + 1)) - coordinate(range);
    let (cx, cy) = (206., 238. + wobble(&mut r, 5));
    let (rx, ry) = (92. + wobble(&mut r, 7), 122. + wobble(&mut r, 8));
    let long = feminine && r.below(4) > 0;

    if long {
        img.ellipse((cx, cy + 42.), (rx + 38., ry + 62.), shade(hair, 0.9), |_, _| true);
    }
    img.ellipse((cx, 540.), (186., 150.), cloth, |_, _| true);
    img.ellipse((cx, 412.), (56., 36.), shade(skin, 0.9), |_, _| true);
    img.ellipse((cx, 384.), (43., 60.), shade(skin, 0.9), |_, _| true);
    for side in [-1., 1.] {
        img.ellipse((cx + side * (rx - 2.), cy + 14.), (15., 27.), shade(skin, 0.94), |_, _| true);
    }
    img.ellipse((cx, cy), (rx, ry), skin, |_, _| true);

    let fringe = cy - ry * (0.42 + coordinate(r.below(18)) / 100.);
    let slant = wobble(&mut r, 3) / 12.;
    img.ellipse((cx, cy - 14.), (rx + 9., ry + 12.), hair, |x, y| y < fringe + slant * (x - cx));

    let eyes = cy - 4.;
    for side in [-1., 1.] {
        let ex = cx + side * 38.;
        img.ellipse((ex, eyes), (13., 7.5), [250., 250., 248.], |_, _| true);
        img.ellipse((ex, eyes), (6.4, 6.8), INK, |_, _| true);
        img.line((ex - 16., eyes - 22.), (ex + 16., eyes - 22. - side * 0.5), 2.2, shade(hair, 0.8));
    }
    if r.below(4) == 0 {
        for side in [-1., 1.] {
            let ex = cx + side * 38.;
            for (from, to) in [
                ((-24., -16.), (24., -16.)),
                ((24., -16.), (22., 15.)),
                ((22., 15.), (-22., 15.)),
                ((-22., 15.), (-24., -16.)),
            ] {
                img.line((ex + from.0, eyes + from.1), (ex + to.0, eyes + to.1), 1.6, INK);
            }
        }
        img.line((cx - 14., eyes - 8.), (cx + 14., eyes - 8.), 1.6, INK);
    }
    img.line((cx, eyes + 18.), (cx - 7., cy + 38.), 1.7, shade(skin, 0.8));
    img.line((cx - 7., cy + 38.), (cx + 6., cy + 40.), 1.7, shade(skin, 0.8));
    img.line((cx - 25., cy + 68.), (cx + 25., cy + 68.), 2.6, [176., 92., 92.]);
    if !feminine && r.below(3) == 0 {
        img.ellipse((cx, cy + 6.), (rx - 2., ry - 2.), shade(hair, 1.05), |x, y| y > cy + 82. + (x - cx).abs() * -0.25);
    }
    // Rings across the corner say that this is a drawing.
    for ring in 0..6u32 {
        let d = 26. + coordinate(ring) * 11.;
        for y in 0..HEIGHT / 4 {
            for x in 0..WIDTH / 3 {
                let away = (coordinate(x).hypot(coordinate(y)) - d).abs();
                if away < 1.4 {
                    img.blend(x, y, [11., 90., 74.], 0.4 * (1.4 - away));
                }
            }
        }
    }
    let mut out = Cursor::new(Vec::new());
    let done =
        JpegEncoder::new_with_quality(&mut out, 88).write_image(img.0.as_raw(), WIDTH, HEIGHT, ExtendedColorType::Rgb8);
    if done.is_ok() { out.into_inner() } else { Vec::new() }
}
