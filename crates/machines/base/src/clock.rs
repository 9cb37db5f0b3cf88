use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Tells the time. UTC, without leap seconds.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Default)]
pub struct SystemClock(());

impl SystemClock {
    /// The one real clock.
    pub fn new() -> Self {
        Self(())
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that a test sets and moves.
#[derive(Debug)]
pub struct VirtualClock(AtomicI64);

impl VirtualClock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }
    /// Moves by `delta`, also backwards.
    pub fn advance(&self, delta: jiff::SignedDuration) {
        self.0.fetch_add(i64::try_from(delta.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
    /// Sets the time.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
