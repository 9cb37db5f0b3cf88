//! `augment`: signatures of a file raised to a higher level.

use std::{fs::File, io::BufReader, path::PathBuf};

use ades::{augment, detect::Limits};
use base::Cx;
use clap::Args;
use serde::Serialize;

use crate::{
    failure::Failure,
    network,
    output::Output,
    raise::Sources,
    sign::{Wanted, level_name, names},
    supplied::Supplied,
    ui::Ui,
};

const EXAMPLES: &str = "Examples:
  enkurs-sign augment --level LTA --tsa https://tsa.example.lv/tsa Ligums.edoc
  enkurs-sign augment --level T --tsa URL --detached Ligums.docx Ligums.docx.p7s

A signature that has the level is left alone, but for LTA: there the last archive time stamp gets its material, and a new one follows.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Level to reach: T, LT or LTA.
    #[arg(long, value_enum)]
    level: Wanted,
    /// Address of the time-stamping authority, for T and LTA.
    #[arg(long, value_name = "URL")]
    tsa: Option<String>,
    /// Only this signature, by its id in the report. Default: all.
    #[arg(long, value_name = "ID")]
    signature: Option<String>,
    /// File that a detached signature is about; may be repeated.
    #[arg(long, value_name = "FILE")]
    detached: Vec<PathBuf>,
    /// Where to write. Default: beside the file, NAME-signed.EXT.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Replace an existing file; without --out, the file itself.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    network: network::Options,
    /// File to raise.
    file: PathBuf,
}

#[derive(Serialize)]
struct Done {
    file: PathBuf,
    output: PathBuf,
    level: &'static str,
    stamps: usize,
}

pub(crate) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let path = match &o.out {
        None if o.force => o.file.clone(),
        out => names::target(out.as_deref(), &o.file, &names::signed(&o.file)),
    };
    let name = o.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = BufReader::with_capacity(256 * 1024, File::open(&o.file).map_err(Failure::reading(&o.file))?);
    let objects = Box::new(Supplied::new(&o.detached));
    let file = augment::open(&name, source, objects, &Limits::default())?;
    let mut out = Output::create(&path, o.force)?;
    let client = o.network.client(&o.tsa.as_deref().into_iter().collect::<Vec<_>>())?;
    let sources = Sources { client: &client, tsa: o.tsa.as_deref(), cx: &Cx::system() };
    let (mut file, stamps) = sources.raise(file, o.level.level(), o.signature.as_deref()).await?;
    file.write(&mut out)?;
    let output = out.commit()?;
    let done = Done { file: o.file, output, level: level_name(o.level.level()), stamps };
    ui.result(&done, || format!("{}\t{}", done.output.display(), done.level));
    Ok(0)
}
