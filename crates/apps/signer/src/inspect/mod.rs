//! `inspect`: what is in a file, told but not judged.

mod objects;
mod pages;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use ades::{facts::FileFacts, xades::Nothing, zip::Limits};
use clap::Args;
use serde::Serialize;

use crate::{failure::Failure, ui::Ui};

/// Largest file, other than a container, that is read.
const MAX: u64 = 512 << 20;

#[derive(Args)]
pub(crate) struct Options {
    /// Files: containers, PDF, XML signatures, certificates, time stamps, CRLs, OCSP responses; DER or PEM.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Of PDFs that were changed after signing: put pictures of the pages that look different, as signed and as they are now, into this
    /// directory.
    #[arg(long, value_name = "OUT_DIR")]
    pages: Option<PathBuf>,
}

#[derive(Serialize)]
struct Shown<'s, T: Serialize> {
    file: &'s Path,
    #[serde(flatten)]
    content: T,
}

pub(crate) async fn run(o: &Options, ui: &Ui) -> Result<u8, Failure> {
    let mut worst = 0;
    for path in &o.files {
        let mut file = File::open(path).map_err(Failure::reading(path))?;
        let mut head = Vec::new();
        file.by_ref().take(1024).read_to_end(&mut head).map_err(Failure::reading(path))?;
        if head.starts_with(b"PK") {
            let file = File::open(path).map_err(Failure::reading(path))?;
            show_facts(path, &ades::asic::read(std::io::BufReader::new(file), &Limits::default()), ui);
            continue;
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if head.windows(5).any(|w| w == b"%PDF-") {
            let file = ades::pdf::Ranged::new(file).map_err(Failure::reading(path))?;
            let facts = ades::pades::read(&name, &file, &ades::pdf::Limits::default())?;
            match &o.pages {
                Some(dir) => pages::show(path, &file, &facts, dir, ui).await?,
                None => show_facts(path, &facts, ui),
            }
            continue;
        }
        if file.metadata().map_err(Failure::reading(path))?.len() > MAX {
            return Err(Failure::of("inspect.too-large", path.display()));
        }
        file.read_to_end(&mut head).map_err(Failure::reading(path))?;
        if let Some(found) = objects::read(&head) {
            let shown = Shown { file: path, content: &found };
            ui.result(&shown, || format!("{}\n{}", path.display(), found.describe()));
        } else if head.trim_ascii_start().starts_with(b"<") || head.starts_with(b"\xEF\xBB\xBF<") {
            show_facts(path, &ades::xades::read_document(&head, &mut Nothing), ui);
        } else if let Some(facts) = cms(&name, &head) {
            show_facts(path, &facts, ui);
        } else {
            let unknown = Failure::of("inspect.unknown", path.display()).exit(5);
            ui.fail(&unknown);
            worst = 5;
        }
    }
    Ok(worst)
}

/// CMS signatures, in BER or PEM.
fn cms(name: &str, bytes: &[u8]) -> Option<FileFacts> {
    let source = std::io::Cursor::new(bytes);
    let facts = ades::detect::read(name, source, &mut Nothing, &ades::detect::Limits::default()).ok()?;
    facts.container.is_some().then_some(facts)
}

fn show_facts(path: &Path, facts: &FileFacts, ui: &Ui) {
    ui.result(&Shown { file: path, content: facts }, || describe(path, facts));
}

fn describe(path: &Path, facts: &FileFacts) -> String {
    let mut lines = vec![format!("{}  {}", path.display(), facts.container.unwrap_or("?"))];
    for s in &facts.signatures {
        let signer = s.signing_certificate.as_ref().and_then(|d| pki::Certificate::from_der(d).ok());
        let name = signer.and_then(|c| c.subject().common_name().map(str::to_owned)).unwrap_or_else(|| "?".to_owned());
        let level = s.level_elements.map_or_else(|| "-".to_owned(), |l| format!("{l:?}"));
        let time = s.claimed_time.map_or_else(String::new, |t| t.to_string());
        lines.push(format!("  {}  {:?}  {level}  {name}  {time}", s.id, s.format));
        for r in s.references.iter().filter(|r| !r.properties) {
            let state = match (r.found, r.intact) {
                (false, _) => "✗ not found",
                (true, false) => "✗ changed",
                (true, true) => "=",
            };
            lines.push(format!("    {state}  {}", r.object));
        }
        for t in &s.timestamps {
            let time =
                pki::TimeStampToken::from_ber(&t.token).map_or_else(|_| "?".to_owned(), |t| t.info.time.to_string());
            lines.push(format!("    time stamp  {:?}  {time}", t.kind));
        }
        let counts = (s.certificates.len(), s.crls.len(), s.ocsps.len());
        lines.push(format!("    certificates {}, CRLs {}, OCSP responses {}", counts.0, counts.1, counts.2));
        lines.extend(s.defects.iter().map(|d| format!("    ! {}  {}", d.code, d.object)));
    }
    lines.extend(facts.unsigned.iter().map(|u| format!("  unsigned  {u}")));
    lines.extend(facts.defects.iter().map(|d| format!("  ! {}  {}", d.code, d.object)));
    lines.join("\n")
}
