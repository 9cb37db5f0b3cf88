//! Whether the clock can be relied on (EN 319 421 section 7.7.2): it is compared with a clock that nobody sets, and with UTC.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base::Cx;
use jiff::{SignedDuration, Timestamp};

use super::utc::UtcWatch;
use crate::TsaConfig;

/// How sure the time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing is known against it, but nobody has confirmed it: the configuration allows that for a trial.
    Unsynchronised,
    /// UTC within the accuracy claimed.
    Synchronised,
}

/// Says whether the time may be stamped.
pub trait ClockHealth: Send + Sync {
    /// `now` was just read from the clock. The error says what is in doubt.
    fn check(&self, now: Timestamp) -> Result<Certainty, &'static str>;
}

/// Both: the steady clock shows a clock that is set or drifts at once, the time servers one that was wrong from the beginning.
pub struct TimeWitness {
    drift: DriftWatch,
    utc: UtcWatch,
}

impl TimeWitness {
    /// As configured, with the operating system's monotonic clock.
    pub fn new(config: &TsaConfig) -> Self {
        let accuracy = SignedDuration::from_millis(i64::from(config.accuracy()));
        Self { drift: DriftWatch::system(accuracy), utc: UtcWatch::new(&config.utc, accuracy, Box::new(monotonic())) }
    }
    /// Asks the time servers for ever. Dropping the future ends it.
    pub async fn run(&self, cx: &Cx) {
        self.utc.run(cx).await;
    }
}

impl ClockHealth for TimeWitness {
    fn check(&self, now: Timestamp) -> Result<Certainty, &'static str> {
        Ok(self.drift.check(now)?.min(self.utc.check(now)?))
    }
}

/// A clock that is taken as it is: for tests with a virtual clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrustedClock;

impl ClockHealth for TrustedClock {
    fn check(&self, _now: Timestamp) -> Result<Certainty, &'static str> {
        Ok(Certainty::Synchronised)
    }
}

/// A clock that only ever goes forward at its own pace and that nobody sets.
pub trait Steady: Send + Sync {
    /// Time since some moment.
    fn elapsed(&self) -> Duration;
}

struct Monotonic(std::time::Instant);

#[expect(clippy::disallowed_methods, reason = "the steady clock that the wall clock is compared with")]
fn monotonic() -> Monotonic {
    Monotonic(std::time::Instant::now())
}

impl Steady for Monotonic {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Notices when the clock was set, went back, or runs at another pace than the steady clock; and stays in doubt until both have
/// agreed again for a while.
pub struct DriftWatch {
    steady: Box<dyn Steady>,
    tolerance: SignedDuration,
    agree_for: Duration,
    seen: Mutex<Seen>,
}

struct Seen {
    /// Wall clock and steady clock at the same moment.
    anchor: Option<(Timestamp, Duration)>,
    /// Since when, on the steady clock, both agree again after a doubt.
    doubtful_since: Option<Duration>,
}

impl DriftWatch {
    /// Compares with the operating system's monotonic clock, for stamps of this accuracy: a quarter of it of drift is doubt, a minute of
    /// agreement ends it.
    pub fn system(accuracy: SignedDuration) -> Self {
        Self::new(Box::new(monotonic()), accuracy / 4, Duration::from_secs(60))
    }
    /// Compares with any steady clock.
    pub fn new(steady: Box<dyn Steady>, tolerance: SignedDuration, agree_for: Duration) -> Self {
        Self { steady, tolerance, agree_for, seen: Mutex::new(Seen { anchor: None, doubtful_since: None }) }
    }
}

impl ClockHealth for DriftWatch {
    fn check(&self, now: Timestamp) -> Result<Certainty, &'static str> {
        let steady = self.steady.elapsed();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((wall, mark)) = seen.anchor else {
            seen.anchor = Some((now, steady));
            return Ok(Certainty::Synchronised);
        };
        let by_wall = now.duration_since(wall);
        let by_steady = SignedDuration::try_from(steady.saturating_sub(mark)).unwrap_or(SignedDuration::MAX);
        if by_wall.checked_sub(by_steady).is_none_or(|drift| drift.abs() > self.tolerance) {
            // From here on the clocks are compared anew; stamps wait until they have agreed for a while.
            seen.anchor = Some((now, steady));
            seen.doubtful_since = Some(steady);
            return Err("the clock was set or drifts");
        }
        match seen.doubtful_since {
            Some(since) if steady.saturating_sub(since) < self.agree_for => Err("the clock was set a moment ago"),
            _ => {
                seen.doubtful_since = None;
                // Slow adjustment by the time service is no doubt: the comparison never reaches further back than an hour.
                if by_steady > SignedDuration::from_hours(1) {
                    seen.anchor = Some((now, steady));
                }
                Ok(Certainty::Synchronised)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Hand(Arc<AtomicU64>);

    impl Steady for Hand {
        fn elapsed(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    #[test]
    fn a_set_clock_is_doubted_until_it_has_agreed_for_a_minute() {
        let hand = Hand::default();
        let watch = DriftWatch::new(Box::new(hand.clone()), SignedDuration::from_millis(250), Duration::from_secs(60));
        assert!(watch.check(at(0)).is_ok());
        hand.0.store(1000, Ordering::Relaxed);
        assert!(watch.check(at(1100)).is_ok(), "a tenth of a second is tolerated");
        hand.0.store(2000, Ordering::Relaxed);
        assert!(watch.check(at(9000)).is_err(), "forward");
        hand.0.store(60_000, Ordering::Relaxed);
        assert!(watch.check(at(67_000)).is_err(), "not yet a minute");
        hand.0.store(62_000, Ordering::Relaxed);
        assert!(watch.check(at(69_000)).is_ok());
        hand.0.store(63_000, Ordering::Relaxed);
        assert!(watch.check(at(60_000)).is_err(), "back");
    }

    #[test]
    fn slow_adjustment_is_no_doubt() {
        let hand = Hand::default();
        let watch = DriftWatch::new(Box::new(hand.clone()), SignedDuration::from_millis(250), Duration::from_secs(60));
        for minute in 0..6000 {
            hand.0.store(minute * 60_000, Ordering::Relaxed);
            let slow = i64::try_from(minute).unwrap();
            assert!(watch.check(at(slow * 60_000 + slow)).is_ok(), "minute {minute}");
        }
    }
}
