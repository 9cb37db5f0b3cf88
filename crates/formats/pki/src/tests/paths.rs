//! Certification paths: what holds, and each way not to.

use crate::{
    path::{NoPath, Path, PathProblem as P, PathQuery, Purpose, find_path, find_path_where, host_matches},
    strength::Strength,
    testing::*,
    *,
};

struct World {
    root: TestEntity,
    ca: TestEntity,
    leaf: TestEntity,
}

fn world() -> World {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let ca = root.issue_ca(2, "Izdevējs", TestKey::p256());
    let leaf = ca.issue_signer(3, "A", TestKey::p256());
    World { root, ca, leaf }
}

fn find(
    leaf: &TestEntity,
    between: &[&TestEntity],
    anchors: &[&TestEntity],
    purpose: Purpose,
    policies: &[Oid],
    at: i64,
) -> std::result::Result<Path, NoPath> {
    let list = |all: &[&TestEntity]| all.iter().map(|e| e.certificate.clone()).collect::<Vec<_>>();
    let (anchors, intermediates, strength) = (list(anchors), list(between), Strength::default());
    let query = PathQuery {
        anchors: &anchors,
        intermediates: &intermediates,
        at: day(at),
        purpose,
        policies,
        strength: &strength,
    };
    find_path(&leaf.certificate, &query)
}

fn problems(found: std::result::Result<Path, NoPath>) -> Vec<(usize, P)> {
    found.unwrap().findings.into_iter().map(|f| (f.index, f.problem)).collect()
}

#[test]
fn a_good_path_and_its_times() {
    let w = world();
    let at = |n| problems(find(&w.leaf, &[&w.ca], &[&w.root], Purpose::Sign, &[], n));
    assert_eq!(at(10), []);
    assert_eq!(at(-1), [(0, P::NotYetValid), (1, P::NotYetValid)]);
    assert_eq!(at(1826), [(0, P::Expired), (1, P::Expired)]);
    // The anchor may be in the middle, or the leaf itself.
    assert_eq!(problems(find(&w.leaf, &[], &[&w.ca], Purpose::Sign, &[], 10)), []);
    let itself = find(&w.leaf, &[], &[&w.leaf], Purpose::Sign, &[], 10).unwrap();
    assert_eq!((itself.certificates.len(), itself.findings), (1, vec![]));
    assert!(matches!(find(&w.leaf, &[], &[&w.root], Purpose::Sign, &[], 10), Err(NoPath::NoAnchor(c)) if c.len() == 1));
}

#[test]
fn same_name_other_key_is_no_issuer() {
    let (w, other) = (world(), world());
    assert!(find(&w.leaf, &[&other.ca], &[&other.root], Purpose::Sign, &[], 10).is_err());
    // With both present the right one is found.
    assert!(find(&w.leaf, &[&other.ca, &w.ca], &[&other.root, &w.root], Purpose::Sign, &[], 10).unwrap().is_valid());
}

#[test]
fn who_may_issue() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let plain = root.issue_signer(2, "Nav CA", TestKey::p256());
    let leaf = plain.issue_signer(3, "A", TestKey::p256());
    let found = problems(find(&leaf, &[&plain], &[&root], Purpose::Sign, &[], 10));
    assert_eq!(found, [(1, P::NotCa), (1, P::MayNotIssue)]);
    // pathLen 0 of the issuing CA allows no further CA.
    let w = world();
    let sub = w.ca.issue_ca(4, "Apakšizdevējs", TestKey::p256());
    let leaf = sub.issue_signer(5, "A", TestKey::p256());
    assert_eq!(problems(find(&leaf, &[&w.ca, &sub], &[&w.root], Purpose::Sign, &[], 10)), [(1, P::PathTooLong)]);
}

#[test]
fn who_bears_a_name() {
    let w = world();
    let unnamed = |serial, critical| {
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        extensions.alt_names = vec![GeneralName::Email("anna@example.lv".into())];
        extensions.alt_names_critical = critical;
        let leaf = w.ca.issue(serial, "A", key, extensions, |t| t.subject = Name::default());
        problems(find(&leaf, &[&w.ca], &[&w.root], Purpose::Sign, &[], 10))
    };
    assert_eq!(unnamed(7, true), []);
    assert_eq!(unnamed(8, false), [(0, P::Unnamed)]);
}

#[test]
fn purposes() {
    let w = world();
    let tsa = w.ca.issue_tsa(4, "T", TestKey::p256());
    let ocsp = w.ca.issue_ocsp(5, "O", TestKey::p256());
    let at = |e, purpose| problems(find(e, &[&w.ca], &[&w.root], purpose, &[], 10));
    assert_eq!(at(&tsa, Purpose::TimeStamping), []);
    assert_eq!(at(&ocsp, Purpose::OcspSigning), []);
    for (e, purpose) in [
        (&tsa, Purpose::Sign),
        (&ocsp, Purpose::Sign),
        (&w.leaf, Purpose::TimeStamping),
        (&w.leaf, Purpose::OcspSigning),
        (&w.leaf, Purpose::TlsClient),
    ] {
        assert_eq!(at(e, purpose), [(0, P::WrongPurpose)]);
    }
}

#[test]
fn hosts() {
    let w = world();
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::SERVER_AUTH]);
    e.alt_names = vec![
        GeneralName::Dns("*.pki.example".into()),
        GeneralName::Dns("Enkurs.example".into()),
        GeneralName::ip([192, 0, 2, 1].into()),
    ];
    let server = w.ca.issue(9, "S", key, e, |_| {});
    let at =
        |host: &str| problems(find(&server, &[&w.ca], &[&w.root], Purpose::TlsServer(host.into()), &[], 10)).is_empty();
    for good in ["a.pki.example", "A.PKI.EXAMPLE", "enkurs.example", "enkurs.example.", "192.0.2.1"] {
        assert!(at(good), "{good}");
    }
    for bad in ["pki.example", "a.b.pki.example", ".pki.example", "example", "192.0.2.2", "", "S"] {
        assert!(!at(bad), "{bad}");
    }
}

#[test]
fn name_constraints() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let key = TestKey::p256();
    let mut e = ca_extensions(&key, Some(0), None);
    e.name_constraints = Some(NameConstraints {
        permitted: vec![GeneralName::Dns("example".into()), GeneralName::Ip(vec![192, 0, 2, 0, 255, 255, 255, 0])],
        excluded: vec![GeneralName::Dns("bad.example".into())],
    });
    let ca = root.issue(2, "Izdevējs", key, e, |_| {});
    let with = |names: Vec<GeneralName>| {
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        e.alt_names = names;
        let leaf = ca.issue(3, "A", key, e, |_| {});
        problems(find(&leaf, &[&ca], &[&root], Purpose::Any, &[], 10))
    };
    let dns = |n: &str| GeneralName::Dns(n.into());
    assert_eq!(with(vec![dns("good.example")]), []);
    assert_eq!(with(vec![GeneralName::ip([192, 0, 2, 77].into())]), []);
    assert_eq!(with(vec![dns("good.example"), dns("other.lv")]), [(0, P::NameNotPermitted)]);
    assert_eq!(with(vec![dns("x.bad.example")]), [(0, P::NameNotPermitted)]);
    assert_eq!(with(vec![dns("badexample")]), [(0, P::NameNotPermitted)]);
    assert_eq!(with(vec![GeneralName::ip([192, 0, 3, 1].into())]), [(0, P::NameNotPermitted)]);
}

#[test]
fn name_constraints_strictly() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let dns = |n: &str| GeneralName::Dns(n.into());
    let judge = |permitted: Vec<GeneralName>, excluded: Vec<GeneralName>, name: GeneralName| {
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, Some(0), None);
        e.name_constraints = Some(NameConstraints { permitted, excluded });
        let ca = root.issue(2, "Izdevējs", key, e, |_| {});
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        e.alt_names = vec![name];
        let leaf = ca.issue(3, "A", key, e, |_| {});
        problems(find(&leaf, &[&ca], &[&root], Purpose::Any, &[], 10)).is_empty()
    };
    // A wildcard stands for every host it reaches.
    assert!(!judge(vec![], vec![dns("bad.example")], dns("*.example")));
    assert!(judge(vec![], vec![dns("very.bad.example")], dns("*.example")));
    assert!(judge(vec![dns("example")], vec![], dns("*.example")));
    assert!(!judge(vec![dns("good.example")], vec![], dns("*.example")));
    // A leading period has no meaning for host names.
    assert!(!judge(vec![dns(".example")], vec![], dns("a.example")));
    // The other address family, and a mask with holes.
    let ip = |b: &[u8]| GeneralName::Ip(b.to_vec());
    assert!(!judge(vec![ip(&[10, 0, 0, 0, 255, 0, 0, 0])], vec![], GeneralName::ip("2001:db8::1".parse().unwrap())));
    assert!(judge(vec![ip(&[10, 0, 0, 0, 254, 0, 0, 0])], vec![], GeneralName::ip([11, 0, 0, 1].into())));
    assert!(!judge(vec![ip(&[10, 0, 0, 0, 255, 0, 255, 0])], vec![], GeneralName::ip([10, 0, 0, 1].into())));
    // URIs and e-mail addresses: a host is that host, with a period what is below it.
    let (uri, mail) = (|u: &str| GeneralName::Uri(u.into()), |m: &str| GeneralName::Email(m.into()));
    assert!(judge(vec![uri("example.lv")], vec![], uri("https://u@example.lv:8443/x")));
    assert!(!judge(vec![uri("example.lv")], vec![], uri("https://a.example.lv/")));
    assert!(judge(vec![uri(".example.lv")], vec![], uri("https://a.example.lv/")));
    assert!(!judge(vec![uri("example.lv")], vec![], uri("urn:a:b")));
    assert!(judge(vec![mail("example.lv")], vec![], mail("Anna@EXAMPLE.lv")));
    assert!(!judge(vec![mail("example.lv")], vec![], mail("anna@a.example.lv")));
    assert!(!judge(vec![mail("anna@example.lv")], vec![], mail("janis@example.lv")));
}

#[test]
fn purposes_of_tls_hold_along_the_path() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let chain = |purposes: &[Oid]| {
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, Some(0), None);
        e.extended_key_usage = purposes.to_vec();
        let ca = root.issue(2, "Izdevējs", key, e, |_| {});
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::SERVER_AUTH, oid::CLIENT_AUTH]);
        e.alt_names = vec![GeneralName::Dns("a.example".into())];
        let leaf = ca.issue(3, "S", key, e, |_| {});
        (ca, leaf)
    };
    let server = || Purpose::TlsServer("a.example".into());
    for (purposes, as_server, as_client) in [
        (&[][..], true, true),
        (&[oid::SERVER_AUTH][..], true, false),
        (&[oid::CLIENT_AUTH][..], false, true),
        (&[oid::ANY_EXTENDED_KEY_USAGE][..], true, true),
        (&[oid::OCSP_SIGNING][..], false, false),
    ] {
        let (ca, leaf) = chain(purposes);
        let good = |purpose| problems(find(&leaf, &[&ca], &[&root], purpose, &[], 10)).is_empty();
        assert_eq!((good(server()), good(Purpose::TlsClient)), (as_server, as_client), "{purposes:?}");
        assert!(good(Purpose::Any));
    }
    // An anchor that has ended ends the path for TLS, not for signatures.
    let (_, leaf) = chain(&[]);
    let key = TestKey::p256();
    let old = TestEntity::root("Veca", key);
    let leaf_of_old = {
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        e.alt_names = vec![GeneralName::Dns("a.example".into())];
        old.issue(3, "S", key, e, |t| t.not_after = day(9000))
    };
    assert!(!problems(find(&leaf_of_old, &[], &[&old], server(), &[], 8000)).is_empty());
    assert!(problems(find(&leaf_of_old, &[], &[&old], Purpose::Sign, &[], 8000)).is_empty());
    assert!(!host_matches(&leaf.certificate, "*.example"));
}

#[test]
fn another_path_is_taken_when_the_first_is_not_accepted() {
    // The same authority, certified by two roots.
    let (first, second) = (TestEntity::root("Pirmā", TestKey::p256()), TestEntity::root("Otrā", TestKey::p256()));
    let ca = first.issue_ca(2, "Izdevējs", TestKey::p256());
    let cross = {
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, Some(0), None);
        e.subject_key_id = ca.certificate.subject_key_id().map(<[u8]>::to_vec);
        second.issue(3, "Izdevējs", key, e, |t| t.spki = ca.certificate.spki().to_vec())
    };
    let leaf = ca.issue_signer(4, "A", TestKey::p256());
    let anchors = [first.certificate.clone(), second.certificate.clone()];
    let between = [ca.certificate.clone(), cross.certificate.clone()];
    let strength = Strength::default();
    let query = PathQuery {
        anchors: &anchors,
        intermediates: &between,
        at: day(10),
        purpose: Purpose::Sign,
        policies: &[],
        strength: &strength,
    };
    let signed_by = |c: &Certificate, i: &Certificate| c.verify_signed_by(i).is_ok();
    let take = |root: &TestEntity| {
        let accept = |p: &Path| p.certificates.last() == Some(&root.certificate);
        find_path_where(&leaf.certificate, &query, &signed_by, &accept).unwrap().certificates.last().cloned()
    };
    assert_eq!(take(&first), Some(first.certificate.clone()));
    assert_eq!(take(&second), Some(second.certificate.clone()));
}

#[test]
fn policies() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let policy = |oid| Policy { oid, cps: None };
    let build = |of_ca: &[Oid], of_leaf: &[Oid], explicit: bool| {
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, Some(0), None);
        e.policies = of_ca.iter().map(|o| policy(*o)).collect();
        e.require_explicit_policy = explicit.then_some(0);
        let ca = root.issue(2, "Izdevējs", key, e, |_| {});
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        e.policies = of_leaf.iter().map(|o| policy(*o)).collect();
        let leaf = ca.issue(3, "A", key, e, |_| {});
        (ca, leaf)
    };
    /// Policies of the authority and the end entity, whether a policy is required, policies wanted, whether it holds.
    type Case<'a> = (&'a [Oid], &'a [Oid], bool, &'a [Oid], bool);
    let cases: [Case<'_>; 8] = [
        (&[oid::ANY_POLICY], &[oid::NCP], false, &[oid::NCP], true),
        (&[oid::NCP], &[oid::NCP], false, &[oid::NCP], true),
        (&[oid::NCP], &[oid::NCP], false, &[oid::QCP_N], false),
        (&[oid::NCP], &[oid::QCP_N], false, &[oid::QCP_N], false),
        (&[oid::NCP], &[oid::QCP_N], false, &[], true),
        (&[oid::NCP], &[oid::QCP_N], true, &[], false),
        (&[], &[oid::NCP], true, &[], false),
        (&[oid::ANY_POLICY], &[oid::ANY_POLICY], true, &[oid::QCP_N], true),
    ];
    for (i, (of_ca, of_leaf, explicit, wanted, good)) in cases.into_iter().enumerate() {
        let (ca, leaf) = build(of_ca, of_leaf, explicit);
        let found = problems(find(&leaf, &[&ca], &[&root], Purpose::Any, wanted, 10));
        assert_eq!(found.is_empty(), good, "case {i}: {found:?}");
    }
}

#[test]
fn policy_mapping() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let chain = |inhibit: Option<u32>| {
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, None, None);
        e.policies = vec![Policy { oid: oid::NCP, cps: None }];
        e.policy_mappings = vec![(oid::NCP, oid::QCP_L)];
        e.inhibit_policy_mapping = inhibit;
        let bridge = root.issue(2, "Tilts", key, e, |_| {});
        let key = TestKey::p256();
        let mut e = ca_extensions(&key, Some(0), None);
        e.policies = vec![Policy { oid: oid::QCP_L, cps: None }];
        let ca = bridge.issue(3, "Izdevējs", key, e, |_| {});
        let key = TestKey::p256();
        let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
        e.policies = vec![Policy { oid: oid::QCP_L, cps: None }];
        let leaf = ca.issue(4, "A", key, e, |_| {});
        (bridge, ca, leaf)
    };
    let (bridge, ca, leaf) = chain(None);
    // The wanted policy is one of the anchor's domain.
    assert!(problems(find(&leaf, &[&bridge, &ca], &[&root], Purpose::Any, &[oid::NCP], 10)).is_empty());
    assert!(!problems(find(&leaf, &[&bridge, &ca], &[&root], Purpose::Any, &[oid::QCP_L], 10)).is_empty());
}

#[test]
fn unknown_critical_and_weak() {
    let w = world();
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
    e.other = vec![Extension { oid: Oid::new_unwrap("1.2.3.4"), critical: true, value: vec![5, 0] }];
    let odd = w.ca.issue(9, "A", key, e, |_| {});
    assert_eq!(
        problems(find(&odd, &[&w.ca], &[&w.root], Purpose::Sign, &[], 10)),
        [(0, P::UnknownCritical(Oid::new_unwrap("1.2.3.4")))]
    );
    let short = PublicKey::from_rsa(&[0xc1; 128], &[1, 0, 1]).unwrap();
    let key = TestKey::p256();
    let e = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
    let weak = w.ca.issue(9, "A", key, e, |t| t.spki = short.spki().to_vec());
    assert!(matches!(
        problems(find(&weak, &[&w.ca], &[&w.root], Purpose::Sign, &[], 10)).as_slice(),
        [(0, P::Weak(_))]
    ));
}

#[test]
fn a_maze_is_given_up() {
    // Thirty authorities of one name and key that all certify each other.
    let root = TestEntity::root("Sakne", TestKey::p256());
    let others: Vec<TestEntity> = (0..30)
        .map(|n| {
            root.issue(n + 2, "Sakne", TestKey::p256(), ca_extensions(&TestKey::p256(), None, None), |t| {
                t.extensions.subject_key_id = None;
                t.extensions.authority_key_id = None;
            })
        })
        .collect();
    let leaf = root.issue(99, "A", TestKey::p256(), Extensions::default(), |t| t.extensions.authority_key_id = None);
    let refs: Vec<&TestEntity> = others.iter().collect();
    let stranger = TestEntity::root("Cita", TestKey::p256());
    assert!(find(&leaf, &refs, &[&stranger], Purpose::Any, &[], 10).is_err());
}
