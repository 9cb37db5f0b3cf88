//! What a path, a signed attribute or the status information must and must not be; several faults at once.

use std::path::Path;

use jiff::Timestamp;
use pki::{
    CertStatus, DigestAlgorithm, Extensions, GeneralName, NameConstraints, RevocationReason, SignatureAlgorithm,
    testing::{TestEntity, TestKey, ca_extensions, leaf_extensions},
};

use crate::{Case, DAY, KeyUsage, Pki, SignedDuration, revoked};

/// An authority under the root, a signer under it, both answered for by the authority.
struct Branch {
    ca: TestEntity,
    signer: TestEntity,
    ocsp: TestEntity,
}

impl Branch {
    fn new(p: &Pki, change: impl FnOnce(&mut Extensions), leaf: impl FnOnce(&mut Extensions)) -> Self {
        let key = TestKey::p256();
        let mut extensions = ca_extensions(&key, Some(0), None);
        change(&mut extensions);
        let ca = p.root.issue(301, "Zars", key, extensions, |_| {});
        Self::under(ca, leaf)
    }
    fn under(ca: TestEntity, leaf: impl FnOnce(&mut Extensions)) -> Self {
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        leaf(&mut extensions);
        let signer = ca.issue(302, "Anna Paraudziņa", key, extensions, |_| {});
        let ocsp = ca.issue_ocsp(303, "Zara OCSP", TestKey::p256());
        Self { ca, signer, ocsp }
    }
}

pub(crate) fn write(out: &Path, p: &Pki, other: &Pki, now: Timestamp) {
    let at = now - DAY * 30;
    let later = at + SignedDuration::from_secs(2);
    let good = CertStatus::Good;
    let case = |b: &Branch, name: &str, change: &dyn Fn(&mut Case<'_>)| {
        let mut case = Case {
            signer: &b.signer,
            chain: [&b.ca, &b.ocsp, &p.root, &p.ca, &p.tsa, &p.ocsp].map(|e| e.certificate.clone()).to_vec(),
            stamp: Some((&p.tsa, at, false)),
            crls: vec![p.root.crl(1, at - DAY, &[])],
            ocsps: vec![
                b.ocsp.ocsp(&b.ca.certificate, &b.signer.certificate, good, later),
                p.status(&p.tsa, good, later),
            ],
            archives: vec![],
            time: at,
            claimed: None,
            damage: |xml| xml,
        };
        change(&mut case);
        case.write(&out.join(format!("{name}.asice")));
    };
    let plain = Branch::new(p, |_| {}, |_| {});
    case(&plain, "branch-good", &|_| {});
    case(&plain, "claimed-before-certificate", &|c| c.claimed = "2025-06-01T00:00:00Z".parse().ok());
    case(&plain, "claimed-after-stamp", &|c| c.claimed = Some(at + DAY));
    case(&plain, "claimed-in-future", &|c| c.claimed = Some(now + DAY * 3));
    case(&Branch::new(p, |e| e.subject_key_id = None, |_| {}), "ca-without-key-identifier", &|_| {});
    let no_sign = |e: &mut Extensions| e.key_usage = Some(KeyUsage::CRL_SIGN | KeyUsage::DIGITAL_SIGNATURE);
    case(&Branch::new(p, no_sign, |_| {}), "ca-may-not-issue", &|_| {});
    case(&Branch::new(p, |e| e.basic_constraints = None, |_| {}), "ca-without-constraints", &|_| {});
    case(&Branch::new(p, |e| e.no_revocation_available = true, |_| {}), "ca-no-revocation-available", &|_| {});
    case(&Branch::new(p, |_| {}, |e| e.no_revocation_available = true), "signer-no-revocation-available", &|c| {
        c.ocsps.remove(0);
    });
    case(&Branch::new(p, |_| {}, |e| e.ocsp_nocheck = true), "signer-ocsp-nocheck", &|_| {});
    case(&Branch::new(p, |_| {}, |e| e.key_usage = None), "signer-without-key-usage", &|_| {});
    case(&Branch::new(p, |_| {}, |e| e.subject_key_id = None), "signer-without-key-identifier", &|_| {});
    let constrained = |e: &mut Extensions| {
        e.name_constraints =
            Some(NameConstraints { permitted: vec![GeneralName::Dns("example".into())], excluded: vec![] });
    };
    let named = |e: &mut Extensions| e.alt_names = vec![GeneralName::Dns("citur.lv".into())];
    case(&Branch::new(p, constrained, named), "name-not-permitted", &|_| {});
    let explicit = |e: &mut Extensions| e.require_explicit_policy = Some(0);
    case(&Branch::new(p, explicit, |_| {}), "no-policy", &|_| {});
    // One authority too many under an authority with path length 0.
    let sub = p.ca.issue_ca(304, "Par daudz", TestKey::p256());
    let deep = Branch::under(sub, |_| {});
    case(&deep, "path-too-long", &|c| {
        c.ocsps.push(p.ocsp.ocsp(&p.ca.certificate, &deep.ca.certificate, good, later));
    });
    // Several faults at once: which one is told.
    let flip = |xml: String| {
        let start = xml.find("DigestValue").unwrap();
        let from = start + xml[start..].find('>').unwrap() + 3;
        let swap = if &xml[from..=from] == "A" { "B" } else { "A" };
        format!("{}{swap}{}", &xml[..from], &xml[from + 1..])
    };
    case(&plain, "changed-and-revoked", &|c| {
        c.damage = flip;
        c.ocsps[0] = plain.ocsp.ocsp(
            &plain.ca.certificate,
            &plain.signer.certificate,
            revoked(at - DAY, RevocationReason::KeyCompromise),
            later,
        );
    });
    case(&plain, "changed-without-status", &|c| {
        c.damage = flip;
        c.ocsps.clear();
    });
    let theirs = Branch::under(other.root.issue_ca(305, "Svešs", TestKey::p256()), |_| {});
    case(&theirs, "changed-and-unknown-root", &|c| c.damage = flip);
    case(&theirs, "unknown-root-without-status", &|c| c.ocsps.clear());
    case(&plain, "held-and-claimed-in-future", &|c| {
        c.claimed = Some(now + DAY * 3);
        c.ocsps[0] = plain.ocsp.ocsp(
            &plain.ca.certificate,
            &plain.signer.certificate,
            revoked(at - DAY, RevocationReason::CertificateHold),
            later,
        );
    });
    // Another kind of key.
    let key = TestKey::new(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256));
    let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
    let signer = p.root.issue(306, "Anna Paraudziņa", key, extensions, |_| {});
    let root = TestEntity { key: TestKey::p256(), certificate: p.root.certificate.clone() };
    let branch = Branch { ocsp: p.root.issue_ocsp(307, "Saknes OCSP", TestKey::p256()), ca: root, signer };
    case(&branch, "rsa-pkcs1", &|_| {});
}
