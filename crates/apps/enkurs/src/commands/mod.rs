//! What the commands do.

use crate::{Config, Failure, Node, serve, wire};
use base::Cx;
use web::serve::CancellationToken;

mod backup;
mod doctor;
mod ledger;

pub use backup::{backup, restore};
pub use doctor::doctor;
pub use ledger::verify_ledger;

/// `enkurs config check`: reads the files that the configuration names as well.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub fn check(config: &Config) -> Result<(), Failure> {
    if let Some(files) = &config.tls {
        let read = |p: &std::path::Path| std::fs::read(p).map_err(Failure::file(p));
        web::serve::tls(&read(&files.certificate)?, &read(&files.key)?)?;
    }
    println!("good: {} at {}", config.roles.iter().map(|r| r.name()).collect::<Vec<_>>().join(", "), config.public_url);
    Ok(())
}

/// `enkurs serve`
pub async fn serve(config: Config) -> Result<(), Failure> {
    let stop = serve::stop_on_signal();
    let node = ready(config).await?;
    let (_, wired) = wire::wire(&node).await?;
    let running = serve::start(&node, wired, stop).await?;
    let at = &running.addresses;
    tracing::info!(public = %at.public, operator = ?at.operator, contract = ?at.contract, url = node.config.public_url, "serving");
    running.until_stopped().await;
    node.db.close().await;
    Ok(())
}

/// `enkurs worker`
pub async fn worker(config: Config) -> Result<(), Failure> {
    let stop = serve::stop_on_signal();
    let node = ready(config).await?;
    let (_, wired) = wire::wire(&node).await?;
    tracing::info!(roles = ?node.config.roles, "working");
    let late = CancellationToken::new();
    let after = late.clone();
    let jobs = async move {
        wired.worker.run(stop).await;
        after.cancel();
    };
    tokio::join!(jobs, wired.sequencer.run(late));
    node.db.close().await;
    Ok(())
}

/// `enkurs migrate`
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn migrate(config: Config) -> Result<(), Failure> {
    let node = Node::open(config, Cx::system()).await?;
    let applied = node.db.migrate(&node.cx).await?;
    for step in &applied {
        println!("applied {}", step.name);
    }
    if applied.is_empty() {
        println!("nothing to do: the schema is that of this build");
    }
    node.db.close().await;
    Ok(())
}

/// Opens a node whose schema is that of this build.
async fn ready(config: Config) -> Result<Node, Failure> {
    let node = Node::open(config, Cx::system()).await?;
    if node.config.database.migrate {
        for step in node.db.migrate(&node.cx).await? {
            tracing::info!(step = step.name, "schema");
        }
    } else if let Some(step) = node.db.pending().await?.first() {
        return Err(Failure::Unsound(format!("the schema lacks {}: run `enkurs migrate`", step.name)));
    }
    Ok(node)
}
