//! What has to be told of a document beside its signatures: embedded files, usage rights, hidden fields.

use std::collections::BTreeSet;

use crate::{
    facts::Defect,
    pades::{changes::rectangle, fields::Field},
    pdf::{Dict, Document, Object, PdfError},
};

/// Nodes of the name tree, annotations and files looked at.
const NODES: usize = 4096;
/// Names told.
const NAMES: usize = 16;

/// Everything that is told of the document itself.
pub(super) fn document(doc: &Document<'_>, name: &str, fields: &[Field]) -> Vec<Defect> {
    let mut told = Vec::new();
    let mut tell = |code, object: String| told.push(Defect { code, object, fatal: false });
    if let Some(e) = doc.broken() {
        tell("pdf.rebuilt", e.to_string());
    }
    if doc.is_encrypted() {
        tell("pdf.opened-without-password", name.to_owned());
    }
    let files = attachments(doc).unwrap_or_default();
    if !files.is_empty() {
        tell("pades.attachments", files.into_iter().collect::<Vec<_>>().join(", "));
    }
    let perms = doc.catalog().and_then(|(_, catalog)| doc.dict(&catalog, "Perms")).ok().flatten();
    if perms.is_some_and(|p| p.has("UR3") || p.has("UR")) {
        tell("pades.usage-rights", name.to_owned());
    }
    for field in fields.iter().filter(|f| f.value.is_some()) {
        if hidden(doc, field).unwrap_or(false) {
            tell("pades.hidden-field", field.name.clone());
        }
    }
    told
}

/// Names of embedded files: those of the name tree and those of annotations.
fn attachments(doc: &Document<'_>) -> Result<BTreeSet<String>, PdfError> {
    let (_, catalog) = doc.catalog()?;
    let mut names = BTreeSet::new();
    let trees = doc.dict(&catalog, "Names")?.unwrap_or_default();
    let mut todo = vec![trees.get("EmbeddedFiles").clone()];
    let mut seen = BTreeSet::new();
    for _ in 0..NODES {
        let Some(node) = todo.pop() else { break };
        if node.as_ref().is_some_and(|r| !seen.insert(r.num)) {
            continue;
        }
        let Object::Dict(node) = doc.resolve(&node)? else { continue };
        todo.extend(doc.array(&node, "Kids")?);
        for pair in doc.array(&node, "Names")?.chunks(2) {
            if let [key, file] = pair
                && names.len() < NAMES
            {
                let spec = doc.resolve(file)?.as_dict().cloned().unwrap_or_default();
                names.insert(file_name(doc, &spec)?.or_else(|| key.to_text()).unwrap_or_default());
            }
        }
    }
    for number in 1..=doc.pages().unwrap_or(0).min(NODES / 16) {
        let Some((_, page)) = doc.page(number)? else { break };
        for annotation in doc.array(&page, "Annots")?.iter().take(NODES) {
            let Object::Dict(annotation) = doc.resolve(annotation)? else { continue };
            if annotation.is("Subtype", "FileAttachment")
                && names.len() < NAMES
                && let Some(spec) = doc.dict(&annotation, "FS")?
            {
                names.insert(file_name(doc, &spec)?.unwrap_or_default());
            }
        }
    }
    Ok(names)
}

fn file_name(doc: &Document<'_>, spec: &Dict) -> Result<Option<String>, PdfError> {
    for key in ["UF", "F"] {
        if let Some(name) = doc.value(spec, key)?.to_text() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Whether a field has a place on a page but is not shown there (flags Invisible, Hidden and NoView).
fn hidden(doc: &Document<'_>, field: &Field) -> Result<bool, PdfError> {
    let widget = match field.widgets.first() {
        Some(at) => doc.get(*at)?.as_dict().cloned().unwrap_or_default(),
        None => field.dict.clone(),
    };
    let flags = doc.value(&widget, "F")?.as_int().unwrap_or(0);
    Ok(rectangle(doc, &widget)?.is_some() && flags & 0x23 != 0)
}
