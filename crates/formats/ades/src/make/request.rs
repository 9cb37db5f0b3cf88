use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

use crate::{
    cades, jades, pades,
    xades::{self, Place, XadesError},
};

/// Whose signature it is, and when it is made.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Signing certificate, DER.
    pub certificate: Vec<u8>,
    /// Certificates between it and the root, DER.
    pub chain: Vec<Vec<u8>>,
    /// Algorithm of the signature value.
    pub algorithm: SignatureAlgorithm,
    /// Claimed time; whole seconds are what the formats can write.
    pub at: Timestamp,
}

impl Signer {
    /// With the algorithm that is usual for the key of `certificate`.
    ///
    /// # Errors
    /// When the certificate cannot be read or its key cannot be used.
    pub fn new(certificate: &[u8], at: Timestamp) -> Result<Self, pki::Error> {
        let algorithm = SignatureAlgorithm::for_key(Certificate::from_der(certificate)?.public_key())?;
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        Ok(Self { certificate: certificate.to_vec(), chain: Vec::new(), algorithm, at })
    }

    /// Digest of data and properties.
    pub(super) fn digest(&self) -> DigestAlgorithm {
        self.algorithm.companion_digest()
    }
}

/// The signature policy that a signature names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Object identifier; where a format names policies by URI, it becomes `urn:oid:…`.
    pub id: String,
    /// Algorithm and digest of the policy document.
    pub digest: (DigestAlgorithm, Vec<u8>),
    /// Where the document is.
    pub uri: Option<String>,
}

/// What the signer claims beside the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Roles.
    pub roles: Vec<String>,
    /// Place.
    pub place: Option<Place>,
    /// Commitment types, object identifiers.
    pub commitments: Vec<String>,
    /// Signature policy.
    pub policy: Option<Policy>,
    /// PDF: reason.
    pub reason: Option<String>,
    /// PDF: how to reach the signer.
    pub contact: Option<String>,
}

/// An object identifier as URI (RFC 3061); a URI stays.
fn urn(id: &str) -> String {
    let is_number = id.starts_with(|c: char| c.is_ascii_digit());
    if is_number { format!("urn:oid:{id}") } else { id.to_owned() }
}

impl Claims {
    /// The request for a XAdES signature of this Id.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn xades(&self, signer: &Signer, id: &str) -> Result<xades::Request, XadesError> {
        let named = |p: &Policy| xades::SignaturePolicy::Named {
            id: p.id.clone(),
            digest: p.digest.clone(),
            uri: p.uri.clone(),
        };
        Ok(xades::Request {
            id: id.to_owned(),
            chain: signer.chain.clone(),
            algorithm: signer.algorithm,
            digest: signer.digest(),
            roles: self.roles.clone(),
            place: self.place.clone(),
            commitments: self.commitments.clone(),
            policy: self.policy.as_ref().map(named),
            ..xades::Request::new(&signer.certificate, signer.at)?
        })
    }

    fn cms_policy(&self) -> Option<cades::SignaturePolicy> {
        self.policy.as_ref().map(|p| {
            let (digest, hash) = p.digest.clone();
            cades::SignaturePolicy { id: p.id.clone(), digest, hash, uri: p.uri.clone() }
        })
    }

    /// The request for a CAdES signature.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn cades(&self, signer: &Signer) -> Result<cades::Request, cades::CadesError> {
        Ok(cades::Request {
            chain: signer.chain.clone(),
            algorithm: signer.algorithm,
            digest: signer.digest(),
            roles: self.roles.clone(),
            place: self.place.clone(),
            commitments: self.commitments.clone(),
            policy: self.cms_policy(),
            ..cades::Request::new(&signer.certificate, signer.at)?
        })
    }

    /// The request for a JAdES signature.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn jades(&self, signer: &Signer) -> Result<jades::Request, jades::JadesError> {
        let named = |p: &Policy| jades::Policy { id: urn(&p.id), digest: Some(p.digest.clone()), uri: p.uri.clone() };
        Ok(jades::Request {
            chain: signer.chain.clone(),
            algorithm: signer.algorithm,
            digest: signer.digest(),
            roles: self.roles.clone(),
            place: self.place.clone(),
            commitments: self.commitments.iter().map(|c| urn(c)).collect(),
            policy: self.policy.as_ref().map(named),
            ..jades::Request::new(&signer.certificate, signer.at)?
        })
    }

    /// The request for a PAdES signature.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn pades(&self, signer: &Signer) -> Result<pades::Request, pades::PadesError> {
        Ok(pades::Request {
            chain: signer.chain.clone(),
            algorithm: signer.algorithm,
            digest: signer.digest(),
            roles: self.roles.clone(),
            location: self.place.as_ref().and_then(place_text),
            commitments: self.commitments.clone(),
            policy: self.cms_policy(),
            reason: self.reason.clone(),
            contact: self.contact.clone(),
            ..pades::Request::new(&signer.certificate, signer.at)?
        })
    }
}

/// A place in one line, as a PDF has it.
fn place_text(place: &Place) -> Option<String> {
    let parts = [&place.city, &place.region, &place.postal_code, &place.country];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}
