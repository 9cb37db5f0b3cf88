//! How far a signature covers the file as it is now.

use std::cell::LazyCell;

use super::{
    changes::{self, Locked, Permission, Reach},
    fields::{Field, Form, Value, form},
    range::{self, Covered},
};
use crate::{
    facts::{Coverage, Defect},
    pdf::{Dict, Document, Object, PdfError},
};

/// What was found about the coverage of one signature or document time stamp.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The byte range, when it is one.
    pub(super) covered: Option<Covered>,
    /// How far.
    pub(super) coverage: Coverage,
    /// What is wrong or has to be told.
    pub(super) defects: Vec<Defect>,
}

/// Walks the present file at most once, however many signatures it has.
pub(super) type LazyReach<'l> = LazyCell<Reach, Box<dyn FnOnce() -> Reach + 'l>>;

/// Judges the coverage of one signature field.
pub(super) fn judge(doc: &Document<'_>, reach: &LazyReach<'_>, field: &Field, value: &Value) -> Seen {
    match covered(doc, reach, field, value) {
        Ok(seen) => seen,
        Err(defect) => Seen { covered: None, coverage: Coverage::None, defects: vec![defect] },
    }
}

fn covered(doc: &Document<'_>, reach: &LazyReach<'_>, field: &Field, value: &Value) -> Result<Seen, Defect> {
    let name = &field.name;
    let covered = range::covered(doc, name, value)?;
    let whole = covered.end == doc.data().len();
    let uncovered = |code: &'static str, object: String| Seen {
        covered: Some(covered.clone()),
        coverage: Coverage::Partial,
        defects: vec![Defect { code, object, fatal: true }],
    };
    let signed = match Document::open_to_read(doc.data().prefix(covered.end), doc.limits()) {
        Ok(signed) => signed,
        Err(e) => return Ok(uncovered("pades.not-a-revision", format!("{name}: {}", e.code()))),
    };
    if let Some(e) = doc.broken().filter(|_| !whole) {
        return Ok(uncovered("pades.changed-after-signing", format!("{name}: {}", e.code())));
    }
    let signed_form = match same_chain(doc, &signed).then(|| form(&signed)) {
        Some(Ok(form)) => form,
        Some(Err(e)) => return Ok(uncovered("pades.not-a-revision", format!("{name}: {}", e.code()))),
        None => return Ok(uncovered("pades.other-history", name.clone())),
    };
    if !is_in(&signed_form, doc, &signed, field, value) {
        return Ok(uncovered("pades.not-in-revision", name.clone()));
    }
    if whole {
        let defects = if clean_end(doc) {
            Vec::new()
        } else {
            vec![Defect { code: "pades.bytes-after-end", object: name.clone(), fatal: false }]
        };
        return Ok(Seen { covered: Some(covered), coverage: Coverage::Full, defects });
    }
    let permission = permission(&signed, field, value).unwrap_or(Permission { level: Some(1), locked: Locked::All });
    let found = match changes::compare(&signed, doc, reach, &permission) {
        Ok(found) => found,
        Err(e) => return Ok(uncovered("pades.changed-after-signing", format!("{name}: {}", e.code()))),
    };
    let mut seen = Seen { covered: Some(covered), coverage: Coverage::Full, defects: Vec::new() };
    let mut tell = |code, list: &[String], fatal| {
        if !list.is_empty() {
            let shown: Vec<&str> = list.iter().take(8).map(String::as_str).collect();
            seen.defects.push(Defect { code, object: format!("{name}: {}", shown.join(", ")), fatal });
        }
    };
    tell("pades.changed-after-signing", &found.unexplained, true);
    tell("pades.form-filled-later", &found.filled, false);
    tell("pades.visible-field-later", &found.visible, false);
    tell("pades.overlapping-field", &found.overlapping, false);
    if found.commented {
        tell("pades.commented-later", std::slice::from_ref(name), false);
    }
    let permitted_filling = found.filled.is_empty() || permission.level.is_some();
    if !clean_end(doc) {
        tell("pades.bytes-after-end", std::slice::from_ref(name), false);
        seen.coverage = Coverage::Partial;
    }
    if !found.unexplained.is_empty() || !permitted_filling {
        seen.coverage = Coverage::Partial;
    }
    Ok(seen)
}

/// Whether nothing but white space follows the end of the document.
fn clean_end(doc: &Document<'_>) -> bool {
    let tail = doc.data().window(doc.end(), 4096);
    tail.is_ok_and(|t| doc.end() + t.len() == doc.data().len() && t.iter().all(u8::is_ascii_whitespace))
}

/// Whether the history of the file is the history of the signed revision and something on top.
fn same_chain(now: &Document<'_>, signed: &Document<'_>) -> bool {
    let (now_s, signed_s) = (now.sections(), signed.sections());
    let Some(newer) = now_s.len().checked_sub(signed_s.len()) else { return false };
    let (later, same) = now_s.split_at(newer);
    same.iter().map(|s| s.offset).eq(signed_s.iter().map(|s| s.offset))
        && later.iter().all(|s| s.offset >= signed.data().len())
}

/// Whether field and signature are part of the signed revision, at the same place as now.
fn is_in(signed_form: &Form, now: &Document<'_>, signed: &Document<'_>, field: &Field, value: &Value) -> bool {
    let same_value = |at: Option<crate::pdf::Ref>| match at {
        Some(r) => now.entries().get(&r.num) == signed.entries().get(&r.num),
        None => now.entries().get(&field.at.num) == signed.entries().get(&field.at.num),
    };
    let found = signed_form.signatures.iter().find(|f| f.at == field.at);
    found.and_then(|f| f.value.as_ref()).is_some_and(|v| v.at == value.at && v.dict == value.dict)
        && same_value(value.at)
}

/// What the certification and this signature allow to change. What cannot be read allows nothing.
fn permission(signed: &Document<'_>, field: &Field, value: &Value) -> Option<Permission> {
    let mut permission = Permission { level: certification(signed).ok()?, locked: Locked::None };
    for reference in signed.array(&value.dict, "Reference").ok()? {
        let Object::Dict(reference) = signed.resolve(&reference).ok()? else { return None };
        if reference.is("TransformMethod", "FieldMDP") {
            let params = signed.dict(&reference, "TransformParams").ok()??;
            permission.locked = locked(signed, &params)?;
        }
    }
    if let Some(lock) = signed.dict(&field.dict, "Lock").ok()? {
        permission.locked = locked(signed, &lock)?;
        if let Some(p) = lock.get("P").as_int() {
            permission.level = Some(permission.level.map_or(p, |old| old.min(p)));
        }
    }
    if let Some(own) = mdp(signed, &value.dict).ok()? {
        permission.level = Some(permission.level.map_or(own, |old| old.min(own)));
    }
    Some(permission)
}

pub(super) fn locked(doc: &Document<'_>, params: &Dict) -> Option<Locked> {
    let names = || -> Option<Vec<String>> { doc.array(params, "Fields").ok()?.iter().map(Object::to_text).collect() };
    match params.get("Action").as_name()? {
        b"All" => Some(Locked::All),
        b"Include" => Some(Locked::Include(names()?)),
        b"Exclude" => Some(Locked::Exclude(names()?)),
        _ => None,
    }
}

/// `P` of the certification signature, when the document has one; 2 when it does not say.
pub(super) fn certification(doc: &Document<'_>) -> Result<Option<i64>, PdfError> {
    let (_, catalog) = doc.catalog()?;
    let Some(perms) = doc.dict(&catalog, "Perms")? else { return Ok(None) };
    let Some(signature) = doc.dict(&perms, "DocMDP")? else { return Ok(None) };
    mdp(doc, &signature)
}

/// `P` of the DocMDP transform of a signature, when it has one.
fn mdp(doc: &Document<'_>, signature: &Dict) -> Result<Option<i64>, PdfError> {
    for reference in doc.array(signature, "Reference")? {
        if let Object::Dict(reference) = doc.resolve(&reference)?
            && reference.is("TransformMethod", "DocMDP")
        {
            let params = doc.dict(&reference, "TransformParams")?.unwrap_or_default();
            let level =
                if params.has("P") { params.get("P").as_int().filter(|p| (1..=3).contains(p)).unwrap_or(1) } else { 2 };
            return Ok(Some(level));
        }
    }
    Ok(None)
}
