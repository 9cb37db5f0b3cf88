//! Open Packaging Conventions (ECMA-376 part 2): the content types of parts, and names that contradict each other.

use std::{
    collections::{BTreeMap, HashSet},
    io::{Read, Seek},
};

use xml::{Document, Limits};

use crate::{facts::Defect, xades::defect, zip::Archive};

const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const NAME: &str = "[Content_Types].xml";
/// Largest list of content types.
const MAX_TYPES: u64 = 8 << 20;

/// The content type of each part: of its own, else of its extension (clause 10.1.2.4). Names are compared without regard to case.
///
/// # Errors
/// When the list cannot be read: then no part has a type.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    names: &[String],
) -> Result<BTreeMap<String, String>, Defect> {
    let bad = || defect("opc.content-types", NAME, false);
    let bytes = archive.content(NAME, MAX_TYPES).map_err(|_| bad())?;
    let text = xml::decode(&bytes).map_err(|_| bad())?;
    let doc = Document::parse(&text, &Limits::default()).map_err(|_| bad())?;
    if !doc.root().is(TYPES, "Types") {
        return Err(bad());
    }
    let (mut own, mut of_extension) = (BTreeMap::new(), BTreeMap::new());
    for row in doc.root().children() {
        let kind = row.attribute("ContentType").ok_or_else(bad)?.to_owned();
        let (rows, key) = if row.is(TYPES, "Override") {
            (&mut own, row.attribute("PartName"))
        } else if row.is(TYPES, "Default") {
            (&mut of_extension, row.attribute("Extension"))
        } else {
            return Err(bad());
        };
        let key = key.ok_or_else(bad)?.trim_start_matches('/').to_ascii_lowercase();
        // Two types for one thing are none.
        if rows.insert(key, kind).is_some() {
            return Err(bad());
        }
    }
    let of = |name: &String| {
        let lower = name.to_ascii_lowercase();
        let extension = lower.rsplit_once('.').map(|(_, e)| e.to_owned());
        own.get(&lower).or_else(|| of_extension.get(&extension?)).map(|t| (name.clone(), t.clone()))
    };
    Ok(names.iter().filter_map(of).collect())
}

/// Parts whose names differ only in case (clause 9.1.1.1), and parts in pieces (clause 10.1.3), which not everybody joins.
pub(super) fn ambiguous(names: &[String]) -> Vec<Defect> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for name in names {
        if !seen.insert(name.to_ascii_lowercase()) {
            found.push(defect("opc.ambiguous-part", name, true));
        } else if name.ends_with(".piece") {
            found.push(defect("opc.pieces", name, true));
        }
    }
    found
}
