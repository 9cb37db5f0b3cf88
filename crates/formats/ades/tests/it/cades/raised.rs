//! Raising what is wrapped, shared or named from within.

use std::io::Cursor;

use ades::{
    asic::cades::SignedBy,
    augment::{self, Augmentation, Raise, Want},
    cades::File,
    detect,
    facts::Level,
    xades::Nothing,
};
use pki::{DigestAlgorithm, testing::day};

use super::{
    Beside, DATA, assert_passes, attached,
    containers::{container, read, rewrite},
    facts, holds, judge, open, request,
};
use crate::world::World;

fn raise(w: &World, file: Box<dyn Raise>, target: Level, only: Option<&str>) -> Vec<u8> {
    let mut steps = Augmentation::new(file, target, only, DigestAlgorithm::Sha256).unwrap();
    while let Some(want) = steps.want().unwrap() {
        match want {
            Want::Stamp { algorithm, digest } => steps.give_stamp(&w.stamp(algorithm, &digest)).unwrap(),
            Want::Material { .. } => steps.give_material(&w.material()).unwrap(),
        }
    }
    let mut out = Vec::new();
    steps.into_file().write(&mut out).unwrap();
    out
}

fn opened(bytes: &[u8]) -> Box<dyn Raise> {
    augment::open("a", Cursor::new(bytes.to_vec()), Box::new(Nothing), &detect::Limits::default()).unwrap()
}

#[test]
fn pem_is_raised_as_pem() {
    let w = World::new();
    let armoured = pki::pem_encode("PKCS7", &attached(&w));
    let mut raised = armoured.into_bytes();
    for _ in 0..2 {
        raised = raise(&w, opened(&raised), Level::LTA, None);
        assert!(raised.starts_with(b"-----BEGIN PKCS7-----\n"));
        assert_passes(&w, &raised, w.now + jiff::SignedDuration::from_secs(60), "LTA");
    }
    for other in [w.root.certificate.to_pem(), "-----BEGIN CMS-----\nAAAA\n".to_owned()] {
        let source = Cursor::new(other.into_bytes());
        assert!(augment::open("a", source, Box::new(Nothing), &detect::Limits::default()).is_err());
    }
}

#[test]
fn several_signers_of_one_file_share_the_archive_of_the_container() {
    let mut w = World::new();
    let one = container(&w, true, SignedBy::Signature);
    let mut manifest = Vec::new();
    let mut archive = ades::zip::Archive::open(Cursor::new(&one), &ades::zip::Limits::default()).unwrap();
    let name = archive.entries().iter().map(|e| e.name().to_owned()).find(|n| n.contains("ASiCManifest")).unwrap();
    std::io::Read::read_to_end(&mut archive.read(&name).unwrap(), &mut manifest).unwrap();
    let both = rewrite(&one, |name, content| {
        if !name.ends_with(".p7s") {
            return Some(content);
        }
        let mut file = File::open("data.txt.p7s", Cursor::new(content), Box::new(Beside(manifest.clone()))).unwrap();
        let prepared = file.prepare(request(&w)).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        file.add(&prepared.finish(&value).unwrap()).unwrap();
        let mut out = Vec::new();
        file.write(&mut out).unwrap();
        Some(out)
    });
    assert_eq!(read(&both).signatures.len(), 2);
    let mut bytes = both;
    for n in 0..2 {
        w.now = day(100 + 40 * n);
        bytes = raise(&w, opened(&bytes), Level::LTA, None);
        let found = read(&bytes);
        assert!(holds(&found) && found.signatures.len() == 2, "{:?}", found.defects);
        // One more archive for both each time, not one for each.
        let archives = |i: usize| {
            let stamps = &found.signatures[i].timestamps;
            stamps.iter().filter(|t| t.kind == ades::facts::TimestampKind::Archive).count()
        };
        assert_eq!((archives(0), archives(1)), (usize::try_from(n).unwrap() + 1, usize::try_from(n).unwrap() + 1));
        let report = judge(&w, &found, w.now + jiff::SignedDuration::from_secs(60));
        for s in &report.signatures {
            let told: Vec<_> = s.findings.iter().map(|f| (f.code.as_str(), f.object.as_str())).collect();
            assert_eq!(s.indication, ades::validate::Indication::TotalPassed, "{told:?}");
            assert_eq!(s.level, "CAdES-BASELINE-LTA", "{told:?}");
        }
    }
}

#[test]
fn a_counter_signature_is_raised_with_the_signature_it_is_on() {
    let w = World::new();
    let mut file = open(&attached(&w), DATA);
    let id = file.ids().remove(0);
    let prepared = file.prepare_counter(&id, request(&w)).unwrap();
    let value = w.signer.key.sign(prepared.to_be_signed());
    file.add_counter(&id, &prepared.finish(&value).unwrap()).unwrap();
    let mut with = Vec::new();
    file.write(&mut with).unwrap();
    let counter = facts(&with).signatures.iter().find(|s| s.counter_of.is_some()).unwrap().id.clone();
    assert_eq!(opened(&with).stands_for(&counter).as_deref(), Some(id.as_str()));
    let raised = raise(&w, opened(&with), Level::LTA, Some(&counter));
    let found = facts(&raised);
    assert!(holds(&found));
    assert_eq!(found.signatures[0].level_elements, Some(Level::LTA));
    for wrong in [format!("{id}/"), format!("{id}0/counter-1"), "S9".to_owned(), String::new()] {
        assert_eq!(opened(&with).stands_for(&wrong), None, "{wrong}");
    }
}

#[test]
fn counter_signatures_in_containers() {
    let w = World::new();
    for extended in [true, false] {
        let one = container(&w, extended, SignedBy::Signature);
        let source = Cursor::new(one);
        let mut file = ades::asic::cades::CadesContainer::open(source, &ades::zip::Limits::default()).unwrap();
        let id = Raise::ids(&file).remove(0);
        assert!(file.prepare_counter("S9", request(&w)).is_err());
        let prepared = file.prepare_counter(&id, request(&w)).unwrap();
        let value = w.signer.key.sign(prepared.to_be_signed());
        file.add_counter(&id, &prepared.finish(&value).unwrap()).unwrap();
        let mut with = Vec::new();
        Raise::write(&mut file, &mut with).unwrap();
        let found = read(&with);
        assert!(holds(&found), "{found:?}");
        assert_eq!(found.signatures[1].counter_of.as_deref(), Some(id.as_str()));
        // Raised with the signature it is on; then the archive of ASiC-E is over it.
        let raised = raise(&w, opened(&with), Level::LTA, None);
        assert!(holds(&read(&raised)) && read(&raised).signatures.len() == 2);
        let mut closed =
            ades::asic::cades::CadesContainer::open(Cursor::new(raised), &ades::zip::Limits::default()).unwrap();
        assert_eq!(closed.prepare_counter(&id, request(&w)).is_err(), extended);
    }
}
