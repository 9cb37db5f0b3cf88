use super::{Bench, Profile, names};
use crate::{Certificate, KeyUsage, Oid, QcType, oid};

/// What holds for one kind of certificate.
pub(super) fn judge(c: &Certificate, profile: Profile, bench: &mut Bench) {
    let e = c.extensions();
    match profile {
        Profile::Root => bench.require(
            e.policies.is_empty() && e.extended_key_usage.is_empty(),
            "pki.lint.root.restricted",
            "EN 319 411-1 6.6.1",
            "certificatePolicies",
        ),
        Profile::IssuingCa => {
            bench.require(c.qc().is_none(), "pki.lint.ca.qc-statements", "EN 319 412-5 4.1", "qcStatements");
        }
        Profile::NaturalSignature => {
            natural(c, bench);
            signs_only(c, bench);
            qualified(c, QcType::Esign, (oid::QCP_N, oid::QCP_N_QSCD), oid::SEMANTICS_NATURAL, bench);
        }
        Profile::NaturalAuthentication => {
            natural(c, bench);
            bench.require(
                c.key_usage() == Some(KeyUsage::DIGITAL_SIGNATURE),
                "pki.lint.authentication.key-usage",
                "EN 319 412-2 4.3.2",
                "keyUsage",
            );
            purposes(c, &[oid::CLIENT_AUTH], &[oid::EMAIL_PROTECTION], bench);
            not_qualified(c, bench);
        }
        Profile::LegalSeal => {
            legal(c, bench);
            let usage = c.key_usage().unwrap_or_default();
            let seals = usage.intersects(KeyUsage::NON_REPUDIATION | KeyUsage::DIGITAL_SIGNATURE);
            let only = !usage.intersects(KeyUsage(!(KeyUsage::NON_REPUDIATION | KeyUsage::DIGITAL_SIGNATURE).0));
            bench.require(seals && only, "pki.lint.seal.key-usage", "EN 319 412-3 4.3.1", "keyUsage");
            qualified(c, QcType::Eseal, (oid::QCP_L, oid::QCP_L_QSCD), oid::SEMANTICS_LEGAL, bench);
        }
        Profile::TimeStamping => {
            purposes(c, &[oid::TIME_STAMPING], &[], bench);
            let usage = c.key_usage().unwrap_or_default();
            let allowed = [
                KeyUsage::DIGITAL_SIGNATURE,
                KeyUsage::NON_REPUDIATION,
                KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION,
            ];
            bench.require(allowed.contains(&usage), "pki.lint.time-stamping.key-usage", "EN 319 422 6.2", "keyUsage");
            let named = c.subject().common_name().is_some()
                && c.subject().organization().is_some()
                && c.subject().country().is_some();
            bench.require(named, "pki.lint.time-stamping.subject", "EN 319 422 6.4", "subject");
            not_qualified(c, bench);
        }
        Profile::OcspResponder => {
            purposes(c, &[oid::OCSP_SIGNING], &[], bench);
            bench.require(
                c.key_usage() == Some(KeyUsage::DIGITAL_SIGNATURE),
                "pki.lint.ocsp.key-usage",
                "RFC 6960 4.2.2.2",
                "keyUsage",
            );
            let status = !e.ocsp.is_empty() || !e.crl.is_empty();
            bench.require(e.ocsp_nocheck || status, "pki.lint.ocsp.no-status", "RFC 6960 4.2.2.2.1", "ocsp-nocheck");
            not_qualified(c, bench);
        }
        Profile::TlsServer => {
            bench.require(!e.alt_names.is_empty(), "pki.lint.tls.no-name", "RFC 9525 6.3", "subjectAltName");
            purposes(c, &[oid::SERVER_AUTH], &[oid::CLIENT_AUTH], bench);
            not_qualified(c, bench);
        }
        Profile::TlsClient => {
            purposes(c, &[oid::CLIENT_AUTH], &[oid::SERVER_AUTH], bench);
            not_qualified(c, bench);
        }
    }
    if profile != Profile::OcspResponder {
        bench.require(!e.ocsp_nocheck, "pki.lint.nocheck-elsewhere", "RFC 6960 4.2.2.2.1", "ocsp-nocheck");
    }
    if matches!(profile, Profile::NaturalSignature | Profile::NaturalAuthentication | Profile::LegalSeal) {
        let issuers = e.ca_issuers.iter().any(|u| u.starts_with("http://") || u.starts_with("https://"));
        bench.require(issuers, "pki.lint.address.no-issuer", "EN 319 412-2 4.4.1", "authorityInfoAccess");
        let short = e.validity_assured_short_term || e.no_revocation_available;
        bench.require(
            short || !e.ocsp.is_empty(),
            "pki.lint.address.no-ocsp",
            "EN 319 412-2 4.4.1",
            "authorityInfoAccess",
        );
    }
}

/// Exactly the wanted purposes, and at most those also allowed.
fn purposes(c: &Certificate, wanted: &[Oid], allowed: &[Oid], bench: &mut Bench) {
    let found = c.extended_key_usage();
    let fits =
        wanted.iter().all(|w| found.contains(w)) && found.iter().all(|f| wanted.contains(f) || allowed.contains(f));
    bench.require(fits, "pki.lint.purpose", "RFC 5280 4.2.1.12", "extKeyUsage");
}

fn signs_only(c: &Certificate, bench: &mut Bench) {
    bench.require(
        c.key_usage() == Some(KeyUsage::NON_REPUDIATION),
        "pki.lint.signature.key-usage",
        "EN 319 412-2 4.3.2",
        "keyUsage",
    );
}

/// EN 319 412-2 clause 4.2.4.
fn natural(c: &Certificate, bench: &mut Bench) {
    const CLAUSE: &str = "EN 319 412-2 4.2.4";
    let s = c.subject();
    for (present, what) in [
        (s.country().is_some(), "countryName"),
        (s.common_name().is_some(), "commonName"),
        (s.serial_number().is_some(), "serialNumber"),
        ((s.given_name().is_some() && s.surname().is_some()) || s.get(oid::PSEUDONYM).is_some(), "givenName, surname"),
    ] {
        bench.require(present, "pki.lint.subject.missing", CLAUSE, what);
    }
    let mixed = s.get(oid::PSEUDONYM).is_some() && (s.given_name().is_some() || s.surname().is_some());
    bench.require(!mixed, "pki.lint.subject.pseudonym-and-name", CLAUSE, "pseudonym");
    if c.qc().is_some_and(|q| q.semantics == Some(oid::SEMANTICS_NATURAL)) {
        let fits = s.serial_number().is_some_and(names::is_natural_identifier);
        bench.require(fits, "pki.lint.subject.identifier", "EN 319 412-1 5.1.3", "serialNumber");
    }
}

/// EN 319 412-3 clause 4.2.1.
fn legal(c: &Certificate, bench: &mut Bench) {
    const CLAUSE: &str = "EN 319 412-3 4.2.1";
    let s = c.subject();
    for (present, what) in [
        (s.country().is_some(), "countryName"),
        (s.common_name().is_some(), "commonName"),
        (s.organization().is_some(), "organizationName"),
        (s.organization_identifier().is_some(), "organizationIdentifier"),
    ] {
        bench.require(present, "pki.lint.subject.missing", CLAUSE, what);
    }
    let fits = s.organization_identifier().is_some_and(names::is_legal_identifier);
    bench.require(fits, "pki.lint.subject.identifier", "EN 319 412-1 5.1.4", "organizationIdentifier");
    let person = s.given_name().is_some() || s.surname().is_some();
    bench.require(!person, "pki.lint.subject.person-in-seal", CLAUSE, "givenName, surname");
}

/// EN 319 412-5.
fn qualified(c: &Certificate, kind: QcType, policies: (Oid, Oid), semantics: Oid, bench: &mut Bench) {
    let Some(qc) = c.qc() else { return bench.error("pki.lint.qc.missing", "EN 319 412-5 5", "qcStatements") };
    bench.require(qc.compliance, "pki.lint.qc.no-compliance", "EN 319 412-5 4.2.1", "QcCompliance");
    bench.require(qc.types == [kind], "pki.lint.qc.type", "EN 319 412-5 4.2.3", "QcType");
    let has = |id: Oid| c.extensions().policies.iter().any(|p| p.oid == id);
    let (plain, device) = policies;
    bench.require(qc.sscd == has(device), "pki.lint.qc.device-and-policy", "EN 319 411-2 5.2", "QcSSCD");
    bench.require(has(plain) != has(device), "pki.lint.qc.policy", "EN 319 411-2 5.2", "certificatePolicies");
    bench.require(!qc.pds.is_empty(), "pki.lint.qc.no-pds", "EN 319 412-5 4.3.4", "QcPDS");
    for (url, language) in &qc.pds {
        bench.require(url.starts_with("https://"), "pki.lint.qc.pds-not-https", "EN 319 412-5 4.3.4", "QcPDS");
        let code = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
        bench.require(code, "pki.lint.qc.pds-language", "EN 319 412-5 4.3.4", "QcPDS");
    }
    let english = qc.pds.iter().any(|(_, l)| l == "en");
    bench.require(english, "pki.lint.qc.pds-english", "EN 319 412-5 4.3.4", "QcPDS");
    let meant = qc.semantics.is_none_or(|s| s == semantics);
    bench.require(meant, "pki.lint.qc.semantics", "EN 319 412-1 5.1", "semanticsIdentifier");
    if !qc.legislation.is_empty() {
        bench.warn("pki.lint.qc.legislation", "EN 319 412-5 4.2.4", "QcCClegislation");
    }
}

fn not_qualified(c: &Certificate, bench: &mut Bench) {
    let claims = c.qc().is_some_and(|q| q.compliance || q.sscd || !q.types.is_empty());
    bench.require(!claims, "pki.lint.qc.claimed", "EN 319 412-5 4.2.1", "qcStatements");
}
