use jiff::Timestamp;
use pki::{Certificate, QcType};

use super::{pool::Pool, stamps::Stamps, timestamp::Judged};
use crate::facts::{Format, Level, SignatureFacts, TimestampKind};

/// The level whose material is really there: elements present (as the reader saw), and worth what the level promises.
pub(super) fn level(
    facts: &SignatureFacts,
    signer: Option<&Certificate>,
    stamps: &Stamps<'_, '_>,
    pool: &Pool<'_>,
) -> String {
    let elements = match facts.level_elements {
        Some(level) if facts.certificate_reference_matches == Some(true) => level,
        _ => {
            return match facts.format {
                Format::XAdES => "XML-NOT-ETSI",
                Format::CAdES => "CMS-NOT-ETSI",
                Format::PAdES => "PDF-NOT-ETSI",
                Format::JAdES => "JSON-NOT-ETSI",
            }
            .to_owned();
        }
    };
    let family = match facts.format {
        Format::XAdES => "XAdES",
        Format::CAdES => "CAdES",
        Format::PAdES => "PAdES",
        Format::JAdES => "JAdES",
    };
    // The earliest stamp that is intact, whoever made it: what the material is worth is a matter of what it proves, trust is another.
    let stamps = || stamps.own().filter(|j| j.intact);
    let t = stamps().filter(|j| matches!(j.report.kind, TimestampKind::Signature | TimestampKind::Document));
    let t = t.min_by_key(|j| j.report.time);
    let complete = |certificate: Option<&Certificate>, at: Option<Timestamp>| match (certificate, at) {
        (Some(c), Some(at)) => is_complete(pool, c, at),
        _ => false,
    };
    let lt = t.is_some_and(|t| complete(signer, t.report.time) && complete(t.unit.as_ref(), t.report.time));
    let archive =
        |j: &&Judged| j.covers_material && matches!(j.report.kind, TimestampKind::Archive | TimestampKind::Document);
    let lta = lt && stamps().any(|j| archive(&j));
    let worth = if lta {
        Level::LTA
    } else if lt {
        Level::LT
    } else if t.is_some() {
        Level::T
    } else {
        Level::B
    };
    let name = match elements.min(worth) {
        Level::B => "B",
        Level::T => "T",
        Level::LT => "LT",
        Level::LTA => "LTA",
    };
    format!("{family}-BASELINE-{name}")
}

/// Whether the file carries every certificate of a path, but for the anchor, and status information about each that speaks of `at`.
fn is_complete(pool: &Pool<'_>, certificate: &Certificate, at: Timestamp) -> bool {
    let Some(path) = pool.structural_path(certificate, at) else { return false };
    let below = path.certificates.len().saturating_sub(1).max(1);
    path.certificates.iter().take(below).enumerate().all(|(i, c)| {
        let known = path.issuer_of(i).is_none_or(|issuer| {
            let known = pool.known(c, issuer);
            known.not_required || known.evidence.iter().any(|e| e.in_file && (e.is_fresh(at) || e.is_final()))
        });
        known && pool.carried().contains(c)
    })
}

/// What a certificate says of itself, for people: `esign, QSCD`.
pub(super) fn claim(certificate: &Certificate) -> Option<String> {
    let qc = certificate.qc().filter(|q| q.compliance)?;
    let kind = match qc.types.as_slice() {
        [] | [QcType::Esign] => "esign",
        [QcType::Eseal] => "eseal",
        [QcType::Web] => "web",
        _ => "?",
    };
    Some(if qc.sscd { format!("{kind}, QSCD") } else { kind.to_owned() })
}
