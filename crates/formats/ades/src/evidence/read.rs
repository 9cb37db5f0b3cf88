//! Evidence records as facts.

use pki::{DigestAlgorithm, TimeStampToken};

use super::{
    EvidenceError, Record, digest_by,
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

fn broken(form: EvidenceForm, bytes: &[u8], error: &EvidenceError) -> EvidenceFacts {
    let defects = vec![defect(error.code(), error.to_string(), true)];
    EvidenceFacts { form, record: bytes.to_vec(), stamps: Vec::new(), objects: Vec::new(), defects }
}

/// What is known of an object: its name, its identity, and its digests by algorithm.
struct Known {
    name: String,
    id: Option<ObjectId>,
    digests: Vec<(DigestAlgorithm, Option<Vec<u8>>)>,
}

/// Reads a record over the objects `names`: every object must be in the first list of each chain, and nothing else.
pub fn read_record(record: &Record, names: &[String], objects: &mut dyn Objects) -> EvidenceFacts {
    let mut defects = Vec::new();
    let known: Vec<Known> = names.iter().map(|n| look(record, n, objects, &mut defects)).collect();
    let mut covered: Vec<ObjectId> = known.iter().filter_map(|k| k.id).collect();
    let mut stamps = Vec::new();
    let mut times = Vec::new();
    let mut facts: Vec<ReferenceFacts> = known
        .iter()
        .map(|k| ReferenceFacts {
            object: k.name.clone(),
            digest: record.chains.first().map(|c| c.digest),
            found: k.id.is_some(),
            intact: k.id.is_some(),
            properties: false,
        })
        .collect();
    for chain in &record.chains {
        let own = objects_of(record.form, chain, &known);
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

/// Reads an object once for each algorithm of the record.
fn look(record: &Record, name: &str, objects: &mut dyn Objects, defects: &mut Vec<Defect>) -> Known {
    let mut known = Known { name: name.to_owned(), id: None, digests: Vec::new() };
    match objects.digest(name, DigestAlgorithm::Sha256) {
        Ok(digest) => known.id = ObjectId::from_digest(&digest),
        Err(d) => {
            defects.push(d);
            return known;
        }
    }
    for chain in &record.chains {
        if known.digests.iter().all(|(d, _)| *d != chain.digest) {
            let digest = digest_by(objects, name, chain.digest, record.form, &chain.canonical).ok();
            known.digests.push((chain.digest, digest));
        }
    }
    known
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

fn objects_of(form: EvidenceForm, chain: &Chain, known: &[Known]) -> Own {
    let own = |k: &Known| k.digests.iter().find(|(d, _)| *d == chain.digest).and_then(|(_, v)| v.clone());
    let digests: Vec<Option<Vec<u8>>> = known.iter().map(own).collect();
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
