//! Evidence records inside of what they are over: CAdES, XAdES and containers; made, renewed, read, attacked.

use std::io::Cursor;

use ades::{
    asic::{Naming, cades::SignedBy},
    augment,
    detect::{self, Limits},
    evidence::{self, EvidenceError, Record, Seal, Tree},
    facts::{EvidenceFacts, EvidenceForm, FileFacts, Level},
    material::Material,
    validate::{Anchors, Basis, Lang, Policy, Report, validate_file},
    xades::{DataObject, prepare_enveloped},
};
use jiff::Timestamp;
use pki::{
    DigestAlgorithm::{self, Sha256, Sha384, Sha512},
    KeyUsage,
    asn1::{self, Reader, tag},
    oid,
    testing::{TestEntity, TestKey, day, leaf_extensions},
};

use crate::{
    cades::{self, Beside, DATA, containers::container},
    world::World,
};

use EvidenceForm::{Ers, XmlErs};

/// A signed file with the forms of record that it takes.
struct Case {
    what: &'static str,
    bytes: Vec<u8>,
    forms: &'static [EvidenceForm],
}

fn enveloped(w: &World) -> Vec<u8> {
    let prepared = prepare_enveloped(b"<a  b='1'><c/></a>", w.request("S1")).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    let signed = prepared.finish(&value).unwrap();
    let (digest, imprint) = signed.timestamp_imprint().unwrap();
    let signed = signed.with_timestamp(&w.stamp(digest, &imprint)).unwrap();
    signed.with_material(w.material()).unwrap().xml().into_bytes()
}

fn basic(w: &World) -> Vec<u8> {
    let prepared = prepare_enveloped(b"<a/>", w.request("S1")).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    prepared.finish(&value).unwrap().xml().into_bytes()
}

fn beside(w: &World) -> Vec<u8> {
    let (name, media_type) = ("data.txt".to_owned(), "text/plain".to_owned());
    let digest = w.request("S1").digest.of(DATA);
    w.sign(&[DataObject { name, media_type, digest }], "S1").xml().into_bytes()
}

fn detached(w: &World) -> Vec<u8> {
    cades::sign(w, cades::request(w)).detached()
}

/// The same message with indefinite lengths in its frames, as many products write it.
fn indefinite(der: &[u8]) -> Vec<u8> {
    let mut outer = Reader::of_sequence(der, "content info").unwrap();
    let kind = outer.any().unwrap().full;
    let inner = outer.any().unwrap().reader().any().unwrap().body;
    let frame = |tag: u8, body: &[u8]| [&[tag, 0x80], body, &[0, 0]].concat();
    let data = frame(tag::SEQUENCE, inner);
    frame(tag::SEQUENCE, &[kind, &frame(tag::constructed(0), &data)].concat())
}

fn cases(w: &World) -> Vec<Case> {
    let both: &[EvidenceForm] = &[Ers, XmlErs];
    let case = |what, bytes, forms| Case { what, bytes, forms };
    vec![
        case("CAdES attached", cades::attached(w), &[Ers]),
        case("CAdES attached LTA", cades::raise(w, &cades::attached(w), Level::LTA), &[Ers]),
        case("CAdES attached BER", indefinite(&cades::raise(w, &cades::attached(w), Level::LT)), &[Ers]),
        case("CAdES detached", detached(w), &[Ers]),
        case("CAdES detached LT", cades::raise(w, &detached(w), Level::LT), &[Ers]),
        case("XAdES B", basic(w), both),
        case("XAdES enveloped", enveloped(w), both),
        case("XAdES detached", beside(w), both),
        case("ASiC-E with XAdES", w.container(Naming::Asice, &[("a.txt", b"a"), ("x.xml", b"<x  a='1'/>")]), both),
        case("EDOC", w.container(Naming::Edoc, &[("a.txt", b"a")]), both),
        case("ASiC-E with CAdES", container(w, true, SignedBy::Signature), both),
    ]
}

fn open(bytes: &[u8]) -> Box<dyn Seal> {
    open_beside(bytes, DATA)
}

fn open_beside(bytes: &[u8], data: &[u8]) -> Box<dyn Seal> {
    let source = Cursor::new(bytes.to_vec());
    evidence::open("data.txt.p7s", source, Box::new(Beside(data.to_vec())), &Limits::default()).unwrap()
}

fn written(file: &mut dyn Seal) -> Vec<u8> {
    let mut out = Vec::new();
    file.write(&mut out).unwrap();
    out
}

/// A record over the first signature, in a tree with others.
fn seal(bytes: &[u8], form: EvidenceForm, by: &TestEntity, at: Timestamp) -> Vec<u8> {
    let mut file = open(bytes);
    let id = file.ids()[0].clone();
    let own = file.group(&id, Sha256, form).unwrap();
    let tree = Tree::new(Sha256, vec![own, vec![Sha256.of(b"another")], vec![Sha256.of(b"a third")]]).unwrap();
    file.embed(&id, form, Sha256, tree.reduced(0), &by.time_stamp(tree.root(), at)).unwrap();
    written(file.as_mut())
}

fn token(by: &TestEntity, digest: DigestAlgorithm, imprint: &[u8], at: Timestamp) -> Vec<u8> {
    crate::evidence::stamp_by(by, digest, imprint, at)
}

fn again(bytes: &[u8], by: &TestEntity, at: Timestamp) -> Vec<u8> {
    let mut file = open(bytes);
    let id = file.ids()[0].clone();
    let record = file.records(&id).unwrap().remove(0);
    let (digest, own) = record.stamp_digest().unwrap();
    let tree = Tree::new(digest, vec![vec![own], vec![digest.of(b"another")]]).unwrap();
    let renewed = record.with_stamp(tree.reduced(0), &token(by, digest, tree.root(), at)).unwrap();
    file.replace(&id, 0, &renewed).unwrap();
    written(file.as_mut())
}

fn regrown(bytes: &[u8], digest: DigestAlgorithm, by: &TestEntity, at: Timestamp) -> Vec<u8> {
    let mut file = open(bytes);
    let id = file.ids()[0].clone();
    let record = file.records(&id).unwrap().remove(0);
    let objects = file.regroup(&id, 0, digest).unwrap();
    let tree = Tree::new(digest, vec![record.new_group(digest, &objects)]).unwrap();
    let renewed = record.with_tree(digest, tree.reduced(0), &token(by, digest, tree.root(), at)).unwrap();
    file.replace(&id, 0, &renewed).unwrap();
    written(file.as_mut())
}

fn facts(bytes: &[u8]) -> FileFacts {
    facts_beside(bytes, DATA)
}

fn facts_beside(bytes: &[u8], data: &[u8]) -> FileFacts {
    detect::read("data.txt.p7s", Cursor::new(bytes), &mut Beside(data.to_vec()), &Limits::default()).unwrap()
}

fn records(found: &FileFacts) -> Vec<&EvidenceFacts> {
    found.signatures.iter().flat_map(|s| &s.evidence).chain(&found.evidence).collect()
}

/// What is wrong with the records, in short.
fn told(found: &FileFacts) -> String {
    let one = |r: &EvidenceFacts| {
        let imprints: Vec<_> = r.stamps.iter().map(|s| s.imprint_matches).collect();
        format!("{:?} {imprints:?} {:?}", r.objects, r.defects)
    };
    records(found).into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn holds(found: &FileFacts) -> bool {
    let whole = |r: &&EvidenceFacts| {
        !r.objects.is_empty()
            && r.objects.iter().all(|o| o.intact)
            && !r.stamps.is_empty()
            && r.stamps.iter().all(|s| s.imprint_matches == Some(true))
            && !r.defects.iter().any(|d| d.fatal)
    };
    let all = records(found);
    !all.is_empty() && all.iter().all(whole)
}

/// A unit under the root that lives long after signer and units of the signature have ended.
fn keeper(w: &World) -> TestEntity {
    let key = TestKey::p256();
    let mut e = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING]);
    e.extended_key_usage_critical = true;
    w.root.issue(0x77, "Glabātājs", key, e, |t| t.not_after = day(7000))
}

fn judge(w: &World, found: &FileFacts, at: Timestamp) -> Report {
    let anchors = Anchors::new([w.root.certificate.clone()]);
    let material = Material { crls: vec![w.root.crl(9, at, &[])], ..Material::default() };
    let policy = Policy::default();
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time: at, lang: Lang::En };
    validate_file("x", found, &basis)
}

#[test]
fn made_renewed_and_read_in_every_format() {
    let w = World::new();
    for case in cases(&w) {
        for form in case.forms {
            let what = format!("{} {form:?}", case.what);
            let sealed = seal(&case.bytes, *form, &w.tsa, day(200));
            let found = facts(&sealed);
            assert!(holds(&found), "{what}: {}", told(&found));
            // The proof is for the value of the signature and for the data.
            let covers = &records(&found)[0].stamps[0].covers;
            assert!(found.signatures.iter().all(|s| covers.contains(&s.value)), "{what}");
            let certificates = found.signatures.iter().flat_map(|s| &s.certificates);
            assert!(certificates.map(|c| ades::facts::ObjectId::of(c)).all(|id| covers.contains(&id)), "{what}");
            let renewed = again(&sealed, &w.tsa, day(210));
            let renewed = regrown(&renewed, Sha384, &w.tsa, day(220));
            let renewed = again(&renewed, &w.tsa, day(230));
            let renewed = regrown(&renewed, Sha512, &w.tsa, day(240));
            let found = facts(&renewed);
            assert!(holds(&found), "{what}: {}", told(&found));
            assert_eq!((records(&found).len(), records(&found)[0].stamps.len()), (1, 5), "{what}");
            // A second record is over the first. Beside XAdES a container has room for one of each form.
            let one_of_each = matches!(case.what, "ASiC-E with XAdES" | "EDOC");
            let other = if *form == Ers { XmlErs } else { Ers };
            if one_of_each {
                let refused = open(&renewed).group("container", Sha256, *form).unwrap_err();
                assert!(matches!(refused, EvidenceError::Signed(_)), "{what} {refused:?}");
            }
            let second = seal(&renewed, if one_of_each { other } else { *form }, &w.tsa, day(250));
            let found = facts(&second);
            assert!(holds(&found), "{what}: {}", told(&found));
            let all = records(&found);
            let (first, second): (Vec<&EvidenceFacts>, Vec<_>) = all.into_iter().partition(|r| r.stamps.len() == 5);
            assert_eq!((first.len(), second.len()), (1, 1), "{what}");
            let token = ades::facts::ObjectId::of(&first[0].stamps[0].token);
            assert!(second[0].stamps[0].covers.contains(&token), "{what}");
        }
    }
}

/// What has ended since is proven by the record; without it, or with a broken one, it is not.
#[test]
fn a_signature_outlives_its_certificates_through_the_record() {
    let w = World::new();
    let keeper = keeper(&w);
    let at = day(3000);
    for case in cases(&w) {
        if matches!(case.what, "CAdES attached" | "CAdES detached" | "XAdES B" | "ASiC-E with CAdES") {
            continue; // no material inside
        }
        let passed = |bytes: &[u8]| {
            let report = judge(&w, &facts(bytes), at);
            (report.all_passed(), format!("{} {:#}", case.what, serde_json::to_value(&report.signatures).unwrap()))
        };
        assert!(!passed(&case.bytes).0, "{}", case.what);
        for form in case.forms {
            let sealed = seal(&case.bytes, *form, &keeper, day(1000));
            let (good, why) = passed(&sealed);
            assert!(good, "{form:?} {why}");
            let report = judge(&w, &facts(&sealed), at);
            let own = report.signatures.iter().flat_map(|s| &s.evidence_records).chain(&report.evidence_records);
            assert!(own.map(|r| r.indication.to_string()).eq(["PASSED"]), "{}", case.what);
            // Too late: the signer had ended.
            assert!(!passed(&seal(&case.bytes, *form, &keeper, day(2500))).0, "{}", case.what);
        }
    }
}

/// One byte changed anywhere in the text of the file: the record no longer holds, or nothing that it is over was changed.
#[test]
fn a_changed_byte_is_seen() {
    let w = World::new();
    for case in cases(&w) {
        for form in case.forms {
            let sealed = seal(&case.bytes, *form, &w.tsa, day(200));
            let clean = facts(&sealed);
            let covered = |f: &FileFacts| {
                let one = |s: &ades::facts::SignatureFacts| {
                    (s.value, s.certificates.clone(), s.crls.clone(), s.ocsps.clone())
                };
                f.signatures.iter().map(one).collect::<Vec<_>>()
            };
            for at in (0..sealed.len()).step_by(97) {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                let found = facts(&changed);
                if holds(&found) {
                    assert_eq!(covered(&found), covered(&clean), "{} {form:?} {at}", case.what);
                }
            }
        }
    }
    // The data beside a signature.
    for bytes in [detached(&w), beside(&w)] {
        let sealed = seal(&bytes, Ers, &w.tsa, day(200));
        assert!(holds(&facts(&sealed)));
        assert!(!holds(&facts_beside(&sealed, b"Simts eiro.\n")));
    }
}

#[test]
fn records_of_others_are_not_taken() {
    let w = World::new();
    for case in cases(&w) {
        for form in case.forms {
            let mut file = open(&case.bytes);
            let id = file.ids()[0].clone();
            // Over something else.
            let tree = Tree::new(Sha256, vec![vec![Sha256.of(b"another")]]).unwrap();
            let stamp = w.tsa.time_stamp(tree.root(), day(200));
            let refused = file.embed(&id, *form, Sha256, tree.reduced(0), &stamp).unwrap_err();
            assert!(matches!(refused, EvidenceError::Foreign(_)), "{} {refused:?}", case.what);
            // A time stamp over something else.
            let own = file.group(&id, Sha256, *form).unwrap();
            let good = Tree::new(Sha256, vec![own]).unwrap();
            let refused = file.embed(&id, *form, Sha256, good.reduced(0), &stamp).unwrap_err();
            assert_eq!(refused, EvidenceError::Timestamp, "{}", case.what);
            assert!(matches!(file.group("nobody", Sha256, *form), Err(EvidenceError::Unknown(_))), "{}", case.what);
            assert!(records(&facts(&written(file.as_mut()))).is_empty(), "{}: nothing was taken", case.what);
            // A renewal of some other record.
            let mut file = open(&seal(&case.bytes, *form, &w.tsa, day(200)));
            let record = Record::new(*form, Sha256, tree.reduced(0), &stamp).unwrap();
            let refused = file.replace(&id, 0, &record).unwrap_err();
            assert!(matches!(refused, EvidenceError::Foreign(_)), "{} {refused:?}", case.what);
        }
    }
    // A record put into the signature of another document.
    let (one, other) = (open(&detached(&w)), seal(&detached(&w), Ers, &w.tsa, day(200)));
    assert_eq!(one.ids().len(), 1);
    let message = pki::cms::Message::from_ber(&other).unwrap();
    let attribute = message.signers[0].unsigned.last().unwrap().clone();
    let strange = cades::raise(&w, &detached(&w), Level::T);
    let mut message = pki::cms::Message::from_ber(&strange).unwrap();
    message.signers[0].add_unsigned(pki::Attribute { oid: attribute.oid, values: attribute.values });
    let mut moved = Vec::new();
    message.write(Cursor::new(&strange), &mut moved).unwrap().unwrap();
    let found = facts(&moved);
    assert!(records(&found).len() == 1 && !holds(&found));
}

/// Truncated, huge, too many: told, and the rest of the file is read.
#[test]
fn broken_records_are_told() {
    let w = World::new();
    let cms = detached(&w);
    let with = |values: Vec<Vec<u8>>| {
        let mut message = pki::cms::Message::from_ber(&cms).unwrap();
        message.signers[0].add_unsigned(pki::Attribute { oid: oid::EVIDENCE_RECORD_EXTERNAL, values });
        let mut out = Vec::new();
        message.write(Cursor::new(&cms), &mut out).unwrap().unwrap();
        facts(&out)
    };
    let record = open(&seal(&cms, Ers, &w.tsa, day(200))).records("signature-1").unwrap().remove(0);
    let body = Reader::single(record.bytes(), tag::SEQUENCE, "record").unwrap().body;
    let codes = |found: &FileFacts| {
        let own = found.signatures[0].evidence.iter().flat_map(|e| &e.defects);
        own.chain(&found.signatures[0].defects).map(|d| d.code).collect::<Vec<_>>()
    };
    let cut = with(vec![asn1::seq([&body[..body.len() / 2]])]);
    assert!(!holds(&cut) && codes(&cut).contains(&"evidence.malformed"), "{:?}", codes(&cut));
    assert_eq!(cut.signatures[0].value_verifies, Some(true));
    let many = with(vec![record.bytes().to_vec(); 40]);
    assert!(codes(&many).contains(&"evidence.too-many"));
    assert_eq!(many.signatures[0].evidence.len(), 16);
    let lists = vec![vec![Sha256.of(b"x")]; 200];
    let root = evidence::root(Sha256, &lists).unwrap();
    assert!(Record::new(Ers, Sha256, lists, &w.tsa.time_stamp(&root, day(200))).is_err());
    // In XAdES: something that is no record, and no base64.
    let xml = String::from_utf8(seal(&enveloped(&w), Ers, &w.tsa, day(200))).unwrap();
    let value = xml.find("ASN1EvidenceRecord>").unwrap() + 19;
    let found = facts([&xml[..value], "!", &xml[value..]].concat().as_bytes());
    assert!(!holds(&found) && codes(&found).contains(&"evidence.malformed"));
    let found = facts(xml.replace("ASN1EvidenceRecord>", "Other>").as_bytes());
    assert!(codes(&found).contains(&"xades.unknown-property") && records(&found).is_empty());
}

/// Nothing is added under a record, by us: what is over it is renewed instead.
#[test]
fn what_a_record_is_over_stays() {
    let w = World::new();
    for case in cases(&w) {
        let sealed = seal(&case.bytes, case.forms[0], &w.tsa, day(200));
        let source = Cursor::new(sealed.clone());
        let mut file =
            augment::open("data.txt.p7s", source, Box::new(Beside(DATA.to_vec())), &Limits::default()).unwrap();
        let id = file.ids()[0].clone();
        let refused = file.add_material(&id, &w.material()).is_err();
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        assert!(holds(&facts(&out)), "{}", case.what);
        assert_eq!(refused, !case.what.starts_with("XAdES") || case.what == "XAdES B", "{}", case.what);
    }
}

#[test]
fn other_files_take_none() {
    for bytes in [&b"%PDF-1.7"[..], b"{}", b"hello", b"<a/>"] {
        let opened = evidence::open("x", Cursor::new(bytes.to_vec()), Box::new(Beside(Vec::new())), &Limits::default());
        let unsigned = opened.is_ok_and(|f| f.ids().is_empty());
        assert!(unsigned == (bytes == b"<a/>"));
    }
    let w = World::new();
    let single = container(&w, false, SignedBy::Signature);
    let opened = evidence::open("x", Cursor::new(single), Box::new(Beside(Vec::new())), &Limits::default());
    assert!(matches!(opened.err(), Some(EvidenceError::Unsupported(_))));
    assert!(matches!(
        open(&cades::attached(&w)).group("signature-1", Sha256, XmlErs),
        Err(EvidenceError::Unsupported(_))
    ));
}
