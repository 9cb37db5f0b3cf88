//! XAdES baseline signatures (EN 319 132-1): made in steps, and read into facts.
//!
//! Making one: [`prepare`] gives the bytes to sign, [`Prepared::finish`] takes the signature value, [`Signed::with_timestamp`] and
//! [`Signed::with_material`] raise the level. Every state in between can be kept as JSON, so that signer and server may stand apart.

mod document;
mod error;
mod prepare;
mod properties;
mod raise;
mod read;
mod signed;

pub use document::{Content, prepare_counter, prepare_enveloped, prepare_enveloping, prepare_parallel};
pub use error::XadesError;
pub(crate) use prepare::encode_uri;
pub use prepare::{DataObject, Prepared, Request, SignaturePolicy, prepare};
pub use properties::Place;
pub(crate) use properties::signed_properties;
pub use raise::{File, Text};
pub(crate) use read::{Digested, Once, decode_uri, defect, locate, read_signatures};
pub use read::{Nothing, Objects, read_document};
pub use signed::Signed;

/// Namespace of XAdES.
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// Namespace of the later XAdES elements.
pub const XADES141: &str = "http://uri.etsi.org/01903/v1.4.1#";
/// Namespace of evidence records in signatures (TS 119 132-3).
pub const SEALING: &str = "http://uri.etsi.org/19132/v1.1.1#";
/// Namespaces of XAdES, the current ones first; signatures of the older ones (TS 101 903 v1.1.1, v1.2.2) are read.
pub(crate) const NAMESPACES: [&str; 4] =
    [XADES, XADES141, "http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.1.1#"];
/// `Type` of the reference to the signed properties.
pub const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";
/// `Type` of the reference of a counter-signature to the signature value it signs.
pub const COUNTERSIGNED: &str = "http://uri.etsi.org/01903#CountersignedSignature";
