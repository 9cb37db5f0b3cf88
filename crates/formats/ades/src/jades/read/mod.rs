//! Reading JAdES signatures into facts.
//!
//! Only the protected header is believed. A key in it (`jwk`, `jku`, `x5u`) is told and never used or fetched; the certificate is the one
//! that the signed reference names, and its key decides which algorithms it can have.

mod stamps;
mod unsigned;

use std::cell::OnceCell;

use pki::{Certificate, Digester, PublicKey};
use token::jose;

pub(super) use stamps::{archive_imprint, signature_imprint};
pub(super) use unsigned::{Component, components};

use super::{
    document::{Entry, Jws, NoJws, Serialization},
    header::Header,
    payload::{PAYLOAD, Source},
};
use crate::{
    facts::{FileFacts, Format, Level, ObjectId, SignatureFacts},
    xades::{Objects, defect},
};

/// Largest signing input of Ed25519, which has to be held in memory.
const MAX_MESSAGE: usize = 64 << 20;

/// Whether a file that starts so may be a JWS: JSON, or the compact form.
pub(crate) fn is_candidate(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    text.starts_with(b"{") || (text.starts_with(b"ey") && text.iter().take(4096).all(u8::is_ascii))
}

/// Reads a file with JAdES signatures in any serialisation. A file that is none has no container and no signature.
pub fn read_document(bytes: &[u8], objects: &mut dyn Objects) -> FileFacts {
    let mut facts = FileFacts::default();
    let Ok(text) = std::str::from_utf8(bytes) else { return facts };
    match Jws::parse(text) {
        Err(NoJws::Other) => {}
        Err(NoJws::Broken(code, object)) => facts.defects.push(defect(code, object, true)),
        Ok(jws) => {
            facts.container = Some("JSON");
            for name in &jws.unknown {
                facts.defects.push(defect("jades.unknown-member", name.clone(), false));
            }
            let mut reader = Reader { objects, found: Vec::new(), same_encoding: None };
            for (n, entry) in jws.signatures.iter().enumerate() {
                reader.signature(&jws, entry, id(n), None, 0);
            }
            facts.signatures = reader.found;
        }
    }
    facts
}

/// Id of the `n`th signature: a JWS names none.
pub(super) fn id(n: usize) -> String {
    format!("signature-{}", n + 1)
}

/// The signature that a counter-signature is over.
pub(super) struct Parent<'p> {
    id: &'p str,
    /// Its value as written: the payload.
    value: &'p str,
}

/// Deepest nesting of counter-signatures.
const MAX_COUNTER_DEPTH: usize = 4;

pub(super) struct Reader<'o> {
    objects: &'o mut dyn Objects,
    found: Vec<SignatureFacts>,
    /// `b64` of the first signature: all of one payload must agree (RFC 7797 section 3).
    same_encoding: Option<bool>,
}

impl Reader<'_> {
    fn signature(&mut self, jws: &Jws<'_>, entry: &Entry, id: String, parent: Option<&Parent<'_>>, depth: usize) {
        let mut facts = SignatureFacts::unread(id, Format::JAdES);
        facts.counter_of = parent.map(|p| p.id.to_owned());
        let value = jose::decode(&entry.signature);
        match &value {
            Some(v) => facts.value = ObjectId::of(v),
            None => facts.defects.push(defect("jades.value-encoding", facts.id.clone(), true)),
        }
        let Some(header) = Header::read(&entry.protected, &mut facts) else { return self.found.push(facts) };
        header.claims(&mut facts);
        let first = *self.same_encoding.get_or_insert(header.encoded);
        if parent.is_none() && first != header.encoded {
            facts.defects.push(defect("jades.b64-differs", facts.id.clone(), true));
        }
        let source = Source {
            carried: jws.payload.as_deref(),
            sig_d: header.sig_d.as_ref(),
            encoded: header.encoded,
            fixed: parent.map(|p| p.value),
        };
        self.rules(jws, entry, &header, parent, &mut facts);
        source.read(self.objects, &mut facts);
        if let Some(value) = value {
            self.verify(entry, &source, &value, &mut facts);
        }
        let context = unsigned::Context { entry, header: &header, source: &source, data: OnceCell::new(), jws };
        let counters = unsigned::read(&context, self.objects, &mut facts);
        facts.level_elements = level(&facts);
        let own = facts.id.clone();
        self.found.push(facts);
        for (n, text) in counters.into_iter().enumerate() {
            self.counter(&text, &format!("{own}-{}", n + 1), &own, &entry.signature, depth);
        }
    }

    fn counter(&mut self, text: &str, id: &str, of: &str, value: &str, depth: usize) {
        let mut tell = |code, object: String| {
            let mut facts = SignatureFacts::unread(id, Format::JAdES);
            facts.counter_of = Some(of.to_owned());
            facts.defects.push(defect(code, object, true));
            self.found.push(facts);
        };
        if depth >= MAX_COUNTER_DEPTH {
            return tell("jades.counter-depth", id.to_owned());
        }
        match Jws::parse(text) {
            Ok(jws) if jws.signatures.len() == 1 && jws.payload.as_deref().is_none_or(|p| p == value) => {
                let parent = Parent { id: of, value };
                for entry in &jws.signatures {
                    self.signature(&jws, entry, id.to_owned(), Some(&parent), depth + 1);
                }
            }
            Ok(_) | Err(NoJws::Other) => tell("jades.counter-signature", id.to_owned()),
            Err(NoJws::Broken(code, object)) => tell(code, object),
        }
    }

    /// Rules between the parts.
    fn rules(
        &self,
        jws: &Jws<'_>,
        entry: &Entry,
        header: &Header,
        parent: Option<&Parent<'_>>,
        facts: &mut SignatureFacts,
    ) {
        let members = entry.header.as_ref().and_then(|h| h.as_object()).unwrap_or_default();
        for (name, _) in members {
            if header.value.get(name).is_some() {
                facts.defects.push(defect("jades.header-twice", name.clone(), true));
            } else if name != "etsiU" {
                facts.defects.push(defect("jades.unprotected-header", name.clone(), false));
            }
        }
        if header.sig_d.is_some() && (parent.is_some() || jws.payload.is_some()) {
            facts.defects.push(defect("jades.payload-twice", "sigD", true));
        }
        if parent.is_some() && !header.encoded {
            facts.defects.push(defect("jades.counter-signature", facts.id.clone(), true));
        }
        if jws.serialization == Serialization::Compact && !header.encoded {
            let plain = |p: &str| p.bytes().all(|b| (0x20..0x7f).contains(&b));
            if !jws.payload.as_deref().is_none_or(plain) {
                facts.defects.push(defect("jades.payload-encoding", PAYLOAD, true));
            }
        }
    }

    fn verify(&mut self, entry: &Entry, source: &Source<'_>, value: &[u8], facts: &mut SignatureFacts) {
        let (Some(der), Some(algorithm)) = (&facts.signing_certificate, facts.algorithm) else { return };
        let Ok(certificate) = Certificate::from_der(der) else {
            facts.defects.push(defect("jades.x5c", facts.id.clone(), false));
            return;
        };
        let key = certificate.public_key();
        if !jose::fits(algorithm, key.kind()) {
            facts.value_verifies = Some(false);
            facts.defects.push(defect("jades.algorithm-key", key.kind().name(), true));
            return;
        }
        let Some(x509) = jose::from_value(algorithm, key.kind(), value) else {
            facts.value_verifies = Some(false);
            return;
        };
        let start = format!("{}.", entry.protected);
        match verify_input(key, algorithm, &start, source, self.objects, &x509) {
            Ok(good) => facts.value_verifies = Some(good),
            Err(d) => {
                // What is not there is told by its reference.
                if facts.references.iter().all(|r| r.found) && !facts.defects.contains(&d) {
                    facts.defects.push(d);
                }
            }
        }
    }
}

/// Whether `value` (in the encoding of X.509) is over `start` and the payload, which is streamed; Ed25519 needs it in memory.
fn verify_input(
    key: &PublicKey,
    algorithm: pki::SignatureAlgorithm,
    start: &str,
    source: &Source<'_>,
    objects: &mut dyn Objects,
    value: &[u8],
) -> Result<bool, crate::facts::Defect> {
    match algorithm.digest() {
        Some(method) => {
            let mut digester = Digester::new(method);
            digester.update(start.as_bytes());
            source.write(objects, &mut digester)?;
            Ok(pki::verify_digest(key.spki(), algorithm, &digester.finish(), value).is_ok())
        }
        None => {
            let mut message = Bounded { bytes: start.as_bytes().to_vec(), limit: MAX_MESSAGE };
            source
                .write(objects, &mut message)
                .map_err(|d| if message.is_full() { defect("jades.payload-too-large", "", false) } else { d })?;
            Ok(pki::verify(key.spki(), algorithm, &message.bytes, value).is_ok())
        }
    }
}

/// A buffer that takes no more than so much.
pub(super) struct Bounded {
    pub(super) bytes: Vec<u8>,
    pub(super) limit: usize,
}

impl Bounded {
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }
}

impl std::io::Write for Bounded {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + buf.len() > self.limit {
            self.limit = self.bytes.len();
            return Err(std::io::Error::other("too large"));
        }
        self.bytes.extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The level by the elements present (TS 119 182-1 clause 6).
fn level(facts: &SignatureFacts) -> Option<Level> {
    let crit = facts.defects.iter().any(|d| d.code == "jades.crit-missing");
    let basic = facts.claimed_time.is_some() && facts.certificate_reference_matches == Some(true);
    (basic && !crit).then(|| facts.elements())
}
