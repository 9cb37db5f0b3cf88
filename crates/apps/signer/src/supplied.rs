//! Files that a person gives beside a detached signature.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use ades::{facts::Defect, xades::Objects};

/// Files that the person supplied for detached signatures.
pub(crate) struct Supplied(Vec<PathBuf>);

impl Supplied {
    pub(crate) fn new(files: &[PathBuf]) -> Self {
        Self(files.to_vec())
    }
    /// By the last part of the name: a signature names a file relative to where it once stood.
    fn find(&self, name: &str) -> Option<&Path> {
        let wanted = Path::new(name).file_name()?;
        self.0.iter().find(|p| p.file_name() == Some(wanted)).map(PathBuf::as_path)
    }
}

impl Objects for Supplied {
    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
    fn only(&self) -> Option<String> {
        match self.0.as_slice() {
            [one] => one.file_name().map(|n| n.to_string_lossy().into_owned()),
            _ => None,
        }
    }
    fn names(&self) -> Vec<String> {
        let name = |p: &PathBuf| p.file_name().map(|n| n.to_string_lossy().into_owned());
        self.0.iter().filter_map(name).collect()
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let failed = |_| Defect { code: "file.read", object: name.to_owned(), fatal: false };
        let path = self.find(name).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        let mut file = BufReader::with_capacity(256 * 1024, File::open(path).map_err(failed)?);
        io::copy(&mut file, out).map(|_| ()).map_err(failed)
    }
}
