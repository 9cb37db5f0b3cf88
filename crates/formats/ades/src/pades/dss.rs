//! The document security store: certificates, OCSP responses and CRLs kept in the file (EN 319 142-1 clause 5.4).

use std::collections::BTreeSet;

use super::{PadesError, place::developer_extension};
use crate::{
    material::Material,
    pdf::{Bytes, Dict, Document, Limits, Object, PdfError, Update},
};

const KINDS: [(&str, &str); 3] = [("Certs", "Cert"), ("OCSPs", "OCSP"), ("CRLs", "CRL")];

fn part(material: &mut Material, i: usize) -> &mut Vec<Vec<u8>> {
    match i {
        0 => &mut material.certificates,
        1 => &mut material.ocsps,
        _ => &mut material.crls,
    }
}

/// Appends a revision with the material that is not there yet; `None` when all is there.
pub fn add_material<'a>(
    data: impl Into<Bytes<'a>>,
    material: &Material,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, PadesError> {
    let doc = Document::open(data, limits)?;
    let (root, mut catalog) = doc.catalog()?;
    let mut dss = doc.dict(&catalog, "DSS")?.unwrap_or_default();
    let (mut present, mut wanted) = (read(&doc)?, material.clone());
    let mut update = Update::new(&doc)?;
    let mut added = false;
    for (i, (key, _)) in KINDS.iter().enumerate() {
        let mut seen: BTreeSet<&[u8]> = part(&mut present, i).iter().map(Vec::as_slice).collect();
        let mut items = doc.array(&dss, key)?;
        for value in part(&mut wanted, i).iter() {
            if seen.insert(value) {
                items.push(update.add_stream(Dict::new(), value).into());
                added = true;
            }
        }
        if !items.is_empty() {
            dss.set(key, Object::Array(items));
        }
    }
    if !added {
        return Ok(None);
    }
    dss.set("Type", Object::name("DSS"));
    match catalog.get("DSS").as_ref() {
        Some(at) => update.put(at, &dss.into()),
        None => {
            let at = update.add(&dss.into());
            catalog.set("DSS", at);
            developer_extension(&doc, &mut catalog)?;
            update.put(root, &catalog.into());
        }
    }
    Ok(Some(update.finish().bytes))
}

/// All material of the store, that of single signatures (`VRI`) included, each once.
pub(super) fn read(doc: &Document<'_>) -> Result<Material, PdfError> {
    let (_, catalog) = doc.catalog()?;
    let mut material = Material::default();
    let Some(dss) = doc.dict(&catalog, "DSS")? else { return Ok(material) };
    let mut seen = BTreeSet::new();
    let mut stores = vec![(dss.clone(), true)];
    if let Some(vri) = doc.dict(&dss, "VRI")? {
        for (key, value) in vri.iter().take(doc.limits().signatures) {
            if let (Object::Dict(d), true) = (doc.resolve(value)?, key != b"Type") {
                stores.push((d, false));
            }
        }
    }
    for (store, global) in stores {
        for (i, (plural, singular)) in KINDS.iter().enumerate() {
            for item in doc.array(&store, if global { plural } else { singular })? {
                let num = item.as_ref().map_or(0, |r| r.num);
                if !seen.insert((i, num)) {
                    continue;
                }
                let Object::Stream(stream) = doc.resolve(&item)? else {
                    return Err(PdfError::Structure { num, what: "validation data are not a stream" });
                };
                part(&mut material, i).push(doc.decode(&stream)?);
            }
        }
    }
    Ok(material)
}
