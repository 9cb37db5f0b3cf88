//! Every Indication and SubIndication of EN 319 102-1 v1.4.1 table 6, each from a file that is made, read and judged; or why none can have it.

use std::collections::BTreeMap;

use ades::{
    asic::Naming,
    validate::{
        Action, Anchors,
        Indication::{self, Indeterminate, TotalFailed, TotalPassed},
        Severity, SignatureReport,
        SubIndication::{self as S},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use pki::{
    CertStatus, CrlEntry, DigestAlgorithm, KeyUsage, RevocationReason, SignatureAlgorithm, oid,
    testing::{TestKey, day, leaf_extensions},
};

use super::{COMPROMISE, Case, flip, id_of, short_responder, xades};
use crate::{
    cades::DATA,
    world::{World, facts},
};

enum Way {
    /// A file of which it is the verdict.
    File(fn(&mut Case<'_>)),
    /// Another kind of file.
    Other(fn() -> SignatureReport),
    /// No file can have it: why.
    Never(&'static str),
}

use Way::{File as Of, Never, Other};

const TABLE: &[(Indication, Option<S>, Way)] = &[
    (TotalPassed, None, Of(|_| {})),
    (
        TotalFailed,
        Some(S::FormatFailure),
        Other(|| {
            // Two elements of one Id.
            let w = World::new();
            let twice = |xml: String| xml.replace("Id=\"S1-ref-1\"", "Id=\"S1-SignedProperties\"");
            xades(&w, twice)
        }),
    ),
    (TotalFailed, Some(S::HashFailure), Of(|c| c.damage = |bytes| flip(bytes, DATA))),
    (
        TotalFailed,
        Some(S::SigCryptoFailure),
        Of(|c| {
            // The claimed time stands in the signed attributes.
            c.damage = |bytes| flip(bytes, b"260411000000Z");
        }),
    ),
    (
        TotalFailed,
        Some(S::Revoked),
        Of(|c| {
            c.revoked(day(90), COMPROMISE);
            c.content = Some(day(95));
        }),
    ),
    (
        TotalFailed,
        Some(S::Expired),
        Of(|c| {
            c.signer(|t| t.not_after = day(90));
            (c.claimed, c.content) = (day(89), Some(day(95)));
            c.status = Some((CertStatus::Good, day(89)));
        }),
    ),
    (
        TotalFailed,
        Some(S::NotYetValid),
        Of(|c| {
            c.signer(|t| t.not_before = day(100) + SignedDuration::from_secs(30));
            c.claimed = day(101);
        }),
    ),
    (Indeterminate, Some(S::SigConstraintsFailure), Of(|c| c.claimed = day(-1))),
    (
        Indeterminate,
        Some(S::ChainConstraintsFailure),
        Of(|c| {
            c.signer(|t| t.extensions.extended_key_usage = vec![oid::SERVER_AUTH]);
        }),
    ),
    (Indeterminate, Some(S::CertificateChainGeneralFailure), Of(|c| c.status = None)),
    // The algorithm ended before the data were stamped: it was too weak when the signature was made.
    (
        Indeterminate,
        Some(S::CryptoConstraintsFailure),
        Of(|c| {
            c.signer_with(TestKey::new(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256)), |_| {});
            c.policy.strength.set_rsa_end(1900, Some(day(80)));
            c.policy.strength_updated = Some(day(200));
            c.content = Some(day(95));
        }),
    ),
    (Indeterminate, Some(S::PolicyProcessingError), Other(policy_document_differs)),
    (
        Indeterminate,
        Some(S::SignaturePolicyNotAvailable),
        Of(|c| {
            c.policy_id = Some(("1.2.3.4", vec![7; 32]));
            c.policy.constraints.signature_policy_available = Action::Fail;
        }),
    ),
    (Indeterminate, Some(S::TimestampOrderFailure), Of(|c| c.content = Some(day(101)))),
    (
        Indeterminate,
        Some(S::NoSigningCertificateFound),
        Other(|| {
            // Another certificate of the same key stands where the signer's was; the signed properties name that one.
            let w = World::new();
            let spki = w.signer.key.spki().to_vec();
            let e = leaf_extensions(&w.signer.key, KeyUsage::NON_REPUDIATION, &[]);
            let other = w.ca.issue(0xd2, "Cits vārds", TestKey::p256(), e, |t| t.spki = spki);
            let [signer, other] = [&w.signer, &other].map(|e| STANDARD.encode(e.certificate.der()));
            xades(&w, |xml| xml.replace(&signer, &other))
        }),
    ),
    (Indeterminate, Some(S::NoCertificateChainFound), Of(|c| c.anchors = Anchors::default())),
    (
        Indeterminate,
        Some(S::NoCertificateChainFoundNoPoe),
        Of(|c| {
            c.policy.anchors_until = BTreeMap::from([(id_of(&c.world.root), day(99))]);
        }),
    ),
    (Indeterminate, Some(S::RevokedNoPoe), Of(|c| c.revoked(day(90), COMPROMISE))),
    (
        Indeterminate,
        Some(S::RevokedCaNoPoe),
        Of(|c| {
            let serial = c.world.ca.certificate.serial().to_vec();
            let entry = CrlEntry { serial, revoked_at: day(90), reason: Some(COMPROMISE), invalid_since: None };
            c.crls = vec![c.world.root.crl(2, day(160), &[entry])];
        }),
    ),
    (
        Indeterminate,
        Some(S::OutOfBoundsNotRevoked),
        Of(|c| {
            c.signer(|t| t.not_after = day(200));
            c.stamp = None;
        }),
    ),
    (
        Indeterminate,
        Some(S::OutOfBoundsNoPoe),
        Of(|c| {
            // Who answered has ended, too: nobody can say any more that it was not revoked.
            c.signer(|t| t.not_after = day(200));
            c.responder = Some(short_responder(c.world));
            c.stamp = None;
        }),
    ),
    (Indeterminate, Some(S::RevocationOutOfBoundsNoPoe), Of(|c| c.responder = Some(short_responder(c.world)))),
    (
        Indeterminate,
        Some(S::CryptoConstraintsFailureNoPoe),
        Of(|c| {
            c.signer_with(TestKey::new(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256)), |_| {});
            c.policy.strength.set_rsa_end(1900, Some(day(80)));
            c.policy.strength_updated = Some(day(200));
        }),
    ),
    (
        Indeterminate,
        Some(S::NoPoe),
        Never(
            "past certificate validation says it (5.6.2.2.4 step 2 a), past signature validation then returns what held at the current time \
         (5.6.2.4.4 step 2): it stands in the detailed report only",
        ),
    ),
    (Indeterminate, Some(S::TryLater), Of(|c| c.revoked(day(90), RevocationReason::CertificateHold))),
    (Indeterminate, Some(S::SignedDataNotFound), Of(|c| c.detached = true)),
    // The custom diagnostic of clause 5.1.3: SHA-1 with a P-384 key is an algorithm that is known and cannot be tried.
    (
        Indeterminate,
        Some(S::Generic),
        Other(|| {
            let w = World::with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384));
            xades(&w, |xml| xml.replace("xmldsig-more#ecdsa-sha384", "xmldsig-more#ecdsa-sha1"))
        }),
    ),
];

/// A policy is named, and the document of it that the signature carries is another.
fn policy_document_differs() -> SignatureReport {
    let w = World::new();
    let store = "<xades141:SignaturePolicyStore xmlns:xades141=\"http://uri.etsi.org/01903/v1.4.1#\">\
        <xades141:SPDocSpecification><xades:Identifier>urn:oid:1.2.3.4</xades:Identifier></xades141:SPDocSpecification>\
        <xades141:SignaturePolicyDocument>AAAA</xades141:SignaturePolicyDocument></xades141:SignaturePolicyStore>";
    let files: &[(&str, &[u8])] = &[("a.txt", b"a")];
    let container = w.container_of(Naming::Asice, files, |w, objects| {
        let mut request = w.request("S1");
        let (id, digest) = ("1.2.3.4".to_owned(), (DigestAlgorithm::Sha256, vec![7; 32]));
        request.policy = Some(ades::xades::SignaturePolicy::Named { id, digest, uri: None });
        let prepared = ades::xades::prepare(objects, request).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        let signed = prepared.finish(&value).unwrap();
        let (digest, imprint) = signed.timestamp_imprint().unwrap();
        let signed = signed.with_timestamp(&w.stamp(digest, &imprint)).unwrap();
        let end = "</xades:UnsignedSignatureProperties>";
        signed.with_material(w.material()).unwrap().xml().replace(end, &format!("{store}{end}"))
    });
    let mut case = Case::new(&w);
    case.policy.constraints.signature_policy_digest = Action::Fail;
    case.verdict(&facts(&container))
}

#[test]
fn every_indication_and_sub_indication() {
    let w = World::with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256));
    let mut seen = Vec::new();
    for (indication, sub, way) in TABLE {
        seen.extend(*sub);
        let report = match way {
            Never(why) => {
                assert!(!why.is_empty());
                continue;
            }
            Other(make) => make(),
            Of(change) => {
                let mut case = Case::new(&w);
                change(&mut case);
                case.judge()
            }
        };
        let told: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), &f.object)).collect();
        assert_eq!((report.indication, report.sub_indication), (*indication, *sub), "{told:?}");
        if sub.is_some() {
            // What is told against it has a clause and a remedy, and a building block says the same.
            assert!(report.findings.iter().any(|f| f.severity == Severity::Error && !f.clause.is_empty()));
            assert!(report.detail.blocks.iter().any(|b| b.conclusion.sub_indication == *sub), "{sub:?}");
        }
    }
    // Nothing is left out.
    for sub in S::ALL {
        assert_eq!(seen.iter().filter(|s| **s == sub).count(), 1, "{sub}");
    }
}
