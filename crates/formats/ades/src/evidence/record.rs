use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, Digester, TimeStampToken, strength::Strength};
use xml::C14n;

use super::{C14N, EvidenceError, asn1, digest_by, root, xmlers};
use crate::{
    facts::{Defect, EvidenceForm},
    xades::Objects,
};

/// Most chains of a record, and most time stamps of a chain.
pub(super) const MAX_STAMPS: usize = 200;

/// A time stamp over the root of a hash tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveTimeStamp {
    /// The reduced hash tree, from the objects up; empty when the stamp is over the only digest itself.
    pub tree: Vec<Vec<Vec<u8>>>,
    /// The token (`ContentInfo`).
    pub token: Vec<u8>,
    /// What its renewal is over: DER of the token, or canonical `TimeStamp`, to be digested.
    pub(super) stamped: Vec<u8>,
}

/// Time stamps with one digest algorithm, each over the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The algorithm.
    pub digest: DigestAlgorithm,
    /// Canonical form of XML parts and objects.
    pub(super) canonical: C14n,
    /// The stamps, the oldest first.
    pub stamps: Vec<ArchiveTimeStamp>,
    /// What a new tree covers of the chains before this one, to be digested; empty for the first.
    pub(super) before: Vec<u8>,
}

/// An evidence record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which kind.
    pub form: EvidenceForm,
    /// The chains, the oldest first.
    pub chains: Vec<Chain>,
    /// The record as it is written; of one in a larger document, exclusively canonicalised.
    pub(super) bytes: Vec<u8>,
    /// The document that holds it, and where in its text it begins.
    pub(super) within: Option<(String, usize)>,
    /// What a new tree covers of it, to be digested.
    pub(super) sequence: Vec<u8>,
}

/// How a record is to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// By a new time stamp over the last one (RFC 4998 section 5.2).
    TimeStamp,
    /// By a new hash tree over the objects and the record, with a stronger digest.
    HashTree,
}

impl Record {
    /// Makes a record from a group's reduced hash tree and the token over its root.
    ///
    /// # Errors
    /// When the token is over something else.
    pub fn new(
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<Self, EvidenceError> {
        Self::canonical(form, digest, &C14N, &tree, token)
    }

    /// [`Self::new`] of a record that goes into a signature: its parts look the same inside of another document.
    ///
    /// # Errors
    /// When the token is over something else.
    pub(crate) fn to_embed(
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<Self, EvidenceError> {
        Self::canonical(form, digest, &C14n::EXCLUSIVE, &tree, token)
    }

    fn canonical(
        form: EvidenceForm,
        digest: DigestAlgorithm,
        canonical: &C14n,
        tree: &[Vec<Vec<u8>>],
        token: &[u8],
    ) -> Result<Self, EvidenceError> {
        check(digest, tree, token)?;
        let bytes = match form {
            EvidenceForm::Ers => asn1::record(&[(digest, vec![asn1::stamp(digest, tree, token)])], &[]),
            EvidenceForm::XmlErs => xmlers::record(digest, canonical, tree, token),
        };
        Self::read(&bytes)
    }

    /// Reads a record of either kind.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > super::MAX_RECORD {
            return Err(EvidenceError::TooMany("bytes"));
        }
        if bytes.first() == Some(&0x30) { asn1::read(bytes) } else { xmlers::read(bytes) }
    }

    /// Reads the record in a larger XML document.
    pub(crate) fn within(node: xml::Node<'_, '_>) -> Result<Self, EvidenceError> {
        xmlers::read_node(node.document(), node)
    }

    /// With a place for one more tree, so that subjects are digested for it, too.
    pub(crate) fn with_method(&self, digest: DigestAlgorithm) -> Self {
        let canonical = self.chains.last().map_or(C14N, |c| c.canonical.clone());
        let mut probe = self.clone();
        probe.chains.push(Chain { digest, canonical, stamps: Vec::new(), before: Vec::new() });
        probe
    }

    /// The digests that the first time stamp is over directly: its first list, or what it is over itself.
    pub(crate) fn first_list(&self) -> Vec<Vec<u8>> {
        let Some((chain, stamp)) = self.chains.first().and_then(|c| Some((c, c.stamps.first()?))) else {
            return Vec::new();
        };
        if let Some(list) = stamp.tree.first() {
            return list.clone();
        }
        let info = TimeStampToken::from_ber(&stamp.token).ok().map(|t| t.info);
        info.filter(|i| i.digest == chain.digest).map(|i| vec![i.imprint]).unwrap_or_default()
    }

    /// The larger document, when the record was read from one: renewing the record renews it.
    pub(crate) fn document(&self) -> Option<&str> {
        self.within.as_ref().map(|(text, _)| text.as_str())
    }

    /// Changes the XML that holds the record.
    fn rewritten(
        &self,
        change: impl FnOnce(&str, Option<usize>) -> Result<String, EvidenceError>,
    ) -> Result<Self, EvidenceError> {
        if let Some((text, at)) = &self.within {
            return xmlers::read_within(&change(text, Some(*at))?, *at);
        }
        let text = xml::decode(&self.bytes).map_err(|_| EvidenceError::Malformed("XML"))?;
        Self::read(change(&text, None)?.as_bytes())
    }

    /// The digest of an object for a new tree of this record.
    ///
    /// # Errors
    /// When the object cannot be read.
    pub fn object_digest(
        &self,
        objects: &mut dyn Objects,
        name: &str,
        method: DigestAlgorithm,
    ) -> Result<Vec<u8>, Defect> {
        let canonical = self.chains.last().map_or(C14N, |c| c.canonical.clone());
        digest_by(objects, name, method, self.form, &canonical)
    }

    /// The record as it is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Digest algorithm of the last chain.
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        self.chains.last().map(|c| c.digest)
    }

    /// What a renewing time stamp must be over, beside others perhaps: put it into a [`Tree`](super::Tree).
    ///
    /// # Errors
    /// When the record has no time stamp.
    pub fn stamp_digest(&self) -> Result<(DigestAlgorithm, Vec<u8>), EvidenceError> {
        let chain = self.chains.last().ok_or(EvidenceError::Malformed("no chain"))?;
        let last = chain.stamps.last().ok_or(EvidenceError::Malformed("no time stamp"))?;
        Ok((chain.digest, chain.digest.of(&last.stamped)))
    }

    /// Renewed by a token over the root of `tree`, the first list of which is [`Self::stamp_digest`].
    ///
    /// # Errors
    /// When the token is over something else.
    pub fn with_stamp(&self, tree: Vec<Vec<Vec<u8>>>, token: &[u8]) -> Result<Self, EvidenceError> {
        let (digest, own) = self.stamp_digest()?;
        if tree.first().is_none_or(|first| !first.contains(&own)) {
            return Err(EvidenceError::Foreign("the last time stamp".to_owned()));
        }
        check(digest, &tree, token)?;
        match self.form {
            EvidenceForm::Ers => Self::read(&asn1::with_stamp(&self.bytes, &asn1::stamp(digest, &tree, token))?),
            EvidenceForm::XmlErs => self.rewritten(|text, at| xmlers::with_stamp(text, at, &tree, token)),
        }
    }

    /// The first list of a new tree with another digest algorithm: `objects` are the digests of the record's objects by it.
    pub fn new_group(&self, digest: DigestAlgorithm, objects: &[Vec<u8>]) -> Vec<Vec<u8>> {
        group(self.form, digest, objects, &self.sequence)
    }

    /// Renewed by a new tree, the first list of which is [`Self::new_group`], and a token over its root.
    ///
    /// # Errors
    /// When the token is over something else.
    pub fn with_tree(
        &self,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<Self, EvidenceError> {
        check(digest, &tree, token)?;
        let canonical = self.chains.last().map_or(C14N, |c| c.canonical.clone());
        match self.form {
            EvidenceForm::Ers => {
                Self::read(&asn1::with_chain(&self.bytes, digest, &asn1::stamp(digest, &tree, token))?)
            }
            EvidenceForm::XmlErs => {
                self.rewritten(|text, at| xmlers::with_chain(text, at, digest, &canonical, &tree, token))
            }
        }
    }

    /// Whether the record has to be renewed to be good still at `at`: take the present plus the time that a renewal may take.
    pub fn renewal_due(&self, strength: &Strength, at: Timestamp) -> Option<Renewal> {
        let chain = self.chains.last()?;
        if strength.digest(chain.digest, at).is_err() {
            return Some(Renewal::HashTree);
        }
        let token = TimeStampToken::from_ber(&chain.stamps.last()?.token).ok()?;
        let weak = token.signed.only_signer().is_ok_and(|s| {
            let unit: Option<Certificate> = token.verify(&[]).ok();
            let key = |c: &Certificate| strength.signature(s.algorithm, c.public_key().kind(), at).is_err();
            strength.digest(s.digest, at).is_err() || unit.is_none_or(|c| key(&c) || c.not_after() < at)
        });
        weak.then_some(Renewal::TimeStamp)
    }
}

/// The first list of a tree after the first chain. RFC 4998 section 5.3: each object's digest with that of the sequence, digested together;
/// RFC 6283 section 4.2.2: the objects' digests, and that of the sequence beside them.
pub(super) fn group(form: EvidenceForm, digest: DigestAlgorithm, objects: &[Vec<u8>], sequence: &[u8]) -> Vec<Vec<u8>> {
    let sequence = digest.of(sequence);
    match form {
        EvidenceForm::Ers => {
            let both = |object: &Vec<u8>| {
                let mut digester = Digester::new(digest);
                digester.update(object);
                digester.update(&sequence);
                digester.finish()
            };
            objects.iter().map(both).collect()
        }
        EvidenceForm::XmlErs => objects.iter().cloned().chain([sequence]).collect(),
    }
}

fn check(digest: DigestAlgorithm, tree: &[Vec<Vec<u8>>], token: &[u8]) -> Result<(), EvidenceError> {
    let info = TimeStampToken::from_ber(token).map_err(|_| EvidenceError::Timestamp)?.info;
    let expected = root(digest, tree).ok_or(EvidenceError::NoData)?;
    if info.digest == digest && info.imprint == expected { Ok(()) } else { Err(EvidenceError::Timestamp) }
}

/// The canonical form used where a record names none.
pub(super) fn plain() -> C14n {
    C14N
}
