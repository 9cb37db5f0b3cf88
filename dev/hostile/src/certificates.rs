//! Certificates and what tells of them.

/// X.509 certificate.
pub fn certificate(bytes: &[u8]) {
    if let Ok(c) = pki::Certificate::from_der(bytes) {
        let _ = (c.is_ca(), c.is_self_signed(), c.serial_hex(), c.to_pem(), c.signature_algorithm(), c.qc());
        let _ = c.verify_signed_by(&c);
    }
}

/// PKCS#10.
pub fn certification_request(bytes: &[u8]) {
    let _ = pki::CertificationRequest::from_der(bytes);
}

/// CRL.
pub fn crl(bytes: &[u8]) {
    let _ = pki::Crl::from_der(bytes);
}

/// OCSP request, as it comes from the network.
pub fn ocsp_request(bytes: &[u8]) {
    let _ = pki::OcspRequest::from_der(bytes);
}

/// OCSP response, as found in a signed file.
pub fn ocsp_response(bytes: &[u8]) {
    if let Ok(r) = pki::OcspResponse::from_der(bytes) {
        let _ = (r.to_der(), r.signature_algorithm(), r.tbs().len());
    }
}

/// Time-stamp request, as it comes from the network.
pub fn time_stamp_request(bytes: &[u8]) {
    let _ = pki::TimeStampRequest::from_der(bytes);
}

/// Time-stamp response of a foreign authority.
pub fn time_stamp_response(bytes: &[u8]) {
    let _ = pki::TimeStampResponse::from_der(bytes);
}

/// Time-stamp token, as found in a signed file.
pub fn time_stamp_token(bytes: &[u8]) {
    if let Ok(t) = pki::TimeStampToken::from_ber(bytes) {
        let _ = t.verify(&[]);
    }
}

/// PEM with any number of certificates.
pub fn pem(bytes: &[u8]) {
    let _ = pki::Certificate::from_pem_or_der(bytes);
    let _ = pki::Certificate::all_from_pem(&String::from_utf8_lossy(bytes));
}

/// PKCS#12 key file, with a password that is wrong.
pub fn pkcs12(bytes: &[u8]) {
    let _ = pki::Pkcs12::open(bytes, "x");
}

/// What an authority is about to sign.
pub fn lint(bytes: &[u8]) {
    use pki::lint::{Profile, tbs_certificate, tbs_ocsp, tst_info};
    for profile in [Profile::NaturalSignature, Profile::LegalSeal, Profile::IssuingCa, Profile::TlsServer] {
        let _ = tbs_certificate(bytes, profile, None);
    }
    let _ = (tbs_ocsp(bytes), tst_info(bytes));
}
