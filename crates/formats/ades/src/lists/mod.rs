//! Trusted lists: reading and writing TS 119 612, keeping them up to date from a list of lists, and what they say of certificates and
//! signatures (TS 119 615); lists of trusted entities (TS 119 602).
//!
//! [`verify`] believes a list only when an allowed signer signed all of it; [`Update`] says what to fetch, takes what came and never lets
//! a bad list replace a good one; [`Catalogue`] answers which service issued a certificate; [`qualification`] draws the conclusions.

mod catalogue;
pub mod criteria;
mod error;
mod kept;
pub mod lote;
mod model;
pub mod qualification;
mod read;
mod update;
pub mod uri;
mod verify;
pub mod write;

pub use catalogue::{Catalogue, Entry, State};
pub use criteria::{Assert, CriteriaList, Criterion, Qualification};
pub use error::ListError;
pub use kept::{Held, Lists};
pub use model::{Blob, Contact, Identity, Instance, List, Pointer, Provider, Scheme, Service, Text, shown};
pub use read::{Limits, read};
pub use update::{Role, Source, Trouble, Update, Want};
pub use verify::{Signers, Verified, verify};
