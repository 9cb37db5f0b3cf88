use super::{Bench, Profile, extension_name};
use crate::{Certificate, KeyUsage, oid};

/// What holds for every certificate (RFC 5280 section 4.2, EN 319 412-2 clause 4.4).
pub(super) fn judge(c: &Certificate, profile: Profile, bench: &mut Bench) {
    let e = c.extensions();
    for id in &e.malformed {
        bench.error("pki.lint.extension.malformed", "RFC 5280 4.2", extension_name(*id));
    }
    for (id, critical) in &e.present {
        let wanted = match *id {
            oid::KEY_USAGE
            | oid::BASIC_CONSTRAINTS
            | oid::NAME_CONSTRAINTS
            | oid::POLICY_CONSTRAINTS
            | oid::INHIBIT_ANY_POLICY => Some(true),
            oid::AUTHORITY_KEY_IDENTIFIER
            | oid::SUBJECT_KEY_IDENTIFIER
            | oid::CERTIFICATE_POLICIES
            | oid::CRL_DISTRIBUTION_POINTS
            | oid::AUTHORITY_INFO_ACCESS
            | oid::QC_STATEMENTS
            | oid::OCSP_NOCHECK
            | oid::FRESHEST_CRL
            | oid::VALIDITY_ASSURED_SHORT_TERM
            | oid::NO_REV_AVAIL => Some(false),
            oid::EXTENDED_KEY_USAGE => Some(profile == Profile::TimeStamping),
            oid::SUBJECT_ALT_NAME => Some(c.subject().is_empty()),
            _ => None,
        };
        if wanted.is_some_and(|w| w != *critical) {
            let clause = if *id == oid::QC_STATEMENTS { "EN 319 412-5 4.1" } else { "RFC 5280 4.2.1" };
            bench.error("pki.lint.extension.criticality", clause, extension_name(*id));
        }
    }
    authority(c, profile, bench);
    usage(c, bench);
    addresses(c, profile, bench);
    if c.subject_key_id().is_none() {
        if c.is_ca() {
            bench.error("pki.lint.extension.missing", "RFC 5280 4.2.1.2", "subjectKeyIdentifier");
        } else {
            bench.warn("pki.lint.extension.missing", "RFC 5280 4.2.1.2", "subjectKeyIdentifier");
        }
    }
    if !matches!(profile, Profile::Root) {
        bench.require(
            !e.policies.is_empty(),
            "pki.lint.extension.missing",
            "EN 319 412-2 4.4.3",
            "certificatePolicies",
        );
    }
    for policy in e.policies.iter().filter_map(|p| p.cps.as_ref()) {
        let web = policy.starts_with("https://") || policy.starts_with("http://");
        bench.require(web, "pki.lint.policy.cps", "EN 319 412-2 4.4.3", "certificatePolicies");
    }
}

fn authority(c: &Certificate, profile: Profile, bench: &mut Bench) {
    let basic = c.extensions().basic_constraints;
    if matches!(profile, Profile::Root | Profile::IssuingCa) {
        bench.require(c.is_ca(), "pki.lint.ca.not-ca", "RFC 5280 4.2.1.9", "basicConstraints");
        let signs = c.key_usage().is_some_and(|u| u.contains(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN));
        bench.require(signs, "pki.lint.ca.key-usage", "RFC 5280 4.2.1.3", "keyUsage");
        let only = c.key_usage().is_some_and(|u| u == KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN);
        if signs && !only {
            bench.warn("pki.lint.ca.key-usage-more", "EN 319 411-1 6.5.1", "keyUsage");
        }
    } else {
        bench.require(!c.is_ca(), "pki.lint.end-entity.is-ca", "RFC 5280 4.2.1.9", "basicConstraints");
        let issues = c.key_usage().is_some_and(|u| u.intersects(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN));
        bench.require(!issues, "pki.lint.end-entity.key-usage", "RFC 5280 4.2.1.3", "keyUsage");
    }
    let stray = basic.is_some_and(|b| !b.ca && b.path_len.is_some());
    bench.require(!stray, "pki.lint.path-length-without-ca", "RFC 5280 4.2.1.9", "basicConstraints");
}

/// Key usage is there and agrees with the extended key usage.
fn usage(c: &Certificate, bench: &mut Bench) {
    let Some(usage) = c.key_usage() else {
        return bench.error("pki.lint.extension.missing", "EN 319 412-2 4.3.2", "keyUsage");
    };
    bench.require(usage.0 != 0, "pki.lint.key-usage.empty", "RFC 5280 4.2.1.3", "keyUsage");
    let only_agreement = usage.intersects(KeyUsage::ENCIPHER_ONLY | KeyUsage::DECIPHER_ONLY);
    bench.require(
        !only_agreement || usage.contains(KeyUsage::KEY_AGREEMENT),
        "pki.lint.key-usage.without-agreement",
        "RFC 5280 4.2.1.3",
        "keyUsage",
    );
    if matches!(c.public_key().kind(), crate::KeyKind::Ed25519 | crate::KeyKind::P256 | crate::KeyKind::P384) {
        let enciphers = usage.intersects(KeyUsage::KEY_ENCIPHERMENT | KeyUsage::DATA_ENCIPHERMENT);
        bench.require(!enciphers, "pki.lint.key-usage.not-of-this-key", "RFC 5480 3", "keyUsage");
    }
    let purposes = c.extended_key_usage();
    let signs = usage.intersects(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION);
    let agrees = purposes.iter().all(|p| match *p {
        oid::SERVER_AUTH => {
            usage.intersects(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT)
        }
        oid::CLIENT_AUTH => usage.intersects(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_AGREEMENT),
        oid::TIME_STAMPING | oid::OCSP_SIGNING => signs,
        _ => true,
    });
    bench.require(agrees, "pki.lint.key-usage.against-purpose", "RFC 5280 4.2.1.12", "extKeyUsage");
}

fn addresses(c: &Certificate, profile: Profile, bench: &mut Bench) {
    let e = c.extensions();
    for (urls, what) in [(&e.ocsp, "OCSP"), (&e.ca_issuers, "caIssuers"), (&e.crl, "cRLDistributionPoints")] {
        for url in urls {
            let clean = url.is_ascii() && !url.contains(char::is_whitespace);
            let schemed = ["http://", "https://", "ldap://"].iter().any(|s| url.starts_with(s));
            bench.require(clean && schemed, "pki.lint.address.malformed", "RFC 5280 4.2.2.1", what);
        }
        // An https address of status services needs itself a status check: at least one http address has to be there.
        if !urls.is_empty() && !urls.iter().any(|u| u.starts_with("http://")) {
            bench.warn("pki.lint.address.no-http", "EN 319 412-2 4.4.1", what);
        }
    }
    let pointless = matches!(profile, Profile::Root | Profile::OcspResponder);
    let unneeded = pointless || e.validity_assured_short_term || e.no_revocation_available;
    let status = !e.ocsp.is_empty() || !e.crl.is_empty();
    bench.require(unneeded || status, "pki.lint.address.no-status", "EN 319 412-2 4.3.11", "cRLDistributionPoints");
    if e.no_revocation_available {
        bench.require(!status, "pki.lint.address.status-although-none", "RFC 9608 4", "noRevAvail");
    }
}
