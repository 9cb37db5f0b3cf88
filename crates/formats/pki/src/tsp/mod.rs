//! Time stamps (RFC 3161, RFC 5816, EN 319 422).

mod request;
mod response;
mod token;
mod tst;

pub use request::{FailureInfo, TimeStampRequest};
pub use response::{TimeStampResponse, rejection};
pub use token::{TimeStampToken, TokenTemplate};
pub use tst::TstInfo;

/// Largest request or response read.
pub const MAX_TSP: usize = 1024 * 1024;
