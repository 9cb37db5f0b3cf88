//! Sign-in with the identity card (C1, C2: the card first).
//!
//! The page carries a nonce; the card signs origin and nonce with its authentication key; the server judges the token
//! (Web eID), the certificate (path to our own roots) and its status (OCSP, now). The nonce counts once, whatever comes of it.

mod error;
mod pages;
mod prove;

pub use error::EnterError;
pub(crate) use pages::SessionView;
pub(crate) use pages::{enter, enter_as, leave, leave_everywhere, session, show, show_as};
