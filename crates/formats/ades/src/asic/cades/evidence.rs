//! Evidence records of a container (EN 319 162-1 clause 4.3.3.3 and 4.4.3.2): over the files that their `ASiCEvidenceRecordManifest` names, in
//! ASiC-S over the one file.

use std::io::{Read, Seek};

use super::{Internal, read::Reader};
use crate::{
    asic::is_internal,
    evidence::{EvidenceError, Record, Subject, broken, read_over},
    facts::{Defect, EvidenceFacts, EvidenceForm},
};

/// Most records of a container: each may be over all of it.
const MAX_RECORDS: usize = 64;

impl<R: Read + Seek> Reader<'_, R> {
    pub(super) fn evidence(&mut self) {
        let ers = self.of(Internal::Evidence).into_iter().map(|n| (n, EvidenceForm::Ers));
        let mut all: Vec<(String, EvidenceForm)> = ers.collect();
        all.extend(self.of(Internal::XmlEvidence).into_iter().map(|n| (n, EvidenceForm::XmlErs)));
        if all.len() > MAX_RECORDS {
            self.tell("evidence.too-many", &MAX_RECORDS.to_string(), true);
            all.truncate(MAX_RECORDS);
        }
        let mut found = Vec::new();
        for (name, form) in all {
            let Some(bytes) = self.content(&name) else { continue };
            let record = Record::read(&bytes).and_then(|r| if r.form == form { Ok(r) } else { Err(OTHER) });
            match record {
                Ok(record) => found.push((first_time(&record), name, record)),
                Err(e) => self.facts.evidence.push(broken(form, &bytes, &e)),
            }
        }
        // A later record may be over an earlier one.
        found.sort_by_key(|(time, ..)| *time);
        for (_, name, record) in found {
            let Some(facts) = self.record(&name, &record) else { continue };
            let tokens: Vec<_> = facts.stamps.iter().flat_map(|s| crate::cades::token_objects(&s.token)).collect();
            self.hold(&name, tokens);
            self.facts.evidence.push(facts);
        }
    }

    /// One record over the files of its manifest.
    fn record(&mut self, name: &str, record: &Record) -> Option<EvidenceFacts> {
        let manifest = self.manifest_of(name).ok()?;
        let files = match &manifest {
            Some(manifest) => self.manifest_files(manifest, record),
            None => {
                let extended = self.facts.container == Some("ASiC-E");
                let files: Vec<String> =
                    self.names.iter().filter(|n| !is_internal(n) && !n.ends_with('/')).cloned().collect();
                if extended || files.len() != 1 {
                    self.tell("asic.no-signed-manifest", name, false);
                }
                files
            }
        };
        let mut defects: Vec<Defect> = Vec::new();
        let mut subjects = Vec::new();
        for file in &files {
            let covers = self.held_by(file);
            let mut subject = Subject::object(record, file, self.files, &mut defects);
            subject.forms.iter_mut().for_each(|f| f.covers.clone_from(&covers));
            subjects.push(subject);
        }
        let facts = read_over(record, &subjects, defects);
        if facts.stamps.iter().all(|s| s.imprint_matches == Some(true)) {
            let intact = facts.objects.iter().filter(|o| o.intact && !is_internal(&o.object)).map(|o| o.object.clone());
            self.stamped.extend(intact);
        }
        Some(facts)
    }

    /// The files of a manifest, with what is wrong in it. Its digests are of the method of the first tree (clause 4.4.3.2).
    fn manifest_files(&mut self, manifest: &str, record: &Record) -> Vec<String> {
        let method = record.chains.first().map(|c| c.digest);
        let mut files = Vec::new();
        for c in self.check(manifest) {
            if !c.reference.intact || c.reference.digest != method {
                self.tell("asic.manifest-digest", &c.name, false);
            }
            files.push(c.name);
        }
        files
    }
}

const OTHER: EvidenceError = EvidenceError::Malformed("of another kind than its name says");

fn first_time(record: &Record) -> Option<jiff::Timestamp> {
    let stamp = record.chains.first()?.stamps.first()?;
    Some(pki::TimeStampToken::from_ber(&stamp.token).ok()?.info.time)
}
