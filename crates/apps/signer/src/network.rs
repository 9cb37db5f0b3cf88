//! The way out: where this program may connect to.

use clap::Args;
use net::{Client, Config, Guard, Origin};

use crate::failure::Failure;

/// Options of every command that may use the network.
#[derive(Args, Clone, Debug, Default)]
#[group(skip)]
#[group(id = "network")]
pub(crate) struct Options {
    /// Also connect to this origin though its address is not public, such as http://127.0.0.1:8080.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
}

impl Options {
    /// A client that may reach public addresses, what `--allow-origin` names, and the origins the person gave otherwise.
    pub(crate) fn client(&self, given: &[&str]) -> Result<Client, Failure> {
        let all = self.allow_origin.iter().map(String::as_str).chain(given.iter().copied());
        let allowed = all.map(str::parse::<Origin>).collect::<Result<Vec<_>, _>>()?;
        Ok(Client::new(Config { guard: Guard { allowed, ..Guard::public() }, ..Config::default() }))
    }
}
