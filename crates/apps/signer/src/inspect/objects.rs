//! Single objects of a PKI.

use pki::{CertStatus, Certificate, Crl, OcspResponse, TimeStampToken};
use serde::Serialize;

/// What a file holds.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum Found {
    Certificates { certificates: Vec<CertificateFacts> },
    TimeStamp { time: String, digest: &'static str, imprint: String, authority: Option<String> },
    Crl { issuer: Option<String>, this_update: String, next_update: Option<String>, entries: usize },
    Ocsp { produced_at: String, responses: Vec<Answer> },
}

#[derive(Serialize)]
pub(super) struct CertificateFacts {
    subject: Option<String>,
    serial_number: Option<String>,
    issuer: Option<String>,
    serial: String,
    not_before: String,
    not_after: String,
    key: String,
    ca: bool,
    qualified: bool,
}

#[derive(Serialize)]
pub(super) struct Answer {
    serial: String,
    status: &'static str,
    this_update: String,
}

/// Reads a certificate (or several in PEM), a time stamp, a CRL or an OCSP response.
pub(super) fn read(bytes: &[u8]) -> Option<Found> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.contains("-----BEGIN CERTIFICATE-----")
    {
        let all = Certificate::all_from_pem(text).ok()?;
        return Some(Found::Certificates { certificates: all.iter().map(certificate).collect() });
    }
    if let Ok(c) = Certificate::from_der(bytes) {
        return Some(Found::Certificates { certificates: vec![certificate(&c)] });
    }
    if let Ok(t) = TimeStampToken::from_ber(bytes) {
        let authority = t.verify(&[]).ok().and_then(|c| c.subject().common_name().map(str::to_owned));
        let (digest, imprint) = (t.info.digest.name(), hex(&t.info.imprint));
        return Some(Found::TimeStamp { time: t.info.time.to_string(), digest, imprint, authority });
    }
    if let Ok(o) = OcspResponse::from_der(bytes) {
        let responses = o.responses.iter().map(|r| Answer {
            serial: hex(&r.id.serial),
            status: match r.status {
                CertStatus::Good => "good",
                CertStatus::Revoked { .. } => "revoked",
                CertStatus::Unknown => "unknown",
            },
            this_update: r.this_update.to_string(),
        });
        return Some(Found::Ocsp { produced_at: o.produced_at.to_string(), responses: responses.collect() });
    }
    let crl = Crl::from_der(bytes).ok()?;
    Some(Found::Crl {
        issuer: crl.issuer.common_name().map(str::to_owned),
        this_update: crl.this_update.to_string(),
        next_update: crl.next_update.map(|t| t.to_string()),
        entries: crl.entries().count(),
    })
}

fn certificate(c: &Certificate) -> CertificateFacts {
    CertificateFacts {
        subject: c.subject().common_name().map(str::to_owned),
        serial_number: c.subject().serial_number().map(str::to_owned),
        issuer: c.issuer().common_name().map(str::to_owned),
        serial: c.serial_hex(),
        not_before: c.not_before().to_string(),
        not_after: c.not_after().to_string(),
        key: c.public_key().kind().name(),
        ca: c.is_ca(),
        qualified: c.qc().is_some(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Found {
    /// For people.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Certificates { certificates } => {
                certificates.iter().map(CertificateFacts::describe).collect::<Vec<_>>().join("\n")
            }
            Self::TimeStamp { time, digest, imprint, authority } => {
                format!("  time stamp  {time}  {}\n  {digest} {imprint}", authority.as_deref().unwrap_or("?"))
            }
            Self::Crl { issuer, this_update, next_update, entries } => {
                let until = next_update.as_deref().unwrap_or("?");
                format!("  CRL  {}  {this_update} – {until}  {entries} entries", issuer.as_deref().unwrap_or("?"))
            }
            Self::Ocsp { produced_at, responses } => {
                let answers: Vec<String> =
                    responses.iter().map(|r| format!("  {}  {}  {}", r.serial, r.status, r.this_update)).collect();
                format!("  OCSP  {produced_at}\n{}", answers.join("\n"))
            }
        }
    }
}

impl CertificateFacts {
    fn describe(&self) -> String {
        let name = |n: &Option<String>| n.clone().unwrap_or_else(|| "?".to_owned());
        let (subject, issuer) = (name(&self.subject), name(&self.issuer));
        format!("  certificate  {subject}  {}\n  {issuer}  {} – {}", self.key, self.not_before, self.not_after)
    }
}
