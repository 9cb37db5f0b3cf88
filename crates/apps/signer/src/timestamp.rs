//! `timestamp`: a time stamp over a file.

use std::{fs::File, io, path::PathBuf};

use base::Cx;
use clap::Args;
use pki::{DigestAlgorithm, Digester, TimeStampToken};
use serde::Serialize;

use crate::{
    failure::Failure,
    network,
    output::Output,
    ui::{Counted, Ui},
};

#[derive(Args)]
pub(crate) struct Options {
    /// Address of the time-stamping authority.
    #[arg(long, value_name = "URL")]
    tsa: String,
    /// Where to write the token. Default: FILE.tst.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    network: network::Options,
    /// File to stamp.
    file: PathBuf,
}

#[derive(Serialize)]
struct Done {
    file: PathBuf,
    output: PathBuf,
    time: String,
    authority: Option<String>,
}

pub(crate) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let mut name = o.file.as_os_str().to_owned();
    name.push(".tst");
    let path = o.out.unwrap_or_else(|| name.into());
    let mut out = Output::create(&path, o.force)?;
    let file = File::open(&o.file).map_err(Failure::reading(&o.file))?;
    let total = file.metadata().map_err(Failure::reading(&o.file))?.len();
    let mut digester = Digester::new(DigestAlgorithm::Sha256);
    let mut progress = ui.progress(total);
    io::copy(&mut Counted(file, &mut progress), &mut digester).map_err(Failure::reading(&o.file))?;
    drop(progress);
    let nonce: [u8; 8] = Cx::system().bytes();
    let client = o.network.client(&[&o.tsa])?;
    let token = client.time_stamp(&o.tsa, DigestAlgorithm::Sha256, &digester.finish(), &nonce).await?;
    let parsed = TimeStampToken::from_ber(&token)?;
    let unit = parsed.verify(&[])?;
    io::Write::write_all(&mut out, &token).map_err(Failure::writing(&path))?;
    let output = out.commit()?;
    let done = Done {
        file: o.file,
        output,
        time: parsed.info.time.to_string(),
        authority: unit.subject().common_name().map(str::to_owned),
    };
    ui.result(&done, || {
        format!("{}\t{}\t{}", done.output.display(), done.time, done.authority.clone().unwrap_or_default())
    });
    Ok(0)
}
