use std::collections::{BTreeMap, BTreeSet};

use crate::pdf::{Document, Object, Ref};

/// Everything that can be reached from the catalog and the document information.
#[derive(Clone, Debug, Default)]
pub(in crate::pades) struct Reach {
    /// Numbers of all objects referred to.
    pub(super) reached: BTreeSet<u32>,
    /// Numbers referred to that do not exist.
    pub(super) dangling: BTreeSet<u32>,
    /// Arrays of annotations that are objects of their own.
    pub(super) annotations: BTreeMap<u32, BTreeSet<u32>>,
}

impl Reach {
    /// Walks a document. What cannot be read is reached, too, but not followed.
    pub(in crate::pades) fn of(doc: &Document<'_>) -> Self {
        let mut reach = Self::default();
        let mut todo: Vec<Ref> = Vec::new();
        for key in ["Root", "Info"] {
            reach.refs(doc.trailer().get(key), &mut todo);
        }
        while let Some(r) = todo.pop() {
            match doc.get(r) {
                Ok(Object::Null) => {
                    reach.dangling.insert(r.num);
                }
                Ok(object) => {
                    if let Some(page) = object.as_dict().filter(|d| d.is("Type", "Page"))
                        && let Object::Ref(annotations) = page.get("Annots")
                    {
                        reach.annotations.entry(annotations.num).or_default().insert(r.num);
                    }
                    reach.refs(&object, &mut todo);
                }
                Err(_) => {}
            }
        }
        reach
    }

    fn refs(&mut self, object: &Object, todo: &mut Vec<Ref>) {
        match object {
            Object::Ref(r) if self.reached.insert(r.num) => todo.push(*r),
            Object::Array(items) => items.iter().for_each(|i| self.refs(i, todo)),
            Object::Dict(d) => d.iter().for_each(|(_, v)| self.refs(v, todo)),
            Object::Stream(s) => s.dict.iter().for_each(|(_, v)| self.refs(v, todo)),
            _ => {}
        }
    }
}

/// Numbers of all objects below `object` for which `follow` holds.
pub(super) fn below(doc: &Document<'_>, object: &Object, follow: &dyn Fn(u32) -> bool, into: &mut BTreeSet<u32>) {
    let mut todo = vec![object.clone()];
    while let Some(object) = todo.pop() {
        match object {
            Object::Ref(r) if follow(r.num) && into.insert(r.num) => todo.extend(doc.get(r)),
            Object::Array(items) => todo.extend(items),
            Object::Dict(d) => todo.extend(d.iter().map(|(_, v)| v.clone())),
            Object::Stream(s) => todo.extend(s.dict.iter().map(|(_, v)| v.clone())),
            _ => {}
        }
    }
}
