//! The page tree.

use std::collections::BTreeSet;

use super::{Dict, Document, Object, PdfError, Ref};

impl Document<'_> {
    /// The first page and its reference.
    pub fn first_page(&self) -> Result<(Ref, Dict), PdfError> {
        let (root, catalog) = self.catalog()?;
        let mut at = catalog
            .get("Pages")
            .as_ref()
            .ok_or(PdfError::Structure { num: root.num, what: "the catalog has no Pages" })?;
        for _ in 0..self.limits().depth {
            let none = PdfError::Structure { num: at.num, what: "a page or a page tree is expected" };
            let Object::Dict(node) = self.get(at)? else { return Err(none) };
            if node.is("Type", "Page") {
                return Ok((at, node));
            }
            at = self.array(&node, "Kids")?.first().and_then(Object::as_ref).ok_or(none)?;
        }
        Err(PdfError::Structure { num: at.num, what: "the page tree is too deep" })
    }

    /// A page by its number, counted from 1 (0: the last one), and its reference; `None` when there are fewer.
    pub fn page(&self, number: usize) -> Result<Option<(Ref, Dict)>, PdfError> {
        let wanted = if number == 0 { self.pages()?.max(1) } else { number };
        self.walk(|passed, count| passed + count < wanted, |at, _| Ok(at == wanted))
    }

    /// The first page that `fits`.
    pub fn page_where(
        &self,
        mut fits: impl FnMut(&Dict) -> Result<bool, PdfError>,
    ) -> Result<Option<(Ref, Dict)>, PdfError> {
        self.walk(|_, _| false, |_, page| fits(page))
    }

    /// Walks the pages in order until one fits. `skip` is asked, given how many pages have passed, about branches that say how many they
    /// have.
    fn walk(
        &self,
        skip: impl Fn(usize, usize) -> bool,
        mut fits: impl FnMut(usize, &Dict) -> Result<bool, PdfError>,
    ) -> Result<Option<(Ref, Dict)>, PdfError> {
        let (_, catalog) = self.catalog()?;
        let mut todo: Vec<Object> = vec![catalog.get("Pages").clone()];
        let (mut seen, mut passed) = (BTreeSet::new(), 0);
        while let Some(item) = todo.pop() {
            let at = item.as_ref().filter(|r| seen.insert(r.num));
            let at = at.ok_or(PdfError::Structure { num: 0, what: "the page tree is no tree" })?;
            let node = self.get(at)?.as_dict().cloned().unwrap_or_default();
            let kids = self.array(&node, "Kids")?;
            if !node.has("Kids") {
                passed += 1;
                if fits(passed, &node)? {
                    return Ok(Some((at, node)));
                }
                continue;
            }
            let count = self.value(&node, "Count")?.as_int().and_then(|v| usize::try_from(v).ok());
            match count {
                Some(count) if skip(passed, count) && seen.len() > 1 => passed += count,
                _ => todo.extend(kids.into_iter().rev()),
            }
        }
        Ok(None)
    }

    /// An attribute of a page, its own or inherited from the page tree.
    pub fn inherited(&self, page: &Dict, key: &str) -> Result<Object, PdfError> {
        let mut node = page.clone();
        for _ in 0..self.limits().depth {
            let value = self.value(&node, key)?;
            match self.dict(&node, "Parent")? {
                Some(parent) if value == Object::Null => node = parent,
                _ => return Ok(value),
            }
        }
        Ok(Object::Null)
    }

    /// How many pages the page tree says there are.
    pub fn pages(&self) -> Result<usize, PdfError> {
        let (_, catalog) = self.catalog()?;
        let tree = self.dict(&catalog, "Pages")?.unwrap_or_default();
        let count = self.value(&tree, "Count")?.as_int().and_then(|v| usize::try_from(v).ok());
        count.ok_or(PdfError::Structure { num: 0, what: "the page tree has no Count" })
    }
}
