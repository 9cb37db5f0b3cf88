/// Why a list is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Larger than a limit.
    #[error("the list is larger than the limit of {0}")]
    TooLarge(&'static str),
    /// Not acceptable XML.
    #[error(transparent)]
    Xml(#[from] xml::ParseError),
    /// Not JSON of the form expected, or not a compact JWS.
    #[error("not readable as JSON: {0}")]
    Json(String),
    /// Another document than a list, or one of an unknown form.
    #[error("not a list that is understood: {0}")]
    Form(String),
    /// An element that must be there and readable.
    #[error("{element} is missing or cannot be read")]
    Element {
        /// Local name.
        element: String,
    },
    /// Two elements with one Id.
    #[error("the identifier {0} is there twice")]
    DuplicateId(String),
    /// No signature, or several.
    #[error("the list does not have exactly one signature")]
    Unsigned,
    /// The signature does not cover the whole list, or by other transforms than allowed.
    #[error("the signature does not cover the list as it must: {0}")]
    Coverage(String),
    /// The signature or a digest is wrong.
    #[error("the signature of the list is not valid: {0}")]
    Signature(String),
    /// Signed by somebody else.
    #[error("the list is signed by a certificate that may not sign it: {0}")]
    Signer(String),
    /// An algorithm or key that is too weak.
    #[error("the list is signed with an algorithm or key that is too weak")]
    Weak,
    /// Its next update is past, or it is closed.
    #[error("the list should have been replaced by {0}")]
    Expired(String),
    /// Issued in the future.
    #[error("the list is issued at {0}, which is in the future")]
    Future(String),
    /// Older than the one at hand.
    #[error("the list has number {found}, but number {known} is known")]
    Rollback {
        /// Number of the list at hand.
        known: u64,
        /// Number of the new list.
        found: u64,
    },
    /// Another list of the same number as the one at hand.
    #[error("another list of the same number {0} is known")]
    SameNumber(u64),
    /// Not the list that was pointed to.
    #[error("another list than was pointed to: {0}")]
    Mismatch(String),
    /// Could not be fetched.
    #[error("not fetched: {0}")]
    Unreachable(String),
    /// A kept state that cannot be read.
    #[error("the kept lists cannot be read: {0}")]
    Cache(String),
    /// What was to be written cannot be.
    #[error("the list cannot be written: {0}")]
    Unbuildable(String),
}

impl ListError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "lists.too-large",
            Self::Xml(e) => e.code(),
            Self::Json(_) => "lists.json",
            Self::Form(_) => "lists.form",
            Self::Element { .. } => "lists.element",
            Self::DuplicateId(_) => "lists.duplicate-id",
            Self::Unsigned => "lists.unsigned",
            Self::Coverage(_) => "lists.coverage",
            Self::Signature(_) => "lists.signature",
            Self::Signer(_) => "lists.signer",
            Self::Weak => "lists.weak",
            Self::Expired(_) => "lists.expired",
            Self::Future(_) => "lists.future",
            Self::Rollback { .. } => "lists.rollback",
            Self::SameNumber(_) => "lists.same-number",
            Self::Mismatch(_) => "lists.mismatch",
            Self::Unreachable(_) => "lists.unreachable",
            Self::Cache(_) => "lists.cache",
            Self::Unbuildable(_) => "lists.unbuildable",
        }
    }
}
