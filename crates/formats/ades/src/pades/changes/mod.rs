//! What happened to a PDF after it was signed.
//!
//! The signed revision and the present file are compared object by object. Every changed object must be explained by something that
//! may follow a signature: validation data (`DSS`), time stamps, further signatures, filled fields and comments as far as the
//! certification allows, document information. One object left over, and the document is no longer what was signed.

mod explain;
mod name;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use explain::rectangle;
pub(super) use walk::Reach;

use crate::pdf::{Document, Entry, Object, PdfError, Ref};

/// What may change after this signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Permission {
    /// `P` of the certification (DocMDP): 1 nothing, 2 forms and signatures, 3 also comments. `None`: not certified.
    pub(super) level: Option<i64>,
    /// Fields locked by this signature.
    pub(super) locked: Locked,
}

/// Fields that a signature locks (FieldMDP, `Lock`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Locked {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// These and what is below them.
    Include(Vec<String>),
    /// All but these and what is below them.
    Exclude(Vec<String>),
}

impl Locked {
    /// Whether the field of this full name is locked.
    pub(super) fn holds(&self, name: &str) -> bool {
        let within = |list: &[String]| {
            list.iter().any(|l| name == l || name.strip_prefix(l.as_str()).is_some_and(|r| r.starts_with('.')))
        };
        match self {
            Self::None => false,
            Self::All => true,
            Self::Include(list) => within(list),
            Self::Exclude(list) => !within(list),
        }
    }
}

/// What the later revisions did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// What nothing explains: object numbers and keys.
    pub(super) unexplained: Vec<String>,
    /// Names of fields that got another value.
    pub(super) filled: Vec<String>,
    /// Whether comments were added where the certification allows them.
    pub(super) commented: bool,
    /// Names of later signature fields that are visible on a page.
    pub(super) visible: Vec<String>,
    /// Those of them that lie over something that was there.
    pub(super) overlapping: Vec<String>,
}

/// One changed object.
#[derive(Debug)]
struct Change {
    old: Object,
    new: Object,
}

/// Compares the signed revision with the present file.
pub(super) fn compare(
    signed: &Document<'_>,
    now: &Document<'_>,
    now_reach: &Reach,
    permission: &Permission,
) -> Result<Changes, PdfError> {
    let changed = changed(signed, now)?;
    if changed.is_empty() {
        return Ok(Changes::default());
    }
    let before = Reach::of(signed);
    let (mut changes, allowed) = explain::explain(signed, now, &before, &changed, permission)?;
    // a reference that led nowhere when it was signed must not lead somewhere now
    let odd = |num: &u32| !allowed.contains(num) && now_reach.reached.contains(num) || before.dangling.contains(num);
    let odd: BTreeSet<u32> = changed.keys().copied().filter(odd).collect();
    changes.unexplained.extend(name::names(now, &odd));
    Ok(changes)
}

/// Objects whose value differs, by number.
fn changed(signed: &Document<'_>, now: &Document<'_>) -> Result<BTreeMap<u32, Change>, PdfError> {
    let nums: BTreeSet<u32> = signed.entries().keys().chain(now.entries().keys()).copied().collect();
    let mut changed = BTreeMap::new();
    for num in nums {
        let (old, new) = (entry(signed, num), entry(now, num));
        let container = |doc: &Document<'_>, e: Entry| match e {
            Entry::In { stream, .. } => entry(doc, stream),
            other => other,
        };
        if old == new && container(signed, old) == container(now, new) {
            continue;
        }
        let (old_value, new_value) = (value(signed, num, old)?, value(now, num, new)?);
        let generation = |e: Entry| if let Entry::At { generation, .. } = e { generation } else { 0 };
        let both_there = old_value != Object::Null && new_value != Object::Null;
        if same(signed, &old_value, now, &new_value)? && (!both_there || generation(old) == generation(new)) {
            continue;
        }
        changed.insert(num, Change { old: old_value, new: new_value });
    }
    Ok(changed)
}

fn entry(doc: &Document<'_>, num: u32) -> Entry {
    doc.entries().get(&num).copied().unwrap_or(Entry::Free)
}

fn value(doc: &Document<'_>, num: u32, entry: Entry) -> Result<Object, PdfError> {
    let generation = if let Entry::At { generation, .. } = entry { generation } else { 0 };
    doc.get(Ref { num, generation })
}

fn same(old_doc: &Document<'_>, old: &Object, new_doc: &Document<'_>, new: &Object) -> Result<bool, PdfError> {
    match (old, new) {
        (Object::Stream(a), Object::Stream(b)) => {
            Ok(a.dict == b.dict && old_doc.data().same(a.data.clone(), new_doc.data(), b.data.clone())?)
        }
        (Object::Stream(_), _) | (_, Object::Stream(_)) => Ok(false),
        (a, b) => Ok(a == b),
    }
}
