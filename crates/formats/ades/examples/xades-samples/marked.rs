//! BDOC signatures with a time mark instead of a time stamp (BDOC 2.1): the nonce of the OCSP answer is the digest of the signature value.

use ades::{
    asic::Naming,
    xades::{SignaturePolicy, prepare},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{CertStatus, DigestAlgorithm::Sha256, asn1};

use crate::{FILES, Inputs, Pki, Signers, shapes};

/// The policy by which a time mark is told from an answer that happens to be there; the digest is that of the specification, by no file here.
const POLICY: &str = "1.3.6.1.4.1.10015.1000.3.2.1";

/// One whose mark is over its value, and one whose mark is over another value.
pub(crate) fn containers(pki: &Pki, signers: &Signers) -> [(&'static str, Vec<u8>); 2] {
    [("marked", container(pki, signers, b"")), ("marked-otherwise", container(pki, signers, b"x"))]
}

fn container(pki: &Pki, signers: &Signers, more: &[u8]) -> Vec<u8> {
    let mut request = pki.request(&signers.first, "S1");
    request.policy = Some(SignaturePolicy::Named {
        id: POLICY.to_owned(),
        digest: (Sha256, Sha256.of(b"bdoc-spec21")),
        uri: Some("https://www.sk.ee/repository/bdoc-spec21.pdf".to_owned()),
    });
    let prepared = prepare(&shapes::data(Inputs(&FILES), request.digest), request).unwrap();
    let der = signers.first.key.sign(prepared.to_be_signed());
    let value = pki::ecdsa_der_to_raw(&der, 32).unwrap();
    let over = Sha256.of(&[&value, more].concat());
    let nonce = asn1::seq([asn1::seq([asn1::oid(Sha256.oid()), asn1::null()]), asn1::octets(&over)]);
    let of = (&pki.ca.certificate, &signers.first.certificate);
    let mark = pki.ocsp.ocsp_with_nonce(of, CertStatus::Good, pki.now, &nonce, true);
    let one = |name: &str, der: &[u8]| format!("<xades:{name}>{}</xades:{name}>", STANDARD.encode(der));
    let certificates = [&pki.ca, &pki.root, &pki.ocsp].map(|e| one("EncapsulatedX509Certificate", e.certificate.der()));
    let properties = format!(
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CertificateValues>{}</xades:CertificateValues>\
         <xades:RevocationValues><xades:CRLValues>{}</xades:CRLValues><xades:OCSPValues>{}</xades:OCSPValues></xades:RevocationValues>\
         </xades:UnsignedSignatureProperties></xades:UnsignedProperties>",
        certificates.concat(),
        one("EncapsulatedCRLValue", &pki.root.crl(1, pki.now, &[])),
        one("EncapsulatedOCSPValue", &mark),
    );
    let end = "</xades:QualifyingProperties>";
    let xml = prepared.finish(&der).unwrap().xml().replace(end, &format!("{properties}{end}"));
    shapes::container(pki, Naming::Asice, Inputs(&FILES), &xml)
}
