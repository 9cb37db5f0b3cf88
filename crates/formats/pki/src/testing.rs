//! Keys and small certificate authorities for tests. Not for production: compiled only for tests and under the feature `testing`.
#![expect(clippy::expect_used, reason = "a test that cannot make its keys has to stop")]

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self as s, KeyPair as _},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    BasicConstraints, CertId, CertStatus, Certificate, CertificateTemplate, CrlEntry, CrlTemplate, DigestAlgorithm,
    Extension, Extensions, KeyUsage, Name, OcspResponseTemplate, Oid, PublicKey, RevocationReason, SignatureAlgorithm,
    SingleResponse, TokenTemplate, TstInfo,
    asn1::{self, Reader, tag},
    oid,
};

enum Pair {
    Ec(s::EcdsaKeyPair),
    Rsa(s::RsaKeyPair),
    Ed(s::Ed25519KeyPair),
}

/// A key in memory.
pub struct TestKey {
    pair: Pair,
    spki: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

impl TestKey {
    /// A new key for `algorithm`: P-256 for ECDSA with SHA-256, P-384 for SHA-384, RSA with 2048 bits.
    pub fn new(algorithm: SignatureAlgorithm) -> Self {
        match algorithm {
            SignatureAlgorithm::Ecdsa(d) => {
                let (alg, kind) = match d {
                    DigestAlgorithm::Sha384 | DigestAlgorithm::Sha3_384 => {
                        (&s::ECDSA_P384_SHA384_ASN1_SIGNING, crate::KeyKind::P384)
                    }
                    _ => (&s::ECDSA_P256_SHA256_ASN1_SIGNING, crate::KeyKind::P256),
                };
                let pair = s::EcdsaKeyPair::generate(alg).expect("key");
                let spki = PublicKey::from_ec_point(kind, pair.public_key().as_ref()).expect("point").spki().to_vec();
                Self { pair: Pair::Ec(pair), spki, algorithm }
            }
            SignatureAlgorithm::Ed25519 => {
                let pair = s::Ed25519KeyPair::generate().expect("key");
                let spki = PublicKey::from_ed25519(pair.public_key().as_ref()).expect("key").spki().to_vec();
                Self { pair: Pair::Ed(pair), spki, algorithm }
            }
            SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(_) => {
                let pair = s::RsaKeyPair::generate(KeySize::Rsa2048).expect("key");
                let bits = pair.public_key().as_ref();
                let head = crate::asn1::seq([crate::asn1::oid(oid::RSA_ENCRYPTION), crate::asn1::null()]);
                let spki = crate::asn1::seq([head, crate::asn1::bit_string(bits)]);
                Self { pair: Pair::Rsa(pair), spki, algorithm }
            }
        }
    }
    /// A P-256 key.
    pub fn p256() -> Self {
        Self::new(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256))
    }
    /// A P-384 key.
    pub fn p384() -> Self {
        Self::new(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384))
    }
    /// DER of the public key.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_spki(&self.spki).expect("key")
    }
    /// Its algorithm.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
    /// An ECDSA signature over a digest, in DER, as a card makes it.
    pub fn sign_digest(&self, digest: &[u8]) -> Vec<u8> {
        use aws_lc_rs::digest::{Digest, SHA256, SHA384};
        let algorithm = if digest.len() == 48 { &SHA384 } else { &SHA256 };
        let digest = Digest::import_less_safe(digest, algorithm).expect("digest");
        match &self.pair {
            Pair::Ec(p) => p.sign_digest(&digest).expect("signature").as_ref().to_vec(),
            _ => Vec::new(),
        }
    }
    /// A signature over `message`, ECDSA in DER.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            // The key library has no SHA-3 here; ECDSA takes the digest as a number.
            Pair::Ec(_) if self.algorithm.digest().is_some_and(DigestAlgorithm::is_sha3) => {
                self.sign_digest(&self.algorithm.companion_digest().of(message))
            }
            Pair::Ec(p) => p.sign(&random, message).expect("signature").as_ref().to_vec(),
            Pair::Ed(p) => p.sign(message).as_ref().to_vec(),
            Pair::Rsa(p) => {
                let encoding: &dyn s::RsaEncoding = match self.algorithm {
                    SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384) => &s::RSA_PKCS1_SHA384,
                    SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512) => &s::RSA_PKCS1_SHA512,
                    SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256) => &s::RSA_PSS_SHA256,
                    SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha384) => &s::RSA_PSS_SHA384,
                    SignatureAlgorithm::RsaPss(_) => &s::RSA_PSS_SHA512,
                    _ => &s::RSA_PKCS1_SHA256,
                };
                let mut out = vec![0; p.public_modulus_len()];
                p.sign(encoding, &random, message, &mut out).expect("signature");
                out
            }
        }
    }
}

/// A certificate with its key.
pub struct TestEntity {
    /// Key.
    pub key: TestKey,
    /// Certificate.
    pub certificate: Certificate,
}

/// `CN=name, O=Enkura izmēģinājumi, C=LV`.
pub fn name(common: &str) -> Name {
    Name::build(&[(oid::COUNTRY, "LV"), (oid::ORGANIZATION, "Enkura izmēģinājumi"), (oid::COMMON_NAME, common)])
        .expect("name")
}

/// The time at which the certificates of [`TestEntity`] start.
pub fn epoch() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("time")
}

/// `n` days after [`epoch`].
pub fn day(n: i64) -> Timestamp {
    epoch() + SignedDuration::from_hours(24 * n)
}

impl TestEntity {
    /// A self-signed root for 20 years.
    pub fn root(common: &str, key: TestKey) -> Self {
        let template = CertificateTemplate {
            serial: vec![1],
            signature: key.algorithm(),
            issuer: name(common),
            not_before: epoch(),
            not_after: day(7300),
            subject: name(common),
            spki: key.spki().to_vec(),
            extensions: Extensions { authority_key_id: None, ..ca_extensions(&key, None, None) },
        };
        let tbs = template.tbs().expect("template");
        let certificate = CertificateTemplate::assemble(&tbs, key.algorithm(), &key.sign(&tbs)).expect("certificate");
        Self { key, certificate }
    }
    /// Issues a certificate valid from day 0 to day 1825, after `change` has seen the template.
    pub fn issue(
        &self,
        serial: u64,
        common: &str,
        key: TestKey,
        extensions: Extensions,
        change: impl FnOnce(&mut CertificateTemplate),
    ) -> Self {
        let mut template = CertificateTemplate {
            serial: serial.to_be_bytes().to_vec(),
            signature: self.key.algorithm(),
            issuer: self.certificate.subject().clone(),
            not_before: epoch(),
            not_after: day(1825),
            subject: name(common),
            spki: key.spki().to_vec(),
            extensions: Extensions {
                authority_key_id: self.certificate.subject_key_id().map(<[u8]>::to_vec),
                ..extensions
            },
        };
        change(&mut template);
        let tbs = template.tbs().expect("template");
        let certificate =
            CertificateTemplate::assemble(&tbs, self.key.algorithm(), &self.key.sign(&tbs)).expect("certificate");
        Self { key, certificate }
    }
    /// Issues a CA.
    pub fn issue_ca(&self, serial: u64, common: &str, key: TestKey) -> Self {
        let extensions = ca_extensions(&key, Some(0), None);
        self.issue(serial, common, key, extensions, |_| {})
    }
    /// Issues a certificate for signatures.
    pub fn issue_signer(&self, serial: u64, common: &str, key: TestKey) -> Self {
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        self.issue(serial, common, key, extensions, |_| {})
    }
    /// Issues a time-stamping certificate.
    pub fn issue_tsa(&self, serial: u64, common: &str, key: TestKey) -> Self {
        let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
        extensions.extended_key_usage_critical = true;
        self.issue(serial, common, key, extensions, |_| {})
    }
    /// Issues an OCSP responder's certificate with `ocsp-nocheck`.
    pub fn issue_ocsp(&self, serial: u64, common: &str, key: TestKey) -> Self {
        let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
        extensions.ocsp_nocheck = true;
        self.issue(serial, common, key, extensions, |_| {})
    }
    /// An OCSP response signed by this entity about `certificate` of `issuer`.
    pub fn ocsp(&self, issuer: &Certificate, certificate: &Certificate, status: CertStatus, at: Timestamp) -> Vec<u8> {
        self.sign_ocsp(&self.ocsp_template(issuer, certificate, status, at).tbs().expect("template"))
    }
    /// The same, whose nonce is what is given: an `OCTET STRING` of it (RFC 9654), or `bare`, as the time marks of BDOC have it (RFC 2560): then
    /// it is a DER `SEQUENCE`.
    pub fn ocsp_with_nonce(
        &self,
        (issuer, certificate): (&Certificate, &Certificate),
        status: CertStatus,
        at: Timestamp,
        nonce: &[u8],
        bare: bool,
    ) -> Vec<u8> {
        let mut template = self.ocsp_template(issuer, certificate, status, at);
        if !bare {
            template.nonce = Some(nonce.to_vec());
            return self.sign_ocsp(&template.tbs().expect("template"));
        }
        let body = Reader::single(nonce, tag::SEQUENCE, "nonce").expect("a sequence").body;
        template.nonce = Some(body.to_vec());
        let mut tbs = template.tbs().expect("template");
        let wrapped = asn1::octets(body);
        let at = tbs.windows(wrapped.len()).position(|w| w == wrapped);
        *at.and_then(|at| tbs.get_mut(at)).expect("the nonce") = tag::SEQUENCE;
        self.sign_ocsp(&tbs)
    }
    fn ocsp_template(
        &self,
        issuer: &Certificate,
        certificate: &Certificate,
        status: CertStatus,
        at: Timestamp,
    ) -> OcspResponseTemplate {
        OcspResponseTemplate {
            responder_key_id: self.certificate.public_key().key_id(),
            produced_at: at,
            responses: vec![SingleResponse {
                id: CertId::new(DigestAlgorithm::Sha1, issuer, certificate.serial()),
                status,
                this_update: at,
                next_update: Some(at + SignedDuration::from_hours(12)),
                archive_cutoff: None,
            }],
            nonce: None,
            extended_revoke: true,
        }
    }
    fn sign_ocsp(&self, tbs: &[u8]) -> Vec<u8> {
        let chain = std::slice::from_ref(&self.certificate);
        OcspResponseTemplate::assemble(tbs, self.key.algorithm(), &self.key.sign(tbs), chain).expect("response")
    }
    /// A CRL of this CA, valid for 7 days.
    pub fn crl(&self, number: u64, at: Timestamp, entries: &[CrlEntry]) -> Vec<u8> {
        let template = CrlTemplate {
            signature: self.key.algorithm(),
            issuer: self.certificate.subject().clone(),
            this_update: at,
            next_update: at + SignedDuration::from_hours(7 * 24),
            number,
            authority_key_id: self.certificate.subject_key_id().unwrap_or_default().to_vec(),
            distribution_point: None,
            delta_base: None,
            expired_certificates: None,
        };
        let mut encoder = template.encoder();
        for e in entries {
            encoder.push(e).expect("entry");
        }
        let tbs = encoder.finish().expect("template");
        CrlTemplate::assemble(&tbs, self.key.algorithm(), &self.key.sign(&tbs)).expect("CRL")
    }
    /// An indirect CRL of this keeper of lists, valid for 7 days: certificates of any issuer, with when they were revoked.
    pub fn indirect_crl(&self, url: &str, at: Timestamp, revoked: &[(&Certificate, Timestamp)]) -> Vec<u8> {
        let extension = |id, value: &[u8]| crate::certificate::extension(id, true, value);
        let entry = |(c, since): &(&Certificate, Timestamp)| {
            let issuer = asn1::seq([asn1::tlv(tag::constructed(4), c.issuer().to_der())]);
            let serial = asn1::tlv(tag::INTEGER, c.serial());
            asn1::seq([serial, asn1::x509_time(*since), asn1::seq([extension(oid::CERTIFICATE_ISSUER, &issuer)])])
        };
        let entries: Vec<_> = revoked.iter().map(entry).collect();
        let point = asn1::seq([distribution_point_name(url), asn1::context(4, &[0xff])]);
        self.crl_of(at, &entries, &[extension(oid::ISSUING_DISTRIBUTION_POINT, &point)])
    }
    /// A CRL of this CA, valid for 7 days, that says something only with others: of some reasons (bits of ReasonFlags; none: all), of the
    /// changes since the list of a number, or both.
    pub fn partial_crl(
        &self,
        number: u64,
        at: Timestamp,
        reasons: &[u8],
        since: Option<u64>,
        revoked: &[(&Certificate, Timestamp, RevocationReason)],
    ) -> Vec<u8> {
        let extension = |id, critical, value: &[u8]| crate::certificate::extension(id, critical, value);
        let entry = |(c, since, reason): &(&Certificate, Timestamp, RevocationReason)| {
            let serial = asn1::tlv(tag::INTEGER, c.serial());
            let reason = extension(oid::CRL_REASON, false, &asn1::enumerated(reason.code()));
            asn1::seq([serial, asn1::x509_time(*since), asn1::seq([reason])])
        };
        let mut rows = vec![extension(oid::CRL_NUMBER, false, &asn1::small_integer(number))];
        if !reasons.is_empty() {
            let point = asn1::seq([asn1::named_bits(tag::primitive(3), reasons)]);
            rows.push(extension(oid::ISSUING_DISTRIBUTION_POINT, true, &point));
        }
        rows.extend(since.map(|n| extension(oid::DELTA_CRL_INDICATOR, true, &asn1::small_integer(n))));
        self.crl_of(at, &revoked.iter().map(entry).collect::<Vec<_>>(), &rows)
    }
    fn crl_of(&self, at: Timestamp, entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
        let tbs = asn1::seq([
            asn1::small_integer(1),
            self.key.algorithm().to_der(),
            self.certificate.subject().to_der().to_vec(),
            asn1::x509_time(at),
            asn1::x509_time(at + SignedDuration::from_hours(7 * 24)),
            if entries.is_empty() { vec![] } else { asn1::seq(entries) },
            asn1::explicit(0, &asn1::seq(extensions)),
        ]);
        CrlTemplate::assemble(&tbs, self.key.algorithm(), &self.key.sign(&tbs)).expect("CRL")
    }
    /// The extension by which a certificate names the indirect CRL of this keeper.
    pub fn indirect_point(&self, url: &str) -> Extension {
        let keeper = asn1::tlv(tag::constructed(4), self.certificate.subject().to_der());
        let point = asn1::seq([distribution_point_name(url), asn1::tlv(tag::constructed(2), &keeper)]);
        Extension { oid: oid::CRL_DISTRIBUTION_POINTS, critical: false, value: asn1::seq([point]) }
    }
    /// A time stamp of this unit over the SHA-256, SHA-384 or SHA-512 digest `imprint`.
    pub fn time_stamp(&self, imprint: &[u8], at: Timestamp) -> Vec<u8> {
        let digest = match imprint.len() {
            48 => DigestAlgorithm::Sha384,
            64 => DigestAlgorithm::Sha512,
            _ => DigestAlgorithm::Sha256,
        };
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest,
            imprint: imprint.to_vec(),
            serial: at.as_microsecond().to_be_bytes().to_vec(),
            time: at,
            accuracy_micros: Some(1_000_000),
            ordering: false,
            nonce: None,
            tsa: None,
            qualified: true,
        };
        let template =
            TokenTemplate::new(&info, self.key.algorithm().companion_digest(), self.key.algorithm(), &self.certificate)
                .expect("template");
        let signed = template.to_be_signed().expect("attributes");
        template.assemble(&signed, &self.key.sign(&signed), Some(&[])).expect("token")
    }
}

/// `DistributionPointName` with one address.
fn distribution_point_name(url: &str) -> Vec<u8> {
    asn1::tlv(tag::constructed(0), &asn1::tlv(tag::constructed(0), &asn1::context(6, url.as_bytes())))
}

/// Extensions of a CA.
pub fn ca_extensions(key: &TestKey, path_len: Option<u32>, authority: Option<Vec<u8>>) -> Extensions {
    Extensions {
        basic_constraints: Some(BasicConstraints { ca: true, path_len }),
        key_usage: Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN),
        subject_key_id: Some(key.public().key_id()),
        authority_key_id: authority,
        ..Extensions::default()
    }
}

/// Extensions of an end entity.
pub fn leaf_extensions(key: &TestKey, usage: KeyUsage, purposes: &[Oid]) -> Extensions {
    Extensions {
        key_usage: Some(usage),
        extended_key_usage: purposes.to_vec(),
        subject_key_id: Some(key.public().key_id()),
        ..Extensions::default()
    }
}
