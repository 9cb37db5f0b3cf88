use std::{io::Write as _, path::PathBuf};

use ades::{
    evidence::{EvidenceError, Tree, read_record},
    xades::Objects as _,
};
use clap::Args;
use serde::Serialize;

use super::{Digest, Stamping, embed, record};
use crate::{failure::Failure, output::Output, sign::names, supplied::Supplied, ui::Ui};

#[derive(Args)]
pub(super) struct Options {
    /// By a new hash tree with this digest, over the files and the record, instead of a new time stamp over the last one.
    #[arg(long, value_enum, value_name = "DIGEST")]
    tree: Option<Digest>,
    /// The file that the record is about (for --tree), or that a detached signature is about; once for each file.
    #[arg(long, value_name = "FILE")]
    detached: Vec<PathBuf>,
    /// Where to write, for one record. Default: NAME-signed.EXT beside it; with --force the record itself.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[command(flatten)]
    stamping: Stamping,
    /// Records, or signed files with records inside: one time stamp renews them all. With --tree: one record, or signed files.
    #[arg(required = true)]
    records: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    output: PathBuf,
}

pub(super) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    if o.records.len() > 1 && o.out.is_some() {
        return Err(Failure::usage("sign.out-for-many", ""));
    }
    let read = o.records.iter().map(|r| record(r)).collect::<Result<Vec<_>, _>>()?;
    let signed: Vec<_> = o.records.iter().zip(&read).filter(|(_, r)| r.is_none()).map(|(p, _)| p).collect();
    if !signed.is_empty() {
        // Those inside of signed files know what they are over.
        let mut files = signed.iter().map(|f| embed::open_sealed(f, &o.detached)).collect::<Result<Vec<_>, _>>()?;
        if files.len() < o.records.len() {
            return Err(Failure::usage("evidence.mixed", ""));
        }
        embed::renew(&mut files, o.tree.map(Digest::algorithm), &o.stamping).await?;
        embed::write(files, o.out.as_deref(), o.stamping.force, ui)?;
        return Ok(0);
    }
    let records: Vec<_> = read.into_iter().flatten().collect();
    if records.len() > 1 && o.tree.is_some() {
        return Err(Failure::usage("sign.out-for-many", ""));
    }
    let mut renewed = Vec::new();
    if let Some(digest) = o.tree {
        let digest = digest.algorithm();
        for record in &records {
            // A tree over other files would never be valid.
            let mut objects = Supplied::new(&o.detached);
            let found = read_record(record, &objects.names(), &mut objects);
            if let Some(o) = found.objects.iter().find(|o| !o.intact) {
                return Err(EvidenceError::Foreign(o.object.clone()).into());
            }
            let unread = |d: ades::facts::Defect| EvidenceError::Object(d.object);
            let names = objects.names();
            let files = names.iter().map(|n| record.object_digest(&mut objects, n, digest).map_err(unread));
            let files = files.collect::<Result<Vec<_>, _>>()?;
            let tree = Tree::new(digest, vec![record.new_group(digest, &files)]).ok_or(EvidenceError::NoData)?;
            let token = o.stamping.stamp(digest, tree.root()).await?;
            renewed.push(record.with_tree(digest, tree.reduced(0), &token)?);
        }
    } else {
        // One tree for all records of one algorithm.
        let digests = records.iter().map(|r| r.stamp_digest()).collect::<Result<Vec<_>, _>>()?;
        let Some((digest, _)) = digests.first().cloned() else { return Err(EvidenceError::NoData.into()) };
        if digests.iter().any(|(d, _)| *d != digest) {
            return Err(Failure::usage("evidence.algorithm", ""));
        }
        let groups = digests.into_iter().map(|(_, own)| vec![own]).collect();
        let tree = Tree::new(digest, groups).ok_or(EvidenceError::NoData)?;
        let token = o.stamping.stamp(digest, tree.root()).await?;
        for (n, record) in records.iter().enumerate() {
            renewed.push(record.with_stamp(tree.reduced(n), &token)?);
        }
    }
    for (file, record) in o.records.iter().zip(renewed) {
        let path = match &o.out {
            None if o.stamping.force => file.clone(),
            out => names::target(out.as_deref(), file, &names::signed(file)),
        };
        let mut out = Output::create(&path, o.stamping.force)?;
        out.write_all(record.bytes()).map_err(Failure::writing(&path))?;
        let made = Made { file: file.clone(), output: out.commit()? };
        ui.result(&made, || made.output.display().to_string());
    }
    Ok(0)
}
