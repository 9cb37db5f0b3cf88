//! The authority behind the samples of a format, who signs them, and how they are raised.

use std::{fs, path::Path};

use ades::{
    augment::{Augmentation, Raise, Want},
    facts::Level,
    material::Material,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm,
    testing::{TestEntity, TestKey},
};

/// Levels and what they are called in names of files.
pub(crate) const LEVELS: [(Level, &str); 4] =
    [(Level::B, "B"), (Level::T, "T"), (Level::LT, "LT"), (Level::LTA, "LTA")];

pub(crate) struct Pki {
    pub(crate) root: TestEntity,
    pub(crate) ca: TestEntity,
    pub(crate) tsa: TestEntity,
    pub(crate) ocsp: TestEntity,
    pub(crate) now: Timestamp,
}

/// Who signs: first, and beside or upon the first.
pub(crate) struct Signers {
    pub(crate) first: TestEntity,
    pub(crate) second: TestEntity,
}

impl Pki {
    pub(crate) fn new(now: Timestamp) -> Self {
        let root = TestEntity::root("Paraugu sakne", TestKey::p384());
        let ca = root.issue_ca(2, "Paraugu izdevējs", TestKey::p384());
        let tsa = ca.issue_tsa(3, "Paraugu laika zīmogi", TestKey::p256());
        let ocsp = ca.issue_ocsp(4, "Paraugu OCSP", TestKey::p256());
        Self { root, ca, tsa, ocsp, now }
    }

    pub(crate) fn after(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    /// Signers with keys for this algorithm, and P-256 for the second.
    pub(crate) fn signers(&self, serial: u64, key: TestKey) -> Signers {
        Signers {
            first: self.ca.issue_signer(serial, "Anna Paraudziņa", key),
            second: self.ca.issue_signer(serial + 100, "Jānis Otrais", TestKey::p256()),
        }
    }

    pub(crate) fn status(&self, of: &TestEntity, at: Timestamp) -> Vec<u8> {
        self.ocsp.ocsp(&self.ca.certificate, &of.certificate, CertStatus::Good, at)
    }

    pub(crate) fn material(&self, signers: &Signers, at: Timestamp) -> Material {
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: [&signers.first, &signers.second, &self.tsa].map(|e| self.status(e, at)).to_vec(),
        }
    }

    /// All signatures raised, a second for each step; a further round begins 20 seconds later.
    pub(crate) fn raise(&self, mut file: Box<dyn Raise>, signers: &Signers, level: Level, round: i64) -> Vec<u8> {
        if level > Level::B {
            let mut steps = Augmentation::new(file, level, None, DigestAlgorithm::Sha256).unwrap();
            let mut at = self.after(1 + 20 * round);
            while let Some(want) = steps.want().unwrap() {
                at += SignedDuration::from_secs(1);
                match want {
                    Want::Stamp { digest, .. } => steps.give_stamp(&self.tsa.time_stamp(&digest, at)).unwrap(),
                    Want::Material { .. } => steps.give_material(&self.material(signers, at)).unwrap(),
                }
            }
            file = steps.into_file();
        }
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        out
    }

    /// What a judge needs to know: root.pem, ca.pem, tsa.pem, root.crl, unit.ocsp.
    pub(crate) fn publish(&self, out: &Path) {
        for (name, entity) in [("root", &self.root), ("ca", &self.ca), ("tsa", &self.tsa)] {
            fs::write(out.join(format!("{name}.pem")), entity.certificate.to_pem()).unwrap();
        }
        fs::write(out.join("root.crl"), self.root.crl(1, self.now, &[])).unwrap();
        fs::write(out.join("unit.ocsp"), self.status(&self.tsa, self.after(120))).unwrap();
    }

    /// The status of signers: KIND.ocsp, KIND-second.ocsp.
    pub(crate) fn publish_status(&self, out: &Path, kind: &str, signers: &Signers) {
        for (name, entity) in [(kind.to_owned(), &signers.first), (format!("{kind}-second"), &signers.second)] {
            fs::write(out.join(format!("{name}.ocsp")), self.status(entity, self.after(120))).unwrap();
        }
    }
}
