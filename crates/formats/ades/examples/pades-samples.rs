//! Signs PDFs at every level with a throwaway PKI, for judges that are not ours.
//!
//!     cargo run -p ades --example pades-samples -- OUT TIME FILE.pdf...
//!
//! Writes OUT/root.pem and for each file NAME-b.pdf, NAME-t.pdf, NAME-lt.pdf, NAME-lta.pdf and NAME-two.pdf.

use std::{error::Error, fs, path::Path};

use ades::{
    facts::Level,
    material::Material,
    pades::{Request, prepare, prepare_timestamp},
    pdf::Limits,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    BasicConstraints, CertStatus, DigestAlgorithm, Extensions, KeyUsage, Oid, PublicKey, oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    signers: [TestEntity; 2],
    tsa: TestEntity,
    ocsp: TestEntity,
}

impl Pki {
    fn new() -> Self {
        let root = TestEntity::root("Sakne", TestKey::p256());
        let key = TestKey::p256();
        let ca = root.issue(2, "Izdevējs", key, Extensions::default(), |t| {
            let key = PublicKey::from_spki(&t.spki).map(|k| k.key_id()).ok();
            t.extensions.basic_constraints = Some(BasicConstraints { ca: true, path_len: Some(0) });
            t.extensions.key_usage = Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN);
            t.extensions.subject_key_id = key;
            t.extensions.crl = vec!["http://crl.example/sakne.crl".into()];
        });
        let leaf = |serial, name, usage, purposes: &[Oid]| {
            let key = TestKey::p256();
            let extensions = leaf_extensions(&key, usage, purposes);
            ca.issue(serial, name, key, extensions, |t| {
                t.extensions.extended_key_usage_critical = true;
                t.extensions.ocsp_nocheck = purposes.contains(&oid::OCSP_SIGNING);
                t.extensions.ocsp = vec!["http://ocsp.example/".into()];
            })
        };
        let signers =
            [("Anna Paraugs", 3), ("Jānis Paraugs", 4)].map(|(name, n)| leaf(n, name, KeyUsage::NON_REPUDIATION, &[]));
        let tsa = leaf(5, "Laika zīmogs", KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
        let ocsp = leaf(6, "OCSP", KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING]);
        Self { root, ca, signers, tsa, ocsp }
    }

    fn sign(&self, file: &[u8], who: usize, level: Level, at: Timestamp) -> Result<Vec<u8>, Box<dyn Error>> {
        let limits = Limits::default();
        let signer = self.signers.get(who).ok_or("no such signer")?;
        let mut request = Request::new(signer.certificate.der(), at)?;
        request.chain = vec![self.ca.certificate.der().to_vec()];
        let prepared = prepare(file, request, &limits)?;
        let value = signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value)?;
        if level >= Level::T {
            let (_, imprint) = signed.timestamp_imprint();
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, at + SignedDuration::from_secs(2)))?;
        }
        if level >= Level::LT {
            let issuer = &self.ca.certificate;
            let status = |c| self.ocsp.ocsp(issuer, c, CertStatus::Good, at + SignedDuration::from_secs(5));
            signed = signed.with_material(Material {
                certificates: [&self.root, &self.ca, &self.tsa, &self.ocsp, signer]
                    .map(|e| e.certificate.der().to_vec())
                    .into(),
                crls: vec![self.root.crl(1, at, &[])],
                ocsps: vec![status(&signer.certificate), status(&self.tsa.certificate)],
            });
        }
        let mut out = [file, &signed.increment(file, &limits)?].concat();
        if level >= Level::LTA {
            let stamp = prepare_timestamp(&out, DigestAlgorithm::Sha256, 8192, &limits)?;
            let token = self.tsa.time_stamp(stamp.imprint().1, at + SignedDuration::from_secs(9));
            out.extend(stamp.finish(&token)?);
        }
        Ok(out)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: pades-samples OUT TIME FILE.pdf...")?;
    let at: Timestamp = args.next().ok_or("a time of signing is missing")?.parse()?;
    let out = Path::new(&out);
    fs::create_dir_all(out)?;
    let pki = Pki::new();
    fs::write(out.join("root.pem"), pki.root.certificate.to_pem())?;
    for name in args {
        let file = fs::read(&name)?;
        let stem = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (suffix, level) in [("b", Level::B), ("t", Level::T), ("lt", Level::LT), ("lta", Level::LTA)] {
            fs::write(out.join(format!("{stem}-{suffix}.pdf")), pki.sign(&file, 0, level, at)?)?;
        }
        let one = pki.sign(&file, 0, Level::LT, at)?;
        let two = pki.sign(&one, 1, Level::LT, at + SignedDuration::from_mins(3))?;
        fs::write(out.join(format!("{stem}-two.pdf")), two)?;
    }
    Ok(())
}
