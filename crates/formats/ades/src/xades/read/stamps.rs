use pki::{DigestAlgorithm, TimeStampToken};
use xml::{C14n, Node, dsig::DS};

use super::{defect, signed::encapsulated};
use crate::{
    facts::{SignatureFacts, TimestampFacts, TimestampKind},
    xades::XADES,
};

/// Reads a time-stamp element. `imprint` gives the digest of what it must cover, if that can be known.
pub(super) fn read(
    node: Node<'_, '_>,
    kind: TimestampKind,
    mut imprint: impl FnMut(&C14n, DigestAlgorithm) -> Option<Vec<u8>>,
    facts: &mut SignatureFacts,
) {
    let mut c14n = Some(C14n::V10);
    let mut tokens = Vec::new();
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (DS, "CanonicalizationMethod") => c14n = C14n::read(child).ok(),
            (XADES, "EncapsulatedTimeStamp") => tokens.push(child),
            // Explicit selection of what is covered, or an XML time stamp: not computed, so not believed.
            _ => c14n = None,
        }
    }
    if tokens.is_empty() {
        facts.defects.push(defect("xades.timestamp", node.local(), false));
    }
    for token in tokens {
        let Some(der) = encapsulated(token) else {
            facts.defects.push(defect("xades.timestamp-encoding", node.local(), false));
            continue;
        };
        let parsed = TimeStampToken::from_ber(&der).ok();
        if parsed.is_none() {
            facts.defects.push(defect("xades.timestamp", node.local(), false));
        }
        let expected = match (&c14n, &parsed) {
            (Some(c14n), Some(t)) => imprint(c14n, t.info.digest),
            _ => None,
        };
        let imprint_matches = expected.and_then(|e| parsed.as_ref().map(|t| t.info.imprint == e));
        let covers = match kind {
            TimestampKind::Archive => facts.objects(),
            TimestampKind::Signature => vec![facts.value],
            _ => Vec::new(),
        };
        facts.timestamps.push(TimestampFacts { kind, token: der, imprint_matches, covers });
    }
}
