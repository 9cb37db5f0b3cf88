//! Time stamps over references to certificates and status information: what they prove (EN 319 102-1 clause 5.6.2.3).

use ades::{
    facts::{ObjectId, SignatureFacts, TimestampKind},
    xades::{Nothing, read_document},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use pki::{
    DigestAlgorithm::{self, Sha1, Sha256, Sha512},
    asn1, oid,
};

use crate::{
    cades::DATA,
    every::{self, Kind},
    jades::{Files, only},
    world::World,
};

/// The certificate of the authority and the answer about the signer, and a stranger to both.
fn objects(w: &World) -> [Vec<u8>; 3] {
    [w.ca.certificate.der().to_vec(), w.material().ocsps.remove(0), w.tsa.certificate.der().to_vec()]
}

#[track_caller]
fn proves(facts: &SignatureFacts, of: &[Vec<u8>; 3], what: [bool; 3], value: bool) {
    let stamp = facts.timestamps.iter().find(|t| t.kind == TimestampKind::ValidationData).unwrap();
    assert_eq!(stamp.imprint_matches, Some(true));
    assert_eq!(of.each_ref().map(|o| stamp.covers.contains(&ObjectId::of(o))), what);
    assert_eq!(stamp.covers.contains(&facts.value), value);
}

/// Whether a digest by this algorithm proves an object that is not carried, and one that is.
const BY: [(DigestAlgorithm, bool, bool); 3] = [(Sha256, true, true), (Sha512, false, true), (Sha1, false, false)];

#[test]
fn in_cms() {
    let w = World::new();
    let of = objects(&w);
    let [ca, ocsp, _] = &of;
    for (digest, unread, carried) in BY {
        let hash = |o: &[u8]| match digest {
            Sha1 => asn1::octets(&digest.of(o)),
            _ => asn1::seq([digest.to_der(), asn1::octets(&digest.of(o))]),
        };
        let certificates = asn1::seq([asn1::seq([hash(ca)])]);
        let list = asn1::explicit(1, &asn1::seq([asn1::seq([asn1::seq::<[&[u8]; 0]>([]), hash(ocsp)])]));
        let statuses = asn1::seq([asn1::seq([list])]);
        let rows = [(oid::CERTIFICATE_REFERENCES, certificates), (oid::REVOCATION_REFERENCES, statuses)];
        for (kind, with_value) in [(oid::CERT_CRL_TIME_STAMP, false), (oid::ESC_TIME_STAMP, true)] {
            let prepared = ades::cades::prepare(&Sha256.of(DATA), crate::cades::request(&w)).unwrap();
            let value = w.signer.key.sign(prepared.to_be_signed());
            let mut over = if with_value { value.clone() } else { Vec::new() };
            over.extend(rows.iter().flat_map(|(id, v)| [asn1::oid(*id), asn1::set_of(vec![v.clone()])].concat()));
            let token = w.stamp(Sha256, &Sha256.of(&over));
            let attribute = |id, v: &[u8]| asn1::seq([asn1::oid(id), asn1::set_of(vec![v.to_vec()])]);
            let mut unsigned: Vec<_> = rows.iter().map(|(id, v)| attribute(*id, v)).collect();
            unsigned.push(attribute(kind, &token));
            let (signer, algorithm) = (&w.signer.certificate, w.signer.key.algorithm());
            let signed = prepared.to_be_signed();
            let info = pki::cms::signer_info(signer, Sha256, algorithm, signed, &value, unsigned).unwrap();
            let message = pki::cms::NewMessage {
                version: 1,
                content_type: oid::CMS_DATA,
                digests: vec![Sha256.to_der()],
                certificates: asn1::tlv(asn1::tag::constructed(0), &[signer.der(), ca].concat()),
                revocations: Vec::new(),
                signers: vec![info],
            };
            let found = crate::cades::facts(&[message.head(None), message.tail()].concat());
            proves(&found.signatures[0], &of, [carried, unread, false], with_value);
        }
    }
}

#[test]
fn in_json() {
    let w = World::new();
    let of = objects(&w);
    let [ca, ocsp, _] = &of;
    let files = Files::of(&[("data.txt", DATA)]);
    // RFC 9231 has no name of SHA-1 that TS 119 182-1 takes.
    for (digest, unread, carried) in &BY[..2] {
        let alg = digest.name().replace("SHA-", "S");
        let entry = |o: &[u8]| format!(r#"{{"digAlg":"{alg}","digVal":"{}"}}"#, URL_SAFE_NO_PAD.encode(digest.of(o)));
        let parts =
            [format!(r#"{{"xRefs":[{}]}}"#, entry(ca)), format!(r#"{{"rRefs":{{"ocspRefs":[{}]}}}}"#, entry(ocsp))];
        let parts = parts.map(|p| URL_SAFE_NO_PAD.encode(p));
        let signed = crate::jades::sign(&w, &files, &crate::jades::request(&w));
        let token = STANDARD.encode(w.stamp(Sha256, &Sha256.of(parts.concat().as_bytes())));
        let stamp = URL_SAFE_NO_PAD.encode(format!(r#"{{"rfsTst":{{"tstTokens":[{{"val":"{token}"}}]}}}}"#));
        let header = format!(r#","header":{{"etsiU":["{}","{}","{stamp}"]}}}}"#, parts[0], parts[1]);
        let text = format!("{}{header}", signed.trim_end().strip_suffix('}').unwrap());
        proves(&only(&text, &files), &of, [*carried, *unread, false], false);
    }
}

#[test]
fn in_xml() {
    let w = World::new();
    let of = objects(&w);
    let [ca, ocsp, _] = &of;
    let (ds, xades) = ("http://www.w3.org/2000/09/xmldsig#", "http://uri.etsi.org/01903/v1.3.2#");
    // As exclusive canonicalisation writes it.
    let hash = |o: &[u8]| {
        let value = STANDARD.encode(Sha256.of(o));
        let method = "http://www.w3.org/2001/04/xmlenc#sha256";
        format!(
            r#"<ds:DigestMethod xmlns:ds="{ds}" Algorithm="{method}"></ds:DigestMethod><ds:DigestValue xmlns:ds="{ds}">{value}</ds:DigestValue>"#
        )
    };
    let refs = format!(
        r#"<x:CompleteCertificateRefs xmlns:x="{xades}"><x:CertRefs><x:Cert><x:CertDigest>{}</x:CertDigest></x:Cert></x:CertRefs></x:CompleteCertificateRefs><x:CompleteRevocationRefs xmlns:x="{xades}"><x:OCSPRefs><x:OCSPRef><x:DigestAlgAndValue>{}</x:DigestAlgAndValue></x:OCSPRef></x:OCSPRefs></x:CompleteRevocationRefs>"#,
        hash(ca),
        hash(ocsp)
    );
    let token = STANDARD.encode(w.stamp(Sha256, &Sha256.of(refs.as_bytes())));
    let stamp = format!(
        r#"<x:RefsOnlyTimeStamp xmlns:x="{xades}"><ds:CanonicalizationMethod xmlns:ds="{ds}" Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><x:EncapsulatedTimeStamp>{token}</x:EncapsulatedTimeStamp></x:RefsOnlyTimeStamp>"#
    );
    let signed = String::from_utf8(every::make(&w, Kind::Enveloped)).unwrap();
    let end = "</xades:QualifyingProperties>";
    assert_eq!(signed.matches(end).count(), 1);
    let unsigned = format!(
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{refs}{stamp}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>{end}"
    );
    let text = signed.replace(end, &unsigned);
    let facts = read_document(text.as_bytes(), &mut Nothing).signatures.remove(0);
    assert_eq!(facts.value_verifies, Some(true));
    proves(&facts, &of, [true, true, false], false);
}
