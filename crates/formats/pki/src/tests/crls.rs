//! Which list speaks of which certificate (RFC 5280 section 6.3.3): partitions, reasons, indirect and delta lists.

use jiff::Timestamp;

use crate::{
    asn1::{self, tag},
    crl::{Updated, combine, status},
    testing::*,
    *,
};

/// A list with everything that the builder does not write.
struct List<'a> {
    signer: &'a TestEntity,
    number: u64,
    at: Timestamp,
    until: Timestamp,
    entries: Vec<Vec<u8>>,
    extensions: Vec<(Oid, bool, Vec<u8>)>,
}

impl<'a> List<'a> {
    fn of(signer: &'a TestEntity, number: u64) -> Self {
        Self { signer, number, at: day(9), until: day(16), entries: vec![], extensions: vec![] }
    }
    fn entry(mut self, of: &TestEntity, reason: u8, issuer: Option<&Name>) -> Self {
        let row = |id, critical, value: &[u8]| crate::certificate::extension(id, critical, value);
        let mut rows = vec![row(oid::CRL_REASON, false, &asn1::enumerated(reason))];
        if let Some(name) = issuer {
            let names = asn1::seq([asn1::tlv(tag::constructed(4), name.to_der())]);
            rows.push(row(oid::CERTIFICATE_ISSUER, true, &names));
        }
        let serial = asn1::tlv(tag::INTEGER, of.certificate.serial());
        self.entries.push(asn1::seq([serial, asn1::x509_time(day(5)), asn1::seq(rows)]));
        self
    }
    fn with(mut self, id: Oid, critical: bool, value: Vec<u8>) -> Self {
        self.extensions.push((id, critical, value));
        self
    }
    /// Issuing distribution point from its parts.
    fn point(self, parts: &[Vec<u8>]) -> Self {
        self.with(oid::ISSUING_DISTRIBUTION_POINT, true, asn1::seq(parts))
    }
    /// Only some reasons, as bits of ReasonFlags.
    fn reasons(self, bits: &[u8]) -> Self {
        self.point(&[asn1::named_bits(tag::primitive(3), bits)])
    }
    /// Changes since the list of this number.
    fn since(self, number: u64) -> Self {
        self.with(oid::DELTA_CRL_INDICATOR, true, asn1::small_integer(number))
    }
    fn crl(&self) -> Crl {
        let key = &self.signer.key;
        let mut rows = vec![crate::certificate::extension(oid::CRL_NUMBER, false, &asn1::small_integer(self.number))];
        rows.extend(self.extensions.iter().map(|(id, critical, v)| crate::certificate::extension(*id, *critical, v)));
        let entries = if self.entries.is_empty() { vec![] } else { asn1::seq(&self.entries) };
        let tbs = asn1::seq([
            asn1::small_integer(1),
            key.algorithm().to_der(),
            self.signer.certificate.subject().to_der().to_vec(),
            asn1::x509_time(self.at),
            asn1::x509_time(self.until),
            entries,
            asn1::explicit(0, &asn1::seq(rows)),
        ]);
        let der = crate::certificate::signed(&tbs, key.algorithm(), &key.sign(&tbs)).unwrap();
        Crl::from_der(&der).unwrap()
    }
}

fn names(urls: &[&str]) -> Vec<u8> {
    let all: Vec<u8> = urls.iter().flat_map(|u| asn1::context(6, u.as_bytes())).collect();
    asn1::tlv(tag::constructed(0), &asn1::tlv(tag::constructed(0), &all))
}

fn issuer_names(of: &Name) -> Vec<u8> {
    asn1::tlv(tag::constructed(2), &asn1::tlv(tag::constructed(4), of.to_der()))
}

fn flag(n: u8) -> Vec<u8> {
    asn1::context(n, &[0xff])
}

fn leaf_with_points(ca: &TestEntity, points: &[Vec<u8>]) -> TestEntity {
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
    let value = asn1::seq(points);
    e.other = vec![Extension { oid: oid::CRL_DISTRIBUTION_POINTS, critical: false, value }];
    ca.issue(40, "A", key, e, |_| {})
}

fn says(leaf: &TestEntity, lists: &[Crl], signers: &[&TestEntity]) -> CrlStatus {
    let authentic = |crl: &Crl| {
        signers
            .iter()
            .any(|s| crl.issuer.matches(s.certificate.subject()) && crl.verify_signed_by(&s.certificate).is_ok())
    };
    status(&leaf.certificate, lists, day(10), &authentic)
}

fn revoked(reason: RevocationReason) -> CrlStatus {
    CrlStatus::Revoked(day(5), Some(reason))
}

#[test]
fn plain_lists_and_their_time() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let leaf = root.issue_signer(3, "A", TestKey::p256());
    let other = root.issue_signer(4, "B", TestKey::p256());
    assert_eq!(says(&leaf, &[], &[&root]), CrlStatus::Unknown);
    assert_eq!(says(&leaf, &[List::of(&root, 1).entry(&other, 1, None).crl()], &[&root]), CrlStatus::Good);
    let bad = List::of(&root, 1).entry(&leaf, 1, None).crl();
    assert_eq!(says(&leaf, &[bad], &[&root]), revoked(RevocationReason::KeyCompromise));
    // Ended, not yet begun, by somebody else of that name.
    let ended = List { until: day(9), at: day(8), ..List::of(&root, 1) }.crl();
    let early = List { at: day(11), ..List::of(&root, 1) }.crl();
    assert_eq!(says(&leaf, &[ended, early], &[&root]), CrlStatus::Unknown);
    let stranger = TestEntity::root("Sakne", TestKey::p256());
    assert_eq!(says(&leaf, &[List::of(&stranger, 1).crl()], &[&root]), CrlStatus::Unknown);
    // A condition that is not understood: it can speak against a certificate, not for it.
    let odd = Oid::new_unwrap("1.2.3.4");
    let unknown = List::of(&root, 1).with(odd, true, vec![5, 0]);
    assert_eq!(says(&leaf, &[unknown.crl()], &[&root]), CrlStatus::Unknown);
    let unknown = unknown.entry(&leaf, 1, None).crl();
    assert_eq!(says(&leaf, &[unknown], &[&root]), revoked(RevocationReason::KeyCompromise));
    // The same in an entry: the issuer of a certificate is told by indirect lists only.
    let odd_entry = List::of(&root, 1).entry(&other, 1, Some(root.certificate.subject()));
    assert_eq!(says(&leaf, &[odd_entry.crl()], &[&root]), CrlStatus::Unknown);
    let odd_entry = odd_entry.entry(&leaf, 1, None).crl();
    assert_eq!(says(&leaf, &[odd_entry], &[&root]), revoked(RevocationReason::KeyCompromise));
}

#[test]
fn partitions() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let here = leaf_with_points(&root, &[asn1::seq([names(&["http://a.example/1.crl"])])]);
    let none = root.issue_signer(41, "B", TestKey::p256());
    let mine = List::of(&root, 1).point(&[names(&["http://b.example/1.crl", "http://a.example/1.crl"])]).crl();
    let theirs = List::of(&root, 1).point(&[names(&["http://a.example/2.crl"])]).crl();
    assert_eq!(says(&here, std::slice::from_ref(&mine), &[&root]), CrlStatus::Good);
    assert_eq!(says(&here, &[theirs], &[&root]), CrlStatus::Unknown);
    assert_eq!(says(&none, &[mine], &[&root]), CrlStatus::Unknown);
    // Only authorities, only end entities, only attribute certificates.
    let ca = root.issue_ca(42, "Izdevējs", TestKey::p256());
    for (bit, of_leaf, of_ca) in [(1, true, false), (2, false, true), (5, false, false)] {
        let list = [List::of(&root, 1).point(&[flag(bit)]).crl()];
        assert_eq!(says(&none, &list, &[&root]) == CrlStatus::Good, of_leaf, "{bit}");
        assert_eq!(says(&ca, &list, &[&root]) == CrlStatus::Good, of_ca, "{bit}");
    }
}

#[test]
fn reasons_add_up() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let leaf = root.issue_signer(3, "A", TestKey::p256());
    let some = |bits: &[u8]| List::of(&root, 1).reasons(bits);
    let compromise = some(&[1, 2]).crl();
    let rest = some(&[3, 4, 5, 6, 7, 8]);
    assert_eq!(says(&leaf, std::slice::from_ref(&compromise), &[&root]), CrlStatus::Unknown);
    assert_eq!(says(&leaf, &[compromise.clone(), rest.crl()], &[&root]), CrlStatus::Good);
    let rest = rest.entry(&leaf, 4, None).crl();
    assert_eq!(says(&leaf, &[compromise, rest], &[&root]), revoked(RevocationReason::Superseded));
}

#[test]
fn indirect_lists() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let keeper = root.issue_ca(9, "Sarakstu turētājs", TestKey::p256());
    let signers = [&root, &keeper];
    let name = keeper.certificate.subject();
    let leaf = leaf_with_points(&root, &[asn1::seq([names(&["http://a.example/i.crl"]), issuer_names(name)])]);
    let stranger = root.issue_signer(40, "C", TestKey::p256());
    let of_root = Some(root.certificate.subject());
    let indirect = || List::of(&keeper, 1).point(&[names(&["http://a.example/i.crl"]), flag(4)]);
    assert_eq!(says(&leaf, &[indirect().crl()], &signers), CrlStatus::Good);
    // The same serial number of another issuer is another certificate; an issuer holds for the entries after it.
    assert_eq!(says(&leaf, &[indirect().entry(&leaf, 1, None).crl()], &signers), CrlStatus::Good);
    let other = root.issue_signer(77, "D", TestKey::p256());
    let listed = indirect().entry(&other, 1, of_root).entry(&leaf, 1, None).crl();
    assert_eq!(says(&leaf, &[listed], &signers), revoked(RevocationReason::KeyCompromise));
    // Without the flag, or of somebody whom the certificate does not name, it says nothing.
    let direct = List::of(&keeper, 1).point(&[names(&["http://a.example/i.crl"])]).crl();
    assert_eq!(says(&leaf, &[direct], &signers), CrlStatus::Unknown);
    assert_eq!(says(&stranger, &[indirect().crl()], &signers), CrlStatus::Unknown);
}

#[test]
fn delta_lists() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let leaf = root.issue_signer(3, "A", TestKey::p256());
    let base = |number: u64| List::of(&root, number);
    let delta = |number: u64, from: u64| base(number).since(from);
    let hold = RevocationReason::CertificateHold;
    let says = |lists: &[Crl]| says(&leaf, lists, &[&root]);
    assert_eq!(says(&[delta(6, 5).crl()]), CrlStatus::Unknown);
    assert_eq!(says(&[base(5).crl(), delta(6, 5).crl()]), CrlStatus::Good);
    assert_eq!(says(&[base(5).crl(), delta(6, 5).entry(&leaf, 6, None).crl()]), revoked(hold));
    // Back from hold.
    let held = base(5).entry(&leaf, 6, None).crl();
    assert_eq!(says(&[held.clone(), delta(6, 5).entry(&leaf, 8, None).crl()]), CrlStatus::Good);
    assert_eq!(says(&[held.clone(), delta(6, 5).crl()]), revoked(hold));
    // A complete list older than what the changes start from is of no use with them; the newest changes count.
    assert_eq!(says(&[base(4).crl(), delta(6, 5).entry(&leaf, 1, None).crl()]), CrlStatus::Good);
    let lists = [held, delta(6, 5).entry(&leaf, 6, None).crl(), delta(7, 5).entry(&leaf, 8, None).crl()];
    assert_eq!(says(&lists), CrlStatus::Good);
    // An ended complete list stands on with current changes.
    let old = List { at: day(1), until: day(8), ..base(5) }.crl();
    assert_eq!(says(std::slice::from_ref(&old)), CrlStatus::Unknown);
    assert_eq!(says(&[old, delta(6, 5).crl()]), CrlStatus::Good);
}

#[test]
fn what_lists_say_only_together() {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let leaf = root.issue_signer(3, "A", TestKey::p256());
    let list = |number, at| List { at: day(at), ..List::of(&root, number) };
    let base = |number| list(number, 9);
    let says = |lists: &[&Crl]| {
        let found = combine(&leaf.certificate, lists);
        found.into_iter().map(|c| (c.parts, c.entry.and_then(|e| e.reason))).collect::<Vec<_>>()
    };
    let with = |complete, delta| Updated { complete, delta: Some(delta) };
    let hold = Some(RevocationReason::CertificateHold);
    // A complete list alone is nothing new, changes alone are nothing.
    let (held, lifted) = (base(5).entry(&leaf, 6, None).crl(), list(7, 11).since(5).entry(&leaf, 8, None).crl());
    assert_eq!(says(&[&held]), []);
    assert_eq!(says(&[&lifted]), []);
    // One for each state of knowledge, the newest first.
    let unchanged = list(6, 10).since(5).crl();
    assert_eq!(says(&[&held, &unchanged, &lifted]), [(vec![with(0, 2)], None), (vec![with(0, 1)], hold)]);
    // Of another series, or with a condition that is not understood.
    assert_eq!(says(&[&base(4).crl(), &lifted]), []);
    let odd = list(6, 10).since(5).with(Oid::new_unwrap("1.2.3.4"), true, vec![5, 0]).crl();
    assert_eq!(says(&[&held, &odd]), []);
    // Some reasons and the rest, each with its changes.
    let others = [3, 4, 5, 6, 7, 8];
    let first = list(5, 9).reasons(&[1, 2]).crl();
    let rest = list(5, 8).reasons(&others).entry(&leaf, 6, None).crl();
    let change = list(6, 10).reasons(&others).since(5).entry(&leaf, 8, None).crl();
    let alone = |complete| Updated { complete, delta: None };
    assert_eq!(says(&[&first, &change]), []);
    assert_eq!(says(&[&first, &rest]), [(vec![alone(0), alone(1)], hold)]);
    let all = says(&[&first, &rest, &change]);
    assert_eq!(all, [(vec![with(1, 2), alone(0)], None), (vec![alone(0), alone(1)], hold)]);
}
