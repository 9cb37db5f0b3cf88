//! The same faults in other formats: in CMS, PDF and JSON, and in a counter-signature inside XML.

use std::{fs, io::Cursor, path::Path};

use ades::{
    augment::{Augmentation, Raise, Want},
    cades,
    facts::Level,
    jades,
    material::Material,
    pades, pdf,
    xades::{self, Content, Nothing},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{
    CertStatus,
    DigestAlgorithm::Sha256,
    RevocationReason, SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

use crate::{DATA, DAY, Data, Pki, SignedDuration, revoked};

const FORMATS: [(&str, &str); 4] = [("cades", "p7m"), ("pades", "pdf"), ("jades", "json"), ("counter", "xml")];

/// What is done to a file after it was raised.
#[derive(Clone, Copy, PartialEq)]
enum Damage {
    None,
    /// Something signed is changed.
    Content,
    /// The last time stamp is over something else.
    Imprint,
}

struct Fault<'a> {
    name: &'a str,
    signer: &'a TestEntity,
    unit: &'a TestEntity,
    status: Option<Vec<u8>>,
    level: Level,
    damage: Damage,
}

struct Maker<'a> {
    p: &'a Pki,
    /// Who signs what is counter-signed.
    first: &'a TestEntity,
    pdf: &'a [u8],
    at: Timestamp,
}

/// Fills in what every request has, whatever its format.
macro_rules! request {
    ($maker:expr, $format:ident, $signer:expr, $claimed:expr) => {{
        let mut request = $format::Request::new($signer.certificate.der(), $claimed).unwrap();
        request.algorithm = $signer.key.algorithm();
        request.chain = vec![$maker.p.ca.certificate.der().to_vec()];
        request
    }};
}

impl Maker<'_> {
    /// A file at level B.
    fn start(&self, format: &str, signer: &TestEntity, claimed: Timestamp) -> Vec<u8> {
        match format {
            "cades" => {
                let prepared = cades::prepare(&Sha256.of(DATA), request!(self, cades, signer, claimed)).unwrap();
                let value = signer.key.sign(prepared.to_be_signed());
                let mut out = Vec::new();
                prepared.finish(&value).unwrap().attached(DATA, DATA.len() as u64, &mut out).unwrap();
                out
            }
            "pades" => {
                let limits = pdf::Limits::default();
                let prepared = pades::prepare(self.pdf, request!(self, pades, signer, claimed), &limits).unwrap();
                let value = signer.key.sign(prepared.to_be_signed());
                let signed = prepared.finish(&value).unwrap();
                [self.pdf, &signed.increment(self.pdf, &limits).unwrap()].concat()
            }
            "jades" => {
                let data = jades::Data { name: "dati.txt".to_owned(), media_type: "text/plain".to_owned() };
                let prepared = jades::prepare(&[data], &mut Data, &request!(self, jades, signer, claimed)).unwrap();
                let value = signer.key.sign(&prepared.to_be_signed());
                prepared.finish(&value).unwrap().into_bytes()
            }
            _ => {
                let mut request = request!(self, xades, self.first, claimed);
                request.id = "S1".to_owned();
                let prepared = xades::prepare_enveloping(Content::Bytes(DATA), "text/plain", request).unwrap();
                let value = self.first.key.sign(prepared.to_be_signed());
                let xml = prepared.finish(&value).unwrap().xml();
                let mut request = request!(self, xades, signer, claimed);
                request.id = "C1".to_owned();
                let prepared = xades::prepare_counter(xml.as_bytes(), "S1", request).unwrap();
                let value = signer.key.sign(prepared.to_be_signed());
                prepared.finish(&value).unwrap().xml().into_bytes()
            }
        }
    }

    fn open(format: &str, bytes: Vec<u8>) -> Box<dyn Raise> {
        match format {
            "cades" => Box::new(cades::File::open("dati.txt.p7m", Cursor::new(bytes), Box::new(Data)).unwrap()),
            "pades" => Box::new(pades::Raised::open(Cursor::new(bytes), &pdf::Limits::default()).unwrap()),
            "jades" => Box::new(jades::File::open(String::from_utf8(bytes).unwrap(), Box::new(Data)).unwrap()),
            _ => Box::new(xades::File::open(&bytes, Box::new(Nothing)).unwrap()),
        }
    }

    /// The file raised, and its last time stamp.
    fn raise(&self, format: &str, fault: &Fault<'_>, claimed: Timestamp) -> (Vec<u8>, Vec<u8>) {
        let mut file = Self::open(format, self.start(format, fault.signer, claimed));
        let mut last = Vec::new();
        // A counter-signature is proven by the archive time stamp of the signature around it.
        let level = if format == "counter" && fault.level == Level::LT { Level::LTA } else { fault.level };
        if level > Level::B {
            let mut steps = Augmentation::new(file, level, None, Sha256).unwrap();
            let mut at = self.at;
            while let Some(want) = steps.want().unwrap() {
                match want {
                    Want::Stamp { digest, .. } => {
                        last = fault.unit.time_stamp(&digest, at);
                        steps.give_stamp(&last).unwrap();
                        at += SignedDuration::from_secs(1);
                    }
                    Want::Material { .. } => steps.give_material(&self.material(fault)).unwrap(),
                }
            }
            file = steps.into_file();
        }
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        (out, last)
    }

    fn material(&self, fault: &Fault<'_>) -> Material {
        let later = self.at + SignedDuration::from_secs(2);
        let p = self.p;
        let others = [self.first, &p.tsa].map(|e| p.status(e, CertStatus::Good, later));
        Material {
            certificates: [&p.ca, &p.root, &p.tsa, &p.ocsp].map(|e| e.certificate.der().to_vec()).to_vec(),
            crls: vec![p.root.crl(1, self.at - DAY, &[])],
            ocsps: fault.status.iter().cloned().chain(others).collect(),
        }
    }

    fn write(&self, out: &Path, format: &str, extension: &str, fault: &Fault<'_>) {
        let claimed = self.at - SignedDuration::from_secs(1);
        let (mut file, token) = self.raise(format, fault, claimed);
        match fault.damage {
            Damage::None => {}
            Damage::Content => change(format, &mut file),
            Damage::Imprint if format == "jades" => {
                // Unsigned header of another signature of the same person.
                let (other, _) = self.raise(format, fault, claimed - SignedDuration::from_secs(60));
                let place = |text: &[u8]| text.windows(8).position(|w| w == b"\"header\"").unwrap();
                let tail = other[place(&other)..].to_vec();
                file.truncate(place(&file));
                file.extend(tail);
            }
            Damage::Imprint => {
                let tokens = std::iter::repeat_with(|| fault.unit.time_stamp(&[7; 32], self.at));
                let other = tokens.take(1000).find(|t| t.len() == token.len()).unwrap();
                swap(&mut file, &token, &other);
            }
        }
        fs::write(out.join(format!("{format}-{}.{extension}", fault.name)), file).unwrap();
    }
}

/// Puts one token in the place of another, in whatever coding it stands.
fn swap(file: &mut [u8], old: &[u8], new: &[u8]) {
    let hex = |t: &[u8]| t.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let codings: [fn(&str) -> String; 2] = [str::to_owned, str::to_uppercase];
    let mut forms = vec![(old.to_vec(), new.to_vec()), (STANDARD.encode(old).into(), STANDARD.encode(new).into())];
    forms.extend(codings.map(|c| (c(&hex(old)).into_bytes(), c(&hex(new)).into_bytes())));
    let found = forms.iter().find_map(|(o, n)| Some((file.windows(o.len()).position(|w| w == o)?, n)));
    let (at, with) = found.unwrap();
    file[at..at + with.len()].copy_from_slice(with);
}

/// Changes something signed: data, or the signature value that a counter-signature is over.
fn change(format: &str, file: &mut [u8]) {
    let (mark, after): (&[u8], bool) = match format {
        "cades" => (DATA, false),
        "pades" => (b"Ligums par", false),
        "jades" => (b"\"payload\":\"", true),
        _ => (b"S1-SignatureValue\">", true),
    };
    let at = file.windows(mark.len()).position(|w| w == mark).unwrap() + if after { mark.len() } else { 0 };
    file[at] = if file[at] == b'A' { b'B' } else { b'A' };
}

pub(crate) fn write(out: &Path, p: &Pki, other: &Pki, pdf: &[u8], now: Timestamp) {
    let at = now - DAY * 30;
    let later = at + SignedDuration::from_secs(2);
    let first = p.signer(400, |_| {});
    let maker = Maker { p, first: &first, pdf, at };
    let good = p.signer(401, |_| {});
    let since = p.signer(402, |t| t.not_after = at + DAY * 10);
    let before = p.signer(403, |t| t.not_after = at - DAY * 10);
    let rsa = p.ca.issue_signer(404, "Anna Paraudziņa", TestKey::new(SignatureAlgorithm::RsaPkcs1(Sha256)));
    let status = |of: &TestEntity| Some(p.status(of, CertStatus::Good, later));
    let key = RevocationReason::KeyCompromise;
    let fault = |name, signer| Fault {
        name,
        signer,
        unit: &p.tsa,
        status: status(signer),
        level: Level::LT,
        damage: Damage::None,
    };
    let faults = [
        fault("good", &good),
        Fault { level: Level::LTA, ..fault("lta", &good) },
        Fault { status: Some(p.status(&good, revoked(at - DAY, key), later)), ..fault("revoked-before", &good) },
        Fault {
            status: Some(p.status(&good, revoked(at + DAY * 5, key), at + DAY * 6)),
            ..fault("revoked-after", &good)
        },
        fault("expired-since", &since),
        fault("expired-before", &before),
        Fault { status: None, ..fault("no-status", &good) },
        Fault { status: Some(p.status(&good, CertStatus::Good, at - DAY * 5)), ..fault("status-too-old", &good) },
        Fault { unit: &other.tsa, ..fault("stamp-of-unknown-root", &good) },
        Fault { damage: Damage::Imprint, ..fault("stamp-wrong-imprint", &good) },
        Fault { damage: Damage::Content, ..fault("content-changed", &good) },
        Fault { level: Level::B, ..fault("no-stamp", &good) },
        Fault { level: Level::T, ..fault("stamp-only", &good) },
        fault("rsa-2048", &rsa),
    ];
    for (format, extension) in FORMATS {
        for fault in &faults {
            maker.write(out, format, extension, fault);
        }
    }
}
