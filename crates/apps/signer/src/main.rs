//! `enkurs-sign`: signs, validates and inspects documents, and serves the holder's card.

mod agent;
mod augment;
mod c14n;
mod card;
mod chain;
mod cli;
mod evidence;
mod failure;
mod inspect;
mod key;
mod lists;
mod network;
mod output;
mod raise;
mod replay;
mod secret;
mod sign;
mod supplied;
mod timestamp;
mod ui;
mod validate;

use std::process::ExitCode;

use clap::Parser as _;
use tracing::Level;
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

fn main() -> ExitCode {
    raster::child().unwrap_or_else(run)
}

fn run() -> ExitCode {
    let cli = cli::Cli::parse();
    let ui = ui::Ui::new(&cli.common);
    let level = if cli.common.verbose { Level::DEBUG } else { Level::ERROR };
    let wanted = std::env::var("RUST_LOG").ok().and_then(|v| v.parse().ok());
    let targets = wanted.unwrap_or_else(|| Targets::new().with_default(level));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(targets);
    tracing_subscriber::registry().with(lines).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(r) => r,
        Err(e) => return ui.fail(&failure::Failure::of("app.runtime", e)),
    };
    match runtime.block_on(cli.command.run(&ui)) {
        Ok(code) => ExitCode::from(code),
        Err(f) => ui.fail(&f),
    }
}
