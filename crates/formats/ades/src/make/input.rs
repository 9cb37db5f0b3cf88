use std::{
    io::{self, Cursor, Read, Seek, Write},
    sync::Arc,
};

use super::{MakeError, media_type};
use crate::{facts::Defect, pdf::Ranged, xades::Objects};

/// What a file is read from.
pub trait Stream: Read + Seek + Send {}
impl<T: Read + Seek + Send> Stream for T {}

type Opener = Arc<dyn Fn() -> io::Result<Box<dyn Stream>> + Send + Sync>;

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
        S: Stream + 'static,
        F: Fn() -> io::Result<S> + Send + Sync + 'static,
    {
        let open: Opener = Arc::new(move || open().map(|s| Box::new(s) as Box<dyn Stream>));
        Self { name: name.to_owned(), media_type: media_type.to_owned(), size, open }
    }

    /// Bytes in memory.
    pub fn bytes(name: &str, content: Vec<u8>) -> Self {
        let (size, content) = (u64::try_from(content.len()).unwrap_or(u64::MAX), Arc::<[u8]>::from(content));
        Self::new(name, media_type(name), size, move || Ok(Cursor::new(Arc::clone(&content))))
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Stream>> {
        (self.open)()
    }

    /// Opens it as a PDF is read: here and there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn ranged(&self) -> io::Result<Ranged<Box<dyn Stream>>> {
        Ranged::new(self.open()?)
    }

    /// The first `n` bytes, fewer when it is shorter.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head(&self, n: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(n);
        self.open()?.take(u64::try_from(n).unwrap_or(0)).read_to_end(&mut head)?;
        Ok(head)
    }

    /// All of it, at most [`super::MAX_TEXT`].
    pub(super) fn text(&self) -> Result<Vec<u8>, MakeError> {
        if self.size > super::MAX_TEXT {
            return Err(MakeError::TooLarge(self.name.clone()));
        }
        let mut bytes = Vec::new();
        self.open()?.take(super::MAX_TEXT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > super::MAX_TEXT { Err(MakeError::TooLarge(self.name.clone())) } else { Ok(bytes) }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.size)
    }
}

/// Files beside a detached signature, found by the last part of the name: a signature names a file relative to where it once stood.
#[derive(Clone, Debug, Default)]
pub struct Files(pub Vec<Input>);

/// `b.txt` of `a/b.txt`.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

impl Files {
    /// The file of this name as the signature has it.
    pub(super) fn named(&self, name: &str) -> Option<Input> {
        self.find(name).map(|f| Input { name: name.to_owned(), ..f.clone() })
    }
    fn find(&self, name: &str) -> Option<&Input> {
        self.0.iter().find(|f| last_part(&f.name) == last_part(name))
    }
}

impl Objects for Files {
    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
    fn only(&self) -> Option<String> {
        match self.0.as_slice() {
            [one] => Some(one.name.clone()),
            _ => None,
        }
    }
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|f| f.name.clone()).collect()
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let failed = || Defect { code: "file.read", object: name.to_owned(), fatal: false };
        let mut source = self.find(name).ok_or_else(failed)?.open().map_err(|_| failed())?;
        io::copy(&mut source, out).map(|_| ()).map_err(|_| failed())
    }
    fn media_type(&self, name: &str) -> Option<&str> {
        self.find(name).map(|f| f.media_type.as_str())
    }
}
