use std::{io::Write as _, path::PathBuf};

use ades::evidence::{Record, Tree};
use clap::Args;
use serde::Serialize;

use super::{Digest, Form, Stamping, digest_of};
use crate::{failure::Failure, output::Output, ui::Ui};

#[derive(Args)]
pub(super) struct Options {
    /// Kind of record: ers (RFC 4998) or xml (RFC 6283).
    #[arg(long, value_enum, default_value = "ers")]
    form: Form,
    /// Digest of the tree.
    #[arg(long, value_enum, default_value = "sha256")]
    digest: Digest,
    /// Directory for the records. Default: beside each file.
    #[arg(long, value_name = "DIR")]
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
