//! Facts about all signatures of a PDF.

mod bare;
mod cms;
mod stamps;
mod told;

use std::{cell::LazyCell, collections::BTreeSet};

use pki::SignedData;

use self::{
    cms::{Contents, SubFilter},
    stamps::Stamp,
};
use super::{
    changes::Reach,
    coverage::{LazyReach, Seen, judge},
    date, dss,
    fields::{Field, Value, form_to_read},
    range::{Covered as Range, Digests},
};
use crate::{
    facts::{
        Coverage, Covered, Defect, FileFacts, Format, Level, ObjectId, ReferenceFacts, SignatureFacts, TimestampFacts,
        TimestampKind,
    },
    material::Material,
    pdf::{Bytes, Document, Limits, Object, PdfError},
};

/// Reads every signature and document time stamp of a PDF. `name` is the file as shown to a person.
pub fn read<'a>(name: &str, data: impl Into<Bytes<'a>>, limits: &Limits) -> Result<FileFacts, PdfError> {
    let doc = Document::open_to_read(data, limits)?;
    let form = form_to_read(&doc)?;
    let reach: LazyReach<'_> = LazyCell::new(Box::new(|| Reach::of(&doc)));
    let mut file = FileFacts { container: Some("PDF"), ..FileFacts::default() };
    file.defects.extend(told::document(&doc, name, &form.signatures));
    let material = dss::read(&doc).unwrap_or_else(|e| {
        let object = format!("/DSS: {}", e.code());
        file.defects.push(Defect { code: "pades.validation-data-unreadable", object, fatal: false });
        Material::default()
    });
    for (place, error) in &form.unread {
        let object = format!("{place}: {}", error.code());
        file.defects.push(Defect { code: "pades.field-unreadable", object, fatal: false });
    }
    let present = form.signatures.iter().filter_map(|field| Some((field, field.value.as_ref()?)));
    let judged: Vec<_> = present.map(|(field, value)| (field, value, judge(&doc, &reach, field, value))).collect();
    let digests = Digests::new(doc.data(), judged.iter().filter_map(|(_, _, seen)| seen.covered.as_ref()));
    let mut found = Vec::new();
    let mut stamps = Vec::new();
    for (field, value, seen) in judged {
        if value.dict.is("Type", "DocTimeStamp") || value.dict.is("SubFilter", "ETSI.RFC3161") {
            let stamp = Stamp::read(&doc, value, seen, &digests);
            file.defects.extend(stamp.defects.iter().cloned());
            stamps.push(stamp);
        } else {
            found.push((field, value, seen));
        }
    }
    stamps.sort_by_key(|s| s.range.as_ref().map(|r| r.end));
    if found.is_empty() && !stamps.is_empty() {
        file.defects.push(Defect { code: "pades.only-time-stamps", object: name.to_owned(), fatal: false });
    }
    let mut ids = BTreeSet::new();
    for (field, value, seen) in found {
        let end = seen.covered.as_ref().map(|r| r.end);
        let mut facts = signature(&doc, name, field, value, seen, &digests);
        let mut id = field.name.clone();
        while !ids.insert(id.clone()) {
            id.push('\'');
        }
        facts.id = id;

        complete(&mut facts, &material, &stamps, end);
        file.signatures.push(facts);
    }
    // A signature that cannot be read is one that does not hold, and no fault of the others.
    for (name, error) in form.broken {
        let mut facts = SignatureFacts::unread(name.clone(), Format::PAdES);
        let object = format!("{name}: {}", error.code());
        facts.defects.push(Defect { code: "pades.signature-unreadable", object, fatal: true });
        file.signatures.push(facts);
    }
    Ok(file)
}

/// Adds what stands outside the signature itself: the store of validation data and document time stamps.
fn complete(facts: &mut SignatureFacts, material: &Material, stamps: &[Stamp], end: Option<usize>) {
    let merge = |here: &mut Vec<Vec<u8>>, there: &[Vec<u8>]| {
        for der in there {
            if !here.contains(der) {
                here.push(der.clone());
            }
        }
    };
    let own = facts.objects();
    let mut earlier: Vec<ObjectId> = Vec::new();
    merge(&mut facts.certificates, &material.certificates);
    merge(&mut facts.crls, &material.crls);
    merge(&mut facts.ocsps, &material.ocsps);
    for stamp in stamps {
        let over = matches!((end, &stamp.range), (Some(end), Some(range)) if range.gap.start >= end);
        let covers = || own.iter().chain(&stamp.covers).chain(&earlier).copied().collect();
        if over {
            facts.timestamps.push(TimestampFacts {
                kind: TimestampKind::Document,
                token: stamp.token.clone(),
                imprint_matches: stamp.imprint_matches,
                covers: covers(),
            });
        }
        earlier.push(ObjectId::of(&stamp.token));
    }
    let stamped = facts.timestamps.iter().any(|t| t.kind != TimestampKind::Content);
    let revocation = !(facts.crls.is_empty() && facts.ocsps.is_empty());
    let archived = stamps.iter().any(|s| !s.covers.is_empty())
        && facts.timestamps.iter().any(|t| t.kind == TimestampKind::Document);
    facts.level_elements = match facts.level_elements {
        Some(_) if stamped && revocation && archived => Some(Level::LTA),
        Some(_) if stamped && revocation => Some(Level::LT),
        Some(_) if stamped => Some(Level::T),
        other => other,
    };
}

fn signature(
    doc: &Document<'_>,
    name: &str,
    field: &Field,
    value: &Value,
    seen: Seen,
    digests: &Digests<'_>,
) -> SignatureFacts {
    let mut facts = SignatureFacts::unread("", Format::PAdES);
    facts.claimed_time = value.dict.get("M").to_text().and_then(|t| date::read(&t));
    facts.scope = vec![Covered { name: name.to_owned(), covered: seen.coverage }];
    facts.defects = seen.defects;
    let defect = |code, object: String, fatal| Defect { code, object, fatal };
    let kind = SubFilter::of(&value.dict);
    match kind {
        SubFilter::Cades => {}
        SubFilter::Detached | SubFilter::Sha1 | SubFilter::Bare => {
            facts.defects.push(defect("pades.legacy-subfilter", shown(value), false))
        }
        SubFilter::Other => {
            facts.defects.push(defect("pades.unsupported-subfilter", shown(value), false));
            return facts;
        }
    }
    let Some(range) = seen.covered else { return facts };
    let Some(contents) = value.dict.get("Contents").as_string() else { return facts };
    if kind == SubFilter::Bare {
        if let Err(code) = bare::fill(&mut facts, doc, &value.dict, &range, digests) {
            facts.defects.push(defect(code, field.name.clone(), true));
        }
        return facts;
    }
    let (data, padding_clean) = match cms::parse(contents) {
        Ok(parsed) => parsed,
        Err(pki::Error::UnsupportedAlgorithm(id)) => {
            let code = if pki::oid::is_dsa(id) { crate::facts::DSA } else { "pades.algorithm" };
            facts.defects.push(defect(code, format!("{}: {id}", field.name), false));
            return facts;
        }
        Err(e) => {
            facts.defects.push(defect("pades.cms-broken", format!("{}: {}", field.name, e.code()), true));
            return facts;
        }
    };
    if !padding_clean {
        facts.defects.push(defect("pades.contents-padding", field.name.clone(), false));
    }
    if let Err(code) = fill(&mut facts, doc, kind, &range, &data, digests) {
        facts.defects.push(defect(code, field.name.clone(), true));
    }
    if facts.scope.iter().all(|c| c.covered == Coverage::None) {
        facts.level_elements = None;
    }
    facts
}

fn shown(value: &Value) -> String {
    match value.dict.get("SubFilter") {
        Object::Name(n) => String::from_utf8_lossy(n).into_owned(),
        _ => "-".to_owned(),
    }
}

/// Fills in what the CMS message says.
fn fill(
    facts: &mut SignatureFacts,
    doc: &Document<'_>,
    kind: SubFilter,
    range: &Range,
    data: &SignedData,
    digests: &Digests<'_>,
) -> Result<(), &'static str> {
    facts.certificates.clone_from(&data.certificates);
    facts.crls.clone_from(&data.crls);
    facts.ocsps.clone_from(&data.ocsps);
    let signer = data.only_signer().map_err(|_| "pades.signers")?;
    facts.algorithm = Some(signer.algorithm);
    facts.value = ObjectId::of(&signer.signature);

    let hash = |algorithm| digests.of(range, algorithm).map_err(|_| "pades.unreadable");
    let contents = Contents { kind, data, signer };
    let (digest, intact) = contents.digest(&hash)?;
    facts.references.push(ReferenceFacts {
        object: range.text(),
        digest: Some(digest),
        found: true,
        intact,
        properties: false,
    });

    let certificate = contents.certificate();
    facts.certificate_reference_matches = contents.reference_matches(certificate.as_ref())?;
    if let Some(certificate) = &certificate {
        facts.signing_certificate = Some(certificate.der().to_vec());
        facts.value_verifies = Some(contents.verifies(certificate, doc.data(), range)?);
    }
    contents.attributes(facts, &hash)?;
    if kind == SubFilter::Cades && facts.certificate_reference_matches.is_some() && facts.claimed_time.is_some() {
        facts.level_elements = Some(Level::B);
    }
    Ok(())
}
