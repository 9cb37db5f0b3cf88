//! Signature fields of the interactive form, and the names already taken in it.

use std::collections::BTreeSet;

use crate::pdf::{Dict, Document, Object, PdfError, Ref};

/// A signature field and its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Full name, parts joined by dots.
    pub(super) name: String,
    /// The field object.
    pub(super) at: Ref,
    /// The field dictionary.
    pub(super) dict: Dict,
    /// Its widgets, when they are objects of their own.
    pub(super) widgets: Vec<Ref>,
    /// The signature dictionary, when signed.
    pub(super) value: Option<Value>,
}

/// A signature dictionary, with the spans of its values.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Its object; `None` when it stands in the field itself.
    pub(super) at: Option<Ref>,
    /// The dictionary.
    pub(super) dict: Dict,
    /// Whether spans count bytes of the file.
    pub(super) direct: bool,
}

/// Everything in the form's tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    /// Signature fields, in the order of the tree.
    pub(super) signatures: Vec<Field>,
    /// Full names of all fields.
    pub(super) names: BTreeSet<String>,
    /// Names of signature fields that are signed with something that cannot be read, and why.
    pub(super) broken: Vec<(String, PdfError)>,
    /// Fields that cannot be read, and why.
    pub(super) unread: Vec<(String, PdfError)>,
}

/// Walks the form; whatever cannot be read is an error.
pub(super) fn form(doc: &Document<'_>) -> Result<Form, PdfError> {
    walk(doc, false)
}

/// Walks the form to judge it: what cannot be read is told, and hides nothing else.
pub(super) fn form_to_read(doc: &Document<'_>) -> Result<Form, PdfError> {
    walk(doc, true)
}

fn walk(doc: &Document<'_>, lenient: bool) -> Result<Form, PdfError> {
    let (_, catalog) = doc.catalog()?;
    let mut form = Form::default();
    let Some(acro) = doc.dict(&catalog, "AcroForm")? else { return Ok(form) };
    let mut walk = Walk { doc, form: &mut form, seen: BTreeSet::new(), lenient };
    for field in doc.array(&acro, "Fields")? {
        walk.visit(&field, "", false, 0)?;
    }
    Ok(form)
}

struct Walk<'w, 'd> {
    doc: &'w Document<'d>,
    form: &'w mut Form,
    seen: BTreeSet<u32>,
    lenient: bool,
}

impl Walk<'_, '_> {
    /// The error, unless it is one that is only told.
    fn told(&self, error: PdfError) -> Result<PdfError, PdfError> {
        let of_file =
            matches!(error, PdfError::Read { .. } | PdfError::TooDeep { .. } | PdfError::TooManySignatures { .. });
        if self.lenient && !of_file { Ok(error) } else { Err(error) }
    }

    fn visit(&mut self, item: &Object, prefix: &str, signature: bool, level: usize) -> Result<(), PdfError> {
        if let Err(error) = self.field(item, prefix, signature, level) {
            let error = self.told(error)?;
            let place = item.as_ref().map_or_else(|| "-".to_owned(), |r| format!("{} {} R", r.num, r.generation));
            self.form.unread.push((place, error));
        }
        Ok(())
    }

    fn field(&mut self, item: &Object, prefix: &str, signature: bool, level: usize) -> Result<(), PdfError> {
        let limits = self.doc.limits();
        if level > limits.depth {
            return Err(PdfError::TooDeep { at: 0, limit: limits.depth });
        }
        let Some(at) = item.as_ref() else {
            return Err(PdfError::Structure { num: 0, what: "a form field is not an indirect object" });
        };
        if !self.seen.insert(at.num) {
            return Err(PdfError::Structure { num: at.num, what: "a form field occurs twice in the form" });
        }
        let located = self.doc.locate(at)?;
        let Object::Dict(dict) = located.object else { return Ok(()) };
        let part = self.doc.value(&dict, "T")?.to_text();
        let name = match (&part, prefix) {
            (Some(part), "") => part.clone(),
            (Some(part), prefix) => format!("{prefix}.{part}"),
            (None, prefix) => prefix.to_owned(),
        };
        self.form.names.insert(name.clone());
        let signature = match self.doc.value(&dict, "FT")? {
            Object::Null => signature,
            kind => kind.as_name() == Some(b"Sig"),
        };
        let mut kids = self.doc.array(&dict, "Kids")?;
        let mut widgets = Vec::new();
        if signature {
            // a child without a name is a widget of this field
            let is_widget = |r: Ref| Ok(self.doc.get(r)?.as_dict().is_some_and(|d| !d.has("T") && !d.has("V")));
            for kid in kids.iter().filter_map(Object::as_ref) {
                if is_widget(kid)? {
                    widgets.push(kid);
                }
            }
            kids.retain(|k| k.as_ref().is_none_or(|r| !widgets.contains(&r)));
        }
        if signature && (kids.is_empty() || dict.has("V")) {
            if self.form.signatures.len() >= limits.signatures {
                return Err(PdfError::TooManySignatures { limit: limits.signatures });
            }
            let value = match self.value(&dict, located.direct) {
                Ok(value) => value,
                Err(error) => {
                    let error = self.told(error)?;
                    self.form.broken.push((name.clone(), error));
                    None
                }
            };
            self.form.signatures.push(Field { name: name.clone(), at, dict, widgets, value });
        }
        for kid in kids {
            self.visit(&kid, &name, signature, level + 1)?;
        }
        Ok(())
    }

    fn value(&self, field: &Dict, direct: bool) -> Result<Option<Value>, PdfError> {
        Ok(match field.get("V") {
            Object::Dict(d) => Some(Value { at: None, dict: d.clone(), direct }),
            Object::Ref(r) => {
                let found = self.doc.locate(*r)?;
                match found.object {
                    Object::Dict(dict) => Some(Value { at: Some(*r), dict, direct: found.direct }),
                    _ => None,
                }
            }
            _ => None,
        })
    }
}
