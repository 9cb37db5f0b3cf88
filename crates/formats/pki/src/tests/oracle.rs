//! What other implementations make of our bytes: x509-cert and rasn.

use der::{Decode as _, Encode as _};

use crate::{testing::*, *};

#[test]
fn certificates_and_lists_as_x509_cert_reads_them() {
    let root = TestEntity::root("Sakne", TestKey::p384());
    let ca = root.issue_ca(0x8001, "Izdevējs", TestKey::new(SignatureAlgorithm::RsaPss(DigestAlgorithm::Sha256)));
    let signer = ca.issue_signer(0xff, "Jānis Paraugs", TestKey::new(SignatureAlgorithm::Ed25519));
    for c in [&root.certificate, &ca.certificate, &signer.certificate] {
        let other = x509_cert::Certificate::from_der(c.der()).unwrap();
        assert_eq!(other.to_der().unwrap(), c.der());
        let tbs = other.tbs_certificate();
        assert_eq!(tbs.serial_number().as_bytes(), c.serial());
        assert_eq!(tbs.subject().to_der().unwrap(), c.subject().to_der());
        assert_eq!(tbs.subject_public_key_info().to_der().unwrap(), c.spki());
        assert_eq!(
            tbs.validity().not_after.to_unix_duration().as_secs(),
            u64::try_from(c.not_after().as_second()).unwrap()
        );
        let extensions: Vec<_> =
            tbs.extensions().unwrap().iter().map(|e| (e.extn_id.to_string(), e.critical)).collect();
        let ours: Vec<_> = c.extensions().present.iter().map(|(id, critical)| (id.to_string(), *critical)).collect();
        assert_eq!(extensions, ours);
    }
    let entry = CrlEntry {
        serial: vec![0x12],
        revoked_at: day(1),
        reason: Some(RevocationReason::KeyCompromise),
        invalid_since: None,
    };
    let der = ca.crl(77, day(2), &[entry]);
    let list = x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&der).unwrap();
    assert_eq!(list.tbs_cert_list.revoked_certificates.unwrap().len(), 1);
    assert_eq!(list.tbs_cert_list.crl_extensions.unwrap().len(), 2);
}

#[test]
fn signed_data_as_rasn_reads_it() {
    let ca = TestEntity::root("Sakne", TestKey::p256());
    let token = ca.time_stamp(&[1; 32], day(2));
    let info: rasn_cms::ContentInfo = rasn::der::decode(&token).unwrap();
    let data: rasn_cms::SignedData = rasn::der::decode(info.content.as_bytes()).unwrap();
    let ours = SignedData::from_ber(&token).unwrap();
    assert_eq!(data.signer_infos.to_vec().len(), ours.signers.len());
    assert_eq!(data.certificates.unwrap().to_vec().len(), 1);
    let content = data.encap_content_info.content.unwrap();
    assert_eq!(Some(content.as_ref()), ours.content.as_deref());
    assert_eq!(rasn::der::encode(&info).unwrap(), token);
}
