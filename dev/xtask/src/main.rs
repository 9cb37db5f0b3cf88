//! The project's own tasks: `cargo xtask check | test | layers | bench | soak | screenshots`.
//!
//! `test` is the one command of the README: it installs what the tests need where it may, starts a private PostgreSQL and runs
//! everything. `check` is the fast inner loop.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

mod conformance;
mod errors;
mod layers;
mod locale;
mod need;
mod postgres;
mod run;
mod suite;

use run::Fault;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Format, lints, floors, licences, unit tests on SQLite: the inner loop
    Check,
    /// Everything: installs what it needs, then unit, HTTP on both databases, card stack, conformance, browser, fuzz corpus
    Test {
        /// Run only the parts whose name contains this word (see the list it prints)
        #[arg(long)]
        only: Option<String>,
        /// Do not try to install anything: say what is missing instead
        #[arg(long)]
        no_install: bool,
    },
    /// Floors, file lengths and inherited lints
    Layers,
    /// Both languages hold the same keys, and every error code has its text; writes docs/errors.md (with --check: compares)
    Errors {
        /// Only compare, change nothing
        #[arg(long)]
        check: bool,
    },
    /// A private PostgreSQL for tests, until Ctrl-C; prints its address
    Postgres,
    /// Throughput beside named peers, printed as ratios
    Bench {
        /// Seconds a cell
        #[arg(long, default_value_t = 5)]
        seconds: u32,
    },
    /// What is too long for every change: hundreds of kills, a million canonical forms, every byte changed, files of 20 GB
    Soak {
        /// Kills per database
        #[arg(long, default_value_t = 200)]
        kills: u32,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.task {
        Task::Check => suite::check(),
        Task::Test { only, no_install } => suite::test(only.as_deref(), !no_install),
        Task::Layers => layers::check(),
        Task::Errors { check } => errors::run(check),
        Task::Postgres => postgres::foreground(),
        Task::Bench { seconds } => suite::bench(seconds),
        Task::Soak { kills } => suite::soak(kills),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Fault(text)) => {
            eprintln!("xtask: {text}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the checkout.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(PathBuf::from).unwrap_or(here)
}

/// Where built things go: CARGO_TARGET_DIR or `target`.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
