//! What is judged only with proofs of existence: archive time stamps, ends of validity, revocations that came later.

use std::path::Path;

use jiff::Timestamp;
use pki::{
    CertStatus, CrlEntry, RevocationReason, oid,
    testing::{TestEntity, TestKey, ca_extensions, leaf_extensions},
};

use crate::{Case, DAY, KeyUsage, Pki, SignedDuration, revoked};

fn unit(issuer: &TestEntity, serial: u64, name: &str, until: Timestamp) -> TestEntity {
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
    extensions.extended_key_usage_critical = true;
    issuer.issue(serial, name, key, extensions, |t| t.not_after = until)
}

fn responder(issuer: &TestEntity, serial: u64, until: Timestamp) -> TestEntity {
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
    extensions.ocsp_nocheck = true;
    issuer.issue(serial, "Īss OCSP", key, extensions, |t| t.not_after = until)
}

/// The signature's own path in one shape: until when each certificate holds, what its status says.
struct Shape {
    signer_until: Option<i64>,
    ca_until: Option<i64>,
    stamp_until: Option<i64>,
    responder_until: Option<i64>,
    /// Status of the signer, of the unit of the signature time stamp, of the authority: revoked on that day after the signature.
    signer_revoked: Option<(i64, RevocationReason)>,
    stamp_revoked: Option<i64>,
    ca_revoked: Option<i64>,
    /// Days after the signature of the archive time stamps.
    archives: &'static [i64],
}

const PLAIN: Shape = Shape {
    signer_until: None,
    ca_until: None,
    stamp_until: None,
    responder_until: None,
    signer_revoked: None,
    stamp_revoked: None,
    ca_revoked: None,
    archives: &[],
};

pub(crate) fn write(out: &Path, p: &Pki, now: Timestamp) {
    let at = now - DAY * 30;
    let seconds = SignedDuration::from_secs;
    let keeper = unit(&p.root, 201, "Arhīva zīmogi", now + DAY * 1000);
    let key = RevocationReason::KeyCompromise;
    let hold = RevocationReason::CertificateHold;
    let shapes: &[(&str, Shape)] = &[
        ("lta-good", Shape { archives: &[1], ..PLAIN }),
        ("lta-twice", Shape { archives: &[1, 6], ..PLAIN }),
        ("lta-all-ended", Shape { signer_until: Some(10), stamp_until: Some(10), archives: &[5], ..PLAIN }),
        ("lta-all-ended-late", Shape { signer_until: Some(10), stamp_until: Some(10), archives: &[15], ..PLAIN }),
        ("lt-all-ended", Shape { signer_until: Some(10), stamp_until: Some(10), ..PLAIN }),
        ("lt-stamp-ended", Shape { stamp_until: Some(10), ..PLAIN }),
        ("lt-signer-ended", Shape { signer_until: Some(10), ..PLAIN }),
        ("lt-responder-ended", Shape { responder_until: Some(5), ..PLAIN }),
        ("lt-signer-and-responder-ended", Shape { signer_until: Some(10), responder_until: Some(5), ..PLAIN }),
        (
            "lta-signer-and-responder-ended",
            Shape { signer_until: Some(10), responder_until: Some(5), archives: &[3], ..PLAIN },
        ),
        ("lt-ca-ended", Shape { signer_until: Some(9), ca_until: Some(10), ..PLAIN }),
        ("lta-ca-ended", Shape { signer_until: Some(9), ca_until: Some(10), archives: &[5], ..PLAIN }),
        ("lta-ca-ended-late", Shape { signer_until: Some(9), ca_until: Some(10), archives: &[15], ..PLAIN }),
        ("lta-signer-revoked", Shape { signer_revoked: Some((5, key)), archives: &[1], ..PLAIN }),
        ("lta-signer-revoked-before", Shape { signer_revoked: Some((-5, key)), archives: &[1], ..PLAIN }),
        (
            "lta-signer-revoked-stamp-ended",
            Shape { signer_revoked: Some((12, key)), stamp_until: Some(10), archives: &[5], ..PLAIN },
        ),
        (
            "lta-signer-revoked-between",
            Shape { signer_revoked: Some((3, key)), stamp_until: Some(10), archives: &[5], ..PLAIN },
        ),
        ("lt-signer-revoked-stamp-ended", Shape { signer_revoked: Some((12, key)), stamp_until: Some(10), ..PLAIN }),
        ("lta-stamp-revoked", Shape { signer_until: Some(20), stamp_revoked: Some(10), archives: &[5], ..PLAIN }),
        ("lta-stamp-revoked-early", Shape { signer_until: Some(20), stamp_revoked: Some(3), archives: &[5], ..PLAIN }),
        ("lt-stamp-revoked-signer-ended", Shape { signer_until: Some(20), stamp_revoked: Some(10), ..PLAIN }),
        ("lta-ca-revoked", Shape { ca_revoked: Some(10), archives: &[5], ..PLAIN }),
        ("lta-ca-revoked-early", Shape { ca_revoked: Some(3), archives: &[5], ..PLAIN }),
        ("lta-signer-held", Shape { signer_revoked: Some((5, hold)), archives: &[1], ..PLAIN }),
        ("lt-signer-held-and-ended", Shape { signer_revoked: Some((5, hold)), signer_until: Some(10), ..PLAIN }),
        ("lt-signer-revoked-and-ended", Shape { signer_revoked: Some((5, key)), signer_until: Some(10), ..PLAIN }),
        ("lt-signer-ended-ca-revoked", Shape { signer_until: Some(10), ca_revoked: Some(12), ..PLAIN }),
    ];
    for (name, shape) in shapes {
        let day = |n: i64| at + DAY * i32::try_from(n).unwrap();
        let until = |n: Option<i64>| n.map_or(now + DAY * 400, day);
        let ca_key = TestKey::p256();
        let extensions = ca_extensions(&ca_key, Some(0), None);
        let ca = p.root.issue(210, "Cits izdevējs", ca_key, extensions, |t| t.not_after = until(shape.ca_until));
        let key = TestKey::p256();
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        let signer = ca.issue(211, "Anna Paraudziņa", key, extensions, |t| t.not_after = until(shape.signer_until));
        let stamper = unit(&p.root, 212, "Paraksta zīmogi", until(shape.stamp_until));
        let ocsp = responder(&ca, 213, until(shape.responder_until));
        let entry = |of: &TestEntity, n: i64| CrlEntry {
            serial: of.certificate.serial().to_vec(),
            revoked_at: day(n),
            reason: Some(RevocationReason::KeyCompromise),
            invalid_since: None,
        };
        // Status as it was when the signature was made; what came later is told by a later list and answer, after every archive stamp.
        let early = ocsp.ocsp(&ca.certificate, &signer.certificate, CertStatus::Good, at + seconds(2));
        let mut ocsps = vec![early];
        let before = shape.signer_revoked.is_some_and(|(n, _)| n < 0);
        if let Some((n, reason)) = shape.signer_revoked {
            let later =
                p_ocsp(&ca, &signer, revoked(day(n), reason), if before { at + seconds(2) } else { day(n + 1) });
            if before {
                ocsps.clear();
            }
            ocsps.push(later);
        }
        let mut crls = vec![p.root.crl(1, at + seconds(1), &[])];
        let entries: Vec<CrlEntry> =
            [shape.ca_revoked.map(|n| entry(&ca, n)), shape.stamp_revoked.map(|n| entry(&stamper, n))]
                .into_iter()
                .flatten()
                .collect();
        if !entries.is_empty() {
            crls.push(p.root.crl(2, day(14), &entries));
        }
        let case = Case {
            signer: &signer,
            chain: [&ca, &p.root, &stamper, &ocsp, &keeper].map(|e| e.certificate.clone()).to_vec(),
            stamp: Some((&stamper, at, false)),
            crls,
            ocsps,
            archives: shape.archives.iter().map(|n| (&keeper, day(*n))).collect(),
            time: at,
            claimed: None,
            damage: |xml| xml,
        };
        case.write(&out.join(format!("{name}.asice")));
    }
}

/// An answer of a responder of its own, good for longer than the first one.
fn p_ocsp(ca: &TestEntity, of: &TestEntity, status: CertStatus, at: Timestamp) -> Vec<u8> {
    ca.issue_ocsp(214, "Vēlāks OCSP", TestKey::p256()).ocsp(&ca.certificate, &of.certificate, status, at)
}
