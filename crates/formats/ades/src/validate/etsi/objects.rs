use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::Certificate;

use super::{proof_type, stamp, status, timestamp_outcome, xml::Xml};
use crate::{
    facts::ObjectId,
    validate::{SignatureReport, StampDetail, detailed::id_of},
};

/// Validation objects of TS 119 102-2 clause 4.4, each once.
#[derive(Default)]
pub(super) struct Objects {
    certificates: BTreeMap<ObjectId, Certificate>,
    stamps: BTreeMap<ObjectId, StampDetail>,
    proofs: BTreeMap<ObjectId, Timestamp>,
}

/// Id of an object in the document.
pub(super) fn name(id: ObjectId) -> String {
    format!("O-{id}")
}

/// The chain of a signature or time stamp.
pub(super) fn chain(out: &mut Xml, path: &[Certificate]) {
    let reference = |out: &mut Xml, element: &str, c: &Certificate| {
        out.empty(element, &[("VOReference", &name(id_of(c)))]);
    };
    out.open("CertificateChain", &[]);
    if let Some(signer) = path.first() {
        reference(out, "SigningCertificate", signer);
    }
    let anchor = path.len().saturating_sub(1);
    for c in path.iter().take(anchor).skip(1) {
        reference(out, "IntermediateCertificate", c);
    }
    if let Some(c) = path.get(anchor) {
        reference(out, "TrustAnchor", c);
    }
    out.close("CertificateChain");
}

impl Objects {
    pub(super) fn take(&mut self, s: &SignatureReport) {
        let detail = &s.detail;
        let units = detail.stamps.iter().filter_map(|t| t.unit.as_ref());
        self.certificates.extend(detail.path.iter().chain(units).map(|c| (id_of(c), c.clone())));
        self.stamps.extend(detail.stamps.iter().map(|t| (t.id, t.clone())));
        for (id, since) in &detail.poe {
            let known = self.proofs.entry(*id).or_insert(*since);
            *known = (*known).min(*since);
        }
    }

    fn proof(&self, out: &mut Xml, id: ObjectId, now: Timestamp) {
        let since = self.proofs.get(&id).copied();
        out.open("POE", &[]);
        out.text("POETime", &stamp(since.unwrap_or(now)));
        out.text("TypeOfProof", proof_type(since.is_some()));
        out.close("POE");
    }

    pub(super) fn write(&self, out: &mut Xml, now: Timestamp) {
        if self.certificates.is_empty() && self.stamps.is_empty() {
            return;
        }
        out.open("SignatureValidationObjects", &[]);
        for (id, certificate) in &self.certificates {
            out.open("ValidationObject", &[("id", &name(*id))]);
            out.text("ObjectType", "urn:etsi:019102:validationObject:certificate");
            out.open("ValidationObjectRepresentation", &[]);
            out.text("base64", &STANDARD.encode(certificate.der()));
            out.close("ValidationObjectRepresentation");
            self.proof(out, *id, now);
            out.close("ValidationObject");
        }
        for (id, one) in &self.stamps {
            out.open("ValidationObject", &[("id", &name(*id))]);
            out.text("ObjectType", "urn:etsi:019102:validationObject:timestamp");
            out.open("ValidationObjectRepresentation", &[]);
            out.open("DigestAlgAndValue", &[]);
            out.empty("ds:DigestMethod", &[("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256")]);
            out.text("ds:DigestValue", &STANDARD.encode(id.as_bytes()));
            out.close("DigestAlgAndValue");
            out.close("ValidationObjectRepresentation");
            self.proof(out, *id, now);
            out.open("ValidationReport", &[]);
            if let Some(unit) = &one.unit {
                out.open("SignerInformation", &[]);
                out.empty("SignerCertificate", &[("VOReference", &name(id_of(unit)))]);
                out.text("Signer", &unit.subject().to_string());
                out.close("SignerInformation");
            }
            status(out, timestamp_outcome(one.indication), one.sub_indication, |_| {});
            out.close("ValidationReport");
            out.close("ValidationObject");
        }
        out.close("SignatureValidationObjects");
    }
}
