//! Containers written and read again.

use std::io::Cursor;

use ades::{
    asic::{Builder, Container, Naming},
    facts::{Coverage, Level, TimestampKind},
    xades::{Place, Prepared, Signed, prepare},
    zip::{Archive, Limits, Writer},
};
use pki::{DigestAlgorithm, SignatureAlgorithm};

use crate::world::{World, defects, facts};

const FILES: [(&str, &[u8]); 2] = [("Līgums (50%).txt", b"Teksts\n"), ("pielikumi/dati #1.xml", b"<dati/>")];

#[test]
fn every_algorithm_at_lt() {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    for algorithm in [
        SignatureAlgorithm::Ecdsa(Sha256),
        SignatureAlgorithm::Ecdsa(Sha384),
        SignatureAlgorithm::RsaPkcs1(Sha256),
        SignatureAlgorithm::RsaPss(Sha512),
        SignatureAlgorithm::Ed25519,
    ] {
        let world = World::with(algorithm);
        let found = facts(&world.container(Naming::Edoc, &FILES));
        assert_eq!(found.container, Some("ASiC-E"));
        assert_eq!(defects(&found), [""; 0], "{algorithm:?}");
        assert!(found.unsigned.is_empty());
        let [s] = found.signatures.as_slice() else { panic!("one signature") };
        assert_eq!(s.algorithm, Some(algorithm));
        assert_eq!(s.value_verifies, Some(true));
        assert_eq!(s.certificate_reference_matches, Some(true));
        assert_eq!(s.signing_certificate.as_deref(), Some(world.signer.certificate.der()));
        assert_eq!(s.level_elements, Some(Level::LT));
        assert_eq!(s.claimed_time, Some(world.now));
        assert!(s.references.iter().all(|r| r.found && r.intact) && s.references.len() == 3);
        assert!(s.references.iter().filter(|r| r.properties).count() == 1);
        assert!(s.scope.iter().all(|c| c.covered == Coverage::Full) && s.scope.len() == 2);
        let [t] = s.timestamps.as_slice() else { panic!("one time stamp") };
        assert_eq!((t.kind, t.imprint_matches), (TimestampKind::Signature, Some(true)));
        assert_eq!((s.certificates.len(), s.crls.len(), s.ocsps.len()), (5, 1, 2));
    }
}

#[test]
fn names_of_signature_files() {
    let world = World::new();
    for (naming, first, second) in [
        (Naming::Edoc, "META-INF/edoc-signatures-S1.xml", "META-INF/edoc-signatures-S2.xml"),
        (Naming::Asice, "META-INF/signatures0.xml", "META-INF/signatures1.xml"),
    ] {
        let bytes = world.again(world.container(naming, &FILES));
        let archive = Archive::open(Cursor::new(&bytes), &Limits::default()).unwrap();
        let names: Vec<&str> = archive.entries().iter().map(|e| e.name()).collect();
        assert_eq!(names, ["mimetype", FILES[0].0, FILES[1].0, "META-INF/manifest.xml", first, second]);
        assert!(archive.entries()[0].is_plain_first());
        let found = facts(&bytes);
        assert_eq!(defects(&found), [""; 0]);
        let ids: Vec<&str> = found.signatures.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["S1", "S2"]);
        assert!(found.signatures.iter().all(|s| s.value_verifies == Some(true) && s.scope.len() == 2));
    }
}

#[test]
fn a_second_signature_leaves_every_byte_of_the_first() {
    let world = World::new();
    let one = world.container(Naming::Asice, &FILES);
    let two = world.again(one.clone());
    let directory = one.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    assert_eq!(one[..directory], two[..directory]);
    let third = world.again(two);
    assert_eq!(facts(&third).signatures.len(), 3);
}

#[test]
fn levels_and_claims() {
    let world = World::new();
    for (level, wanted) in [("B", Level::B), ("T", Level::T)] {
        let bytes = world.container_of(Naming::Edoc, &FILES, |w, files| {
            let mut request = w.request("S1");
            request.roles = vec!["Valdes loceklis <&>".to_owned()];
            request.place = Some(Place { city: Some("Rīga".to_owned()), ..Place::default() });
            let prepared = prepare(files, request).unwrap();
            // What waits for a signature may wait as JSON.
            let prepared: Prepared = serde_json::from_str(&serde_json::to_string(&prepared).unwrap()).unwrap();
            let mut signed: Signed = prepared.clone().finish(&w.signer.key.sign(prepared.to_be_signed())).unwrap();
            if level == "T" {
                let (d, imprint) = signed.timestamp_imprint().unwrap();
                signed = signed.with_timestamp(&w.stamp(d, &imprint)).unwrap();
            }
            assert_eq!(signed.level(), wanted);
            signed.xml()
        });
        let found = facts(&bytes);
        assert_eq!(found.signatures[0].level_elements, Some(wanted));
        assert_eq!(found.signatures[0].roles, ["Valdes loceklis <&>"]);
        assert_eq!(defects(&found), [""; 0]);
    }
}

#[test]
fn steps_refuse_what_does_not_belong_together() {
    let world = World::new();
    let other = World::new();
    let mut builder = Builder::new(Vec::new(), Naming::Edoc, DigestAlgorithm::Sha256, world.now).unwrap();
    assert_eq!(prepare(builder.files(), world.request("S1")).unwrap_err().code(), "xades.no-data");
    builder.add("a.txt", "text/plain", &b"a"[..], 1).unwrap();
    assert_eq!(builder.add("a.txt", "text/plain", &b"a"[..], 1).unwrap_err().code(), "zip.duplicate-entry");
    for name in ["mimetype", "META-INF/x", "meta-inf/x", "Mimetype"] {
        assert_eq!(builder.add(name, "text/plain", &b"a"[..], 1).unwrap_err().code(), "asic.name");
    }
    for name in ["../a", "/a", "a\\b", "C:a", "a//b", "a\u{202E}b", ""] {
        assert_eq!(builder.add(name, "text/plain", &b"a"[..], 1).unwrap_err().code(), "zip.entry-name", "{name}");
    }
    let mut request = world.request("S1");
    request.algorithm = SignatureAlgorithm::Ed25519;
    assert_eq!(prepare(builder.files(), request).unwrap_err().code(), "xades.algorithm");
    let mut request = world.request("S1");
    request.digest = DigestAlgorithm::Sha512;
    assert_eq!(prepare(builder.files(), request).unwrap_err().code(), "xades.digest");
    let prepared = prepare(builder.files(), world.request("S1")).unwrap();
    let stranger = other.signer.key.sign(prepared.to_be_signed());
    assert_eq!(prepared.clone().finish(&stranger).unwrap_err().code(), "xades.value");
    let signed = prepared.clone().finish(&world.signer.key.sign(prepared.to_be_signed())).unwrap();
    assert_eq!(signed.clone().with_material(world.material()).unwrap_err().code(), "xades.order");
    let foreign = world.stamp(DigestAlgorithm::Sha256, &[0; 32]);
    assert_eq!(signed.clone().with_timestamp(&foreign).unwrap_err().code(), "xades.timestamp");
    assert_eq!(signed.with_timestamp(b"junk").unwrap_err().code(), "xades.timestamp");
}

/// Copies a container entry by entry, changing some.
fn rewrite(container: &[u8], mut change: impl FnMut(&str, Vec<u8>) -> Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let mut archive = Archive::open(Cursor::new(container), &Limits::default()).unwrap();
    let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
    let mut out = Writer::new(Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap());
    for name in names {
        let data = archive.content(&name, 1 << 20).unwrap();
        for (name, data) in change(&name, data) {
            if name == "mimetype" { out.stored(&name, &data) } else { out.deflated(&name, &data) }.unwrap();
        }
    }
    out.finish().unwrap()
}

#[test]
fn changed_containers() {
    let world = World::new();
    let good = world.container(Naming::Edoc, &FILES);
    let keep = |n: &str, d: Vec<u8>| vec![(n.to_owned(), d)];

    let changed = rewrite(&good, |n, d| if n == FILES[0].0 { keep(n, b"Cits\n".to_vec()) } else { keep(n, d) });
    let found = facts(&changed);
    let [s] = found.signatures.as_slice() else { panic!("one signature") };
    assert!(s.references[0].found && !s.references[0].intact);
    assert_eq!(s.value_verifies, Some(true));

    let missing = rewrite(&good, |n, d| if n == FILES[0].0 { Vec::new() } else { keep(n, d) });
    let found = facts(&missing);
    assert!(!found.signatures[0].references[0].found);
    assert!(defects(&found).contains(&"asic.manifest-mismatch"));

    let more = rewrite(&good, |n, d| {
        let extra = (n == "mimetype").then(|| ("vēl.txt".to_owned(), b"x".to_vec()));
        keep(n, d).into_iter().chain(extra).collect()
    });
    let found = facts(&more);
    assert_eq!(found.unsigned, ["vēl.txt"]);
    assert_eq!(found.signatures[0].scope[2].covered, Coverage::None);
    assert_eq!(defects(&found), ["asic.manifest-mismatch"]);

    let mime = rewrite(&good, |n, d| if n == "mimetype" { Vec::new() } else { keep(n, d) });
    assert_eq!(defects(&facts(&mime)), ["asic.mimetype"]);
    let other = rewrite(&good, |n, d| keep(n, if n == "mimetype" { b"application/pdf".to_vec() } else { d }));
    assert_eq!(facts(&other).container, None);

    let broken = rewrite(&good, |n, d| keep(n, if n.ends_with("S1.xml") { b"<!DOCTYPE a><a/>".to_vec() } else { d }));
    assert_eq!(defects(&facts(&broken)), ["xml.parse.doctype"]);
    let cades = rewrite(&good, |n, d| {
        let extra = (n == "mimetype").then(|| ("META-INF/signature.p7s".to_owned(), b"x".to_vec()));
        keep(n, d).into_iter().chain(extra).collect()
    });
    assert_eq!(defects(&facts(&cades)), ["cades.broken"]);
    assert_eq!(facts(&cades).signatures[1].value_verifies, None);
}

#[test]
fn not_a_container() {
    for bytes in [&b""[..], b"PK", b"%PDF-1.7", &[0; 100]] {
        let found = facts(bytes);
        assert_eq!((found.container, found.signatures.len()), (None, 0));
        assert_eq!(defects(&found), ["zip.not-zip"]);
    }
    assert!(Container::open(Cursor::new(b"nothing".to_vec()), &Limits::default()).is_err());
}

#[test]
fn archive_time_stamps_cover_everything_before_them() {
    let world = World::new();
    let good = world.container(Naming::Asice, &FILES);
    let mut container = Container::open(Cursor::new(good), &Limits::default()).unwrap();
    let files = container.files(DigestAlgorithm::Sha256).unwrap();
    let mut signed = world.sign(&files, "S2");
    for _ in 0..2 {
        let (digest, imprint) = signed.archive_imprint(&mut container).unwrap();
        let foreign = world.stamp(digest, &[9; 32]);
        assert_eq!(signed.clone().with_archive(&foreign, &mut container).unwrap_err().code(), "xades.timestamp");
        signed = signed.with_archive(&world.stamp(digest, &imprint), &mut container).unwrap();
    }
    assert_eq!(signed.level(), Level::LTA);
    // Renewal: what the last archive time stamp needs goes beside it, under the next one.
    signed = signed.with_material(world.material()).unwrap();
    assert_eq!(signed.xml().matches("<xades141:TimeStampValidationData").count(), 1);
    let (digest, imprint) = signed.archive_imprint(&mut container).unwrap();
    signed = signed.with_archive(&world.stamp(digest, &imprint), &mut container).unwrap();
    let xml = signed.xml();
    let stamps = |xml: &str| {
        let digest = DigestAlgorithm::Sha256;
        let mut builder = Builder::new(Vec::new(), Naming::Asice, digest, world.now).unwrap();
        for (name, data) in FILES {
            builder.add(name, "text/plain", data, data.len() as u64).unwrap();
        }
        let found = facts(&builder.finish(&[xml]).unwrap());
        let all: Vec<_> = found.signatures[0].timestamps.iter().map(|t| (t.kind, t.imprint_matches)).collect();
        (found.signatures[0].level_elements, all)
    };
    let archive = |good| (TimestampKind::Archive, Some(good));
    let first = (TimestampKind::Signature, Some(true));
    assert_eq!(stamps(&xml), (Some(Level::LTA), vec![first, archive(true), archive(true), archive(true)]));
    // Without a CRL that was there when they were made, neither holds any more.
    let from = xml.find("<xades:CRLValues>").unwrap();
    let to = xml.find("</xades:CRLValues>").unwrap() + "</xades:CRLValues>".len();
    let poorer = format!("{}{}", &xml[..from], &xml[to..]);
    assert_eq!(stamps(&poorer).1, [first, archive(false), archive(false), archive(false)]);
}

/// ASiC-S has one signature file: the second signature goes into it, and the first stays as it was.
#[test]
fn a_second_signature_in_asic_s() {
    let w = World::new();
    let one = w.container(Naming::Asics, &[("a.txt", b"a")]);
    let mut container = Container::open(Cursor::new(one.clone()), &Limits::default()).unwrap();
    assert_eq!(container.naming(), Naming::Asics);
    let files = container.files(w.signer.key.algorithm().companion_digest()).unwrap();
    let (name, id) = container.next_signature();
    assert_eq!((name.as_str(), id.as_str()), ("META-INF/signatures.xml", "S2"));
    let prepared = container.prepare(&files, w.request(&id)).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    let signed = prepared.finish(&value).unwrap();
    let (digest, imprint) = signed.timestamp_imprint().unwrap();
    let signed = signed.with_timestamp(&w.stamp(digest, &imprint)).unwrap().with_material(w.material()).unwrap();
    // A file that leaves out the first signature is not taken.
    let alone = w.sign(&files, "S2").xml();
    assert!(container.add_signature(Vec::new(), &name, &alone, w.now).is_err());
    let both = container.add_signature(Vec::new(), &name, &signed.xml(), w.now).unwrap();
    let found = facts(&both);
    assert_eq!(found.container, Some("ASiC-S"));
    assert!(defects(&found).is_empty(), "{:?}", defects(&found));
    let ids: Vec<_> = found.signatures.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["S1", "S2"]);
    for s in &found.signatures {
        assert_eq!((s.value_verifies, s.level_elements), (Some(true), Some(ades::facts::Level::LT)));
        assert!(s.references.iter().all(|r| r.found && r.intact));
    }
    assert_eq!(
        serde_json::to_string(&facts(&one).signatures[0]).unwrap(),
        serde_json::to_string(&found.signatures[0]).unwrap()
    );
    // And once more.
    let container = Container::open(Cursor::new(both), &Limits::default()).unwrap();
    assert_eq!(container.next_signature().1, "S3");
}

/// A counter-signature goes into the signature that it is on; every other byte of the container stays.
#[test]
fn counter_signatures_in_containers() {
    let w = World::new();
    for naming in [Naming::Edoc, Naming::Asice, Naming::Asics] {
        let one = w.container(naming, &[("a.txt", b"a")]);
        let mut container = Container::open(Cursor::new(one), &Limits::default()).unwrap();
        let id = container.next_signature().1;
        assert!(container.prepare_counter("S9", w.request(&id)).is_err());
        let (name, prepared) = container.prepare_counter("S1", w.request(&id)).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        let xml = prepared.finish(&value).unwrap().xml();
        assert!(container.replace_signature(Vec::new(), "META-INF/other.xml", &xml, w.now).is_err());
        let with = container.replace_signature(Vec::new(), &name, &xml, w.now).unwrap();
        let found = facts(&with);
        assert!(defects(&found).is_empty(), "{:?}", defects(&found));
        assert_eq!(found.signatures.len(), 2);
        assert_eq!(found.signatures[1].counter_of.as_deref(), Some("S1"));
        let whole = |s: &ades::facts::SignatureFacts| s.references.iter().all(|r| r.found && r.intact);
        assert!(found.signatures.iter().all(|s| s.value_verifies == Some(true) && whole(s)));
        // Named by its own id it is raised with the signature that it is in.
        let source = Cursor::new(with);
        let nothing = Box::new(ades::xades::Nothing);
        let file = ades::augment::open("a", source, nothing, &ades::detect::Limits::default()).unwrap();
        assert_eq!(file.stands_for(&found.signatures[1].id).as_deref(), Some("S1"));
        assert_eq!((file.stands_for("S1").as_deref(), file.stands_for("S9")), (Some("S1"), None));
    }
}
