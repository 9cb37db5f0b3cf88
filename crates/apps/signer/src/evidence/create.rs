use std::{io::Write as _, path::PathBuf};

use ades::evidence::{Record, Tree};
use clap::Args;
use serde::Serialize;

use super::{Digest, Form, Stamping, digest_of, embed};
use crate::{failure::Failure, output::Output, ui::Ui};

#[derive(Args)]
pub(super) struct Options {
    /// Kind of record: ers (RFC 4998) or xml (RFC 6283).
    #[arg(long, value_enum, default_value = "ers")]
    form: Form,
    /// Digest of the tree.
    #[arg(long, value_enum, default_value = "sha256")]
    digest: Digest,
    /// Put each record into its file: a signature in CMS or XML, or a container (ASiC-E).
    #[arg(long)]
    embed: bool,
    /// With --embed: file that a detached signature is about; may be repeated.
    #[arg(long, value_name = "FILE", requires = "embed")]
    detached: Vec<PathBuf>,
    /// Directory for the records. Default: beside each file. With --embed: where to write; by default NAME-signed.EXT beside the file.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[command(flatten)]
    stamping: Stamping,
    /// Files to prove.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    output: PathBuf,
}

pub(super) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let (form, digest) = (o.form.form(), o.digest.algorithm());
    if o.embed {
        if o.files.len() > 1 && o.out.as_ref().is_some_and(|out| !out.is_dir()) {
            return Err(Failure::usage("sign.out-for-many", ""));
        }
        let mut files = o.files.iter().map(|f| embed::open(f, &o.detached)).collect::<Result<Vec<_>, _>>()?;
        embed::create(&mut files, form, digest, &o.stamping).await?;
        embed::write(files, o.out.as_deref(), o.stamping.force, ui)?;
        return Ok(0);
    }
    let extension = match o.form {
        Form::Ers => "ers",
        Form::Xml => "ers.xml",
    };
    let mut targets = Vec::new();
    let mut groups = Vec::new();
    for file in &o.files {
        let name = file.file_name().ok_or_else(|| Failure::usage("file.name", file.display()))?;
        let name = format!("{}.{extension}", name.to_string_lossy());
        let path = o.out.as_ref().map_or_else(|| file.with_file_name(&name), |dir| dir.join(&name));
        if !o.stamping.force && path.symlink_metadata().is_ok() {
            return Err(Failure::of("file.exists", path.display()));
        }
        if targets.contains(&path) {
            return Err(Failure::usage("sign.same-name", path.display()));
        }
        targets.push(path);
        groups.push(vec![digest_of(file, digest, form)?]);
    }
    let tree = Tree::new(digest, groups).ok_or(ades::evidence::EvidenceError::NoData)?;
    let token = o.stamping.stamp(digest, tree.root()).await?;
    for (n, (file, path)) in o.files.iter().zip(targets).enumerate() {
        let record = Record::new(form, digest, tree.reduced(n), &token)?;
        let mut out = Output::create(&path, o.stamping.force)?;
        out.write_all(record.bytes()).map_err(Failure::writing(&path))?;
        let made = Made { file: file.clone(), output: out.commit()? };
        ui.result(&made, || made.output.display().to_string());
    }
    Ok(0)
}
