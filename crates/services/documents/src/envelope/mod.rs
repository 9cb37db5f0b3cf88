//! The electronic envelope: PIN1, PIN2 and PUK on their way to the holder, shown exactly once.
//!
//! Until the hand-over the PINs are sealed under the key ring of the node (personalisation needs them, and must be able to
//! go on after a crash). At the hand-over they are sealed anew under a code that exists only on the holder's receipt:
//! Argon2id makes the key, AES-256-GCM the seal, and from then on nobody here can read them. The address of the envelope
//! goes to the holder's e-mail or telephone: two channels. Three wrong codes lock it until a clerk has seen the holder again.

mod pins;
mod seal;
mod service;
mod store;

pub use pins::Pins;
pub use seal::{Code, SealedPins};
pub use service::{Opened, open, unlock};
pub(crate) use service::{address, destroy, keep, kept, seal_for, sweep};
pub(crate) use store::{QUERIES, of_application, see};

use base::Id;

/// Marks ids of envelopes.
#[derive(Clone, Copy, Debug)]
pub struct EnvelopeRow;
/// Id of an envelope; also the secret part of its address.
pub type EnvelopeId = Id<EnvelopeRow>;

/// Wrong codes before it is locked.
pub const TRIES: u32 = 3;
/// Days until it expires unopened.
pub const DAYS: i64 = 30;

/// Where an envelope stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Sealed under the key ring, before the hand-over.
    Kept,
    /// Sealed under the holder's code.
    Waiting,
    /// Locked by wrong codes.
    Locked,
    /// Shown.
    Opened,
    /// Expired unopened.
    Expired,
}

impl State {
    const ALL: [Self; 5] = [Self::Kept, Self::Waiting, Self::Locked, Self::Opened, Self::Expired];
    /// The word kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Waiting => "waiting",
            Self::Locked => "locked",
            Self::Opened => "opened",
            Self::Expired => "expired",
        }
    }
}

impl Envelope {
    /// Whether it stays shut until a clerk frees it: also when its last try was cut off before it could be judged.
    pub fn is_shut(&self) -> bool {
        self.state == State::Locked || (self.state == State::Waiting && self.tries == 0)
    }
}

/// An envelope without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Id.
    pub id: EnvelopeId,
    /// Of which application.
    pub application: crate::application::ApplicationId,
    /// State.
    pub state: State,
    /// Wrong codes left.
    pub tries: u32,
    /// When it expires.
    pub expires: jiff::Timestamp,
}
