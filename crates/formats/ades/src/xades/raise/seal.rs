//! [`Seal`] for XML files: records in `SealingEvidenceRecords` (TS 119 132-3).

use std::io::Write;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use xml::{Document, Limits, Node, Tag, dsig::Signature};

use super::{File, Text, place::inner, text::broken};
use crate::{
    augment::{AugmentError, Raise},
    evidence::{EvidenceError, Form, Record, Seal, Subject, is_renewal, read_over, regroup},
    facts::EvidenceForm,
    xades::{
        Objects, SEALING,
        read::{children, is_sealing, qualifying, record_in, seal},
    },
};

impl From<AugmentError> for EvidenceError {
    fn from(e: AugmentError) -> Self {
        match e {
            AugmentError::Unknown(id) => Self::Unknown(id),
            AugmentError::Object(name) => Self::Object(name),
            AugmentError::Io(e) => Self::Write(e.to_string()),
            other => Self::Signed(other.to_string()),
        }
    }
}

type Result<T> = std::result::Result<T, EvidenceError>;

/// The unsigned signature properties, and the last of them that holds records.
type Properties<'d, 'a> = (Option<Node<'d, 'a>>, Option<Node<'d, 'a>>);

fn properties<'d, 'a>(signature: &Signature<'d, 'a>) -> std::result::Result<Properties<'d, 'a>, AugmentError> {
    let q = qualifying(signature).map_err(broken)?;
    let all = children(q, "UnsignedProperties").flat_map(|u| children(u, "UnsignedSignatureProperties")).next();
    Ok((all, all.and_then(|a| a.children().filter(|p| is_sealing(*p)).last())))
}

impl Text {
    /// Runs with signature number `n` and its properties.
    fn sealed<T>(&self, n: usize, work: impl FnOnce(&Signature<'_, '_>, Properties<'_, '_>) -> Result<T>) -> Result<T> {
        let mut done = None;
        self.with(n, |_, node| {
            let signature = Signature::read(node).map_err(broken)?;
            done = Some(work(&signature, properties(&signature)?));
            Ok(())
        })?;
        done.unwrap_or(Err(EvidenceError::NoData))
    }

    /// What a new record in signature number `n` is over.
    fn seal(&self, n: usize, digest: DigestAlgorithm, objects: &mut dyn Objects) -> Result<Vec<u8>> {
        self.sealed(n, |signature, (all, _)| {
            let unread = || EvidenceError::Object("a signed object".to_owned());
            seal(signature, all, None, digest, objects).ok_or_else(unread)
        })
    }

    /// Records in the last property of signature number `n` that has any.
    fn last_records(&self, n: usize) -> Result<Vec<Record>> {
        self.sealed(n, |_, (_, last)| {
            let all = last.into_iter().flat_map(Node::children).filter_map(record_in);
            all.map(|r| r.map_err(|(_, _, e)| e)).collect()
        })
    }

    /// What the records in that property are over.
    fn last_subjects(&self, n: usize, record: &Record, objects: &mut dyn Objects) -> Result<Vec<Subject>> {
        self.sealed(n, |signature, (all, last)| {
            let end = last.map(Node::id);
            let form = Form::new(record, Vec::new(), |method, _| seal(signature, all, end, method, objects));
            Ok(vec![Subject { name: "Signature".to_owned(), forms: vec![form] }])
        })
    }

    fn check(&self, n: usize, record: &Record, objects: &mut dyn Objects) -> Result<()> {
        read_over(record, &self.last_subjects(n, record, objects)?, Vec::new()).must_hold()
    }

    /// Puts the bytes of a new record in the place of the one numbered `k` of the last property.
    fn put_record(&self, n: usize, k: usize, record: &Record) -> Result<Self> {
        if let Some(document) = record.document() {
            return Ok(self.with_text(document.to_owned()));
        }
        self.sealed(n, |_, (_, last)| {
            let node = last.into_iter().flat_map(Node::children).filter(|c| record_in(*c).is_some()).nth(k);
            let span = inner(node.ok_or(EvidenceError::NoData)?);
            let mut text = self.as_str().to_owned();
            text.replace_range(span, &STANDARD.encode(record.bytes()));
            Ok(self.with_text(text))
        })
    }
}

/// The property with one record.
fn property(record: &Record) -> Result<String> {
    let open = Tag::new("xadesen:SealingEvidenceRecords").with("xmlns:xadesen", SEALING);
    if record.form == EvidenceForm::Ers {
        let value = Tag::new("xadesen:ASN1EvidenceRecord").text(STANDARD.encode(record.bytes()));
        return Ok(open.child(value).to_string());
    }
    let malformed = |_| EvidenceError::Malformed("XML");
    let text = xml::decode(record.bytes()).map_err(malformed)?;
    let doc = Document::parse(&text, &Limits::default()).map_err(malformed)?;
    let element = text.get(doc.root().span()).unwrap_or_default();
    Ok(format!(
        "<xadesen:SealingEvidenceRecords xmlns:xadesen=\"{SEALING}\">{element}</xadesen:SealingEvidenceRecords>"
    ))
}

impl Seal for File {
    /// A counter-signature is covered with the signature that it stands in.
    fn ids(&self) -> Vec<String> {
        Raise::ids(self)
    }

    fn group(&mut self, id: &str, digest: DigestAlgorithm, _: EvidenceForm) -> Result<Vec<Vec<u8>>> {
        let n = self.number(id)?;
        Ok(vec![self.text.seal(n, digest, self.objects.as_mut())?])
    }

    fn embed(
        &mut self,
        id: &str,
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<()> {
        let record = Record::to_embed(form, digest, tree, token)?;
        let n = self.number(id)?;
        let new = property(&record)?;
        let mut changed = self.text.clone();
        changed.insert(n, |_| new)?;
        let there = changed.last_records(n)?.into_iter().next().ok_or(EvidenceError::NoData)?;
        changed.check(n, &there, self.objects.as_mut())?;
        self.text = changed;
        Ok(())
    }

    fn records(&mut self, id: &str) -> Result<Vec<Record>> {
        self.text.last_records(self.number(id)?)
    }

    fn regroup(&mut self, id: &str, k: usize, digest: DigestAlgorithm) -> Result<Vec<Vec<u8>>> {
        let n = self.number(id)?;
        let record = self.text.last_records(n)?.into_iter().nth(k).ok_or(EvidenceError::NoData)?;
        regroup(&record, digest, |probe| self.text.last_subjects(n, probe, self.objects.as_mut()))
    }

    fn replace(&mut self, id: &str, k: usize, record: &Record) -> Result<()> {
        let n = self.number(id)?;
        let old = self.text.last_records(n)?.into_iter().nth(k).ok_or(EvidenceError::NoData)?;
        if !is_renewal(&old, record) {
            return Err(EvidenceError::Foreign(id.to_owned()));
        }
        let changed = self.text.put_record(n, k, record)?;
        if self.text.is_broken_by(&changed)? {
            return Err(EvidenceError::Signed("another signature covers its unsigned properties".to_owned()));
        }
        let there = changed.last_records(n)?.into_iter().nth(k).ok_or(EvidenceError::NoData)?;
        changed.check(n, &there, self.objects.as_mut())?;
        self.text = changed;
        Ok(())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<()> {
        out.write_all(&self.text.to_bytes()).map_err(|e| EvidenceError::Write(e.to_string()))
    }
}
