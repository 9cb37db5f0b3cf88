//! Signature policy (EN 319 132-1 clauses 5.2.9 and 5.2.10), commitment, place and roles.

use xml::{Node, dsig::base64_text};

use super::{certificate, children, is, names::is_xades, only};
use crate::facts::{PolicyFacts, SignatureFacts};

/// An `ObjectIdentifierType`: a URI, or an object identifier freed from `urn:oid:` and `OID.`.
pub(super) fn identifier(node: Node<'_, '_>) -> Option<String> {
    let text = only(node, "Identifier")?.text().trim().to_owned();
    let number = text.strip_prefix("urn:oid:").or_else(|| text.strip_prefix("OID.")).map(str::to_owned);
    Some(number.unwrap_or(text)).filter(|t| !t.is_empty())
}

/// `SignaturePolicyIdentifier`, with the document of a `SignaturePolicyStore` when there is one.
pub(super) fn read(node: Node<'_, '_>, qualifying: Option<Node<'_, '_>>) -> PolicyFacts {
    let Some(explicit) = only(node, "SignaturePolicyId") else {
        return PolicyFacts { id: None, digest_matches: None, uri: None };
    };
    let id = only(explicit, "SigPolicyId").and_then(identifier);
    let uri = explicit.descendants().find(|n| is(*n, "SPURI")).map(|n| n.text().trim().to_owned());
    let store = qualifying.into_iter().flat_map(|u| u.descendants().filter(|n| is(*n, "SignaturePolicyStore"))).next();
    let document = store.and_then(|s| only(s, "SignaturePolicyDocument")).and_then(|d| base64_text(d).ok());
    let stated = only(explicit, "SigPolicyHash").and_then(certificate::digest);
    let digest_matches = document.zip(stated).map(|(document, (algorithm, value))| algorithm.of(&document) == value);
    PolicyFacts { id: Some(id.unwrap_or_default()), digest_matches, uri }
}

/// `SignerRole` and `SignerRoleV2`: what is claimed.
pub(super) fn roles(node: Node<'_, '_>, facts: &mut SignatureFacts) {
    let claimed = node.descendants().filter(|n| is(*n, "ClaimedRole"));
    facts.roles.extend(claimed.map(|r| r.text().trim().to_owned()));
}

/// `SignatureProductionPlace` and its second edition: `Rīga, LV-1010, LV`.
pub(super) fn place(node: Node<'_, '_>) -> Option<String> {
    let parts = node.children().filter(|n| is_xades(*n)).map(|n| n.text().trim().to_owned());
    let parts: Vec<String> = parts.filter(|t| !t.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `CommitmentTypeIndication`.
pub(super) fn commitment(node: Node<'_, '_>, facts: &mut SignatureFacts) {
    facts.commitments.extend(children(node, "CommitmentTypeId").filter_map(identifier));
}
