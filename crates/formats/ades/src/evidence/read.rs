//! Evidence records as facts.

use pki::TimeStampToken;

use super::{
    EvidenceError, Form, Record, Subject,
    record::{Chain, group},
    root,
};
use crate::{
    facts::{Defect, EvidenceFacts, EvidenceForm, FileFacts, ObjectId, ReferenceFacts, TimestampFacts, TimestampKind},
    xades::{Objects, defect},
};

/// Reads a stand-alone record over the objects `names`.
pub fn read(bytes: &[u8], names: &[String], objects: &mut dyn Objects) -> EvidenceFacts {
    match Record::read(bytes) {
        Ok(record) => read_record(&record, names, objects),
        Err(e) => {
            let form = if bytes.first() == Some(&0x30) { EvidenceForm::Ers } else { EvidenceForm::XmlErs };
            broken(form, bytes, &e)
        }
    }
}

/// Reads a file that is a record; the objects are all that the caller has.
pub(crate) fn read_file(container: &'static str, bytes: &[u8], objects: &mut dyn Objects) -> FileFacts {
    let names = objects.names();
    let facts = read(bytes, &names, objects);
    let defects = facts.defects.iter().filter(|d| d.fatal).cloned().collect();
    FileFacts { container: Some(container), evidence: vec![facts], defects, ..FileFacts::default() }
}

pub(crate) fn broken(form: EvidenceForm, bytes: &[u8], error: &EvidenceError) -> EvidenceFacts {
    let defects = vec![defect(error.code(), error.to_string(), true)];
    EvidenceFacts { form, record: bytes.to_vec(), stamps: Vec::new(), objects: Vec::new(), defects }
}

/// Reads a record over the objects `names`: every object must be in the first list of each chain, and nothing else.
pub fn read_record(record: &Record, names: &[String], objects: &mut dyn Objects) -> EvidenceFacts {
    let mut defects = Vec::new();
    let subjects: Vec<Subject> = names.iter().map(|n| Subject::object(record, n, objects, &mut defects)).collect();
    read_over(record, &subjects, defects)
}

/// What is known of a subject: its name, and the form of it that the record has.
struct Known<'s> {
    name: &'s str,
    form: Option<&'s Form>,
}

/// The form in which each subject is in the first list.
fn known<'s>(record: &Record, subjects: &'s [Subject]) -> Vec<Known<'s>> {
    let list = record.first_list();
    subjects.iter().map(|s| Known { name: &s.name, form: s.in_list(&list) }).collect()
}

/// Reads a record over these subjects.
pub(crate) fn read_over(record: &Record, subjects: &[Subject], mut defects: Vec<Defect>) -> EvidenceFacts {
    let known = known(record, subjects);
    let mut covered: Vec<ObjectId> = known.iter().filter_map(|k| k.form).flat_map(|f| f.covers.clone()).collect();
    let mut stamps = Vec::new();
    let mut times = Vec::new();
    let mut facts: Vec<ReferenceFacts> = known
        .iter()
        .map(|k| ReferenceFacts {
            object: k.name.to_owned(),
            digest: record.chains.first().map(|c| c.digest),
            found: k.form.is_some(),
            intact: k.form.is_some(),
            properties: false,
        })
        .collect();
    for (number, chain) in record.chains.iter().enumerate() {
        let own = objects_of(record.form, number, chain, &known);
        let mut previous: Option<&[u8]> = None;
        for stamp in &chain.stamps {
            let info = TimeStampToken::from_ber(&stamp.token).ok().map(|t| t.info);
            let first: Vec<Vec<u8>> = match (previous, stamp.tree.first()) {
                (_, Some(list)) => list.clone(),
                (Some(before), None) => vec![chain.digest.of(before)],
                (None, None) => own.expected.clone(),
            };
            match previous {
                Some(before) if !first.contains(&chain.digest.of(before)) => {
                    defects.push(defect("evidence.renewal", "ArchiveTimeStamp", true));
                }
                Some(_) => {}
                None => members(&own, &first, &mut facts, &mut defects),
            }
            let tree = if stamp.tree.is_empty() { vec![first] } else { stamp.tree.clone() };
            let expected = root(chain.digest, &tree);
            let imprint_matches =
                info.as_ref().map(|i| i.digest == chain.digest && Some(&i.imprint) == expected.as_ref());
            times.extend(info.map(|i| i.time));
            stamps.push(TimestampFacts {
                kind: TimestampKind::Container,
                token: stamp.token.clone(),
                imprint_matches,
                covers: covered.clone(),
            });
            covered.push(ObjectId::of(&stamp.token));
            previous = Some(&stamp.stamped);
        }
    }
    if !times.is_sorted() {
        defects.push(defect("evidence.order", "ArchiveTimeStamp", true));
    }
    EvidenceFacts { form: record.form, record: record.bytes.clone(), stamps, objects: facts, defects }
}

/// What the objects must be in the first list of a chain.
struct Own {
    /// For each object, in order.
    each: Vec<Option<Vec<u8>>>,
    /// The whole list when there is no tree.
    expected: Vec<Vec<u8>>,
    /// What stands there beside objects: the sequence before, in XML.
    beside: Vec<Vec<u8>>,
}

fn objects_of(form: EvidenceForm, number: usize, chain: &Chain, known: &[Known<'_>]) -> Own {
    let digests: Vec<Option<Vec<u8>>> = known.iter().map(|k| k.form?.digest(number).cloned()).collect();
    let present: Vec<Vec<u8>> = digests.iter().flatten().cloned().collect();
    if chain.before.is_empty() {
        return Own { each: digests, expected: present, beside: Vec::new() };
    }
    let one = |d: Vec<u8>| group(form, chain.digest, &[d], &chain.before).into_iter().next();
    let beside = if form == EvidenceForm::XmlErs { vec![chain.digest.of(&chain.before)] } else { Vec::new() };
    let expected = group(form, chain.digest, &present, &chain.before);
    Own { each: digests.into_iter().map(|d| d.and_then(one)).collect(), expected, beside }
}

/// Each object must be in the list, the sequence before it too, and every digest of the list must be somebody's.
fn members(own: &Own, list: &[Vec<u8>], facts: &mut [ReferenceFacts], defects: &mut Vec<Defect>) {
    for (fact, digest) in facts.iter_mut().zip(&own.each) {
        if digest.as_ref().is_none_or(|d| !list.contains(d)) {
            fact.intact = false;
        }
    }
    if own.beside.iter().any(|b| !list.contains(b)) {
        defects.push(defect("evidence.renewal", "ArchiveTimeStampChain", true));
    }
    let strangers =
        list.iter().filter(|d| !own.beside.contains(d) && !own.each.iter().flatten().any(|o| o == *d)).count();
    let unmatched = facts.iter().filter(|f| f.found && !f.intact).count();
    if strangers > unmatched {
        defects.push(defect("evidence.incomplete", strangers.to_string(), false));
    }
}

impl EvidenceFacts {
    /// Whether the record is over what it is said to be over. Its time stamps are judged one by one.
    pub(crate) fn is_whole(&self) -> bool {
        !self.stamps.is_empty()
            && self.objects.iter().all(|o| o.found && o.intact)
            && !self.defects.iter().any(|d| d.fatal)
    }

    /// Whether its time stamps are over it, too.
    pub(crate) fn holds(&self) -> bool {
        self.is_whole() && self.stamps.iter().all(|s| s.imprint_matches == Some(true))
    }

    /// What a writer asks before it takes a record.
    pub(crate) fn must_hold(&self) -> Result<(), EvidenceError> {
        if self.holds() {
            return Ok(());
        }
        let other = self.objects.iter().find(|o| !o.intact).map(|o| o.object.clone());
        Err(other.map_or(EvidenceError::Timestamp, EvidenceError::Foreign))
    }
}
