//! Whether a list may be believed: its signature and who made it (TS 119 612 clause 5.7 and annex B).

use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm, strength::Strength};
use xml::{
    Document, Method,
    dsig::{DS, Reference, Signature, Transform},
};

use super::{List, ListError, read, read::Limits};
use crate::{
    facts::FileFacts,
    xades::{self, Nothing, SIGNED_PROPERTIES},
};

/// Who may sign a list.
#[derive(Clone, Copy, Debug)]
pub enum Signers<'s> {
    /// One of these.
    Of(&'s [Certificate]),
    /// Whoever did: for a list that a person names by hand. The certificate is told in [`Verified::signer`].
    Anybody,
}

/// A list whose signature holds.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The list.
    pub list: List,
    /// Who signed it.
    pub signer: Certificate,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
}

/// Reads a list and verifies its signature. Its times are the matter of [`Verified::is_current`].
///
/// # Errors
/// When it cannot be read, is signed by somebody else, or its signature does not hold or does not cover all of it.
pub fn verify(bytes: &[u8], signers: Signers<'_>, limits: &Limits) -> Result<Verified, ListError> {
    read::parsed(bytes, limits, |doc| {
        let list = read::list(doc, limits)?;
        let signer = signer(doc, signers, list.scheme.issued)?;
        Ok(Verified { list, signer, digest: DigestAlgorithm::Sha256.of(bytes) })
    })
}

impl Verified {
    /// Whether the list may be used at `now`: issued before, its next update not past.
    ///
    /// # Errors
    /// [`ListError::Future`] and [`ListError::Expired`].
    pub fn is_current(&self, now: Timestamp) -> Result<(), ListError> {
        let scheme = &self.list.scheme;
        let tolerance = jiff::SignedDuration::from_hours(1);
        if scheme.issued.saturating_sub(tolerance).is_ok_and(|i| i > now) {
            return Err(ListError::Future(scheme.issued.to_string()));
        }
        if scheme.is_expired(now) {
            return Err(ListError::Expired(scheme.next_update.map(|n| n.to_string()).unwrap_or_default()));
        }
        Ok(())
    }
}

/// The certificate that signed the document, when everything about the signature is as it must be.
pub(super) fn signer(doc: &Document<'_>, signers: Signers<'_>, issued: Timestamp) -> Result<Certificate, ListError> {
    let mut all = doc.elements().filter(|n| n.is(DS, "Signature"));
    let node = match (all.next(), all.next()) {
        (Some(one), None) if one.parent() == Some(doc.root()) => one,
        _ => return Err(ListError::Unsigned),
    };
    let signature = Signature::read(node).map_err(|e| ListError::Signature(e.to_string()))?;
    covers_all(doc, &signature)?;
    let mut facts = FileFacts::default();
    xades::read_signatures(doc, "", &mut Nothing, &mut facts);
    let defects = facts.defects.iter().chain(facts.signatures.iter().flat_map(|s| &s.defects));
    if let Some(fatal) = defects.into_iter().find(|d| d.fatal) {
        return Err(ListError::Signature(fatal.code.to_string()));
    }
    let [found] = facts.signatures.as_slice() else { return Err(ListError::Unsigned) };
    if let Some(changed) = found.references.iter().find(|r| !(r.found && r.intact)) {
        return Err(ListError::Signature(format!("digest of {:?}", changed.object)));
    }
    if found.value_verifies != Some(true) {
        return Err(ListError::Signature("value".to_owned()));
    }
    if found.certificate_reference_matches != Some(true) {
        return Err(ListError::Signature("signing certificate".to_owned()));
    }
    let der = found.signing_certificate.as_deref().ok_or_else(|| ListError::Signer("unknown".to_owned()))?;
    let certificate = Certificate::from_der(der).map_err(|e| ListError::Signer(e.to_string()))?;
    if let Signers::Of(allowed) = signers
        && !allowed.contains(&certificate)
    {
        return Err(ListError::Signer(certificate.subject().to_string()));
    }
    if !certificate.is_valid_at(found.claimed_time.unwrap_or(issued)) {
        return Err(ListError::Signer(format!("{}: not valid when it signed", certificate.subject())));
    }
    let strength = Strength::default();
    let kind = certificate.public_key().kind();
    let good = |digest: Option<DigestAlgorithm>| digest.is_some_and(|d| strength.digest(d, issued).is_ok());
    let info = &signature.signed_info;
    let strong = info.algorithm.as_ref().is_ok_and(|a| strength.signature(*a, kind, issued).is_ok())
        && info.references.iter().all(|r| good(r.digest));
    if !strong {
        return Err(ListError::Weak);
    }
    Ok(certificate)
}

/// One reference is over the whole document but the signature, exclusively canonicalised; the other is over the signed properties.
fn covers_all(doc: &Document<'_>, signature: &Signature<'_, '_>) -> Result<(), ListError> {
    let bad = |why: &str| ListError::Coverage(why.to_owned());
    let mut whole = 0;
    for reference in &signature.signed_info.references {
        if reference.kind == Some(SIGNED_PROPERTIES) {
            continue;
        }
        let resolved = reference.resolve(signature.node).map_err(|e| ListError::Coverage(e.to_string()))?;
        if resolved.apex.is_some_and(|apex| apex != doc.root().id()) {
            return Err(bad("a reference to a part of it"));
        }
        if !is_enveloped(reference) {
            return Err(bad("transforms"));
        }
        whole += 1;
    }
    if whole == 1 && signature.signed_info.references.len() == 2 { Ok(()) } else { Err(bad("references")) }
}

/// Enveloped signature, then exclusive canonicalisation, nothing else (annex B.1).
fn is_enveloped(reference: &Reference<'_, '_>) -> bool {
    match reference.transforms.as_slice() {
        [Transform::Enveloped, Transform::C14n(c14n)] => c14n.method == Method::Exclusive && c14n.prefixes.is_empty(),
        _ => false,
    }
}
