//! What the signing input holds behind the protected header: the payload carried, or files elsewhere.

use std::io::Write;

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, write::EncoderWriter};
use pki::{DigestAlgorithm, Digester};
use token::{jose, json::Value};

use super::{BY_URI, BY_URI_HASH, HTTP_HEADERS};
use crate::{
    facts::{Coverage, Covered, Defect, ObjectId, ReferenceFacts, SignatureFacts},
    xades::{Objects, decode_uri, defect, locate},
};

/// Most files of one `sigD`.
const MAX_FILES: usize = 20_000;

/// How `sigD` refers to files (TS 119 182-1 clause 5.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// Their bytes, one after another, are the payload.
    ByUri,
    /// Their digests stand in `sigD`; the payload is empty.
    ByUriHash,
    /// The header fields of an HTTP message; not computed here.
    HttpHeaders,
}

/// The `sigD` header parameter.
#[derive(Debug)]
pub(super) struct SigD {
    pub(super) mechanism: Mechanism,
    pub(super) names: Vec<String>,
    /// Digest algorithm and digests for [`Mechanism::ByUriHash`]; the algorithm `None` when it is unknown.
    pub(super) digests: Option<(Option<DigestAlgorithm>, Vec<Vec<u8>>)>,
}

impl SigD {
    /// `None` when its form is wrong.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let mechanism = match value.get("mId")?.as_str()? {
            BY_URI => Mechanism::ByUri,
            BY_URI_HASH => Mechanism::ByUriHash,
            HTTP_HEADERS => Mechanism::HttpHeaders,
            _ => return None,
        };
        let names: Vec<String> = value.get("pars")?.as_strings()?.into_iter().map(str::to_owned).collect();
        let unique: std::collections::HashSet<&String> = names.iter().collect();
        if names.is_empty() || names.len() > MAX_FILES || unique.len() != names.len() {
            return None;
        }
        if let Some(types) = value.get("ctys")
            && types.as_strings()?.len() != names.len()
        {
            return None;
        }
        let digests = match (mechanism, value.get("hashM"), value.get("hashV")) {
            (Mechanism::ByUriHash, Some(method), Some(values)) => {
                let values: Option<Vec<_>> = values.as_strings()?.into_iter().map(jose::decode).collect();
                let values = values.filter(|v| v.len() == names.len())?;
                Some((jose::digest(method.as_str()?), values))
            }
            (Mechanism::ByUriHash, _, _) => return None,
            (_, None, None) => None,
            _ => return None,
        };
        Some(Self { mechanism, names, digests })
    }
}

/// Where the payload of one signature comes from.
pub(super) struct Source<'s> {
    /// As carried in the JWS.
    pub(super) carried: Option<&'s str>,
    pub(super) sig_d: Option<&'s SigD>,
    /// Whether the payload is base64url-encoded (RFC 7797 `b64`).
    pub(super) encoded: bool,
    /// For counter-signatures: the payload is this text.
    pub(super) fixed: Option<&'s str>,
}

impl Source<'_> {
    /// The files that are the payload or are named in `sigD`, each by the name under which `objects` has it.
    fn files(&self, objects: &dyn Objects) -> Vec<(String, Option<String>)> {
        match self.sig_d {
            Some(d) if d.mechanism == Mechanism::HttpHeaders => Vec::new(),
            Some(d) => {
                let alone = d.names.len() == 1;
                let find = |n: &String| locate(n, objects).or_else(|| objects.only().filter(|_| alone));
                d.names.iter().map(|n| (n.clone(), find(n))).collect()
            }
            None => vec![(PAYLOAD.to_owned(), objects.only())],
        }
    }

    /// Writes what stands behind `protected.` in the signing input.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) fn write(&self, objects: &mut dyn Objects, out: &mut dyn Write) -> Result<(), Defect> {
        match (self.fixed, self.sig_d, self.carried) {
            (Some(fixed), _, _) => put(out, fixed.as_bytes()),
            (None, Some(d), None) if d.mechanism == Mechanism::ByUriHash => Ok(()),
            (None, None, Some(carried)) => put(out, carried.as_bytes()),
            (None, _, None) => self.write_files(objects, out),
            (None, Some(_), Some(_)) => Err(defect("jades.payload-twice", "sigD", true)),
        }
    }

    /// Writes what archive and content time stamps are over in place of the payload (clauses 5.2.6 and 5.3.6).
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) fn write_data(&self, objects: &mut dyn Objects, out: &mut dyn Write) -> Result<(), Defect> {
        match (self.fixed, self.sig_d) {
            (None, Some(_)) => self.write_files(objects, out),
            _ => self.write(objects, out),
        }
    }

    fn write_files(&self, objects: &mut dyn Objects, out: &mut dyn Write) -> Result<(), Defect> {
        if self.sig_d.is_some_and(|d| d.mechanism == Mechanism::HttpHeaders) {
            return Err(defect("jades.http-headers", "sigD", false));
        }
        for (name, found) in self.files(objects) {
            let Some(found) = found else { return Err(defect("jades.object-missing", name, false)) };
            copy(objects, &found, self.encoded, out)?;
        }
        Ok(())
    }

    /// Records which data are signed, and compares digests where there are any. Gives what they are to proofs of existence.
    pub(super) fn read(&self, objects: &mut dyn Objects, facts: &mut SignatureFacts) -> Vec<ObjectId> {
        let own = facts.algorithm.map(pki::SignatureAlgorithm::companion_digest);
        if let Some(fixed) = self.fixed {
            let bytes = jose::decode(fixed).unwrap_or_default();
            let object = facts.counter_of.clone().unwrap_or_default();
            facts.references.push(signed(object, own, true));
            return vec![ObjectId::of(&bytes)];
        }
        if let (Some(carried), None) = (self.carried, self.sig_d) {
            let bytes = if self.encoded { jose::decode(carried) } else { Some(carried.as_bytes().to_vec()) };
            let Some(bytes) = bytes else {
                facts.defects.push(defect("jades.payload-encoding", PAYLOAD, true));
                return Vec::new();
            };
            facts.references.push(signed(PAYLOAD.to_owned(), own, true));
            facts.scope.push(Covered { name: PAYLOAD.to_owned(), covered: Coverage::Full });
            return vec![ObjectId::of(&bytes)];
        }
        if self.sig_d.is_some_and(|d| d.mechanism == Mechanism::HttpHeaders) {
            facts.defects.push(defect("jades.http-headers", "sigD", false));
            facts.references.push(signed("HTTP".to_owned(), own, false));
            return Vec::new();
        }
        let digests = self.sig_d.and_then(|d| d.digests.as_ref());
        let mut ids = Vec::new();
        for (at, (name, found)) in self.files(objects).into_iter().enumerate() {
            let mut fact = signed(name.clone(), own, found.is_some());
            let expected = digests.map(|(method, values)| (*method, values.get(at)));
            if let Some(found) = &found {
                match self.digest_file(objects, found, expected.and_then(|e| e.0)) {
                    Ok((id, digest)) => {
                        ids.extend(id);
                        if let Some((_, wanted)) = expected {
                            fact.intact = digest.is_some() && digest.as_ref() == wanted;
                        }
                    }
                    Err(d) => {
                        facts.defects.push(d);
                        fact.found = false;
                    }
                }
            }
            if let Some((method, _)) = expected {
                fact.digest = method;
            }
            facts.references.push(fact);
            let shown = found.or_else(|| decode_uri(&name)).unwrap_or(name);
            facts.scope.push(Covered { name: shown, covered: Coverage::Full });
        }
        ids
    }

    /// SHA-256 of a file, and its digest in the form that `sigD` has.
    fn digest_file(
        &self,
        objects: &mut dyn Objects,
        name: &str,
        method: Option<DigestAlgorithm>,
    ) -> Result<(Option<ObjectId>, Option<Vec<u8>>), Defect> {
        let id = ObjectId::from_digest(&objects.digest(name, DigestAlgorithm::Sha256)?);
        let Some(method) = method else { return Ok((id, None)) };
        let mut digester = Digester::new(method);
        copy(objects, name, self.encoded, &mut digester)?;
        Ok((id, Some(digester.finish())))
    }
}

/// Name of a payload that has none.
pub(super) const PAYLOAD: &str = "payload";

fn signed(object: String, digest: Option<DigestAlgorithm>, found: bool) -> ReferenceFacts {
    ReferenceFacts { object, digest, found, intact: found, properties: false }
}

fn put(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Defect> {
    out.write_all(bytes).map_err(|e| defect("jades.object-missing", e.to_string(), false))
}

/// A file, as it is or base64url-encoded.
pub(super) fn copy(objects: &mut dyn Objects, name: &str, encoded: bool, out: &mut dyn Write) -> Result<(), Defect> {
    if !encoded {
        return objects.copy(name, out);
    }
    let mut encoder = EncoderWriter::new(out, &URL_SAFE_NO_PAD);
    objects.copy(name, &mut encoder)?;
    encoder.finish().map(|_| ()).map_err(|e| defect("jades.object-missing", e.to_string(), false))
}
