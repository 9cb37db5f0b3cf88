//! The protected header: its rules, and what it says of the signer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm};
use token::{
    jose,
    json::{self, Kind, Limits, Value},
};

use super::payload::SigD;
use crate::{
    facts::{PolicyFacts, SignatureFacts},
    xades::defect,
};

/// Names of RFC 7515, RFC 7516 and RFC 7518: never in `crit`.
const NEVER_CRITICAL: [&str; 21] = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "epk", "apu", "apv", "iv",
    "tag", "p2s", "p2c", "enc", "zip", "etsiU",
];
/// What is understood here, beyond those.
const UNDERSTOOD: [&str; 13] =
    ["b64", "sigT", "iat", "exp", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD", "nonce"];

/// A protected header that keeps the rules.
pub(super) struct Header {
    pub(super) value: Value,
    /// Whether the payload is base64url-encoded.
    pub(super) encoded: bool,
    pub(super) sig_d: Option<SigD>,
}

impl Header {
    /// Reads it, telling what is wrong. `None` when nothing of the signature can be judged.
    pub(super) fn read(protected: &str, facts: &mut SignatureFacts) -> Option<Self> {
        let mut tell = |code, object: String, fatal| facts.defects.push(defect(code, object, fatal));
        let Some(bytes) = jose::decode(protected) else {
            tell("jades.header-encoding", "protected".to_owned(), true);
            return None;
        };
        let value = match json::parse(&bytes, &Limits { bytes: 8 << 20, ..Limits::default() }) {
            Ok(v) if v.as_object().is_some() => v,
            Ok(_) => {
                tell("jades.structure", "protected".to_owned(), true);
                return None;
            }
            Err(e) => {
                tell(e.code(), e.to_string(), true);
                return None;
            }
        };
        let encoded = match value.get("b64").map(|v| &v.kind) {
            None => true,
            Some(Kind::Bool(b)) => *b,
            Some(_) => {
                tell("jades.structure", "b64".to_owned(), true);
                true
            }
        };
        for (code, object, fatal) in critical(&value) {
            tell(code, object, fatal);
        }
        for name in ["jwk", "jku", "x5u"].into_iter().filter(|n| value.get(n).is_some()) {
            tell("jades.foreign-key", name.to_owned(), false);
        }
        let names = value.as_object().unwrap_or_default().iter().map(|(n, _)| n.as_str());
        for name in names.filter(|n| *n == "etsiU" || !(NEVER_CRITICAL.contains(n) || UNDERSTOOD.contains(n))) {
            tell("jades.unknown-header", name.to_owned(), false);
        }
        match value.get("alg").and_then(Value::as_str) {
            None => tell("jades.no-algorithm", "alg".to_owned(), true),
            Some(name) => {
                facts.algorithm = jose::algorithm(name);
                if facts.algorithm.is_none() && (name.eq_ignore_ascii_case("none") || name.starts_with("HS")) {
                    facts.defects.push(defect("jades.refused-algorithm", name, true));
                }
            }
        }
        let sig_d = value.get("sigD").map(SigD::read);
        if matches!(sig_d, Some(None)) {
            facts.defects.push(defect("jades.sigd", "sigD", true));
        }
        Some(Self { value, encoded, sig_d: sig_d.flatten() })
    }

    /// Certificates, time, place, roles and policy.
    pub(super) fn claims(&self, facts: &mut SignatureFacts) {
        self.certificates(facts);
        self.time(facts);
        let v = &self.value;
        if let Some(place) = v.get("sigPl") {
            let parts = ["streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry"];
            let named: Vec<&str> = parts.iter().filter_map(|p| place.get(p)?.as_str()).collect();
            facts.place = Some(named.join(", ")).filter(|p| !p.is_empty());
        }
        let commitments = v.get("srCms").and_then(Value::as_array).unwrap_or_default();
        facts
            .commitments
            .extend(commitments.iter().filter_map(|c| Some(c.get("commId")?.get("id")?.as_str()?.to_owned())));
        let claimed = v.get("srAts").and_then(|a| a.get("claimed")).and_then(Value::as_array).unwrap_or_default();
        let values = claimed.iter().filter_map(|q| q.get("qVals")?.as_strings()).flatten();
        facts.roles.extend(values.map(str::to_owned));
        if let Some(policy) = v.get("sigPId") {
            let qualifiers = policy.get("sigPQuals").and_then(Value::as_array).unwrap_or_default();
            facts.policy = Some(PolicyFacts {
                id: policy.get("id").and_then(|i| i.get("id")).and_then(Value::as_str).map(str::to_owned),
                digest_matches: None,
                uri: qualifiers.iter().find_map(|q| q.get("spURI")?.as_str()).map(str::to_owned),
            });
        }
    }

    /// The policy's digest as `sigPId` states it.
    pub(super) fn policy_digest(&self) -> Option<(DigestAlgorithm, Vec<u8>)> {
        let policy = self.value.get("sigPId")?;
        digest_of(policy.get("hashAV").unwrap_or(policy))
    }

    fn time(&self, facts: &mut SignatureFacts) {
        let iat = self.value.get("iat").and_then(Value::as_i64).and_then(|s| Timestamp::from_second(s).ok());
        let sig_t = self.value.get("sigT").and_then(Value::as_str).and_then(|t| t.parse().ok());
        let stated = ["iat", "sigT"].into_iter().filter(|n| self.value.get(n).is_some()).count();
        facts.claimed_time = iat.or(sig_t);
        if stated != 1 || facts.claimed_time.is_none() {
            facts.defects.push(defect("jades.signing-time", facts.id.clone(), false));
        }
    }

    /// `x5c`, and the one of `x5t#S256`, `x5t#o` and `sigX5ts` that says which certificate is the signer's.
    fn certificates(&self, facts: &mut SignatureFacts) {
        if let Some(chain) = self.value.get("x5c") {
            let decoded: Option<Vec<Vec<u8>>> =
                chain.as_strings().and_then(|c| c.into_iter().map(|t| STANDARD.decode(t).ok()).collect());
            match decoded {
                Some(chain) if !chain.is_empty() => facts.certificates = chain,
                _ => facts.defects.push(defect("jades.x5c", facts.id.clone(), false)),
            }
        }
        facts.signing_certificate = facts.certificates.first().cloned();
        let references = [self.value.get("x5t#S256"), self.value.get("x5t#o"), self.value.get("sigX5ts")];
        let first = match references {
            [Some(v), None, None] => Some(v.as_str().and_then(jose::decode).map(|d| (DigestAlgorithm::Sha256, d))),
            [None, Some(v), None] => Some(digest_of(v)),
            [None, None, Some(v)] => {
                Some(v.as_array().and_then(<[Value]>::first).and_then(|f| digest_of(f.get("x5t#o").unwrap_or(f))))
            }
            [None, None, None] => None,
            _ => {
                facts.defects.push(defect("jades.several-signing-certificates", facts.id.clone(), true));
                return;
            }
        };
        let Some(reference) = first else { return };
        facts.certificate_reference_matches = Some(false);
        let Some((method, wanted)) = reference else { return };
        let found = facts.certificates.iter().find(|der| method.of(der) == wanted);
        if let Some(der) = found.filter(|der| Certificate::from_der(der).is_ok()) {
            facts.signing_certificate = Some(der.clone());
            facts.certificate_reference_matches = Some(true);
        }
    }
}

/// `digAlg` and `digVal`.
pub(super) fn digest_of(value: &Value) -> Option<(DigestAlgorithm, Vec<u8>)> {
    let method = jose::digest(value.get("digAlg")?.as_str()?)?;
    jose::decode(value.get("digVal")?.as_str()?).filter(|d| d.len() == method.size()).map(|d| (method, d))
}

/// What is wrong with `crit` (RFC 7515 section 4.1.11, RFC 7797 section 6, TS 119 182-1 clause 5.1.9).
fn critical(header: &Value) -> Vec<(&'static str, String, bool)> {
    let mut wrong = Vec::new();
    let listed = match header.get("crit") {
        None => Vec::new(),
        Some(v) => match v.as_strings() {
            Some(names) if !names.is_empty() => names,
            _ => return vec![("jades.crit", "crit".to_owned(), true)],
        },
    };
    for (at, name) in listed.iter().enumerate() {
        let repeated = listed.iter().take(at).any(|n| n == name);
        if repeated || NEVER_CRITICAL.contains(name) || header.get(name).is_none() {
            wrong.push(("jades.crit", (*name).to_owned(), true));
        } else if !UNDERSTOOD.contains(name) {
            wrong.push(("jades.crit-unknown", (*name).to_owned(), true));
        }
    }
    if header.get("b64").is_some() && !listed.contains(&"b64") {
        wrong.push(("jades.crit-missing", "b64".to_owned(), true));
    }
    if header.get("sigD").is_some() && !listed.contains(&"sigD") {
        wrong.push(("jades.crit-missing", "sigD".to_owned(), false));
    }
    wrong
}
