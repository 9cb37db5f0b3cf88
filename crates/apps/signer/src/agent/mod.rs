//! `agent`: web pages use the card in this computer's reader, after its holder has been asked.

use std::{net::Ipv4Addr, path::PathBuf};

use base::Cx;
use clap::Args;
use serde::Serialize;

use crate::{failure::Failure, key::Cards, ui::Ui};

#[derive(Args)]
pub(crate) struct Options {
    /// Port on 127.0.0.1.
    #[arg(long, default_value_t = ::agent::PORT)]
    port: u16,
    /// Virtual cards of a demonstration instead of readers.
    #[arg(long, value_name = "DIR")]
    cards: Option<PathBuf>,
    /// Where to remember the sites that may ask. Default: consents.json in the user's configuration directory.
    #[arg(long, value_name = "FILE")]
    consents: Option<PathBuf>,
}

#[derive(Serialize)]
struct Listening {
    address: String,
}

pub(crate) async fn run(o: Options, ui: &Ui) -> Result<u8, Failure> {
    let demo = o.cards.is_some();
    let source = o.cards.map_or(Cards::Readers, Cards::Tray).source()?;
    let origin = format!("http://127.0.0.1:{}", o.port);
    let config = ::agent::Config { origin: origin.clone(), consents: o.consents.or_else(remembered), demo };
    let agent = ::agent::Agent::new(Cx::system(), config, source.into()).map_err(|e| Failure::of(e.code(), e))?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, o.port)).await;
    let listener = listener.map_err(|e| Failure::of("agent.port", format!("{origin}: {e}")))?;
    let text = ui.text("agent-listening", &[("address", origin.clone())]);
    ui.result(&Listening { address: origin }, || text);
    let stop = async {
        // Without the signal the agent runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    agent.serve(listener, stop).await.map_err(|e| Failure::of("agent.port", e))?;
    Ok(0)
}

/// `$XDG_CONFIG_HOME/enkurs/consents.json`, `~/.config/…`, `%APPDATA%\…`.
fn remembered() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let directory = of("XDG_CONFIG_HOME").or_else(|| of("APPDATA")).or_else(|| Some(of("HOME")?.join(".config")))?;
    Some(directory.join("enkurs").join("consents.json"))
}
