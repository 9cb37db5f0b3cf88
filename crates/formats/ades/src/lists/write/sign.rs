use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{Certificate, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use xml::{
    C14n, Document, Limits, Tag,
    dsig::{DS, digest_uri, signature_uri, to_xml_value},
};

use crate::{
    lists::ListError,
    xades::{Request, SIGNED_PROPERTIES, XADES, signed_properties},
};

const ID: &str = "list-signature";
/// Annex B.1: exclusive canonicalisation throughout.
const C14N: C14n = C14n::EXCLUSIVE;

/// A list that waits for its signature value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    request: Request,
    list: String,
    signed_info: String,
    properties: String,
    to_be_signed: Vec<u8>,
}

/// Makes everything of the signature of a list but its value (annex B): enveloped, XAdES baseline B. `xml` is the document without
/// signature; of `request` the certificate, algorithm, digest and time count.
///
/// # Errors
/// When certificate, algorithm and key do not fit, or `xml` is no document.
pub fn prepare(xml: &str, request: Request) -> Result<Prepared, ListError> {
    let failed = |why: String| ListError::Unbuildable(why);
    let certificate = Certificate::from_der(&request.certificate).map_err(|e| failed(e.to_string()))?;
    if !request.algorithm.fits(certificate.public_key().kind()) {
        return Err(failed("the key does not fit the algorithm".to_owned()));
    }
    let document = Document::parse(xml, &Limits::default())?;
    let digest = request.digest.of(&C14N.document(&document).map_err(|e| failed(e.to_string()))?);
    let request = Request { id: ID.to_owned(), ..request };
    let properties = signed_properties(&request, &[Some("text/xml".to_owned())], &certificate).to_string();
    let mut prepared =
        Prepared { request, list: xml.to_owned(), signed_info: String::new(), properties, to_be_signed: Vec::new() };
    let properties_digest = prepared.request.digest.of(&prepared.canonical(&format!("{ID}-SignedProperties"))?);
    prepared.signed_info = signed_info(&prepared.request, &digest, &properties_digest).to_string();
    prepared.to_be_signed = prepared.canonical(&format!("{ID}-SignedInfo"))?;
    Ok(prepared)
}

impl Prepared {
    /// The bytes that the signature value is over.
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }
    /// Their digest, for signers that take one.
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

    /// Takes the signature value in the encoding of X.509 (ECDSA: DER), checks it, and gives the signed list.
    ///
    /// # Errors
    /// When the value does not verify with the certificate.
    pub fn finish(&self, value: &[u8]) -> Result<Vec<u8>, ListError> {
        let wrong = |_| ListError::Signature("value".to_owned());
        let certificate = Certificate::from_der(&self.request.certificate).map_err(wrong)?;
        pki::verify(certificate.spki(), self.request.algorithm, &self.to_be_signed, value).map_err(wrong)?;
        let value = to_xml_value(self.request.algorithm, certificate.public_key().kind(), value)
            .map_err(|_| ListError::Signature("value".to_owned()))?;
        self.assembled(&STANDARD.encode(value)).map(String::into_bytes)
    }

    fn canonical(&self, id: &str) -> Result<Vec<u8>, ListError> {
        let text = self.assembled("")?;
        let doc = Document::parse(&text, &Limits::default())?;
        let node = doc.by_id(id).ok_or_else(|| ListError::DuplicateId(id.to_owned()))?;
        C14N.subtree(&doc, node.id()).map_err(|e| ListError::Unbuildable(e.to_string()))
    }

    /// The signature as last child of the document element.
    fn assembled(&self, value: &str) -> Result<String, ListError> {
        let end = self.list.rfind("</").ok_or_else(|| ListError::Unbuildable("no document element".to_owned()))?;
        let (before, after) = self.list.split_at(end);
        let certificate = Tag::new("ds:X509Certificate").text(STANDARD.encode(&self.request.certificate));
        let qualifying = Tag::new("xades:QualifyingProperties")
            .with("xmlns:xades", XADES)
            .with("Target", format!("#{ID}"))
            .raw(&self.properties);
        let signature = Tag::new("ds:Signature")
            .with("xmlns:ds", DS)
            .with("Id", ID)
            .raw(&self.signed_info)
            .child(Tag::new("ds:SignatureValue").text(value))
            .child(Tag::new("ds:KeyInfo").child(Tag::new("ds:X509Data").child(certificate)))
            .child(Tag::new("ds:Object").child(qualifying));
        Ok(format!("{before}{signature}{after}"))
    }
}

fn signed_info(request: &Request, list: &[u8], properties: &[u8]) -> Tag {
    let transform = |uri: &str| Tag::new("ds:Transform").with("Algorithm", uri);
    let digest = |value: &[u8]| {
        [
            Tag::new("ds:DigestMethod").with("Algorithm", digest_uri(request.digest)),
            Tag::new("ds:DigestValue").text(STANDARD.encode(value)),
        ]
    };
    let enveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
    let whole = Tag::new("ds:Reference")
        .with("Id", format!("{ID}-ref-1"))
        .with("URI", "")
        .child(Tag::new("ds:Transforms").child(enveloped).child(transform(C14N.uri())))
        .children(digest(list));
    let signed = Tag::new("ds:Reference")
        .with("Type", SIGNED_PROPERTIES)
        .with("URI", format!("#{ID}-SignedProperties"))
        .child(Tag::new("ds:Transforms").child(transform(C14N.uri())))
        .children(digest(properties));
    Tag::new("ds:SignedInfo")
        .with("Id", format!("{ID}-SignedInfo"))
        .child(Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri()))
        .child(Tag::new("ds:SignatureMethod").with("Algorithm", signature_uri(request.algorithm)))
        .child(whole)
        .child(signed)
}
