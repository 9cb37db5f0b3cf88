use std::{borrow::Cow, ops::Range};

use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize};
use xml::{Document, Limits, Node, dsig::Signature};

use super::{elements, place};
use crate::{
    augment::{AugmentError, check_imprint},
    facts::{Level, SignatureFacts, TimestampKind},
    material::Material,
    xades::{
        Nothing, Objects,
        prepare::C14N,
        read::{archive_imprint, children, list, qualifying, read_signature},
    },
};

/// How the text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Encoding {
    Utf8,
    /// With a byte order mark.
    Utf8Marked,
    Utf16Big,
    Utf16Little,
    Latin1,
}

/// A document with XAdES signatures, as text. New unsigned properties are put into it; every other byte stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    text: String,
    encoding: Encoding,
}

type Result<T> = std::result::Result<T, AugmentError>;

pub(super) fn broken(e: impl ToString) -> AugmentError {
    AugmentError::Signature(e.to_string())
}

impl Text {
    /// From the bytes of a file.
    ///
    /// # Errors
    /// When it is no XML that is accepted.
    pub fn read<'b>(bytes: impl Into<Cow<'b, [u8]>>) -> Result<Self> {
        let bytes = bytes.into();
        let text = xml::decode(&bytes).map_err(broken)?;
        let encoding = match *bytes {
            [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8Marked,
            [0xFE, 0xFF, ..] => Encoding::Utf16Big,
            [0xFF, 0xFE, ..] => Encoding::Utf16Little,
            _ if matches!(text, Cow::Owned(_)) => Encoding::Latin1,
            _ => Encoding::Utf8,
        };
        Document::parse(&text, &Limits::default()).map_err(broken)?;
        // What is given away and needs no other form is not held twice.
        let text = match (text, encoding) {
            (Cow::Borrowed(_), Encoding::Utf8) => String::from_utf8(bytes.into_owned()).map_err(broken)?,
            (text, _) => text.into_owned(),
        };
        Ok(Self { text, encoding })
    }

    /// Of a document that was just made.
    pub(crate) fn made(text: String) -> Self {
        Self { text, encoding: Encoding::Utf8 }
    }

    /// Another text, written in the same way.
    pub(crate) fn with_text(&self, text: String) -> Self {
        Self { text, encoding: self.encoding }
    }

    /// The document.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Puts something at the end; gives the length before.
    pub(crate) fn push(&mut self, more: &str) -> usize {
        let before = self.text.len();
        self.text.reserve_exact(more.len());
        self.text.push_str(more);
        before
    }

    /// Takes off what stands after so many bytes; `None` when they end inside a character or there are not so many.
    pub(crate) fn split_off(&mut self, at: usize) -> Option<String> {
        self.text.is_char_boundary(at).then(|| self.text.split_off(at))
    }

    /// Puts something in the place of something else; `None` when that is no part of the text.
    pub(crate) fn replace(&mut self, place: Range<usize>, new: &str) -> Option<()> {
        self.text.get(place.clone())?;
        self.text.replace_range(place, new);
        Some(())
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Cow<'_, [u8]> {
        let wide = |mark: u16, bytes: fn(u16) -> [u8; 2]| {
            Cow::Owned(std::iter::once(mark).chain(self.text.encode_utf16()).flat_map(bytes).collect())
        };
        match self.encoding {
            Encoding::Utf8 => Cow::Borrowed(self.text.as_bytes()),
            Encoding::Utf8Marked => Cow::Owned([&[0xEF, 0xBB, 0xBF], self.text.as_bytes()].concat()),
            Encoding::Utf16Big => wide(0xFEFF, u16::to_be_bytes),
            Encoding::Utf16Little => wide(0xFEFF, u16::to_le_bytes),
            Encoding::Latin1 => {
                Cow::Owned(self.text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect())
            }
        }
    }

    /// The bytes of the file, when the text is needed no longer.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 => self.text.into_bytes(),
            _ => self.to_bytes().into_owned(),
        }
    }

    fn parse(&self) -> Result<Document<'_>> {
        Document::parse(&self.text, &Limits::default()).map_err(broken)
    }

    /// Ids of the signatures, as the reader gives them when `taken` are taken already.
    pub fn ids(&self, taken: &[String]) -> Vec<String> {
        let Ok(doc) = self.parse() else { return Vec::new() };
        list(&doc, taken).into_iter().map(|f| f.id).collect()
    }

    /// Numbers of the signatures that are no counter-signatures inside others: those that are raised.
    pub fn outer(&self) -> Vec<usize> {
        let Ok(doc) = self.parse() else { return Vec::new() };
        let all = list(&doc, &[]).into_iter().enumerate();
        all.filter(|(_, f)| f.counter_of.is_none()).map(|(n, _)| n).collect()
    }

    /// Number of the signature that is raised when number `n` is: the outermost one that it stands in.
    pub fn outermost(&self, n: usize) -> usize {
        let Ok(doc) = self.parse() else { return n };
        let all = list(&doc, &[]);
        let mut at = n;
        // What a signature stands in comes before it.
        while let Some(outer) = all.get(at).and_then(|f| f.counter_of).filter(|o| *o < at) {
            at = outer;
        }
        at
    }

    /// What is found of signature number `n`, and after it of the counter-signatures inside it: it carries the validation material of all.
    pub fn group(&self, n: usize) -> Vec<SignatureFacts> {
        let Ok(doc) = self.parse() else { return Vec::new() };
        let mut inside = vec![];
        for (i, found) in list(&doc, &[]).into_iter().enumerate() {
            if i == n || found.counter_of.is_some_and(|of| inside.iter().any(|(k, _)| *k == of)) {
                inside.push((i, read_signature(found.node, i, &mut Nothing)));
            }
        }
        inside.into_iter().map(|(_, facts)| facts).collect()
    }

    /// Hands signature number `n` to `work`.
    pub(super) fn with<T>(&self, n: usize, work: impl FnOnce(&Document<'_>, Node<'_, '_>) -> Result<T>) -> Result<T> {
        let doc = self.parse()?;
        let found = list(&doc, &[]).get(n).map(|f| f.node).ok_or(AugmentError::NoSignature)?;
        work(&doc, found)
    }

    /// What is found of signature number `n`.
    ///
    /// # Errors
    /// When there is none.
    pub fn facts(&self, n: usize, objects: &mut dyn Objects) -> Result<SignatureFacts> {
        self.with(n, |_, node| Ok(read_signature(node, n, objects)))
    }

    /// The level whose elements are present in signature number `n`.
    pub fn level(&self, n: usize) -> Option<Level> {
        self.facts(n, &mut Nothing).ok()?.level_elements
    }

    /// What a signature time stamp of signature number `n` must be over.
    ///
    /// # Errors
    /// When the signature is broken.
    pub fn value_imprint(&self, n: usize, algorithm: DigestAlgorithm) -> Result<Vec<u8>> {
        self.with(n, |_, node| {
            let signature = Signature::read(node).map_err(broken)?;
            qualifying(&signature).map_err(broken)?;
            Ok(algorithm.of(&signature.value_bytes(&C14N).map_err(broken)?))
        })
    }

    /// Takes a token over [`Self::value_imprint`].
    ///
    /// # Errors
    /// When it is over something else, or the signature has validation material already that would not fit it.
    pub fn add_stamp(&mut self, n: usize, token: &[u8]) -> Result<()> {
        let algorithm = imprint_algorithm(token)?;
        check_imprint(token, algorithm, &self.value_imprint(n, algorithm)?)?;
        let facts = self.facts(n, &mut Nothing)?;
        if facts.timestamps.iter().any(|t| t.kind == TimestampKind::Archive) {
            return Err(AugmentError::Order("a signature time stamp comes before archive time stamps"));
        }
        let id = self.new_id(n, "ts")?;
        self.insert(n, |scope| elements::stamp("xades:SignatureTimeStamp", &id, token, scope))
    }

    /// Takes validation material, as far as it is not there yet.
    ///
    /// # Errors
    /// Without a time stamp.
    pub fn add_material(&mut self, n: usize, material: &Material) -> Result<()> {
        let facts = self.facts(n, &mut Nothing)?;
        if facts.timestamps.is_empty() {
            return Err(AugmentError::Order("validation material follows a time stamp"));
        }
        // Values that stand already, or are under an archive time stamp, stay as they are: more goes beside them.
        let closed = self.with(n, |_, node| {
            let signature = Signature::read(node).map_err(broken)?;
            let q = qualifying(&signature).map_err(broken)?;
            let names = ["CertificateValues", "RevocationValues", "ArchiveTimeStamp", "TimeStampValidationData"];
            let properties = children(q, "UnsignedProperties").flat_map(Node::children).flat_map(Node::children);
            Ok(properties.filter(|p| names.contains(&p.local())).count() > 0)
        })?;
        self.insert(n, |scope| elements::material(material, &facts, closed, scope))
    }

    /// What the next archive time stamp of signature number `n` must be over.
    ///
    /// # Errors
    /// Without validation material, or when a signed object cannot be read.
    pub fn archive_imprint(&self, n: usize, algorithm: DigestAlgorithm, objects: &mut dyn Objects) -> Result<Vec<u8>> {
        if self.level(n) < Some(Level::LT) {
            return Err(AugmentError::Order("an archive time stamp follows the validation material"));
        }
        self.with(n, |_, node| {
            let signature = Signature::read(node).map_err(broken)?;
            let q = qualifying(&signature).map_err(broken)?;
            let unsigned =
                children(q, "UnsignedProperties").flat_map(|u| children(u, "UnsignedSignatureProperties")).next();
            let all = unsigned.ok_or(AugmentError::Order("an archive time stamp follows the validation material"))?;
            archive_imprint(&signature, all, &C14N, algorithm, objects)
                .ok_or_else(|| AugmentError::Object("a signed object cannot be read again".to_owned()))
        })
    }

    /// Takes a token over [`Self::archive_imprint`], which was `imprint`.
    ///
    /// # Errors
    /// When the token is over something else.
    pub fn add_archive(&mut self, n: usize, token: &[u8], imprint: &[u8]) -> Result<()> {
        check_imprint(token, imprint_algorithm(token)?, imprint)?;
        let id = self.new_id(n, "archive")?;
        self.insert(n, |scope| elements::stamp("xades141:ArchiveTimeStamp", &id, token, scope))
    }

    /// An Id that the document does not have yet.
    fn new_id(&self, n: usize, what: &str) -> Result<String> {
        let doc = self.parse()?;
        let id = list(&doc, &[]).get(n).map(|f| f.id.clone()).ok_or(AugmentError::NoSignature)?;
        let free = |name: &String| doc.by_id(name).is_none() && !doc.duplicate_ids().contains(&name.as_str());
        (0..).map(|i: u32| format!("{id}-{what}-{i}")).find(free).ok_or(AugmentError::NoSignature)
    }

    /// Puts new properties in their place. No other signature of the document may cover that place.
    pub(super) fn insert(&mut self, n: usize, make: impl FnOnce(Node<'_, '_>) -> String) -> Result<()> {
        let new = self.with(n, |_, node| {
            let signature = Signature::read(node).map_err(broken)?;
            let place = place::of(&signature).map_err(broken)?;
            let made = make(place.scope);
            if made.is_empty() {
                return Ok(None);
            }
            let head = self.text.get(..place.at).unwrap_or("");
            let tail = self.text.get(place.at + place.replaced..).unwrap_or("");
            Ok(Some([head, &place.around.0, &made, &place.around.1, tail].concat()))
        })?;
        let Some(text) = new else { return Ok(()) };
        let changed = self.with_text(text);
        if self.is_broken_by(&changed)? {
            return Err(AugmentError::Signature("another signature covers its unsigned properties".to_owned()));
        }
        *self = changed;
        Ok(())
    }

    /// Whether something of a signature holds in this document and no longer in `changed`.
    pub(crate) fn is_broken_by(&self, changed: &Self) -> Result<bool> {
        let (before, after) = (self.states()?, changed.states()?);
        Ok(before.iter().any(|(id, was)| {
            let is = after.iter().find(|(i, _)| i == id).map(|(_, s)| s);
            is.is_none_or(|is| was.iter().zip(is).any(|(was, is)| *was && !is))
        }))
    }

    /// For each signature, what of it holds within the document: value, references, time stamps.
    fn states(&self) -> Result<Vec<(String, Vec<bool>)>> {
        let doc = self.parse()?;
        let state = |node: Node<'_, '_>| {
            let f = read_signature(node, 0, &mut Nothing);
            let stamps = f.timestamps.iter().map(|t| t.imprint_matches == Some(true));
            let value = std::iter::once(f.value_verifies == Some(true));
            let records = f.evidence.iter().map(crate::facts::EvidenceFacts::holds);
            value.chain(f.references.iter().map(|r| r.intact)).chain(stamps).chain(records).collect()
        };
        Ok(list(&doc, &[]).into_iter().map(|f| (f.id, state(f.node))).collect())
    }
}

fn imprint_algorithm(token: &[u8]) -> Result<DigestAlgorithm> {
    Ok(pki::TimeStampToken::from_ber(token).map_err(|e| AugmentError::Timestamp(e.to_string()))?.info.digest)
}
