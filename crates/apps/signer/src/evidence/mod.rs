//! `evidence`: proof that files existed, for as long as it is renewed (RFC 4998, RFC 6283).

mod create;
mod embed;
mod renew;

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::Path,
};

use ades::{
    detect,
    evidence::{self, Record},
    facts::EvidenceForm,
};
use clap::{Args, Subcommand, ValueEnum};
use pki::DigestAlgorithm;

use crate::{failure::Failure, network, supplied::Supplied, ui::Ui, validate};

const EXAMPLES: &str = "Examples:
  enkurs-sign evidence create --tsa https://tsa.example.lv/tsa *.pdf         one time stamp, NAME.pdf.ers beside each
  enkurs-sign evidence create --embed --tsa URL Ligums.asice                 the record goes into the container
  enkurs-sign evidence renew --tsa URL Ligums.pdf.ers
  enkurs-sign evidence renew --tree sha512 --detached Ligums.pdf --tsa URL Ligums.pdf.ers
  enkurs-sign evidence validate --detached Ligums.pdf --trust-anchor root.pem Ligums.pdf.ers";

/// Options of `evidence`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// One time stamp over many files; a record for each of them.
    Create(create::Options),
    /// A new time stamp, or a new hash tree, ahead of the end of what proves now.
    Renew(renew::Options),
    /// Judge records; the same as `validate`.
    Validate(Box<validate::Options>),
}

/// Which kind of record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// RFC 4998.
    #[default]
    Ers,
    /// RFC 6283.
    Xml,
}

impl Form {
    fn form(self) -> EvidenceForm {
        match self {
            Self::Ers => EvidenceForm::Ers,
            Self::Xml => EvidenceForm::XmlErs,
        }
    }
}

/// Digest algorithms by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    fn algorithm(self) -> DigestAlgorithm {
        match self {
            Self::Sha256 => DigestAlgorithm::Sha256,
            Self::Sha384 => DigestAlgorithm::Sha384,
            Self::Sha512 => DigestAlgorithm::Sha512,
        }
    }
}

/// Where time stamps come from, and what may be replaced.
#[derive(Args)]
struct Stamping {
    /// Address of the time-stamping authority.
    #[arg(long, value_name = "URL")]
    tsa: String,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    network: network::Options,
}

impl Stamping {
    async fn stamp(&self, digest: DigestAlgorithm, root: &[u8]) -> Result<Vec<u8>, Failure> {
        let nonce: [u8; 8] = base::Cx::system().bytes();
        let client = self.network.client(&[&self.tsa])?;
        Ok(client.time_stamp(&self.tsa, digest, root, &nonce).await?)
    }
}

pub(crate) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    match o.command {
        Command::Create(o) => create::run(o, ui).await,
        Command::Renew(o) => renew::run(o, ui).await,
        Command::Validate(o) => validate::run(&o, ui).await,
    }
}

/// The digest of a file as a record has it.
fn digest_of(path: &Path, digest: DigestAlgorithm, form: EvidenceForm) -> Result<Vec<u8>, Failure> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut objects = Supplied::new(&[path.to_owned()]);
    evidence::object_digest(&mut objects, &name, digest, form)
        .map_err(|d| Failure::of("file.read", format!("{}: {}", path.display(), d.object)))
}

/// Reads a record; `None` when the file is a signed one that may hold records.
fn record(path: &Path) -> Result<Option<Record>, Failure> {
    let mut source = BufReader::new(File::open(path).map_err(Failure::reading(path))?);
    if !detect::is_record(&mut source).map_err(Failure::reading(path))? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(Failure::reading(path))?;
    Ok(Some(Record::read(&bytes)?))
}
