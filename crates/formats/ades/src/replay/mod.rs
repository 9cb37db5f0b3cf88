//! Verdicts that replay: everything a verdict was made from, in one archive, and the same verdict again from it, offline.
//!
//! `manifest.json` names the program, its version and every other entry with size and SHA-256; `basis.json` is the time, language, policy and
//! anchors (with what trusted lists said of them); `N/facts.json` is what was found in file number N, `N/material.json` what was fetched for
//! it, `N/report.json` the report as it was told. All JSON is canonical: fields in fixed order, no spaces.
//!
//! The digests show damage and careless changes. Who changes everything consistently makes another bundle; that this one is authentic is shown
//! by a time stamp or seal over it, as for any file.

mod error;

use std::io::{Read, Seek, Write};

use jiff::Timestamp;
use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use error::ReplayError;

use crate::{
    facts::{FileFacts, ObjectId, bytes},
    validate::{Anchors, Basis, Lang, Material, Policy, Report, validate_file},
    zip::{Archive, Limits, Writer},
};

const FORMAT: &str = "enkurs-evidence-1";
const MANIFEST: &str = "manifest.json";
const BASIS: &str = "basis.json";
/// Files in a bundle.
const MAX_FILES: usize = 1000;
/// Bytes of one entry.
const MAX_ENTRY: u64 = 256 << 20;

fn limits() -> Limits {
    Limits { entries: MAX_FILES * 3 + 2, entry: MAX_ENTRY, total: 1 << 30, ..Limits::default() }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    program: String,
    files: Vec<Listed>,
    entries: Vec<Listed>,
}

/// A file that was judged, or an entry of the bundle.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    size: u64,
    sha256: String,
}

impl Listed {
    fn of(name: &str, content: &[u8]) -> Self {
        Self { name: name.to_owned(), size: content.len() as u64, sha256: ObjectId::of(content).to_string() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptBasis {
    time: Timestamp,
    lang: Lang,
    policy: Policy,
    anchors: Anchors,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptMaterial {
    #[serde(with = "bytes::list")]
    certificates: Vec<Vec<u8>>,
    #[serde(with = "bytes::list")]
    crls: Vec<Vec<u8>>,
    #[serde(with = "bytes::list")]
    ocsps: Vec<Vec<u8>>,
}

/// The report as it is told: one line of JSON.
pub fn line(report: &Report) -> Result<String, ReplayError> {
    serde_json::to_string(report).map_err(|_| ReplayError::Malformed("report"))
}

/// Writes a bundle.
pub struct Recorder<W: Write> {
    zip: Writer<W>,
    program: String,
    files: Vec<Listed>,
    entries: Vec<Listed>,
    kept: bool,
}

impl<W: Write> Recorder<W> {
    /// Starts one. `program` is name and version; `time` is the validation time, which the entries carry as theirs.
    pub fn new(out: W, program: &str, time: Timestamp) -> Self {
        let zip = Writer::new(out, time);
        Self { zip, program: program.to_owned(), files: Vec::new(), entries: Vec::new(), kept: false }
    }

    fn put(&mut self, name: &str, content: &[u8]) -> Result<(), ReplayError> {
        self.zip.deflated(name, content)?;
        self.entries.push(Listed::of(name, content));
        Ok(())
    }

    /// Adds a file that was judged, under the same basis as all others; `size` and `sha256` are those of the file itself.
    ///
    /// # Errors
    /// When it cannot be written, or there are too many.
    pub fn add(
        &mut self,
        facts: &FileFacts,
        basis: &Basis<'_>,
        report: &Report,
        size: u64,
        sha256: ObjectId,
    ) -> Result<(), ReplayError> {
        if self.files.len() >= MAX_FILES {
            return Err(ReplayError::TooMany);
        }
        if !std::mem::replace(&mut self.kept, true) {
            let (policy, anchors) = (basis.policy.clone(), basis.anchors.clone());
            let kept = KeptBasis { time: basis.time, lang: basis.lang, policy, anchors };
            self.put(BASIS, &json(&kept)?)?;
        }
        let n = self.files.len();
        let m = basis.material.clone();
        let material = KeptMaterial { certificates: m.certificates, crls: m.crls, ocsps: m.ocsps };
        self.put(&format!("{n}/facts.json"), &json(facts)?)?;
        self.put(&format!("{n}/material.json"), &json(&material)?)?;
        self.put(&format!("{n}/report.json"), line(report)?.as_bytes())?;
        self.files.push(Listed { name: report.file.clone(), size, sha256: sha256.to_string() });
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<W, ReplayError> {
        let manifest =
            Manifest { format: FORMAT.to_owned(), program: self.program, files: self.files, entries: self.entries };
        self.zip.deflated(MANIFEST, &json(&manifest)?)?;
        Ok(self.zip.finish()?)
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, ReplayError> {
    serde_json::to_vec(value).map_err(|_| ReplayError::Malformed("value"))
}

/// What came of one file of a bundle.
#[derive(Debug)]
pub struct Replayed {
    /// The report, judged anew.
    pub report: Report,
    /// Whether it is, byte for byte, the one in the bundle.
    pub same: bool,
}

/// All of a bundle.
#[derive(Debug)]
pub struct Replay {
    /// Name and version of the program that made it.
    pub program: String,
    /// Its files, in order.
    pub files: Vec<Replayed>,
}

/// Judges everything in a bundle again.
///
/// # Errors
/// When it cannot be read, is not whole, or not what its manifest says.
pub fn replay<R: Read + Seek>(source: R) -> Result<Replay, ReplayError> {
    let mut zip = Archive::open(source, &limits())?;
    let manifest: Manifest = parse(&zip.content(MANIFEST, MAX_ENTRY)?, MANIFEST)?;
    if manifest.format != FORMAT {
        return Err(ReplayError::Version(manifest.format));
    }
    let mut names: Vec<&str> = zip.entries().iter().map(crate::zip::Entry::name).filter(|n| *n != MANIFEST).collect();
    let mut listed: Vec<&str> = manifest.entries.iter().map(|e| e.name.as_str()).collect();
    names.sort_unstable();
    listed.sort_unstable();
    if names != listed || manifest.entries.len() > limits().entries {
        return Err(ReplayError::Tampered(MANIFEST.to_owned()));
    }
    let mut read = |name: &str| -> Result<Vec<u8>, ReplayError> {
        let tampered = || ReplayError::Tampered(name.to_owned());
        let entry = manifest.entries.iter().find(|e| e.name == name).ok_or_else(tampered)?;
        let content = zip.content(name, MAX_ENTRY)?;
        if Listed::of(name, &content) == *entry { Ok(content) } else { Err(tampered()) }
    };
    let mut files = Vec::new();
    if manifest.files.is_empty() {
        return Ok(Replay { program: manifest.program, files });
    }
    let kept: KeptBasis = parse(&read(BASIS)?, BASIS)?;
    for (n, file) in manifest.files.iter().enumerate() {
        let (facts, material) = (format!("{n}/facts.json"), format!("{n}/material.json"));
        let facts: FileFacts = parse(&read(&facts)?, "facts.json")?;
        let m: KeptMaterial = parse(&read(&material)?, "material.json")?;
        let told = read(&format!("{n}/report.json"))?;
        let material = Material { certificates: m.certificates, crls: m.crls, ocsps: m.ocsps };
        let basis = Basis {
            anchors: &kept.anchors,
            policy: &kept.policy,
            material: &material,
            time: kept.time,
            lang: kept.lang,
        };
        let report = validate_file(&file.name, &facts, &basis);
        let same = line(&report)?.as_bytes() == told;
        files.push(Replayed { report, same });
    }
    Ok(Replay { program: manifest.program, files })
}

fn parse<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, ReplayError> {
    serde_json::from_slice(bytes).map_err(|_| ReplayError::Malformed(what))
}

/// Reads a stream once for its size and SHA-256.
///
/// # Errors
/// Those of the stream.
pub fn fingerprint(mut source: impl Read) -> std::io::Result<(u64, ObjectId)> {
    let mut digester = pki::Digester::new(DigestAlgorithm::Sha256);
    let size = std::io::copy(&mut source, &mut digester)?;
    Ok((size, ObjectId::from_digest(&digester.finish()).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
