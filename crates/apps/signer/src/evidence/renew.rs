use std::{io::Write as _, path::PathBuf};

use ades::{
    evidence::{EvidenceError, Tree, read_record},
    xades::Objects as _,
};
use clap::Args;
use serde::Serialize;

use super::{Digest, Stamping, digest_of, record};
use crate::{failure::Failure, output::Output, sign::names, supplied::Supplied, ui::Ui};

#[derive(Args)]
pub(super) struct Options {
    /// By a new hash tree with this digest, over the files and the record, instead of a new time stamp over the last one.
    #[arg(long, value_enum, value_name = "DIGEST", requires = "detached")]
    tree: Option<Digest>,
    /// The file that the record is about (for --tree); once for each file of its group.
    #[arg(long, value_name = "FILE")]
    detached: Vec<PathBuf>,
    /// Where to write, for one record. Default: NAME-signed.EXT beside it; with --force the record itself.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[command(flatten)]
    stamping: Stamping,
    /// Records: one time stamp renews them all. With --tree: one record.
    #[arg(required = true)]
    records: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    output: PathBuf,
}

pub(super) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    if o.records.len() > 1 && (o.out.is_some() || o.tree.is_some()) {
        return Err(Failure::usage("sign.out-for-many", ""));
    }
    let records = o.records.iter().map(record).collect::<Result<Vec<_>, _>>()?;
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
            let files = o.detached.iter().map(|f| digest_of(f, digest, record.form)).collect::<Result<Vec<_>, _>>()?;
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
