use super::{Bench, LintFinding, Profile, extensions, names, profiles};
use crate::{
    Certificate,
    asn1::{self, Reader, tag},
    certificate::serial_hex,
    path::MAX_DEPTH,
};

/// Judges a `TBSCertificate` that is to become a certificate of `profile`, issued by `issuer` (`None`: self-signed).
pub fn tbs_certificate(tbs: &[u8], profile: Profile, issuer: Option<&Certificate>) -> Vec<LintFinding> {
    let mut bench = Bench::new();
    match filled(tbs) {
        Some(certificate) => judge(&certificate, profile, issuer, &mut bench),
        None => bench.error("pki.lint.unreadable", "RFC 5280 4.1", "TBSCertificate"),
    }
    bench.findings
}

/// A certificate with an empty signature, so that the one reader of certificates can read it.
fn filled(tbs: &[u8]) -> Option<Certificate> {
    let mut r = Reader::of_sequence(tbs, "TBSCertificate").ok()?;
    r.explicit(0).ok()?;
    r.integer().ok()?;
    let algorithm = r.expect(tag::SEQUENCE).ok()?.full;
    Certificate::from_der(&asn1::seq([tbs, algorithm, &asn1::bit_string(&[0])])).ok()
}

fn judge(c: &Certificate, profile: Profile, issuer: Option<&Certificate>, bench: &mut Bench) {
    let serial = serial_hex(c.serial());
    bench.require(c.version() == 3, "pki.lint.version", "RFC 5280 4.1.2.1", "version");
    let positive = c.serial().first().is_some_and(|b| *b < 0x80) && c.serial() != [0];
    bench.require(positive, "pki.lint.serial.not-positive", "RFC 5280 4.1.2.2", serial.clone());
    bench.require(c.serial().len() <= 20, "pki.lint.serial.too-long", "RFC 5280 4.1.2.2", serial.clone());
    if c.serial().len() < 8 && profile != Profile::Root {
        bench.warn("pki.lint.serial.short", "EN 319 411-1 6.6.1", serial);
    }
    algorithms(c, issuer, bench);
    validity(c, issuer, bench);
    names::judge(c, profile, bench);
    match issuer {
        Some(issuer) => lineage(c, issuer, bench),
        None => bench.require(c.issuer() == c.subject(), "pki.lint.issuer.not-self", "RFC 5280 6.1", "issuer"),
    }
    extensions::judge(c, profile, bench);
    profiles::judge(c, profile, bench);
}

fn algorithms(c: &Certificate, issuer: Option<&Certificate>, bench: &mut Bench) {
    let key = c.public_key().kind();
    let signer = issuer.map_or(key, |i| i.public_key().kind());
    match c.signature_algorithm() {
        Ok(algorithm) => {
            bench.require(algorithm.fits(signer), "pki.lint.algorithm.wrong-key", "RFC 5280 4.1.1.2", "signature");
            let strong = bench.strength.signature(algorithm, signer, c.not_before()).is_ok();
            bench.require(strong, "pki.lint.algorithm.weak", "TS 119 312", "signature");
        }
        Err(_) => bench.error("pki.lint.algorithm.unknown", "RFC 5280 4.1.1.2", "signature"),
    }
    let strong = bench.strength.key(key, c.not_before()).is_ok();
    bench.require(strong, "pki.lint.key.weak", "TS 119 312", key.name());
    if bench.strength.key(key, c.not_after()).is_err() && strong {
        bench.warn("pki.lint.key.weak-before-end", "TS 119 312", key.name());
    }
}

fn validity(c: &Certificate, issuer: Option<&Certificate>, bench: &mut Bench) {
    const CLAUSE: &str = "RFC 5280 4.1.2.5";
    bench.require(c.not_before() < c.not_after(), "pki.lint.validity.reversed", CLAUSE, "validity");
    for time in times(c.tbs()) {
        // UTCTime through 2049, GeneralizedTime from 2050, never with a fraction.
        let right = match time.tag {
            tag::UTC_TIME => true,
            _ => time.body.len() == 15 && time.as_time().is_ok_and(|t| asn1::time::format_utc(t).is_none()),
        };
        bench.require(right, "pki.lint.validity.encoding", CLAUSE, "validity");
    }
    if let Some(issuer) = issuer {
        let inside = c.not_after() <= issuer.not_after() && issuer.not_before() <= c.not_before();
        bench.require(inside, "pki.lint.validity.outlives-issuer", "EN 319 411-1 6.3.3", "validity");
    }
}

/// The two times of the validity period, as encoded.
fn times(tbs: &[u8]) -> Vec<asn1::Tlv<'_>> {
    let read = || -> crate::Result<Vec<asn1::Tlv<'_>>> {
        let mut r = Reader::of_sequence(tbs, "TBSCertificate")?;
        r.explicit(0)?;
        r.integer()?;
        r.expect(tag::SEQUENCE)?;
        r.expect(tag::SEQUENCE)?;
        let mut validity = r.sequence()?;
        Ok(vec![validity.any()?, validity.any()?])
    };
    read().unwrap_or_default()
}

fn lineage(c: &Certificate, issuer: &Certificate, bench: &mut Bench) {
    bench.require(c.issuer() == issuer.subject(), "pki.lint.issuer.name", "RFC 5280 4.1.2.4", "issuer");
    let id = issuer.subject_key_id();
    bench.require(
        c.authority_key_id().is_some() && c.authority_key_id() == id,
        "pki.lint.issuer.key-id",
        "RFC 5280 4.2.1.1",
        "authorityKeyIdentifier",
    );
    bench.require(issuer.is_ca(), "pki.lint.issuer.not-ca", "RFC 5280 4.2.1.9", "issuer");
    let room = issuer.extensions().basic_constraints.and_then(|b| b.path_len).map_or(MAX_DEPTH, |n| n as usize);
    bench.require(!c.is_ca() || room > 0, "pki.lint.issuer.path-length", "RFC 5280 4.2.1.9", "basicConstraints");
    let same_serial = c.serial() == issuer.serial() && issuer.is_self_issued();
    bench.require(!same_serial, "pki.lint.serial.of-issuer", "RFC 5280 4.1.2.2", serial_hex(c.serial()));
}
