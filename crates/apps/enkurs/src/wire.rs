//! Joins the services into one platform: the one list of them all.

use std::{fs, path::Path, sync::Arc, time::Duration};

use contract::{Handlers, Peers, Service, Transport};
use jiff::SignedDuration;
use store::{JobError, Worker};
use web::{
    Routes, Shell,
    limits::{Class, Rate},
    peers::{MutualTls, NodeIdentity},
    session::DbGate,
};

use crate::{Failure, Node, serve::Wired};

/// The services of a node. All are built, so that commands may use them; only those of its roles are wired.
pub struct Services {
    /// How they reach each other.
    pub peers: Peers,
    /// Certificates, status, time stamps.
    pub ca: ca::Ca,
    /// Persons.
    pub register: register::Register,
    /// Identity documents.
    pub documents: documents::Documents,
    /// Sign-in and staff.
    pub identity: identity::Identity,
    /// Signing and validation.
    pub signing: signing::Signing,
    /// First page, own page, ledger page.
    pub portal: portal::Portal,
    /// The virtual cards of this node.
    pub tray: reader::Tray,
}

/// Builds the services of `node` and everything that runs them. The first start creates the national PKI.
pub async fn wire(node: &Node) -> Result<(Services, Wired), Failure> {
    let clock = Arc::new(ca::TimeWitness::new(&node.config.ca.tsa));
    let services = build(node, clock.clone())?;
    let mut handlers = Handlers::new();
    let mut worker = node.worker();
    let mut routes: Vec<Routes> = Vec::new();
    if node.config.runs(Service::Ca) {
        let created = services.ca.create(&node.cx, &node.config.public_url).await;
        created.map_err(|e| Failure::Wire(format!("national PKI: {e}")))?;
        let cx = node.cx.clone();
        tokio::spawn(async move { clock.run(&cx).await });
        services.ca.handlers(&mut handlers);
        services.ca.jobs(&mut worker);
        routes.push(services.ca.routes());
    }
    if node.config.runs(Service::Register) {
        services.register.handlers(&mut handlers);
        routes.push(services.register.routes());
    }
    if node.config.runs(Service::Documents) {
        services.documents.handlers(&mut handlers);
        services.documents.jobs(&mut worker);
        routes.push(services.documents.routes());
    }
    if node.config.runs(Service::Identity) {
        services.identity.handlers(&mut handlers);
        routes.push(services.identity.routes());
    }
    if node.config.runs(Service::Signing) {
        services.signing.handlers(&mut handlers);
        services.signing.jobs(&mut worker);
        routes.push(services.signing.routes());
    }
    if node.config.runs(Service::Portal) {
        services.portal.handlers(&mut handlers);
        routes.push(services.portal.routes());
    }
    collect_contents(node, &mut worker);
    let wired = |e: contract::Refusal| Failure::Wire(e.code);
    services.peers.answer_with(handlers.clone()).map_err(wired)?;
    let sequencer = node.sequencer().await?;
    routes.push(crate::site::routes(&node.db, sequencer.key()));
    routes.push(web::client::routes(&node.db));
    let gate = Arc::new(DbGate::new(node.db.clone()));
    let shell = Shell::build(node.cx.clone(), site(node), gate, routes).map_err(|e| Failure::Wire(e.to_string()))?;
    Ok((services, Wired { shell, handlers, worker, sequencer }))
}

/// Kind of the scheduled job that deletes contents to which nothing refers any more.
const COLLECT: &str = "enkurs.contents.collect";
/// Contents younger than this may belong to an upload of several files that still goes on.
const UPLOADING: Duration = Duration::from_mins(30);

fn collect_contents(node: &Node, worker: &mut Worker) {
    let (blobs, db) = (node.blobs.clone(), node.db.clone());
    worker.on(COLLECT, move |cx, _| {
        let (blobs, db) = (blobs.clone(), db.clone());
        async move {
            let deleted = blobs.collect(&db, &cx, UPLOADING).await.map_err(JobError::from)?;
            if deleted > 0 {
                tracing::info!(deleted, "contents that nothing refers to");
            }
            Ok(())
        }
    });
    worker.every(COLLECT, SignedDuration::from_mins(10));
}

/// The services over one database, with their ways to each other.
fn build(node: &Node, clock: Arc<ca::TimeWitness>) -> Result<Services, Failure> {
    let peers = Peers::new(elsewhere(node)?);
    let tray = reader::Tray::open(&node.config.data.join("cards"), node.cx.random.clone());
    let tray = tray.map_err(|e| Failure::Wire(format!("card tray: {e}")))?;
    let ca =
        ca::Ca::new(node.db.clone(), node.cx.clone(), node.keys.clone(), node.config.ca.clone(), peers.clone(), clock);
    let maker = documents::TrayMaker::new(
        node.db.clone(),
        peers.clone(),
        node.ring.clone(),
        tray.clone(),
        card::profile::Model::LatvianV1,
    );
    let sealer = signing::Sealer {
        keys: node.keys.clone(),
        organization: node.config.ca.organization.clone(),
        identifier: node.config.ca.organization_identifier.clone(),
    };
    Ok(Services {
        ca,
        register: register::Register::new(node.db.clone()),
        documents: documents::Documents::new(
            node.db.clone(),
            node.blobs.clone(),
            node.ring.clone(),
            peers.clone(),
            Arc::new(maker),
        ),
        identity: identity::Identity::new(node.db.clone(), peers.clone(), node.config.public_url.clone()),
        signing: signing::Signing::with(
            node.db.clone(),
            peers.clone(),
            node.blobs.clone(),
            sealer,
            node.config.signing.clone(),
            painter(),
        ),
        portal: portal::Portal::new(node.db.clone(), peers.clone()),
        peers,
        tray,
    })
}

/// Draws pages in a process of its own, one file for each core at once.
fn painter() -> Option<raster::Painter> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    raster::Painter::new(raster::Limits::default(), cores)
        .inspect_err(|e| tracing::warn!(error = %e, "no pages will be drawn"))
        .ok()
}

/// The way to the services of other nodes, if the configuration names any.
fn elsewhere(node: &Node) -> Result<Option<Arc<dyn Transport>>, Failure> {
    let Some(nodes) = &node.config.nodes else { return Ok(None) };
    let read = |path: &Path| fs::read(path).map_err(Failure::file(path));
    let (chain, key, authority) = (read(&nodes.certificate)?, read(&nodes.key)?, read(&nodes.authority)?);
    let me = NodeIdentity { chain: &chain, key: &key, authority: &authority };
    let limit = Duration::from_secs(node.config.limits.request_seconds);
    Ok(Some(Arc::new(MutualTls::new(&me, nodes.services.clone(), limit)?)))
}

/// The site as the configuration wants it.
fn site(node: &Node) -> web::Config {
    let config = &node.config;
    let mut site = web::Config::new(config.public_url.clone(), node.ring.clone());
    site.demo = config.demo;
    site.agent_origin = config.agent_origin.clone();
    site.clients = Some(node.db.clone());
    site.support = config.support.clone();
    site.address_header = config.proxy.address_header.clone();
    let limits = &config.limits;
    site.limits.upload = limits.upload_mib << 20;
    site.limits.form = limits.form_kib << 10;
    site.limits.raw = limits.message_kib << 10;
    site.limits.time = Duration::from_secs(limits.request_seconds);
    site.limits.upload_time = Duration::from_secs(limits.upload_seconds);
    let rates = limits.rates;
    for (class, per_minute) in [
        (Class::Read, rates.read),
        (Class::Write, rates.write),
        (Class::SignIn, rates.sign_in),
        (Class::Upload, rates.upload),
    ] {
        if per_minute == 0 {
            site.limits.rates.remove(&class);
        } else {
            site.limits.rates.insert(class, Rate { per_minute, burst: (per_minute / 4).max(5) });
        }
    }
    site
}
