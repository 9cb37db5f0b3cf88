//! The demonstration: the whole platform in one process, with invented people (G4); and the first journey without a browser.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use base::Cx;
use jiff::Timestamp;
use portal::DemoInfo;
use web::serve::CancellationToken;

use crate::{Config, Failure, Node, cli, serve, wire};

mod hand;
mod journey;
mod people;
mod report;

pub use journey::walk;
pub use people::settle;

/// File that says when the demonstration was first ready.
const SINCE: &str = "demo-since";

/// `enkurs demo`
pub async fn run(options: cli::Demo) -> Result<(), Failure> {
    match &options.out {
        Some(out) => journey::run(&options, out).await,
        None => pages(options).await,
    }
}

/// The platform with its pages, until it is told to stop.
async fn pages(options: cli::Demo) -> Result<(), Failure> {
    let data = options.data.unwrap_or_else(|| "enkurs-data".into());
    let address = options.listen;
    let port = |n: u16| {
        address.port().checked_add(n).ok_or_else(|| Failure::Wire("the port is too high: two more follow it".into()))
    };
    let (console, agent) = (port(1)?, port(2)?);
    let mut config = Config::in_directory(&data, format!("http://{address}"));
    config.demo = true;
    // A trial has no time servers: the console says that nobody has confirmed the time.
    config.ca.tsa.utc.unsynchronised = ca::Unsynchronised::Allow;
    config.listen.public = address;
    config.listen.operator = Some((address.ip(), console).into());
    config.agent_origin = Some(format!("http://127.0.0.1:{agent}"));

    if options.prepare {
        let (node, services, _) = open(config).await?;
        people::settle(&node, &services, options.people).await?;
        node.db.close().await;
        return Ok(());
    }
    let stop = serve::stop_on_signal();
    if !data.join(SINCE).exists() {
        prepare(&data, address, options.people).await?;
    }
    let (node, services, wired) = open(config).await?;
    let identities = people::settle(&node, &services, options.people).await?;
    let since = first_start(&node, &data)?;
    services.portal.demonstrate(DemoInfo { identities: identities.clone(), since });
    let agent = start_agent(&node, &services, &data, agent, stop.clone()).await?;
    let running = serve::start(&node, wired, stop).await?;
    greet(&node, &running, &agent, &identities);
    running.until_stopped().await;
    node.db.close().await;
    Ok(())
}

/// A node with a schema, a national PKI and its services joined.
async fn open(config: Config) -> Result<(Node, wire::Services, serve::Wired), Failure> {
    let node = Node::open(config, Cx::system()).await?;
    node.db.migrate(&node.cx).await?;
    let (services, wired) = wire::wire(&node).await?;
    Ok((node, services, wired))
}

/// The first start makes keys, people, portraits and cards in a process of its own: what that takes of memory ends with it, and the server
/// that stays needs no more than at its next start.
async fn prepare(data: &Path, listen: SocketAddr, people: u32) -> Result<(), Failure> {
    let program = std::env::current_exe().map_err(Failure::file("the program itself"))?;
    let mut command = Command::new(&program);
    command.args(["demo", "--prepare", "--listen", &listen.to_string(), "--people", &people.to_string(), "--data"]);
    command.arg(data);
    let ended = tokio::task::spawn_blocking(move || command.status()).await;
    let ended = ended.map_err(|e| Failure::Wire(e.to_string()))?.map_err(Failure::file(program))?;
    if ended.success() {
        Ok(())
    } else {
        Err(Failure::Wire(format!("the demonstration could not be prepared: {ended}")))
    }
}

/// When the demonstration in this directory was first ready: what was done later, the visitor did.
fn first_start(node: &Node, data: &Path) -> Result<Timestamp, Failure> {
    let file = data.join(SINCE);
    if let Some(since) = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()) {
        return Ok(since);
    }
    let now = node.cx.now();
    fs::write(&file, format!("{now}\n")).map_err(Failure::file(file))?;
    Ok(now)
}

/// The card agent of this process: the virtual cards of the data directory are in its reader. Gives its origin.
async fn start_agent(
    node: &Node,
    services: &wire::Services,
    data: &Path,
    port: u16,
    stop: CancellationToken,
) -> Result<String, Failure> {
    let origin = format!("http://127.0.0.1:{port}");
    let config = agent::Config { origin: origin.clone(), consents: Some(data.join("agent-consents.json")), demo: true };
    let cards = std::sync::Arc::new(services.tray.clone());
    let agent = agent::Agent::new(node.cx.clone(), config, cards).map_err(|e| Failure::Wire(e.to_string()))?;
    let address = format!("127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(&address).await;
    let listener = listener.map_err(|source| Failure::Listen { address, source })?;
    tokio::spawn(async move {
        if let Err(e) = agent.serve(listener, async move { stop.cancelled().await }).await {
            tracing::error!(error = %e, "the card agent ended");
        }
    });
    Ok(origin)
}

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
fn greet(node: &Node, running: &serve::Running, agent: &str, identities: &[portal::DemoIdentity]) {
    println!("\n  Enkurs is ready / Enkurs ir gatavs:  {}\n", node.config.public_url);
    println!("  All people here are invented. Visas personas ir izdomātas.\n");
    println!("  {:<10} {:<28} {:<14} {:<6} {:<6}", "who", "name", "personal code", "PIN1", "PIN2");
    for i in identities {
        println!("  {:<10} {:<28} {:<14} {:<6} {:<6}", i.role, i.name, i.code, i.pin1, i.pin2);
    }
    println!("\n  card agent / karšu aģents   {agent}");
    if let Some(operator) = running.addresses.operator {
        println!("  operators' console          http://{operator}");
    }
    println!("  data                        {}", node.config.data.display());
    println!("\n  Ctrl-C stops it; the data stay.\n");
}
