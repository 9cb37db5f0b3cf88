use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use ades::{facts::Defect, xades::Objects};
use pki::Digester;

/// Files that the person supplied for detached signatures.
pub(super) struct Supplied<'a>(&'a [PathBuf]);

impl<'a> Supplied<'a> {
    pub(super) fn new(files: &'a [PathBuf]) -> Self {
        Self(files)
    }
    /// By the last part of the name: a signature names a file relative to where it once stood.
    fn find(&self, name: &str) -> Option<&Path> {
        let wanted = Path::new(name).file_name()?;
        self.0.iter().find(|p| p.file_name() == Some(wanted)).map(PathBuf::as_path)
    }
}

impl Objects for Supplied<'_> {
    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
    fn feed(&mut self, name: &str, digesters: &mut [Digester]) -> Result<(), Defect> {
        let failed = |_| Defect { code: "file.read", object: name.to_owned(), fatal: false };
        let path = self.find(name).ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        let mut file = File::open(path).map_err(failed)?;
        let mut buf = vec![0; 256 * 1024];
        loop {
            let n = file.read(&mut buf).map_err(failed)?;
            if n == 0 {
                return Ok(());
            }
            for d in digesters.iter_mut() {
                d.update(buf.get(..n).unwrap_or_default());
            }
        }
    }
}
