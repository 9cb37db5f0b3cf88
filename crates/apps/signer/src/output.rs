//! Results appear whole or not at all, and replace nothing unless told to.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// A file in the making, beside its final place.
pub(crate) struct Output {
    path: PathBuf,
    part: PathBuf,
    force: bool,
    file: Option<BufWriter<File>>,
}

impl Output {
    /// Starts a file that will stand at `path`.
    pub(crate) fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        if !force && path.symlink_metadata().is_ok() {
            return Err(Failure::of("file.exists", path.display()));
        }
        let name = path.file_name().ok_or_else(|| Failure::usage("file.name", path.display()))?;
        let part = path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        let file = File::options().write(true).create_new(true).open(&part).map_err(Failure::writing(&part))?;
        Ok(Self { path: path.to_owned(), part, force, file: Some(BufWriter::with_capacity(256 * 1024, file)) })
    }

    /// A file that is worked on further before the one at `path` is made; it never stays.
    pub(crate) fn draft(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().ok_or_else(|| Failure::usage("file.name", path.display()))?;
        let part = path.with_file_name(format!(".{}.{}.draft", name.to_string_lossy(), std::process::id()));
        let file = File::options().write(true).create_new(true).open(&part).map_err(Failure::writing(&part))?;
        let file = Some(BufWriter::with_capacity(256 * 1024, file));
        Ok(Self { path: part.clone(), part, force: false, file })
    }

    /// What was written so far, to be read.
    pub(crate) fn read_back(&mut self) -> Result<File, Failure> {
        self.flush().and_then(|()| File::open(&self.part)).map_err(Failure::reading(&self.part))
    }

    /// Puts the finished file in its place.
    pub(crate) fn commit(mut self) -> Result<PathBuf, Failure> {
        let written = self.file.take().map_or(Ok(()), |mut f| f.flush().and_then(|()| f.get_ref().sync_all()));
        written.map_err(Failure::writing(&self.path))?;
        let placed = if self.force { fs::rename(&self.part, &self.path) } else { self.place_new() };
        placed.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => Failure::of("file.exists", self.path.display()),
            _ => Failure::writing(&self.path)(e),
        })?;
        Ok(self.path.clone())
    }

    /// A link fails when the name was taken meanwhile; file systems without links get the check and a rename.
    fn place_new(&self) -> io::Result<()> {
        match fs::hard_link(&self.part, &self.path) {
            Ok(()) => fs::remove_file(&self.part),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
            Err(_) if self.path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(&self.part, &self.path),
        }
    }
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or_else(|| Err(io::ErrorKind::NotConnected.into()), |f| f.write(buf))
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Nothing remains of what was not finished; after a commit there is nothing to remove.
        let _gone = fs::remove_file(&self.part);
    }
}
