use std::{fs::File, io, path::Path};

use ades::make::{Input, media_type};
use store::Blobs;

use super::EngineError;

/// A file on disk.
///
/// # Errors
/// When there is none.
pub fn from_path(path: &Path) -> Result<Input, EngineError> {
    let size = std::fs::metadata(path)?.len();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let path = path.to_owned();
    Ok(Input::new(&name, media_type(&name), size, move || File::open(&path)))
}

/// A content of the blob store.
pub(crate) fn from_blobs(name: &str, media_type: &str, size: u64, blobs: &Blobs, address: &str) -> Input {
    let (blobs, address) = (blobs.clone(), address.to_owned());
    Input::new(name, media_type, size, move || blobs.reader(&address).map_err(io::Error::other))
}
