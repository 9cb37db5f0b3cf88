use std::sync::atomic::Ordering;

use contract::ca::Profile;
use jiff::SignedDuration;
use keys::KeyKind;
use pki::{Certificate, KeyUsage, QcType, oid};

use crate::bench::{Bench, PROFILES, URL, holder_key};

crate::on_all![
    every_profile,
    same_key_same_certificate,
    refusals,
    keys_gone_and_back,
    crash_between_intent_and_signature
];

async fn every_profile(bench: Bench) {
    let bench = bench.created().await;
    let mut serials = std::collections::BTreeSet::new();
    for profile in PROFILES {
        let issued = bench.issue(&format!("{profile:?}"), profile, false).await;
        let c = Certificate::from_der(&issued.der).unwrap();
        let issuer = Certificate::from_der(&issued.chain[0].0).unwrap();
        c.verify_signed_by(&issuer).unwrap();
        assert!(c.may_be_issued_by(&issuer) && !c.is_ca());
        assert_eq!(c.ocsp_urls(), [format!("{URL}/ocsp")]);
        assert!(c.crl_urls()[0].starts_with(URL) && c.ca_issuer_urls()[0].starts_with(URL));
        assert!(serials.insert(c.serial_hex()) && c.serial_hex().len() == 32);
        assert_eq!(c.not_before(), bench.cx().now());
        let (usage, qc) = (c.key_usage().unwrap(), c.qc().cloned().unwrap_or_default());
        let e = c.extensions();
        match profile {
            Profile::EidAuthentication => {
                assert_eq!(
                    (usage, e.extended_key_usage.as_slice()),
                    (KeyUsage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH][..])
                );
                assert!(
                    !qc.compliance && !qc.sscd && qc.types.is_empty(),
                    "an authentication certificate is not qualified"
                );
                assert_eq!(c.subject().serial_number(), Some("PNOLV-320000-00007"));
            }
            Profile::EidSignature => {
                assert_eq!(usage, KeyUsage::NON_REPUDIATION);
                assert!(
                    qc.compliance
                        && qc.sscd
                        && qc.types == [QcType::Esign]
                        && qc.semantics == Some(oid::SEMANTICS_NATURAL)
                );
                assert_eq!(qc.pds.iter().map(|p| p.1.as_str()).collect::<Vec<_>>(), ["en", "lv"]);
                assert!(qc.pds.iter().all(|p| p.0.starts_with("https://")));
                assert_eq!(e.policies[0].oid, oid::QCP_N_QSCD);
                assert_eq!(
                    c.subject().to_string(),
                    "serialNumber=PNOLV-320000-00007,GN=Žaklīna Ņina,SN=Čakšte-Ģērķe,CN=Žaklīna Ņina Čakšte-Ģērķe,C=LV"
                );
            }
            Profile::Seal => {
                assert!(qc.compliance && !qc.sscd && qc.types == [QcType::Eseal]);
                assert_eq!(c.subject().organization_identifier(), Some("NTRLV-40000000001"));
            }
            Profile::TlsServer => {
                assert_eq!(e.extended_key_usage, [oid::SERVER_AUTH]);
                assert_eq!(e.alt_names.len(), 2);
            }
            Profile::TlsClient => assert_eq!(e.extended_key_usage, [oid::CLIENT_AUTH]),
        }
    }
    let rsa = bench.ca.issue(
        bench.cx(),
        contract::ca::Issue { spki: holder_key(KeyKind::Rsa3072), ..bench.wanted("rsa", Profile::TlsServer, false) },
    );
    let rsa = Certificate::from_der(&rsa.await.unwrap().der).unwrap();
    assert!(rsa.key_usage().unwrap().contains(KeyUsage::KEY_ENCIPHERMENT));
}

async fn same_key_same_certificate(bench: Bench) {
    let bench = bench.created().await;
    let wanted = bench.wanted("once", Profile::EidSignature, true);
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (bench, wanted) = (bench.clone(), wanted.clone());
        set.spawn(async move { bench.ca.issue(bench.cx(), wanted).await.unwrap().der });
    }
    let mut all = set.join_all().await;
    all.dedup();
    assert_eq!(all.len(), 1);
    let other = contract::ca::Issue { on_hold: false, ..wanted };
    assert_eq!(bench.ca.issue(bench.cx(), other).await.unwrap_err().code(), "ca.issue.key-reused");
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate WHERE profile = 'eid-signature'").await, 1);
    assert_eq!(bench.count("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'ca.certificate.issued'").await, 14);
}

async fn refusals(bench: Bench) {
    let bench = bench.created().await;
    let certificates = bench.count("SELECT COUNT(*) FROM ca_certificate").await;
    let base = || bench.wanted("bad", Profile::EidSignature, false);
    let with = |change: &dyn Fn(&mut contract::ca::Issue)| {
        let mut wanted = base();
        change(&mut wanted);
        wanted
    };
    let mut off_curve = holder_key(KeyKind::P256);
    *off_curve.last_mut().unwrap() ^= 1;
    let weak_rsa = pki::PublicKey::from_rsa(&[0xc1; 256], &[1, 0, 1]).unwrap().spki().to_vec();
    let small_exponent = pki::PublicKey::from_rsa(&[0xc1; 384], &[3]).unwrap().spki().to_vec();
    let long = "x".repeat(65);
    let cases = [
        (with(&|w| w.spki = vec![0x30, 0]), "ca.issue.key-unreadable"),
        (with(&|w| w.spki = off_curve.clone()), "ca.issue.key-unreadable"),
        (with(&|w| w.spki = weak_rsa.clone()), "ca.issue.key-weak"),
        (with(&|w| w.spki = small_exponent.clone()), "ca.issue.key-weak"),
        (with(&|w| w.spki = holder_key(KeyKind::Ed25519)), "ca.issue.key-kind"),
        (with(&|w| w.not_after = bench.cx().now()), "ca.issue.bad-period"),
        (with(&|w| w.not_after = bench.cx().now() - SignedDuration::from_hours(1)), "ca.issue.bad-period"),
        (with(&|w| w.subject.given_name = None), "ca.issue.bad-subject"),
        (with(&|w| w.subject.surname = Some(" ".into())), "ca.issue.bad-subject"),
        (with(&|w| w.subject.surname = Some("A\u{7}B".into())), "ca.issue.bad-subject"),
        (with(&|w| w.subject.given_name = Some(long.clone())), "ca.issue.bad-subject"),
        (with(&|w| w.subject.identifier = None), "ca.issue.bad-subject"),
        (with(&|w| w.subject.identifier = Some("320000-00007".into())), "ca.issue.bad-subject"),
        (with(&|w| w.subject.identifier = Some("PNOlv-320000-00007".into())), "ca.issue.bad-subject"),
        (with(&|w| w.subject.identifier = Some("NTRLV-320000-00007".into())), "ca.issue.bad-subject"),
        (with(&|w| w.key = String::new()), "ca.issue.bad-idempotency-key"),
        (with(&|w| (w.profile, w.subject.dns) = (Profile::TlsServer, vec!["bad_host".into()])), "ca.issue.bad-subject"),
        (with(&|w| (w.profile, w.subject.dns) = (Profile::TlsServer, vec!["*".into()])), "ca.issue.bad-subject"),
    ];
    for (wanted, code) in cases {
        let shown = format!("{wanted:?}");
        assert_eq!(bench.ca.issue(bench.cx(), wanted).await.unwrap_err().code(), code, "{shown}");
    }
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate").await, certificates, "a refusal leaves nothing");

    // A disclosure statement in English is a must of EN 319 412-5: nothing is signed without it.
    let config = ca::Config { disclosure: vec![], ..ca::Config::default() };
    let node = bench.node(std::sync::Arc::new(ca::TrustedClock), config);
    let refused = node.issue(bench.cx(), base()).await.unwrap_err();
    assert_eq!(refused.code(), "ca.issue.lint", "{refused}");
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate").await, certificates, "nor is it intended");

    let late = with(&|w| w.not_after = "2200-01-01T00:00:00Z".parse().unwrap());
    let issued = Certificate::from_der(&bench.ca.issue(bench.cx(), late).await.unwrap().der).unwrap();
    assert_eq!(
        issued.not_after(),
        bench.authority(ca::Role::Signature).await.not_after(),
        "at most the authority's own end"
    );

    bench.pass(SignedDuration::from_hours(24 * 5479));
    let after = bench.ca.issue(bench.cx(), bench.wanted("after", Profile::EidSignature, false)).await;
    assert_eq!(after.unwrap_err().code(), "ca.issue.authority-expired");
}

async fn keys_gone_and_back(bench: Bench) {
    let bench = bench.created().await;
    let wanted = bench.wanted("gone", Profile::EidAuthentication, false);
    bench.budget.store(0, Ordering::SeqCst);
    for _ in 0..3 {
        let refused = bench.ca.issue(bench.cx(), wanted.clone()).await.unwrap_err();
        assert!(refused.transient() && refused.code() == "keys.token-away");
    }
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    bench.ca.issue(bench.cx(), wanted).await.unwrap();
    assert_eq!(
        bench.count("SELECT COUNT(*) FROM ca_certificate WHERE profile = 'eid-authentication'").await,
        1,
        "one intent, one certificate"
    );
}

async fn crash_between_intent_and_signature(bench: Bench) {
    let bench = bench.created().await;
    let wanted = bench.wanted("crash", Profile::EidAuthentication, true);
    bench.budget.store(0, Ordering::SeqCst);
    bench.ca.issue(bench.cx(), wanted.clone()).await.unwrap_err();
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate WHERE state = 'intent'").await, 1);
    bench.budget.store(i64::MAX, Ordering::SeqCst);
    // Nobody asks again: the job finishes it.
    bench.pass(SignedDuration::from_mins(5));
    bench.work().await;
    assert_eq!(bench.count("SELECT COUNT(*) FROM ca_certificate WHERE state = 'intent'").await, 0);
    let issued = bench.ca.issue(bench.cx(), wanted).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'ca.certificate.issued' AND subject = (SELECT id FROM ca_certificate WHERE request_key = 'holder:crash')").await, 1);
    bench.change(&issued.certificate_id, crate::bench::activate()).await.unwrap();
}
