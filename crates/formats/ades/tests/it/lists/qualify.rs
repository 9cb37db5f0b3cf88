//! What lists make of certificates, time stamps and signatures.

use ades::{
    lists::{
        Assert, Catalogue, CriteriaList, Criterion, Held, Instance, Limits, List, Lists, Qualification, Scheme,
        Service, Signers,
        qualification::{Kind, TimeStampQualification, certificate, signature, time_stamp},
        uri, verify,
    },
    validate::Indication,
};
use jiff::Timestamp;
use pki::{
    Certificate, Oid, QcStatements, QcType, oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};

use super::world::*;

fn catalogue(services: Vec<Service>) -> Catalogue {
    let signer = TestEntity::root("Saraksts", TestKey::p256());
    let scheme = Scheme::national("LV", &operator(), 1, day(10), day(190));
    let bytes = sign(&List::new(scheme, vec![provider(services)]), &signer, day(10));
    let mut lists = Lists::default();
    lists.add(Held::new("", day(10), verify(&bytes, Signers::Anybody, &Limits::default()).unwrap()));
    Catalogue::new(&lists)
}

/// An issuer and what it issues.
struct Issuer(TestEntity);

impl Issuer {
    fn new() -> Self {
        Self(TestEntity::root("Izdevējs", TestKey::p256()))
    }
    fn issue(&self, qc: Option<QcStatements>, policies: &[Oid]) -> [Certificate; 2] {
        let key = TestKey::p256();
        let mut extensions = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
        extensions.qc = qc;
        extensions.policies = policies.iter().map(|o| pki::Policy { oid: *o, cps: None }).collect();
        let one = self.0.issue(9, "Anna Paraudziņa", key, extensions, |t| t.not_before = day(30));
        [one.certificate, self.0.certificate.clone()]
    }
    fn service(&self, instance: Instance) -> Service {
        Service::new(&self.0.certificate, instance)
    }
}

fn qc(sscd: bool, types: &[QcType]) -> Option<QcStatements> {
    Some(QcStatements { compliance: true, sscd, types: types.to_vec(), ..QcStatements::default() })
}

fn with(instance: Instance, qualifiers: &[&str]) -> Instance {
    let any = CriteriaList { assert: Assert::All, criteria: vec![Criterion::KeyUsage(vec![(1, true)])] };
    under(instance, qualifiers, any)
}

fn under(mut instance: Instance, qualifiers: &[&str], criteria: CriteriaList) -> Instance {
    let qualifiers = qualifiers.iter().map(|q| uri::extension(q)).collect();
    instance.qualifications.push(Qualification { qualifiers, criteria });
    instance
}

/// Name of the certificate's and of the signature's qualification at day 50.
fn names(issuer: &Issuer, chain: &[Certificate; 2], instances: Vec<Instance>) -> (&'static str, &'static str) {
    let services = instances.into_iter().map(|i| issuer.service(i)).collect();
    of_chain(&catalogue(services), chain)
}

fn of_chain(lists: &Catalogue, chain: &[Certificate; 2]) -> (&'static str, &'static str) {
    let issued = certificate(lists, &chain[0], chain, chain[0].not_before());
    let used = certificate(lists, &chain[0], chain, day(50));
    (used.name(), signature(Indication::TotalPassed, &issued, &used))
}

fn both() -> Instance {
    granted("CA/QC", day(0)).for_purpose("ForeSeals").for_purpose("ForWebSiteAuthentication")
}

#[test]
fn the_certificate_says_what_it_is() {
    let issuer = Issuer::new();
    for (qc, expected) in [
        (qc(true, &[QcType::Esign]), ("QC for eSig with QSCD", "QESig")),
        (qc(false, &[QcType::Esign]), ("QC for eSig", "AdESig-QC")),
        (qc(true, &[]), ("QC for eSig with QSCD", "QESig")),
        (qc(true, &[QcType::Eseal]), ("QC for eSeal with QSCD", "QESeal")),
        (qc(false, &[QcType::Eseal]), ("QC for eSeal", "AdESeal-QC")),
        (qc(false, &[QcType::Web]), ("QC for WSA", "NotAdES")),
        (qc(true, &[QcType::Esign, QcType::Eseal]), ("QC with QSCD", "UnknownQC-QSCD")),
        (None, ("Cert", "AdES")),
        (Some(QcStatements { types: vec![QcType::Esign], ..Default::default() }), ("Cert for eSig", "AdESig")),
    ] {
        assert_eq!(names(&issuer, &issuer.issue(qc.clone(), &[]), vec![both()]), expected, "{qc:?}");
    }
}

#[test]
fn the_list_overrules_the_certificate() {
    let issuer = Issuer::new();
    let plain = issuer.issue(None, &[]);
    let soft = issuer.issue(qc(false, &[QcType::Esign]), &[]);
    let hard = issuer.issue(qc(true, &[QcType::Esign]), &[]);
    let untyped = issuer.issue(qc(false, &[]), &[]);
    for (chain, qualifiers, expected) in [
        (&soft, &["QCWithQSCD"][..], "QESig"),
        (&soft, &["QCQSCDManagedOnBehalf"], "QESig"),
        (&hard, &["QCNoQSCD"], "AdESig-QC"),
        (&hard, &["QCQSCDStatusAsInCert"], "QESig"),
        (&soft, &["QCQSCDStatusAsInCert"], "AdESig-QC"),
        // The words of the directive alone say nothing any more.
        (&soft, &["QCWithSSCD"], "AdESig-QC"),
        (&hard, &["QCSSCDStatusAsInCert"], "AdESig-QC"),
        (&hard, &["QCWithSSCD", "QCWithQSCD"], "QESig"),
        (&hard, &["NotQualified"], "AdESig"),
        (&plain, &["QCStatement", "QCForESig"], "AdESig-QC"),
        (&plain, &["QCStatement", "QCForESeal", "QCWithQSCD"], "QESeal"),
        (&untyped, &["QCForESeal"], "AdESeal-QC"),
        (&untyped, &["QCForLegalPerson"], "AdESig"),
        (&hard, &["QCForLegalPerson"], "AdESig"),
        (&untyped, &["QCForLegalPerson", "QCForESeal"], "AdESeal-QC"),
        // Contradictions never make anything better.
        (&hard, &["NotQualified", "QCStatement"], "AdESig"),
        (&hard, &["QCWithQSCD", "QCNoQSCD"], "AdESig-QC"),
        (&hard, &["QCForESig", "QCForESeal"], "AdES"),
    ] {
        assert_eq!(names(&issuer, chain, vec![with(both(), qualifiers)]).1, expected, "{qualifiers:?}");
    }
}

#[test]
fn qualifiers_hold_only_where_the_criteria_are_met() {
    let issuer = Issuer::new();
    let chain = issuer.issue(qc(true, &[QcType::Esign]), &[oid::QCP_N_QSCD]);
    let policy = |o: Oid| Criterion::Policies(vec![o.to_string()]);
    let usage = |bit, value| Criterion::KeyUsage(vec![(bit, value)]);
    let list = |assert, criteria: Vec<Criterion>| CriteriaList { assert, criteria };
    let met = |criteria| names(&issuer, &chain, vec![under(both(), &["QCNoQSCD"], criteria)]).1 == "AdESig-QC";
    assert!(met(list(Assert::All, vec![policy(oid::QCP_N_QSCD), usage(1, true)])));
    assert!(!met(list(Assert::All, vec![policy(oid::QCP_N), usage(1, true)])));
    assert!(met(list(Assert::AtLeastOne, vec![policy(oid::QCP_N), usage(1, true)])));
    assert!(!met(list(Assert::AtLeastOne, vec![policy(oid::QCP_N), usage(1, false)])));
    assert!(met(list(Assert::None, vec![policy(oid::QCP_N)])));
    assert!(!met(list(Assert::None, vec![policy(oid::QCP_N), usage(1, true)])));
    assert!(!met(list(Assert::All, vec![])));
    assert!(!met(list(Assert::None, vec![])));
    assert!(met(list(Assert::All, vec![Criterion::SubjectAttributes(vec!["2.5.4.3".into(), "2.5.4.10".into()])])));
    assert!(!met(list(Assert::All, vec![Criterion::SubjectAttributes(vec!["2.5.4.97".into()])])));
    assert!(!met(list(Assert::All, vec![Criterion::ExtendedKeyUsage(vec!["1.3.6.1.5.5.7.3.4".into()])])));
    assert!(!met(list(Assert::All, vec![Criterion::Policies(vec!["not an identifier".into()])])));
    let nested = list(Assert::AtLeastOne, vec![usage(0, true), usage(1, true)]);
    assert!(met(list(Assert::All, vec![policy(oid::QCP_N_QSCD), Criterion::List(nested)])));
}

#[test]
fn the_status_counts_at_issuance_and_at_use() {
    let issuer = Issuer::new();
    let chain = issuer.issue(qc(true, &[QcType::Esign]), &[]);
    let period =
        |status: &str, from: Timestamp| Instance::new("CA/QC", "Paraugs", status, from).for_purpose("ForeSignatures");
    // Issued at day 30, used at day 50.
    for (history, expected) in [
        (vec![period("withdrawn", day(10))], "AdESig"),
        (vec![period("withdrawn", day(40)), period("granted", day(0))], "AdESig"),
        (vec![period("withdrawn", day(60)), period("granted", day(0))], "QESig"),
        (vec![period("granted", day(40))], "AdESig"),
        (vec![period("granted", day(40)), period("withdrawn", day(0))], "AdESig"),
        (vec![period("granted", day(60))], "AdESig"),
        (vec![period("undersupervision", day(0))], "AdESig"),
    ] {
        let mut service = issuer.service(history[0].clone());
        service.instances = history.clone();
        assert_eq!(of_chain(&catalogue(vec![service]), &chain).1, expected, "{history:?}");
    }
}

#[test]
fn a_service_is_granted_only_for_what_it_says() {
    let issuer = Issuer::new();
    let chain = issuer.issue(qc(true, &[QcType::Esign]), &[]);
    let bare = Instance::new("CA/QC", "Paraugs", "granted", day(0));
    assert_eq!(names(&issuer, &chain, vec![bare.clone()]).1, "AdESig");
    assert_eq!(names(&issuer, &chain, vec![bare.clone().for_purpose("ForeSeals")]).1, "AdESig");
    let lists = catalogue(vec![issuer.service(both())]);
    assert_eq!(of_chain(&lists, &chain).1, "QESig");
    let lists = catalogue(vec![issuer.service(Instance { kind: uri::service_type("CA/PKC"), ..both() })]);
    assert_eq!(of_chain(&lists, &chain), ("Cert for eSig", "AdESig"));
}

#[test]
fn services_that_disagree_make_nothing_better() {
    let issuer = Issuer::new();
    let chain = issuer.issue(qc(true, &[QcType::Esign]), &[]);
    let other = with(both(), &["NotQualified"]);
    assert_eq!(names(&issuer, &chain, vec![both(), both()]).1, "QESig");
    assert_eq!(names(&issuer, &chain, vec![both(), other]).1, "AdESig");
    assert_eq!(names(&issuer, &chain, vec![both(), with(both(), &["QCNoQSCD"])]).1, "AdESig-QC");
}

#[test]
fn before_the_regulation_the_directive_counts() {
    let issuer = Issuer::new();
    let old: Timestamp = "2015-05-01T00:00:00Z".parse().unwrap();
    let key = TestKey::p256();
    let mut extensions = leaf_extensions(&key, pki::KeyUsage::NON_REPUDIATION, &[]);
    extensions.policies = vec![pki::Policy { oid: Oid::new_unwrap("0.4.0.1456.1.1"), cps: None }];
    let one = issuer.0.issue(9, "Anna Paraudziņa", key, extensions, |t| t.not_before = old);
    let chain = [one.certificate, issuer.0.certificate.clone()];
    let since: Timestamp = "2010-01-01T00:00:00Z".parse().unwrap();
    let service = |status| Instance::new("CA/QC", "Paraugs", status, since);
    let at = |instance: Instance, at| certificate(&catalogue(vec![issuer.service(instance)]), &chain[0], &chain, at);
    for status in ["undersupervision", "accredited", "supervisionincessation"] {
        let found = at(service(status), old);
        assert_eq!((found.qualified, found.kind, found.qscd), (Some(true), Kind::ESig, Some(true)), "{status}");
        assert_eq!(at(service(status), day(50)).qualified, Some(false));
    }
    assert_eq!(at(service("supervisionrevoked"), old).qualified, Some(false));
}

#[test]
fn issuers_of_the_same_name_are_not_mistaken() {
    let (issuer, twin) = (Issuer::new(), Issuer::new());
    let chain = twin.issue(qc(true, &[QcType::Esign]), &[]);
    assert_eq!(names(&issuer, &chain, vec![both()]), ("N/A", "NA"));
}

#[test]
fn time_stamps() {
    let issuer = Issuer::new();
    let unit = issuer.0.issue_tsa(3, "Laika zīmogi", TestKey::p256());
    let chain = [unit.certificate.clone(), issuer.0.certificate.clone()];
    let ask = |service| time_stamp(&catalogue(vec![service]), &chain, day(50));
    let instance = |status| Instance::new("TSA/QTST", "Paraugs", status, day(0));
    use TimeStampQualification::{NotQualified, Qualified, Unlisted};
    assert_eq!(ask(Service::new(&unit.certificate, instance("granted"))), Qualified);
    assert_eq!(ask(issuer.service(instance("granted"))), Qualified);
    assert_eq!(ask(issuer.service(instance("withdrawn"))), NotQualified);
    assert_eq!(ask(issuer.service(both())), Unlisted);
}

#[test]
fn the_verdict_colours_the_name() {
    let issuer = Issuer::new();
    let chain = issuer.issue(qc(true, &[QcType::Esign]), &[]);
    let lists = catalogue(vec![issuer.service(both())]);
    let found = certificate(&lists, &chain[0], &chain, day(50));
    assert_eq!(signature(Indication::Indeterminate, &found, &found), "Indeterminate-QESig");
    assert_eq!(signature(Indication::TotalFailed, &found, &found), "NotAdES-QC-QSCD");
}
