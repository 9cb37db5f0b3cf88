//! Revocation lists: of others, of some reasons, of changes.

use ades::validate::{
    Indication::{Indeterminate, TotalPassed},
    Severity,
    SubIndication::{self as S},
};
use jiff::Timestamp;
use pki::{
    RevocationReason as R,
    testing::{TestEntity, TestKey, day},
};

use super::{
    Case, hours,
    rules::{is, told},
};
use crate::world::World;

const LIST: &str = "http://saraksti.example/netiess.crl";

#[test]
fn indirect_lists() {
    let w = World::new();
    let (at, url) = (day(100) + hours(1), LIST);
    let keeper = w.root.issue_ca(0xe1, "Sarakstu turētājs", TestKey::p256());
    let cousin = TestEntity::root("Sarakstu turētājs", TestKey::p256());
    let judge = |by: &TestEntity, named: bool, revoked: &dyn Fn(&TestEntity) -> Vec<(TestEntity, Timestamp)>| {
        let mut case = Case::new(&w);
        case.signer(|t| t.extensions.other.extend(named.then(|| keeper.indirect_point(url))));
        case.status = None;
        let entries = revoked(case.signer.as_ref().unwrap());
        let entries: Vec<_> = entries.iter().map(|(e, since)| (&e.certificate, *since)).collect();
        case.crls.push(by.indirect_crl(url, at, &entries));
        case.certificates.push(by.certificate.der().to_vec());
        case.judge()
    };
    let same = |of: &TestEntity| TestEntity { key: TestKey::p256(), certificate: of.certificate.clone() };
    is(&judge(&keeper, true, &|_| vec![]), TotalPassed, None);
    let general = S::CertificateChainGeneralFailure;
    // The certificate does not name the keeper; the keeper has no path to the anchor.
    is(&judge(&keeper, false, &|_| vec![]), Indeterminate, general);
    let report = judge(&cousin, true, &|_| vec![]);
    is(&report, Indeterminate, general);
    assert_eq!(told(&report, "validate.crl.signer-not-authorised"), Some(Severity::Info));
    // Listed, by its own issuer's name; the same number of another issuer is somebody else.
    is(&judge(&keeper, true, &|s| vec![(same(s), day(90))]), Indeterminate, S::RevokedNoPoe);
    is(&judge(&keeper, true, &|s| vec![(same(s), day(101))]), TotalPassed, None);
    let twin = w.root.issue_signer(0xd1, "Dvīnis", TestKey::p256());
    is(&judge(&keeper, true, &|_| vec![(same(&twin), day(90))]), TotalPassed, None);
}

#[test]
fn a_keeper_of_lists_that_was_revoked_says_nothing() {
    let w = World::new();
    let keeper = w.root.issue_ca(0xe1, "Sarakstu turētājs", TestKey::p256());
    let serial = keeper.certificate.serial().to_vec();
    let entry = pki::CrlEntry { serial, revoked_at: day(99), reason: None, invalid_since: None };
    let mut case = Case::new(&w);
    case.signer(|t| t.extensions.other = vec![keeper.indirect_point(LIST)]);
    case.status = None;
    case.crls = vec![w.root.crl(2, day(160), &[entry]), keeper.indirect_crl(LIST, day(100) + hours(1), &[])];
    case.certificates.push(keeper.certificate.der().to_vec());
    let report = case.judge();
    is(&report, Indeterminate, S::CertificateChainGeneralFailure);
    assert_eq!(told(&report, "validate.crl.signer-status-unknown"), Some(Severity::Info));
}

/// A signature for whose signer these lists answer and nothing else.
fn with<'w>(w: &'w World, lists: &[&Vec<u8>]) -> Case<'w> {
    let mut case = Case::new(w);
    case.status = None;
    case.crls.extend(lists.iter().copied().cloned());
    case
}

const COMPROMISED: [u8; 2] = [1, 2];
const OTHERS: [u8; 6] = [3, 4, 5, 6, 7, 8];

#[test]
fn lists_of_some_reasons_say_it_together() {
    let w = World::new();
    let at = day(100) + hours(1);
    let some = |reasons: &[u8], at, revoked: &[_]| w.ca.partial_crl(1, at, reasons, None, revoked);
    let (one, rest) = (some(&COMPROMISED, at, &[]), some(&OTHERS, at + hours(1), &[]));
    let general = S::CertificateChainGeneralFailure;
    for alone in [&one, &rest] {
        let report = with(&w, &[alone]).judge();
        is(&report, Indeterminate, general);
        assert_eq!(told(&report, "validate.crl.partial"), Some(Severity::Info));
    }
    let report = with(&w, &[&one, &rest]).judge();
    is(&report, TotalPassed, None);
    assert_eq!(told(&report, "validate.revocation.issued-before"), None);
    assert!(report.level.ends_with("LT"), "{}", report.level);
    // The status is as old as the oldest of them.
    let early = some(&COMPROMISED, day(100) - hours(1), &[]);
    let report = with(&w, &[&early, &rest]).judge();
    is(&report, TotalPassed, None);
    assert!(told(&report, "validate.revocation.issued-before").is_some());
    let stale = some(&COMPROMISED, day(80), &[]);
    is(&with(&w, &[&stale, &rest]).judge(), Indeterminate, S::TryLater);
    // Listed on one of them, before the signature and later.
    for (since, verdict) in [(90, Some(S::RevokedNoPoe)), (101, None)] {
        let listed = some(&OTHERS, day(102), &[(&w.signer.certificate, day(since), R::Superseded)]);
        let report = with(&w, &[&one, &rest, &listed]).judge();
        is(&report, if verdict.is_some() { Indeterminate } else { TotalPassed }, verdict);
    }
}

#[test]
fn a_complete_list_with_its_changes() {
    let w = World::new();
    let at = day(100) + hours(1);
    let signer = &w.signer.certificate;
    let list = |number, at, since, revoked: &[_]| w.ca.partial_crl(number, at, &[], since, revoked);
    let complete = list(5, day(90), None, &[]);
    let changes = |revoked: &[_]| list(6, at, Some(5), revoked);
    let general = S::CertificateChainGeneralFailure;
    let report = with(&w, &[&changes(&[])]).judge();
    is(&report, Indeterminate, general);
    assert_eq!(told(&report, "validate.crl.partial"), Some(Severity::Info));
    // The complete list has ended by then: the times that count are those of the changes (RFC 5280 section 5.2.4).
    is(&with(&w, &[&complete]).judge(), Indeterminate, S::TryLater);
    let report = with(&w, &[&complete, &changes(&[])]).judge();
    is(&report, TotalPassed, None);
    assert_eq!(told(&report, "validate.crl.partial"), None);
    // Older than what the changes start from; newer than they are.
    for number in [4, 6] {
        is(&with(&w, &[&list(number, day(90), None, &[]), &changes(&[])]).judge(), Indeterminate, S::TryLater);
    }
    // Of another authority of that name.
    let cousin = TestEntity { key: TestKey::p384(), certificate: w.ca.certificate.clone() };
    let forged = cousin.partial_crl(6, at, &[], Some(5), &[]);
    is(&with(&w, &[&complete, &forged]).judge(), Indeterminate, S::TryLater);
    // Revoked since.
    for (since, verdict) in [(95, Some(S::RevokedNoPoe)), (101, None)] {
        let report = with(&w, &[&complete, &list(6, day(102), Some(5), &[(signer, day(since), R::KeyCompromise)])]);
        is(&report.judge(), if verdict.is_some() { Indeterminate } else { TotalPassed }, verdict);
    }
    // On hold, and back.
    let held = list(5, day(90), None, &[(signer, day(89), R::CertificateHold)]);
    is(&with(&w, &[&held, &changes(&[])]).judge(), Indeterminate, S::TryLater);
    is(&with(&w, &[&held, &changes(&[(signer, day(99), R::RemoveFromCrl)])]).judge(), TotalPassed, None);
}

#[test]
fn lists_of_some_reasons_with_their_changes() {
    let w = World::new();
    let at = day(100) + hours(1);
    let signer = &w.signer.certificate;
    let one = w.ca.partial_crl(5, at, &COMPROMISED, None, &[]);
    let rest = w.ca.partial_crl(5, day(90), &OTHERS, None, &[(signer, day(89), R::CertificateHold)]);
    let back = [(signer, day(99), R::RemoveFromCrl)];
    let changes = w.ca.partial_crl(6, at, &OTHERS, Some(5), &back);
    is(&with(&w, &[&one, &rest]).judge(), Indeterminate, S::TryLater);
    is(&with(&w, &[&one, &rest, &changes]).judge(), TotalPassed, None);
    // Changes of other reasons do not go with it.
    let others = w.ca.partial_crl(6, at, &COMPROMISED, Some(5), &back);
    is(&with(&w, &[&one, &rest, &others]).judge(), Indeterminate, S::TryLater);
}
