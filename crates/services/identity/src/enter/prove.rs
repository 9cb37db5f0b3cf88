//! Who holds the card: token, path, status.

use base::Cx;
use contract::{
    Der,
    ca::{Anchors, Ocsp},
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertId, CertStatus, Certificate, DigestAlgorithm, OcspRequest, OcspResponse, RevocationReason,
    path::{PathQuery, Purpose, find_path},
    strength::Strength,
};
use protocol::web_eid::{Expected, verify};
use web::{Fault, session};

use super::EnterError;
use crate::{Identity, staff::is_person_code};

/// How far the clocks of responder and server may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A person who has proved who they are.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Proven {
    /// `PNOLV-320000-00007`.
    pub(super) identifier: String,
    pub(super) code: String,
    pub(super) given_name: String,
    pub(super) surname: String,
    /// Serial number of the certificate, hexadecimal.
    pub(super) serial: String,
    pub(super) at: Timestamp,
    /// Epoch of the person, read before the card's status was asked: a card suspended since ends what begins now.
    pub(super) epoch: i64,
}

/// Judges the token for this nonce.
pub(super) async fn prove(me: &Identity, cx: &Cx, token: &str, nonce: &str) -> Result<Proven, Fault> {
    let now = cx.now();
    let expected = Expected { origin: &me.0.origin, nonce, at: now, policies: &[], forbidden: &[] };
    let certificate = verify(token, &expected).map_err(EnterError::Token)?.certificate;
    let issuer = issuer(me, cx, &certificate).await?;
    let mut proven = person(&certificate, now)?;
    proven.epoch = session::epoch(&mut me.0.db.snapshot().await?, &proven.identifier).await?;
    status(me, cx, &certificate, &issuer).await?;
    Ok(proven)
}

fn certificates(list: &[Der]) -> Vec<Certificate> {
    list.iter().filter_map(|d| Certificate::from_der(&d.0).ok()).collect()
}

/// The issuer, through a path to one of our roots.
async fn issuer(me: &Identity, cx: &Cx, certificate: &Certificate) -> Result<Certificate, Fault> {
    let set = me.0.peers.call(cx, Anchors {}).await?;
    let (anchors, intermediates) = (certificates(&set.roots), certificates(&set.issuers));
    let query = PathQuery {
        anchors: &anchors,
        intermediates: &intermediates,
        at: cx.now(),
        purpose: Purpose::TlsClient,
        policies: &[],
        strength: &Strength::default(),
    };
    let path = find_path(certificate, &query).map_err(|_| EnterError::Issuer("no path"))?;
    if let Some(f) = path.findings.first() {
        return Err(EnterError::Issuer(f.problem.code()).into());
    }
    Ok(path.issuer_of(0).ok_or(EnterError::Issuer("an anchor"))?.clone())
}

/// The status now, by OCSP: the answer must be ours, fresh, and signed by whom the issuer lets answer.
async fn status(me: &Identity, cx: &Cx, certificate: &Certificate, issuer: &Certificate) -> Result<(), Fault> {
    let now = cx.now();
    let nonce = cx.bytes::<32>().to_vec();
    let id = CertId::new(DigestAlgorithm::Sha256, issuer, certificate.serial());
    let request = OcspRequest { ids: vec![id], nonce: Some(nonce.clone()) };
    let request = request.to_der().map_err(|_| EnterError::Status("request"))?;
    let answer = me.0.peers.call(cx, Ocsp(Der(request))).await?;
    let response = OcspResponse::from_der(&answer.0).map_err(|_| EnterError::Status("response"))?;
    let responder = response.responder_certificate(issuer, &[]).map_err(|_| EnterError::Status("responder"))?;
    if !responder.is_valid_at(now) {
        return Err(EnterError::Status("responder's certificate").into());
    }
    if response.nonce.as_ref() != Some(&nonce) {
        return Err(EnterError::Status("nonce").into());
    }
    let one = response.find(certificate, issuer).ok_or(EnterError::Status("another certificate"))?;
    if one.this_update > now + SKEW || one.next_update.is_some_and(|n| n < now - SKEW) {
        return Err(EnterError::Status("not fresh").into());
    }
    Ok(match &one.status {
        CertStatus::Good => Ok(()),
        CertStatus::Revoked { reason: Some(RevocationReason::CertificateHold), .. } => Err(EnterError::OnHold),
        CertStatus::Revoked { at, .. } => {
            Err(EnterError::Revoked { since: at.to_zoned(web::i18n::riga()).date().to_string() })
        }
        CertStatus::Unknown => Err(EnterError::Unknown),
    }?)
}

/// The person whom the certificate names (EN 319 412-1: `PNOLV-` and the personal code).
fn person(certificate: &Certificate, at: Timestamp) -> Result<Proven, EnterError> {
    let subject = certificate.subject();
    let identifier = subject.serial_number().unwrap_or_default();
    let code = identifier.strip_prefix("PNOLV-").filter(|c| is_person_code(c)).ok_or(EnterError::Person)?;
    let (given, family) = (subject.given_name().unwrap_or_default(), subject.surname().unwrap_or_default());
    if given.is_empty() && family.is_empty() {
        return Err(EnterError::Person);
    }
    Ok(Proven {
        identifier: identifier.to_owned(),
        code: code.to_owned(),
        given_name: given.to_owned(),
        surname: family.to_owned(),
        serial: certificate.serial_hex(),
        at,
        epoch: 0,
    })
}
