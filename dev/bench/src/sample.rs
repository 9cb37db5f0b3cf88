//! A throwaway PKI and what it signs.

use std::{
    io::{Cursor, Write},
    path::Path,
    sync::Arc,
};

use ades::{
    asic::{Builder, Naming},
    augment::{self, Augmentation, Want},
    cades, detect,
    facts::{Defect, Level},
    jades,
    material::Material,
    pades, pdf,
    xades::{self, Objects},
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, Certificate, DigestAlgorithm, KeyUsage, Oid, oid,
    testing::{TestEntity, TestKey, ca_extensions, leaf_extensions},
};

use crate::Failed;

pub(crate) struct Pki {
    pub(crate) root: TestEntity,
    pub(crate) signer: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    pub(crate) now: Timestamp,
}

impl Pki {
    /// Keys are P-256 throughout, so that a raw verify rate is one figure.
    pub(crate) fn new(now: Timestamp) -> Self {
        let root = TestEntity::root("Sakne", TestKey::p256());
        // pyHanko takes status information only from where a certificate says that there is some
        let key = TestKey::p256();
        let extensions = ca_extensions(&key, Some(0), None);
        let ca = root.issue(2, "Izdevējs", key, extensions, |t| {
            t.extensions.crl = vec!["http://crl.example/sakne.crl".into()];
        });
        let leaf = |serial, name, usage, purposes: &[Oid]| {
            let key = TestKey::p256();
            let extensions = leaf_extensions(&key, usage, purposes);
            ca.issue(serial, name, key, extensions, |t| {
                t.extensions.extended_key_usage_critical = !purposes.is_empty();
                t.extensions.ocsp = vec!["http://ocsp.example/".into()];
            })
        };
        let signer = leaf(3, "Anna Paraudziņa", KeyUsage::NON_REPUDIATION, &[]);
        let tsa = leaf(4, "Laika zīmogi", KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
        let ocsp = ca.issue_ocsp(5, "OCSP", TestKey::p256());
        // whole seconds ago, so that everything is in the past of every peer
        Self { root, signer, ca, tsa, ocsp, now: now - SignedDuration::from_secs(60) }
    }

    /// Signatures verified in judging one LT signature: value, its certificate, CA, time stamp, TSA certificate, two OCSP, responder, CRL, root.
    pub(crate) const VERIFIES_LT: f64 = 10.0;

    /// Who issued the signer's certificate.
    pub(crate) fn issuer(&self) -> &Certificate {
        &self.ca.certificate
    }

    fn material(&self, at: Timestamp) -> Material {
        let status = |e: &TestEntity| self.ocsp.ocsp(&self.ca.certificate, &e.certificate, CertStatus::Good, at);
        Material {
            certificates: [&self.ca, &self.root, &self.tsa, &self.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: vec![status(&self.signer), status(&self.tsa)],
        }
    }

    /// One file in a container, at level B or (with `lt`) LT.
    pub(crate) fn container(&self, name: &str, data: &[u8], lt: bool) -> Result<Vec<u8>, Failed> {
        let mut builder =
            Builder::new(Vec::with_capacity(data.len() + 16384), Naming::Edoc, DigestAlgorithm::Sha256, self.now)?;
        builder.add(name, "application/octet-stream", Cursor::new(data), data.len() as u64)?;
        let mut request = xades::Request::new(self.signer.certificate.der(), self.now)?;
        request.chain = vec![self.ca.certificate.der().to_vec()];
        let prepared = xades::prepare(builder.files(), request)?;
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value)?;
        if lt {
            let (_, imprint) = signed.timestamp_imprint()?;
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, self.now + SignedDuration::from_secs(1)))?;
            signed = signed.with_material(self.material(self.now + SignedDuration::from_secs(2)))?;
        }
        Ok(builder.finish(&[signed.xml()])?)
    }

    /// A PDF signed at level B or (with `lt`) LT, the time stamp in the signature: pyHanko judges a document time stamp only with a store of
    /// validation data below it.
    pub(crate) fn document(&self, file: &[u8], lt: bool) -> Result<Vec<u8>, Failed> {
        let limits = pdf::Limits::default();
        let mut request = pades::Request::new(self.signer.certificate.der(), self.now)?;
        request.chain = vec![self.ca.certificate.der().to_vec()];
        let prepared = pades::prepare(file, request, &limits)?;
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value)?;
        if lt {
            let (_, imprint) = signed.timestamp_imprint();
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, self.now + SignedDuration::from_secs(1)))?;
            // from after the document time stamp that may follow, so that it speaks of the time-stamping unit at that time
            signed = signed.with_material(self.material(self.now + SignedDuration::from_secs(10)));
        }
        let mut out = Vec::with_capacity(file.len() + (64 << 10));
        let increment = signed.increment_seen(file, &limits, &mut |piece| out.extend_from_slice(piece))?;
        out.extend_from_slice(&increment);
        Ok(out)
    }

    /// CAdES at level B with the data inside.
    pub(crate) fn cms(&self, data: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut request = cades::Request::new(self.signer.certificate.der(), self.now)?;
        request.chain = vec![self.ca.certificate.der().to_vec()];
        let prepared = cades::prepare(&request.digest.of(data), request)?;
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut out = Vec::with_capacity(data.len() + 16384);
        prepared.finish(&value)?.attached(data, data.len() as u64, &mut out)?;
        Ok(out)
    }

    /// JAdES at level B with the data inside, or named with their digest.
    pub(crate) fn json(&self, data: &Beside, detached: bool) -> Result<Vec<u8>, Failed> {
        let mut request = jades::Request::new(self.signer.certificate.der(), self.now)?;
        request.chain = vec![self.ca.certificate.der().to_vec()];
        if detached {
            request.packaging = jades::Packaging::ByUriHash;
        }
        let named = jades::Data { name: data.name.clone(), media_type: "application/octet-stream".to_owned() };
        let prepared = jades::prepare(&[named], &mut data.clone(), &request)?;
        let value = self.signer.key.sign(&prepared.to_be_signed());
        Ok(prepared.finish(&value)?.into_bytes())
    }

    /// Raises a signed file.
    pub(crate) fn raise(&self, name: &str, signed: Vec<u8>, data: Beside, level: Level) -> Result<Vec<u8>, Failed> {
        let file = augment::open(name, Cursor::new(signed), Box::new(data), &detect::Limits::default())?;
        let mut steps = Augmentation::new(file, level, None, DigestAlgorithm::Sha256)?;
        let mut at = self.now;
        while let Some(want) = steps.want()? {
            match want {
                Want::Stamp { digest, .. } => {
                    at += SignedDuration::from_secs(3);
                    steps.give_stamp(&self.tsa.time_stamp(&digest, at))?;
                }
                Want::Material { .. } => {
                    // status of after the time stamp, or it proves nothing
                    at += SignedDuration::from_secs(1);
                    steps.give_material(&self.material(at))?;
                }
            }
        }
        let mut out = Vec::new();
        steps.into_file().write(&mut out)?;
        Ok(out)
    }
}

/// The file that a detached signature is about. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Beside {
    pub(crate) name: String,
    pub(crate) bytes: Arc<[u8]>,
}

impl Beside {
    /// Reads it.
    pub(crate) fn read(path: &Path) -> Result<Self, Failed> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, bytes: std::fs::read(path)?.into() })
    }
}

impl Objects for Beside {
    fn has(&self, name: &str) -> bool {
        self.name == name
    }
    fn only(&self) -> Option<String> {
        Some(self.name.clone())
    }
    fn names(&self) -> Vec<String> {
        vec![self.name.clone()]
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        out.write_all(&self.bytes).map_err(|_| Defect { code: "file.read", object: name.to_owned(), fatal: false })
    }
}

/// A PDF of one page with a stream of `size` bytes.
pub(crate) fn blank_pdf(size: usize) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let filler = vec![b' '; size];
    let bodies: [Vec<u8>; 4] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>".to_vec(),
        [format!("<< /Length {} >>\nstream\n", filler.len()).as_bytes(), &filler, b"\nendstream"].concat(),
    ];
    let mut places = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", n + 1).bytes());
        out.extend(body);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for p in &places {
        out.extend(format!("{p:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1).bytes());
    out
}
