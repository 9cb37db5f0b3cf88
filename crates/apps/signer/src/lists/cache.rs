use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use ades::lists::{Lists, Source};
use pki::Certificate;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where the lists come from, as it was given the last time.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) url: String,
    /// PEM.
    pub(super) signers: Vec<String>,
    pub(super) announcement: Option<String>,
}

impl Kept {
    pub(super) fn source(&self) -> Result<Source, Failure> {
        let signers = self.signers.iter().map(|p| Certificate::from_pem_or_der(p.as_bytes()));
        let signers = signers.collect::<Result<_, _>>()?;
        Ok(Source { url: self.url.clone(), signers, announcement: self.announcement.clone() })
    }
}

/// The folder that keeps lists: verified once, read again without looking at their signatures, so only its owner may write there.
pub(super) struct Cache(PathBuf);

impl Cache {
    /// `ENKURS_CACHE`, else the user's cache folder.
    pub(super) fn open() -> Result<Self, Failure> {
        let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let user = || {
            let windows = set("LOCALAPPDATA");
            windows.or_else(|| set("XDG_CACHE_HOME")).or_else(|| set("HOME").map(|h| h.join(".cache")))
        };
        let place = set("ENKURS_CACHE").or_else(|| user().map(|u| u.join("enkurs")));
        place.map(Self).ok_or_else(|| Failure::of("lists.no-folder", ""))
    }

    pub(super) fn place(&self) -> &Path {
        &self.0
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Failure::reading(&path)(e)),
        }
    }

    pub(super) fn lists(&self) -> Result<Option<Lists>, Failure> {
        let Some(bytes) = self.read("lists")? else { return Ok(None) };
        Ok(Some(Lists::from_cache(&bytes)?))
    }

    pub(super) fn source(&self) -> Result<Option<Kept>, Failure> {
        let Some(bytes) = self.read("lists-source.json")? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| Failure::of("lists.cache", e))
    }

    pub(super) fn keep(&self, source: &Kept, lists: &Lists) -> Result<(), Failure> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(Failure::writing(&self.0))?;
        let source = serde_json::to_vec(source).map_err(|e| Failure::of("lists.cache", e))?;
        self.write("lists-source.json", &source)?;
        self.write("lists", &lists.to_cache())
    }

    /// Whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.0.join(name);
        let part = self.0.join(format!(".{name}.{}.part", std::process::id()));
        let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, &path));
        written.map_err(|e| {
            // What could not be put in place is of no use; the error that counts is the first.
            let _gone = fs::remove_file(&part);
            Failure::writing(&path)(e)
        })
    }
}
