//! Evidence records in unsigned attributes (RFC 4998 appendix A, TS 119 122-3): over the whole message as it was before they were put into it,
//! and in `external-evidence-records` over the detached data beside it.

use pki::{
    DigestAlgorithm, TimeStampToken,
    cms::{Message, RawAttribute, SignerParts},
    oid,
};

use super::{signer::Reader, unsigned::objects};
use crate::{
    cades::{content::Content, values},
    evidence::{EvidenceError, Form, Record, Subject, broken, read_over},
    facts::{EvidenceFacts, EvidenceForm, ObjectId, SignatureFacts},
    xades::defect,
};

/// Most records of one signature: each is over the whole file.
const MAX_RECORDS: usize = 16;

/// Whether an attribute holds evidence records.
pub(crate) fn is_record(a: &RawAttribute) -> bool {
    matches!(a.oid, oid::EVIDENCE_RECORD_INTERNAL | oid::EVIDENCE_RECORD_EXTERNAL)
}

/// Reads the records of the attribute number `n`.
pub(super) fn read(reader: &mut Reader<'_, '_>, n: usize, facts: &mut SignatureFacts) {
    let (message, parts) = (reader.placed.message, reader.parts);
    let Some(attribute) = parts.unsigned.get(n) else { return };
    let signer = message.signers.iter().position(|s| std::ptr::eq(s, parts));
    for value in &attribute.values {
        if facts.evidence.len() >= MAX_RECORDS {
            facts.defects.push(defect("evidence.too-many", MAX_RECORDS.to_string(), false));
            return;
        }
        // One of a counter-signature is not defined.
        let record = signer.ok_or(EvidenceError::Malformed("in a counter-signature")).and_then(|_| Record::read(value));
        facts.evidence.push(match (record, signer) {
            (Ok(record), Some(signer)) => one(&record, message, signer, n, reader.content, &facts.id),
            (Err(e), _) => broken(EvidenceForm::Ers, value, &e),
            (Ok(_), None) => continue,
        });
    }
}

fn one(
    record: &Record,
    message: &Message,
    signer: usize,
    n: usize,
    content: &mut Content<'_>,
    id: &str,
) -> EvidenceFacts {
    let subjects = sealed_subjects(record, message, signer, n, content, id);
    let defects = content.failed.iter().cloned().collect();
    read_over(record, &subjects, defects)
}

/// The message as a record in this attribute may have found it: with everything but this record and later ones (a SET may have been sorted),
/// else with what stands before it.
fn before(message: &Message, signer: usize, n: usize, own: &RawAttribute) -> Vec<Message> {
    let Some(parts) = message.signers.get(signer) else { return Vec::new() };
    let made = |a: &RawAttribute| a.values.iter().filter_map(|v| first_time(v)).min();
    let earlier = |at: usize| {
        parts
            .unsigned
            .get(at)
            .is_some_and(|a| at != n && (!is_record(a) || made(a).is_some_and(|t| Some(t) < made(own))))
    };
    let with = |keep: &dyn Fn(usize) -> bool| {
        let mut message = message.clone();
        message.signers.get_mut(signer).into_iter().for_each(|s| s.keep_unsigned(keep));
        message
    };
    let mut all = vec![with(&earlier)];
    let by_place = with(&|at| at < n);
    if !all.contains(&by_place) {
        all.push(by_place);
    }
    all
}

fn first_time(record: &[u8]) -> Option<jiff::Timestamp> {
    let record = Record::read(record).ok()?;
    let stamp = record.chains.first()?.stamps.first()?;
    Some(TimeStampToken::from_ber(&stamp.token).ok()?.info.time)
}

/// What a record in the attribute number `n` of a signer is over.
pub(crate) fn sealed_subjects(
    record: &Record,
    message: &Message,
    signer: usize,
    n: usize,
    content: &mut Content<'_>,
    id: &str,
) -> Vec<Subject> {
    let Some(attribute) = message.signers.get(signer).and_then(|s| s.unsigned.get(n)) else { return Vec::new() };
    let sha256 = content.of(DigestAlgorithm::Sha256).and_then(|d| ObjectId::from_digest(&d));
    let inside = message.content.is_some();
    let mut forms = Vec::new();
    for candidate in &before(message, signer, n, attribute) {
        let mut covers = held(candidate);
        covers.extend(sha256.filter(|_| inside));
        for coding in candidate.codings() {
            let Ok(around) = candidate.around(coding) else { continue };
            let of = |method, _: &xml::C14n| content.whole(candidate, &around, method);
            forms.push(Form::new(record, covers.clone(), of));
        }
    }
    let mut all = vec![Subject { name: id.to_owned(), forms }];
    if attribute.oid == oid::EVIDENCE_RECORD_EXTERNAL {
        let known = content.is_there() && sha256.is_some();
        let form = known.then(|| Form::new(record, sha256.into_iter().collect(), |method, _| content.of(method)));
        all.push(Subject { name: content.name(), forms: form.into_iter().collect() });
    }
    all
}

/// Everything that a message carries, but for its content.
pub(crate) fn held(message: &Message) -> Vec<ObjectId> {
    let mut all: Vec<ObjectId> = message.certificates().map(|c| ObjectId::of(c)).collect();
    all.extend(message.crls().map(|c| ObjectId::of(c)));
    all.extend(message.ocsps().map(|o| ObjectId::of(&o)));
    for parts in &message.signers {
        all.extend(signer_objects(parts));
    }
    all
}

fn signer_objects(parts: &SignerParts) -> Vec<ObjectId> {
    let Ok(info) = parts.info() else { return Vec::new() };
    let mut all = vec![ObjectId::of(&info.signature)];
    let content_stamps = info.signed.iter().filter(|a| a.oid == oid::CONTENT_TIME_STAMP).flat_map(|a| &a.values);
    all.extend(content_stamps.flat_map(|t| values::token_objects(t)));
    for a in &parts.unsigned {
        for value in &a.values {
            all.extend(objects(a, value));
            if is_record(a)
                && let Ok(record) = Record::read(value)
            {
                let stamps = record.chains.iter().flat_map(|c| &c.stamps);
                all.extend(stamps.flat_map(|s| values::token_objects(&s.token)));
            }
        }
    }
    all
}
