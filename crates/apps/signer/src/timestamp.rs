//! `timestamp`: a time stamp over a file.

use std::{fs::File, io, path::PathBuf};

use ades::{
    asic::cades::{CadesBuilder, SignedBy},
    make::media_type,
};
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
    /// Put file and token into a container (ASiC-S).
    #[arg(long)]
    asic: bool,
    /// Where to write. Default: FILE.tst, with --asic FILE.asics.
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
    name.push(if o.asic { ".asics" } else { ".tst" });
    let path = o.out.unwrap_or_else(|| name.into());
    let mut out = Output::create(&path, o.force)?;
    let file = File::open(&o.file).map_err(Failure::reading(&o.file))?;
    let total = file.metadata().map_err(Failure::reading(&o.file))?.len();
    let digest = DigestAlgorithm::Sha256;
    let cx = Cx::system();
    let nonce: [u8; 8] = cx.bytes();
    let client = o.network.client(&[&o.tsa])?;
    let mut progress = ui.progress(total);
    let (token, out) = if o.asic {
        let name =
            o.file.file_name().and_then(|n| n.to_str()).ok_or_else(|| Failure::usage("file.name", o.file.display()))?;
        let mut builder = CadesBuilder::new(out, false, SignedBy::Timestamp, digest, cx.now())?;
        builder.add(name, media_type(name), Counted(file, &mut progress), total)?;
        drop(progress);
        let token = client.time_stamp(&o.tsa, digest, &builder.imprint()?, &nonce).await?;
        let out = builder.finish(&token)?;
        (token, out)
    } else {
        let mut digester = Digester::new(digest);
        io::copy(&mut Counted(file, &mut progress), &mut digester).map_err(Failure::reading(&o.file))?;
        drop(progress);
        let token = client.time_stamp(&o.tsa, digest, &digester.finish(), &nonce).await?;
        io::Write::write_all(&mut out, &token).map_err(Failure::writing(&path))?;
        (token, out)
    };
    let parsed = TimeStampToken::from_ber(&token)?;
    let unit = parsed.verify(&[])?;
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
