//! Signs PDFs at every level with a throwaway PKI, for judges that are not ours.
//!
//!     cargo run -p ades --example pades-samples -- OUT TIME PICTURE FILE.pdf...
//!
//! Writes OUT/root.pem and for each file NAME-WHAT-LEVEL.pdf: every algorithm at every level; two signers, also raised together; visible,
//! certified and locked; raised from B; an archive renewed. OUT/../rotated gets the same visible signature on pages turned each way.

use std::{error::Error, fs, io::Cursor, path::Path};

use ades::{
    augment::{Augmentation, Want},
    facts::Level,
    material::Material,
    pades::{Lock, Raised, Request, Visible, prepare},
    pdf::Limits,
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    BasicConstraints, CertStatus, DigestAlgorithm, Extensions, KeyUsage, Oid, PublicKey, SignatureAlgorithm, oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const TEXT: &str = "Parakstīja: Ķēniņiene Žaņa Šķēle\nRīga, Ūdens iela 5, glāžšķūņu rūķīši";
const LEVELS: [(Level, &str); 4] = [(Level::B, "B"), (Level::T, "T"), (Level::LT, "LT"), (Level::LTA, "LTA")];
const ALGORITHMS: [(SignatureAlgorithm, &str); 5] = [
    (SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), "p256"),
    (SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384), "p384"),
    (SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256), "rsa"),
    (SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256), "pss"),
    (SignatureAlgorithm::Ed25519, "ed25519"),
];

struct Pki {
    root: TestEntity,
    ca: TestEntity,
    signers: Vec<TestEntity>,
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
        let leaf = |serial, name, usage, purposes: &[Oid], key: TestKey| {
            let extensions = leaf_extensions(&key, usage, purposes);
            ca.issue(serial, name, key, extensions, |t| {
                t.extensions.extended_key_usage_critical = true;
                t.extensions.ocsp_nocheck = purposes.contains(&oid::OCSP_SIGNING);
                t.extensions.ocsp = vec!["http://ocsp.example/".into()];
            })
        };
        let signer = |(n, algorithm)| leaf(n, "Anna Paraugs", KeyUsage::NON_REPUDIATION, &[], TestKey::new(algorithm));
        let signers = (20u64..).zip(ALGORITHMS.map(|(a, _)| a)).map(signer).collect();
        let tsa = leaf(5, "Laika zīmogs", KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING], TestKey::p256());
        let ocsp = leaf(6, "OCSP", KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING], TestKey::p256());
        Self { root, ca, signers, tsa, ocsp }
    }

    /// One signature at level B or higher, as it is made at once.
    fn sign(
        &self,
        file: &[u8],
        who: usize,
        level: Level,
        at: Timestamp,
        change: impl FnOnce(&mut Request),
    ) -> Outcome<Vec<u8>> {
        let limits = Limits::default();
        let signer = self.signers.get(who).ok_or("no such signer")?;
        let mut request = Request::new(signer.certificate.der(), at)?;
        request.algorithm = signer.key.algorithm();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        change(&mut request);
        let prepared = prepare(file, request, &limits)?;
        let value = signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value)?;
        let (_, imprint) = signed.timestamp_imprint();
        if level >= Level::T {
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, at + SignedDuration::from_secs(2)))?;
            if level >= Level::LT {
                signed = signed.with_material(self.material(at));
            }
        }
        let made = [file, &signed.increment(file, &limits)?].concat();
        if level > signed.level() { self.raise(&made, level, at) } else { Ok(made) }
    }

    fn material(&self, at: Timestamp) -> Material {
        let issuer = &self.ca.certificate;
        let status = |e: &TestEntity| {
            self.ocsp.ocsp(issuer, &e.certificate, CertStatus::Good, at + SignedDuration::from_secs(5))
        };
        let own = [&self.root, &self.ca, &self.tsa, &self.ocsp];
        Material {
            certificates: own.map(|e| e.certificate.der().to_vec()).into(),
            crls: vec![self.root.crl(1, at, &[])],
            ocsps: self.signers.iter().chain([&self.tsa]).map(status).collect(),
        }
    }

    /// Raises whatever is there.
    fn raise(&self, file: &[u8], level: Level, at: Timestamp) -> Outcome<Vec<u8>> {
        let opened = Raised::open(Cursor::new(file.to_vec()), &Limits::default())?;
        let mut steps = Augmentation::new(Box::new(opened), level, None, DigestAlgorithm::Sha256)?;
        let mut seconds = 2;
        while let Some(want) = steps.want()? {
            match want {
                Want::Stamp { digest, .. } => {
                    steps.give_stamp(&self.tsa.time_stamp(&digest, at + SignedDuration::from_secs(seconds)))?;
                }
                Want::Material { .. } => steps.give_material(&self.material(at))?,
            }
            seconds += 5;
        }
        let mut out = Vec::new();
        steps.into_file().write(&mut out)?;
        Ok(out)
    }
}

fn visible(image: &[u8], bottom: u16) -> Visible {
    Visible { page: 1, at: [60, bottom, 300, 80], text: Some(TEXT.to_owned()), image: image.to_vec() }
}

fn all(pki: &Pki, out: &Path, at: Timestamp, name: &str, image: &[u8]) -> Outcome<()> {
    let file = fs::read(name)?;
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let put = |what: &str, data: &[u8]| fs::write(out.join(format!("{stem}-{what}.pdf")), data);
    for (level, shown) in LEVELS {
        for (who, (_, algorithm)) in ALGORITHMS.iter().enumerate() {
            put(&format!("{algorithm}-{shown}"), &pki.sign(&file, who, level, at, |_| {})?)?;
        }
        let look = |r: &mut Request| r.visible = Some(visible(image, 500));
        put(&format!("visible-{shown}"), &pki.sign(&file, 0, level, at, look)?)?;
    }
    let minutes = |n| at + SignedDuration::from_mins(n);
    let one = pki.sign(&file, 0, Level::LT, at, |r| r.visible = Some(visible(image, 500)))?;
    put("two-LT", &pki.sign(&one, 2, Level::LT, minutes(1), |r| r.visible = Some(visible(&[], 400)))?)?;
    for level in 1..=3 {
        put(&format!("certified{level}-LT"), &pki.sign(&file, 0, Level::LT, at, |r| r.certify = Some(level))?)?;
    }
    put("certified1-LTA", &pki.sign(&file, 0, Level::LTA, at, |r| r.certify = Some(1))?)?;
    put("locked-LT", &pki.sign(&file, 0, Level::LT, at, |r| r.lock = Some(Lock::All))?)?;
    let both = pki.sign(&pki.sign(&file, 0, Level::B, at, |_| {})?, 1, Level::B, minutes(1), |_| {})?;
    put("together-LTA", &pki.raise(&both, Level::LTA, minutes(2))?)?;
    let archived = pki.sign(&file, 0, Level::LTA, at, |_| {})?;
    put("renewed-LTA", &pki.raise(&archived, Level::LTA, minutes(3))?)?;
    Ok(())
}

/// The same visible signature on a page that is turned by each quarter and shown the same: in a new field, in a field that waits there, and
/// in one that does not name its page.
fn rotated(pki: &Pki, out: &Path, at: Timestamp, image: &[u8]) -> Outcome<()> {
    // the place as shown, 60, 100 to 360, 180 of 500 × 400 points, on each page as it is without its turn
    let places = [
        (0, [500, 400], [60, 100, 360, 180]),
        (90, [400, 500], [220, 60, 300, 360]),
        (180, [500, 400], [140, 220, 440, 300]),
        (270, [400, 500], [100, 140, 180, 440]),
    ];
    for (turn, [width, height], rect) in places {
        let boxed = |r: [u32; 4], (x, y)| format!("[{} {} {} {}]", r[0] + x, r[1] + y, r[2] + x, r[3] + y);
        let origin = (100, 50);
        let page = boxed([0, 0, width, height], origin);
        let look = || Visible { page: 1, at: [60, 100, 300, 80], text: Some(TEXT.to_owned()), image: image.to_vec() };
        for (what, names_page, field) in [("new", "", false), ("field", "/P 3 0 R", true), ("lost", "", true)] {
            let widget = format!(
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(Paraksts)/F 4/Rect{}{names_page}>>",
                boxed(rect, origin)
            );
            let (annots, form) = if field { ("/Annots[4 0 R]", "/AcroForm<</Fields[4 0 R]>>") } else { ("", "") };
            let file = pdf(&[
                format!("<</Type/Catalog/Pages 2 0 R{form}>>"),
                "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
                format!("<</Type/Page/Parent 2 0 R/MediaBox{page}/Rotate {turn}/Resources<<>>{annots}>>"),
                widget,
            ]);
            let signed = pki.sign(&file, 0, Level::B, at, |r| {
                r.visible = Some(look());
                r.field = field.then(|| "Paraksts".to_owned());
            })?;
            fs::write(out.join(format!("{turn}-{what}.pdf")), signed)?;
        }
    }
    Ok(())
}

/// A PDF of these objects.
fn pdf(objects: &[String]) -> Vec<u8> {
    let (mut out, mut table) = ("%PDF-1.7\n".to_owned(), "0000000000 65535 f\r\n".to_owned());
    for (number, body) in (1..).zip(objects) {
        table += &format!("{:010} 00000 n\r\n", out.len());
        out += &format!("{number} 0 obj\n{body}\nendobj\n");
    }
    let (size, start) = (objects.len() + 1, out.len());
    out += &format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: pades-samples OUT TIME PICTURE FILE.pdf...")?;
    let at: Timestamp = args.next().ok_or("a time of signing is missing")?.parse()?;
    let image = fs::read(args.next().ok_or("a picture is missing")?)?;
    let out = Path::new(&out);
    fs::create_dir_all(out)?;
    let pki = Pki::new();
    fs::write(out.join("root.pem"), pki.root.certificate.to_pem())?;
    let turned = out.with_file_name("rotated");
    fs::create_dir_all(&turned)?;
    rotated(&pki, &turned, at, &image)?;
    for name in args {
        all(&pki, out, at, &name, &image)?;
    }
    Ok(())
}
