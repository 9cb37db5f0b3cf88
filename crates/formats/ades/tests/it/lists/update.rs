use std::collections::BTreeMap;

use ades::lists::{Catalogue, Limits, Lists, Role, Trouble, Update};
use jiff::Timestamp;
use pki::testing::{TestEntity, day};

use super::world::*;

type Web = BTreeMap<&'static str, Vec<u8>>;

fn run(union: &Union, web: &Web, known: Lists, now: Timestamp) -> (Lists, Vec<Trouble>) {
    let mut update = Update::new(union.source(), known, now, Limits::default());
    while let Some(want) = update.want() {
        match web.get(want.url.as_str()) {
            Some(bytes) => update.give(Ok(bytes)),
            None => update.give(Err("404")),
        }
    }
    update.finish()
}

fn web(union: &Union) -> Web {
    BTreeMap::from([
        (LOTL, sign(&union.of_lists(5, &union.first, &[]), &union.first, day(10))),
        (LV, sign(&union.national("LV", 3), &union.lv, day(10))),
        (EE, sign(&union.national("EE", 4), &union.ee, day(10))),
    ])
}

fn codes(troubles: &[Trouble]) -> Vec<(&str, &'static str, bool)> {
    troubles.iter().map(|t| (t.url.as_str(), t.error.code(), t.kept)).collect()
}

fn numbers(lists: &Lists) -> Vec<(String, u64)> {
    lists.all().map(|h| (h.list.scheme.territory.clone(), h.list.scheme.sequence)).collect()
}

fn all(lv: u64, ee: u64) -> Vec<(String, u64)> {
    vec![("EU".to_owned(), 5), ("EE".to_owned(), ee), ("LV".to_owned(), lv)]
}

#[test]
fn all_lists_are_fetched_and_verified() {
    let union = Union::new();
    let (lists, troubles) = run(&union, &web(&union), Lists::default(), day(20));
    assert_eq!(codes(&troubles), []);
    assert_eq!(numbers(&lists), all(3, 4));
    let catalogue = Catalogue::new(&lists);
    assert_eq!(catalogue.entries().len(), 2);
    assert!(catalogue.entries()[0].is(&union.ca.certificate));
    assert_eq!(lists.oldest(), Some(day(20)));
}

#[test]
fn a_bad_list_never_replaces_a_good_one() {
    let union = Union::new();
    let mut web = web(&union);
    let (good, _) = run(&union, &web, Lists::default(), day(20));
    let mut expired = union.national("LV", 9);
    expired.scheme.next_update = Some(day(15));
    let mut future = union.national("LV", 9);
    future.scheme.issued = day(60);
    let signed = |list, by: &TestEntity| sign(list, by, day(10));
    for (bytes, code) in [
        (signed(&union.national("LV", 9), &union.ee), "lists.signer"),
        (signed(&union.national("LV", 2), &union.lv), "lists.rollback"),
        (signed(&expired, &union.lv), "lists.expired"),
        (signed(&future, &union.lv), "lists.future"),
        (signed(&union.national("EE", 9), &union.lv), "lists.mismatch"),
        (signed(&union.of_lists(9, &union.first, &[]), &union.lv), "lists.mismatch"),
        (b"<html>not found</html>".to_vec(), "lists.form"),
        (Vec::new(), "xml.parse.syntax"),
    ] {
        web.insert(LV, bytes);
        let (lists, troubles) = run(&union, &web, good.clone(), day(20));
        assert_eq!(codes(&troubles), [(LV, code, true)]);
        assert_eq!(lists, good);
    }
    let mut same = union.national("LV", 3);
    same.providers.clear();
    web.insert(LV, sign(&same, &union.lv, day(11)));
    assert_eq!(codes(&run(&union, &web, good.clone(), day(20)).1), [(LV, "lists.same-number", true)]);
    web.remove(LV);
    assert_eq!(codes(&run(&union, &web, good.clone(), day(20)).1), [(LV, "lists.unreachable", true)]);
    // The others go on, and the right new list is taken.
    web.insert(LV, sign(&union.national("LV", 8), &union.lv, day(12)));
    let (lists, troubles) = run(&union, &web, good, day(25));
    assert_eq!((codes(&troubles), numbers(&lists)), (vec![], all(8, 4)));
    assert_eq!(lists.oldest(), Some(day(25)));
}

#[test]
fn without_the_list_of_lists_the_national_lists_are_still_refreshed() {
    let union = Union::new();
    let mut web = web(&union);
    let (good, _) = run(&union, &web, Lists::default(), day(20));
    web.insert(LOTL, sign(&union.of_lists(6, &union.first, &[]), &union.ee, day(10)));
    web.insert(EE, sign(&union.national("EE", 5), &union.ee, day(12)));
    let (lists, troubles) = run(&union, &web, good, day(30));
    assert_eq!(codes(&troubles), [(LOTL, "lists.signer", true)]);
    assert_eq!(numbers(&lists), all(3, 5));
}

#[test]
fn a_pivot_announces_new_signers() {
    let union = Union::new();
    let mut web = web(&union);
    web.insert(PIVOT, sign(&union.of_lists(4, &union.second, &[]), &union.first, day(8)));
    web.insert(LOTL, sign(&union.of_lists(5, &union.second, &[PIVOT]), &union.second, day(10)));
    let (lists, troubles) = run(&union, &web, Lists::default(), day(20));
    assert_eq!(codes(&troubles), []);
    assert_eq!(numbers(&lists), all(3, 4));
    // The next time the pivot is known and not fetched again.
    web.remove(PIVOT);
    let (again, troubles) = run(&union, &web, lists.clone(), day(21));
    assert_eq!(codes(&troubles), []);
    assert_eq!(again.signers, lists.signers);
    // The former certificate signs no more, pivot or not.
    for pivots in [[PIVOT].as_slice(), &[]] {
        web.insert(LOTL, sign(&union.of_lists(6, &union.first, pivots), &union.first, day(12)));
        let (kept, troubles) = run(&union, &web, again.clone(), day(22));
        assert_eq!(codes(&troubles), [(LOTL, "lists.signer", true)]);
        assert_eq!(numbers(&kept), all(3, 4));
    }
}

#[test]
fn pivots_that_do_not_hold_stop_the_update() {
    let union = Union::new();
    let mut web = web(&union);
    web.insert(LOTL, sign(&union.of_lists(5, &union.second, &[PIVOT]), &union.second, day(10)));
    web.insert(PIVOT, sign(&union.of_lists(4, &union.second, &[]), &union.second, day(8)));
    let (lists, troubles) = run(&union, &web, Lists::default(), day(20));
    assert_eq!(codes(&troubles), [(PIVOT, "lists.signer", false)]);
    assert!(lists.is_empty());
    assert_eq!(troubles[0].role, Role::Pivot);
    // On the first start the pivots are followed even where the first signer could sign.
    web.insert(LOTL, sign(&union.of_lists(5, &union.first, &[PIVOT]), &union.first, day(10)));
    web.insert(PIVOT, sign(&union.of_lists(4, &union.second, &[]), &union.first, day(8)));
    let (lists, troubles) = run(&union, &web, Lists::default(), day(20));
    assert_eq!(codes(&troubles), [(LOTL, "lists.signer", false)]);
    assert!(lists.is_empty());
}

#[test]
fn what_was_learnt_from_another_source_is_forgotten() {
    let union = Union::new();
    let web = web(&union);
    let (good, _) = run(&union, &web, Lists::default(), day(20));
    let other = Union::new();
    let mut source = other.source();
    source.signers = vec![other.second.certificate.clone()];
    let mut update = Update::new(source, good, day(21), Limits::default());
    assert!(update.want().is_some());
    update.give(Err("gone"));
    assert!(update.want().is_none());
    assert!(update.finish().0.is_empty());
}
