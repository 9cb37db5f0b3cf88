//! Clock, randomness, typed ids and secrets: what every other machine takes as a parameter.

use std::{fmt, sync::Arc};

pub use jiff::Timestamp;

mod clock;
mod id;
mod random;
mod ring;
mod secret;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use id::{BadId, Id};
pub use random::{Random, SeededRandom, SystemRandom};
pub use ring::{KeyRing, RingError};
pub use secret::Secret;

/// The surroundings of every operation: time and randomness as parameters. Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where nonces, serials and ids come from (not keys: those come from the key store).
    pub random: Arc<dyn Random>,
}

impl Cx {
    /// The real clock and the operating system's randomness.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock::new()), random: Arc::new(SystemRandom::new()) }
    }
    /// A virtual clock and seeded randomness, for tests.
    pub fn seeded(start: Timestamp, seed: u64) -> (Self, Arc<VirtualClock>) {
        let clock = Arc::new(VirtualClock::new(start));
        (Self { clock: clock.clone(), random: Arc::new(SeededRandom::new(seed)) }, clock)
    }
    /// Now, to the microsecond (what the database keeps).
    pub fn now(&self) -> Timestamp {
        let us = self.clock.now().as_microsecond();
        Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH)
    }
    /// A new id, sortable by time of creation.
    pub fn id<T>(&self) -> Id<T> {
        Id::new(self.now(), self.random.as_ref())
    }
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut b = [0; N];
        self.random.fill(&mut b);
        b
    }
}

impl fmt::Debug for Cx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cx")
    }
}
