//! Signs a container of any size and reads it again, and tells the most memory that took (Linux). For soak runs.
//!
//! usage: large-container FILE GIB
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Result},
};

use ades::{
    asic::{Builder, Naming},
    xades::{Request, prepare},
    zip::Limits,
};
use pki::{
    DigestAlgorithm,
    testing::{TestEntity, TestKey, day},
};

/// So many bytes that do not pack.
struct Noise {
    left: u64,
    state: u64,
}

impl Read for Noise {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let n = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        for chunk in buf[..n].chunks_mut(8) {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            let bytes = self.state.to_le_bytes();
            let len = chunk.len();
            chunk.copy_from_slice(&bytes[..len]);
        }
        self.left -= n as u64;
        Ok(n)
    }
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM unknown").to_owned()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let size = args[1].parse::<u64>().unwrap() << 30;
    let root = TestEntity::root("Sakne", TestKey::p384());
    let signer = root.issue_signer(2, "Anna Paraudziņa", TestKey::p256());
    let out = BufWriter::with_capacity(1 << 20, File::create(&args[0]).unwrap());
    let mut builder = Builder::new(out, Naming::Edoc, DigestAlgorithm::Sha256, day(1)).unwrap();
    builder.add("mazs.txt", "text/plain", &b"mazs"[..], 4).unwrap();
    builder.add("liels.bin", "application/octet-stream", Noise { left: size, state: 1 }, size).unwrap();
    builder.add("vēl.txt", "text/plain", &b"aiz liela"[..], 9).unwrap();
    let prepared = prepare(builder.files(), Request::new(signer.certificate.der(), day(1)).unwrap()).unwrap();
    let signed = prepared.clone().finish(&signer.key.sign(prepared.to_be_signed())).unwrap();
    builder.finish(&[signed.xml()]).unwrap();
    println!("written  {} bytes  {}", std::fs::metadata(&args[0]).unwrap().len(), peak());
    let facts = ades::asic::read(BufReader::new(File::open(&args[0]).unwrap()), &Limits::default());
    assert!(facts.defects.is_empty(), "{:?}", facts.defects);
    let s = &facts.signatures[0];
    assert!(s.value_verifies == Some(true) && s.references.iter().all(|r| r.found && r.intact));
    println!("read     {} references intact  {}", s.references.len(), peak());
}
