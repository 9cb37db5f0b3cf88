//! What time stamps of a JAdES signature are over.

use std::io::Write as _;

use pki::{DigestAlgorithm, Digester};
use token::json::Value;

use super::Component;
use crate::{
    facts::Defect,
    jades::{document::Entry, payload::Source},
    xades::Objects,
};

/// A time-stamp container: tokens in base64, and the canonicalisation of clear components.
pub(super) struct Container<'v> {
    pub(super) tokens: Vec<&'v str>,
    pub(super) canonical: Option<&'v str>,
}

impl<'v> Container<'v> {
    /// `None` when its form is wrong, or a token is not in DER.
    pub(super) fn read(value: &'v Value) -> Option<Self> {
        let tokens = value.get("tstTokens")?.as_array()?.iter().map(|t| {
            let encoding = t.get("encoding").map(Value::as_str);
            let der = encoding.is_none_or(|e| e.is_some_and(|e| e.ends_with("#DER") || e.ends_with("/DER")));
            t.get("val").and_then(Value::as_str).filter(|_| der)
        });
        let tokens: Vec<&str> = tokens.collect::<Option<_>>()?;
        let canonical = value.get("canonAlg").and_then(Value::as_str);
        (!tokens.is_empty()).then_some(Self { tokens, canonical })
    }
}

/// Clause 5.3.4: the signature value as it is written.
pub(in crate::jades) fn signature_imprint(entry: &Entry, method: DigestAlgorithm) -> Vec<u8> {
    method.of(entry.signature.as_bytes())
}

/// Clause 5.2.6: what is signed.
pub(super) fn content_imprint(
    source: &Source<'_>,
    method: DigestAlgorithm,
    objects: &mut dyn Objects,
) -> Result<Vec<u8>, Defect> {
    let mut digester = Digester::new(method);
    source.feed_data(objects, &mut digester)?;
    Ok(digester.finish())
}

/// Clause 5.3.6.1: what is signed, the protected header, the signature value, and all components of `etsiU` before the stamp. `None` when
/// the components are clear JSON and the canonicalisation is not known.
pub(in crate::jades) fn archive_imprint(
    entry: &Entry,
    source: &Source<'_>,
    before: &[Component],
    canonical: Option<&str>,
    method: DigestAlgorithm,
    objects: &mut dyn Objects,
) -> Result<Option<Vec<u8>>, Defect> {
    let mut digester = Digester::new(method);
    source.feed_data(objects, &mut digester)?;
    let _ = write!(digester, ".{}.{}.", entry.protected, entry.signature);
    for component in before {
        let Some(bytes) = component.stamped(canonical) else { return Ok(None) };
        digester.update(bytes.as_bytes());
    }
    Ok(Some(digester.finish()))
}

/// Clauses 5.3.5.2 and 5.3.5.3: references (with the signature and its time stamps, or alone). `None` as above.
pub(super) fn references_imprint(
    value: Option<&str>,
    before: &[Component],
    canonical: Option<&str>,
    method: DigestAlgorithm,
) -> Option<Vec<u8>> {
    let mut digester = Digester::new(method);
    if let Some(value) = value {
        digester.update(value.as_bytes());
        digester.update(b".");
    }
    let names = ["xRefs", "rRefs", "axRefs", "arRefs"];
    for c in before.iter().filter(|c| names.contains(&c.name.as_str()) || (value.is_some() && c.name == "sigTst")) {
        digester.update(c.stamped(canonical)?.as_bytes());
    }
    Some(digester.finish())
}
