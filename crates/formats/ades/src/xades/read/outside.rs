//! What of a document is not signed, and signature wrapping by it: "On Breaking SAML" (Somorovsky et al., 2012).
//!
//! A reference leads to an element by its Id, wherever it stands. Who reads the document afterwards goes by names and places: beside a
//! signed `order` he may take another `order` for the signed one.

use std::collections::{HashMap, HashSet};

use xml::{
    Document, Node, NodeId,
    dsig::{DS, Signature, Target},
};

use super::{Found, children, defect, is};
use crate::facts::{FileFacts, SignatureFacts};

/// Most parts that are named.
const MAX_TOLD: usize = 100;

type Name<'d> = (&'d str, &'d str);

fn name_of<'d>(node: Node<'d, '_>) -> Name<'d> {
    (node.namespace(), node.local())
}

/// Where the references of the signatures of a document lead.
struct Signed<'d, 'a> {
    /// Of each signature, in the order of the list: the elements.
    targets: Vec<Vec<Node<'d, 'a>>>,
    ids: HashSet<NodeId>,
    /// Whether a reference is to the whole document.
    whole: bool,
}

impl<'d, 'a> Signed<'d, 'a> {
    fn of(doc: &'d Document<'a>, all: &[Found<'d, 'a>]) -> Self {
        let mut this = Self { targets: Vec::new(), ids: HashSet::new(), whole: false };
        for found in all {
            let mut targets = Vec::new();
            let signature = Signature::read(found.node).ok();
            for reference in signature.iter().flat_map(|s| &s.signed_info.references) {
                match reference.target() {
                    Ok(Target::Document) => this.whole = true,
                    Ok(Target::Element(id)) => targets.extend(doc.by_id(id)),
                    Ok(Target::External(_)) | Err(_) => {}
                }
            }
            this.ids.extend(targets.iter().map(|n| n.id()));
            this.targets.push(targets);
        }
        this
    }

    /// The innermost signature around an element, and whether the element is signed. What is in a signature is signed by references into it
    /// only: one to an element around leaves the signature out.
    fn place(&self, node: Node<'d, 'a>) -> (Option<NodeId>, bool) {
        let mut at = Some(node);
        let mut signed = false;
        while let Some(n) = at {
            if n.is(DS, "Signature") && n != node {
                return (Some(n.id()), signed);
            }
            signed |= self.ids.contains(&n.id());
            at = n.parent();
        }
        (None, signed || self.whole)
    }
}

/// Whether two elements of this name can be taken one for the other: data, or what stands for data.
fn is_data(node: Node<'_, '_>) -> bool {
    match node.namespace() {
        DS => matches!(node.local(), "Object" | "Manifest"),
        _ => true,
    }
}

/// Whether an object of a signature holds nothing of its own: its properties, or what is signed itself.
fn is_shell(node: Node<'_, '_>, signed: &HashSet<NodeId>) -> bool {
    let own = |n: Node<'_, '_>| !is(n, "QualifyingProperties") && !signed.contains(&n.id());
    node.is(DS, "Object") && node.children().next().is_some() && !node.has_text() && !node.children().any(own)
}

/// Tells of every signature beside whose signed elements there is one of the same name that no signature covers: outside of all signatures,
/// or in the signature itself.
pub(super) fn lookalikes<'d, 'a>(doc: &'d Document<'a>, all: &[Found<'d, 'a>], facts: &mut [SignatureFacts]) {
    let signed = Signed::of(doc, all);
    let names: HashSet<Name<'_>> =
        signed.targets.iter().flatten().filter(|n| is_data(**n)).map(|n| name_of(*n)).collect();
    let mut others: HashMap<(Name<'_>, Option<NodeId>), Node<'_, '_>> = HashMap::new();
    for node in doc.elements().filter(|n| names.contains(&name_of(*n)) && !signed.ids.contains(&n.id())) {
        let (within, covered) = signed.place(node);
        if !covered && !is_shell(node, &signed.ids) {
            others.entry((name_of(node), within)).or_insert(node);
        }
    }
    for ((found, targets), facts) in all.iter().zip(&signed.targets).zip(facts) {
        let own = Some(found.node.id());
        let other =
            targets.iter().find_map(|t| others.get(&(name_of(*t), None)).or_else(|| others.get(&(name_of(*t), own))));
        if let Some(other) = other {
            facts.defects.push(defect("xades.unsigned-lookalike", label(*other), true));
        }
    }
}

fn label(node: Node<'_, '_>) -> String {
    node.attribute("Id").map_or_else(|| node.local().to_owned(), |id| format!("#{id}"))
}

/// The parts of a document that no signature covers, the outermost element of each: `#Id`, or the name of the element. What surrounds signed
/// elements or signatures is such a part only when it has text of its own.
pub(super) fn tell(doc: &Document<'_>, facts: &mut FileFacts) {
    let all = super::list(doc, &[]);
    let signed = Signed::of(doc, &all);
    if all.is_empty() || signed.whole {
        return;
    }
    let mut around: HashSet<NodeId> = HashSet::new();
    for node in doc.elements().filter(|n| n.is(DS, "Signature") || signed.ids.contains(&n.id())) {
        let mut at = node.parent();
        while let Some(parent) = at.filter(|p| around.insert(p.id())) {
            at = parent.parent();
        }
    }
    let mut open = vec![doc.root()];
    while let Some(node) = open.pop().filter(|_| facts.unsigned.len() < MAX_TOLD) {
        if signed.ids.contains(&node.id()) {
            continue;
        }
        if node.is(DS, "Signature") {
            // of a signature only its data; its properties are judged with it
            let objects = node.children_named(DS, "Object");
            open.extend(objects.filter(|o| children(*o, "QualifyingProperties").next().is_none()));
            continue;
        }
        let only_around = around.contains(&node.id());
        if !only_around || node.has_text() {
            facts.unsigned.push(label(node));
        }
        if only_around {
            open.extend(node.children());
        }
    }
}
