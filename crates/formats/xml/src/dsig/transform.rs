//! The transforms of references, and what they do to octets that are no part of the signature's own document.

use pki::DigestAlgorithm;

use super::{DS, DsigError, algorithm_of, read_c14n, relationship};
use crate::{
    C14n, Document, Limits, Node, NodeSet,
    xpath::{Expression, Filter, XPathError},
};

const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

/// A transform of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    /// The signature that contains the reference is left out.
    Enveloped,
    /// Canonicalisation.
    C14n(C14n),
    /// Base64 decoding of the text.
    Base64,
    /// XPath filtering (XMLDSIG 6.6.3).
    XPath(Expression),
    /// XPath Filter 2.0.
    Filter2(Vec<(Filter, Expression)>),
    /// Relationships of an OPC part (ECMA-376 part 2, clause 13.2.4.24).
    Relationship(relationship::Selection),
    /// One that is not accepted (XSLT, decryption, …): what and why.
    Unsupported(String),
}

impl From<XPathError> for DsigError {
    fn from(e: XPathError) -> Self {
        match e {
            XPathError::Unsupported(what) => Self::XPath(what),
            XPathError::TooMuch => Self::XPath(e.to_string()),
        }
    }
}

/// Reads a `ds:Transform`.
pub(super) fn read(node: Node<'_, '_>) -> Result<Transform, DsigError> {
    if !node.is(DS, "Transform") {
        return Err(DsigError::Structure("an unexpected element in Transforms"));
    }
    let uri = algorithm_of(node)?;
    let plain =
        |t| if node.children().next().is_none() { t } else { Transform::Unsupported(format!("a parameter of {uri}")) };
    let refused = |e: DsigError| Transform::Unsupported(e.to_string());
    Ok(match uri {
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature" => plain(Transform::Enveloped),
        "http://www.w3.org/2000/09/xmldsig#base64" => plain(Transform::Base64),
        "http://www.w3.org/TR/1999/REC-xpath-19991116" => xpath(node).map_or_else(refused, Transform::XPath),
        FILTER2 => filters(node).map_or_else(refused, Transform::Filter2),
        relationship::ALGORITHM => Transform::Relationship(relationship::Selection::read(node)),
        _ => read_c14n(node).map_or_else(|_| Transform::Unsupported(uri.to_owned()), Transform::C14n),
    })
}

fn xpath(node: Node<'_, '_>) -> Result<Expression, DsigError> {
    let mut children = node.children();
    match (children.next(), children.next()) {
        (Some(one), None) if one.is(DS, "XPath") => Ok(Expression::read(one)?),
        _ => Err(DsigError::XPath("its structure".to_owned())),
    }
}

/// Filters of one transform.
const MAX_FILTERS: usize = 16;

fn filters(node: Node<'_, '_>) -> Result<Vec<(Filter, Expression)>, DsigError> {
    let mut found = Vec::new();
    for child in node.children() {
        let filter = match child.attribute("Filter") {
            Some("intersect") => Filter::Intersect,
            Some("subtract") => Filter::Subtract,
            Some("union") => Filter::Union,
            _ => return Err(DsigError::XPath("a filter".to_owned())),
        };
        if !child.is(FILTER2, "XPath") || found.len() >= MAX_FILTERS {
            return Err(DsigError::XPath("a filter".to_owned()));
        }
        found.push((filter, Expression::read(child)?));
    }
    if found.is_empty() { Err(DsigError::XPath("no filter".to_owned())) } else { Ok(found) }
}

/// Narrows a set by an XPath or Filter 2.0 transform; whether it was one.
pub(super) fn narrow(transform: &Transform, doc: &Document<'_>, set: &mut NodeSet) -> Result<bool, DsigError> {
    match transform {
        Transform::XPath(expression) => *set = expression.filter(doc, set)?,
        Transform::Filter2(all) => {
            let before = set.clone();
            *set = NodeSet::all(doc);
            for (filter, expression) in all {
                expression.apply(doc, *filter, set)?;
            }
            set.intersect(&before);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Octets as they are after transforms.
///
/// # Errors
/// When a transform is not accepted or cannot be applied to octets.
pub fn octets(transforms: &[Transform], mut bytes: Vec<u8>) -> Result<Vec<u8>, DsigError> {
    let mut rest = transforms.iter().peekable();
    while let Some(transform) = rest.next() {
        bytes = match transform {
            Transform::Base64 => base64_octets(&bytes)?,
            Transform::C14n(_) | Transform::XPath(_) | Transform::Filter2(_) => {
                let text = crate::decode(&bytes).map_err(|e| DsigError::Data(e.to_string()))?;
                let doc = Document::parse(&text, &Limits::default()).map_err(|e| DsigError::Data(e.to_string()))?;
                let mut set = NodeSet::all(&doc);
                let mut at = Some(transform);
                while let Some(t) = at
                    && narrow(t, &doc, &mut set)?
                {
                    at = rest.next_if(|t| !matches!(t, Transform::Base64 | Transform::Relationship(_)));
                }
                let c14n = match at {
                    Some(Transform::C14n(c14n)) => c14n.clone(),
                    None => C14n::V10,
                    Some(other) => return Err(DsigError::Unsupported(format!("{other:?}"))),
                };
                let mut out = Vec::new();
                c14n.write_set(&doc, &set, &mut out)?;
                out
            }
            // What the transform leaves is a document: it has octets only once it is canonical (ECMA-376 part 2, clause 13.2.4.24).
            Transform::Relationship(_) if !matches!(rest.peek(), Some(Transform::C14n(_))) => {
                return Err(DsigError::Unsupported("relationships without canonicalisation".to_owned()));
            }
            Transform::Relationship(selection) => selection.apply(&bytes)?,
            Transform::Enveloped => {
                return Err(DsigError::Unsupported("enveloped-signature of an outside object".to_owned()));
            }
            Transform::Unsupported(what) => return Err(DsigError::Unsupported(what.clone())),
        };
    }
    Ok(bytes)
}

/// Base64 with white space, and nothing else.
pub(super) fn base64_octets(bytes: &[u8]) -> Result<Vec<u8>, DsigError> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text: Vec<u8> = bytes.iter().copied().filter(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).collect();
    STANDARD.decode(text).map_err(|_| DsigError::Data("base64".to_owned()))
}

/// RSASSA-PSS with parameters (RFC 9231 section 2.3.9): the digest, when all parameters are the usual ones for it.
pub(super) fn pss(method: Node<'_, '_>) -> Result<DigestAlgorithm, DsigError> {
    const MORE: &str = "http://www.w3.org/2007/05/xmldsig-more#";
    let other = || DsigError::Unsupported("parameters of RSASSA-PSS".to_owned());
    let digest_of = |node: Option<Node<'_, '_>>| match node {
        None => Ok(DigestAlgorithm::Sha256),
        Some(n) => super::digest_from_uri(algorithm_of(n)?).ok_or_else(other),
    };
    let Some(p) = method.only(MORE, "RSAPSSParams") else {
        return if method.children().next().is_none() { Ok(DigestAlgorithm::Sha256) } else { Err(other()) };
    };
    let digest = digest_of(p.only(DS, "DigestMethod"))?;
    let mask = p.only(MORE, "MaskGenerationFunction");
    if let Some(mask) = mask
        && (mask.attribute("Algorithm").is_some_and(|a| a != format!("{MORE}MGF1"))
            || digest_of(mask.only(DS, "DigestMethod"))? != digest)
    {
        return Err(other());
    }
    let number = |name: &str| p.only(MORE, name).map(|n| n.text().trim().to_owned());
    let salt = number("SaltLength").is_none_or(|s| s == digest.size().to_string());
    let trailer = number("TrailerField").is_none_or(|t| t == "1");
    if salt && trailer { Ok(digest) } else { Err(other()) }
}
