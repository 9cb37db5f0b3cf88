/// Why an archive is refused or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// Reading or writing failed.
    #[error("input or output: {0}")]
    Io(#[from] std::io::Error),
    /// No end record: not a ZIP file, or cut off.
    #[error("no ZIP end record: not a ZIP file, or cut off")]
    NotZip,
    /// More than one end record fits: two readers could see two archives.
    #[error("several ZIP end records")]
    AmbiguousEnd,
    /// Parts on several disks.
    #[error("an archive of several parts")]
    MultiPart,
    /// A structure is broken.
    #[error("broken structure: {0}")]
    Broken(&'static str),
    /// Directory and local header of an entry differ.
    #[error("directory and local header differ ({what}): {name}")]
    Mismatch {
        /// Entry.
        name: String,
        /// Field.
        what: &'static str,
    },
    /// Two entries of one name.
    #[error("two entries of one name: {0}")]
    Duplicate(String),
    /// A name that leads out of the container or is not printable.
    #[error("an entry name that is not accepted: {0}")]
    Name(String),
    /// Entries share bytes.
    #[error("entries overlap: {0}")]
    Overlap(String),
    /// Bytes that belong to no entry.
    #[error("bytes that belong to no entry, before {0}")]
    Gap(String),
    /// Encrypted.
    #[error("an encrypted entry: {0}")]
    Encrypted(String),
    /// Neither stored nor deflated.
    #[error("an unknown compression method: {0}")]
    Method(String),
    /// Larger, more or more densely packed than the limits allow.
    #[error("beyond the limit of {limit}: {name}")]
    Limit {
        /// Entry, or empty for the whole archive.
        name: String,
        /// Which limit.
        limit: &'static str,
    },
    /// Content does not have the declared size or checksum.
    #[error("content does not match its declared size or checksum: {0}")]
    Content(String),
}

impl ZipError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "zip.io",
            Self::NotZip => "zip.not-zip",
            Self::AmbiguousEnd => "zip.ambiguous-end",
            Self::MultiPart => "zip.multi-part",
            Self::Broken(_) => "zip.broken",
            Self::Mismatch { .. } => "zip.header-mismatch",
            Self::Duplicate(_) => "zip.duplicate-entry",
            Self::Name(_) => "zip.entry-name",
            Self::Overlap(_) => "zip.overlap",
            Self::Gap(_) => "zip.gap",
            Self::Encrypted(_) => "zip.encrypted",
            Self::Method(_) => "zip.method",
            Self::Limit { .. } => "zip.limit",
            Self::Content(_) => "zip.content",
        }
    }

    /// Carries the refusal through [`std::io::Read`].
    pub(crate) fn into_io(self) -> std::io::Error {
        match self {
            Self::Io(e) => e,
            other => std::io::Error::new(std::io::ErrorKind::InvalidData, other),
        }
    }

    /// The refusal that came through [`std::io::Read`], if it is one.
    pub fn from_io(e: std::io::Error) -> Self {
        match e.downcast::<Self>() {
            Ok(z) => z,
            Err(e) => Self::Io(e),
        }
    }
}
