//! JAdES baseline signatures (TS 119 182-1): JSON Web Signatures with the header parameters of ETSI; made in steps, raised, and read into
//! facts.
//!
//! Making one: [`prepare`] gives the bytes to sign, [`Prepared::finish`] takes the signature value, [`File`] raises the level. What is there
//! is never written anew: signatures and components of `etsiU` stay as they were, byte for byte.

mod create;
mod document;
mod error;
mod header;
mod payload;
mod raise;
mod read;
mod splice;

pub use create::{
    Data, Packaging, Policy, Prepared, Request, content_imprint, prepare, prepare_counter, prepare_parallel,
};
pub use document::Serialization;
pub use error::JadesError;
pub use raise::File;
pub(crate) use read::is_candidate;
pub use read::read_document;

/// `mId` of `sigD`: the header fields of an HTTP message.
const HTTP_HEADERS: &str = "http://uri.etsi.org/19182/HttpHeaders";
/// `mId` of `sigD`: the payload is the files named.
const BY_URI: &str = "http://uri.etsi.org/19182/ObjectIdByURI";
/// `mId` of `sigD`: the digests of the files named.
const BY_URI_HASH: &str = "http://uri.etsi.org/19182/ObjectIdByURIHash";
/// The canonical form of RFC 8785, for components of `etsiU` in clear JSON.
const JCS: &str = "https://www.rfc-editor.org/rfc/rfc8785";
