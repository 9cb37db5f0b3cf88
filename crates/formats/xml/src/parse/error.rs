/// Why a text is not accepted as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A `<!DOCTYPE`.
    #[error("a document type declaration is not accepted")]
    Doctype,
    /// An entity other than the five predefined ones.
    #[error("an entity other than amp, lt, gt, quot and apos is not accepted")]
    Entity,
    /// The bytes are not in the declared encoding, or the encoding is not supported.
    #[error("the encoding is not supported, or the bytes do not follow it")]
    Encoding,
    /// `version` is not 1.0.
    #[error("only XML 1.0 is accepted")]
    Version,
    /// A character that XML forbids.
    #[error("a forbidden character")]
    Character,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    Syntax(&'static str),
    /// A namespace rule is broken.
    #[error("namespaces: {0}")]
    Namespace(&'static str),
    /// The same attribute twice.
    #[error("an attribute is given twice")]
    DuplicateAttribute,
    /// A limit of [`crate::Limits`].
    #[error("larger than the limit of {0}")]
    Limit(&'static str),
}

/// A refusal to parse, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (line {line}, column {column})")]
pub struct ParseError {
    /// What is wrong.
    pub problem: Problem,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl ParseError {
    pub(crate) fn at(problem: Problem, text: &str, pos: usize) -> Self {
        let before = text.get(..pos).unwrap_or(text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self { problem, line, column }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self.problem {
            Problem::Doctype => "xml.parse.doctype",
            Problem::Entity => "xml.parse.entity",
            Problem::Encoding => "xml.parse.encoding",
            Problem::Version => "xml.parse.version",
            Problem::Character => "xml.parse.character",
            Problem::Syntax(_) => "xml.parse.syntax",
            Problem::Namespace(_) => "xml.parse.namespace",
            Problem::DuplicateAttribute => "xml.parse.duplicate-attribute",
            Problem::Limit(_) => "xml.parse.limit",
        }
    }
}
