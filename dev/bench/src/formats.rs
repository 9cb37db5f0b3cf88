//! XAdES in ASiC-E, PAdES, CAdES and JAdES: create and validate small, middling and large, beside EU DSS and, for PDF, pyHanko.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use ades::{
    detect,
    facts::Level,
    validate::{Anchors, Basis, Lang, Material, Policy, Report, validate_file},
    xades::Objects,
};
use jiff::SignedDuration;

use crate::{
    Failed, Raw,
    memory::{self, PEAK},
    peers,
    rate::{Table, measure, now},
    sample::{Beside, Pki, blank_pdf},
    write_input,
};

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// XAdES in ASiC-E.
    Edoc,
    /// PAdES.
    Pdf,
    /// CAdES, the data inside.
    Cades,
    /// JAdES, the data inside; large ones beside it, by their digest.
    Jades,
}

const FORMATS: [Format; 4] = [Format::Edoc, Format::Pdf, Format::Cades, Format::Jades];
const SIZES: [(&str, usize); 3] = [("10 kB", 10_000), ("1 MB", 1_000_000), ("100 MB", 100_000_000)];
/// More than this does not go into JSON.
const INSIDE: usize = 64 << 20;

impl Format {
    /// Its extension, and its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edoc => "edoc",
            Self::Pdf => "pdf",
            Self::Cades => "p7m",
            Self::Jades => "json",
        }
    }
    /// What EU DSS's driver calls it.
    fn peer(self) -> &'static str {
        match self {
            Self::Edoc => "asice",
            Self::Pdf => "pdf",
            Self::Cades => "cades",
            Self::Jades => "jades",
        }
    }
    /// How many bytes have to be hashed for so much data: JSON signs the data as base64url text.
    fn hashed(self, size: usize) -> usize {
        if self == Self::Jades { size.div_ceil(3) * 4 } else { size }
    }
    fn detached(self, size: usize) -> bool {
        self == Self::Jades && size > INSIDE
    }
    /// Signs at this level: PDF up to LT at once, the others at level B to be raised.
    fn make(self, pki: &Pki, name: &str, data: &Beside, level: Level) -> Result<Vec<u8>, Failed> {
        let signed = match self {
            Self::Pdf => pki.document(&data.bytes, level >= Level::LT)?,
            _ => self.sign(pki, data)?,
        };
        let there = if self == Self::Pdf { level <= Level::LT } else { level == Level::B };
        if there { Ok(signed) } else { pki.raise(name, signed, data.clone(), level) }
    }
    /// Signs at level B.
    fn sign(self, pki: &Pki, data: &Beside) -> Result<Vec<u8>, Failed> {
        match self {
            Self::Edoc => pki.container(&data.name, &data.bytes, false),
            Self::Pdf => pki.document(&data.bytes, false),
            Self::Cades => pki.cms(&data.bytes),
            Self::Jades => pki.json(data, self.detached(data.bytes.len())),
        }
    }
}

/// Judges a file as `enkurs-sign validate --offline` does.
struct Judge<'a> {
    anchors: &'a Anchors,
    policy: Policy,
    material: Material,
}

impl Judge<'_> {
    fn of(&self, name: &str, bytes: &[u8], objects: &mut dyn Objects) -> Result<Report, Failed> {
        // the file is not copied, only lent for so long
        let facts = detect::read(name, Cursor::new(bytes), objects, &detect::Limits::default())?;
        let time = now() + SignedDuration::from_secs(5);
        let basis =
            Basis { anchors: self.anchors, policy: &self.policy, material: &self.material, time, lang: Lang::En };
        Ok(validate_file(name, &facts, &basis))
    }
}

/// A figure to be had of EU DSS, and of pyHanko.
struct Cell {
    title: String,
    format: Format,
    size: usize,
    /// The level to validate; creating without.
    level: Option<Level>,
    file: PathBuf,
    input: PathBuf,
}

pub(crate) fn run(
    seconds: f64,
    wanted: &str,
    pki: &Pki,
    dir: &Path,
    raw: &Raw,
    table: &mut Table,
) -> Result<(), Failed> {
    let root = peers::root(pki, dir)?;
    let keys = peers::keys(dir)?;
    let cells = prepare(wanted, pki, dir)?;
    let plan: Vec<String> = cells.iter().map(Cell::plan).collect();
    let dss = peers::dss(seconds, &root, &keys, &plan, dir)?;
    let anchors = Anchors::new([pki.root.certificate.clone()]);
    let judge = Judge { anchors: &anchors, policy: Policy::default(), material: Material::default() };
    for (cell, dss) in cells.iter().zip(dss) {
        let data = Beside::read(&cell.input)?;
        let (rate, pyhanko) = match cell.level {
            None => {
                let rate = measure(seconds, || cell.format.sign(pki, &data).is_ok());
                (rate, cell.pyhanko("sign", seconds, &[&keys, &cell.input]))
            }
            Some(_) => {
                let bytes = std::fs::read(&cell.file)?;
                let verdict = || judge.of(&name(&cell.file), &bytes, &mut data.clone());
                if !verdict()?.all_passed() {
                    return Err(format!("our own verdict of {}: {:?}", cell.title, verdict()?).into());
                }
                let rate = measure(seconds, || verdict().is_ok_and(|r| r.all_passed()));
                (rate, cell.pyhanko("validate", seconds, &[&root, &cell.file]))
            }
        };
        let mut beside = vec![("EU DSS", dss)];
        if cell.format == Format::Pdf {
            beside.push(("pyHanko", pyhanko));
        }
        table.row(&cell.title, rate, &beside);
        if cell.level == Some(Level::LT) {
            // each signature verified once, each byte of what is signed hashed once
            let hashed = cell.format.hashed(cell.size) as f64 / 1e6;
            let least = Pki::VERIFIES_LT / raw.verify.per_second + hashed / raw.digest.per_second;
            table.note(format!(
                "  of the rate of its {} signatures and one pass of SHA-256 alone ({:.0}/s): {:.0} %",
                Pki::VERIFIES_LT,
                1.0 / least,
                100.0 * rate.per_second * least
            ));
        }
    }
    if wanted.is_empty() {
        raised(seconds, pki, table)?;
    }
    table.note(PEAK.to_owned());
    for cell in cells.iter().filter(|c| c.level == Some(Level::LT) && c.size != 1_000_000) {
        let detached = cell.format.detached(cell.size).then_some(cell.input.as_path());
        let pyhanko = cell.format == Format::Pdf;
        table.note(memory::beside(&cell.title, &root, &cell.file, detached, pyhanko)?);
    }
    for cell in &cells {
        // the large ones make room
        std::fs::remove_file(&cell.file).or_else(|e| if cell.level.is_none() { Ok(()) } else { Err(e) })?;
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Cell {
    /// What pyHanko reaches, which knows PDF only.
    fn pyhanko(&self, what: &str, seconds: f64, args: &[&Path]) -> Option<f64> {
        (self.format == Format::Pdf).then(|| peers::pyhanko(what, seconds, args))?
    }

    /// The line of the plan for EU DSS.
    fn plan(&self) -> String {
        let text = |p: &Path| p.to_string_lossy().into_owned();
        match self.level {
            None => format!("create\t{}\t{}", self.format.peer(), text(&self.input)),
            Some(_) if self.format.detached(self.size) => {
                format!("validate\t{}\t{}", text(&self.file), text(&self.input))
            }
            Some(_) => format!("validate\t{}", text(&self.file)),
        }
    }
}

/// Writes what is signed and what is validated, of the cells whose title contains `wanted`.
fn prepare(wanted: &str, pki: &Pki, dir: &Path) -> Result<Vec<Cell>, Failed> {
    let mut cells = Vec::new();
    for (label, size) in SIZES {
        for format in FORMATS {
            let input = dir.join(format!("{size}.{}", if format == Format::Pdf { "pdf" } else { "bin" }));
            if format == Format::Pdf {
                std::fs::write(&input, blank_pdf(size))?;
            } else if !input.exists() {
                write_input(&input, size)?;
            }
            let data = Beside::read(&input)?;
            let cell = |what: &str, level: Option<Level>, file| {
                let title = format!("{what} .{} {:?}, {label}", format.name(), level.unwrap_or(Level::B));
                Cell { title, format, size, level, file, input: input.clone() }
            };
            cells.extend(Some(cell("create", None, PathBuf::new())).filter(|c| c.title.contains(wanted)));
            for level in [Level::LT, Level::LTA] {
                let cell = cell("validate", Some(level), dir.join(format!("{size}-{level:?}.{}", format.name())));
                if cell.title.contains(wanted) {
                    let made = format.make(pki, &name(&cell.file), &data, level)?;
                    std::fs::write(&cell.file, made)?;
                    cells.push(cell);
                }
            }
        }
    }
    Ok(cells)
}

/// Creating at the higher levels, time stamps, OCSP answers and CRLs made in the same thread: no peer does that without a network.
fn raised(seconds: f64, pki: &Pki, table: &mut Table) -> Result<(), Failed> {
    for format in FORMATS {
        let bytes = if format == Format::Pdf { blank_pdf(10_000) } else { vec![7; 10_000] };
        let data = Beside { name: "input.bin".to_owned(), bytes: bytes.into() };
        for level in [Level::LT, Level::LTA] {
            let title = format!("create .{} {level:?}, 10 kB (time stamps, OCSP and CRL made too)", format.name());
            table.row(&title, measure(seconds, || format.make(pki, "x", &data, level).is_ok()), &[]);
        }
    }
    Ok(())
}
