//! What the signing input holds behind the protected header: the payload carried, or files elsewhere.

use std::io::Write;

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
            (None, _, None) => self.each_file(objects, |objects, name| objects.write_to(name, self.encoded, out)),
            (None, Some(_), Some(_)) => Err(defect("jades.payload-twice", "sigD", true)),
        }
    }

    /// Puts in what archive and content time stamps are over in place of the payload (clauses 5.2.6 and 5.3.6).
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) fn feed_data(&self, objects: &mut dyn Objects, digester: &mut Digester) -> Result<(), Defect> {
        match (self.fixed, self.sig_d, self.carried) {
            (None, Some(_), _) | (None, None, None) => {
                self.each_file(objects, |objects, name| objects.feed(name, self.encoded, digester))
            }
            _ => self.write(objects, digester),
        }
    }

    fn each_file(
        &self,
        objects: &mut dyn Objects,
        mut take: impl FnMut(&mut dyn Objects, &str) -> Result<(), Defect>,
    ) -> Result<(), Defect> {
        if self.sig_d.is_some_and(|d| d.mechanism == Mechanism::HttpHeaders) {
            return Err(defect("jades.http-headers", "sigD", false));
        }
        for (name, found) in self.files(objects) {
            let Some(found) = found else { return Err(defect("jades.object-missing", name, false)) };
            take(objects, &found)?;
        }
        Ok(())
    }

    /// What the signed data are to proofs of existence. Asked for only where something proves it: it takes a pass over the data.
    pub(super) fn ids(&self, objects: &mut dyn Objects) -> Vec<ObjectId> {
        let decoded = |text: &str| jose::decode(text).map(|octets| ObjectId::of(&octets));
        match (self.fixed, self.sig_d, self.carried) {
            (Some(fixed), _, _) => vec![decoded(fixed).unwrap_or_else(|| ObjectId::of(&[]))],
            (None, None, Some(carried)) if self.encoded => decoded(carried).into_iter().collect(),
            (None, None, Some(carried)) => vec![ObjectId::of(carried.as_bytes())],
            _ => {
                let found = self.files(objects).into_iter().filter_map(|(_, found)| found);
                let digest = |name: String| objects.digest(&name, DigestAlgorithm::Sha256).ok();
                found.filter_map(digest).filter_map(|d| ObjectId::from_digest(&d)).collect()
            }
        }
    }

    /// Records which data are signed, and compares digests where there are any.
    pub(super) fn read(&self, objects: &mut dyn Objects, facts: &mut SignatureFacts) {
        let own = facts.algorithm.map(pki::SignatureAlgorithm::companion_digest);
        if self.fixed.is_some() {
            let object = facts.counter_of.clone().unwrap_or_default();
            facts.references.push(signed(object, own, true));
            return;
        }
        if let (Some(carried), None) = (self.carried, self.sig_d) {
            if self.encoded && !jose::is_encoded(carried) {
                facts.defects.push(defect("jades.payload-encoding", PAYLOAD, true));
                return;
            }
            facts.references.push(signed(PAYLOAD.to_owned(), own, true));
            facts.scope.push(Covered { name: PAYLOAD.to_owned(), covered: Coverage::Full });
            return;
        }
        if self.sig_d.is_some_and(|d| d.mechanism == Mechanism::HttpHeaders) {
            facts.defects.push(defect("jades.http-headers", "sigD", false));
            facts.references.push(signed("HTTP".to_owned(), own, false));
            return;
        }
        let digests = self.sig_d.and_then(|d| d.digests.as_ref());
        for (at, (name, found)) in self.files(objects).into_iter().enumerate() {
            let mut fact = signed(name.clone(), own, found.is_some());
            let expected = digests.map(|(method, values)| (*method, values.get(at)));
            if let Some(found) = &found {
                let digest = match expected {
                    Some((Some(method), _)) => objects.digested(found, method, self.encoded),
                    // whether it can be read
                    _ => objects.digested(found, DigestAlgorithm::Sha256, false),
                };
                match (digest, expected) {
                    (Ok(digest), Some((method, wanted))) => {
                        fact.intact = method.is_some() && wanted == Some(&digest.finish());
                    }
                    (Ok(_), None) => {}
                    (Err(d), _) => {
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
