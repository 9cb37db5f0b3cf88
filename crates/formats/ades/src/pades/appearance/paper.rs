//! A document of plain text as a PDF, for receipts: headings, paragraphs, and rows of a name and a value.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Written, font, packed};
use crate::{
    pades::PadesError,
    pdf::{Dict, Document, Limits, Object, Ref, Update},
};

/// A4 in points.
const PAGE: (f64, f64) = (595.0, 842.0);
/// Free edge.
const EDGE: f64 = 56.0;
/// Where values of rows begin.
const VALUES: f64 = 150.0;
/// Most pages of one document.
const MAX_PAGES: usize = 500;

/// A document in the making. Letters that the font lacks are shown as `?`.
pub struct Paper {
    title: String,
    lang: &'static str,
    pages: Vec<Written>,
    /// Height of the next line.
    y: f64,
    used: BTreeMap<u16, char>,
}

impl Paper {
    /// An empty document; `lang` is a language tag (`lv`).
    pub fn new(title: &str, lang: &'static str) -> Self {
        Self { title: title.to_owned(), lang, pages: Vec::new(), y: 0.0, used: BTreeMap::new() }
    }

    /// A heading; `level` 1 is the title.
    pub fn heading(&mut self, level: u8, text: &str) {
        let size = if level == 1 { 20.0 } else { 13.0 };
        self.gap(size * 0.8);
        self.text(text, size, EDGE, PAGE.0 - 2.0 * EDGE);
        self.gap(size * 0.2);
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.text(text, 10.0, EDGE, PAGE.0 - 2.0 * EDGE);
        self.gap(4.0);
    }

    /// A name and its value, side by side.
    pub fn row(&mut self, name: &str, value: &str) {
        let (left, right) =
            (self.lines(name, 9.0, VALUES - 8.0), self.lines(value, 10.0, PAGE.0 - 2.0 * EDGE - VALUES));
        for i in 0..left.len().max(right.len()) {
            self.feed(13.5);
            for (lines, size, x) in [(&left, 9.0, EDGE), (&right, 10.0, EDGE + VALUES)] {
                if let Some(line) = lines.get(i) {
                    self.show(line, size, x);
                }
            }
        }
        self.gap(3.0);
    }

    /// Free room.
    pub fn gap(&mut self, points: f64) {
        self.y -= points;
    }

    fn text(&mut self, text: &str, size: f64, x: f64, width: f64) {
        for line in self.lines(text, size, width) {
            self.feed(size * 1.35);
            self.show(&line, size, x);
        }
    }

    /// Goes down by a line, to a new page at the end of one.
    fn feed(&mut self, height: f64) {
        self.y -= height;
        if self.pages.is_empty() || self.y < EDGE {
            self.pages.push(Written::new());
            self.y = PAGE.1 - EDGE - height;
        }
    }

    fn show(&mut self, glyphs: &[u16], size: f64, x: f64) {
        let mut hex = String::new();
        for glyph in glyphs {
            // writing to a string does not fail
            let _ = write!(hex, "{glyph:04X}");
        }
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            page.line(format_args!("BT /F0 {size:.1} Tf {x:.1} {y:.1} Td <{hex}> Tj ET"));
        }
    }

    /// The lines of a text as glyphs; a word wider than the line is broken.
    fn lines(&mut self, text: &str, size: f64, width: f64) -> Vec<Vec<u16>> {
        let most = width / size * 1000.0;
        let fits = |glyphs: &[u16]| f64::from(font::width(glyphs)) <= most;
        let space = self.glyphs(" ");
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut current: Vec<u16> = Vec::new();
            for word in paragraph.split_whitespace() {
                let word = self.glyphs(word);
                let gap: &[u16] = if current.is_empty() { &[] } else { &space };
                let longer = [current.as_slice(), gap, &word].concat();
                if fits(&longer) {
                    current = longer;
                    continue;
                }
                if !current.is_empty() {
                    lines.push(std::mem::take(&mut current));
                }
                for glyph in word {
                    current.push(glyph);
                    if !fits(&current) {
                        current.pop();
                        lines.push(std::mem::replace(&mut current, vec![glyph]));
                    }
                }
            }
            lines.push(current);
        }
        lines
    }

    fn glyphs(&mut self, text: &str) -> Vec<u16> {
        let mut all = Vec::new();
        for letter in text.chars() {
            let one = font::glyphs(letter.encode_utf8(&mut [0; 4]), &mut self.used);
            all.extend(one.or_else(|_| font::glyphs("?", &mut self.used)).unwrap_or_default());
        }
        all
    }

    /// The file.
    ///
    /// # Errors
    /// When it has more pages than a receipt may have.
    pub fn finish(self) -> Result<Vec<u8>, PadesError> {
        if self.pages.len() > MAX_PAGES {
            return Err(PadesError::TextSpace);
        }
        let mut file = skeleton();
        let increment = {
            let limits = Limits::default();
            let doc = Document::open(file.as_slice(), &limits)?;
            let mut update = Update::new(&doc)?;
            self.fill(&mut update);
            update.finish().bytes
        };
        file.extend(increment);
        Ok(file)
    }

    fn fill(self, update: &mut Update<'_, '_>) {
        let (catalog, tree) = (Ref { num: 1, generation: 0 }, Ref { num: 2, generation: 0 });
        let mut fonts = Dict::new();
        fonts.set("F0", font::embed(update, &self.used));
        let mut resources = Dict::new();
        resources.set("Font", fonts);
        let number = |v: f64| Object::Real(format!("{v:.0}").into_bytes());
        let mut kids: Vec<Object> = Vec::new();
        for content in self.pages {
            let content = packed(update, Dict::new(), content.into_text().as_bytes());
            let mut page = Dict::new();
            page.set("Type", Object::name("Page"))
                .set("Parent", tree)
                .set("MediaBox", Object::Array([0.0, 0.0, PAGE.0, PAGE.1].map(number).to_vec()))
                .set("Resources", resources.clone())
                .set("Contents", content);
            kids.push(update.add(&page.into()).into());
        }
        let mut pages = Dict::new();
        pages
            .set("Type", Object::name("Pages"))
            .set("Count", Object::Int(i64::try_from(kids.len()).unwrap_or(0)))
            .set("Kids", Object::Array(kids));
        update.put(tree, &pages.into());
        let mut preferences = Dict::new();
        preferences.set("DisplayDocTitle", Object::Bool(true));
        let mut root = Dict::new();
        root.set("Type", Object::name("Catalog"))
            .set("Pages", tree)
            .set("Lang", Object::text(self.lang))
            .set("ViewerPreferences", preferences);
        update.put(catalog, &root.into());
        let mut info = Dict::new();
        info.set("Title", Object::text(&self.title)).set("Producer", Object::text("Enkurs"));
        update.put(Ref { num: 3, generation: 0 }, &info.into());
    }
}

/// A PDF without pages, of which an update makes a document.
fn skeleton() -> Vec<u8> {
    let objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>", "<</Producer(Enkurs)>>"];
    let mut out = "%PDF-1.7\n".to_owned();
    let mut table = "0000000000 65535 f\r\n".to_owned();
    for (number, object) in (1..).zip(objects) {
        // writing to a string does not fail
        let _ = write!(table, "{:010} 00000 n\r\n", out.len());
        let _ = write!(out, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = out.len();
    let _ = write!(out, "xref\n0 4\n{table}trailer\n<</Size 4/Root 1 0 R/Info 3 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_readable_and_breaks_lines_and_pages() {
        let mut paper = Paper::new("Kvīts", "lv");
        paper.heading(1, "Parakstu pārbaude");
        for n in 0..200 {
            paper.row("SHA-256", &format!("{n} {}", "0123456789abcdef".repeat(8)));
        }
        paper.paragraph("漢字 un emocijzīmes nav fontā, bet dokuments top.");
        let file = paper.finish().unwrap();
        let limits = Limits::default();
        let doc = Document::open(file.as_slice(), &limits).unwrap();
        let (_, catalog) = doc.catalog().unwrap();
        let pages = doc.dict(&catalog, "Pages").unwrap().unwrap();
        assert!(pages.get("Count").as_int().unwrap() > 5);
        assert_eq!(catalog.get("Lang").to_text().as_deref(), Some("lv"));
    }

    #[test]
    fn an_endless_document_is_refused() {
        let mut paper = Paper::new("x", "lv");
        paper.paragraph(&"x\n".repeat(60_000));
        assert!(paper.finish().is_err());
    }
}
