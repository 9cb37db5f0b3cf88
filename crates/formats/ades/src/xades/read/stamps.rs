use pki::{DigestAlgorithm, TimeStampToken};
use xml::{C14n, Node, NodeId, dsig::DS};

use super::{children, defect, is, names::is_xades, unsigned::encapsulated};
use crate::facts::{ObjectId, SignatureFacts, TimestampFacts, TimestampKind};

/// Tokens of one property.
const MAX_TOKENS: usize = 64;

/// Reads a time-stamp property. `imprint` gives the digest of what it must cover, in as many `variants` as older rules ask for; the token is
/// over one of them or over something else. `covers` is what it proves when it is.
pub(super) fn read(
    node: Node<'_, '_>,
    kind: TimestampKind,
    variants: usize,
    mut imprint: impl FnMut(&C14n, DigestAlgorithm, usize) -> Option<Vec<u8>>,
    covers: Vec<ObjectId>,
    facts: &mut SignatureFacts,
) {
    let method = node.only(DS, "CanonicalizationMethod");
    // Where none is stated it is C14N 1.0; products have taken others, and any of them is over the same content.
    let methods = match method {
        Some(m) => C14n::read(m).map(|c| vec![c]).unwrap_or_default(),
        None => vec![C14n::V10, C14n::EXCLUSIVE, C14n::V11],
    };
    let tokens: Vec<Node<'_, '_>> = children(node, "EncapsulatedTimeStamp").collect();
    if tokens.is_empty() || tokens.len() > MAX_TOKENS {
        facts.defects.push(defect("xades.timestamp", node.local(), false));
    }
    for token in tokens.into_iter().take(MAX_TOKENS) {
        let Some(der) = encapsulated(token) else {
            facts.defects.push(defect("xades.timestamp-encoding", node.local(), false));
            continue;
        };
        let parsed = TimeStampToken::from_ber(&der).ok();
        if parsed.is_none() {
            facts.defects.push(defect("xades.timestamp", node.local(), false));
        }
        let imprint_matches = parsed.and_then(|t| {
            let mut computed = None;
            for (c14n, variant) in methods.iter().flat_map(|c| (0..variants).map(move |v| (c, v))) {
                let Some(expected) = imprint(c14n, t.info.digest, variant) else { continue };
                computed = Some(expected == t.info.imprint);
                if computed == Some(true) {
                    break;
                }
            }
            computed
        });
        let covers = if imprint_matches == Some(true) { covers.clone() } else { Vec::new() };
        facts.timestamps.push(TimestampFacts { kind, token: der, imprint_matches, covers });
    }
}

/// The elements that a time stamp names itself (`Include`, or `HashDataInfo` of the first editions), each with the canonicalisation stated
/// for it. `None` when it names none; an empty list when one of them is not accepted.
pub(super) fn explicit<'d, 'a>(node: Node<'d, 'a>) -> Option<Vec<(Node<'d, 'a>, Option<C14n>)>> {
    let mut found = Vec::new();
    let mut any = false;
    for child in node.children().filter(|c| is_xades(*c)) {
        if !is(child, "Include") && !is(child, "HashDataInfo") {
            continue;
        }
        any = true;
        let uri = child.attribute("URI").or_else(|| child.attribute("uri"));
        let target = uri.and_then(|u| u.strip_prefix('#')).and_then(|id| node.document().by_id(id));
        let transforms = child.children().find(|t| t.local() == "Transforms");
        let c14n = match transforms.map(|t| t.children().collect::<Vec<_>>()) {
            None => None,
            Some(list) => match list.as_slice() {
                [one] => match C14n::read(*one) {
                    Ok(c14n) => Some(c14n),
                    Err(_) => return Some(Vec::new()),
                },
                _ => return Some(Vec::new()),
            },
        };
        let Some(target) = target else { return Some(Vec::new()) };
        found.push((target, c14n));
    }
    any.then_some(found)
}

/// Digest of elements, one after the other.
pub(super) fn digest_of(
    nodes: impl IntoIterator<Item = (NodeId, Option<C14n>)>,
    doc: &xml::Document<'_>,
    c14n: &C14n,
    algorithm: DigestAlgorithm,
) -> Option<Vec<u8>> {
    use xml::Canonicaliser as _;
    let mut digester = pki::Digester::new(algorithm);
    for (node, own) in nodes {
        own.as_ref().unwrap_or(c14n).write(doc, Some(node), &[], &mut digester).ok()?;
    }
    Some(digester.finish())
}

/// Certificates and status information that tokens carry inside.
pub(super) fn inside(token: &[u8]) -> Vec<ObjectId> {
    let Ok(token) = TimeStampToken::from_ber(token) else { return Vec::new() };
    token.signed.readable_certificates().iter().map(|c| ObjectId::of(c.der())).collect()
}
