//! Records in ASiC-E (EN 319 162-1 clause 4.4.3.2): a file of their own, over the files that an `ASiCEvidenceRecordManifest` names.

use std::{
    collections::{BTreeMap, HashSet},
    io::{Read, Seek, Write},
};

use jiff::Timestamp;
use pki::{DigestAlgorithm, TimeStampToken};

use super::{Seal, is_renewal, regroup};
use crate::{
    asic::{
        ASIC_E,
        cades::{Entry, Internal, Manifest, internal, name_of, numbered},
        copy, is_odf_manifest, is_signature,
    },
    evidence::{EvidenceError, Record, Subject, object_digest, read_over},
    facts::{Defect, EvidenceForm},
    xades::Objects,
    zip::{Archive, Writer},
};

/// The id that stands for the container as a whole.
const CONTAINER: &str = "container";
/// Largest file of `META-INF` that is read into memory.
const MAX_INTERNAL: u64 = 64 << 20;

/// An ASiC-E container, open to take evidence records over all that is in it.
pub struct Container<R> {
    archive: Archive<R>,
    /// Content of entries that are new or changed.
    changed: BTreeMap<String, Vec<u8>>,
}

/// The entries as they will be written.
struct Entries<'c, R>(&'c mut Container<R>);

impl<R: Read + Seek> Objects for Entries<'_, R> {
    fn has(&self, name: &str) -> bool {
        self.0.changed.contains_key(name) || self.0.archive.find(name).is_some_and(|e| !e.is_directory())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        match self.0.changed.get(name) {
            Some(bytes) => {
                out.write_all(bytes).map_err(|e| crate::xades::defect("cades.content", format!("{name}: {e}"), false))
            }
            None => copy(&mut self.0.archive, name, out),
        }
    }
}

fn broken(e: impl ToString) -> EvidenceError {
    EvidenceError::Signed(e.to_string())
}

fn unread(name: &str) -> impl Fn(Defect) -> EvidenceError + '_ {
    move |d| EvidenceError::Object(format!("{name}: {}", d.object))
}

impl<R: Read + Seek + Send> Container<R> {
    /// An archive that is open.
    ///
    /// # Errors
    /// When it is no ASiC-E: in ASiC-S a record stands alone, or in a signature.
    pub fn over(mut archive: Archive<R>) -> Result<Self, EvidenceError> {
        let declared = match archive.find("mimetype") {
            Some(_) => archive.content("mimetype", 256).map_err(broken)?,
            None => Vec::new(),
        };
        let text = String::from_utf8_lossy(&declared);
        if text.trim_start_matches('\u{feff}').trim_end() != ASIC_E {
            return Err(EvidenceError::Unsupported("a container other than ASiC-E".to_owned()));
        }
        Ok(Self { archive, changed: BTreeMap::new() })
    }

    fn names(&self) -> Vec<String> {
        let kept = self.archive.entries().iter().map(|e| e.name().to_owned());
        let kept: Vec<String> = kept.filter(|n| !self.changed.contains_key(n)).collect();
        kept.into_iter().chain(self.changed.keys().cloned()).collect()
    }

    /// All that a new record is over. The list of media types may change with the next file: it is nobody's evidence.
    fn files(&self) -> Vec<String> {
        let own = |n: &String| n != "mimetype" && !is_odf_manifest(n) && !n.ends_with('/');
        self.names().into_iter().filter(own).collect()
    }

    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, EvidenceError> {
        match self.changed.get(name) {
            Some(bytes) => Ok(bytes.clone()),
            None => self.archive.content(name, MAX_INTERNAL).map_err(broken),
        }
    }

    /// Names of records, each with the files that its manifest names.
    fn located(&mut self) -> Result<Vec<(String, Vec<String>)>, EvidenceError> {
        let names = self.names();
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        let locate = |uri: &str| name_of(uri, &|n| known.contains(n));
        let mut all = Vec::new();
        for name in names.iter().filter(|n| internal(n) == Some(Internal::EvidenceManifest)) {
            let manifest = Manifest::read(&self.bytes(name)?).map_err(broken)?;
            let files = manifest.entries.iter().map(|e| locate(&e.uri).unwrap_or_else(|| e.uri.clone())).collect();
            if let Some(record) = locate(&manifest.over) {
                all.push((record, files));
            }
        }
        Ok(all)
    }

    /// Those that no later one is over.
    fn open_records(&mut self) -> Result<Vec<(String, Vec<String>, Record)>, EvidenceError> {
        let all = self.located()?;
        let mut open = Vec::new();
        for (name, files) in &all {
            if !all.iter().any(|(_, over)| over.contains(name)) {
                open.push((name.clone(), files.clone(), Record::read(&self.bytes(name)?)?));
            }
        }
        Ok(open)
    }

    /// The name of a new record. Beside XAdES there is one name for each form (EN 319 162-1 clause 4.4.3.2), beside CAdES a number in it.
    fn name(&self, form: EvidenceForm) -> Result<String, EvidenceError> {
        let extension = if form == EvidenceForm::Ers { "ers" } else { "xml" };
        let names = self.names();
        let taken = |n: &str| names.iter().any(|have| have == n);
        if !names.iter().any(|n| is_signature(n)) {
            return Ok(numbered("evidencerecord", extension, &taken));
        }
        let name = format!("META-INF/evidencerecord.{extension}");
        if taken(&name) {
            return Err(EvidenceError::Signed("it has an evidence record of this form: renew that".to_owned()));
        }
        Ok(name)
    }

    fn known(&self, id: &str) -> Result<(), EvidenceError> {
        if id == CONTAINER { Ok(()) } else { Err(EvidenceError::Unknown(id.to_owned())) }
    }

    fn subjects(&mut self, record: &Record, files: &[String]) -> (Vec<Subject>, Vec<Defect>) {
        let mut defects = Vec::new();
        let mut entries = Entries(self);
        let all = files.iter().map(|f| Subject::object(record, f, &mut entries, &mut defects)).collect();
        (all, defects)
    }

    fn check(&mut self, record: &Record, files: &[String]) -> Result<(), EvidenceError> {
        let (subjects, defects) = self.subjects(record, files);
        read_over(record, &subjects, defects).must_hold()
    }
}

impl<R: Read + Seek + Send> Seal for Container<R> {
    fn ids(&self) -> Vec<String> {
        vec![CONTAINER.to_owned()]
    }

    fn group(&mut self, id: &str, digest: DigestAlgorithm, form: EvidenceForm) -> Result<Vec<Vec<u8>>, EvidenceError> {
        self.known(id)?;
        self.name(form)?;
        let files = self.files();
        let mut entries = Entries(self);
        files.iter().map(|f| object_digest(&mut entries, f, digest, form).map_err(unread(f))).collect()
    }

    fn embed(
        &mut self,
        id: &str,
        form: EvidenceForm,
        digest: DigestAlgorithm,
        tree: Vec<Vec<Vec<u8>>>,
        token: &[u8],
    ) -> Result<(), EvidenceError> {
        self.known(id)?;
        let record = Record::new(form, digest, tree, token)?;
        let files = self.files();
        self.check(&record, &files)?;
        let name = self.name(form)?;
        let names = self.names();
        let taken = |n: &str| names.iter().any(|have| have == n);
        let mut entries = Vec::new();
        for file in &files {
            let value = Entries(self).digest(file, digest).map_err(unread(file))?;
            entries.push(Entry::new(file, None, digest, value));
        }
        let manifest = Manifest { over: name.clone(), over_type: "", entries }.write();
        self.changed.insert(numbered("ASiCEvidenceRecordManifest", "xml", &taken), manifest);
        self.changed.insert(name, record.bytes().to_vec());
        Ok(())
    }

    fn records(&mut self, id: &str) -> Result<Vec<Record>, EvidenceError> {
        self.known(id)?;
        Ok(self.open_records()?.into_iter().map(|(_, _, record)| record).collect())
    }

    fn regroup(&mut self, id: &str, n: usize, digest: DigestAlgorithm) -> Result<Vec<Vec<u8>>, EvidenceError> {
        self.known(id)?;
        let (_, files, record) = self.open_records()?.into_iter().nth(n).ok_or(EvidenceError::NoData)?;
        regroup(&record, digest, |probe| Ok(self.subjects(probe, &files).0))
    }

    fn replace(&mut self, id: &str, n: usize, record: &Record) -> Result<(), EvidenceError> {
        self.known(id)?;
        let (name, files, old) = self.open_records()?.into_iter().nth(n).ok_or(EvidenceError::NoData)?;
        if !is_renewal(&old, record) {
            return Err(EvidenceError::Foreign(name));
        }
        self.check(record, &files)?;
        self.changed.insert(name, record.bytes().to_vec());
        Ok(())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), EvidenceError> {
        // Entries that are written anew are as old as their latest time stamp.
        let records = self.changed.values().filter_map(|bytes| Record::read(bytes).ok());
        let tokens = records.flat_map(|r| r.chains).flat_map(|c| c.stamps).map(|s| s.token);
        let times = tokens.filter_map(|t| TimeStampToken::from_ber(&t).ok()).map(|t| t.info.time);
        let mut zip = Writer::new(out, times.max().unwrap_or(Timestamp::UNIX_EPOCH));
        let written = |e: crate::zip::ZipError| EvidenceError::Write(e.to_string());
        let names: Vec<String> = self.archive.entries().iter().map(|e| e.name().to_owned()).collect();
        for name in &names {
            if let Some(content) = self.changed.get(name) {
                zip.deflated(name, content).map_err(written)?;
                continue;
            }
            let (record, raw) = self.archive.raw(name).map_err(written)?;
            zip.copy(&record, raw).map_err(written)?;
        }
        for (name, content) in self.changed.iter().filter(|(n, _)| !names.contains(n)) {
            zip.deflated(name, content).map_err(written)?;
        }
        zip.finish().map_err(written)?;
        Ok(())
    }
}
