//! The sites that the holder allowed to ask without being asked about first. They still get nothing without PIN or confirmation.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

#[derive(Debug, Default)]
pub(crate) struct Consents {
    file: Option<PathBuf>,
    sites: BTreeMap<String, Timestamp>,
}

impl Consents {
    pub(crate) fn open(file: Option<PathBuf>) -> io::Result<Self> {
        let sites = match &file {
            Some(path) => match fs::read(path) {
                Ok(bytes) => serde_json::from_slice(&bytes)?,
                Err(e) if e.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
                Err(e) => return Err(e),
            },
            None => BTreeMap::new(),
        };
        Ok(Self { file, sites })
    }

    pub(crate) fn holds(&self, origin: &str) -> bool {
        self.sites.contains_key(origin)
    }

    pub(crate) fn list(&self) -> impl Iterator<Item = (&str, &Timestamp)> {
        self.sites.iter().map(|(origin, at)| (origin.as_str(), at))
    }

    pub(crate) fn give(&mut self, origin: &str, at: Timestamp) {
        self.sites.insert(origin.to_owned(), at);
        self.keep();
    }

    pub(crate) fn take_back(&mut self, origin: &str) {
        self.sites.remove(origin);
        self.keep();
    }

    /// Not being able to remember costs a question the next time, nothing else.
    fn keep(&self) {
        if let Some(path) = &self.file
            && let Err(error) = self.write(path)
        {
            tracing::warn!(%error, "the agent could not remember its sites");
        }
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let fresh = path.with_extension("new");
        let mut file = fs::File::create(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(&self.sites)?)?;
        file.sync_all()?;
        fs::rename(fresh, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_remembered_and_forgotten() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("agent/consents.json");
        let open = || Consents::open(Some(path.clone())).unwrap();
        open().give("https://a.example", Timestamp::UNIX_EPOCH);
        assert!(open().holds("https://a.example"));
        assert!(!open().holds("https://a.example.evil"));
        open().take_back("https://a.example");
        assert_eq!(open().list().count(), 0);
        fs::write(&path, "{").unwrap();
        assert!(Consents::open(Some(path)).is_err());
    }
}
