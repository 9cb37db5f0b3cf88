//! The unprotected header `etsiU` (TS 119 182-1 clause 5.3).

use std::{borrow::Cow, cell::OnceCell};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::TimeStampToken;
use token::{
    jose,
    json::{self, Limits, Value, canonical},
};

use super::stamps::{self, Container};
use crate::{
    facts::{ObjectId, SignatureFacts, TimestampFacts, TimestampKind},
    jades::{
        JCS,
        document::{Entry, Jws},
        header::{Header, digest_of},
        payload::Source,
    },
    xades::{Objects, defect},
};

/// One component of `etsiU`.
#[derive(Clone, Debug)]
pub(in crate::jades) struct Component {
    pub(in crate::jades) name: String,
    pub(in crate::jades) value: Value,
    /// As written, when it is base64url.
    encoded: Option<String>,
    /// The whole component, when it is clear JSON.
    clear: Value,
    /// The text in which the value's places are.
    text: String,
}

impl Component {
    /// What a time stamp over it is over: the base64url text, or the canonical form by the named algorithm.
    pub(in crate::jades) fn stamped(&self, algorithm: Option<&str>) -> Option<Cow<'_, str>> {
        match (&self.encoded, algorithm) {
            (Some(text), _) => Some(Cow::Borrowed(text)),
            (None, Some(JCS)) => canonical(&self.clear).map(Cow::Owned),
            (None, _) => None,
        }
    }
    /// Whether it is written as base64url.
    pub(in crate::jades) fn is_encoded(&self) -> bool {
        self.encoded.is_some()
    }
}

/// The components of `etsiU`, or what is wrong with it.
pub(in crate::jades) fn components(header: &Value, text: &str) -> Result<Vec<Component>, &'static str> {
    let Some(list) = header.get("etsiU") else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or("jades.etsiu")?;
    let read = |v: &Value| -> Option<Component> {
        let (encoded, text, clear) = match v.as_str() {
            Some(encoded) => {
                let text = String::from_utf8(jose::decode(encoded)?).ok()?;
                let clear = json::parse(text.as_bytes(), &Limits::default()).ok()?;
                (Some(encoded.to_owned()), text, clear)
            }
            None => {
                let text = text.get(v.span.clone())?.to_owned();
                let clear = json::parse(text.as_bytes(), &Limits::default()).ok()?;
                (None, text, clear)
            }
        };
        let [(name, value)] = clear.as_object()? else { return None };
        Some(Component { name: name.clone(), value: value.clone(), encoded, text, clear })
    };
    let all: Vec<Component> = list.iter().map(read).collect::<Option<_>>().ok_or("jades.etsiu")?;
    let encoded = all.iter().filter(|c| c.is_encoded()).count();
    if encoded == 0 || encoded == all.len() { Ok(all) } else { Err("jades.etsiu-mixed") }
}

/// What the components are read with.
pub(super) struct Context<'c> {
    pub(super) jws: &'c Jws<'c>,
    pub(super) entry: &'c Entry,
    pub(super) header: &'c Header,
    pub(super) source: &'c Source<'c>,
    /// The signed data, from when something proves that they existed.
    pub(super) data: OnceCell<Vec<ObjectId>>,
}

impl Context<'_> {
    fn data(&self, objects: &mut dyn Objects) -> &[ObjectId] {
        self.data.get_or_init(|| self.source.ids(objects))
    }
}

/// Most time stamps that are over the data and everything before them.
const MAX_ARCHIVE: usize = 32;
/// Most counter-signatures of one signature.
const MAX_COUNTER: usize = 32;

/// Reads content time stamps and all components; gives the counter-signatures' texts.
pub(super) fn read(c: &Context<'_>, objects: &mut dyn Objects, facts: &mut SignatureFacts) -> Vec<String> {
    if let Some(value) = c.header.value.get("adoTst") {
        let covers = c.data(objects).to_vec();
        let imprint = |_: Option<&str>, method| stamps::content_imprint(c.source, method, objects).ok();
        tokens(value, TimestampKind::Content, covers, imprint, facts);
    }
    let Some(header) = &c.entry.header else { return Vec::new() };
    let all = match components(header, c.jws.text) {
        Ok(all) => all,
        Err(code) => {
            facts.defects.push(defect(code, facts.id.clone(), false));
            return Vec::new();
        }
    };
    let mut counters = Vec::new();
    for (at, component) in all.iter().enumerate() {
        let before = all.get(..at).unwrap_or_default();
        match component.name.as_str() {
            "sigTst" => {
                let imprint = |_: Option<&str>, method| Some(stamps::signature_imprint(c.entry, method));
                tokens(&component.value, TimestampKind::Signature, vec![facts.value], imprint, facts);
            }
            "arcTst" => archive(c, component, before, objects, facts),
            "sigRTst" | "rfsTst" => {
                let value = (component.name == "sigRTst").then_some(c.entry.signature.as_str());
                let imprint = |alg: Option<&str>, method| stamps::references_imprint(value, before, alg, method);
                let mut covers = vec![];
                if value.is_some() {
                    covers.push(facts.value);
                    covers.extend(facts.timestamps.iter().map(|t| ObjectId::of(&t.token)));
                }
                covers.extend(referred(before, facts));
                tokens(&component.value, TimestampKind::ValidationData, covers, imprint, facts);
            }
            "xVals" | "axVals" => certificates(&component.value, facts),
            "rVals" | "arVals" => revocations(&component.value, facts),
            "tstVD" | "anyValData" => {
                if let Some(v) = component.value.get("xVals") {
                    certificates(v, facts);
                }
                if let Some(v) = component.value.get("rVals") {
                    revocations(v, facts);
                }
            }
            "xRefs" | "rRefs" | "axRefs" | "arRefs" => {}
            "sigPSt" => policy(c.header, &component.value, facts),
            "cSig" if counters.len() >= MAX_COUNTER => {
                facts.defects.push(defect("jades.counter-depth", facts.id.clone(), true));
            }
            "cSig" => counters.push(match component.value.as_str() {
                Some(compact) => compact.to_owned(),
                None => component.text.get(component.value.span.clone()).unwrap_or_default().to_owned(),
            }),
            other => facts.defects.push(defect("jades.unknown-component", other, false)),
        }
    }
    counters
}

/// The objects whose digests stand in references to material (TS 119 182-1 clauses 5.3.5 and A.1).
fn referred(before: &[Component], facts: &SignatureFacts) -> Vec<ObjectId> {
    let list = |v: &Value, name: &str| v.get(name).and_then(Value::as_array).unwrap_or_default().to_vec();
    let entries = before.iter().flat_map(|c| match c.name.as_str() {
        "xRefs" | "axRefs" => c.value.as_array().unwrap_or_default().to_vec(),
        "rRefs" | "arRefs" => [list(&c.value, "crlRefs"), list(&c.value, "ocspRefs")].concat(),
        _ => Vec::new(),
    });
    let digests = entries.filter_map(|e| digest_of(&e));
    digests.filter_map(|(method, digest)| ObjectId::referred(method, &digest, facts.material())).collect()
}

fn archive(
    c: &Context<'_>,
    component: &Component,
    before: &[Component],
    objects: &mut dyn Objects,
    facts: &mut SignatureFacts,
) {
    let many = facts.timestamps.iter().filter(|t| t.kind == TimestampKind::Archive).count() >= MAX_ARCHIVE;
    let mut covers = facts.objects();
    covers.extend(c.data(objects));
    let imprint = |alg: Option<&str>, method| {
        if many {
            return None;
        }
        stamps::archive_imprint(c.entry, c.source, before, alg, method, objects).ok().flatten()
    };
    tokens(&component.value, TimestampKind::Archive, covers, imprint, facts);
}

/// Reads the tokens of a container. `imprint` gives the digest that each must be over, when it can be known.
fn tokens(
    value: &Value,
    kind: TimestampKind,
    covers: Vec<ObjectId>,
    mut imprint: impl FnMut(Option<&str>, pki::DigestAlgorithm) -> Option<Vec<u8>>,
    facts: &mut SignatureFacts,
) {
    let Some(container) = Container::read(value) else {
        facts.defects.push(defect("jades.timestamp", facts.id.clone(), false));
        return;
    };
    for text in container.tokens {
        let Ok(token) = STANDARD.decode(text) else {
            facts.defects.push(defect("jades.timestamp", facts.id.clone(), false));
            continue;
        };
        let info = TimeStampToken::from_ber(&token).ok().map(|t| t.info);
        if info.is_none() {
            facts.defects.push(defect("jades.timestamp", facts.id.clone(), false));
        }
        let imprint_matches =
            info.and_then(|i| imprint(container.canonical, i.digest).map(|expected| expected == i.imprint));
        facts.timestamps.push(TimestampFacts { kind, token, imprint_matches, covers: covers.clone() });
    }
}

/// A `pkiOb`: DER in base64.
fn pki_object(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.get("val")?.as_str()?).ok()
}

fn take(found: Option<Vec<u8>>, pick: impl Fn(&mut SignatureFacts) -> &mut Vec<Vec<u8>>, facts: &mut SignatureFacts) {
    match found {
        Some(der) if !pick(facts).contains(&der) => pick(facts).push(der),
        Some(_) => {}
        None => facts.defects.push(defect("jades.value-form", facts.id.clone(), false)),
    }
}

fn certificates(value: &Value, facts: &mut SignatureFacts) {
    for item in value.as_array().unwrap_or_default() {
        match item.get("x509Cert") {
            Some(c) => take(pki_object(c), |f| &mut f.certificates, facts),
            None => facts.defects.push(defect("jades.value-form", facts.id.clone(), false)),
        }
    }
}

fn revocations(value: &Value, facts: &mut SignatureFacts) {
    let list = |name: &str| value.get(name).and_then(Value::as_array).unwrap_or_default();
    for item in list("crlVals") {
        take(pki_object(item), |f| &mut f.crls, facts);
    }
    for item in list("ocspVals") {
        take(pki_object(item), |f| &mut f.ocsps, facts);
    }
}

/// The policy document kept with the signature (clause 5.3.3) against the digest that was signed.
fn policy(header: &Header, value: &Value, facts: &mut SignatureFacts) {
    let document = value.get("sigPolDoc").and_then(Value::as_str).and_then(|d| STANDARD.decode(d).ok());
    if let (Some(document), Some((method, digest)), Some(policy)) =
        (document, header.policy_digest(), &mut facts.policy)
    {
        policy.digest_matches = Some(method.of(&document) == digest);
    }
}
