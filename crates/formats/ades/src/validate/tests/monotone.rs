//! More proofs never make a verdict worse, and more of the same order never does either: over random subsets of material and time stamps.

use proptest::prelude::*;

use super::{past::World, *};

/// Something that a file may carry more.
#[derive(Clone)]
enum Item {
    Certificate(Vec<u8>),
    Ocsp(Vec<u8>),
    Crl(Vec<u8>),
    /// A time stamp over the signature, on that day, by the short-lived or the long-lived unit.
    Stamp(i64, bool),
    /// An archive time stamp over everything before it.
    Archive(i64),
    /// An evidence record over everything before it.
    Record(i64),
}

/// What a file can be made from, in the order in which it comes into it.
fn items(w: &World, responder: &TestEntity, revoked_on: Option<i64>) -> Vec<Item> {
    let (ca, root) = (&w.pki.ca.certificate, &w.pki.root);
    let hour = SignedDuration::from_hours(1);
    let good = |by: &TestEntity, at| Item::Ocsp(by.ocsp(ca, &w.signer.certificate, CertStatus::Good, at));
    let list = |number, at| Item::Crl(root.crl(number, at, &[]));
    // A second certificate of the authority's key that has ended since.
    let cross = root.issue(0xc2, "Izdevējs", TestKey::p256(), ca_extensions(&w.pki.ca.key, Some(0), None), |t| {
        (t.spki, t.not_after) = (w.pki.ca.key.spki().to_vec(), day(120));
    });
    let mut items = vec![
        Item::Certificate(cross.certificate.der().to_vec()),
        Item::Stamp(100, false),
        Item::Stamp(110, true),
        good(&w.pki.responder, day(99)),
        good(&w.pki.responder, day(100) + hour),
        good(responder, day(101)),
        list(1, day(95)),
        list(2, day(100) + hour),
        Item::Record(130),
        Item::Archive(140),
        list(3, day(141)),
        Item::Archive(180),
    ];
    let before = revoked_on.is_none_or(|r| r > 190);
    items.extend(before.then(|| good(&w.pki.responder, day(181))));
    items.extend([list(4, day(185)), Item::Archive(190), Item::Record(195), Item::Archive(260), list(5, day(290))]);
    items
}

fn file(w: &World, items: &[Item], taken: u32, revoked_on: Option<i64>) -> FileFacts {
    let mut facts = facts_of(&w.signer, [&w.pki.ca, &w.pki.root].map(|e| e.certificate.der().to_vec()).to_vec());
    // What reveals a revocation is there from the start.
    facts.ocsps.extend(revoked_on.map(|since| {
        w.pki.ocsp(
            &w.signer,
            revoked(day(since), RevocationReason::Superseded),
            day(since) + SignedDuration::from_mins(1),
        )
    }));
    let stamp = |unit: &TestEntity, kind, at: i64, covers: Vec<ObjectId>| TimestampFacts {
        kind,
        token: unit.time_stamp(&DigestAlgorithm::Sha256.of(b"value"), day(at)),
        imprint_matches: Some(true),
        covers,
    };
    for (_, item) in items.iter().enumerate().filter(|(n, _)| taken & (1 << n) != 0) {
        match item.clone() {
            Item::Certificate(der) => facts.certificates.push(der),
            Item::Ocsp(der) => facts.ocsps.push(der),
            Item::Crl(der) => facts.crls.push(der),
            Item::Stamp(at, long) => {
                let unit = if long { &w.keeper } else { &w.stamper };
                facts.timestamps.push(stamp(unit, TimestampKind::Signature, at, vec![facts.value]));
            }
            Item::Archive(at) => {
                let covers = facts.objects();
                facts.timestamps.push(stamp(&w.keeper, TimestampKind::Archive, at, covers));
            }
            Item::Record(at) => {
                let object = ReferenceFacts {
                    object: "x".into(),
                    digest: Some(DigestAlgorithm::Sha256),
                    found: true,
                    intact: true,
                    properties: false,
                };
                let stamps = vec![stamp(&w.keeper, TimestampKind::Container, at, facts.objects())];
                let (record, form) = (at.to_be_bytes().to_vec(), EvidenceForm::Ers);
                facts.evidence.push(EvidenceFacts { form, record, stamps, objects: vec![object], defects: vec![] });
            }
        }
    }
    FileFacts { signatures: vec![facts], ..FileFacts::default() }
}

fn rank(report: &SignatureReport) -> u8 {
    match report.indication {
        Indication::TotalPassed => 2,
        Indication::Indeterminate => 1,
        Indication::TotalFailed => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn more_never_makes_it_worse(
        signer_until in prop_oneof![Just(170i64), Just(1000)],
        stamper_until in prop_oneof![Just(150i64), Just(1000)],
        responder_until in prop_oneof![Just(160i64), Just(1000)],
        revoked_on in prop_oneof![3 => Just(None), 1 => Just(Some(50i64)), 1 => Just(Some(105)), 2 => Just(Some(165))],
        digest_end in prop_oneof![3 => Just(None), 1 => Just(Some(170i64))],
        at in prop_oneof![Just(115i64), Just(200), Just(300)],
        steps in proptest::collection::vec(0u32..1 << 18, 1..6),
    ) {
        let w = World::new(signer_until, stamper_until);
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, pki::KeyUsage::DIGITAL_SIGNATURE, &[pki::oid::OCSP_SIGNING]);
        e.ocsp_nocheck = true;
        let responder = w.pki.ca.issue(0xc3, "Cits OCSP", key, e, |t| t.not_after = day(responder_until));
        let mut items = items(&w, &responder, revoked_on);
        // A time stamp of the future contradicts, by `time-stamp-not-in-future`.
        items.retain(|i| !matches!(i, Item::Stamp(then, _) | Item::Archive(then) | Item::Record(then) if *then > at));
        let mut policy = Policy::default();
        // An algorithm that only the signer's digests use.
        policy.strength.set_digest_end(DigestAlgorithm::Sha512, digest_end.map(day));
        policy.strength_updated = Some(day(180));
        let (anchors, material) = (w.pki.anchors(), w.later(at));
        let (mut taken, mut last) = (0, 0);
        for step in steps {
            taken |= step;
            let mut file = file(&w, &items, taken, revoked_on);
            file.signatures[0].references[0].digest = digest_end.map_or(Some(DigestAlgorithm::Sha256), |_| Some(DigestAlgorithm::Sha512));
            let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: day(at), lang: Lang::En };
            let report = validate_file("x", &file, &basis).signatures.remove(0);
            let told: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.object.as_str())).collect();
            prop_assert!(rank(&report) >= last, "{taken:#b} {:?} {told:?}", report.sub_indication);
            // The decision is pure.
            let again = validate_file("x", &file, &basis).signatures.remove(0);
            prop_assert_eq!(&again, &report);
            last = rank(&report);
        }
    }
}
