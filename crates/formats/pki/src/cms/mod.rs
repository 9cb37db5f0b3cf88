//! CMS SignedData (RFC 5652) with the signed attributes of CAdES and time stamps.

mod attributes;
mod ber;
mod build;
mod coding;
mod message;
mod part;
mod read;
mod scan;

pub use attributes::{Attribute, EssCertId, signing_certificate_v2};
pub use ber::{Normalised, normalise, parts};
pub use build::{NewMessage, SignedDataTemplate, signer_info};
pub use coding::{Around, Coding};
pub use message::{Content, MAX_FRAME, Message};
pub use part::{Carried, RawAttribute, SignerParts, ocsp_of};
pub use read::{SignedData, SignerId, SignerInfo};

/// Largest CMS message read.
pub const MAX_CMS: usize = 256 * 1024 * 1024;
