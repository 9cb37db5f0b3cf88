//! The syntax of RFC 6283.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use xml::{
    C14n, Document, Limits, Node, Tag,
    dsig::{base64_text, digest_from_uri, digest_uri},
};

use super::{ArchiveTimeStamp, C14N, Chain, EvidenceError, Record, record::MAX_STAMPS};
use crate::facts::EvidenceForm;

/// Namespace of RFC 6283.
pub(crate) const ERS: &str = "urn:ietf:params:xml:ns:ers";
/// Most digests of a record.
const MAX_DIGESTS: usize = 100_000;

fn stamp(order: usize, tree: &[Vec<Vec<u8>>], token: &[u8]) -> Tag {
    let list = |(n, digests): (usize, &Vec<Vec<u8>>)| {
        let values = digests.iter().map(|d| Tag::new("DigestValue").text(STANDARD.encode(d)));
        Tag::new("Sequence").with("Order", (n + 1).to_string()).children(values)
    };
    let mut out = Tag::new("ArchiveTimeStamp").with("Order", order.to_string());
    if !tree.is_empty() {
        out = out.child(Tag::new("HashTree").children(tree.iter().enumerate().map(list)));
    }
    let token = Tag::new("TimeStampToken").with("Type", "RFC3161").text(STANDARD.encode(token));
    out.child(Tag::new("TimeStamp").child(token))
}

fn chain(order: usize, digest: DigestAlgorithm, canonical: &C14n, tree: &[Vec<Vec<u8>>], token: &[u8]) -> Tag {
    Tag::new("ArchiveTimeStampChain")
        .with("Order", order.to_string())
        .child(Tag::new("DigestMethod").with("Algorithm", digest_uri(digest)))
        .child(Tag::new("CanonicalizationMethod").with("Algorithm", canonical.uri()))
        .child(stamp(1, tree, token))
}

pub(super) fn record(digest: DigestAlgorithm, canonical: &C14n, tree: &[Vec<Vec<u8>>], token: &[u8]) -> Vec<u8> {
    let sequence = Tag::new("ArchiveTimeStampSequence").child(chain(1, digest, canonical, tree, token));
    let root = Tag::new("EvidenceRecord").with("xmlns", ERS).with("Version", "1.0").child(sequence);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}").into_bytes()
}

const BROKEN: EvidenceError = EvidenceError::Malformed("XML");

/// The children of this name in the order of their `Order`, which counts from 1.
fn ordered<'d, 'a>(parent: Node<'d, 'a>, name: &'static str) -> Result<Vec<Node<'d, 'a>>, EvidenceError> {
    let all: Vec<Node<'d, 'a>> = parent.children_named(ERS, name).collect();
    let mut out = vec![None; all.len()];
    for node in all {
        let order: usize =
            node.attribute("Order").and_then(|o| o.parse().ok()).ok_or(EvidenceError::Malformed("Order"))?;
        let slot = order.checked_sub(1).and_then(|n| out.get_mut(n)).ok_or(EvidenceError::Malformed("Order"))?;
        if slot.replace(node).is_some() {
            return Err(EvidenceError::Malformed("Order"));
        }
    }
    Ok(out.into_iter().flatten().collect())
}

/// Refuses what is not understood: whoever ignores it could be shown another record than somebody else.
fn only_known(node: Node<'_, '_>, names: &[&str]) -> Result<(), EvidenceError> {
    let known = |c: Node<'_, '_>| c.namespace() == ERS && names.contains(&c.local());
    if node.children().all(known) { Ok(()) } else { Err(EvidenceError::Malformed("unknown element")) }
}

fn parse(text: &str) -> Result<Document<'_>, EvidenceError> {
    Document::parse(text, &Limits::default()).map_err(|_| BROKEN)
}

/// The record in a document: its root, or the element that begins at `at` of its text.
fn root<'d, 'a>(doc: &'d Document<'a>, at: Option<usize>) -> Result<Node<'d, 'a>, EvidenceError> {
    match at {
        None => Ok(doc.root()),
        Some(at) => doc.elements().find(|n| n.span().start == at).ok_or(BROKEN),
    }
}

fn sequence<'d, 'a>(doc: &'d Document<'a>, at: Option<usize>) -> Result<Node<'d, 'a>, EvidenceError> {
    let root = root(doc, at)?;
    if !root.is(ERS, "EvidenceRecord") {
        return Err(EvidenceError::Malformed("no EvidenceRecord"));
    }
    if root.children_named(ERS, "EncryptionInformation").next().is_some() {
        return Err(EvidenceError::Malformed("encrypted objects"));
    }
    only_known(root, &["SupportingInformationList", "ArchiveTimeStampSequence"])?;
    let sequence = root.only(ERS, "ArchiveTimeStampSequence");
    let sequence = sequence.ok_or(EvidenceError::Malformed("ArchiveTimeStampSequence"))?;
    only_known(sequence, &["ArchiveTimeStampChain"])?;
    Ok(sequence)
}

pub(super) fn read(bytes: &[u8]) -> Result<Record, EvidenceError> {
    let text = xml::decode(bytes).map_err(|_| BROKEN)?;
    let read = read_chains(&text, &parse(&text)?, None)?;
    Ok(Record { bytes: bytes.to_vec(), ..read })
}

/// The record in a document that holds more. Its parts are canonicalised where they stand, with the namespaces around them.
pub(super) fn read_within(text: &str, at: usize) -> Result<Record, EvidenceError> {
    let doc = parse(text)?;
    read_node(&doc, root(&doc, Some(at))?)
}

/// [`read_within`] of a document that is parsed already.
pub(super) fn read_node(doc: &Document<'_>, node: Node<'_, '_>) -> Result<Record, EvidenceError> {
    let at = node.span().start;
    let read = read_chains(doc.text(), doc, Some(at))?;
    let bytes = C14n::EXCLUSIVE.subtree(doc, node.id()).map_err(|_| BROKEN)?;
    Ok(Record { bytes, within: Some((doc.text().to_owned(), at)), ..read })
}

fn read_chains(text: &str, doc: &Document<'_>, at: Option<usize>) -> Result<Record, EvidenceError> {
    let sequence = sequence(doc, at)?;
    let nodes = ordered(sequence, "ArchiveTimeStampChain")?;
    if nodes.is_empty() {
        return Err(EvidenceError::Malformed("no chain"));
    }
    if nodes.len() > MAX_STAMPS {
        return Err(EvidenceError::TooMany("chains"));
    }
    let mut chains = Vec::new();
    let mut left = MAX_DIGESTS;
    for (n, node) in nodes.iter().enumerate() {
        only_known(*node, &["DigestMethod", "CanonicalizationMethod", "ArchiveTimeStamp"])?;
        let method = node.only(ERS, "DigestMethod").and_then(|m| m.attribute("Algorithm"));
        let digest = method.and_then(digest_from_uri).ok_or(EvidenceError::Algorithm)?;
        let canonical = node.only(ERS, "CanonicalizationMethod").and_then(|m| m.attribute("Algorithm"));
        let canonical = canonical.and_then(C14n::from_uri).ok_or(EvidenceError::Algorithm)?;
        let stamps = ordered(*node, "ArchiveTimeStamp")?;
        if stamps.is_empty() || stamps.len() > MAX_STAMPS {
            return Err(EvidenceError::Malformed("time stamps of a chain"));
        }
        let stamps = stamps.into_iter().map(|s| read_stamp(doc, s, &canonical, &mut left)).collect::<Result<_, _>>()?;
        let later = nodes.get(n..).unwrap_or_default();
        let before = if n == 0 { Vec::new() } else { without(text, later, &canonical, at)? };
        chains.push(Chain { digest, canonical, stamps, before });
    }
    let canonical = chains.last().map_or(C14N, |c| c.canonical.clone());
    let sequence = canonical.subtree(doc, sequence.id()).map_err(|_| BROKEN)?;
    Ok(Record { form: EvidenceForm::XmlErs, chains, bytes: Vec::new(), within: None, sequence })
}

/// The canonical sequence without these chains.
fn without(text: &str, later: &[Node<'_, '_>], canonical: &C14n, at: Option<usize>) -> Result<Vec<u8>, EvidenceError> {
    let mut spans: Vec<_> = later.iter().map(|n| n.span()).collect();
    spans.sort_by_key(|s| std::cmp::Reverse(s.start));
    let mut rest = text.to_owned();
    for span in spans {
        if rest.get(span.clone()).is_none() {
            return Err(BROKEN);
        }
        rest.replace_range(span, "");
    }
    let doc = parse(&rest)?;
    let node = sequence(&doc, at)?;
    canonical.subtree(&doc, node.id()).map_err(|_| BROKEN)
}

fn read_stamp(
    doc: &Document<'_>,
    node: Node<'_, '_>,
    canonical: &C14n,
    left: &mut usize,
) -> Result<ArchiveTimeStamp, EvidenceError> {
    only_known(node, &["HashTree", "TimeStamp", "Attributes"])?;
    let mut tree = Vec::new();
    if let Some(hashes) = node.only(ERS, "HashTree") {
        only_known(hashes, &["Sequence"])?;
        for list in ordered(hashes, "Sequence")? {
            only_known(list, &["DigestValue"])?;
            let values: Vec<Vec<u8>> = list
                .children_named(ERS, "DigestValue")
                .map(base64_text)
                .collect::<Result<_, _>>()
                .map_err(|_| BROKEN)?;
            *left = left.checked_sub(values.len()).ok_or(EvidenceError::TooMany("digests"))?;
            tree.push(values);
        }
    }
    let stamp = node.only(ERS, "TimeStamp").ok_or(EvidenceError::Malformed("TimeStamp"))?;
    only_known(stamp, &["TimeStampToken", "CryptographicInformationList"])?;
    let token = stamp.only(ERS, "TimeStampToken").ok_or(EvidenceError::Malformed("TimeStampToken"))?;
    if token.attribute("Type") != Some("RFC3161") {
        return Err(EvidenceError::Malformed("type of the time stamp"));
    }
    let stamped = canonical.subtree(doc, stamp.id()).map_err(|_| BROKEN)?;
    Ok(ArchiveTimeStamp { tree, token: base64_text(token).map_err(|_| BROKEN)?, stamped })
}

fn insert(text: &str, end_of: Node<'_, '_>, new: &Tag) -> Result<String, EvidenceError> {
    let span = end_of.span();
    let close = text.get(span.clone()).and_then(|t| t.rfind("</")).ok_or(BROKEN)?;
    let (before, after) = text.split_at_checked(span.start + close).ok_or(BROKEN)?;
    // A record of others may have a prefix: what we add brings its own namespace.
    let new = new.clone().with("xmlns", ERS);
    Ok(format!("{before}{new}{after}"))
}

/// The document with one more stamp in the last chain of its record.
pub(super) fn with_stamp(
    text: &str,
    at: Option<usize>,
    tree: &[Vec<Vec<u8>>],
    token: &[u8],
) -> Result<String, EvidenceError> {
    let doc = parse(text)?;
    let last = ordered(sequence(&doc, at)?, "ArchiveTimeStampChain")?.pop().ok_or(BROKEN)?;
    let order = last.children_named(ERS, "ArchiveTimeStamp").count() + 1;
    insert(text, last, &stamp(order, tree, token))
}

/// The document with one more chain in its record, canonicalised as the one before.
pub(super) fn with_chain(
    text: &str,
    at: Option<usize>,
    digest: DigestAlgorithm,
    canonical: &C14n,
    tree: &[Vec<Vec<u8>>],
    token: &[u8],
) -> Result<String, EvidenceError> {
    let doc = parse(text)?;
    let sequence = sequence(&doc, at)?;
    let order = sequence.children_named(ERS, "ArchiveTimeStampChain").count() + 1;
    insert(text, sequence, &chain(order, digest, canonical, tree, token))
}
