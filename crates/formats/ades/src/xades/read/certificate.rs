//! The signed reference to the signing certificate (EN 319 132-1 clause 5.2.2, in both editions).

use pki::Certificate;
use xml::{
    Node,
    dsig::{Signature, base64_text, digest_from_uri},
};

use super::{children, defect, names, only};
use crate::facts::SignatureFacts;

/// The certificate that is named. The first `Cert` names the signer's; some products put it elsewhere, so that, when several are named, the
/// one whose key made the signature value counts.
pub(super) fn read(node: Node<'_, '_>, signature: &Signature<'_, '_>, facts: &mut SignatureFacts) {
    facts.certificate_reference_matches = Some(false);
    facts.signing_certificate = facts.certificates.first().cloned();
    let mut found: Vec<(Node<'_, '_>, Certificate)> = Vec::new();
    for cert in children(node, "Cert").take(MAX_NAMED) {
        let Some((algorithm, value)) = only(cert, "CertDigest").and_then(digest) else { continue };
        let carried = facts.certificates.iter().find(|der| algorithm.of(der) == value);
        found.extend(carried.and_then(|der| Certificate::from_der(der).ok()).map(|c| (cert, c)));
    }
    let signs = |c: &Certificate| signature.verify_value(c.public_key()) == Ok(true);
    let at = if found.len() > 1 { found.iter().position(|(_, c)| signs(c)).unwrap_or(0) } else { 0 };
    let Some((cert, certificate)) = found.into_iter().nth(at) else { return };
    facts.signing_certificate = Some(certificate.der().to_vec());
    facts.certificate_reference_matches = Some(true);
    if issuer_serial(cert, &certificate) == Some(false) {
        facts.defects.push(defect("xades.issuer-serial", facts.id.clone(), false));
    }
}

/// Certificates named by one property.
const MAX_NAMED: usize = 32;

/// Algorithm and value of a `DigestAlgAndValueType`.
pub(super) fn digest(node: Node<'_, '_>) -> Option<(pki::DigestAlgorithm, Vec<u8>)> {
    let algorithm = digest_from_uri(names::dsig(node, "DigestMethod")?.attribute("Algorithm")?)?;
    Some((algorithm, base64_text(names::dsig(node, "DigestValue")?).ok()?))
}

/// Whether the issuer and serial number named beside the digest are those of the certificate. Names are written in too many ways to be
/// compared as text: the serial number decides beside the digest.
fn issuer_serial(cert: Node<'_, '_>, certificate: &Certificate) -> Option<bool> {
    if let Some(v2) = only(cert, "IssuerSerialV2") {
        let named = base64_text(v2).unwrap_or_default();
        return Some(named == certificate.issuer_serial() || same_serial(&named, certificate));
    }
    let v1 = only(cert, "IssuerSerial")?;
    let number = names::dsig(v1, "X509SerialNumber")?.text().trim().to_owned();
    Some(number == decimal(certificate.serial()))
}

fn same_serial(named: &[u8], certificate: &Certificate) -> bool {
    let mut tail = vec![2u8, u8::try_from(certificate.serial().len()).unwrap_or(0)];
    tail.extend(certificate.serial());
    named.ends_with(&tail)
}

/// A positive big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0u8];
    for b in bytes {
        let mut carry = u32::from(*b);
        for d in &mut digits {
            carry += u32::from(*d) * 256;
            *d = u8::try_from(carry % 10).unwrap_or(0);
            carry /= 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
    }
    digits.iter().rev().map(|d| char::from(b'0' + d)).collect()
}
