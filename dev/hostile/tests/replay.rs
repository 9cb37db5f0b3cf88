//! Deterministic hostile bytes through every entry point: truncations, flips, repeated and swapped parts of good samples, and every
//! file that the fuzzer once found worth keeping (`fuzz/corpus/NAME/`).

use std::path::Path;

use pki::testing::{TestEntity, TestKey, day};

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.roll() % (n.max(1) as u64)) as usize
    }
}

/// One good object of each kind.
fn seeds() -> Vec<Vec<u8>> {
    let root = TestEntity::root("Sakne", TestKey::p256());
    let signer = root.issue_signer(2, "Anna Paraudziņa", TestKey::p256());
    let tsa = root.issue_tsa(3, "Laika zīmogs", TestKey::p256());
    let request = pki::TimeStampRequest {
        digest: pki::DigestAlgorithm::Sha256,
        imprint: vec![1; 32],
        policy: None,
        nonce: Some(vec![9; 8]),
        certificate: true,
    };
    vec![
        root.certificate.der().to_vec(),
        signer.certificate.der().to_vec(),
        signer.certificate.to_pem().into_bytes(),
        root.ocsp(&root.certificate, &signer.certificate, pki::CertStatus::Good, day(1)),
        root.crl(4, day(1), &[]),
        tsa.time_stamp(&[1; 32], day(1)),
        request.to_der().expect("request"),
        b"<a xmlns:b='urn:b' b:c='d'><!-- e --><b:f>g&amp;</b:f><?h i?></a>".to_vec(),
        pdf(),
        b"\x06\x00\xa4\x04\x00\x02\x3f\x00\x05\x00\x20\x00\x01\x00\x0d\x00\xb0\x00\x00\x00".to_vec(),
        vec![0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0],
        vec![0x30; 4000],
        trusted_list(&root),
        b"enkurs-lists 1\n{\"of_lists\":null,\"national\":{},\"signers\":[\"AA==\"],\"pivots\":[],\"origin\":\"\"}"
            .to_vec(),
        b"eyJhbGciOiJFUzI1NiIsIng1YyI6WyJBQSJdfQ.eyJMb1RFIjp7fX0.AAAA".to_vec(),
    ]
}

fn trusted_list(by: &TestEntity) -> Vec<u8> {
    use ades::lists::{Contact, Instance, List, Provider, Scheme, Service, write};
    let contact = Contact::default();
    let operator = write::Operator { name: "U".into(), contact: contact.clone(), information: "urn:i".into() };
    let service = Service::new(&by.certificate, Instance::new("CA/QC", "P", "granted", day(0)));
    let provider = Provider::new("P", "VATLV-1", &contact, "urn:p", vec![service]);
    let list = List::new(Scheme::national("LV", &operator, 1, day(1), day(9)), vec![provider]);
    let request = ades::xades::Request::new(by.certificate.der(), day(1)).expect("request");
    let prepared = write::prepare(&write::xml(&list), request).expect("list");
    prepared.finish(&by.key.sign(prepared.to_be_signed())).expect("signature")
}

fn pdf() -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ];
    let mut places = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", n + 1).bytes());
    }
    let start = out.len();
    out.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for p in places {
        out.extend(format!("{p:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

fn mutate(dice: &mut Dice, seed: &[u8]) -> Vec<u8> {
    let mut v = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(v.len());
        match dice.below(6) {
            0 => v.truncate(at),
            1 => {
                if let Some(b) = v.get_mut(at) {
                    *b ^= 1 << dice.below(8);
                }
            }
            2 => {
                if let Some(b) = v.get_mut(at) {
                    *b = [0, 0x30, 0x7f, 0x80, 0xff, b'<', b'/', b'('][dice.below(8)];
                }
            }
            3 => {
                let to = at + dice.below(v.len() - at.min(v.len()));
                let part = v[at.min(v.len())..to.min(v.len())].to_vec();
                v.splice(at..at, part);
            }
            4 => v.insert(at.min(v.len()), dice.roll() as u8),
            _ => {
                if at < v.len() {
                    v.drain(at..(at + 1 + dice.below(8)).min(v.len()));
                }
            }
        }
    }
    v.truncate(1 << 16);
    v
}

#[test]
fn no_entry_point_panics() {
    let seeds = seeds();
    for (name, entry) in hostile::ENTRIES {
        let mut dice = Dice(name.bytes().fold(7u64, |a, b| a.wrapping_mul(31) ^ u64::from(b)));
        entry(&[]);
        for seed in &seeds {
            entry(seed);
            for cut in 0..seed.len().min(200) {
                entry(&seed[..cut]);
            }
            for _ in 0..150 {
                entry(&mutate(&mut dice, seed));
            }
        }
    }
}

/// The seeds of a target, and what the fuzzer found.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    files.map(|f| std::fs::read(f.expect("file").path()).expect("bytes")).collect()
}

#[test]
fn every_seed_and_find_is_harmless_whole_cut_and_altered() {
    let mut size = 0;
    for (name, entry) in hostile::ENTRIES {
        let mut dice = Dice(name.len() as u64);
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for seed in seeds {
            size += seed.len();
            entry(&seed);
            for _ in 0..20 {
                entry(&seed[..dice.below(seed.len())]);
                entry(&mutate(&mut dice, &seed));
            }
        }
    }
    assert!(size <= 1 << 20, "the corpus has {size} octets: keep it small");
}

#[test]
fn every_entry_point_has_a_fuzz_target() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/Cargo.toml");
    let manifest = std::fs::read_to_string(targets).expect("fuzz/Cargo.toml");
    for (name, _) in hostile::ENTRIES {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
