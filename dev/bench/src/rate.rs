//! Measuring and printing.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// Operations a second.
    pub(crate) per_second: f64,
    /// Middle duration.
    pub(crate) p50: Duration,
    /// Ninety-nine of a hundred are shorter.
    pub(crate) p99: Duration,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn tick() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "peers judge by the real clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Repeats `work` on this thread for about `seconds` after a tenth of that as warm-up. Work that answers false stops the measurement: a rate
/// of failures is no rate.
pub(crate) fn measure(seconds: f64, mut work: impl FnMut() -> bool) -> Rate {
    let warm = tick();
    while warm.elapsed().as_secs_f64() < seconds / 10.0 {
        assert!(work(), "the measured work failed");
    }
    let mut took = Vec::with_capacity(1 << 16);
    let start = tick();
    while start.elapsed().as_secs_f64() < seconds {
        let one = tick();
        assert!(work(), "the measured work failed");
        took.push(one.elapsed());
    }
    Rate::of(took, start.elapsed())
}

impl Rate {
    /// From single durations and the whole time.
    pub(crate) fn of(mut took: Vec<Duration>, whole: Duration) -> Self {
        took.sort_unstable();
        let at = |part: f64| took.get(((took.len() as f64) * part) as usize).copied().unwrap_or_default();
        Self { per_second: took.len() as f64 / whole.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
    }
}

/// Rows of the result.
#[derive(Default)]
pub(crate) struct Table(Vec<String>);

impl Table {
    /// A rate beside what peers reach; a peer without a figure is said to be absent.
    pub(crate) fn row(&mut self, name: &str, ours: Rate, peers: &[(&str, Option<f64>)]) {
        let mut line = format!("{name:<52} {:>10.1}/s  p50 {:>9.1?} p99 {:>9.1?}", ours.per_second, ours.p50, ours.p99);
        for (peer, figure) in peers {
            match figure {
                Some(f) => line += &format!("  | {peer} {f:.1}/s: ratio {:.2}", ours.per_second / f),
                None => line += &format!("  | {peer}: not there"),
            }
        }
        println!("{line}");
        self.0.push(line);
    }

    /// A line of its own.
    pub(crate) fn note(&mut self, line: String) {
        println!("{line}");
        self.0.push(line);
    }

    /// All rows once more, together.
    pub(crate) fn print(&self) {
        println!("\n== result");
        for line in &self.0 {
            println!("{line}");
        }
    }
}
