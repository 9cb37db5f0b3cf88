//! The command line.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use contract::Service;

use crate::{Config, Failure, commands, config, demo, trace};

/// The platform for trust services and electronic identification.
#[derive(Debug, Parser)]
#[command(name = "enkurs", version, about, after_help = EXAMPLES, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  enkurs demo                                    try everything, with invented people, at http://127.0.0.1:8080
  enkurs demo --journey Ligums.pdf --out signed  issue a card and sign a real file with it, without a browser
  enkurs config example > enkurs.toml            start a configuration; then: enkurs config check
  enkurs serve --config enkurs.toml              run a node
  enkurs backup /backup/2026-11-20               while it runs
  enkurs verify-ledger /backup/2026-11-20/ledger --key ledger.vkey

Exit codes: 0 good, 1 trouble with files, network, keys or database, 2 usage or configuration, 4 checked and found wrong.
The log goes to standard error; ENKURS_LOG=debug says more.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole platform with invented people, or sign files without a browser
    Demo(Demo),
    /// Run a node: listeners, jobs and ledger
    Serve(Place),
    /// Run only the jobs of one service and the ledger, without listeners
    Worker(Worker),
    /// Bring the database's schema up to date
    Migrate(Place),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check that a node can work, and say what to do if it cannot
    Doctor(Doctor),
    /// Copy database, contents, keys and ledger into a new directory, while the node runs
    Backup(Backup),
    /// Bring a backup back into an empty database and data directory
    Restore(Backup),
    /// Check a copy of the ledger, offline
    VerifyLedger(VerifyLedger),
}

/// Which node.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "enkurs.toml")]
    pub config: PathBuf,
    /// Data directory of a demonstration, instead of a configuration
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub data: Option<PathBuf>,
}

impl Place {
    fn load(&self) -> Result<Config, Failure> {
        match &self.data {
            Some(data) => Ok(Config::in_directory(data, "http://127.0.0.1:8080")),
            None => Config::load(&self.config),
        }
    }
}

/// Options of `demo`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  enkurs demo --listen 127.0.0.1:9000 --people 200\n  enkurs demo --journey a.pdf b.txt --out signed"
)]
pub struct Demo {
    /// Where everything is kept (default: enkurs-data; for a journey a temporary directory)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the pages are; the operators' console is on the next port, the card agent on the one after
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// How many people to invent
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub people: u32,
    /// Issue a card and sign these files with it, then end
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "out")]
    pub journey: Vec<PathBuf>,
    /// Make the PKI, the people and their cards, then end
    #[arg(long, hide = true, conflicts_with = "journey")]
    pub prepare: bool,
    /// Where the signed files, report.json and root.pem of the journey go
    #[arg(long, value_name = "DIR", requires = "journey")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Worker {
    #[command(flatten)]
    place: Place,
    /// Service whose jobs to do; may be repeated
    #[arg(long, value_name = "SERVICE", value_parser = service, required = true)]
    role: Vec<Service>,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check a configuration without starting anything
    Check(Place),
    /// Print a configuration with every key, its default and its meaning
    Example,
}

#[derive(Debug, Args)]
struct Doctor {
    #[command(flatten)]
    place: Place,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Backup {
    /// Directory of the backup
    dir: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Options of `verify-ledger`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  enkurs verify-ledger backup/ledger --key ledger.vkey\n  enkurs verify-ledger https://id.example.lv/ledger --key ledger.vkey --since checkpoint.old\n\nWithout --key only self-consistency is proven: whoever made the copy could have made it up."
)]
pub struct VerifyLedger {
    /// Directory or address with `checkpoint` and `tile/…`
    pub copy: String,
    /// File with the ledger's key (NAME+HASH+BASE64), obtained from elsewhere than the copy
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// An earlier checkpoint: show that the ledger continues it
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// File with the key of a witness whose cosignature the checkpoint must carry; may be repeated
    #[arg(long, value_name = "FILE")]
    pub witness: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn service(name: &str) -> Result<Service, String> {
    let all =
        [Service::Ca, Service::Signing, Service::Identity, Service::Register, Service::Documents, Service::Portal];
    let names = || all.map(Service::name).join(", ");
    all.into_iter().find(|s| s.name() == name).ok_or_else(|| format!("one of {}", names()))
}

/// Runs the command line of this process.
#[expect(clippy::print_stderr, reason = "the command line speaks to its user")]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("enkurs: {e}");
            ExitCode::from(e.exit())
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
fn run(command: Command) -> Result<(), Failure> {
    let quiet = config::Log { level: "warn".into(), json: false };
    match command {
        Command::Config(ConfigCommand::Example) => {
            print!("{}", config::EXAMPLE);
            Ok(())
        }
        Command::Config(ConfigCommand::Check(place)) => commands::check(&place.load()?),
        Command::Demo(options) => {
            let level = if options.journey.is_empty() { "info" } else { "warn" };
            trace::start(&config::Log { level: level.into(), json: false });
            block_on(demo::run(options))
        }
        Command::Serve(place) => {
            let config = place.load()?;
            trace::start(&config.log);
            block_on(commands::serve(config))
        }
        Command::Worker(Worker { place, role }) => {
            let mut config = place.load()?;
            config.roles = role;
            trace::start(&config.log);
            block_on(commands::worker(config))
        }
        Command::Migrate(place) => {
            trace::start(&quiet);
            block_on(commands::migrate(place.load()?))
        }
        Command::Doctor(Doctor { place, json }) => {
            trace::start(&quiet);
            block_on(commands::doctor(place.load()?, json))
        }
        Command::Backup(Backup { dir, place }) => {
            trace::start(&quiet);
            block_on(commands::backup(place.load()?, &dir))
        }
        Command::Restore(Backup { dir, place }) => {
            trace::start(&quiet);
            block_on(commands::restore(place.load()?, &dir))
        }
        Command::VerifyLedger(options) => {
            trace::start(&quiet);
            block_on(commands::verify_ledger(options))
        }
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::Wire(format!("the runtime does not start: {e}")))?;
    let result = runtime.block_on(work);
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_documented_lines_are_understood() {
        for line in [
            "enkurs demo --journey a.pdf b.txt --out signed",
            "enkurs serve --config enkurs.toml",
            "enkurs worker --role ca --role signing",
            "enkurs backup dir --data enkurs-data",
            "enkurs verify-ledger dir --key k --witness w --witness v",
        ] {
            Cli::try_parse_from(line.split(' ')).unwrap();
        }
        for line in [
            "enkurs",
            "enkurs demo --journey a.pdf",
            "enkurs demo --out x",
            "enkurs worker",
            "enkurs worker --role pope",
            "enkurs serve --config a --data b",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
