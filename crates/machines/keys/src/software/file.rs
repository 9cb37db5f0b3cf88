use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use crate::KeyError;

/// Names the file of an input/output error.
pub(super) fn error(file: &Path) -> impl Fn(io::Error) -> KeyError + '_ {
    move |source| KeyError::File { file: file.to_owned(), source }
}

/// Makes the directory, open to its owner alone.
pub(super) fn make_dir(dir: &Path) -> Result<(), KeyError> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(dir).map_err(error(dir))
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let beside = beside(path, content)?;
    let linked = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    linked.map_err(error(path))?;
    flush_dir(path)
}

/// Replaces a file, whole or not at all.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let beside = beside(path, content)?;
    fs::rename(&beside, path).map_err(error(path))?;
    flush_dir(path)
}

/// Removes a file for good. Its content was sealed, so it is not overwritten first.
pub(super) fn remove(path: &Path) -> Result<(), KeyError> {
    fs::remove_file(path).map_err(error(path))?;
    flush_dir(path)
}

fn beside(path: &Path, content: &[u8]) -> Result<std::path::PathBuf, KeyError> {
    let mut tag = [0u8; 8];
    aws_lc_rs::rand::fill(&mut tag)?;
    let beside = path.with_extension(format!("new-{}", super::seal::hex(&tag)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut f| f.write_all(content).and_then(|()| f.sync_all()));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(error(&beside))?;
    Ok(beside)
}

fn flush_dir(path: &Path) -> Result<(), KeyError> {
    match path.parent() {
        Some(dir) if cfg!(unix) => File::open(dir).and_then(|d| d.sync_all()).map_err(error(dir)),
        _ => Ok(()),
    }
}
