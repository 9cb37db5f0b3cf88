//! Making a signature of any format by one way: which files, in what form, with which claims.
//!
//! [`prepare`] reads the files and gives everything of a signature but its value; [`Prepared`] can be kept, the files are read again by
//! [`Signed::write`]. What the form does not say is told by the files: a signed one gets one more signature beside those it has. The file that
//! is written is at level B, or what was given to [`Signed`]; everything above is [`crate::augment`].

mod error;
mod form;
mod input;
mod media;
mod prepare;
mod prepared;
mod request;
mod signed;

pub use error::MakeError;
pub use form::{Form, Format, Inside, Packaging};
pub use input::{Files, Input, Stream};
pub use media::media_type;
pub use prepare::prepare;
pub use prepared::Prepared;
pub use request::{Claims, Policy, Signer};
pub use signed::Signed;

/// Largest file that goes into an XML document or is read as text.
const MAX_TEXT: u64 = crate::detect::MAX_TEXT;
