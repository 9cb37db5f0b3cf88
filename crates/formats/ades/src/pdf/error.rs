/// Why a PDF is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The file could not be read.
    #[error("the file cannot be read at byte {at}")]
    Read {
        /// Where.
        at: usize,
    },
    /// One object is larger than any is.
    #[error("the object at byte {at} has more than {limit} bytes beside its data")]
    ObjectTooLarge {
        /// Where it begins.
        at: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Its objects lead a reader through more bytes than allowed.
    #[error("reading its objects takes too much work")]
    TooMuchWork,
    /// No `%PDF-` at the first byte.
    #[error("the file does not start with %PDF-")]
    NotPdf,
    /// No `%%EOF` within the last 1024 bytes: truncated or followed by other data.
    #[error("the end mark %%EOF is missing: the file is cut off or something is appended")]
    NoEnd,
    /// `startxref` is missing or points nowhere.
    #[error("startxref is missing or points outside the file")]
    StartXref,
    /// A cross-reference section cannot be read.
    #[error("the cross-reference section at byte {at} is broken: {what}")]
    Xref {
        /// Where it begins.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The chain of revisions goes in a circle.
    #[error("the chain of revisions comes back to byte {at}")]
    XrefLoop {
        /// The section reached twice.
        at: usize,
    },
    /// More revisions than allowed.
    #[error("more than {limit} revisions")]
    TooManyRevisions {
        /// Revisions allowed.
        limit: usize,
    },
    /// More objects than allowed.
    #[error("more than {limit} objects")]
    TooManyObjects {
        /// Entries allowed.
        limit: usize,
    },
    /// More signature fields than allowed.
    #[error("more than {limit} signatures")]
    TooManySignatures {
        /// Fields allowed.
        limit: usize,
    },
    /// Nested deeper than allowed.
    #[error("nested deeper than {limit} at byte {at}")]
    TooDeep {
        /// Where.
        at: usize,
        /// Levels allowed.
        limit: usize,
    },
    /// Not PDF syntax.
    #[error("broken syntax at byte {at}: {what}")]
    Syntax {
        /// Where.
        at: usize,
        /// What was expected.
        what: &'static str,
    },
    /// One dictionary has the same key twice: readers would disagree about its meaning.
    #[error("a dictionary at byte {at} has the key /{key} twice")]
    DuplicateKey {
        /// Where the dictionary begins.
        at: usize,
        /// The key.
        key: String,
    },
    /// One section lists the same object twice.
    #[error("the section at byte {at} lists object {num} twice")]
    DuplicateEntry {
        /// The section.
        at: usize,
        /// The object.
        num: u32,
    },
    /// The cross-reference points to something that is not this object.
    #[error("object {num} is not where the cross-reference says")]
    WrongObject {
        /// The object.
        num: u32,
    },
    /// An object of the wrong type, or missing.
    #[error("object {num}: {what}")]
    Structure {
        /// The object (0: the trailer).
        num: u32,
        /// What was expected.
        what: &'static str,
    },
    /// A compression that structure may not use here.
    #[error("object {num} uses a filter that is not supported here")]
    Filter {
        /// The object.
        num: u32,
    },
    /// A stream inflates beyond the bound.
    #[error("the streams inflate to more than {limit} bytes")]
    Bomb {
        /// Bytes allowed.
        limit: usize,
    },
    /// Encrypted (password or certificate security).
    #[error("the PDF is encrypted")]
    Encrypted,
}

impl PdfError {
    /// Whether the file is damaged in a way that leaves its objects where they are.
    pub(super) fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::NotPdf
                | Self::NoEnd
                | Self::StartXref
                | Self::Xref { .. }
                | Self::XrefLoop { .. }
                | Self::Syntax { .. }
                | Self::DuplicateEntry { .. }
                | Self::WrongObject { .. }
                | Self::Structure { .. }
        )
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "pdf.read",
            Self::ObjectTooLarge { .. } => "pdf.object-too-large",
            Self::TooMuchWork => "pdf.too-much-work",
            Self::NotPdf => "pdf.not-pdf",
            Self::NoEnd => "pdf.no-end",
            Self::StartXref => "pdf.startxref",
            Self::Xref { .. } => "pdf.xref",
            Self::XrefLoop { .. } => "pdf.xref-loop",
            Self::TooManyRevisions { .. } => "pdf.too-many-revisions",
            Self::TooManyObjects { .. } => "pdf.too-many-objects",
            Self::TooManySignatures { .. } => "pdf.too-many-signatures",
            Self::TooDeep { .. } => "pdf.too-deep",
            Self::Syntax { .. } => "pdf.syntax",
            Self::DuplicateKey { .. } => "pdf.duplicate-key",
            Self::DuplicateEntry { .. } => "pdf.duplicate-entry",
            Self::WrongObject { .. } => "pdf.wrong-object",
            Self::Structure { .. } => "pdf.structure",
            Self::Filter { .. } => "pdf.filter",
            Self::Bomb { .. } => "pdf.bomb",
            Self::Encrypted => "pdf.encrypted",
        }
    }
}
