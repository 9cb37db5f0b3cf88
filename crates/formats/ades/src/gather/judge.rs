//! Whether what came from the network is what was asked for.

use jiff::{SignedDuration, Timestamp};
use pki::{CertStatus, Certificate, Crl, CrlEntry, OcspResponse, RevocationReason};

/// How far a responder's clock may be ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(300);

/// What a status source said.
pub(super) struct Verdict {
    /// The time of the status (`thisUpdate`).
    pub(super) of: Timestamp,
    /// Revoked since when and why.
    pub(super) revoked: Option<(Timestamp, Option<RevocationReason>)>,
    /// The responder's certificate, whose own status matters too.
    pub(super) responder: Option<Certificate>,
}

/// A name for people.
pub(super) fn display(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    let name = subject.common_name().or_else(|| subject.organization()).unwrap_or("?");
    format!("{name} ({})", certificate.serial_hex())
}

/// Certificates for which no one needs to be asked: responders that say so, and short-lived ones.
pub(super) fn needs_no_status(certificate: &Certificate) -> bool {
    let e = certificate.extensions();
    e.ocsp_nocheck || e.validity_assured_short_term || e.no_revocation_available
}

/// The certificates in a file fetched as an issuer's.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, String> {
    if let Ok(one) = Certificate::from_pem_or_der(bytes) {
        return Ok(vec![one]);
    }
    pki::SignedData::from_ber(bytes).map(|s| s.readable_certificates()).map_err(|_| "not a certificate".to_owned())
}

pub(super) fn ocsp(
    bytes: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    known: &[Certificate],
    at: Timestamp,
) -> Result<Verdict, String> {
    let response = OcspResponse::from_der(bytes).map_err(|e| e.to_string())?;
    let answer = response.find(certificate, issuer).ok_or("the response is about another certificate")?;
    let responder = response.responder_certificate(issuer, known).map_err(|e| e.to_string())?;
    if !responder.is_valid_at(response.produced_at) {
        return Err("the responder's certificate was not valid".to_owned());
    }
    if answer.this_update > at + SKEW || answer.next_update.is_some_and(|n| n < at - SKEW) {
        return Err("the response is not of this time".to_owned());
    }
    let revoked = match answer.status {
        CertStatus::Good => None,
        CertStatus::Revoked { at, reason } => Some((at, reason)),
        CertStatus::Unknown => return Err("the responder does not know the certificate".to_owned()),
    };
    Ok(Verdict { of: answer.this_update, revoked, responder: (responder != *issuer).then_some(responder) })
}

/// A list of the issuer that is of this time and whose conditions are understood.
pub(super) fn crl(bytes: &[u8], issuer: &Certificate, at: Timestamp) -> Result<Crl, String> {
    let crl = Crl::from_der(bytes).map_err(|e| e.to_string())?;
    if !crl.issuer.matches(issuer.subject()) || crl.verify_signed_by(issuer).is_err() {
        return Err("the list is not of the issuer".to_owned());
    }
    if !crl.unknown_critical.is_empty() {
        return Err("a list with unknown critical extensions".to_owned());
    }
    if crl.this_update > at + SKEW || crl.next_update.is_none_or(|n| n < at - SKEW) {
        return Err("the list is not of this time".to_owned());
    }
    Ok(crl)
}

/// What the last of the lists says, alone or together with others (RFC 5280 section 6.3.3), and which they are.
pub(super) fn status(crls: &[Crl], certificate: &Certificate) -> Result<(Verdict, Vec<usize>), String> {
    let (last, place) = (crls.last().ok_or("no list")?, crls.len() - 1);
    let scope = pki::crl::scope(last, certificate).ok_or("the list does not cover the certificate")?;
    let entry = last.find(certificate.serial()).map_err(|e| e.to_string())?;
    let verdict = |of, entry: Option<CrlEntry>| {
        let revoked = entry.map(|e| (e.revoked_at, e.reason));
        Verdict { of, revoked, responder: None }
    };
    let changes = last.delta_base.is_some();
    let removed = |e: &CrlEntry| e.reason == Some(RevocationReason::RemoveFromCrl);
    if (scope.is_complete() && !changes) || entry.as_ref().is_some_and(|e| !removed(e)) {
        return Ok((verdict(last.this_update, entry), vec![place]));
    }
    let all: Vec<&Crl> = crls.iter().collect();
    let together = pki::crl::combine(certificate, &all).into_iter().next();
    let together = together.ok_or("the list has changes or some reasons only")?;
    let of = together.parts.iter().filter_map(|p| crls.get(p.newest())).map(|c| c.this_update).min();
    let lists = together.parts.iter().flat_map(|p| [Some(p.complete), p.delta]).flatten().collect();
    Ok((verdict(of.unwrap_or(last.this_update), together.entry), lists))
}
