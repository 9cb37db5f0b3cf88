//! The log: events and their codes, never personal data (that is the rule of whoever writes an event).

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Starts the log on standard error. `ENKURS_LOG` goes before the configuration.
pub(crate) fn start(log: &Log) {
    let quiet = |level: &str| format!("{level},sqlx=warn,hyper=warn,h2=warn,rustls=warn,tower=warn");
    let wanted = std::env::var("ENKURS_LOG").unwrap_or_else(|_| quiet(&log.level));
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(quiet("info")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if log.json {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        builder.with_ansi(io::stderr().is_terminal()).with_target(true).compact().try_init()
    };
    if let Err(e) = started {
        tracing::debug!(error = %e, "the log was started before");
    }
}
