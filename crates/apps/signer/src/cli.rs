//! The command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::{
    agent, augment, c14n, card, chain, evidence, failure::Failure, inspect, lists, replay, sign, timestamp, ui::Ui,
    validate,
};

/// Signs, validates and inspects documents with the Latvian eID card and other keys.
#[derive(Parser)]
#[command(name = "enkurs-sign", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  enkurs-sign sign --key card --tsa https://tsa.example.lv/tsa Ligums.pdf
  enkurs-sign sign --format edoc --level LT --key pkcs12:me.p12 --tsa URL Ligums.docx Pielikums.xlsx
  enkurs-sign validate --trust-anchor root.pem Ligums.edoc
  enkurs-sign lists update --signer lotl-signers.pem && enkurs-sign validate Ligums.edoc
  enkurs-sign inspect Ligums.edoc
  enkurs-sign inspect --pages pictures Ligums.pdf
  enkurs-sign card info

Exit codes: 0 good, 1 input, output, network, card or token trouble, 2 usage, 3 indeterminate, 4 failed or invalid, 5 nothing signed.";

/// What every command takes.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Language of messages: lv or en. Default: that of the system, else lv.
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    /// Machine-readable output: one JSON document a line; errors as JSON on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no confirmations.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Tell on standard error what is done.
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

/// Where a PIN or passphrase comes from. Without either it is asked for on the terminal.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SecretSource {
    /// Read the PIN or passphrase from this open file descriptor (first line).
    #[arg(long, value_name = "N", conflicts_with = "pin_file")]
    pub(crate) pin_fd: Option<u32>,
    /// Read the PIN or passphrase from this file (first line).
    #[arg(long, value_name = "FILE")]
    pub(crate) pin_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Sign files.
    Sign(Box<sign::Options>),
    /// Raise the signatures of a file to level T, LT or LTA; renew LTA.
    Augment(Box<augment::Options>),
    /// Judge the signatures of files: valid, not valid, or not decidable, and why.
    Validate(Box<validate::Options>),
    /// Judge again what an evidence bundle of `validate --evidence` holds, offline.
    Replay(replay::Options),
    /// Trusted lists: fetch them, show those that are kept.
    Lists(lists::Options),
    /// Judge a certification path.
    VerifyChain(Box<chain::Options>),
    /// Show what is in a signed file, a certificate, a time stamp, a CRL or an OCSP response. Judges nothing.
    Inspect(inspect::Options),
    /// Write the canonical form of an XML file.
    C14n(c14n::Options),
    /// Proof that files existed, for as long as it is renewed: evidence records.
    Evidence(Box<evidence::Options>),
    /// Get a time stamp over a file.
    Timestamp(timestamp::Options),
    /// The identity card: information, PINs.
    Card(card::Options),
    /// Let web pages use the card in the reader, asking its holder each time.
    Agent(agent::Options),
    /// Write the completion script of a shell: enkurs-sign completion bash > /etc/bash_completion.d/enkurs-sign
    Completion {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    pub(crate) async fn run(self, ui: &Ui) -> Result<u8, Failure> {
        match self {
            Self::Sign(o) => sign::run(*o, ui).await,
            Self::Augment(o) => augment::run(*o, ui).await,
            Self::Validate(o) => validate::run(&o, ui).await,
            Self::Replay(o) => replay::run(&o, ui),
            Self::Lists(o) => lists::run(&o, ui).await,
            Self::VerifyChain(o) => chain::run(&o, ui),
            Self::Inspect(o) => inspect::run(&o, ui).await,
            Self::C14n(o) => c14n::run(&o),
            Self::Evidence(o) => evidence::run(*o, ui).await,
            Self::Timestamp(o) => timestamp::run(o, ui).await,
            Self::Card(o) => card::run(o, ui),
            Self::Agent(o) => agent::run(o, ui).await,
            Self::Completion { shell } => {
                clap_complete::generate(shell, &mut Cli::command(), "enkurs-sign", &mut std::io::stdout());
                Ok(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
