//! [`Seal`] for CMS files: records in unsigned attributes (TS 119 122-3), in one signer's at most.

use std::io::{Read, Seek, Write};

use pki::{Attribute, DigestAlgorithm, cms::Coding, oid};

use super::{
    CadesError, File,
    read::{is_record, sealed_subjects},
};
use crate::{
    evidence::{EvidenceError, Record, Seal, Subject, is_renewal, read_over, regroup},
    facts::EvidenceForm,
};

impl From<CadesError> for EvidenceError {
    fn from(e: CadesError) -> Self {
        match e {
            CadesError::Io(e) => Self::Write(e.to_string()),
            CadesError::Unknown(id) => Self::Unknown(id),
            other => Self::Signed(other.to_string()),
        }
    }
}

impl<R: Read + Seek + Send> File<R> {
    /// Whether an evidence record is over the message: then nothing else of it may change (TS 119 122-3 clause 5).
    pub(super) fn has_records(&self) -> bool {
        self.message.signers.iter().flat_map(|s| &s.unsigned).any(is_record)
    }

    fn place(&self, id: &str) -> Result<usize, EvidenceError> {
        self.number(id).ok_or_else(|| EvidenceError::Unknown(id.to_owned()))
    }

    /// The last attribute with records: of them alone nothing else is over.
    fn last(&self, signer: usize) -> Option<usize> {
        self.message.signers.get(signer)?.unsigned.iter().rposition(is_record)
    }

    fn subjects(&mut self, record: &Record, signer: usize, attribute: usize, id: &str) -> Vec<Subject> {
        self.with_content(|message, content| sealed_subjects(record, message, signer, attribute, content, id))
    }

    fn check(&mut self, record: &Record, signer: usize, attribute: usize, id: &str) -> Result<(), EvidenceError> {
        read_over(record, &self.subjects(record, signer, attribute, id), Vec::new()).must_hold()
    }
}

impl<R: Read + Seek + Send> Seal for File<R> {
    /// At most one signer has records; they are over the whole message.
    fn ids(&self) -> Vec<String> {
        let own = self.message.signers.iter().position(|s| s.unsigned.iter().any(is_record));
        self.ids().into_iter().skip(own.unwrap_or(0)).take(1).collect()
    }

    fn group(&mut self, id: &str, digest: DigestAlgorithm, form: EvidenceForm) -> Result<Vec<Vec<u8>>, EvidenceError> {
        let signer = self.place(id)?;
        if form != EvidenceForm::Ers {
            return Err(EvidenceError::Unsupported("CAdES in XML".to_owned()));
        }
        let others = self.message.signers.iter().enumerate().filter(|(n, _)| *n != signer);
        if others.flat_map(|(_, s)| &s.unsigned).any(is_record) {
            return Err(EvidenceError::Signed("another signer has evidence records".to_owned()));
        }
        if self.is_sealed() {
            return Err(EvidenceError::Signed("an archive time stamp of version 2 is over it".to_owned()));
        }
        let attached = self.is_attached();
        // As it will stand: with records it is written as it was found.
        let written = if self.has_records() { self.message.clone() } else { self.message.as_written() };
        let coding = if self.has_records() { Coding::AsFound } else { Coding::Definite };
        let around = written.around(coding).map_err(|e| EvidenceError::Signed(e.to_string()))?;
        self.with_content(|_, content| {
            let whole = content.whole(&written, &around, digest);
            let data = if attached { Some(None) } else { content.of(digest).map(Some) };
            let all = whole.zip(data).map(|(w, d)| std::iter::once(w).chain(d).collect());
            all.ok_or_else(|| EvidenceError::Object(id.to_owned()))
        })
    }

    fn embed(
        &mut self,
        id: &str,
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<(), EvidenceError> {
        let record = Record::new(form, digest, tree, token)?;
        let signer = self.place(id)?;
        let before = self.message.clone();
        if !self.has_records() {
            self.message = self.message.as_written();
        }
        let kind = if self.is_attached() { oid::EVIDENCE_RECORD_INTERNAL } else { oid::EVIDENCE_RECORD_EXTERNAL };
        let parts = self.message.signers.get_mut(signer).ok_or_else(|| EvidenceError::Unknown(id.to_owned()))?;
        let attribute = parts.unsigned.len();
        parts.add_unsigned(Attribute::new(kind, record.bytes().to_vec()));
        let checked = self.check(&record, signer, attribute, id);
        if checked.is_err() {
            self.message = before;
        }
        checked
    }

    fn records(&mut self, id: &str) -> Result<Vec<Record>, EvidenceError> {
        let signer = self.place(id)?;
        let last = self.last(signer).and_then(|n| self.message.signers.get(signer)?.unsigned.get(n));
        last.map(|a| a.values.iter().map(|v| Record::read(v)).collect()).unwrap_or_else(|| Ok(Vec::new()))
    }

    fn regroup(&mut self, id: &str, n: usize, digest: DigestAlgorithm) -> Result<Vec<Vec<u8>>, EvidenceError> {
        let record = self.records(id)?.into_iter().nth(n).ok_or(EvidenceError::NoData)?;
        let signer = self.place(id)?;
        let attribute = self.last(signer).ok_or(EvidenceError::NoData)?;
        regroup(&record, digest, |probe| Ok(self.subjects(probe, signer, attribute, id)))
    }

    fn replace(&mut self, id: &str, n: usize, record: &Record) -> Result<(), EvidenceError> {
        let old = self.records(id)?.into_iter().nth(n).ok_or(EvidenceError::NoData)?;
        let signer = self.place(id)?;
        let attribute = self.last(signer).ok_or(EvidenceError::NoData)?;
        if !is_renewal(&old, record) {
            return Err(EvidenceError::Foreign(id.to_owned()));
        }
        self.check(record, signer, attribute, id)?;
        let parts = self.message.signers.get_mut(signer).ok_or_else(|| EvidenceError::Unknown(id.to_owned()))?;
        let mut values = parts.unsigned.get(attribute).map(|a| a.values.clone()).unwrap_or_default();
        if let Some(value) = values.get_mut(n) {
            *value = record.bytes().to_vec();
        }
        parts.replace_unsigned(attribute, values);
        Ok(())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), EvidenceError> {
        Ok(File::write(self, out)?)
    }
}
