use ades::lists::{
    Assert, CriteriaList, Criterion, Limits, List, ListError, Lists, Qualification, Service, Signers, read, uri,
    verify, write,
};
use pki::testing::day;

use super::world::*;

fn rich(union: &Union) -> List {
    let mut list = union.national("LV", 7);
    let mut now = granted("CA/QC", day(5)).for_purpose("RootCA-QC");
    now.expired_revocation = Some(day(1));
    let nested = CriteriaList {
        assert: Assert::AtLeastOne,
        criteria: vec![
            Criterion::ExtendedKeyUsage(vec!["1.3.6.1.5.5.7.3.4".to_owned()]),
            Criterion::SubjectAttributes(vec!["2.5.4.97".to_owned(), "2.5.4.10".to_owned()]),
        ],
    };
    now.qualifications.push(Qualification {
        qualifiers: vec![uri::extension("QCWithQSCD"), uri::extension("QCForESig")],
        criteria: CriteriaList {
            assert: Assert::All,
            criteria: vec![
                Criterion::KeyUsage(vec![(1, true), (0, false)]),
                Criterion::Policies(vec!["0.4.0.194112.1.2".to_owned()]),
                Criterion::List(nested),
            ],
        },
    });
    let before = ades::lists::Instance::new("CA/QC", "Agrāk", "undersupervision", day(1));
    let mut service = Service::new(&union.ca.certificate, now).after(before);
    service.supply_points.push("https://tsp.example.lv/crl".to_owned());
    list.providers = vec![provider(vec![service])];
    list
}

#[test]
fn what_is_written_is_read() {
    let union = Union::new();
    let list = rich(&union);
    let bytes = sign(&list, &union.lv, day(10));
    let read = of(&bytes, &[&union.lv]).unwrap();
    assert_eq!(read.list, list);
    assert_eq!(read.signer, union.lv.certificate);
    read.is_current(day(100)).unwrap();
}

#[test]
fn version_five_is_read_and_others_are_not() {
    let union = Union::new();
    let mut list = union.national("LV", 7);
    list.scheme.version = 5;
    assert_eq!(read(write::xml(&list).as_bytes(), &Limits::default()).unwrap(), list);
    for version in [3, 4, 7] {
        list.scheme.version = version;
        let found = read(write::xml(&list).as_bytes(), &Limits::default());
        assert!(matches!(found, Err(ListError::Form(_))), "{found:?}");
    }
}

#[test]
fn a_closed_list_is_over() {
    let union = Union::new();
    let mut list = union.national("LV", 7);
    list.scheme.next_update = None;
    let found = of(&sign(&list, &union.lv, day(10)), &[&union.lv]).unwrap();
    assert!(matches!(found.is_current(day(11)), Err(ListError::Expired(_))));
}

#[test]
fn bounds_hold() {
    let union = Union::new();
    let list = rich(&union);
    let xml = write::xml(&list);
    let tight = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        read(xml.as_bytes(), &limits)
    };
    assert_eq!(tight(|l| l.bytes = 100), Err(ListError::TooLarge("bytes")));
    assert_eq!(tight(|l| l.services = 0), Err(ListError::TooLarge("services")));
    assert_eq!(tight(|l| l.history = 1), Err(ListError::TooLarge("history")));
    assert_eq!(tight(|l| l.criteria = 3), Err(ListError::TooLarge("criteria")));
    assert!(matches!(tight(|l| l.depth = 6), Err(ListError::Xml(_))));
    assert!(matches!(tight(|l| l.nodes = 50), Err(ListError::Xml(_))));
    let mut deep = CriteriaList { assert: Assert::All, criteria: Vec::new() };
    for _ in 0..20 {
        deep = CriteriaList { assert: Assert::All, criteria: vec![Criterion::List(deep)] };
    }
    let mut list = list;
    list.providers[0].services[0].instances[0].qualifications[0].criteria = deep;
    let found = read(write::xml(&list).as_bytes(), &Limits::default());
    assert_eq!(found, Err(ListError::TooLarge("criteria within criteria")));
}

#[test]
fn a_critical_extension_that_is_unknown_is_remembered() {
    let union = Union::new();
    let xml = write::xml(&union.national("LV", 7));
    let odd =
        "<tsl:Extension Critical=\"true\"><odd xmlns=\"urn:odd\"/></tsl:Extension></tsl:ServiceInformationExtensions>";
    let list = read(xml.replace("</tsl:ServiceInformationExtensions>", odd).as_bytes(), &Limits::default()).unwrap();
    assert_eq!(list.providers[0].services[0].instances[0].unknown_critical, ["odd"]);
    let xml = xml.replace("</tsl:ServiceInformationExtensions>", &odd.replace("true", "false"));
    let list = read(xml.as_bytes(), &Limits::default()).unwrap();
    assert!(list.providers[0].services[0].instances[0].unknown_critical.is_empty());
}

#[test]
fn the_kept_form_gives_the_same_lists() {
    let union = Union::new();
    let bytes = sign(&rich(&union), &union.lv, day(10));
    let found = verify(&bytes, Signers::Anybody, &Limits::default()).unwrap();
    let mut lists = Lists::default();
    lists.add(ades::lists::Held::new(LV, day(20), found));
    assert_eq!(Lists::from_cache(&lists.to_cache()).unwrap(), lists);
    assert!(matches!(Lists::from_cache(b"enkurs-lists 0\n{}"), Err(ListError::Cache(_))));
    assert!(matches!(Lists::from_cache(b"enkurs-lists 1\n{"), Err(ListError::Cache(_))));
}
