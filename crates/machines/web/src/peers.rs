//! The contract between nodes over mutual TLS: `POST /contract/v1/SERVICE/NAME`.
//!
//! Both sides present a certificate of the nodes' own authority; the DNS name in it is the node's name. The answering side
//! serves only the nodes it was told of. Every call carries its own idempotency key or only reads, so a call whose
//! connection broke is made again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base::Cx;
use contract::{Handlers, Refusal, Service, Transport};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use pki::GeneralName;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, crypto::aws_lc_rs, pki_types::CertificateDer,
    server::WebPkiClientVerifier,
};

use crate::serve::{BadTls, certificates, private_key};

mod connect;

use connect::Connector;

/// Largest message between nodes.
const MOST: usize = 64 << 20;
const TRIES: u32 = 3;

/// The name in the certificate of the node that speaks, put into each request of the contract listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName(pub String);

/// The first DNS name of a certificate.
pub(crate) fn node_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = pki::Certificate::from_der(certificate).ok()?;
    certificate.extensions().alt_names.iter().find_map(|n| match n {
        GeneralName::Dns(name) => Some(name.to_string()),
        _ => None,
    })
}

/// Who this node is to other nodes: its certificate, its key, and the authority of all nodes; PEM.
pub struct NodeIdentity<'a> {
    /// Certificate chain.
    pub chain: &'a [u8],
    /// Private key.
    pub key: &'a [u8],
    /// The nodes' authority: only its certificates are trusted, in both directions.
    pub authority: &'a [u8],
}

impl NodeIdentity<'_> {
    fn roots(&self) -> Result<Arc<RootCertStore>, BadTls> {
        let mut roots = RootCertStore::empty();
        for c in certificates(self.authority)? {
            roots.add(c)?;
        }
        Ok(Arc::new(roots))
    }
    /// For [`crate::serve::serve`]: a certificate of another node is required.
    pub fn server(&self) -> Result<Arc<ServerConfig>, BadTls> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots()?, Arc::clone(&provider)).build()?;
        let builder =
            ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13])?;
        let builder = builder.with_client_cert_verifier(verifier);
        let mut config = builder.with_single_cert(certificates(self.chain)?, private_key(self.key)?)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Arc::new(config))
    }
    fn client(&self) -> Result<Arc<ClientConfig>, BadTls> {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_protocol_versions(&[&rustls::version::TLS13])?.with_root_certificates(self.roots()?);
        let mut config = builder.with_client_auth_cert(certificates(self.chain)?, private_key(self.key)?)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Arc::new(config))
    }
}

#[derive(Clone)]
struct Answering {
    cx: Cx,
    handlers: Arc<Handlers>,
    nodes: Arc<BTreeSet<String>>,
}

/// The router of the contract listener. `nodes` are the names of those who may call.
pub fn router(cx: Cx, handlers: Handlers, nodes: BTreeSet<String>) -> Router {
    let state = Answering { cx, handlers: Arc::new(handlers), nodes: Arc::new(nodes) };
    Router::new()
        .route("/contract/v1/{service}/{name}", post(answer))
        .route("/health/live", axum::routing::get(|| async { "live" }))
        .layer(DefaultBodyLimit::max(MOST))
        .layer(middleware::from_fn_with_state(state.clone(), known_nodes))
        .with_state(state)
}

async fn known_nodes(State(me): State<Answering>, req: Request, next: Next) -> Response {
    match req.extensions().get::<NodeName>() {
        Some(n) if me.nodes.contains(&n.0) => next.run(req).await,
        other => {
            tracing::warn!(node = other.map(|n| n.0.as_str()), "contract call refused");
            (StatusCode::FORBIDDEN, Json(Refusal::new("contract.not-allowed"))).into_response()
        }
    }
}

async fn answer(
    State(me): State<Answering>,
    Path((service, name)): Path<(String, String)>,
    Json(body): Json<serde_json::Value>,
) -> Response {
    match me.handlers.answer_wire(&me.cx, &service, &name, body).await {
        Ok(v) => Json(v).into_response(),
        Err(r) if r.transient => (StatusCode::SERVICE_UNAVAILABLE, Json(r)).into_response(),
        Err(r) => (StatusCode::UNPROCESSABLE_ENTITY, Json(r)).into_response(),
    }
}

/// Calls other nodes: one kept connection to each, requests side by side on it.
pub struct MutualTls {
    client: Client<Connector, Full<Bytes>>,
    nodes: BTreeMap<Service, String>,
    limit: Duration,
}

impl MutualTls {
    /// `nodes` says where each service is: `https://HOST:PORT`, where HOST is the name in that node's certificate.
    pub fn new(me: &NodeIdentity<'_>, nodes: BTreeMap<Service, String>, limit: Duration) -> Result<Self, BadTls> {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.http2_only(true).pool_timer(hyper_util::rt::TokioTimer::new());
        let client = builder.build(Connector::new(me.client()?));
        Ok(Self { client, nodes, limit })
    }

    async fn ask(&self, service: Service, name: &str, body: Bytes) -> Result<serde_json::Value, Refusal> {
        let away = || Refusal::transient("contract.no-peer").with("service", service.name());
        let node = self.nodes.get(&service).ok_or_else(away)?;
        let address = format!("{}/contract/v1/{}/{name}", node.trim_end_matches('/'), service.name());
        let mut attempt = 0;
        loop {
            attempt += 1;
            let req = Request::post(&address).header("content-type", "application/json").body(Full::new(body.clone()));
            let req = req.map_err(|_| Refusal::new("contract.unspeakable"))?;
            match self.client.request(req).await {
                Ok(r) => return read(r, away).await,
                Err(e) if attempt < TRIES => {
                    tracing::warn!(service = service.name(), name, attempt, error = %e, "contract call is tried again");
                    tokio::time::sleep(Duration::from_millis(60) * 4u32.pow(attempt - 1)).await;
                }
                Err(e) => {
                    tracing::error!(service = service.name(), name, error = %e, "contract call");
                    return Err(away());
                }
            }
        }
    }
}

async fn read(
    r: hyper::Response<hyper::body::Incoming>,
    away: impl Fn() -> Refusal,
) -> Result<serde_json::Value, Refusal> {
    let status = r.status();
    let body = Limited::new(r.into_body(), MOST).collect().await.map_err(|_| away())?.to_bytes();
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| Refusal::new("contract.malformed"));
    }
    let told = serde_json::from_slice::<Refusal>(&body);
    Err(told.unwrap_or_else(|_| if status.is_server_error() { away() } else { Refusal::new("contract.malformed") }))
}

impl Transport for MutualTls {
    fn send(
        &self,
        service: Service,
        name: &'static str,
        body: serde_json::Value,
    ) -> BoxFuture<'_, Result<serde_json::Value, Refusal>> {
        Box::pin(async move {
            let body = serde_json::to_vec(&body).map_err(|_| Refusal::new("contract.unspeakable"))?;
            let asked = tokio::time::timeout(self.limit, self.ask(service, name, body.into())).await;
            asked.unwrap_or_else(|_| Err(Refusal::transient("contract.no-peer").with("service", service.name())))
        })
    }
}
