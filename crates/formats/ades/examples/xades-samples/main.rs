//! Writes XAdES signatures of every packaging, level and algorithm, by one and several signers and counter-signed, and the authority behind them,
//! for judges that are not ours (`conformance/xades`).
//!
//! usage: xades-samples OUT-DIR NOW(RFC 3339)
//! OUT-DIR: root.pem, ca.pem, tsa.pem, root.crl, *.ocsp, data/ (what detached signatures are over), ours/SHAPE[-several|-counter]-KIND-LEVEL.EXTENSION,
//! marks/*.bdoc
#![expect(clippy::unwrap_used, reason = "a test program")]

#[path = "../shared/authority.rs"]
mod authority;
mod marked;
mod shapes;

use std::{fs, io::Write, path::Path};

use ades::{
    facts::{Defect, Level},
    xades::{Objects, Place, Prepared, Request, Signed},
};
use pki::{
    DigestAlgorithm::{Sha256, Sha384, Sha512},
    SignatureAlgorithm,
    testing::{TestEntity, TestKey},
};

pub(crate) use authority::{LEVELS, Pki, Signers};

/// The files that containers and detached signatures are over.
pub(crate) const FILES: [(&str, &[u8]); 2] =
    [("Līgums Nr. 1 (50%).txt", "Līguma teksts.\n".as_bytes()), ("dati.xml", b"<dati/>")];

/// Some of the files, by name.
#[derive(Clone, Copy)]
pub(crate) struct Inputs(pub(crate) &'static [(&'static str, &'static [u8])]);

impl Objects for Inputs {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| *n == name)
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let (_, bytes) = self.0.iter().find(|(n, _)| *n == name).unwrap();
        out.write_all(bytes).unwrap();
        Ok(())
    }
}

impl Pki {
    pub(crate) fn request(&self, signer: &TestEntity, id: &str) -> Request {
        let mut request = Request::new(signer.certificate.der(), self.after(-1)).unwrap();
        request.id = id.to_owned();
        request.algorithm = signer.key.algorithm();
        request.digest = request.algorithm.companion_digest();
        request.chain = vec![self.ca.certificate.der().to_vec()];
        request.roles = vec!["Valdes loceklis & parakstītājs".to_owned()];
        request.place =
            Some(Place { city: Some("Rīga".to_owned()), country: Some("LV".to_owned()), ..Place::default() });
        request.commitments = vec!["http://uri.etsi.org/01903/v1.2.2#ProofOfApproval".to_owned()];
        request
    }

    /// A signature made at its level at once, as a signing program does it.
    pub(crate) fn finish(
        &self,
        prepared: Prepared,
        signers: &Signers,
        level: Level,
        objects: &mut dyn Objects,
    ) -> String {
        let mut signed = sign(prepared, &signers.first);
        if level >= Level::T {
            let (_, imprint) = signed.timestamp_imprint().unwrap();
            signed = signed.with_timestamp(&self.tsa.time_stamp(&imprint, self.now)).unwrap();
        }
        if level >= Level::LT {
            signed = signed.with_material(self.material(signers, self.after(2))).unwrap();
        }
        if level >= Level::LTA {
            let (_, imprint) = signed.archive_imprint(objects).unwrap();
            let at = self.after(3);
            signed = signed.with_archive(&self.tsa.time_stamp(&imprint, at), objects).unwrap();
        }
        signed.xml()
    }
}

pub(crate) fn sign(prepared: Prepared, signer: &TestEntity) -> Signed {
    let value = signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    for dir in ["ours", "data", "marks"] {
        fs::create_dir_all(out.join(dir)).unwrap();
    }
    let pki = Pki::new(args[1].parse().unwrap());
    pki.publish(out);
    for (name, bytes) in FILES {
        fs::write(out.join("data").join(name), bytes).unwrap();
    }
    let kinds = [
        ("p256", SignatureAlgorithm::Ecdsa(Sha256)),
        ("p384", SignatureAlgorithm::Ecdsa(Sha384)),
        ("rsa", SignatureAlgorithm::RsaPkcs1(Sha256)),
        ("pss", SignatureAlgorithm::RsaPss(Sha512)),
        ("ed25519", SignatureAlgorithm::Ed25519),
    ];
    for (n, (kind, algorithm)) in (100..).zip(kinds) {
        let signers = pki.signers(n, TestKey::new(algorithm));
        pki.publish_status(out, kind, &signers);
        let save = |shape: &str, level: &str, extension: &str, bytes: &[u8]| {
            fs::write(out.join("ours").join(format!("{shape}-{kind}-{level}.{extension}")), bytes).unwrap();
        };
        shapes::documents(&pki, &signers, &save);
        shapes::containers(&pki, &signers, &save);
        if kind == "p256" {
            for (name, bytes) in marked::containers(&pki, &signers) {
                fs::write(out.join("marks").join(format!("{name}.bdoc")), bytes).unwrap();
            }
        }
    }
}
