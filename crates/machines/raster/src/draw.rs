//! Draws pages with `hayro`. Runs in the child only.

use std::sync::Arc;

use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::{Pdf, page::Page},
    vello_cpu::color::palette::css::WHITE,
};

/// Red, green, blue, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) rgb: Vec<u8>,
}

/// The first `end` bytes of a file.
struct Prefix {
    file: Arc<[u8]>,
    end: usize,
}

impl AsRef<[u8]> for Prefix {
    fn as_ref(&self) -> &[u8] {
        self.file.get(..self.end).unwrap_or(&self.file)
    }
}

/// Opens the revision of a file that ends at `end`; `None` when it is no PDF that can be drawn.
pub(crate) fn open(file: &Arc<[u8]>, end: usize) -> Option<Pdf> {
    Pdf::new(Arc::new(Prefix { file: Arc::clone(file), end })).ok()
}

/// Draws a page on white, its longer side `side` pixels; `None` when it has no extent.
pub(crate) fn page<'a>(page: &'a Page<'a>, cache: &RenderCache<'a>, side: u16) -> Option<Bitmap> {
    let (width, height) = page.render_dimensions();
    let longer = width.max(height);
    if !(width > 0.0 && height > 0.0 && longer.is_finite()) {
        return None;
    }
    // half a pixel more: the size is cut off, not rounded; at least one pixel however thin the page is
    let scale = |length: f32| ((f32::from(side) * length / longer).max(1.0) + 0.5) / length;
    let shape = PixmapSettings { x_scale: scale(width), y_scale: scale(height), bg_color: WHITE };
    // caching may place a glyph between pixels otherwise than drawing it anew: what is the same must look the same
    let how = RenderSettings { glyph_caching: false, hinting: false, ..RenderSettings::default() };
    let drawn = hayro::render(page, cache, &InterpreterSettings::default(), &how, &shape);
    let rgb = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|p| p.iter().take(3).copied()).collect();
    Some(Bitmap { width: drawn.width(), height: drawn.height(), rgb })
}
