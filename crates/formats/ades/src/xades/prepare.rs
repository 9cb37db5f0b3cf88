use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use xml::{
    C14n, Document, Limits, Tag,
    dsig::{DS, DsigError, Signature, signature_uri, to_xml_value},
};

use super::{
    Place, SIGNED_PROPERTIES, Signed, Text, XADES, XadesError,
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
    /// Commitment types, by URI.
    #[serde(default)]
    pub commitments: Vec<String>,
    /// Signature policy.
    #[serde(default)]
    pub policy: Option<SignaturePolicy>,
}

/// The signature policy that a signature names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignaturePolicy {
    /// It follows from the context.
    Implied,
    /// A policy document.
    Named {
        /// Object identifier (`1.3.…`) or URI.
        id: String,
        /// Algorithm and digest of the document.
        digest: (DigestAlgorithm, Vec<u8>),
        /// Where the document is.
        uri: Option<String>,
    },
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
            commitments: Vec::new(),
            policy: None,
        })
    }
}

/// A signature that waits for its value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    request: Request,
    signed_info: String,
    key_info: String,
    signed_properties: String,
    /// `ds:Object` elements with data.
    objects: String,
    /// The document before and after the signature.
    context: (Text, String),
    to_be_signed: Vec<u8>,
}

/// Canonicalisation of everything we write.
pub(super) const C14N: C14n = C14n::V11;

/// One `ds:Reference` to be written.
pub(super) struct Entry {
    pub(super) uri: String,
    pub(super) kind: Option<&'static str>,
    /// `ds:Transform` elements.
    pub(super) transforms: Vec<Tag>,
    pub(super) media_type: Option<String>,
    /// Digest of an outside object; those inside the document are digested in their place.
    pub(super) digest: Option<Vec<u8>>,
}

/// Makes everything of a signature but its value, over files beside it: in a document of its own, as containers have it.
///
/// # Errors
/// When there is nothing to sign, or certificate, algorithm and digests do not fit together.
pub fn prepare(data: &[DataObject], request: Request) -> Result<Prepared, XadesError> {
    let root = format!("<asic:XAdESSignatures xmlns:asic=\"{}\">", crate::asic::ASIC);
    let before = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n{root}");
    let context = (Text::made(before), "</asic:XAdESSignatures>".to_owned());
    make(detached(data, &request)?, String::new(), context, request)
}

/// References to files.
pub(super) fn detached(data: &[DataObject], request: &Request) -> Result<Vec<Entry>, XadesError> {
    if let Some(d) = data.iter().find(|d| d.digest.len() != request.digest.size()) {
        return Err(XadesError::Digest(d.name.clone()));
    }
    let entry = |d: &DataObject| Entry {
        uri: encode_uri(&d.name),
        kind: None,
        transforms: Vec::new(),
        media_type: Some(d.media_type.clone()),
        digest: Some(d.digest.clone()),
    };
    Ok(data.iter().map(entry).collect())
}

/// Makes everything of a signature but its value, in its place in a document.
pub(super) fn make(
    entries: Vec<Entry>,
    objects: String,
    context: (Text, String),
    request: Request,
) -> Result<Prepared, XadesError> {
    if entries.is_empty() {
        return Err(XadesError::NoData);
    }
    let certificate = Certificate::from_der(&request.certificate).map_err(XadesError::Certificate)?;
    if !request.algorithm.fits(certificate.public_key().kind()) {
        return Err(XadesError::Algorithm);
    }
    let media_types: Vec<Option<String>> = entries.iter().map(|e| e.media_type.clone()).collect();
    let properties = signed_properties(&request, &media_types, &certificate).to_string();
    let key_info = key_info(&request).to_string();
    let mut prepared = Prepared {
        signed_info: String::new(),
        key_info,
        signed_properties: properties,
        objects,
        context,
        to_be_signed: Vec::new(),
        request,
    };
    // References are followed in the document as it will be, so first with digests that are still empty.
    let count = entries.len() + 1;
    prepared.signed_info = signed_info(&prepared.request, &entries, &vec![Vec::new(); count]).to_string();
    let digests = prepared.digests(&entries)?;
    prepared.signed_info = signed_info(&prepared.request, &entries, &digests).to_string();
    prepared.to_be_signed = prepared.canonical_info()?;
    Ok(prepared)
}

fn signed_info(request: &Request, entries: &[Entry], digests: &[Vec<u8>]) -> Tag {
    let id = &request.id;
    let method = || Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri());
    let value = |i: usize| digests.get(i).map(Vec::as_slice).unwrap_or_default();
    let references = entries.iter().enumerate().map(|(i, e)| {
        let mut tag = Tag::new("ds:Reference").with("Id", format!("{id}-ref-{}", i + 1));
        if let Some(kind) = e.kind {
            tag = tag.with("Type", kind);
        }
        tag = tag.with("URI", &e.uri);
        if !e.transforms.is_empty() {
            tag = tag.child(Tag::new("ds:Transforms").children(e.transforms.iter().cloned()));
        }
        tag.children(digest(request.digest, value(i)))
    });
    let transform = Tag::new("ds:Transform").with("Algorithm", C14N.uri());
    let properties = Tag::new("ds:Reference")
        .with("Id", format!("{id}-ref-sp"))
        .with("Type", SIGNED_PROPERTIES)
        .with("URI", format!("#{id}-SignedProperties"))
        .child(Tag::new("ds:Transforms").child(transform))
        .children(digest(request.digest, value(entries.len())));
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

impl Prepared {
    /// The signature with this value, and what follows it in the document.
    fn assemble(&self, value: &str) -> String {
        let id = &self.request.id;
        let qualifying = Tag::new("xades:QualifyingProperties")
            .with("xmlns:xades", XADES)
            .with("Target", format!("#{id}"))
            .raw(&self.signed_properties);
        let signature = Tag::new("ds:Signature")
            .with("xmlns:ds", DS)
            .with("Id", id)
            .raw(&self.signed_info)
            .child(Tag::new("ds:SignatureValue").with("Id", format!("{id}-SignatureValue")).text(value))
            .raw(&self.key_info)
            .raw(&self.objects)
            .child(Tag::new("ds:Object").child(qualifying));
        format!("{signature}{}", self.context.1)
    }

    /// Reads the signature in its document: that is made whole for so long, since a large one is not to be held twice.
    fn with<T>(&mut self, work: impl FnOnce(&Signature<'_, '_>) -> Result<T, DsigError>) -> Result<T, XadesError> {
        let rest = self.assemble("");
        let before = self.context.0.push(&rest);
        let result = self.within(work);
        self.context.0.split_off(before);
        result
    }

    fn within<T>(&self, work: impl FnOnce(&Signature<'_, '_>) -> Result<T, DsigError>) -> Result<T, XadesError> {
        let doc = Document::parse(self.context.0.as_str(), &Limits::default())?;
        let id = &self.request.id;
        let node = doc.by_id(id).ok_or_else(|| XadesError::State(format!("Id {id} is not unique")))?;
        let signature = Signature::read(node).map_err(|e| XadesError::State(e.to_string()))?;
        work(&signature).map_err(|e| XadesError::State(e.to_string()))
    }

    fn digests(&mut self, entries: &[Entry]) -> Result<Vec<Vec<u8>>, XadesError> {
        self.with(|signature| {
            let digest = |(i, r): (usize, &xml::dsig::Reference<'_, '_>)| {
                let outside = entries.get(i).and_then(|e| e.digest.clone());
                outside.map_or_else(|| r.digest_of(&r.resolve(signature.node)?), Ok)
            };
            signature.signed_info.references.iter().enumerate().map(digest).collect()
        })
    }

    fn canonical_info(&mut self) -> Result<Vec<u8>, XadesError> {
        self.with(|signature| signature.signed_bytes())
    }

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
    pub fn finish(mut self, value: &[u8]) -> Result<Signed, XadesError> {
        let certificate = Certificate::from_der(&self.request.certificate).map_err(XadesError::Certificate)?;
        let signed = self.canonical_info()?;
        pki::verify(certificate.spki(), self.request.algorithm, &signed, value).map_err(|_| XadesError::Value)?;
        let value = to_xml_value(self.request.algorithm, certificate.public_key().kind(), value)
            .map_err(|_| XadesError::Value)?;
        let rest = self.assemble(&STANDARD.encode(value));
        let (mut text, after) = self.context;
        let at = text.push(&rest);
        let ids = text.ids(&[]);
        // Whatever was signed in the document before has to hold as before.
        if ids.len() > 1 {
            let before = text.with_text([text.as_str().get(..at).unwrap_or_default(), &after].concat());
            if before.is_broken_by(&text).unwrap_or(false) {
                return Err(XadesError::Document("another signature covers the place of the new one".to_owned()));
            }
        }
        let number = ids.iter().position(|id| *id == self.request.id);
        let number = number.ok_or_else(|| XadesError::State("the signature is not found".to_owned()))?;
        Ok(Signed::new(text, number, self.request.certificate, self.request.digest))
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
