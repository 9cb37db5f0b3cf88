//! Records put into signed files, and renewed there.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use ades::{
    detect::Limits,
    evidence::{self, EvidenceError, Seal, Tree},
    facts::EvidenceForm,
};
use pki::DigestAlgorithm;
use serde::Serialize;

use super::Stamping;
use crate::{failure::Failure, output::Output, sign::names, supplied::Supplied, ui::Ui};

/// A signed file that is open.
pub(super) struct Sealed {
    path: PathBuf,
    file: Box<dyn Seal>,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    output: PathBuf,
    records: usize,
}

pub(super) fn open(path: &Path, detached: &[PathBuf]) -> Result<Sealed, Failure> {
    Ok(opened(path, detached)??)
}

/// A file that should hold records.
pub(super) fn open_sealed(path: &Path, detached: &[PathBuf]) -> Result<Sealed, Failure> {
    match opened(path, detached)? {
        Err(EvidenceError::Unsupported(_)) => {
            Err(EvidenceError::Malformed("neither a record nor a signed file").into())
        }
        other => Ok(other?),
    }
}

fn opened(path: &Path, detached: &[PathBuf]) -> Result<Result<Sealed, EvidenceError>, Failure> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = BufReader::with_capacity(256 * 1024, File::open(path).map_err(Failure::reading(path))?);
    let file = evidence::open(&name, source, Box::new(Supplied::new(detached)), &Limits::default());
    Ok(file.map(|file| Sealed { path: path.to_owned(), file }))
}

/// One time stamp over all of these files; a record for each signature, or for each container.
pub(super) async fn create(
    files: &mut [Sealed],
    form: EvidenceForm,
    digest: DigestAlgorithm,
    stamping: &Stamping,
) -> Result<(), Failure> {
    let mut places = Vec::new();
    let mut groups = Vec::new();
    for (n, one) in files.iter_mut().enumerate() {
        for id in one.file.ids() {
            groups.push(one.file.group(&id, digest, form)?);
            places.push((n, id));
        }
    }
    let tree = Tree::new(digest, groups).ok_or(EvidenceError::NoData)?;
    let token = stamping.stamp(digest, tree.root()).await?;
    for (g, (n, id)) in places.iter().enumerate() {
        if let Some(one) = files.get_mut(*n) {
            one.file.embed(id, form, digest, tree.reduced(g), &token)?;
        }
    }
    Ok(())
}

/// What of a file is renewed: its number, the id in it, the number of the record.
type Place = (usize, String, usize);

fn places(files: &mut [Sealed]) -> Result<Vec<Place>, Failure> {
    let mut all = Vec::new();
    for (n, one) in files.iter_mut().enumerate() {
        let mut any = false;
        for id in one.file.ids() {
            for k in 0..one.file.records(&id)?.len() {
                all.push((n, id.clone(), k));
                any = true;
            }
        }
        if !any {
            return Err(EvidenceError::Malformed("it holds none").into());
        }
    }
    Ok(all)
}

/// A record as it stands now: renewing another one of the file may have moved it.
fn current(files: &mut [Sealed], (n, id, k): &Place) -> Result<evidence::Record, Failure> {
    let records = files.get_mut(*n).map(|one| one.file.records(id)).transpose()?.unwrap_or_default();
    Ok(records.into_iter().nth(*k).ok_or(EvidenceError::NoData)?)
}

/// Renews all records that nothing is over: by a time stamp, or with `tree` by a new hash tree.
pub(super) async fn renew(
    files: &mut [Sealed],
    tree: Option<DigestAlgorithm>,
    stamping: &Stamping,
) -> Result<(), Failure> {
    let places = places(files)?;
    let mut groups = Vec::new();
    let mut method = tree;
    for place in &places {
        let record = current(files, place)?;
        match tree {
            Some(digest) => {
                let (n, id, k) = place;
                let objects = files.get_mut(*n).map(|one| one.file.regroup(id, *k, digest)).transpose()?;
                groups.push(record.new_group(digest, &objects.unwrap_or_default()));
            }
            None => {
                let (digest, own) = record.stamp_digest()?;
                if *method.get_or_insert(digest) != digest {
                    return Err(Failure::usage("evidence.algorithm", ""));
                }
                groups.push(vec![own]);
            }
        }
    }
    let digest = method.ok_or(EvidenceError::NoData)?;
    let all = Tree::new(digest, groups).ok_or(EvidenceError::NoData)?;
    let token = stamping.stamp(digest, all.root()).await?;
    for (g, place) in places.iter().enumerate() {
        let record = current(files, place)?;
        let renewed = match tree {
            Some(digest) => record.with_tree(digest, all.reduced(g), &token)?,
            None => record.with_stamp(all.reduced(g), &token)?,
        };
        let (n, id, k) = place;
        files.get_mut(*n).map(|one| one.file.replace(id, *k, &renewed)).transpose()?;
    }
    Ok(())
}

/// Writes the files beside what they were, or in their place.
pub(super) fn write(files: Vec<Sealed>, out: Option<&Path>, force: bool, ui: &Ui) -> Result<(), Failure> {
    for mut one in files {
        let path = match out {
            None if force => one.path.clone(),
            out => names::target(out, &one.path, &names::signed(&one.path)),
        };
        let mut target = Output::create(&path, force)?;
        one.file.write(&mut target)?;
        let mut records = 0;
        for id in one.file.ids() {
            records += one.file.records(&id)?.len();
        }
        let made = Made { file: one.path, output: target.commit()?, records };
        ui.result(&made, || made.output.display().to_string());
    }
    Ok(())
}
