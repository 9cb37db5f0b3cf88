//! A running node: listeners, worker and sequencer, until it is told to stop.

use std::{collections::BTreeSet, fs, net::SocketAddr, path::Path};

use contract::Handlers;
use ledger::Sequencer;
use store::Worker;
use tokio::{net::TcpListener, task::JoinSet};
use web::{
    Shell,
    peers::NodeIdentity,
    serve::{Callers, CancellationToken, Listen, Patience, serve, tls, tls_for_clients},
};

use crate::{Config, Failure, Node};

/// The services, joined: what [`crate::wire::wire`] gives.
pub struct Wired {
    /// Pages, services and console.
    pub shell: Shell,
    /// Calls that this node answers.
    pub handlers: Handlers,
    /// Does the jobs of the services.
    pub worker: Worker,
    /// Keeps the ledger in order.
    pub sequencer: Sequencer,
}

/// Where a running node listens (ports that were given as 0 are known now).
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Pages and services.
    pub public: SocketAddr,
    /// Programs with a certificate.
    pub clients: Option<SocketAddr>,
    /// Console and metrics.
    pub operator: Option<SocketAddr>,
    /// Calls of other nodes.
    pub contract: Option<SocketAddr>,
}

/// A node that runs.
pub struct Running {
    /// Where it listens.
    pub addresses: Addresses,
    stop: CancellationToken,
    tasks: JoinSet<&'static str>,
}

impl Running {
    /// Waits for `stop`, then for the end of everything that was begun: requests, then jobs, then the ledger.
    pub async fn until_stopped(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(name) => tracing::info!(task = name, "ended"),
                Err(e) => tracing::error!(error = %e, "a task of the node failed"),
            }
            // One that ends too early would leave a half-working node: stop the others as well.
            self.stop.cancel();
        }
    }
}

/// Starts listeners, worker and sequencer.
pub async fn start(node: &Node, wired: Wired, stop: CancellationToken) -> Result<Running, Failure> {
    let config = &node.config;
    let public_tls = match &config.tls {
        Some(files) => Some(tls(&read(&files.certificate)?, &read(&files.key)?)?),
        None => None,
    };
    let public = bind(config.listen.public).await?;
    let mut addresses =
        Addresses { public: local(&public, config.listen.public), clients: None, operator: None, contract: None };
    let (mut tasks, late) = (JoinSet::new(), CancellationToken::new());
    let pages = Listen { patience: patience(config), ..Listen::new(wired.shell.router(), public_tls) };
    let requests = stop.clone();
    let worker_stop = late.clone();
    tasks.spawn(async move {
        serve(public, pages, requests).await;
        worker_stop.cancel();
        "public listener"
    });
    if let (Some(address), Some(files)) = (config.listen.clients, &config.tls) {
        let tls = tls_for_clients(&read(&files.certificate)?, &read(&files.key)?)?;
        let mut calls = Listen::new(wired.shell.router(), Some(tls));
        (calls.callers, calls.patience) = (Callers::Clients, patience(config));
        let listener = bind(address).await?;
        addresses.clients = Some(local(&listener, address));
        let stop = stop.clone();
        tasks.spawn(async move {
            serve(listener, calls, stop).await;
            "clients' listener"
        });
    }
    if let Some(address) = config.listen.operator {
        let listener = bind(address).await?;
        addresses.operator = Some(local(&listener, address));
        let (console, stop) = (Listen::new(wired.shell.ops_router(), None), stop.clone());
        tasks.spawn(async move {
            serve(listener, console, stop).await;
            "operator listener"
        });
    }
    if let (Some(address), Some(nodes)) = (config.listen.contract, &config.nodes) {
        let (chain, key, authority) = (read(&nodes.certificate)?, read(&nodes.key)?, read(&nodes.authority)?);
        let identity = NodeIdentity { chain: &chain, key: &key, authority: &authority };
        let tls = identity.server()?;
        let listener = bind(address).await?;
        addresses.contract = Some(local(&listener, address));
        let callers: BTreeSet<String> = nodes.callers.iter().cloned().collect();
        let router = web::peers::router(node.cx.clone(), wired.handlers, callers);
        let calls = Listen::new(router, Some(tls)).nodes();
        let stop = stop.clone();
        tasks.spawn(async move {
            serve(listener, calls, stop).await;
            "contract listener"
        });
    }
    let sequencer_stop = CancellationToken::new();
    let (after, worker) = (sequencer_stop.clone(), wired.worker);
    tasks.spawn(async move {
        worker.run(late).await;
        after.cancel();
        "worker"
    });
    let sequencer = wired.sequencer;
    tasks.spawn(async move {
        sequencer.run(sequencer_stop).await;
        "sequencer"
    });
    Ok(Running { addresses, stop, tasks })
}

/// How patient the public listener is. A proxy in front makes all connections itself: then no address has a limit.
fn patience(config: &Config) -> Patience {
    let limits = &config.limits;
    let own = limits.connections_per_address;
    let per_address = (own > 0 && config.proxy.address_header.is_none()).then_some(own);
    Patience { connections: limits.connections, per_address, ..Patience::default() }
}

/// A token that is cancelled by SIGTERM, SIGINT or Ctrl-C; a second signal ends the process at once.
pub fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping; once more to stop at once");
        told.cancel();
        signal().await;
        std::process::exit(1);
    });
    stop
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|source| Failure::Listen { address: address.to_string(), source })
}

fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file(path))
}
