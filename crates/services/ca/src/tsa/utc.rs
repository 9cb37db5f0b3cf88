//! Whether the clock agrees with UTC (EN 319 421 section 7.7.2): time servers that the configuration names are asked again and again,
//! and their majority decides. They are witnesses: nothing is set by what they say.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base::Cx;
use jiff::{SignedDuration, Timestamp};
use net::sntp::{self, SntpError};

use super::clock::{Certainty, ClockHealth, Steady};
use crate::config::{Unsynchronised, UtcConfig};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Least time between two questions to a server (RFC 4330 section 10 forbids less than 15 s).
const LEAST_PAUSE: u64 = 16;
/// After so many pauses without a majority that agrees, the last agreement is too old.
const STALE: u32 = 4;
/// A server that asks to be spared is asked at most this many times less often.
const MOST_SPARED: u32 = 64;

/// Compares the clock with UTC.
pub struct UtcWatch {
    steady: Box<dyn Steady>,
    servers: Vec<String>,
    pause: Duration,
    /// How far the clock may be from UTC, the uncertainty of the answer included.
    limit: SignedDuration,
    allow_unsynchronised: bool,
    patience: Duration,
    seen: Mutex<Seen>,
}

struct Seen {
    /// When, on the steady clock, a majority agreed last.
    agreed: Option<Duration>,
    /// A server told plainly another time, and no majority has agreed since.
    differs: bool,
    /// A leap second is announced.
    leap: bool,
    spared: Vec<Spared>,
}

/// How a server wants to be treated.
#[derive(Clone, Copy, Default)]
struct Spared {
    /// Asked only every so many times.
    every: u32,
    /// Never again until the next start.
    never: bool,
}

/// What a server's answer says of our clock.
enum Verdict {
    Agrees { leap: bool },
    Differs,
    Unknown,
}

impl UtcWatch {
    /// As configured, for stamps of this accuracy: half of it is what the clock may be wrong, the rest is for what it drifts between
    /// two questions.
    pub fn new(config: &UtcConfig, accuracy: SignedDuration, steady: Box<dyn Steady>) -> Self {
        Self {
            steady,
            servers: config.servers.clone(),
            pause: Duration::from_secs(u64::from(config.every_seconds).max(LEAST_PAUSE)),
            limit: accuracy / 2,
            allow_unsynchronised: config.unsynchronised == Unsynchronised::Allow,
            patience: PATIENCE,
            seen: Mutex::new(Seen {
                agreed: None,
                differs: false,
                leap: false,
                spared: vec![Spared::default(); config.servers.len()],
            }),
        }
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Asks for ever. Dropping the future ends it.
    pub async fn run(&self, cx: &Cx) {
        for round in 0.. {
            self.ask(cx, round).await;
            tokio::time::sleep(self.pause).await;
        }
    }

    /// Asks every server once, but for those that want to be spared in this round.
    pub async fn ask(&self, cx: &Cx, round: u32) {
        let spared = self.seen().spared.clone();
        let due = |s: &Spared| !s.never && round.is_multiple_of(s.every.max(1));
        let asked = self.servers.iter().zip(&spared).enumerate().filter(|(_, (_, s))| due(s));
        let answers = asked.map(|(n, (server, _))| async move {
            let told = sntp::ask(server, cx.clock.as_ref(), cx.bytes(), self.patience).await;
            (n, server, told)
        });
        let answers = futures_util::future::join_all(answers).await;
        let (mut agree, mut differ, mut leap) = (0, false, false);
        for (n, server, told) in answers {
            if let Err(e) = &told {
                tracing::warn!(server, code = e.code(), error = %e, "a time server tells nothing");
            }
            if let Err(SntpError::Kiss { code }) = &told {
                self.spare(n, code);
            }
            match self.judge(server, &told) {
                Verdict::Agrees { leap: announced } => {
                    agree += 1;
                    leap |= announced;
                }
                Verdict::Differs => differ = true,
                Verdict::Unknown => {}
            }
        }
        let mut seen = self.seen();
        if agree > self.servers.len() / 2 {
            (seen.agreed, seen.differs, seen.leap) = (Some(self.steady.elapsed()), false, leap);
        } else if differ {
            seen.differs = true;
        }
    }

    fn judge(&self, server: &str, told: &Result<sntp::Sample, SntpError>) -> Verdict {
        let Ok(sample) = told else { return Verdict::Unknown };
        let offset = SignedDuration::from_nanos(sample.offset_nanos).abs();
        let unsure = SignedDuration::try_from(sample.uncertainty).unwrap_or(SignedDuration::MAX);
        if offset.saturating_add(unsure) <= self.limit {
            return Verdict::Agrees { leap: sample.leap };
        }
        tracing::warn!(server, offset_ms = sample.offset_nanos / 1_000_000, "the clock is not that of the time server");
        if offset.saturating_sub(unsure) > self.limit { Verdict::Differs } else { Verdict::Unknown }
    }

    /// Does as a kiss-o'-death asks (RFC 5905 section 7.4).
    fn spare(&self, server: usize, code: &str) {
        if let Some(spared) = self.seen().spared.get_mut(server) {
            match code {
                "DENY" | "RSTR" => spared.never = true,
                _ => spared.every = (spared.every.max(1) * 2).min(MOST_SPARED),
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClockHealth for UtcWatch {
    fn check(&self, now: Timestamp) -> Result<Certainty, &'static str> {
        let seen = self.seen();
        if seen.differs {
            return Err("the clock differs from UTC");
        }
        if seen.leap && near_midnight(now) {
            return Err("leap second");
        }
        let age = seen.agreed.map(|mark| self.steady.elapsed().saturating_sub(mark));
        match age {
            Some(age) if age <= self.pause * STALE => Ok(Certainty::Synchronised),
            _ if self.allow_unsynchronised => Ok(Certainty::Unsynchronised),
            _ => Err("the clock is not compared with UTC"),
        }
    }
}

/// Within a second of the end of a day in UTC, where leap seconds are.
fn near_midnight(now: Timestamp) -> bool {
    let of_day = now.as_second().rem_euclid(86_400);
    of_day == 0 || of_day == 86_399
}
