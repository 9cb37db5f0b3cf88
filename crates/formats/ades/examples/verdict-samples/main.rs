//! Writes files that ought to get many different verdicts, for comparing our decision with judges that are not ours (`conformance/`).
//!
//! usage: verdict-samples OUT-DIR NOW(RFC 3339) FILE.pdf
#![expect(clippy::unwrap_used, reason = "a test program")]

mod formats;
mod past;
mod rules;

use std::{fs, io::Write, path::Path};

use ades::{
    asic::{Builder, Naming},
    facts::Defect,
    material::Material,
    xades::{Objects, Request, prepare},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, Certificate, CertificateTemplate, CrlEntry, DigestAlgorithm, Extension, Extensions, KeyUsage, Oid,
    RevocationReason, oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
}

impl Pki {
    fn new() -> Self {
        let root = TestEntity::root("Paraugu sakne", TestKey::p256());
        let ca = root.issue_ca(2, "Paraugu izdevējs", TestKey::p256());
        let tsa = ca.issue_tsa(3, "Paraugu laika zīmogi", TestKey::p256());
        let ocsp = ca.issue_ocsp(4, "Paraugu OCSP", TestKey::p256());
        Self { root, ca, tsa, ocsp }
    }
    fn signer(&self, serial: u64, change: impl FnOnce(&mut CertificateTemplate)) -> TestEntity {
        let key = TestKey::p256();
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        self.ca.issue(serial, "Anna Paraudziņa", key, extensions, change)
    }
    fn status(&self, of: &TestEntity, status: CertStatus, at: Timestamp) -> Vec<u8> {
        self.ocsp.ocsp(&self.ca.certificate, &of.certificate, status, at)
    }
}

const DATA: &[u8] = b"dati\n";

/// The only file of every container.
struct Data;

impl Objects for Data {
    fn has(&self, name: &str) -> bool {
        name == "dati.txt"
    }
    fn only(&self) -> Option<String> {
        Some("dati.txt".to_owned())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(DATA).map_err(|_| Defect { code: "file.read", object: name.to_owned(), fatal: false })
    }
}

/// One container in the making.
struct Case<'a> {
    signer: &'a TestEntity,
    chain: Vec<Certificate>,
    /// By whom, when, and whether over something else.
    stamp: Option<(&'a TestEntity, Timestamp, bool)>,
    crls: Vec<Vec<u8>>,
    ocsps: Vec<Vec<u8>>,
    /// Archive time stamps, by whom and when.
    archives: Vec<(&'a TestEntity, Timestamp)>,
    time: Timestamp,
    /// Signing time claimed, if it is another than shortly before `time`.
    claimed: Option<Timestamp>,
    damage: fn(String) -> String,
}

impl Case<'_> {
    fn write(&self, path: &Path) {
        let mut builder = Builder::new(Vec::new(), Naming::Asice, DigestAlgorithm::Sha256, self.time).unwrap();
        builder.add("dati.txt", "text/plain", DATA, DATA.len() as u64).unwrap();
        let mut request = Request::new(
            self.signer.certificate.der(),
            self.claimed.unwrap_or(self.time - SignedDuration::from_secs(1)),
        )
        .unwrap();
        request.chain = self.chain.iter().map(|c| c.der().to_vec()).collect();
        let prepared = prepare(builder.files(), request).unwrap();
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value).unwrap();
        let mut swap = None;
        if let Some((unit, at, astray)) = self.stamp {
            let (_, imprint) = signed.timestamp_imprint().unwrap();
            let token = unit.time_stamp(&imprint, at);
            signed = signed.with_timestamp(&token).unwrap();
            swap = astray.then(|| (STANDARD.encode(token), STANDARD.encode(unit.time_stamp(&[7; 32], at))));
        }
        let material = Material {
            certificates: self.chain.iter().map(|c| c.der().to_vec()).collect(),
            crls: self.crls.clone(),
            ocsps: self.ocsps.clone(),
        };
        if !material.crls.is_empty() || !material.ocsps.is_empty() {
            signed = signed.with_material(material).unwrap();
        }
        for (unit, at) in &self.archives {
            let (_, imprint) = signed.archive_imprint(&mut Data).unwrap();
            signed = signed.with_archive(&unit.time_stamp(&imprint, *at), &mut Data).unwrap();
        }
        let mut xml = (self.damage)(signed.xml());
        if let Some((right, wrong)) = swap {
            assert!(xml.contains(&right));
            xml = xml.replace(&right, &wrong);
        }
        fs::write(path, builder.finish(&[xml]).unwrap()).unwrap();
    }
}

fn apply<'a>(case: &mut Case<'a>, change: impl FnOnce(&mut Case<'a>)) {
    change(case);
}

fn revoked(at: Timestamp, reason: RevocationReason) -> CertStatus {
    CertStatus::Revoked { at, reason: Some(reason) }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    fs::create_dir_all(out).unwrap();
    let now: Timestamp = args[1].parse().unwrap();
    let at = now - DAY * 30;
    let later = at + SignedDuration::from_secs(2);
    let (p, other) = (Pki::new(), Pki::new());
    fs::write(out.join("root.pem"), p.root.certificate.to_pem()).unwrap();
    let signer = p.signer(100, |_| {});
    let chain = || [&p.ca, &p.root, &p.tsa, &p.ocsp].map(|e| e.certificate.clone()).to_vec();
    let good = CertStatus::Good;
    let lt = || Case {
        signer: &signer,
        chain: chain(),
        stamp: Some((&p.tsa, at, false)),
        crls: vec![p.root.crl(1, at - DAY, &[])],
        ocsps: vec![p.status(&signer, good, later), p.status(&p.tsa, good, later)],
        archives: vec![],
        time: at,
        claimed: None,
        damage: |xml| xml,
    };
    macro_rules! write {
        ($name:expr, $change:expr) => {{
            let mut case = lt();
            apply(&mut case, $change);
            case.write(&out.join(format!("{}.asice", $name)));
        }};
    }
    write!("good", |_| {});
    for (name, when, reason, seen) in [
        ("revoked-before", at - DAY, RevocationReason::KeyCompromise, later),
        ("revoked-after", at + DAY * 5, RevocationReason::KeyCompromise, at + DAY * 6),
        ("superseded-after", at + DAY * 5, RevocationReason::Superseded, at + DAY * 6),
        ("held-before", at - DAY, RevocationReason::CertificateHold, later),
        ("held-after", at + DAY * 5, RevocationReason::CertificateHold, at + DAY * 6),
    ] {
        write!(name, |c| c.ocsps[0] = p.status(&signer, revoked(when, reason), seen));
    }
    for (name, from, to) in [
        ("signer-expired-since", None, Some(at + DAY * 10)),
        ("signer-expired-before", None, Some(at - DAY * 10)),
        ("signer-not-yet-valid", Some(at + DAY), None),
    ] {
        let odd = p.signer(101, |t| {
            t.not_before = from.unwrap_or(t.not_before);
            t.not_after = to.unwrap_or(t.not_after);
        });
        let mut case = lt();
        case.ocsps[0] = p.status(&odd, good, later);
        let case = Case { signer: &odd, ..case };
        case.write(&out.join(format!("{name}.asice")));
    }
    let stranger = p.ca.issue_signer(102, "Cits", TestKey::p256());
    let foreign = p.root.issue_ocsp(103, "Cits OCSP", TestKey::p256());
    let ca = &p.ca.certificate;
    write!("ocsp-of-another", |c| c.ocsps[0] = p.status(&stranger, good, later));
    write!("ocsp-too-old", |c| c.ocsps[0] = p.status(&signer, good, at - DAY * 5));
    write!("ocsp-before-stamp", |c| c.ocsps[0] = p.status(&signer, good, at - SignedDuration::from_hours(1)));
    write!("ocsp-by-a-signer", |c| c.ocsps[0] = stranger.ocsp(ca, &signer.certificate, good, later));
    write!("ocsp-of-another-ca", |c| c.ocsps[0] = foreign.ocsp(ca, &signer.certificate, good, later));
    write!("ocsp-unknown", |c| c.ocsps[0] = p.status(&signer, CertStatus::Unknown, later));
    write!("no-status", |c| drop(c.ocsps.remove(0)));
    write!("no-status-of-stamp", |c| drop(c.ocsps.remove(1)));
    write!("no-status-of-ca", |c| c.crls.clear());
    let crl = |serial: &TestEntity, when| {
        let serial = serial.certificate.serial().to_vec();
        vec![CrlEntry { serial, revoked_at: when, reason: Some(RevocationReason::KeyCompromise), invalid_since: None }]
    };
    write!("crl-good", |c| c.crls.push(p.ca.crl(1, later, &[])));
    write!("crl-only", |c| {
        c.crls.push(p.ca.crl(1, later, &[]));
        c.ocsps.clear();
    });
    write!("crl-revoked-before", |c| {
        c.crls.push(p.ca.crl(1, later, &crl(&signer, at - DAY)));
        c.ocsps.clear();
    });
    write!("ca-revoked-before", |c| c.crls = vec![p.root.crl(1, later, &crl(&p.ca, at - DAY))]);
    write!("ca-revoked-after", |c| c.crls = vec![p.root.crl(1, at + DAY * 6, &crl(&p.ca, at + DAY * 5))]);
    write!("stamp-revoked-before", |c| {
        c.ocsps[1] = p.status(&p.tsa, revoked(at - DAY, RevocationReason::KeyCompromise), later);
    });
    write!("stamp-revoked-after", |c| {
        c.ocsps[1] = p.status(&p.tsa, revoked(at + DAY * 5, RevocationReason::KeyCompromise), at + DAY * 6);
    });
    write!("stamp-by-a-signer", |c| c.stamp = Some((&signer, at, false)));
    write!("stamp-wrong-imprint", |c| c.stamp = Some((&p.tsa, at, true)));
    write!("stamp-of-unknown-root", |c| c.stamp = Some((&other.tsa, at, false)));
    write!("stamp-in-future", |c| c.stamp = Some((&p.tsa, now + DAY, false)));
    let old_key = TestKey::p256();
    let mut extensions = leaf_extensions(&old_key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
    extensions.extended_key_usage_critical = true;
    let old_tsa = p.ca.issue(104, "Vecie zīmogi", old_key, extensions, |t| t.not_after = at + DAY * 10);
    write!("stamp-unit-expired-since", |c| {
        c.stamp = Some((&old_tsa, at, false));
        c.ocsps[1] = p.status(&old_tsa, good, later);
    });
    write!("level-b", |c| {
        c.stamp = None;
        (c.crls, c.ocsps) = (vec![], vec![]);
    });
    write!("level-t", |c| (c.crls, c.ocsps) = (vec![], vec![]));
    write!("value-changed", |c| {
        c.damage = |xml| {
            let start = xml.find("SignatureValue").unwrap();
            let from = start + xml[start..].find('>').unwrap() + 6;
            let swap = if &xml[from..=from] == "A" { "B" } else { "A" };
            format!("{}{swap}{}", &xml[..from], &xml[from + 1..])
        };
    });
    write!("data-digest-changed", |c| {
        c.damage = |xml| {
            let start = xml.find("DigestValue").unwrap();
            let from = start + xml[start..].find('>').unwrap() + 3;
            let swap = if &xml[from..=from] == "A" { "B" } else { "A" };
            format!("{}{swap}{}", &xml[..from], &xml[from + 1..])
        };
    });
    let odd = |name: &str, extensions: &dyn Fn(&TestKey) -> Extensions| {
        let key = TestKey::p256();
        let e = extensions(&key);
        let entity = p.ca.issue(105, "Anna Paraudziņa", key, e, |_| {});
        let mut case = lt();
        case.ocsps[0] = p.status(&entity, good, later);
        let case = Case { signer: &entity, ..case };
        case.write(&out.join(format!("{name}.asice")));
    };
    odd("signer-digital-signature", &|k| leaf_extensions(k, KeyUsage::DIGITAL_SIGNATURE, &[]));
    odd("signer-key-encipherment", &|k| leaf_extensions(k, KeyUsage::KEY_ENCIPHERMENT, &[]));
    odd("signer-for-tls", &|k| leaf_extensions(k, KeyUsage::DIGITAL_SIGNATURE, &[oid::SERVER_AUTH]));
    odd("signer-unknown-critical", &|k| {
        let other = vec![Extension { oid: Oid::new_unwrap("1.2.3.4"), critical: true, value: vec![5, 0] }];
        Extensions { other, ..leaf_extensions(k, KeyUsage::NON_REPUDIATION, &[]) }
    });
    odd("signer-short-term", &|k| Extensions {
        validity_assured_short_term: true,
        ..leaf_extensions(k, KeyUsage::NON_REPUDIATION, &[])
    });
    // An issuer that is no authority.
    let rogue = p.ca.issue_signer(106, "Nav izdevējs", TestKey::p256());
    let under_rogue = rogue.issue_signer(107, "Anna Paraudziņa", TestKey::p256());
    let mut case = lt();
    case.chain.push(rogue.certificate.clone());
    case.ocsps.push(rogue.ocsp(&rogue.certificate, &under_rogue.certificate, good, later));
    case.ocsps.push(p.status(&rogue, good, later));
    Case { signer: &under_rogue, ..case }.write(&out.join("issuer-not-ca.asice"));
    let theirs = other.signer(108, |_| {});
    let mut case = lt();
    case.chain = [&other.ca, &other.root, &p.tsa, &p.ca, &p.ocsp].map(|e| e.certificate.clone()).to_vec();
    case.ocsps[0] = other.status(&theirs, good, later);
    Case { signer: &theirs, ..case }.write(&out.join("unknown-root.asice"));
    past::write(out, &p, now);
    rules::write(out, &p, &other, now);
    formats::write(out, &p, &other, &fs::read(&args[2]).unwrap(), now);
}
