//! A certification authority, time stamps, OCSP and CRLs on a loopback port.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, Certificate, CertificateTemplate, KeyUsage, OcspRequest, OcspResponseTemplate, SingleResponse,
    TimeStampRequest, TimeStampResponse, TokenTemplate, TstInfo, oid,
    testing::{TestEntity, TestKey, ca_extensions, day, epoch, leaf_extensions, name},
};

pub(crate) struct Authority {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

struct Inner {
    root: TestEntity,
    ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    /// Other files, by their name.
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

/// Serial number of the signer whose certificate is on hold.
pub(crate) const HELD: u64 = 66;

fn now() -> Timestamp {
    base::Cx::system().now()
}

impl Authority {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let root = TestEntity::root("Sakne", TestKey::p384());
        let key = TestKey::p384();
        let mut extensions = ca_extensions(&key, Some(0), None);
        extensions.crl = vec![format!("{url}/root.crl")];
        extensions.ca_issuers = vec![format!("{url}/root.cer")];
        let ca = root.issue(2, "Izdevējs", key, extensions, |_| {});
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
        extensions.extended_key_usage_critical = true;
        extensions.ocsp = vec![format!("{url}/ocsp")];
        extensions.ca_issuers = vec![format!("{url}/ca.cer")];
        let tsa = ca.issue(3, "Laika zīmogi", key, extensions, |_| {});
        let ocsp = ca.issue_ocsp(4, "OCSP", TestKey::p256());
        let inner = Arc::new(Inner { root, ca, tsa, ocsp, files: Mutex::default() });
        let served = inner.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let served = served.clone();
                thread::spawn(move || served.answer(stream.unwrap()));
            }
        });
        Self { url, inner }
    }

    /// Serves a file under `/name`.
    pub(crate) fn serve(&self, name: &str, bytes: Vec<u8>) {
        self.inner.files.lock().unwrap().insert(name.to_owned(), bytes);
    }

    pub(crate) fn ca_pem(&self) -> String {
        self.inner.ca.certificate.to_pem()
    }

    pub(crate) fn root_pem(&self, dir: &Path) -> PathBuf {
        let path = dir.join("root.pem");
        std::fs::write(&path, self.inner.root.certificate.to_pem()).unwrap();
        path
    }

    /// A PKCS#12 file with the passphrase `secret`; `None` where OpenSSL is not installed.
    pub(crate) fn pkcs12(&self, dir: &Path, serial: u64, kind: keys::KeyKind, not_after: Timestamp) -> Option<PathBuf> {
        let pkcs8 = keys::software::new_pkcs8(kind).unwrap();
        let signer = keys::software::signer_of_pkcs8(&pkcs8, None).unwrap();
        let certificate = self.certify(serial, signer.spki_der(), not_after);
        let (key_file, cert_file, out) = (dir.join("k.pem"), dir.join("c.pem"), dir.join(format!("{serial}.p12")));
        std::fs::write(&key_file, pki::pem_encode("PRIVATE KEY", pkcs8.expose())).unwrap();
        std::fs::write(&cert_file, certificate.to_pem()).unwrap();
        let made = Command::new("openssl")
            .args(["pkcs12", "-export", "-passout", "pass:secret", "-inkey"])
            .arg(&key_file)
            .arg("-in")
            .arg(&cert_file)
            .arg("-out")
            .arg(&out)
            .output();
        match made {
            Ok(o) if o.status.success() => Some(out),
            Ok(o) => panic!("{}", String::from_utf8_lossy(&o.stderr)),
            Err(_) => None,
        }
    }

    /// A certificate for signatures, for the key `spki`.
    pub(crate) fn certify(&self, serial: u64, spki: &[u8], not_after: Timestamp) -> Certificate {
        let ca = &self.inner.ca;
        let mut extensions = leaf_extensions(&TestKey::p256(), KeyUsage::NON_REPUDIATION, &[]);
        extensions.subject_key_id = None;
        extensions.authority_key_id = ca.certificate.subject_key_id().map(<[u8]>::to_vec);
        extensions.ocsp = vec![format!("{}/ocsp", self.url)];
        extensions.ca_issuers = vec![format!("{}/ca.cer", self.url)];
        let template = CertificateTemplate {
            serial: serial.to_be_bytes().to_vec(),
            signature: ca.key.algorithm(),
            issuer: ca.certificate.subject().clone(),
            not_before: epoch(),
            not_after,
            subject: name("Anna Paraudziņa"),
            spki: spki.to_vec(),
            extensions,
        };
        let tbs = template.tbs().unwrap();
        CertificateTemplate::assemble(&tbs, ca.key.algorithm(), &ca.key.sign(&tbs)).unwrap()
    }

    pub(crate) fn valid_until() -> Timestamp {
        day(1825)
    }
}

impl Inner {
    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        reader.read_line(&mut first).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(v) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = v.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let found = match first.split(' ').nth(1).unwrap_or_default() {
            "/tsa" => self.stamp(&body),
            "/ocsp" => self.status(&body),
            "/ca.cer" => self.ca.certificate.der().to_vec(),
            "/root.cer" => self.root.certificate.der().to_vec(),
            "/root.crl" => self.root.crl(1, now(), &[]),
            other => self.files.lock().unwrap().get(other.trim_start_matches('/')).cloned().unwrap_or_default(),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", found.len());
        stream.write_all(&[head.as_bytes(), &found].concat()).unwrap();
    }

    fn stamp(&self, body: &[u8]) -> Vec<u8> {
        let request = TimeStampRequest::from_der(body).unwrap();
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest: request.digest,
            imprint: request.imprint,
            serial: vec![9],
            time: now(),
            accuracy_micros: None,
            ordering: false,
            nonce: request.nonce,
            tsa: None,
            qualified: false,
        };
        let key = &self.tsa.key;
        let algorithm = key.algorithm();
        let template =
            TokenTemplate::new(&info, algorithm.companion_digest(), algorithm, &self.tsa.certificate).unwrap();
        let signed = template.to_be_signed().unwrap();
        TimeStampResponse::granted(&template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap())
    }

    fn status(&self, body: &[u8]) -> Vec<u8> {
        let request = OcspRequest::from_der(body).unwrap();
        let answer = |id: &pki::CertId| SingleResponse {
            id: id.clone(),
            status: if id.serial.ends_with(&[HELD as u8]) {
                CertStatus::Revoked { at: epoch(), reason: Some(pki::RevocationReason::CertificateHold) }
            } else {
                CertStatus::Good
            },
            this_update: now(),
            next_update: Some(now() + SignedDuration::from_hours(1)),
            archive_cutoff: None,
        };
        let template = OcspResponseTemplate {
            responder_key_id: self.ocsp.certificate.public_key().key_id(),
            produced_at: now(),
            responses: request.ids.iter().map(answer).collect(),
            nonce: request.nonce,
            extended_revoke: true,
        };
        let tbs = template.tbs().unwrap();
        let key = &self.ocsp.key;
        let chain = std::slice::from_ref(&self.ocsp.certificate);
        OcspResponseTemplate::assemble(&tbs, key.algorithm(), &key.sign(&tbs), chain).unwrap()
    }
}
