//! The log: events and their codes, never personal data (that is the rule of whoever writes an event).

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{Layer as _, filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::Log;

/// Starts the log on standard error. `ENKURS_LOG` goes before the configuration.
pub(crate) fn start(log: &Log) {
    let quiet = |level: &str| format!("{level},sqlx=warn,hyper=warn,h2=warn,rustls=warn,tower=warn");
    let wanted = std::env::var("ENKURS_LOG").unwrap_or_else(|_| quiet(&log.level));
    let targets: Targets = wanted.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = if log.json {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).with_target(true).compact().boxed()
    };
    let started = tracing_subscriber::registry().with(lines.with_filter(targets)).try_init();
    if let Err(e) = started {
        tracing::debug!(error = %e, "the log was started before");
    }
}
