use crate::{
    Certificate, DigestAlgorithm, Error, Oid, Result,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader, tag},
    oid,
};

/// An attribute of a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Type.
    pub oid: Oid,
    /// DER of each value.
    pub values: Vec<Vec<u8>>,
}

impl Attribute {
    /// With one value.
    pub fn new(oid: Oid, value: Vec<u8>) -> Self {
        Self { oid, values: vec![value] }
    }
    /// DER.
    pub fn to_der(&self) -> Vec<u8> {
        asn1::seq([asn1::oid(self.oid), asn1::set_of(self.values.clone())])
    }
    pub(super) fn parse(mut r: Reader<'_>) -> Result<Self> {
        let oid = r.oid()?;
        let mut set = r.set()?;
        r.finish("attribute")?;
        let mut values = Vec::new();
        while !set.is_empty() {
            values.push(set.any()?.full.to_vec());
        }
        Ok(Self { oid, values })
    }
}

/// A reference to a certificate by digest (RFC 5035, RFC 2634).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EssCertId {
    /// Digest algorithm; SHA-1 in the old attribute.
    pub digest: DigestAlgorithm,
    /// Digest of the certificate.
    pub hash: Vec<u8>,
    /// DER of `IssuerSerial`, if given.
    pub issuer_serial: Option<Vec<u8>>,
}

impl EssCertId {
    /// Whether this is the certificate.
    pub fn is(&self, certificate: &Certificate) -> bool {
        self.digest.of(certificate.der()) == self.hash
    }
    /// Whether issuer and serial number, if given, are those of the certificate.
    pub fn issuer_serial_matches(&self, certificate: &Certificate) -> bool {
        let Some(der) = &self.issuer_serial else { return true };
        let parse = || -> Result<bool> {
            let mut r = Reader::of_sequence(der, "issuer and serial")?;
            let names = crate::GeneralName::parse_all(r.sequence()?)?;
            let serial = r.integer()?;
            let named =
                names.iter().any(|n| matches!(n, crate::GeneralName::Directory(n) if n.matches(certificate.issuer())));
            Ok(named && serial == certificate.serial())
        };
        parse().unwrap_or(false)
    }
    /// The references of a `SigningCertificateV2` or `SigningCertificate` attribute, the signer's first.
    pub fn parse_attribute(attribute: &Attribute) -> Result<Vec<Self>> {
        let [value] = attribute.values.as_slice() else {
            return Err(Error::Malformed("signing certificate attribute"));
        };
        let v2 = attribute.oid == oid::SIGNING_CERTIFICATE_V2;
        let mut outer = Reader::of_sequence(value, "signing certificate attribute")?;
        let mut list = outer.sequence()?;
        let mut all = Vec::new();
        while !list.is_empty() {
            let mut r = list.sequence()?;
            let digest = match r.peek() {
                Some(tag::SEQUENCE) if v2 => AlgorithmIdentifier::parse(r.any()?.full)?.digest()?,
                _ if v2 => DigestAlgorithm::Sha256,
                _ => DigestAlgorithm::Sha1,
            };
            let hash = r.octets()?.to_vec();
            let issuer_serial = r.optional(tag::SEQUENCE)?.map(|t| t.full.to_vec());
            r.finish("certificate reference")?;
            if all.len() >= 64 {
                return Err(Error::TooMany { what: "certificate references", limit: 64 });
            }
            all.push(Self { digest, hash, issuer_serial });
        }
        if all.is_empty() { Err(Error::Malformed("signing certificate attribute")) } else { Ok(all) }
    }
}

/// `SigningCertificateV2` for one certificate, without issuer and serial (as EN 319 122-1 prefers since V1.2).
pub fn signing_certificate_v2(certificate: &Certificate, digest: DigestAlgorithm) -> Attribute {
    let algorithm = if digest == DigestAlgorithm::Sha256 { vec![] } else { digest.to_der() };
    let id = asn1::seq([algorithm, asn1::octets(&certificate.fingerprint(digest))]);
    Attribute::new(oid::SIGNING_CERTIFICATE_V2, asn1::seq([asn1::seq([id])]))
}
