//! The field of a new signature: a new one, visible or not, or an empty one that waits in the document.

use serde::{Deserialize, Serialize};

use super::{
    PadesError,
    appearance::{Visible, draw},
    changes::Locked,
    fields::{self, Field},
    place::developer_extension,
};
use crate::pdf::{Dict, Document, Object, PdfError, Ref, Update};

/// Fields that a signature closes to later changes (ISO 32000-2 table 236).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    /// All.
    All,
    /// These and what is below them.
    Include(Vec<String>),
    /// All but these and what is below them.
    Exclude(Vec<String>),
}

impl Lock {
    /// As the entries of a lock dictionary or of the parameters of FieldMDP.
    fn entries(&self) -> Dict {
        let (action, names) = match self {
            Self::All => ("All", None),
            Self::Include(names) => ("Include", Some(names)),
            Self::Exclude(names) => ("Exclude", Some(names)),
        };
        let mut dict = Dict::new();
        dict.set("Action", Object::name(action));
        if let Some(names) = names {
            dict.set("Fields", Object::Array(names.iter().map(|n| Object::text(n)).collect()));
        }
        dict
    }

    fn of(locked: Locked) -> Option<Self> {
        match locked {
            Locked::None => None,
            Locked::All => Some(Self::All),
            Locked::Include(names) => Some(Self::Include(names)),
            Locked::Exclude(names) => Some(Self::Exclude(names)),
        }
    }
}

/// Where a signature goes and what it closes.
#[derive(Clone, Debug, Default)]
pub(super) struct Placement<'p> {
    /// Name of the field: one that is there and empty, or a new one. `None`: a new one under a free name.
    pub(super) field: Option<&'p str>,
    /// What is shown; `None`: nothing.
    pub(super) visible: Option<&'p Visible>,
    /// Fields closed.
    pub(super) lock: Option<Lock>,
    /// Level of certification.
    pub(super) certify: Option<u8>,
}

/// A field chosen for a signature, before anything is written.
pub(super) struct Chosen {
    name: String,
    existing: Option<Field>,
    lock: Option<Lock>,
    certify: Option<u8>,
}

impl Chosen {
    /// Finds the field and checks that it can be used.
    pub(super) fn of(doc: &Document<'_>, placement: &Placement<'_>) -> Result<Self, PadesError> {
        let form = fields::form(doc)?;
        let existing = form.signatures.iter().find(|f| placement.field == Some(f.name.as_str())).cloned();
        let taken = |name: &str| PadesError::Field(name.to_owned());
        let name = match placement.field {
            Some("") => return Err(taken("")),
            Some(name) if existing.is_none() && (form.names.contains(name) || name.contains('.')) => {
                return Err(taken(name));
            }
            Some(name) => name.to_owned(),
            None => (1..).map(|i| format!("Signature{i}")).find(|n| !form.names.contains(n)).unwrap_or_default(),
        };
        if existing.as_ref().is_some_and(|f| f.value.is_some()) {
            return Err(taken(&name));
        }
        let signed = form.signatures.iter().filter_map(|f| f.value.as_ref());
        let certify = placement.certify;
        if certify.is_some_and(|level| !(1..=3).contains(&level)) {
            return Err(PadesError::Certify);
        }
        if certify.is_some() && signed.filter(|v| !v.dict.is("Type", "DocTimeStamp")).count() > 0 {
            return Err(PadesError::Certify);
        }
        let mut lock = placement.lock.clone();
        if lock.is_none()
            && let Some(field) = &existing
            && let Some(own) = doc.dict(&field.dict, "Lock")?
        {
            lock = super::coverage::locked(doc, &own).and_then(Lock::of);
        }
        Ok(Self { name, existing, lock, certify })
    }

    /// `Reference` of the signature dictionary: what the signature forbids later.
    pub(super) fn reference(&self, root: Ref) -> Option<Object> {
        let reference = |method: &str, mut params: Dict| {
            params.set("Type", Object::name("TransformParams")).set("V", Object::name("1.2"));
            let mut dict = Dict::new();
            dict.set("Type", Object::name("SigRef"))
                .set("TransformMethod", Object::name(method))
                .set("TransformParams", params)
                .set("Data", root);
            Object::Dict(dict)
        };
        let mut all = Vec::new();
        if let Some(level) = self.certify {
            let mut params = Dict::new();
            params.set("P", Object::Int(level.into()));
            all.push(reference("DocMDP", params));
        }
        all.extend(self.lock.as_ref().map(|lock| reference("FieldMDP", lock.entries())));
        (!all.is_empty()).then_some(Object::Array(all))
    }

    /// Writes field, page, form and catalog; what is there is kept.
    pub(super) fn write(
        self,
        update: &mut Update<'_, '_>,
        value: Ref,
        visible: Option<&Visible>,
    ) -> Result<(), PadesError> {
        let doc = update.document();
        let (root, mut catalog) = doc.catalog()?;
        let mut acro = doc.dict(&catalog, "AcroForm")?.unwrap_or_default();
        let form_at = catalog.get("AcroForm").as_ref();
        let mut acro_changed = false;
        match &self.existing {
            Some(field) => existing(update, field, value, visible)?,
            None => {
                let field = self.fresh(update, value, visible)?;
                acro_changed |= append(update, &mut acro, "Fields", field, None)?;
            }
        }
        let flags = doc.value(&acro, "SigFlags")?.as_int().unwrap_or(0);
        if flags & 3 != 3 {
            acro.set("SigFlags", Object::Int(flags | 3));
            acro_changed = true;
        }
        let mut catalog_changed = developer_extension(doc, &mut catalog)?;
        if self.certify.is_some() {
            let mut perms = doc.dict(&catalog, "Perms")?.unwrap_or_default();
            perms.set("DocMDP", value);
            catalog.set("Perms", perms);
            catalog_changed = true;
        }
        match form_at {
            Some(at) if acro_changed => update.put(at, &acro.into()),
            Some(_) => {}
            None => {
                catalog.set("AcroForm", acro);
                catalog_changed = true;
            }
        }
        if catalog_changed {
            update.put(root, &catalog.into());
        }
        Ok(())
    }

    fn fresh(&self, update: &mut Update<'_, '_>, value: Ref, visible: Option<&Visible>) -> Result<Ref, PadesError> {
        let doc = update.document();
        let (page, mut page_dict) = match visible.map(|v| v.page) {
            Some(number) => doc.page(number)?.ok_or(PadesError::Page(number))?,
            None => doc.first_page()?,
        };
        let mut field = Dict::new();
        field.set("Type", Object::name("Annot")).set("Subtype", Object::name("Widget")).set("FT", Object::name("Sig"));
        let mut rect = vec![Object::Int(0); 4];
        if let Some(visible) = visible {
            let [left, bottom, width, height] = visible.at.map(f64::from);
            let spot = Spot::on(doc, &page_dict, [left, bottom, width, height])?;
            if width < 8.0 || height < 8.0 {
                return Err(PadesError::TextSpace);
            }
            let form = draw(update, visible, (width, height), spot.matrix)?;
            show(&mut field, form);
            rect = spot.rect.map(|v| Object::Real(format!("{v:.2}").into_bytes())).to_vec();
        }
        field.set("Rect", Object::Array(rect)).set("F", Object::Int(132));
        field.set("T", Object::text(&self.name)).set("P", page).set("V", value);
        if let Some(lock) = &self.lock {
            let mut dict = lock.entries();
            dict.set("Type", Object::name("SigFieldLock"));
            field.set("Lock", update.add(&dict.into()));
        }
        let field = update.add(&field.into());
        append(update, &mut page_dict, "Annots", field, Some(page))?;
        Ok(field)
    }
}

/// Puts a form into `AP`.
fn show(widget: &mut Dict, form: Ref) {
    let mut appearance = Dict::new();
    appearance.set("N", form);
    widget.set("AP", appearance);
}

/// Fills a field that is there.
fn existing(
    update: &mut Update<'_, '_>,
    field: &Field,
    value: Ref,
    visible: Option<&Visible>,
) -> Result<(), PadesError> {
    let doc = update.document();
    let mut dict = field.dict.clone();
    dict.set("V", value);
    if let Some(visible) = visible {
        let at = field.widgets.first().copied().unwrap_or(field.at);
        let mut widget =
            if at == field.at { dict.clone() } else { doc.get(at)?.as_dict().cloned().unwrap_or_default() };
        let rect: Vec<f64> = doc.array(&widget, "Rect")?.iter().filter_map(Object::as_number).collect();
        let [a, b, c, d] = rect.as_slice() else { return Err(PadesError::Field(field.name.clone())) };
        let page = page_of(doc, &widget, at)?;
        let (w, h) = ((c - a).abs(), (d - b).abs());
        if w < 8.0 || h < 8.0 {
            return Err(PadesError::TextSpace);
        }
        let turned = turns(doc, &page)?;
        let (w, h) = if turned % 2 == 1 { (h, w) } else { (w, h) };
        let form = draw(update, visible, (w, h), matrix(turned, w, h))?;
        show(&mut widget, form);
        if at == field.at {
            dict = widget;
        } else {
            update.put(at, &widget.into());
        }
    }
    update.put(field.at, &dict.into());
    Ok(())
}

/// The page on which a widget stands: the one it names, which it need not, else the one that lists it.
fn page_of(doc: &Document<'_>, widget: &Dict, at: Ref) -> Result<Dict, PdfError> {
    if let Some(page) = doc.dict(widget, "P")? {
        return Ok(page);
    }
    let lists = |page: &Dict| Ok(doc.array(page, "Annots")?.iter().any(|a| a.as_ref() == Some(at)));
    Ok(doc.page_where(lists)?.map(|(_, page)| page).unwrap_or_default())
}

/// A place on a page in the coordinates of the page, and how what stands there is turned to be read upright.
struct Spot {
    rect: [f64; 4],
    matrix: [f64; 6],
}

/// Quarter turns by which a page is shown, clockwise.
fn turns(doc: &Document<'_>, page: &Dict) -> Result<i64, PdfError> {
    let degrees = doc.inherited(page, "Rotate")?.as_int().unwrap_or(0);
    Ok((degrees / 90).rem_euclid(4))
}

fn matrix(turned: i64, width: f64, height: f64) -> [f64; 6] {
    match turned {
        1 => [0.0, 1.0, -1.0, 0.0, height, 0.0],
        2 => [-1.0, 0.0, 0.0, -1.0, width, height],
        3 => [0.0, -1.0, 1.0, 0.0, 0.0, width],
        _ => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    }
}

impl Spot {
    fn on(doc: &Document<'_>, page: &Dict, [left, bottom, width, height]: [f64; 4]) -> Result<Self, PadesError> {
        let mut corners = Vec::new();
        for key in ["CropBox", "MediaBox"] {
            if corners.len() != 4 {
                let value = doc.inherited(page, key)?;
                corners = value.as_array().unwrap_or_default().iter().filter_map(Object::as_number).collect();
            }
        }
        let [a, b, c, d] = corners.as_slice() else {
            return Err(PdfError::Structure { num: 0, what: "a page has no MediaBox" }.into());
        };
        let (x0, y0, x1, y1) = (a.min(*c), b.min(*d), a.max(*c), b.max(*d));
        let turned = turns(doc, page)?;
        let (w, h) = if turned % 2 == 1 { (y1 - y0, x1 - x0) } else { (x1 - x0, y1 - y0) };
        let (right, top) = (left + width, bottom + height);
        if right > w || top > h {
            return Err(PadesError::Outside);
        }
        let rect = match turned {
            1 => [x1 - top, y0 + left, x1 - bottom, y0 + right],
            2 => [x1 - right, y1 - top, x1 - left, y1 - bottom],
            3 => [x0 + bottom, y1 - right, x0 + top, y1 - left],
            _ => [x0 + left, y0 + bottom, x0 + right, y0 + top],
        };
        Ok(Self { rect, matrix: matrix(turned, width, height) })
    }
}

/// Appends to the array under `key`. When the array is an object of its own, only that is written, else `owner`, if given; whether
/// `dict` changed.
fn append(
    update: &mut Update<'_, '_>,
    dict: &mut Dict,
    key: &str,
    item: Ref,
    owner: Option<Ref>,
) -> Result<bool, PadesError> {
    let mut items = update.document().array(dict, key)?;
    items.push(item.into());
    if let Some(at) = dict.get(key).as_ref() {
        update.put(at, &Object::Array(items));
        return Ok(false);
    }
    dict.set(key, Object::Array(items));
    if let Some(owner) = owner {
        update.put(owner, &dict.clone().into());
    }
    Ok(true)
}
