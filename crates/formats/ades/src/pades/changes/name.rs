//! Names for changed objects that a person can follow: the page and what of it, or the place in the catalog.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::below;
use crate::pdf::{Dict, Document, Object};

/// Pages looked through for a name.
const PAGES: usize = 10_000;
/// Names given.
const NAMES: usize = 16;

/// A name for each of these objects, in the order of their numbers.
pub(super) fn names(doc: &Document<'_>, objects: &BTreeSet<u32>) -> Vec<String> {
    if objects.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<u32, String> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    pages(doc, objects, &mut seen, &mut found);
    if let Ok((root, catalog)) = doc.catalog() {
        // names and actions stand one level deeper: attachments, scripts
        let names = doc.dict(&catalog, "Names").ok().flatten().unwrap_or_default();
        label(doc, &names, "/Root/Names", objects, &mut seen, &mut found);
        label(doc, &catalog, "/Root", objects, &mut seen, &mut found);
        if objects.contains(&root.num) {
            found.insert(root.num, "/Root".to_owned());
        }
    }
    let shown = objects.iter().take(NAMES).map(|num| match found.get(num) {
        Some(place) => format!("{place} {num} 0 R"),
        None => format!("{num} 0 R"),
    });
    shown.collect()
}

fn pages(doc: &Document<'_>, objects: &BTreeSet<u32>, seen: &mut BTreeSet<u32>, found: &mut BTreeMap<u32, String>) {
    let Ok((_, catalog)) = doc.catalog() else { return };
    let mut todo = vec![catalog.get("Pages").clone()];
    let mut number = 0;
    while let Some(item) = todo.pop() {
        let Some(at) = item.as_ref().filter(|r| seen.insert(r.num)) else { continue };
        let Ok(Object::Dict(node)) = doc.get(at) else { continue };
        if node.has("Kids") {
            todo.extend(doc.array(&node, "Kids").unwrap_or_default().into_iter().rev());
            if objects.contains(&at.num) {
                found.insert(at.num, "/Root/Pages".to_owned());
            }
            continue;
        }
        number += 1;
        if number > PAGES {
            return;
        }
        let place = format!("page {number}");
        if objects.contains(&at.num) {
            found.insert(at.num, place.clone());
        }
        label(doc, &node, &place, objects, seen, found);
    }
}

/// Labels what is reached from the values of a dictionary, its parent and its page left out.
fn label(
    doc: &Document<'_>,
    dict: &Dict,
    place: &str,
    objects: &BTreeSet<u32>,
    seen: &mut BTreeSet<u32>,
    found: &mut BTreeMap<u32, String>,
) {
    for (key, value) in dict.iter().filter(|(k, _)| *k != b"Parent" && *k != b"P") {
        let mut reached = BTreeSet::new();
        below(doc, value, &|num| !seen.contains(&num), &mut reached);
        for num in reached.intersection(objects) {
            let name = || format!("{place}/{}", String::from_utf8_lossy(key));
            found.entry(*num).or_insert_with(name);
        }
        seen.extend(reached);
    }
}
