use pki::TimeStampToken;

use super::cms::split;
use crate::{
    facts::{Defect, ObjectId},
    pades::{
        coverage::Seen,
        dss,
        fields::Value,
        range::{Covered, Digests},
    },
    pdf::Document,
};

/// A document time stamp.
pub(super) struct Stamp {
    /// What it covers.
    pub(super) range: Option<Covered>,
    /// The token.
    pub(super) token: Vec<u8>,
    /// Whether its imprint is the digest of what it covers.
    pub(super) imprint_matches: Option<bool>,
    /// The validation data in the store of what it covers.
    pub(super) covers: Vec<ObjectId>,
    /// What is wrong with its coverage.
    pub(super) defects: Vec<Defect>,
}

impl Stamp {
    pub(super) fn read(doc: &Document<'_>, value: &Value, seen: Seen, digests: &Digests<'_>) -> Self {
        // Later changes do not take away what the stamp proves of its own revision.
        let defects = seen.defects.into_iter().filter(|d| d.code != "pades.changed-after-signing");
        let defects = defects.map(|d| Defect { fatal: false, ..d }).collect();
        let contents = value.dict.get("Contents").as_string().unwrap_or_default();
        let token = split(contents).map(|(token, _)| token.to_vec()).unwrap_or_default();
        let info = TimeStampToken::from_ber(&token).ok().map(|t| t.info);
        let imprint_matches = match (&seen.covered, info) {
            (Some(range), Some(info)) => digests.of(range, info.digest).ok().map(|digest| digest == info.imprint),
            (None, _) => Some(false),
            (_, None) => None,
        };
        let store = seen.covered.as_ref().and_then(|range| {
            let prefix = Document::open_to_read(doc.data().prefix(range.end), doc.limits());
            prefix.and_then(|d| dss::read(&d)).ok()
        });
        let covers = store.map(|s| s.objects()).unwrap_or_default();
        Self { range: seen.covered, token, imprint_matches, covers, defects }
    }
}
