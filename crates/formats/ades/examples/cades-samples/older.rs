//! What is read and no longer written: references to validation data with their time stamps (CAdES-C and CAdES-X, TS 101 733), archive time
//! stamps of version 2. Put together here from the text of the standards, apart from the code that reads them.

use std::{fs, io::Cursor, path::Path};

use ades::facts::Level;
use pki::{
    Attribute,
    DigestAlgorithm::Sha256,
    Oid, asn1,
    cms::{Message, SignerParts, parts},
    oid,
};

use crate::{DATA, Pki, Signers, file};

/// `older/SHAPE-KIND.EXTENSION`.
pub(crate) fn files(pki: &Pki, signers: &Signers, kind: &str, b: &[(&str, &str, Vec<u8>)], older: &Path) {
    for (shape, extension, b) in b.iter().filter(|(shape, ..)| !shape.contains('-')) {
        let save = |what: &str, bytes: &[u8]| {
            fs::write(older.join(format!("{shape}-{what}-{kind}.{extension}")), bytes).unwrap();
        };
        let raise = |bytes: &[u8], level| pki.raise(Box::new(file(bytes.to_vec())), signers, level, 0);
        let lasting = raise(b, Level::LT);
        let once = archived(pki, &lasting, 40, b"");
        save("v2", &once);
        save("v2-twice", &archived(pki, &once, 60, b""));
        save("v2-otherwise", &archived(pki, &lasting, 40, b"x"));
        let stamped = raise(b, Level::T);
        for (what, stamp) in [("x1", oid::ESC_TIME_STAMP), ("x2", oid::CERT_CRL_TIME_STAMP)] {
            let long = raise(&referring(pki, signers, &stamped, stamp), Level::LT);
            save(what, &long);
            save(&format!("{what}-v2"), &archived(pki, &long, 40, b""));
        }
    }
}

/// The message with more unsigned attributes of its signer.
fn with(cms: &[u8], more: impl FnOnce(&Message, &mut SignerParts)) -> Vec<u8> {
    let mut message = Message::from_ber(cms).unwrap();
    let found = message.clone();
    more(&found, message.signers.first_mut().unwrap());
    let mut out = Vec::new();
    message.write(Cursor::new(cms), &mut out).unwrap().unwrap();
    out
}

/// An archive time stamp of version 2 (TS 101 733 V2.2.1 clause 6.4.1): over encapContentInfo, the data when they are outside, certificates, lists and
/// every element of the SignerInfo; with `more`, over something else.
fn archived(pki: &Pki, cms: &[u8], seconds: i64, more: &[u8]) -> Vec<u8> {
    with(cms, |message, signer| {
        let (from, to) = (message.encapsulated.start as usize, message.encapsulated.end as usize);
        let mut over = cms.get(from..to).unwrap().to_vec();
        if message.content.is_none() {
            over.extend_from_slice(DATA);
        }
        over.extend_from_slice(&message.certificates.raw);
        over.extend_from_slice(&message.revocations.raw);
        over.extend(parts(&signer.to_ber()).unwrap().concat());
        over.extend_from_slice(more);
        let token = pki.tsa.time_stamp(&Sha256.of(&over), pki.after(seconds));
        signer.add_unsigned(Attribute::new(oid::ARCHIVE_TIME_STAMP_V2, token));
    })
}

/// References to the issuer and to the status of the signer, and a time stamp over them, with or without the value.
fn referring(pki: &Pki, signers: &Signers, cms: &[u8], stamp: Oid) -> Vec<u8> {
    let at = pki.after(10);
    let status = pki.status(&signers.first, at);
    let hash = |o: &[u8]| asn1::seq([Sha256.to_der(), asn1::octets(&Sha256.of(o))]);
    let certificates = asn1::seq([&pki.ca, &pki.root].map(|c| asn1::seq([hash(c.certificate.der())])));
    let responder = asn1::explicit(2, &asn1::octets(&pki.ocsp.certificate.public_key().key_id()));
    let identifier = asn1::seq([responder, asn1::generalized_time(at)]);
    let basic = pki::OcspResponse::from_der(&status).unwrap().basic_der().to_vec();
    let answers = asn1::seq([asn1::seq([asn1::seq([identifier, hash(&basic)])])]);
    let statuses = asn1::seq([asn1::seq([asn1::explicit(1, &answers)])]);
    with(cms, |_, signer| {
        let value = signer.info().unwrap().signature;
        signer.add_unsigned(Attribute::new(oid::CERTIFICATE_REFERENCES, certificates));
        signer.add_unsigned(Attribute::new(oid::REVOCATION_REFERENCES, statuses));
        let mut over = if stamp == oid::ESC_TIME_STAMP { value } else { Vec::new() };
        let kinds = [oid::SIGNATURE_TIME_STAMP, oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES];
        for kind in kinds.iter().skip(usize::from(stamp != oid::ESC_TIME_STAMP)) {
            let a = signer.unsigned.iter().find(|a| a.oid == *kind).unwrap();
            over.extend(asn1::oid(*kind));
            over.extend(asn1::set_of(a.values.clone()));
        }
        let token = pki.tsa.time_stamp(&Sha256.of(&over), pki.after(11));
        signer.add_unsigned(Attribute::new(stamp, token));
    })
}
