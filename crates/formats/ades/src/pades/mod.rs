//! PAdES (EN 319 142-1): signatures in PDF, appended as revisions and read with distrust.
//!
//! Making one: [`prepare`] gives the bytes to sign, [`Prepared::finish`] takes the signature value, [`Signed::with_timestamp`] and
//! [`Signed::with_material`] raise the level, [`Signed::increment`] is what to append to the file. Every state in between can be
//! kept as JSON and does not hold the file. [`read`] collects the facts of all signatures of a file.

mod appearance;
mod changes;
mod coverage;
mod create;
mod date;
mod dss;
mod error;
mod fields;
mod place;
mod raise;
mod range;
mod read;
mod widget;

#[cfg(test)]
mod tests;

pub use appearance::{Paper, Visible, check_picture};
pub use create::{Prepared, PreparedTimestamp, Request, Signed, prepare, prepare_timestamp};
pub use dss::add_material;
pub use error::PadesError;
pub use raise::{Raised, STAMP_ROOM};
pub use read::read;
pub use widget::Lock;

use std::{collections::BTreeMap, ops::Range};

use crate::pdf::{Bytes, Document, Limits, PdfError};

/// How many signatures (not document time stamps) a PDF has.
pub fn count_signatures(doc: &Document<'_>) -> Result<usize, PdfError> {
    let signed = fields::form(doc)?.signatures.into_iter().filter_map(|f| f.value);
    Ok(signed.filter(|v| !v.dict.is("Type", "DocTimeStamp")).count())
}

/// The bytes of the file that are the revision which the signature of this id covers, so that a viewer can open what was signed; `None`
/// when there is no such signature or its byte range is not that of a revision.
pub fn revision<'a>(data: impl Into<Bytes<'a>>, id: &str, limits: &Limits) -> Result<Option<Range<usize>>, PdfError> {
    let doc = Document::open_to_read(data, limits)?;
    for field in fields::form(&doc)?.signatures {
        if field.name == id
            && let Some(value) = &field.value
            && let Ok(covered) = range::covered(&doc, id, value)
        {
            let signed = Document::open_to_read(doc.data().prefix(covered.end), limits);
            return Ok(signed.is_ok().then_some(0..covered.end));
        }
    }
    Ok(None)
}

/// The defects of a signature after which a page may look different from when it was signed.
pub const CHANGED_LATER: &[&str] = &[
    "pades.changed-after-signing",
    "pades.commented-later",
    "pades.form-filled-later",
    "pades.not-a-revision",
    "pades.not-in-revision",
    "pades.other-history",
    "pades.overlapping-field",
    "pades.visible-field-later",
];

/// Where the revisions that these signatures cover end in the file, and which signatures cover each. Those that cover none are left out.
pub fn revisions<'a, 'i>(
    data: impl Into<Bytes<'a>> + Copy,
    ids: impl IntoIterator<Item = &'i str>,
    limits: &Limits,
) -> Result<BTreeMap<usize, Vec<&'i str>>, PdfError> {
    let mut ends: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for id in ids {
        if let Some(covered) = revision(data, id, limits)? {
            ends.entry(covered.end).or_default().push(id);
        }
    }
    Ok(ends)
}

/// Whether the document is certified and allows no further signature.
pub fn is_locked(doc: &Document<'_>) -> Result<bool, PdfError> {
    Ok(coverage::certification(doc)? == Some(1))
}

/// `Vec<u8>` as base64, for state kept between two steps.
pub(crate) mod base64_bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(v: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(v))
    }
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}
