use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, Write},
    path::Path,
    sync::Arc,
};

use ades::{facts::Defect, pdf::Ranged, xades::Objects};
use store::Blobs;

use super::EngineError;

/// What a file is read from.
pub trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

type Opener = Arc<dyn Fn() -> io::Result<Box<dyn Source>> + Send + Sync>;

/// A file to be signed or judged; it is opened as often as it is read. Cheap to clone.
#[derive(Clone)]
pub struct Input {
    /// Name as shown to a person and kept in a container.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    open: Opener,
}

impl Input {
    /// A file that `open` opens.
    pub fn new<S, F>(name: &str, media_type: &str, size: u64, open: F) -> Self
    where
        S: Source + 'static,
        F: Fn() -> io::Result<S> + Send + Sync + 'static,
    {
        let open: Opener = Arc::new(move || open().map(|s| Box::new(s) as Box<dyn Source>));
        Self { name: name.to_owned(), media_type: media_type.to_owned(), size, open }
    }

    /// A file on disk.
    pub fn path(path: &Path) -> Result<Self, EngineError> {
        let size = std::fs::metadata(path)?.len();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let path = path.to_owned();
        Ok(Self::new(&name, media_type(&name), size, move || File::open(&path)))
    }

    /// A content of the blob store.
    pub fn blob(name: &str, media_type: &str, size: u64, blobs: &Blobs, address: &str) -> Self {
        let (blobs, address) = (blobs.clone(), address.to_owned());
        Self::new(name, media_type, size, move || blobs.reader(&address).map_err(io::Error::other))
    }

    /// Bytes in memory.
    pub fn bytes(name: &str, content: Vec<u8>) -> Self {
        let (size, content) = (u64::try_from(content.len()).unwrap_or(u64::MAX), Arc::<[u8]>::from(content));
        Self::new(name, media_type(name), size, move || Ok(Cursor::new(Arc::clone(&content))))
    }

    /// Opens it.
    pub fn open(&self) -> io::Result<Box<dyn Source>> {
        (self.open)()
    }

    /// Opens it as a PDF is read: here and there.
    pub fn ranged(&self) -> io::Result<Ranged<Box<dyn Source>>> {
        Ranged::new(self.open()?)
    }

    /// The first `n` bytes, fewer when it is shorter.
    pub fn head(&self, n: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(n);
        self.open()?.take(u64::try_from(n).unwrap_or(0)).read_to_end(&mut head)?;
        Ok(head)
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.size)
    }
}

/// Files that were sent, as objects by their names.
pub(crate) struct Sent(pub(crate) Vec<Input>);

impl Objects for Sent {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|i| i.name == name)
    }
    fn only(&self) -> Option<String> {
        self.0.first().filter(|_| self.0.len() == 1).map(|i| i.name.clone())
    }
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|i| i.name.clone()).collect()
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let missing = |_| Defect { code: "cades.content-missing", object: name.to_owned(), fatal: false };
        let input = self.0.iter().find(|i| i.name == name);
        let input = input.ok_or_else(|| missing(io::ErrorKind::NotFound.into()))?;
        let mut source = BufReader::with_capacity(256 * 1024, input.open().map_err(missing)?);
        io::copy(&mut source, out).map(|_| ()).map_err(missing)
    }
}

/// The media type that a file name suggests.
pub(crate) fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "pdf" => "application/pdf",
        "txt" | "log" => "text/plain",
        "csv" => "text/csv",
        "xml" => "application/xml",
        "json" => "application/json",
        "htm" | "html" => "text/html",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "tif" | "tiff" => "image/tiff",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "edoc" | "asice" | "bdoc" => "application/vnd.etsi.asic-e+zip",
        _ => "application/octet-stream",
    }
}
