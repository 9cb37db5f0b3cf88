//! Evidence records: made over many objects, renewed, read; and what attackers do to them.

use ades::{
    detect,
    evidence::{Record, Renewal, Tree, object_digest, read},
    facts::{EvidenceFacts, EvidenceForm},
};
use jiff::Timestamp;
use pki::{
    DigestAlgorithm::{self, Sha256, Sha384, Sha512},
    TimeStampToken, TokenTemplate, TstInfo, oid, testing,
};

use crate::{jades::Files, world::World};

pub const FORMS: [EvidenceForm; 2] = [EvidenceForm::Ers, EvidenceForm::XmlErs];

fn stamp(world: &World, digest: DigestAlgorithm, imprint: &[u8], at: Timestamp) -> Vec<u8> {
    stamp_by(&world.tsa, digest, imprint, at)
}

pub(crate) fn stamp_by(by: &testing::TestEntity, digest: DigestAlgorithm, imprint: &[u8], at: Timestamp) -> Vec<u8> {
    let info = TstInfo {
        policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
        digest,
        imprint: imprint.to_vec(),
        serial: vec![7],
        time: at,
        accuracy_micros: None,
        ordering: false,
        nonce: None,
        tsa: None,
        qualified: false,
    };
    let key = &by.key;
    let template = TokenTemplate::new(&info, Sha256, key.algorithm(), &by.certificate).unwrap();
    let signed = template.to_be_signed().unwrap();
    template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap()
}

fn digests(files: &Files, form: EvidenceForm, method: DigestAlgorithm) -> Vec<Vec<u8>> {
    let one = |n: &String| object_digest(&mut files.clone(), n, method, form).unwrap();
    files.0.iter().map(|(n, _)| one(n)).collect()
}

/// One record for each group of files.
pub fn make(world: &World, form: EvidenceForm, groups: &[Files]) -> Vec<Record> {
    let tree = Tree::new(Sha256, groups.iter().map(|g| digests(g, form, Sha256)).collect()).unwrap();
    let token = stamp(world, Sha256, tree.root(), testing::day(100));
    (0..groups.len()).map(|n| Record::new(form, Sha256, tree.reduced(n), &token).unwrap()).collect()
}

fn again(world: &World, record: &Record, at: i64) -> Record {
    let (method, own) = record.stamp_digest().unwrap();
    let other = method.of(b"another record's last time stamp");
    let tree = Tree::new(method, vec![vec![other], vec![own]]).unwrap();
    let token = stamp(world, method, tree.root(), testing::day(at));
    record.with_stamp(tree.reduced(1), &token).unwrap()
}

fn regrown(world: &World, record: &Record, files: &Files, method: DigestAlgorithm, at: i64) -> Record {
    let own = record.new_group(method, &digests(files, record.form, method));
    let tree = Tree::new(method, vec![own, vec![method.of(b"another")]]).unwrap();
    let token = stamp(world, method, tree.root(), testing::day(at));
    record.with_tree(method, tree.reduced(0), &token).unwrap()
}

fn facts(bytes: &[u8], files: &Files) -> EvidenceFacts {
    let names: Vec<String> = files.0.iter().map(|(n, _)| n.clone()).collect();
    read(bytes, &names, &mut files.clone())
}

fn whole(f: &EvidenceFacts) -> bool {
    f.defects.is_empty()
        && f.objects.iter().all(|o| o.intact)
        && f.stamps.iter().all(|s| s.imprint_matches == Some(true))
}

pub fn groups(n: usize) -> Vec<Files> {
    (0..n)
        .map(|i| match i % 3 {
            0 => Files::of(&[("a.txt", format!("{i}").as_bytes())]),
            1 => Files::of(&[("a.txt", format!("{i}").as_bytes()), ("b.txt", b"same everywhere")]),
            _ => Files::of(&[("x.xml", format!("<a b='{i}'  c=\"1\"/>").as_bytes())]),
        })
        .collect()
}

#[test]
fn made_renewed_and_read() {
    let world = World::new();
    for form in FORMS {
        for n in [1, 2, 3, 7, 16] {
            let groups = groups(n);
            for (record, files) in make(&world, form, &groups).iter().zip(&groups) {
                assert!(whole(&facts(record.bytes(), files)), "{form:?} {n}");
                let record = again(&world, record, 110);
                let record = regrown(&world, &record, files, Sha384, 120);
                let record = again(&world, &record, 130);
                let record = regrown(&world, &record, files, Sha512, 140);
                let found = facts(record.bytes(), files);
                assert!(whole(&found), "{form:?} {n} {:?} {:?}", found.defects, found.objects);
                assert_eq!(found.stamps.len(), 5);
                let covers: Vec<usize> = found.stamps.iter().map(|s| s.covers.len() - files.0.len()).collect();
                assert_eq!(covers, [0, 1, 2, 3, 4]);
                assert_eq!(Record::read(record.bytes()).unwrap(), record);
            }
        }
    }
}

#[test]
fn ten_thousand_objects_in_one_stamp() {
    let world = World::new();
    let all: Vec<Vec<Vec<u8>>> = (0..10_000u32).map(|i| vec![Sha256.of(&i.to_be_bytes())]).collect();
    let tree = Tree::new(Sha256, all).unwrap();
    let token = stamp(&world, Sha256, tree.root(), testing::day(100));
    for n in [0, 1, 4_999, 9_999] {
        let record = Record::new(EvidenceForm::Ers, Sha256, tree.reduced(n), &token).unwrap();
        assert!(record.chains[0].stamps[0].tree.len() <= 15);
        let files = Files::of(&[("x", &u32::try_from(n).unwrap().to_be_bytes())]);
        assert!(whole(&facts(record.bytes(), &files)));
    }
}

/// Every file of a container or directory that is a record is found to be one.
#[test]
fn records_are_detected() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    for (form, container) in FORMS.into_iter().zip(["ERS", "XMLERS"]) {
        let record = &make(&world, form, std::slice::from_ref(&files))[0];
        let source = std::io::Cursor::new(record.bytes().to_vec());
        let found = detect::read("x", source, &mut files.clone(), &detect::Limits::default()).unwrap();
        assert_eq!((found.container, found.evidence.len()), (Some(container), 1));
        assert!(whole(&found.evidence[0]));
    }
}

#[test]
fn renewal_is_due_before_the_end() {
    let world = World::new();
    let record = &make(&world, EvidenceForm::Ers, &groups(2))[0];
    let mut strength = pki::strength::Strength::default();
    assert_eq!(record.renewal_due(&strength, testing::day(200)), None);
    assert_eq!(
        record.renewal_due(&strength, testing::day(2000)),
        Some(Renewal::TimeStamp),
        "the unit's certificate ends"
    );
    strength.set_curve_end(pki::KeyKind::P256, Some(testing::day(300)));
    assert_eq!(record.renewal_due(&strength, testing::day(299)), None);
    assert_eq!(record.renewal_due(&strength, testing::day(301)), Some(Renewal::TimeStamp));
    strength.set_digest_end(Sha256, Some(testing::day(250)));
    assert_eq!(record.renewal_due(&strength, testing::day(251)), Some(Renewal::HashTree));
}

#[test]
fn what_does_not_belong_is_told() {
    let world = World::new();
    for form in FORMS {
        let groups = groups(5);
        let record = &make(&world, form, &groups)[1];
        let files = &groups[1];
        // Changed, missing, foreign objects.
        let changed = Files::of(&[("a.txt", b"changed"), ("b.txt", b"same everywhere")]);
        assert!(facts(record.bytes(), &changed).objects.iter().any(|o| o.found && !o.intact));
        let missing = Files(files.0[..1].to_vec());
        assert!(facts(record.bytes(), &missing).defects.iter().any(|d| d.code == "evidence.incomplete"));
        let more = Files([files.0.clone(), vec![("c".to_owned(), b"c".to_vec())]].concat());
        assert!(!whole(&facts(record.bytes(), &more)));
        // A time stamp over something else is not taken.
        let wrong = stamp(&world, Sha256, &[7; 32], testing::day(100));
        assert!(Record::new(form, Sha256, record.chains[0].stamps[0].tree.clone(), &wrong).is_err());
        // Renewals that do not cover what was before.
        let (method, _) = record.stamp_digest().unwrap();
        let tree = Tree::new(method, vec![vec![method.of(b"x")]]).unwrap();
        assert!(record.with_stamp(tree.reduced(0), &stamp(&world, method, tree.root(), testing::day(110))).is_err());
        let foreign = record.with_tree(
            Sha384,
            vec![vec![Sha384.of(b"x")]],
            &stamp(&world, Sha384, &Sha384.of(b"x"), testing::day(110)),
        );
        assert!(!whole(&facts(foreign.unwrap().bytes(), files)));
        // Renewed before it was made.
        let back = again(&world, record, 90);
        assert!(facts(back.bytes(), files).defects.iter().any(|d| d.code == "evidence.order"));
        // Renewed with the objects of others.
        let other = regrown(&world, record, &groups[0], Sha384, 120);
        assert!(!whole(&facts(other.bytes(), files)));
    }
}

/// Every cut and every flipped bit: refused, or not whole.
#[test]
fn damage_never_goes_unseen() {
    let world = World::new();
    let files = Files::of(&[("a.txt", b"a")]);
    for form in FORMS {
        let record = &make(&world, form, &[files.clone(), Files::of(&[("b", b"b")])])[0];
        let record = again(&world, record, 110);
        let bytes = record.bytes();
        for cut in (0..bytes.len()).step_by(7) {
            assert!(!whole(&facts(&bytes[..cut], &files)), "{cut}");
        }
        let sound = |bytes: &[u8]| {
            let found = facts(bytes, &files);
            let verified = |t: &[u8]| TimeStampToken::from_ber(t).is_ok_and(|t| t.verify(&[]).is_ok());
            whole(&found) && found.stamps.iter().all(|s| verified(&s.token))
        };
        assert!(sound(bytes));
        for at in (0..bytes.len()).step_by(11) {
            let mut changed = bytes.to_vec();
            changed[at] ^= 4;
            if sound(&changed) {
                // Only what says nothing of the evidence: names of prefixes, the list of algorithms, unsigned parts of a token.
                let read = Record::read(&changed).unwrap();
                let trees = |r: &Record| {
                    r.chains.iter().flat_map(|c| c.stamps.iter().map(|s| s.tree.clone())).collect::<Vec<_>>()
                };
                assert_eq!(trees(&read), trees(&record), "{at}");
            }
        }
    }
    let deep = format!("<EvidenceRecord xmlns=\"urn:ietf:params:xml:ns:ers\">{}", "<a>".repeat(100_000));
    assert!(Record::read(deep.as_bytes()).is_err());
    assert!(Record::read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_err());
}

/// The trees that the standards draw: RFC 4998 sections 4.2 and 4.3 (figures 1 and 2), RFC 6283 section 3.2, each digest worked out by hand.
#[test]
fn the_trees_of_the_standards() {
    let hash = |parts: &[&Vec<u8>]| {
        let mut sorted = parts.to_vec();
        sorted.sort();
        Sha256.of(&sorted.into_iter().flatten().copied().collect::<Vec<u8>>())
    };
    let of = |d: &str| Sha256.of(d.as_bytes());
    let (h1, h2a, h2b, h2c, h3) = (of("d1"), of("d2a"), of("d2b"), of("d2c"), of("d3"));
    let h2abc = hash(&[&h2a, &h2b, &h2c]);
    let h12 = hash(&[&h1, &h2abc]);
    let h123 = hash(&[&h12, &h3]);
    let group = vec![h2b.clone(), h2c.clone(), h2a.clone()];
    let tree = Tree::new(Sha256, vec![vec![h1.clone()], group.clone(), vec![h3.clone()]]).unwrap();
    assert_eq!(tree.root(), h123);
    // rh1: the way of d1; rh2: of the data group 2; rh3: of d3, which goes up alone first.
    assert_eq!(tree.reduced(0), [vec![h1.clone()], vec![h2abc], vec![h3.clone()]]);
    assert_eq!(tree.reduced(1), [group.clone(), vec![h1.clone()], vec![h3.clone()]]);
    assert_eq!(tree.reduced(2), [vec![h3.clone()], vec![h12]]);
    let all = (0..3).map(|n| ades::evidence::root(Sha256, &tree.reduced(n)).unwrap());
    assert!(all.eq([h123.clone(), h123.clone(), h123.clone()]));
    // The order in which a list is written does not matter (binary ascending order, section 4.2 step 2).
    let mut turned = tree.reduced(1);
    turned[0].reverse();
    assert_eq!(ades::evidence::root(Sha256, &turned), Some(h123));
    // One object alone: the time stamp is over its digest itself (section 4.2 step 4).
    let single = Tree::new(Sha256, vec![vec![h1.clone()]]).unwrap();
    assert_eq!((single.root(), single.reduced(0)), (h1.as_slice(), vec![vec![h1.clone()]]));
    // Nothing is no tree, and an empty list leads nowhere.
    assert!(Tree::new(Sha256, Vec::new()).is_none() && Tree::new(Sha256, vec![Vec::new()]).is_none());
    assert_eq!(ades::evidence::root(Sha256, &[vec![h1], Vec::new()]), None);
}
