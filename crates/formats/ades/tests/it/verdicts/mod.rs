//! Whole verdicts over files that are made for them.

mod lists;
mod rules;
mod table;

use std::io::Cursor;

use ades::{
    asic::Naming,
    augment::Raise as _,
    cades::{File, Request, SignaturePolicy, prepare},
    detect,
    facts::{FileFacts, ObjectId},
    material::Material,
    validate::{Anchors, Basis, Lang, Policy, SignatureReport, validate_file},
    xades::Nothing,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, CertificateTemplate, DigestAlgorithm, KeyUsage, RevocationReason, oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};

use crate::{
    cades::{Beside, DATA},
    world::{World, facts},
};

const COMPROMISE: RevocationReason = RevocationReason::KeyCompromise;

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// A file in the making and how it will be judged: signed and stamped on day 100, answered for at once, judged on day 300.
struct Case<'w> {
    world: &'w World,
    /// Another signer than that of the world.
    signer: Option<TestEntity>,
    claimed: Timestamp,
    policy_id: Option<(&'static str, Vec<u8>)>,
    content: Option<Timestamp>,
    stamp: Option<Timestamp>,
    /// By whom, and when.
    archive: Option<(TestEntity, Timestamp)>,
    /// Status of the signer: what, since when issued.
    status: Option<(CertStatus, Timestamp)>,
    responder: Option<TestEntity>,
    crls: Vec<Vec<u8>>,
    /// Further certificates carried.
    certificates: Vec<Vec<u8>>,
    detached: bool,
    anchors: Anchors,
    damage: fn(Vec<u8>) -> Vec<u8>,
    judged: Timestamp,
    policy: Policy,
}

impl<'w> Case<'w> {
    fn new(world: &'w World) -> Self {
        let at = day(100);
        Self {
            world,
            signer: None,
            claimed: at,
            policy_id: None,
            content: None,
            stamp: Some(at),
            archive: None,
            status: Some((CertStatus::Good, at + hours(1))),
            responder: None,
            crls: vec![world.root.crl(1, at + hours(1), &[]), world.root.crl(2, day(160), &[])],
            certificates: vec![],
            detached: false,
            anchors: Anchors::new([world.root.certificate.clone()]),
            damage: |bytes| bytes,
            judged: day(300),
            policy: Policy::default(),
        }
    }

    fn signer(&mut self, change: impl FnOnce(&mut CertificateTemplate)) {
        self.signer_with(TestKey::p256(), change);
    }

    fn signer_with(&mut self, key: TestKey, change: impl FnOnce(&mut CertificateTemplate)) {
        let e = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        self.signer = Some(self.world.ca.issue(0xd1, "Cits paraugs", key, e, change));
    }

    fn revoked(&mut self, since: Timestamp, reason: RevocationReason) {
        self.status = Some((CertStatus::Revoked { at: since, reason: Some(reason) }, day(170)));
    }

    fn file(&self) -> Vec<u8> {
        let w = self.world;
        let signer = self.signer.as_ref().unwrap_or(&w.signer);
        let mut request = Request::new(signer.certificate.der(), self.claimed).unwrap();
        request.chain = vec![w.ca.certificate.der().to_vec(), w.root.certificate.der().to_vec()];
        request
            .content_timestamps
            .extend(self.content.map(|at| w.tsa.time_stamp(&DigestAlgorithm::Sha256.of(DATA), at)));
        request.policy = self.policy_id.as_ref().map(|(id, digest)| SignaturePolicy {
            id: (*id).to_owned(),
            digest: DigestAlgorithm::Sha256,
            hash: digest.clone(),
            uri: None,
        });
        let prepared = prepare(&request.digest.of(DATA), request).unwrap();
        let value = signer.key.sign(prepared.to_be_signed());
        let signed = prepared.finish(&value).unwrap();
        let mut bytes = Vec::new();
        if self.detached {
            bytes = signed.detached();
        } else {
            signed.attached(DATA, DATA.len() as u64, &mut bytes).unwrap();
        }
        let beside = Box::new(Beside(DATA.to_vec()));
        let mut file = File::open("data.txt.p7s", Cursor::new(bytes), beside).unwrap();
        let id = file.ids().remove(0);
        let sha256 = DigestAlgorithm::Sha256;
        if let Some(at) = self.stamp {
            let imprint = file.stamp_imprint(&id, sha256).unwrap();
            file.add_stamp(&id, &w.tsa.time_stamp(&imprint, at)).unwrap();
        }
        let responder = self.responder.as_ref().unwrap_or(&w.ocsp);
        let answer = |of: &TestEntity, status, at| responder.ocsp(&w.ca.certificate, &of.certificate, status, at);
        let mut ocsps: Vec<_> = self.status.map(|(status, at)| answer(signer, status, at)).into_iter().collect();
        for at in [self.content, self.stamp].into_iter().flatten() {
            ocsps.push(w.ocsp.ocsp(&w.ca.certificate, &w.tsa.certificate, CertStatus::Good, at + hours(1)));
        }
        let mut certificates = self.certificates.clone();
        certificates.extend([&w.tsa, &w.ocsp].map(|e| e.certificate.der().to_vec()));
        file.add_material(&id, &Material { certificates, crls: self.crls.clone(), ocsps }).unwrap();
        if let Some((unit, at)) = &self.archive {
            let imprint = file.archive_imprint(&id, sha256).unwrap();
            file.add_archive(&id, &unit.time_stamp(&imprint, *at)).unwrap();
        }
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        (self.damage)(out)
    }

    fn judge(&self) -> SignatureReport {
        let found = detect::read("a.p7m", Cursor::new(self.file()), &mut Nothing, &detect::Limits::default()).unwrap();
        assert_eq!(found.signatures.len(), 1, "{:?}", found.defects);
        self.verdict(&found)
    }

    fn verdict(&self, found: &FileFacts) -> SignatureReport {
        let material = Material::default();
        let (time, lang) = (self.judged, Lang::En);
        let basis = Basis { anchors: &self.anchors, policy: &self.policy, material: &material, time, lang };
        validate_file("a.p7m", found, &basis).signatures.remove(0)
    }
}

/// The first place of these octets, changed.
fn flip(mut bytes: Vec<u8>, wanted: &[u8]) -> Vec<u8> {
    let at = bytes.windows(wanted.len()).position(|w| w == wanted).unwrap();
    bytes[at] ^= 1;
    bytes
}

fn id_of(entity: &TestEntity) -> ObjectId {
    ObjectId::of(entity.certificate.der())
}

fn short_responder(w: &World) -> TestEntity {
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
    e.ocsp_nocheck = true;
    w.ca.issue(0xc1, "Īss OCSP", key, e, |t| t.not_after = day(150))
}

/// A container with a changed signature.
fn xades(w: &World, change: impl FnOnce(String) -> String) -> SignatureReport {
    let files: &[(&str, &[u8])] = &[("a.txt", b"a")];
    let container = w.container_of(Naming::Asice, files, |w, objects| change(w.sign(objects, "S1").xml()));
    Case::new(w).verdict(&facts(&container))
}
