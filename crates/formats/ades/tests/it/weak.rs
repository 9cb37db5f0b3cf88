//! Algorithms by their end dates.

use ades::{
    asic::Naming,
    validate::{Anchors, Basis, Indication, Lang, Policy, SubIndication, validate_file},
};
use jiff::Timestamp;
use pki::{CertStatus, DigestAlgorithm, PublicKey, SignatureAlgorithm, testing::day};

use crate::world::{World, facts};

/// A signature with a time stamp of day 100 is judged on day 300: what ended between is proven, what ended before is not. By the policy as it
/// is, SHA-1 ended in 2012 and RSA below 1900 bits long ago.
#[test]
fn sha1_and_short_rsa_by_date() {
    let world = World::new();
    let good = facts(&world.container(Naming::Asice, &[("a.txt", b"a")]));
    let mut digest = good.clone();
    digest.signatures[0].references[0].digest = Some(DigestAlgorithm::Sha1);
    let mut value = good.clone();
    value.signatures[0].algorithm = Some(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1));
    let mut short = good.clone();
    let key = PublicKey::from_rsa(&[0xc5; 128], &[1, 0, 1]).unwrap();
    let profile = pki::Extensions {
        key_usage: Some(pki::KeyUsage::NON_REPUDIATION),
        ..world.signer.certificate.extensions().clone()
    };
    let weak = world.ca.issue(9, "Vājais", pki::testing::TestKey::p256(), profile, |t| t.spki = key.spki().to_vec());
    let fresh = world.ocsp.ocsp(&world.ca.certificate, &weak.certificate, CertStatus::Good, day(100));
    short.signatures[0].signing_certificate = Some(weak.certificate.der().to_vec());
    short.signatures[0].ocsps.push(fresh);
    let judge = |found, ends: Option<Timestamp>| {
        let mut policy = Policy::default();
        if ends.is_some() {
            policy.strength.set_end("SHA-1", ends).unwrap();
            policy.strength.set_end("RSA-1024", ends).unwrap();
            policy.strength_updated = Some(day(400));
        }
        let (anchors, material) = (Anchors::new([world.root.certificate.clone()]), world.material());
        let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(300), lang: Lang::En };
        let report = validate_file("a.asice", found, &basis);
        let s = &report.signatures[0];
        (s.indication, s.sub_indication, format!("{:?}", s.findings))
    };
    for (name, found) in [("digest", &digest), ("value", &value), ("key", &short)] {
        for (ends, passes) in [(None, false), (Some(day(50)), false), (Some(day(200)), true)] {
            let (indication, sub, told) = judge(found, ends);
            if passes {
                assert_eq!(indication, Indication::TotalPassed, "{name} {told}");
            } else {
                assert_eq!(sub, Some(SubIndication::CryptoConstraintsFailureNoPoe), "{name} {told}");
            }
        }
    }
}
