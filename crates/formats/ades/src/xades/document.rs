//! Making signatures inside XML documents: enveloped, enveloping, one more beside others, and counter-signatures.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use xml::{
    Document, Limits, Tag,
    dsig::{DS, Signature},
};

use super::{
    COUNTERSIGNED, Prepared, Request, Text, XadesError,
    prepare::{C14N, DataObject, Entry, detached, make},
    raise,
    read::list,
};

const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";

/// What an enveloping signature holds.
#[derive(Clone, Copy, Debug)]
pub enum Content<'c> {
    /// Bytes, written as base64.
    Bytes(&'c [u8]),
    /// An XML document, its document element written as it stands.
    Xml(&'c [u8]),
}

fn refused(e: impl ToString) -> XadesError {
    XadesError::Document(e.to_string())
}

/// The document, split where a signature is put, and free of the Id that it will have.
fn split(mut text: Text, at: usize, request: &Request) -> Result<(Text, String), XadesError> {
    {
        let doc = Document::parse(text.as_str(), &Limits::default())?;
        let derived = ["", "-SignedInfo", "-SignatureValue", "-KeyInfo", "-SignedProperties", "-object"];
        let ids = derived.map(|d| format!("{}{d}", request.id));
        if let Some(id) = ids.iter().find(|id| doc.by_id(id).is_some() || doc.duplicate_ids().contains(&id.as_str())) {
            return Err(XadesError::IdTaken(id.clone()));
        }
    }
    let after = text.split_off(at).ok_or_else(|| refused("its structure"))?;
    Ok((text, after))
}

/// A place at the end of the document element, which holds data or signatures. An empty element is opened for it.
fn at_end(mut text: Text) -> Result<(Text, usize), XadesError> {
    let (place, around) = {
        let doc = Document::parse(text.as_str(), &Limits::default())?;
        if doc.root().is(DS, "Signature") {
            return Err(refused("its document element is a signature"));
        }
        let place = raise::end_of(doc.root());
        (place.at..place.at + place.replaced, place.around)
    };
    let at = place.start + around.0.len();
    text.replace(place, &[around.0, around.1].concat()).ok_or_else(|| refused("its structure"))?;
    Ok((text, at))
}

/// A signature over the whole document, at the end of its document element. Signatures in the document, this one and others, are no part of
/// what is signed, so that several signers may sign it.
///
/// # Errors
/// When the document is not accepted or is itself a signature, or certificate and algorithm do not fit together.
pub fn prepare_enveloped<'d>(document: impl Into<Cow<'d, [u8]>>, request: Request) -> Result<Prepared, XadesError> {
    let (text, at) = at_end(Text::read(document).map_err(refused)?)?;
    let context = split(text, at, &request)?;
    let path = Tag::new("dsig-xpath:XPath")
        .with("xmlns:dsig-xpath", FILTER2)
        .with("Filter", "subtract")
        .text("/descendant::ds:Signature");
    let transforms = vec![
        Tag::new("ds:Transform").with("Algorithm", FILTER2).child(path),
        Tag::new("ds:Transform").with("Algorithm", C14N.uri()),
    ];
    let entry =
        Entry { uri: String::new(), kind: None, transforms, media_type: Some("text/xml".to_owned()), digest: None };
    make(vec![entry], String::new(), context, request)
}

/// A signature that holds what it signs.
///
/// # Errors
/// When XML content is not accepted, or certificate and algorithm do not fit together.
pub fn prepare_enveloping(content: Content<'_>, media_type: &str, request: Request) -> Result<Prepared, XadesError> {
    let id = format!("{}-object", request.id);
    let object = Tag::new("ds:Object").with("Id", &id).with("MimeType", media_type);
    let (object, transform) = match content {
        Content::Bytes(bytes) => (object.with("Encoding", BASE64).text(STANDARD.encode(bytes)), BASE64),
        Content::Xml(bytes) => {
            let text = Text::read(bytes).map_err(refused)?;
            let doc = Document::parse(text.as_str(), &Limits::default())?;
            let root = text.as_str().get(doc.root().span()).unwrap_or("").to_owned();
            (object.raw(root), C14N.uri())
        }
    };
    let transforms = vec![Tag::new("ds:Transform").with("Algorithm", transform)];
    let entry = Entry {
        uri: format!("#{id}"),
        kind: Some("http://www.w3.org/2000/09/xmldsig#Object"),
        transforms,
        media_type: Some(media_type.to_owned()),
        digest: None,
    };
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    make(vec![entry], object.to_string(), (Text::made(declaration), String::new()), request)
}

/// One more signature over files beside a document that holds signatures, at the end of its document element.
///
/// # Errors
/// When the document is not accepted or is itself a signature, or certificate, algorithm and digests do not fit together.
pub fn prepare_parallel(document: &[u8], data: &[DataObject], request: Request) -> Result<Prepared, XadesError> {
    let (text, at) = at_end(Text::read(document).map_err(refused)?)?;
    let context = split(text, at, &request)?;
    make(detached(data, &request)?, String::new(), context, request)
}

/// A counter-signature on the signature `of` of a document.
///
/// # Errors
/// When there is no such signature, its value has no Id, or another signature or an archive time stamp is over its unsigned properties.
pub fn prepare_counter(document: &[u8], of: &str, request: Request) -> Result<Prepared, XadesError> {
    let text = Text::read(document).map_err(refused)?;
    let doc = Document::parse(text.as_str(), &Limits::default())?;
    let all = list(&doc, &[]);
    let found = all.iter().find(|f| f.id == of).ok_or_else(|| XadesError::Unknown(of.to_owned()))?;
    let signature = Signature::read(found.node).map_err(refused)?;
    let value = signature.value_node.attribute("Id").ok_or_else(|| refused("its signature value has no Id"))?;
    let (opened, at) = raise::open_counter(&text, &signature).map_err(refused)?;
    let context = split(opened, at, &request)?;
    let transforms = vec![Tag::new("ds:Transform").with("Algorithm", C14N.uri())];
    let uri = format!("#{value}");
    let entry = Entry { uri, kind: Some(COUNTERSIGNED), transforms, media_type: None, digest: None };
    make(vec![entry], String::new(), context, request)
}
