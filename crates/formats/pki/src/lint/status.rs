use std::collections::HashSet;

use super::{Bench, LintFinding, extension_name};
use crate::{
    CertStatus, Certificate, Crl, KeyUsage, OcspResponse, RevocationReason,
    asn1::{self, Reader, tag},
    certificate::{extension_rows, serial_hex},
    oid,
};

/// Judges a `TBSCertList` that `issuer` is to sign.
pub fn tbs_crl(tbs: &[u8], issuer: &Certificate) -> Vec<LintFinding> {
    let mut bench = Bench::new();
    let Some(crl) = filled_crl(tbs) else {
        bench.error("pki.lint.unreadable", "RFC 5280 5.1", "TBSCertList");
        return bench.findings;
    };
    bench.require(crl.issuer == *issuer.subject(), "pki.lint.crl.issuer", "RFC 5280 5.1.2.3", "issuer");
    let may = issuer.key_usage().is_some_and(|u| u.contains(KeyUsage::CRL_SIGN));
    bench.require(may, "pki.lint.crl.key-usage", "RFC 5280 4.2.1.3", "keyUsage");
    let key_id = crl.authority_key_id.is_some() && crl.authority_key_id.as_deref() == issuer.subject_key_id();
    bench.require(key_id, "pki.lint.crl.key-id", "RFC 5280 5.2.1", "authorityKeyIdentifier");
    let number = crl.number.as_ref().is_some_and(|n| asn1::integer_bytes(n).len() <= 20);
    bench.require(number, "pki.lint.crl.number", "RFC 5280 5.2.3", "cRLNumber");
    match crl.next_update {
        Some(next) => bench.require(next > crl.this_update, "pki.lint.crl.times", "RFC 5280 5.1.2.5", "nextUpdate"),
        None => bench.error("pki.lint.crl.no-next-update", "RFC 5280 5.1.2.5", "nextUpdate"),
    }
    match crl.signature_algorithm() {
        Ok(a) => {
            let kind = issuer.public_key().kind();
            let strong = a.fits(kind) && bench.strength.signature(a, kind, crl.this_update).is_ok();
            bench.require(strong, "pki.lint.algorithm.weak", "TS 119 312", "signature");
        }
        Err(_) => bench.error("pki.lint.algorithm.unknown", "RFC 5280 5.1.1.2", "signature"),
    }
    if let (Some(base), Some(number)) = (&crl.delta_base, &crl.number) {
        let order = |n: &[u8]| (n.len(), n.to_vec());
        bench.require(order(base) <= order(number), "pki.lint.crl.delta-base", "RFC 5280 5.2.4", "deltaCRLIndicator");
    }
    raw(tbs, &mut bench);
    entries(&crl, &mut bench);
    bench.findings
}

fn filled_crl(tbs: &[u8]) -> Option<Crl> {
    let mut r = Reader::of_sequence(tbs, "TBSCertList").ok()?;
    r.optional(tag::INTEGER).ok()?;
    let algorithm = r.expect(tag::SEQUENCE).ok()?.full;
    Crl::from_der(&asn1::seq([tbs, algorithm, &asn1::bit_string(&[0])])).ok()
}

/// Version, time encodings and criticalities as they stand.
fn raw(tbs: &[u8], bench: &mut Bench) {
    let mut read = || -> crate::Result<()> {
        let mut r = Reader::of_sequence(tbs, "TBSCertList")?;
        let version = r.optional(tag::INTEGER)?.is_some_and(|v| v.body == [1]);
        bench.require(version, "pki.lint.version", "RFC 5280 5.1.2.1", "version");
        r.expect(tag::SEQUENCE)?;
        r.expect(tag::SEQUENCE)?;
        while matches!(r.peek(), Some(tag::UTC_TIME | tag::GENERALIZED_TIME)) {
            let time = r.any()?;
            let generalized_early =
                time.tag == tag::GENERALIZED_TIME && asn1::time::format_utc(time.as_time()?).is_some();
            bench.require(!generalized_early, "pki.lint.validity.encoding", "RFC 5280 5.1.2.4", "thisUpdate");
        }
        if let Some(list) = r.optional(tag::SEQUENCE)? {
            bench.require(!list.body.is_empty(), "pki.lint.crl.empty-list", "RFC 5280 5.1.2.6", "revokedCertificates");
        }
        if let Some(list) = r.explicit(0)? {
            for row in extension_rows(list.reader())? {
                let wanted = matches!(row.oid, oid::DELTA_CRL_INDICATOR | oid::ISSUING_DISTRIBUTION_POINT);
                if row.critical != wanted {
                    bench.error("pki.lint.extension.criticality", "RFC 5280 5.2", extension_name(row.oid));
                }
            }
        }
        Ok(())
    };
    if read().is_err() {
        bench.error("pki.lint.unreadable", "RFC 5280 5.1", "TBSCertList");
    }
}

fn entries(crl: &Crl, bench: &mut Bench) {
    let mut seen = HashSet::new();
    for entry in crl.entries() {
        let Ok(entry) = entry else {
            return bench.error("pki.lint.unreadable", "RFC 5280 5.1.2.6", "revokedCertificates");
        };
        let serial = || serial_hex(&entry.serial);
        if entry.revoked_at > crl.this_update {
            bench.error("pki.lint.crl.revoked-in-future", "RFC 5280 5.1.2.6", serial());
        }
        if entry.reason == Some(RevocationReason::Unspecified) {
            bench.error("pki.lint.crl.reason-unspecified", "RFC 5280 5.3.1", serial());
        }
        if entry.reason == Some(RevocationReason::RemoveFromCrl) && crl.delta_base.is_none() {
            bench.error("pki.lint.crl.remove-outside-delta", "RFC 5280 5.3.1", serial());
        }
        if !seen.insert(entry.serial.clone()) {
            bench.error("pki.lint.crl.repeated", "RFC 5280 5.1.2.6", serial());
        }
    }
}

/// Judges an OCSP `ResponseData`.
pub fn tbs_ocsp(tbs: &[u8]) -> Vec<LintFinding> {
    let mut bench = Bench::new();
    let filler = crate::SignatureAlgorithm::Ed25519.to_der();
    let Ok(response) = OcspResponse::from_der(&asn1::seq([tbs, &filler, &asn1::bit_string(&[0])])) else {
        bench.error("pki.lint.unreadable", "RFC 6960 4.2.1", "ResponseData");
        return bench.findings;
    };
    bench.require(!response.responses.is_empty(), "pki.lint.ocsp.empty", "RFC 6960 4.2.1", "responses");
    if let Some(nonce) = &response.nonce {
        let fits = (1..=crate::ocsp::MAX_NONCE).contains(&nonce.len());
        bench.require(fits, "pki.lint.ocsp.nonce", "RFC 9654 2.1", "nonce");
    }
    for one in &response.responses {
        let serial = serial_hex(&one.id.serial);
        let order = one.this_update <= response.produced_at && one.next_update.is_none_or(|n| n > one.this_update);
        bench.require(order, "pki.lint.ocsp.times", "RFC 6960 4.2.2.1", serial.clone());
        if let CertStatus::Revoked { at, reason } = one.status {
            bench.require(
                at <= response.produced_at,
                "pki.lint.ocsp.revoked-in-future",
                "RFC 6960 2.2",
                serial.clone(),
            );
            // Never issued: on hold since 1970, and the response says that it answers so.
            if at == jiff::Timestamp::UNIX_EPOCH {
                let hold = reason == Some(RevocationReason::CertificateHold) && response.extended_revoke;
                bench.require(hold, "pki.lint.ocsp.extended-revoke", "RFC 6960 2.2", serial.clone());
            }
            let removal = reason == Some(RevocationReason::RemoveFromCrl);
            bench.require(!removal, "pki.lint.ocsp.reason", "RFC 6960 4.4", serial);
        }
    }
    bench.findings
}
