//! What stands in each kind of certificate: EN 319 412-1, -2, -3, -5, EN 319 411-1, -2, EN 319 422, RFC 5280, RFC 6960.
//! Pure: from configuration, issuer and request to a template.

use contract::ca::{Profile, Subject};
use jiff::{SignedDuration, Timestamp};
use pki::{
    BasicConstraints, CertificateTemplate, Extensions, KeyUsage, Name, Oid, Policy, PublicKey, QcStatements, QcType,
    SignatureAlgorithm, oid,
};

use crate::{
    Config,
    authority::{Authority, Role},
    issue::IssueError,
};

mod key;
mod subject;
#[cfg(test)]
mod tests;

/// A certificate to be made.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The root's own.
    Root,
    /// Of an issuing authority.
    Issuing(Role),
    /// Of the OCSP responder of the issuer.
    Responder,
    /// Of the time-stamping unit.
    TimeStamping,
    /// Of a person, institution or machine.
    Holder(Profile, Subject),
}

impl Kind {
    /// Name kept with the certificate.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuing(_) => "issuing",
            Self::Responder => "ocsp",
            Self::TimeStamping => "tsu",
            Self::Holder(Profile::EidAuthentication, _) => "eid-authentication",
            Self::Holder(Profile::EidSignature, _) => "eid-signature",
            Self::Holder(Profile::Seal, _) => "seal",
            Self::Holder(Profile::TlsServer, _) => "tls-server",
            Self::Holder(Profile::TlsClient, _) => "tls-client",
        }
    }
    /// Who issues it.
    pub(crate) fn issuer(profile: Profile) -> Role {
        match profile {
            Profile::EidAuthentication => Role::Authentication,
            Profile::EidSignature => Role::Signature,
            Profile::Seal => Role::Seal,
            Profile::TlsServer | Profile::TlsClient => Role::Tls,
        }
    }
}

/// Whether certificates of the profile with this name live and end with a card.
pub(crate) fn is_of_card(name: &str) -> bool {
    matches!(name, "eid-authentication" | "eid-signature")
}

/// What a template is made of.
pub(crate) struct Wanted<'a> {
    pub(crate) config: &'a Config,
    pub(crate) public_url: &'a str,
    /// `None` for the root itself.
    pub(crate) issuer: Option<&'a Authority>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) kind: &'a Kind,
    pub(crate) spki: &'a [u8],
    pub(crate) serial: &'a [u8],
    pub(crate) now: Timestamp,
    /// End wished for; the kind's own end when none.
    pub(crate) not_after: Option<Timestamp>,
}

/// The template, or why there is none.
pub(crate) fn template(w: &Wanted<'_>) -> Result<CertificateTemplate, IssueError> {
    let key = key::check(w.spki, w.kind)?;
    let subject = subject::name(w)?;
    let not_before = whole(w.now);
    let not_after = end(w, not_before)?;
    let mut extensions = Extensions {
        subject_key_id: Some(key.key_id()),
        authority_key_id: Some(w.issuer.map_or_else(|| key.key_id(), |i| i.certificate.public_key().key_id())),
        ..Extensions::default()
    };
    if let Some(issuer) = w.issuer {
        extensions.ca_issuers = vec![format!("{}/ca/{}.cer", w.public_url, issuer.name)];
        extensions.ocsp = vec![format!("{}/ocsp", w.public_url)];
        extensions.crl = vec![format!("{}/crl/{}.crl", w.public_url, issuer.name)];
    }
    fill(&mut extensions, w, &key);
    let issuer = w.issuer.map_or_else(|| subject.clone(), |i| i.certificate.subject().clone());
    Ok(CertificateTemplate {
        serial: w.serial.to_vec(),
        signature: w.algorithm,
        issuer,
        not_before,
        not_after,
        subject,
        spki: w.spki.to_vec(),
        extensions,
    })
}

fn fill(e: &mut Extensions, w: &Wanted<'_>, key: &PublicKey) {
    let policies = |ids: &[Oid]| {
        let cps = w.config.practice_statement.clone();
        ids.iter().map(|oid| Policy { oid: *oid, cps: cps.clone() }).collect::<Vec<_>>()
    };
    match w.kind {
        Kind::Root => {
            e.basic_constraints = Some(BasicConstraints { ca: true, path_len: None });
            e.key_usage = Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN);
        }
        Kind::Issuing(_) => {
            e.basic_constraints = Some(BasicConstraints { ca: true, path_len: Some(0) });
            e.key_usage = Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN);
            e.policies = policies(&[oid::ANY_POLICY]);
        }
        Kind::Responder => {
            // RFC 6960 4.2.2.2.1: short-lived and not itself checked, so it points nowhere.
            e.ocsp = vec![];
            e.crl = vec![];
            e.ocsp_nocheck = true;
            e.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
            e.extended_key_usage = vec![oid::OCSP_SIGNING];
            e.policies = policies(&[oid::NCP_PLUS]);
        }
        Kind::TimeStamping => {
            e.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
            e.extended_key_usage = vec![oid::TIME_STAMPING];
            e.extended_key_usage_critical = true;
            e.policies = policies(&[oid::NCP_PLUS]);
        }
        Kind::Holder(Profile::EidAuthentication, _) => {
            e.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
            e.extended_key_usage = vec![oid::CLIENT_AUTH];
            e.policies = policies(&[oid::NCP_PLUS]);
            // Only what the names mean: an authentication certificate is no qualified one.
            e.qc = Some(QcStatements { semantics: Some(oid::SEMANTICS_NATURAL), ..QcStatements::default() });
        }
        Kind::Holder(Profile::EidSignature, _) => {
            e.key_usage = Some(KeyUsage::NON_REPUDIATION);
            e.policies = policies(&[oid::QCP_N_QSCD]);
            e.qc = Some(qualified(w, QcType::Esign, true, oid::SEMANTICS_NATURAL));
        }
        Kind::Holder(Profile::Seal, _) => {
            e.key_usage = Some(KeyUsage::NON_REPUDIATION);
            e.policies = policies(&[oid::QCP_L]);
            e.qc = Some(qualified(w, QcType::Eseal, false, oid::SEMANTICS_LEGAL));
        }
        Kind::Holder(Profile::TlsServer, s) => {
            let transport = matches!(key.kind(), pki::KeyKind::Rsa(_));
            e.key_usage = Some(if transport {
                KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT
            } else {
                KeyUsage::DIGITAL_SIGNATURE
            });
            e.extended_key_usage = vec![oid::SERVER_AUTH];
            e.policies = policies(&[if s.organization.is_some() { oid::OVCP } else { oid::NCP }]);
            e.alt_names = subject::hosts(s);
        }
        Kind::Holder(Profile::TlsClient, s) => {
            e.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
            e.extended_key_usage = vec![oid::CLIENT_AUTH];
            e.policies = policies(&[oid::NCP]);
            e.alt_names = subject::hosts(s);
        }
    }
}

fn qualified(w: &Wanted<'_>, kind: QcType, device: bool, semantics: Oid) -> QcStatements {
    QcStatements {
        compliance: true,
        sscd: device,
        types: vec![kind],
        pds: w.config.disclosure.iter().map(|d| (d.url.clone(), d.language.clone())).collect(),
        semantics: Some(semantics),
        ..QcStatements::default()
    }
}

/// The end: as wished, at most the issuer's own.
fn end(w: &Wanted<'_>, from: Timestamp) -> Result<Timestamp, IssueError> {
    let days = |n: u32| from.checked_add(SignedDuration::from_hours(24 * i64::from(n))).ok();
    let own = match w.kind {
        Kind::Root => days(w.config.validity.root_days),
        Kind::Issuing(_) => days(w.config.validity.issuing_days),
        // Keys are renewed by the day.
        Kind::Responder => days(w.config.validity.ocsp_days.max(2)),
        Kind::TimeStamping => days(w.config.validity.tsu_days),
        Kind::Holder(..) => w.not_after.map(whole),
    };
    let mut end = own.ok_or(IssueError::Period)?;
    if let Some(issuer) = w.issuer {
        if issuer.certificate.not_after() <= from {
            return Err(IssueError::AuthorityExpired { authority: issuer.name.clone() });
        }
        end = end.min(issuer.certificate.not_after());
    }
    if end <= from { Err(IssueError::Period) } else { Ok(end) }
}

/// Whole seconds, which is what certificates can tell.
pub(crate) fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The common name of an authority.
pub(crate) fn authority_name(config: &Config, what: &str) -> Result<Name, IssueError> {
    Ok(Name::build(&[
        (oid::COUNTRY, &config.country),
        (oid::ORGANIZATION, &config.organization),
        (oid::ORGANIZATION_IDENTIFIER, &config.organization_identifier),
        (oid::COMMON_NAME, &format!("{} {what}", config.brand)),
    ])?)
}
