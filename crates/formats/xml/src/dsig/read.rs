use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm};

use super::{DS, DsigError, Transform, algorithm, transform};
use crate::{C14n, Canonicaliser as _, Document, Method, Node};

/// RSASSA-PSS with parameters of its own (RFC 9231 section 2.3.9).
const RSA_PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// A `ds:Signature`, read strictly.
#[derive(Clone, Debug)]
pub struct Signature<'d, 'a> {
    /// The element.
    pub node: Node<'d, 'a>,
    /// What is signed.
    pub signed_info: SignedInfo<'d, 'a>,
    /// Signature value, as XML writes it.
    pub value: Vec<u8>,
    /// The element of the signature value.
    pub value_node: Node<'d, 'a>,
    /// `ds:KeyInfo`.
    pub key_info: Option<Node<'d, 'a>>,
    /// `ds:Object` elements.
    pub objects: Vec<Node<'d, 'a>>,
}

/// A `ds:SignedInfo`.
#[derive(Clone, Debug)]
pub struct SignedInfo<'d, 'a> {
    /// The element.
    pub node: Node<'d, 'a>,
    /// Canonicalisation of this element.
    pub c14n: C14n,
    /// `Algorithm` of `ds:SignatureMethod`.
    pub method: &'d str,
    /// Signature algorithm; the error when it or a parameter of it is not accepted.
    pub algorithm: Result<SignatureAlgorithm, DsigError>,
    /// References, in order.
    pub references: Vec<Reference<'d, 'a>>,
}

/// A `ds:Reference`.
#[derive(Clone, Debug)]
pub struct Reference<'d, 'a> {
    /// The element.
    pub node: Node<'d, 'a>,
    /// `URI`.
    pub uri: Option<&'d str>,
    /// `Type`.
    pub kind: Option<&'d str>,
    /// Transforms, in order.
    pub transforms: Vec<Transform>,
    /// Digest algorithm; `None` when it is not accepted.
    pub digest: Option<DigestAlgorithm>,
    /// Digest value.
    pub value: Vec<u8>,
}

/// The bytes of an element that holds base64 and nothing else.
///
/// # Errors
/// When it has child elements or is not base64.
pub fn base64_text(node: Node<'_, '_>) -> Result<Vec<u8>, DsigError> {
    if node.children().next().is_some() {
        return Err(DsigError::Structure("an element where base64 is expected"));
    }
    let text: String = node.text().chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    STANDARD.decode(text).map_err(|_| DsigError::Structure("base64"))
}

pub(crate) fn algorithm_of<'d>(node: Node<'d, '_>) -> Result<&'d str, DsigError> {
    node.attribute("Algorithm").ok_or(DsigError::Structure("Algorithm is missing"))
}

impl<'d, 'a> Signature<'d, 'a> {
    /// Reads a `ds:Signature` element.
    ///
    /// # Errors
    /// When its structure or an algorithm in it is not accepted.
    pub fn read(node: Node<'d, 'a>) -> Result<Self, DsigError> {
        if !node.is(DS, "Signature") {
            return Err(DsigError::Structure("not ds:Signature"));
        }
        let mut children = node.children();
        let info = children
            .next()
            .filter(|n| n.is(DS, "SignedInfo"))
            .ok_or(DsigError::Structure("SignedInfo is not first"))?;
        let value_node = children
            .next()
            .filter(|n| n.is(DS, "SignatureValue"))
            .ok_or(DsigError::Structure("SignatureValue is not second"))?;
        let mut key_info = None;
        let mut objects = Vec::new();
        for child in children {
            if child.is(DS, "KeyInfo") && key_info.is_none() && objects.is_empty() {
                key_info = Some(child);
            } else if child.is(DS, "Object") {
                objects.push(child);
            } else {
                return Err(DsigError::Structure("an unexpected element in Signature"));
            }
        }
        let value = base64_text(value_node)?;
        Ok(Self { node, signed_info: SignedInfo::read(info)?, value, value_node, key_info, objects })
    }

    /// The canonical bytes that the signature value is over.
    ///
    /// # Errors
    /// When canonicalisation refuses.
    pub fn signed_bytes(&self) -> Result<Vec<u8>, DsigError> {
        Ok(self.signed_info.c14n.subtree(self.node.document(), self.signed_info.node.id())?)
    }

    /// Whether the signature value is right for this key. Says nothing about references.
    ///
    /// # Errors
    /// When the key does not fit, is of a kind that is not known, or canonicalisation refuses.
    pub fn verify_value(&self, key: &PublicKey) -> Result<bool, DsigError> {
        let algorithm = self.signed_info.algorithm.clone()?;
        if key.kind() == KeyKind::Other {
            return Err(DsigError::Unsupported("the key of the certificate".to_owned()));
        }
        if !algorithm.fits(key.kind()) {
            return Err(DsigError::Key);
        }
        let value = if self.value_is_der(key) {
            self.value.clone()
        } else {
            let Ok(value) = algorithm::from_xml_value(algorithm, key.kind(), &self.value) else { return Ok(false) };
            value
        };
        match pki::verify(key.spki(), algorithm, &self.signed_bytes()?, &value) {
            Err(e @ (pki::Error::UnsupportedKey | pki::Error::UnsupportedParameters)) => {
                Err(DsigError::Unsupported(e.to_string()))
            }
            other => Ok(other.is_ok()),
        }
    }

    /// Whether an ECDSA value is written as X.509 does and not as XML-DSig asks (`r ‖ s`): some products do.
    pub fn value_is_der(&self, key: &PublicKey) -> bool {
        let size =
            key.kind().ecdsa_size().filter(|_| matches!(self.signed_info.algorithm, Ok(SignatureAlgorithm::Ecdsa(_))));
        size.is_some_and(|s| self.value.len() != 2 * s && pki::ecdsa_der_to_raw(&self.value, s).is_ok())
    }

    /// The canonical form of the signature value's element under `c14n`: what a signature time stamp is over.
    ///
    /// # Errors
    /// When canonicalisation refuses.
    pub fn value_bytes(&self, c14n: &C14n) -> Result<Vec<u8>, DsigError> {
        Ok(c14n.subtree(self.node.document(), self.value_node.id())?)
    }
}

impl<'d, 'a> SignedInfo<'d, 'a> {
    fn read(node: Node<'d, 'a>) -> Result<Self, DsigError> {
        let mut children = node.children();
        let method = children.next().filter(|n| n.is(DS, "CanonicalizationMethod"));
        let c14n = read_c14n(method.ok_or(DsigError::Structure("CanonicalizationMethod is not first"))?)?;
        let method = children
            .next()
            .filter(|n| n.is(DS, "SignatureMethod"))
            .ok_or(DsigError::Structure("SignatureMethod is not second"))?;
        let uri = algorithm_of(method)?;
        let algorithm = if uri == RSA_PSS {
            transform::pss(method).map(SignatureAlgorithm::RsaPss)
        } else if method.children().next().is_some() {
            Err(DsigError::Unsupported(format!("parameters of {uri}")))
        } else {
            algorithm::signature_from_uri(uri).ok_or_else(|| DsigError::Unsupported(uri.to_owned()))
        };
        let references = children.map(Reference::read).collect::<Result<Vec<_>, _>>()?;
        if references.is_empty() {
            return Err(DsigError::Structure("no Reference"));
        }
        Ok(Self { node, c14n, method: uri, algorithm, references })
    }
}

impl<'d, 'a> Reference<'d, 'a> {
    /// Reads a `ds:Reference` element.
    ///
    /// # Errors
    /// When its structure, a transform or the digest algorithm is not accepted.
    pub fn read(node: Node<'d, 'a>) -> Result<Self, DsigError> {
        if !node.is(DS, "Reference") {
            return Err(DsigError::Structure("an unexpected element in SignedInfo"));
        }
        let mut children = node.children().peekable();
        let transforms = match children.next_if(|n| n.is(DS, "Transforms")) {
            Some(list) => list.children().map(transform::read).collect::<Result<Vec<_>, _>>()?,
            None => Vec::new(),
        };
        let (method, value) = (children.next(), children.next());
        let method = method.filter(|n| n.is(DS, "DigestMethod")).ok_or(DsigError::Structure("DigestMethod"))?;
        let value = value.filter(|n| n.is(DS, "DigestValue")).ok_or(DsigError::Structure("DigestValue"))?;
        if children.next().is_some() {
            return Err(DsigError::Structure("an unexpected element in Reference"));
        }
        let uri = algorithm_of(method)?;
        let digest = algorithm::digest_from_uri(uri);
        let value = base64_text(value)?;
        Ok(Self { node, uri: node.attribute("URI"), kind: node.attribute("Type"), transforms, digest, value })
    }

    /// The document it stands in.
    pub fn document(&self) -> &'d Document<'a> {
        self.node.document()
    }
}

/// A canonicalisation method element with its parameters.
pub(crate) fn read_c14n(node: Node<'_, '_>) -> Result<C14n, DsigError> {
    let uri = algorithm_of(node)?;
    let mut c14n = C14n::from_uri(uri).ok_or_else(|| DsigError::Unsupported(uri.to_owned()))?;
    for child in node.children() {
        if !(child.is(EXC, "InclusiveNamespaces") && c14n.method == Method::Exclusive && c14n.prefixes.is_empty()) {
            return Err(DsigError::Unsupported(format!("a parameter of {uri}")));
        }
        let list = child.attribute("PrefixList").unwrap_or("");
        c14n.prefixes = list.split_ascii_whitespace().map(str::to_owned).collect();
    }
    Ok(c14n)
}

impl C14n {
    /// Reads an element with an `Algorithm` attribute that names a canonicalisation (`ds:CanonicalizationMethod`).
    ///
    /// # Errors
    /// When the algorithm or a parameter is not accepted.
    pub fn read(node: Node<'_, '_>) -> Result<Self, DsigError> {
        read_c14n(node)
    }
}

impl Reference<'_, '_> {
    /// The digest of what the reference leads to in its own document.
    ///
    /// # Errors
    /// When canonicalisation refuses.
    pub fn digest_of(&self, resolved: &super::Resolved) -> Result<Vec<u8>, DsigError> {
        let uri = || self.node.only(DS, "DigestMethod").and_then(|m| m.attribute("Algorithm")).unwrap_or_default();
        let method = self.digest.ok_or_else(|| DsigError::Unsupported(uri().to_owned()))?;
        let mut digest = pki::Digester::new(method);
        self.write_to(resolved, &C14n::V10, &mut digest)?;
        Ok(digest.finish())
    }

    /// Writes the bytes of what the reference leads to; `implicit` canonicalises where no transform does.
    ///
    /// # Errors
    /// When canonicalisation refuses.
    pub fn write_to(
        &self,
        resolved: &super::Resolved,
        implicit: &C14n,
        out: &mut dyn crate::Sink,
    ) -> Result<(), DsigError> {
        let mut canonical = |c14n: &C14n| match &resolved.set {
            Some(set) => c14n.write_set(self.document(), set, out),
            None => c14n.write(self.document(), resolved.apex, &resolved.omit, out),
        };
        match &resolved.form {
            super::reference::Form::Canonical(c14n) => canonical(c14n)?,
            super::reference::Form::Nodes { comments } => {
                let with = *comments && (implicit.comments || *implicit == C14n::V10);
                canonical(&C14n { comments: with, ..implicit.clone() })?;
            }
            super::reference::Form::Octets(bytes) => out.put(bytes),
        }
        Ok(())
    }
}
