use std::io::Write;

use pki::Digester;
use xml::{
    C14n, Node, NodeId,
    dsig::{DS, DsigError, Reference, Signature, Target, Transform, octets},
};

use super::{
    Objects, defect,
    names::is_properties_type,
    objects::{locate, stated_type},
};
use crate::{
    facts::{Coverage, Covered, ReferenceFacts, SignatureFacts},
    xades::COUNTERSIGNED,
};

/// Most references into the document of the signature itself: each may canonicalise all of it.
const MAX_INTERNAL: usize = 64;
/// Most entries of manifests.
const MAX_MANIFEST: usize = 20_000;
/// Largest outside object that has to be transformed, in bytes.
const MAX_TRANSFORMED: usize = 64 << 20;

/// `Type` of a reference to a manifest.
pub(super) const MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";

/// What a reference to an outside object stands for.
pub(crate) struct Lookup<'o> {
    pub(crate) objects: &'o mut dyn Objects,
    /// Whether there is exactly one reference that could be to the only object there is.
    pub(crate) single: bool,
}

impl<'o> Lookup<'o> {
    pub(crate) fn new(signature: &Signature<'_, '_>, objects: &'o mut dyn Objects) -> Self {
        let outside = signature.signed_info.references.iter();
        let count = outside.filter(|r| matches!(r.target(), Ok(Target::External(_)) | Err(DsigError::NoUri))).count();
        Self { objects, single: count == 1 }
    }

    /// The name of the object.
    pub(crate) fn name(&self, reference: &Reference<'_, '_>) -> Option<String> {
        let named = reference.uri.and_then(|uri| locate(uri, self.objects));
        named.or_else(|| self.objects.only().filter(|_| self.single || reference.uri.is_none()))
    }

    /// The digest of the object after the transforms of the reference, by `algorithm`.
    pub(crate) fn digest(
        &mut self,
        reference: &Reference<'_, '_>,
        name: &str,
        algorithm: pki::DigestAlgorithm,
    ) -> Result<Vec<u8>, crate::facts::Defect> {
        if reference.is_plain() {
            return self.objects.digest(name, algorithm);
        }
        let mut digester = Digester::new(algorithm);
        digester.update(&self.transformed(reference, name)?);
        Ok(digester.finish())
    }

    /// Feeds the object after the transforms of the reference.
    pub(crate) fn feed(
        &mut self,
        reference: &Reference<'_, '_>,
        name: &str,
        digester: &mut Digester,
    ) -> Result<(), crate::facts::Defect> {
        if reference.is_plain() {
            return self.objects.feed(name, false, digester);
        }
        digester.update(&self.transformed(reference, name)?);
        Ok(())
    }

    fn transformed(&mut self, reference: &Reference<'_, '_>, name: &str) -> Result<Vec<u8>, crate::facts::Defect> {
        let mut bytes = Bounded(Vec::new());
        self.objects.copy(name, &mut bytes)?;
        octets(&reference.transforms, bytes.0).map_err(|e| defect(e.code(), format!("{name}: {e}"), false))
    }
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + buf.len() > MAX_TRANSFORMED {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "larger than what is transformed"));
        }
        self.0.extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Processes all references; whether one of them signs `properties`.
pub(super) fn read(
    signature: &Signature<'_, '_>,
    properties: Option<Node<'_, '_>>,
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) -> bool {
    let mut reader = Reader {
        signature,
        properties: properties.map(Node::id),
        lookup: Lookup::new(signature, objects),
        internals: 0,
        entries: 0,
        facts,
    };
    let mut signed = false;
    for reference in &signature.signed_info.references {
        let found = reader.reference(reference);
        signed |= found.properties && found.intact;
        reader.facts.references.push(found);
    }
    for (at, reference) in signature.signed_info.references.iter().enumerate() {
        reader.manifest(at, reference);
    }
    signed
}

struct Reader<'r, 'd, 'a, 'o> {
    signature: &'r Signature<'d, 'a>,
    properties: Option<NodeId>,
    lookup: Lookup<'o>,
    internals: usize,
    entries: usize,
    facts: &'r mut SignatureFacts,
}

fn missing(reference: &Reference<'_, '_>) -> ReferenceFacts {
    ReferenceFacts {
        object: reference.uri.unwrap_or_default().to_owned(),
        digest: reference.digest,
        found: false,
        intact: false,
        properties: false,
    }
}

impl Reader<'_, '_, '_, '_> {
    fn tell(&mut self, code: &'static str, object: impl Into<String>, fatal: bool) {
        self.facts.defects.push(defect(code, object, fatal));
    }

    fn reference(&mut self, reference: &Reference<'_, '_>) -> ReferenceFacts {
        match reference.target() {
            Ok(Target::External(_)) | Err(DsigError::NoUri) => self.external(reference),
            Ok(_) if self.internals >= MAX_INTERNAL => {
                self.tell("xades.too-many-references", self.facts.id.clone(), false);
                missing(reference)
            }
            Ok(_) => {
                self.internals += 1;
                self.internal(reference)
            }
            Err(e) => {
                self.tell(e.code(), e.to_string(), false);
                missing(reference)
            }
        }
    }

    fn external(&mut self, reference: &Reference<'_, '_>) -> ReferenceFacts {
        let mut found = missing(reference);
        if is_properties_type(reference.kind) {
            self.tell("xades.wrapped-properties", reference.uri.unwrap_or_default(), true);
            return found;
        }
        let Some(name) = self.lookup.name(reference) else {
            if reference.uri.is_none() {
                self.tell(DsigError::NoUri.code(), self.facts.id.clone(), false);
            }
            return found;
        };
        found.object.clone_from(&name);
        let Some(algorithm) = reference.digest else {
            found.found = true;
            self.facts.scope.push(Covered { name, covered: Coverage::Full });
            return found;
        };
        match self.lookup.digest(reference, &name, algorithm) {
            Ok(digest) => {
                found.found = true;
                found.intact = digest == reference.value && self.is_of_type(reference, &name);
                let covered = if is_whole(&reference.transforms) { Coverage::Full } else { Coverage::Partial };
                self.facts.scope.push(Covered { name, covered });
            }
            Err(d) => self.facts.defects.push(d),
        }
        found
    }

    /// Whether a part of a package has the content type that was signed with it.
    fn is_of_type(&mut self, reference: &Reference<'_, '_>, name: &str) -> bool {
        let stated = reference.uri.and_then(stated_type).filter(|_| self.lookup.objects.is_package());
        let Some(stated) = stated else { return true };
        let same = self.lookup.objects.media_type(name).is_some_and(|t| t.eq_ignore_ascii_case(stated));
        if !same {
            self.tell("opc.content-type", name, false);
        }
        same
    }

    fn internal(&mut self, reference: &Reference<'_, '_>) -> ReferenceFacts {
        let mut found = missing(reference);
        let resolved = match reference.resolve(self.signature.node) {
            Ok(r) => r,
            Err(DsigError::Unresolved(id)) => {
                if reference.document().duplicate_ids().contains(&id.as_str()) {
                    self.tell("xades.duplicate-id", format!("#{id}"), true);
                }
                return found;
            }
            Err(e) => {
                self.tell(e.code(), e.to_string(), matches!(e, DsigError::Structure(_)));
                return found;
            }
        };
        if resolved.is_nothing(reference.document()) {
            self.tell("xades.empty-reference", found.object.clone(), true);
            return found;
        }
        let digest = match reference.digest {
            None => {
                found.found = true;
                return found;
            }
            Some(_) => reference.digest_of(&resolved),
        };
        match digest {
            Ok(digest) => {
                found.found = true;
                found.intact = digest == reference.value;
            }
            Err(e) => {
                self.tell(e.code(), e.to_string(), false);
                return found;
            }
        }
        let is_properties = resolved.apex.is_some() && resolved.apex == self.properties;
        let claims = is_properties_type(reference.kind);
        match (is_properties, claims) {
            (true, claims) => {
                found.properties = reference.transforms.iter().all(|t| matches!(t, Transform::C14n(_)));
                if !found.properties {
                    self.tell("xades.properties-transform", found.object.clone(), true);
                } else if !claims {
                    self.tell("xades.reference-type", found.object.clone(), false);
                }
            }
            (false, true) => self.tell("xades.wrapped-properties", found.object.clone(), true),
            (false, false) => self.data(reference, &resolved),
        }
        found
    }

    /// A reference to data in the same document.
    fn data(&mut self, reference: &Reference<'_, '_>, resolved: &xml::dsig::Resolved) {
        if reference.kind == Some(MANIFEST) || reference.kind == Some(COUNTERSIGNED) {
            return;
        }
        let doc = reference.document();
        let node = resolved.apex.and_then(|id| doc.node(id));
        let own = |n: Node<'_, '_>| n.is_within(self.signature.node.id());
        let name = match node {
            Some(n) if own(n) && !n.is(DS, "Object") => return,
            Some(n) => n.attribute("Id").map_or_else(|| n.local().to_owned(), |id| format!("#{id}")),
            None => "XML".to_owned(),
        };
        // A filter may leave out anything; only the own signature is no loss.
        let top = node.unwrap_or_else(|| doc.root());
        let left_out = |set: &xml::NodeSet| {
            let mut below = top.descendants().filter(|n| !own(*n));
            below.any(|n| !set.contains(n.id()) && !in_signature(n))
        };
        let partial = resolved.set.as_ref().is_some_and(left_out);
        let covered = if partial { Coverage::Partial } else { Coverage::Full };
        self.facts.scope.push(Covered { name, covered });
    }

    /// The entries of a manifest that a reference signs.
    fn manifest(&mut self, at: usize, reference: &Reference<'_, '_>) {
        let Ok(Target::Element(id)) = reference.target() else { return };
        let whole = reference.transforms.iter().all(|t| matches!(t, Transform::C14n(_)));
        let Some(node) = reference.document().by_id(id).filter(|_| whole) else { return };
        let manifest = match (node.namespace(), node.local()) {
            (DS, "Manifest") => Some(node),
            (DS, "Object") => node.only(DS, "Manifest"),
            _ => None,
        };
        let Some(manifest) = manifest else { return };
        let Some(own) = self.facts.references.get(at).filter(|r| r.intact).cloned() else { return };
        let mut any = false;
        for entry in manifest.children_named(DS, "Reference") {
            self.entries += 1;
            if self.entries > MAX_MANIFEST {
                return self.tell("xades.too-many-references", self.facts.id.clone(), true);
            }
            let found = match Reference::read(entry) {
                Ok(entry) => self.reference(&entry),
                Err(e) => {
                    self.tell(e.code(), e.to_string(), true);
                    continue;
                }
            };
            any |= found.found;
            if found.found || self.lookup.objects.is_package() {
                self.facts.references.push(found);
            } else {
                self.tell("xades.manifest-entry", found.object, false);
            }
        }
        if !any {
            self.tell("xades.manifest", own.object.clone(), false);
            self.facts.references.push(ReferenceFacts { found: false, intact: false, ..own });
        }
    }
}

/// Whether an element is of some signature: leaving those out hides nothing.
fn in_signature(node: Node<'_, '_>) -> bool {
    let mut at = Some(node);
    while let Some(n) = at {
        if n.is(DS, "Signature") {
            return true;
        }
        at = n.parent();
    }
    false
}

/// Whether transforms leave all of an object.
fn is_whole(transforms: &[Transform]) -> bool {
    transforms.iter().all(|t| matches!(t, Transform::C14n(C14n { .. }) | Transform::Base64))
}
