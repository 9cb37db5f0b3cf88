use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use xml::{
    C14n, Document, Limits, Tag,
    dsig::{DS, signature_uri, to_xml_value},
};

use super::{
    Place, SIGNED_PROPERTIES, Signed, XADES, XadesError,
    properties::{digest, signed_properties},
};

/// One object to be signed, known by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataObject {
    /// Name in the container; written percent-encoded as URI.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Digest of its bytes, by the algorithm of [`Request::digest`].
    pub digest: Vec<u8>,
}

/// What kind of signature is wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Id of the signature, `S1`; other Ids are made from it.
    pub id: String,
    /// Signing certificate, DER.
    pub certificate: Vec<u8>,
    /// Certificates between it and the root, DER, for `KeyInfo`.
    pub chain: Vec<Vec<u8>>,
    /// Algorithm of the signature value.
    pub algorithm: SignatureAlgorithm,
    /// Digest of data, properties, certificate and time stamp.
    pub digest: DigestAlgorithm,
    /// Claimed time.
    pub signing_time: Timestamp,
    /// Claimed roles.
    pub roles: Vec<String>,
    /// Claimed place.
    pub place: Option<Place>,
}

impl Request {
    /// A request with what is usual for the key of `certificate`.
    ///
    /// # Errors
    /// When the certificate cannot be read or its key cannot be used.
    pub fn new(certificate: &[u8], signing_time: Timestamp) -> Result<Self, XadesError> {
        let parsed = Certificate::from_der(certificate).map_err(XadesError::Certificate)?;
        let algorithm = SignatureAlgorithm::for_key(parsed.public_key()).map_err(XadesError::Certificate)?;
        Ok(Self {
            id: "S1".to_owned(),
            certificate: certificate.to_vec(),
            chain: Vec::new(),
            algorithm,
            digest: algorithm.companion_digest(),
            signing_time,
            roles: Vec::new(),
            place: None,
        })
    }
}

/// A signature that waits for its value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    pub(super) request: Request,
    pub(super) signed_info: String,
    pub(super) key_info: String,
    pub(super) signed_properties: String,
    to_be_signed: Vec<u8>,
}

/// Canonicalisation of everything we write.
pub(super) const C14N: C14n = C14n::V11;

/// Makes everything of a signature but its value.
///
/// # Errors
/// When there is nothing to sign, or certificate, algorithm and digests do not fit together.
pub fn prepare(data: &[DataObject], request: Request) -> Result<Prepared, XadesError> {
    if data.is_empty() {
        return Err(XadesError::NoData);
    }
    let certificate = Certificate::from_der(&request.certificate).map_err(XadesError::Certificate)?;
    if !request.algorithm.fits(certificate.public_key().kind()) {
        return Err(XadesError::Algorithm);
    }
    if let Some(d) = data.iter().find(|d| d.digest.len() != request.digest.size()) {
        return Err(XadesError::Digest(d.name.clone()));
    }
    let id = request.id.clone();
    let properties = signed_properties(&request, data, &certificate).to_string();
    let key_info = key_info(&request).to_string();
    let draft =
        Parts { id: &id, info: "", value: "", key_info: &key_info, properties: &properties, unsigned: "" }.assemble();
    let properties_digest = request.digest.of(&canonical(&draft, &format!("{id}-SignedProperties"))?);
    let info = signed_info(&request, data, &properties_digest).to_string();
    let draft = Parts { id: &id, info: &info, value: "", key_info: &key_info, properties: &properties, unsigned: "" }
        .assemble();
    let to_be_signed = canonical(&draft, &format!("{id}-SignedInfo"))?;
    Ok(Prepared { request, signed_info: info, key_info, signed_properties: properties, to_be_signed })
}

fn canonical(text: &str, id: &str) -> Result<Vec<u8>, XadesError> {
    let doc = Document::parse(text, &Limits::default())?;
    let node = doc.by_id(id).ok_or_else(|| XadesError::State(format!("Id {id} is not unique")))?;
    Ok(C14N.subtree(&doc, node.id())?)
}

fn signed_info(request: &Request, data: &[DataObject], properties_digest: &[u8]) -> Tag {
    let id = &request.id;
    let method = || Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri());
    let references = data.iter().enumerate().map(|(i, d)| {
        Tag::new("ds:Reference")
            .with("Id", format!("{id}-ref-{}", i + 1))
            .with("URI", encode_uri(&d.name))
            .children(digest(request.digest, &d.digest))
    });
    let transform = Tag::new("ds:Transform").with("Algorithm", C14N.uri());
    let properties = Tag::new("ds:Reference")
        .with("Id", format!("{id}-ref-sp"))
        .with("Type", SIGNED_PROPERTIES)
        .with("URI", format!("#{id}-SignedProperties"))
        .child(Tag::new("ds:Transforms").child(transform))
        .children(digest(request.digest, properties_digest));
    Tag::new("ds:SignedInfo")
        .with("Id", format!("{id}-SignedInfo"))
        .child(method())
        .child(Tag::new("ds:SignatureMethod").with("Algorithm", signature_uri(request.algorithm)))
        .children(references)
        .child(properties)
}

fn key_info(request: &Request) -> Tag {
    let all = std::iter::once(&request.certificate).chain(&request.chain);
    let certificates = all.map(|c| Tag::new("ds:X509Certificate").text(STANDARD.encode(c)));
    Tag::new("ds:KeyInfo")
        .with("Id", format!("{}-KeyInfo", request.id))
        .child(Tag::new("ds:X509Data").children(certificates))
}

/// The texts of which a signature file consists.
pub(super) struct Parts<'p> {
    pub(super) id: &'p str,
    pub(super) info: &'p str,
    pub(super) value: &'p str,
    pub(super) key_info: &'p str,
    pub(super) properties: &'p str,
    pub(super) unsigned: &'p str,
}

impl Parts<'_> {
    pub(super) fn assemble(&self) -> String {
        let Parts { id, info, value, key_info, properties, unsigned } = *self;
        let qualifying = Tag::new("xades:QualifyingProperties")
            .with("xmlns:xades", XADES)
            .with("Target", format!("#{id}"))
            .raw(properties)
            .raw(unsigned);
        let signature = Tag::new("ds:Signature")
            .with("xmlns:ds", DS)
            .with("Id", id)
            .raw(info)
            .child(Tag::new("ds:SignatureValue").with("Id", format!("{id}-SignatureValue")).text(value))
            .raw(key_info)
            .child(Tag::new("ds:Object").child(qualifying));
        let root = Tag::new("asic:XAdESSignatures").with("xmlns:asic", crate::asic::ASIC).child(signature);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n{root}")
    }
}

impl Prepared {
    /// The bytes that the signature value is over (canonical `ds:SignedInfo`).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }
    /// Their digest, for signers that take one; Ed25519 takes the bytes.
    pub fn digest(&self) -> Vec<u8> {
        self.request.algorithm.companion_digest().of(&self.to_be_signed)
    }
    /// Algorithm of the value that is wanted.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.request.algorithm
    }
    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.request.certificate
    }
    /// Takes the signature value in the encoding of X.509 (ECDSA: DER) and checks it.
    ///
    /// # Errors
    /// When the value does not verify with the certificate.
    pub fn finish(self, value: &[u8]) -> Result<Signed, XadesError> {
        let certificate = Certificate::from_der(&self.request.certificate).map_err(XadesError::Certificate)?;
        let draft = Parts {
            id: &self.request.id,
            info: &self.signed_info,
            value: "",
            key_info: &self.key_info,
            properties: &self.signed_properties,
            unsigned: "",
        };
        let signed = canonical(&draft.assemble(), &format!("{}-SignedInfo", self.request.id))?;
        pki::verify(certificate.spki(), self.request.algorithm, &signed, value).map_err(|_| XadesError::Value)?;
        let value = to_xml_value(self.request.algorithm, certificate.public_key().kind(), value)
            .map_err(|_| XadesError::Value)?;
        Ok(self.signed(&value))
    }
}

impl Prepared {
    fn signed(self, value: &[u8]) -> Signed {
        let value = STANDARD.encode(value);
        let text = Parts {
            id: &self.request.id,
            info: &self.signed_info,
            value: &value,
            key_info: &self.key_info,
            properties: &self.signed_properties,
            unsigned: "",
        }
        .assemble();
        Signed::new(text, 0, self.request.certificate, self.request.digest)
    }
}

/// A name as URI: every octet but unreserved ones and `/` percent-encoded.
pub(crate) fn encode_uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for b in name.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}
