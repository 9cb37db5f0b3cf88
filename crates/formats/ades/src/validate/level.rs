use jiff::Timestamp;
use pki::{Certificate, QcType};

use super::{Basis, Indication, chain::Verdict, pool::Pool, stamps::Stamps, timestamp::Judged};
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

/// Qualification as far as it is known: only an anchor from a trusted list can make a signature qualified, everything else is `NA`.
pub(super) fn qualification(
    signer: Option<&Certificate>,
    verdict: Option<&Verdict>,
    indication: Indication,
    basis: &Basis<'_>,
) -> String {
    let known = || -> Option<String> {
        let signer = signer?;
        let anchor = basis.anchors.find(verdict?.path.as_ref()?.certificates.last()?)?;
        if anchor.qualified.is_empty() {
            return None;
        }
        let prefix = if indication == Indication::TotalPassed { "" } else { "Indeterminate-" };
        let claims = signer.qc().filter(|q| q.compliance);
        let kind = claims.and_then(|q| match q.types.as_slice() {
            [] | [QcType::Esign] => Some(QcType::Esign),
            [one] => Some(*one),
            _ => None,
        });
        let sscd = claims.is_some_and(|q| q.sscd);
        let name = match kind.filter(|k| anchor.qualified.contains(k)) {
            Some(QcType::Esign) if sscd => "QESig",
            Some(QcType::Esign) => "AdESig-QC",
            Some(QcType::Eseal) if sscd => "QESeal",
            Some(QcType::Eseal) => "AdESeal-QC",
            _ if signer.subject().surname().is_some() || signer.subject().given_name().is_some() => "AdESig",
            _ => "AdES",
        };
        (indication != Indication::TotalFailed).then(|| format!("{prefix}{name}"))
    };
    known().unwrap_or_else(|| "NA".to_owned())
}
