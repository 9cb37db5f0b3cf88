use contract::ca::{Profile, Subject};
use pki::{GeneralName, Name, oid};

use super::{Kind, Wanted, authority_name};
use crate::issue::IssueError;

/// The subject's name.
pub(super) fn name(w: &Wanted<'_>) -> Result<Name, IssueError> {
    match w.kind {
        Kind::Root => authority_name(w.config, "Root CA"),
        Kind::Issuing(role) => authority_name(w.config, role.title()),
        Kind::Responder => authority_name(w.config, &format!("OCSP {}", w.issuer.map_or("", |i| i.role.title()))),
        Kind::TimeStamping => authority_name(w.config, "Time-Stamping Unit"),
        Kind::Holder(Profile::EidAuthentication | Profile::EidSignature, s) => natural(&w.config.country, s),
        Kind::Holder(Profile::Seal, s) => legal(&w.config.country, s),
        Kind::Holder(Profile::TlsServer | Profile::TlsClient, s) => machine(&w.config.country, s),
    }
}

/// EN 319 412-2 section 4.2.4.
fn natural(country: &str, s: &Subject) -> Result<Name, IssueError> {
    let given = text("given_name", s.given_name.as_deref(), 64)?;
    let family = text("surname", s.surname.as_deref(), 64)?;
    let identifier = identifier(s, &["PAS", "IDC", "PNO", "TIN"])?;
    let full = format!("{given} {family}");
    Ok(Name::build(&[
        (oid::COUNTRY, country),
        (oid::COMMON_NAME, text("name", Some(&full), 64)?),
        (oid::SURNAME, family),
        (oid::GIVEN_NAME, given),
        (oid::SERIAL_NUMBER, identifier),
    ])?)
}

/// EN 319 412-3 section 4.2.1.
fn legal(country: &str, s: &Subject) -> Result<Name, IssueError> {
    let organization = text("organization", s.organization.as_deref(), 64)?;
    Ok(Name::build(&[
        (oid::COUNTRY, country),
        (oid::ORGANIZATION, organization),
        (oid::ORGANIZATION_IDENTIFIER, identifier(s, &["VAT", "NTR", "PSD", "LEI"])?),
        (oid::COMMON_NAME, organization),
    ])?)
}

fn machine(country: &str, s: &Subject) -> Result<Name, IssueError> {
    for host in &s.dns {
        check_host(host)?;
    }
    let common = match (s.dns.first(), &s.organization) {
        (Some(host), _) => host.as_str(),
        (None, Some(organization)) => organization,
        (None, None) => return Err(IssueError::Field { field: "dns" }),
    };
    let mut attributes = vec![(oid::COUNTRY, country)];
    if let Some(o) = &s.organization {
        attributes.push((oid::ORGANIZATION, text("organization", Some(o), 64)?));
        if s.identifier.is_some() {
            attributes.push((oid::ORGANIZATION_IDENTIFIER, identifier(s, &["VAT", "NTR", "LEI"])?));
        }
    }
    // RFC 5280 bounds a common name; the name that counts stands among the alternative names.
    if common.len() <= 64 {
        attributes.push((oid::COMMON_NAME, common));
    }
    Ok(Name::build(&attributes)?)
}

/// The alternative names of a machine.
pub(super) fn hosts(s: &Subject) -> Vec<GeneralName> {
    s.dns.iter().map(|h| GeneralName::Dns(h.clone())).collect()
}

fn text<'a>(field: &'static str, value: Option<&'a str>, most: usize) -> Result<&'a str, IssueError> {
    let clean = |v: &&str| {
        !v.trim().is_empty() && v.trim() == *v && v.chars().count() <= most && !v.chars().any(char::is_control)
    };
    value.filter(clean).ok_or(IssueError::Field { field })
}

/// The semantics identifier of EN 319 412-1 section 5.1.3 and 5.1.4: three letters, country, hyphen, number.
fn identifier<'a>(s: &'a Subject, kinds: &[&str]) -> Result<&'a str, IssueError> {
    let bad = IssueError::Field { field: "identifier" };
    let Some(id) = s.identifier.as_deref() else { return Err(bad) };
    let bytes = id.as_bytes();
    let kind = id.get(..3).is_some_and(|k| kinds.contains(&k));
    let country = bytes.get(3..5).is_some_and(|c| c.iter().all(u8::is_ascii_uppercase));
    let number =
        bytes.get(6..).is_some_and(|n| !n.is_empty() && n.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'));
    if kind && country && bytes.get(5) == Some(&b'-') && number && id.len() <= 64 { Ok(id) } else { Err(bad) }
}

/// A host name of letters, digits and hyphens (RFC 1123), at most one `*` as its whole first label.
fn check_host(host: &str) -> Result<(), IssueError> {
    let rest = host.strip_prefix("*.").unwrap_or(host);
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if host.len() <= 253 && rest.split('.').all(label) && (rest.len() == host.len() || rest.contains('.')) {
        Ok(())
    } else {
        Err(IssueError::Field { field: "dns" })
    }
}
