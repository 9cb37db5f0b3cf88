use std::io::Write;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use token::json::{Array, Object};

use super::{
    JCS, JadesError, create,
    document::Jws,
    header::Header,
    payload::Source,
    read::{Component, archive_imprint, components, read_document, signature_imprint},
    splice,
};
use crate::{
    augment::{AugmentError, Raise, check_imprint},
    facts::{Format, Level, SignatureFacts},
    material::Material,
    xades::Objects,
};

/// A JAdES file whose signatures are raised. Counter-signatures are not raised for themselves.
pub struct File {
    text: String,
    objects: Box<dyn Objects + Send>,
    signatures: Vec<SignatureFacts>,
    /// Algorithm of the imprint that was asked for last.
    asked: Option<DigestAlgorithm>,
}

impl From<JadesError> for AugmentError {
    fn from(e: JadesError) -> Self {
        match e {
            JadesError::Unknown(id) => Self::Unknown(id),
            other => Self::Signature(other.to_string()),
        }
    }
}

impl File {
    /// Opens a file; `objects` has the files that its signatures speak of.
    ///
    /// # Errors
    /// When it is no JAdES file.
    pub fn open(text: String, objects: Box<dyn Objects + Send>) -> Result<Self, JadesError> {
        splice::parse(&text)?;
        let mut file = Self { text, objects, signatures: Vec::new(), asked: None };
        file.read_again();
        Ok(file)
    }

    /// The file as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn read_again(&mut self) {
        let facts = read_document(self.text.as_bytes(), &mut *self.objects);
        self.signatures = facts.signatures.into_iter().filter(|s| s.counter_of.is_none()).collect();
    }

    fn facts(&self, id: &str) -> Option<&SignatureFacts> {
        self.signatures.iter().find(|s| s.id == id)
    }

    /// The signature, which must be whole.
    fn sound(&self, id: &str) -> Result<&SignatureFacts, AugmentError> {
        let facts = self.facts(id).ok_or_else(|| AugmentError::Unknown(id.to_owned()))?;
        match facts.defects.iter().find(|d| d.fatal) {
            Some(d) => Err(AugmentError::Signature(format!("{}: {}", d.code, d.object))),
            None if facts.value_verifies == Some(false) => Err(AugmentError::Signature(id.to_owned())),
            None => Ok(facts),
        }
    }

    fn with_jws<T>(
        &mut self,
        id: &str,
        work: impl FnOnce(&Jws<'_>, usize, &mut dyn Objects) -> Result<T, AugmentError>,
    ) -> Result<T, AugmentError> {
        self.sound(id)?;
        let jws = splice::parse(&self.text)?;
        let at = splice::place(&jws, id)?;
        work(&jws, at, &mut *self.objects)
    }

    fn add(&mut self, id: &str, name: &str, json: &str) -> Result<(), AugmentError> {
        self.text = splice::add_component(&self.text, id, name, json)?;
        self.read_again();
        Ok(())
    }

    fn method(&self) -> Result<DigestAlgorithm, AugmentError> {
        self.asked.ok_or(AugmentError::Order("no time stamp was asked for"))
    }
}

fn present(jws: &Jws<'_>, at: usize) -> Result<Vec<Component>, AugmentError> {
    let header = jws.signatures.get(at).and_then(|e| e.header.as_ref());
    let read = header.map(|h| components(h, jws.text)).transpose();
    read.map(Option::unwrap_or_default).map_err(|code| AugmentError::Signature(code.to_owned()))
}

impl Raise for File {
    fn ids(&self) -> Vec<String> {
        self.signatures.iter().map(|s| s.id.clone()).collect()
    }
    fn level(&self, id: &str) -> Option<Level> {
        self.facts(id)?.level_elements
    }
    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        self.facts(id).and_then(|s| s.signing_certificate.clone()).into_iter().collect()
    }
    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        self.facts(id).map(|s| s.timestamps.iter().map(|t| t.token.clone()).collect()).unwrap_or_default()
    }
    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        self.facts(id).map(|s| s.certificates.clone()).unwrap_or_default()
    }

    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.asked = Some(algorithm);
        self.with_jws(id, |jws, at, _| {
            let entry = jws.signatures.get(at).ok_or(AugmentError::NoSignature)?;
            Ok(signature_imprint(entry, algorithm))
        })
    }

    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let method = self.method()?;
        let imprint = self.stamp_imprint(id, method)?;
        check_imprint(token, method, &imprint)?;
        self.add(id, "sigTst", &create::stamps(&[token.to_vec()]).to_string())
    }

    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        let facts = self.sound(id)?;
        let new = |all: &[Vec<u8>], have: &[Vec<u8>]| -> Vec<Vec<u8>> {
            all.iter().filter(|der| !have.contains(der)).cloned().collect()
        };
        let certificates = new(&material.certificates, &facts.certificates);
        let (crls, ocsps) = (new(&material.crls, &facts.crls), new(&material.ocsps, &facts.ocsps));
        let first = facts.crls.is_empty() && facts.ocsps.is_empty();
        let value = |der: &Vec<u8>| Object::new().text("val", &STANDARD.encode(der));
        let x_vals = Array::of(certificates.iter().map(|c| Object::new().with("x509Cert", value(c))));
        let mut r_vals = Object::new();
        if !crls.is_empty() {
            r_vals = r_vals.with("crlVals", Array::of(crls.iter().map(value)));
        }
        if !ocsps.is_empty() {
            r_vals = r_vals.with("ocspVals", Array::of(ocsps.iter().map(value)));
        }
        if first {
            if !certificates.is_empty() {
                self.add(id, "xVals", &x_vals.to_string())?;
            }
            if !r_vals.is_empty() {
                self.add(id, "rVals", &r_vals.to_string())?;
            }
            return Ok(());
        }
        let mut later = Object::new();
        if !certificates.is_empty() {
            later = later.with("xVals", x_vals);
        }
        if !r_vals.is_empty() {
            later = later.with("rVals", r_vals);
        }
        if later.is_empty() { Ok(()) } else { self.add(id, "tstVD", &later.to_string()) }
    }

    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        self.asked = Some(algorithm);
        self.with_jws(id, |jws, at, objects| {
            let entry = jws.signatures.get(at).ok_or(AugmentError::NoSignature)?;
            let mut scratch = SignatureFacts::unread(id, Format::JAdES);
            let header =
                Header::read(&entry.protected, &mut scratch).ok_or_else(|| AugmentError::Signature(id.to_owned()))?;
            let source = Source {
                carried: jws.payload.as_deref(),
                sig_d: header.sig_d.as_ref(),
                encoded: header.encoded,
                fixed: None,
            };
            let before = present(jws, at)?;
            let imprint = archive_imprint(entry, &source, &before, Some(JCS), algorithm, objects);
            let unknown = || AugmentError::Signature("a number that has no canonical form".to_owned());
            imprint.map_err(|d| AugmentError::Object(d.object))?.ok_or_else(unknown)
        })
    }

    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let method = self.method()?;
        let imprint = self.archive_imprint(id, method)?;
        check_imprint(token, method, &imprint)?;
        let clear = self.with_jws(id, |jws, at, _| Ok(present(jws, at)?.first().is_some_and(|c| !c.is_encoded())))?;
        let mut container = create::stamps(&[token.to_vec()]);
        if clear {
            container = container.text("canonAlg", JCS);
        }
        self.add(id, "arcTst", &container.to_string())
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        Ok(out.write_all(self.text.as_bytes())?)
    }
}
