//! CAdES (EN 319 122-1) and what came before it: CMS and PKCS#7 signatures, attached and detached, and stand-alone time stamps.
//!
//! Reading: [`read`]. Making: [`prepare`], [`Prepared::finish`], then a new file ([`Signed::attached`], [`Signed::detached`]) or one more
//! signature in a [`File`]; a [`File`] is also raised to higher levels. What is signed or stamped is hashed as it stands in the file,
//! whatever encoding its maker chose, and is never written anew; the content passes by as a stream.

pub(crate) mod attributes;
mod content;
mod create;
mod error;
mod file;
mod hash_index;
mod imprint;
mod raise;
mod read;
mod seal;
pub(crate) mod signer;
mod token;
mod values;

pub use attributes::SignaturePolicy;
pub(crate) use content::{Content, Data};
pub use create::{Prepared, Request, Signed, prepare};
pub use error::CadesError;
pub use file::File;
pub(crate) use raise::token_with_material;
pub(crate) use read::is_pem_label;
pub(crate) use read::{Placed, signatures};
pub use read::{read, read_pem};
pub(crate) use token::over as token_over;
pub(crate) use values::{of_token as token_material, token_objects};
