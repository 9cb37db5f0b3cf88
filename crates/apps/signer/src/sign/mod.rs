//! `sign`: signatures on files.

mod cades;
mod container;
mod jades;
mod level;
pub(crate) mod names;
mod pdf;
mod xades;

use std::path::{Path, PathBuf};

use ades::{
    asic::Naming,
    facts::Level,
    make::{Claims, Policy, Signer},
    xades::Place,
};
use base::Cx;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::{
    failure::Failure,
    key::{self, Credential},
    network,
    ui::Ui,
};

const EXAMPLES: &str = "Examples:
  enkurs-sign sign --key card --tsa https://tsa.example.lv/tsa Ligums.pdf
  enkurs-sign sign --format edoc --level LT --key pkcs12:me.p12 --tsa URL Ligums.docx Pielikums.xlsx
  enkurs-sign sign --key card --tsa URL Ligums.edoc        one more signature on a container
  enkurs-sign sign --format jades --detached --key card --tsa URL Ligums.docx
  enkurs-sign sign --format cades --detached --key card --tsa URL Ligums.docx      Ligums.docx.p7s
  enkurs-sign sign --level B --key pkcs12:me.p12 --pin-fd 3 a.txt 3<pin.txt";

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// EDOC 2.0: all files in one container, XAdES.
    Edoc,
    /// ASiC-E: all files in one container, XAdES.
    Asice,
    /// PDF: each file for itself, PAdES.
    Pdf,
    /// ASiC-S: one file in a container.
    Asics,
    /// XAdES: an XML file with the signature inside (NAME-signed.xml), another file inside the signature (NAME.xades.xml), or with --detached
    /// beside it.
    Xades,
    /// CAdES: each file for itself, the data inside (NAME.p7m), or with --detached beside them (NAME.p7s).
    Cades,
    /// JAdES: a signature in JSON. One file is put into it; several are named with their digests.
    Jades,
}

/// Signatures of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum With {
    /// XAdES.
    Xades,
    /// CAdES.
    Cades,
}

/// Level of EN 319 132-1 and EN 319 142-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Wanted {
    /// Basic.
    B,
    /// With a time stamp.
    T,
    /// With all material for validation.
    Lt,
    /// With an archive time stamp.
    Lta,
}

impl Wanted {
    /// The level.
    pub(crate) fn level(self) -> Level {
        match self {
            Self::B => Level::B,
            Self::T => Level::T,
            Self::Lt => Level::LT,
            Self::Lta => Level::LTA,
        }
    }
}

/// Name of a level in results.
pub(crate) fn level_name(level: Level) -> &'static str {
    match level {
        Level::B => "B",
        Level::T => "T",
        Level::LT => "LT",
        Level::LTA => "LTA",
    }
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What to make. Default: PDF for one PDF, that of the file for one container, else edoc.
    #[arg(long, value_enum)]
    format: Option<Kind>,
    /// Level.
    #[arg(long, value_enum, default_value = "LT")]
    level: Wanted,
    /// Address of the time-stamping authority, for all levels but B.
    #[arg(long, value_name = "URL")]
    tsa: Option<String>,
    /// Where to write. A directory: under the usual name there. Default: beside the first file, NAME.edoc; NAME-signed.EXT when the file
    /// itself is signed further.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
    /// Put a container into a new one instead of signing it once more.
    #[arg(long)]
    nest: bool,
    /// Signatures of a new ASiC container.
    #[arg(long, value_enum, default_value = "xades")]
    with: With,
    /// File that a detached signature is about, when it is signed once more (CAdES). Default: beside it, NAME of NAME.p7s.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// CAdES, and containers: counter-sign this signature, by its id in the report.
    #[arg(long, value_name = "ID")]
    counter: Option<String>,
    /// Commitment type, an object identifier; may be repeated.
    #[arg(long, value_name = "OID")]
    commitment: Vec<String>,
    /// Signature policy that is followed, an object identifier (CAdES, PDF).
    #[arg(long, value_name = "OID", requires = "policy_document")]
    signature_policy: Option<String>,
    /// The document of the signature policy, whose digest is signed.
    #[arg(long, value_name = "FILE", requires = "signature_policy")]
    policy_document: Option<PathBuf>,
    /// Where others find that document.
    #[arg(long, value_name = "URL", requires = "signature_policy")]
    policy_url: Option<String>,
    /// Role that the signer claims; may be repeated.
    #[arg(long, value_name = "TEXT")]
    role: Vec<String>,
    /// City where the signature is made.
    #[arg(long, value_name = "TEXT")]
    city: Option<String>,
    /// How a signature in JSON is written (JAdES).
    #[arg(long, value_enum, default_value = "flattened")]
    serialization: jades::Written,
    /// Leave the file out of the signature (JAdES, XAdES: it is named with its digest; CAdES: NAME.p7s).
    #[arg(long, alias = "detached-signature")]
    detached: bool,
    #[command(flatten)]
    pdf: pdf::Options,
    #[command(flatten)]
    key: key::Options,
    #[command(flatten)]
    network: network::Options,
    /// Files to sign.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What was made.
#[derive(Serialize)]
struct Made {
    file: Vec<PathBuf>,
    output: PathBuf,
    format: &'static str,
    level: &'static str,
    signer: String,
}

/// What all ways of signing need.
struct Work<'w> {
    options: &'w Options,
    ui: &'w Ui,
    cx: Cx,
    credential: Credential,
    client: net::Client,
}

pub(crate) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let plan = Plan::of(&o)?;
    if o.level != Wanted::B && o.tsa.is_none() {
        return Err(Failure::usage("sign.no-tsa", ""));
    }
    for f in &o.files {
        let found = f.metadata().map_err(Failure::reading(f))?;
        if !found.is_file() {
            return Err(Failure::usage("sign.not-a-file", f.display()));
        }
    }
    let client = o.network.client(&o.tsa.as_deref().into_iter().collect::<Vec<_>>())?;
    let credential = o.key.open(ui).await?;
    let cx = Cx::system();
    if !credential.certificate.is_valid_at(cx.now()) {
        let c = &credential.certificate;
        return Err(Failure::of("sign.certificate-time", format!("{} – {}", c.not_before(), c.not_after())));
    }
    let mut work = Work { options: &o, ui, cx, credential, client };
    match plan {
        Plan::New(naming) => work.new_container(naming).await?,
        Plan::Add => work.add_to_container().await?,
        Plan::Jades => work.jades().await?,
        Plan::Xades => work.xades().await?,
        Plan::NewCades { extended } => work.new_cades_container(extended).await?,
        Plan::AddCades => {
            for file in &o.files {
                work.add_to_cades(file).await?;
            }
        }
        Plan::Cades => {
            for file in &o.files {
                work.cades(file).await?;
            }
        }
        Plan::Pdf => {
            for file in &o.files {
                work.pdf(file).await?;
            }
        }
    }
    Ok(0)
}

/// What is to be done with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// A new container of all files.
    New(Naming),
    /// One more signature on the container.
    Add,
    /// Each PDF for itself.
    Pdf,
    /// One signature in JSON.
    Jades,
    /// One signature in XML.
    Xades,
    /// A new container with CAdES.
    NewCades { extended: bool },
    /// One more signature in a CMS file.
    AddCades,
    /// Each file for itself, CAdES.
    Cades,
}

impl Plan {
    fn of(o: &Options) -> Result<Self, Failure> {
        let is = |p: &Path, known: &[&str]| {
            let e = p.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
            known.contains(&e.as_str())
        };
        let container = |p: &PathBuf| is(p, &["edoc", "asice", "sce", "asics", "scs"]);
        let cms = o.files.len() == 1 && o.files.iter().all(|p| is(p, &["p7s", "p7m"])) && !o.nest;
        let further = o.files.len() == 1 && o.files.iter().all(container) && !o.nest;
        let only_pdf = o.files.len() == 1 && o.files.iter().all(|p| is(p, &["pdf"]));
        match o.format {
            Some(Kind::Edoc | Kind::Asice | Kind::Asics) | None if further => Ok(Self::Add),
            Some(Kind::Cades) | None if cms => Ok(Self::AddCades),
            None if only_pdf => Ok(Self::Pdf),
            Some(Kind::Edoc) | None => Ok(Self::New(Naming::Edoc)),
            Some(Kind::Asice) if o.with == With::Cades => Ok(Self::NewCades { extended: true }),
            Some(Kind::Asics) if o.with == With::Cades => Ok(Self::NewCades { extended: false }),
            Some(Kind::Asice) => Ok(Self::New(Naming::Asice)),
            Some(Kind::Asics) => Ok(Self::New(Naming::Asics)),
            Some(Kind::Pdf | Kind::Cades) if o.out.as_ref().is_some_and(|p| o.files.len() > 1 && !p.is_dir()) => {
                Err(Failure::usage("sign.out-for-many", ""))
            }
            Some(Kind::Pdf) => Ok(Self::Pdf),
            Some(Kind::Jades) if o.serialization == jades::Written::Compact && o.level != Wanted::B => {
                Err(Failure::usage("sign.compact-level", ""))
            }
            Some(Kind::Jades) => Ok(Self::Jades),
            Some(Kind::Cades) => Ok(Self::Cades),
            Some(Kind::Xades) => Ok(Self::Xades),
        }
    }
}

impl Work<'_> {
    /// Whose signature it is.
    fn signer(&self) -> Result<Signer, Failure> {
        let chain = self.credential.chain.iter().map(|c| c.der().to_vec()).collect();
        let usual = Signer::new(self.credential.certificate.der(), self.cx.now())?;
        Ok(Signer { chain, algorithm: self.credential.algorithm()?, ..usual })
    }

    /// What the signer claims.
    fn claims(&self) -> Result<Claims, Failure> {
        let (o, digest) = (self.options, self.credential.algorithm()?.companion_digest());
        let policy = match (&o.signature_policy, &o.policy_document) {
            (Some(id), Some(path)) => {
                let document = std::fs::read(path).map_err(Failure::reading(path))?;
                Some(Policy { id: id.clone(), digest: (digest, digest.of(&document)), uri: o.policy_url.clone() })
            }
            _ => None,
        };
        Ok(Claims {
            roles: o.role.clone(),
            place: o.city.as_ref().map(|c| Place { city: Some(c.clone()), ..Place::default() }),
            commitments: o.commitment.clone(),
            policy,
            reason: o.pdf.reason.clone(),
            contact: o.pdf.contact.clone(),
        })
    }

    fn made(&self, files: &[PathBuf], output: PathBuf, format: &'static str, level: Level) {
        let made =
            Made { file: files.to_vec(), output, format, level: level_name(level), signer: self.credential.name() };
        self.ui.result(&made, || made.output.display().to_string());
    }
}
