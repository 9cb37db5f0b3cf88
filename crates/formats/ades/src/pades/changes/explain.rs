use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Changes, Permission, Reach, walk::below};
use crate::pdf::{Dict, Document, Object, PdfError, Ref};

/// Explains the changed objects as far as the rules allow; the second value is the numbers of those explained.
pub(super) fn explain(
    signed: &Document<'_>,
    now: &Document<'_>,
    before: &Reach,
    changed: &BTreeMap<u32, Change>,
    permission: &Permission,
) -> Result<(Changes, BTreeSet<u32>), PdfError> {
    let mut e = Explain {
        signed,
        now,
        changed,
        permission,
        changes: Changes::default(),
        allowed: BTreeSet::new(),
        widgets: BTreeSet::new(),
    };
    e.catalog()?;
    e.pages(before)?;
    Ok((e.changes, e.allowed))
}

struct Explain<'e, 'd> {
    signed: &'e Document<'d>,
    now: &'e Document<'d>,
    changed: &'e BTreeMap<u32, Change>,
    permission: &'e Permission,
    changes: Changes,
    allowed: BTreeSet<u32>,
    /// Widgets of new signature fields.
    widgets: BTreeSet<u32>,
}

const EMPTY: &Object = &Object::Null;

impl Explain<'_, '_> {
    /// An object that did not exist in the signed revision.
    fn is_new(&self, num: u32) -> bool {
        self.changed.get(&num).is_some_and(|c| c.old == Object::Null)
    }

    fn refuse(&mut self, what: String) {
        if self.changes.unexplained.len() < 16 {
            self.changes.unexplained.push(what);
        }
    }

    /// Keys whose values differ.
    fn differing(old: &Dict, new: &Dict) -> Vec<String> {
        let keys: BTreeSet<&[u8]> = old.iter().chain(new.iter()).map(|(k, _)| k).collect();
        let differ = keys.into_iter().filter(|k| old.raw(k) != new.raw(k));
        differ.map(|k| String::from_utf8_lossy(k).into_owned()).collect()
    }

    /// A value that moved to another object may only have moved to a new one.
    fn target(&mut self, old: &Object, new: &Object, what: &str) {
        if let Some(r) = new.as_ref() {
            if self.is_new(r.num) || old.as_ref() == Some(r) {
                self.allowed.insert(r.num);
            } else {
                self.refuse(what.to_owned());
            }
        }
    }

    fn all_new_below(&mut self, object: &Object) {
        let mut found = BTreeSet::new();
        below(self.now, object, &|num| self.is_new(num), &mut found);
        self.allowed.extend(found);
    }

    fn catalog(&mut self) -> Result<(), PdfError> {
        let (old_root, old) = self.signed.catalog()?;
        let (root, new) = self.now.catalog()?;
        if old_root != root {
            self.refuse("/Root".into());
            return Ok(());
        }
        self.allowed.insert(root.num);
        for key in Self::differing(&old, &new) {
            match key.as_str() {
                "AcroForm" | "DSS" | "Metadata" => self.target(old.get(&key), new.get(&key), &format!("/Root/{key}")),
                "Extensions" | "Version" => self.all_new_below(new.get(&key)),
                _ => self.refuse(format!("/Root/{key}")),
            }
        }
        self.information(&old, &new);
        self.validation_data(&old, &new);
        self.form(&old, &new)
    }

    /// Document information and metadata are not part of what is shown.
    fn information(&mut self, old: &Dict, new: &Dict) {
        let metadata =
            new.get("Metadata").as_ref().filter(|r| self.is_new(r.num) || old.get("Metadata").as_ref() == Some(*r));
        if let Some(r) = metadata
            && matches!(self.changed.get(&r.num), Some(c) if matches!(&c.new, Object::Stream(s) if s.dict.is("Type", "Metadata")))
        {
            self.allowed.insert(r.num);
        }
        let (was, is) = (self.signed.trailer().get("Info"), self.now.trailer().get("Info"));
        if let Some(r) = is.as_ref().filter(|r| self.is_new(r.num) || was.as_ref() == Some(*r))
            && matches!(self.changed.get(&r.num), Some(c) if matches!(c.new, Object::Dict(_)) && !c.new.as_dict().is_some_and(|d| d.has("Type")))
        {
            self.allowed.insert(r.num);
        }
    }

    fn validation_data(&mut self, old: &Dict, new: &Dict) {
        let Ok(Object::Dict(dss)) = self.now.value(new, "DSS") else { return };
        let mut mine = BTreeSet::new();
        below(self.signed, old.get("DSS"), &|_| true, &mut mine);
        let known = ["Type", "VRI", "Certs", "OCSPs", "CRLs"];
        if let Some((key, _)) = dss.iter().find(|(k, _)| !known.iter().any(|n| n.as_bytes() == *k)) {
            let key = String::from_utf8_lossy(key).into_owned();
            self.refuse(format!("/DSS/{key}"));
        }
        let mut found = BTreeSet::new();
        below(self.now, new.get("DSS"), &|num| self.is_new(num) || mine.contains(&num), &mut found);
        self.allowed.extend(found);
    }

    fn form(&mut self, old: &Dict, new: &Dict) -> Result<(), PdfError> {
        let was = self.signed.dict(old, "AcroForm")?;
        let Some(is) = self.now.dict(new, "AcroForm")? else {
            if was.is_some() {
                self.refuse("/AcroForm".into());
            }
            return Ok(());
        };
        self.target(old.get("AcroForm"), new.get("AcroForm"), "/Root/AcroForm");
        let fresh = was.is_none();
        let was = was.unwrap_or_default();
        for key in Self::differing(&was, &is) {
            match key.as_str() {
                "Fields" => self.target(was.get("Fields"), is.get("Fields"), "/AcroForm/Fields"),
                "SigFlags" => {}
                "DA" | "DR" if fresh => self.all_new_below(is.get(&key)),
                _ => self.refuse(format!("/AcroForm/{key}")),
            }
        }
        if let (Some(a), Some(b)) = (was.get("Fields").as_ref(), is.get("Fields").as_ref())
            && a == b
        {
            self.allowed.insert(a.num);
        }
        let (old_fields, new_fields) = (self.signed.array(&was, "Fields")?, self.now.array(&is, "Fields")?);
        self.fields(&old_fields, &new_fields, "", false, 0)
    }

    fn fields(
        &mut self,
        old: &[Object],
        new: &[Object],
        prefix: &str,
        signature: bool,
        level: usize,
    ) -> Result<(), PdfError> {
        if level > self.now.limits().depth {
            return Err(PdfError::TooDeep { at: 0, limit: self.now.limits().depth });
        }
        if let Some(gone) = old.iter().find(|o| !new.contains(o)) {
            let gone = gone.as_ref().map_or(0, |r| r.num);
            self.refuse(format!("/AcroForm/Fields {gone} 0 R"));
        }
        for item in new {
            let Some(r) = item.as_ref() else {
                self.refuse("/AcroForm/Fields".into());
                continue;
            };
            if old.contains(item) {
                self.field(r, prefix, signature, level)?;
            } else {
                self.new_field(r)?;
            }
        }
        Ok(())
    }

    /// A field that was there when it was signed.
    fn field(&mut self, r: Ref, prefix: &str, signature: bool, level: usize) -> Result<(), PdfError> {
        let (Object::Dict(was), Object::Dict(is)) = (self.signed.get(r)?, self.now.get(r)?) else { return Ok(()) };
        let name = match (self.signed.value(&was, "T")?.to_text(), prefix) {
            (Some(part), "") => part,
            (Some(part), prefix) => format!("{prefix}.{part}"),
            (None, prefix) => prefix.to_owned(),
        };
        let kind = self.signed.value(&was, "FT")?;
        let signature = if kind == Object::Null { signature } else { kind.as_name() == Some(b"Sig") };
        let may_fill = matches!(self.permission.level, None | Some(2 | 3)) && !self.permission.locked.holds(&name);
        let mut touched = false;
        for key in Self::differing(&was, &is) {
            match key.as_str() {
                "V" if signature => {
                    if was.has("V") || !may_fill {
                        self.refuse(format!("{name}/V"));
                    } else {
                        self.target(EMPTY, is.get("V"), &format!("{name}/V"));
                        self.all_new_below(is.get("V"));
                    }
                }
                // another look is another content for who reads it, whatever the value says
                "V" | "AS" | "I" | "RV" | "AP" if may_fill => touched = true,
                "M" | "F" if may_fill => {}
                _ => self.refuse(format!("{name}/{key}")),
            }
        }
        if may_fill {
            touched |= self.appearance(&was, &is, signature)?;
        }
        if touched && !signature {
            self.changes.filled.push(name.clone());
        }
        self.allowed.insert(r.num);
        let (old_kids, new_kids) = (self.signed.array(&was, "Kids")?, self.now.array(&is, "Kids")?);
        if old_kids.len() != new_kids.len() {
            self.refuse(format!("{name}/Kids"));
        }
        self.fields(&old_kids, &new_kids, &name, signature, level + 1)
    }

    /// Values and appearance streams below a field; whether an existing one was rewritten.
    fn appearance(&mut self, was: &Dict, is: &Dict, signature: bool) -> Result<bool, PdfError> {
        let mut mine = BTreeSet::new();
        for state in streams(self.signed, was.get("AP"))? {
            mine.insert(state.num);
        }
        if !signature {
            mine.extend(was.get("V").as_ref().filter(|_| is.get("V") == was.get("V")).map(|r| r.num));
        }
        let rewritten: Vec<u32> = mine.into_iter().filter(|num| self.changed.contains_key(num)).collect();
        self.allowed.extend(&rewritten);
        self.all_new_below(is.get("AP"));
        for state in streams(self.now, is.get("AP"))? {
            if let Object::Stream(s) = self.now.get(state)? {
                self.all_new_below(&Object::Dict(s.dict));
            }
        }
        if !signature {
            self.all_new_below(is.get("V"));
        }
        Ok(!rewritten.is_empty())
    }

    /// A field added later: only an own, complete signature field.
    fn new_field(&mut self, r: Ref) -> Result<(), PdfError> {
        let Object::Dict(field) = self.now.get(r)? else { return Ok(()) };
        let stamp = matches!(self.now.value(&field, "V")?, Object::Dict(v) if v.is("Type", "DocTimeStamp"));
        let signed = matches!(self.now.value(&field, "V")?, Object::Dict(_));
        let rect = rectangle(self.now, &field)?;
        // what is seen in a place that nobody signed, or that was certified without it, covers the document
        let covers =
            rect.is_some() && if self.permission.level.is_some() { !stamp } else { !signed && field.has("AP") };
        let allowed = (self.permission.level != Some(1) || stamp) && !covers;
        if !self.is_new(r.num) || !field.is("FT", "Sig") || field.has("Kids") || field.has("Parent") || !allowed {
            self.refuse(format!("/AcroForm/Fields {} 0 R", r.num));
            return Ok(());
        }
        self.allowed.insert(r.num);
        self.widgets.insert(r.num);
        for key in ["V", "AP", "Lock", "SV", "MK"] {
            self.all_new_below(field.get(key));
        }
        if let Some(rect) = rect {
            let name = self.now.value(&field, "T")?.to_text().unwrap_or_default();
            if self.overlaps(&field, rect)? {
                self.changes.overlapping.push(name.clone());
            }
            self.changes.visible.push(name);
        }
        Ok(())
    }

    /// Whether a new field lies over an annotation that was on its page when it was signed.
    fn overlaps(&self, field: &Dict, [a, b, c, d]: [f64; 4]) -> Result<bool, PdfError> {
        let Some(page) = field.get("P").as_ref() else { return Ok(false) };
        let Object::Dict(page) = self.signed.get(page)? else { return Ok(false) };
        for old in self.signed.array(&page, "Annots")? {
            if let Object::Dict(old) = self.signed.resolve(&old)?
                && let Some([e, f, g, h]) = rectangle(self.signed, &old)?
                && a < g
                && e < c
                && b < h
                && f < d
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Pages may only get the widgets of new signature fields, and comments where the certification allows them.
    fn pages(&mut self, before: &Reach) -> Result<(), PdfError> {
        let changed = self.changed;
        for (num, change) in changed {
            match (&change.old, &change.new) {
                (Object::Dict(was), Object::Dict(is)) if was.is("Type", "Page") && is.is("Type", "Page") => {
                    let odd: Vec<String> =
                        Self::differing(was, is).into_iter().filter(|k| k != "Annots" && k != "LastModified").collect();
                    if let Some(key) = odd.first() {
                        self.refuse(format!("{num} 0 R/{key}"));
                        continue;
                    }
                    self.allowed.insert(*num);
                    self.target(was.get("Annots"), is.get("Annots"), &format!("{num} 0 R/Annots"));
                    let (old, new) = (self.signed.array(was, "Annots")?, self.now.array(is, "Annots")?);
                    self.annotations(*num, &old, &new);
                }
                (Object::Array(old), Object::Array(new)) if before.annotations.contains_key(num) => {
                    self.allowed.insert(*num);
                    self.annotations(*num, old, new);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn annotations(&mut self, at: u32, old: &[Object], new: &[Object]) {
        if old.iter().any(|o| !new.contains(o)) {
            self.refuse(format!("{at} 0 R/Annots"));
        }
        for item in new.iter().filter(|i| !old.contains(i)) {
            let num = item.as_ref().map_or(0, |r| r.num);
            if self.widgets.contains(&num) {
                continue;
            }
            if self.permission.level == Some(3) && self.is_new(num) {
                self.changes.commented = true;
                self.all_new_below(item);
            } else {
                self.refuse(format!("{at} 0 R/Annots {num} 0 R"));
            }
        }
    }
}

/// The place of an annotation as left, bottom, right, top; `None` when it has no extent.
pub(in crate::pades) fn rectangle(doc: &Document<'_>, annotation: &Dict) -> Result<Option<[f64; 4]>, PdfError> {
    let corners: Vec<f64> = doc.array(annotation, "Rect")?.iter().filter_map(Object::as_number).collect();
    let [a, b, c, d] = corners.as_slice() else { return Ok(None) };
    let extent = (a - c).abs() > 0.0 && (b - d).abs() > 0.0;
    Ok(extent.then(|| [a.min(*c), b.min(*d), a.max(*c), b.max(*d)]))
}

/// References of appearance streams: `N`, `R`, `D`, each a stream or a dictionary of states.
fn streams(doc: &Document<'_>, appearance: &Object) -> Result<Vec<Ref>, PdfError> {
    let mut found = Vec::new();
    let Object::Dict(appearance) = doc.resolve(appearance)? else { return Ok(found) };
    for key in ["N", "R", "D"] {
        match (appearance.get(key), doc.resolve(appearance.get(key))?) {
            (Object::Ref(r), Object::Stream(_)) => found.push(*r),
            (_, Object::Dict(states)) => found.extend(states.iter().filter_map(|(_, v)| v.as_ref())),
            _ => {}
        }
    }
    Ok(found)
}
