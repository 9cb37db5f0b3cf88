//! Listeners: plain or TLS, with limits against slow and idle clients, and a graceful end.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
pub use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::peers::{NodeName, node_name};

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 4096;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(15);
const GRACE: Duration = Duration::from_secs(20);

/// Certificate or key of a listener is not usable.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    /// No certificate or key in the PEM text, or it does not parse.
    #[error("TLS: {what}: {why}")]
    Pem {
        /// Which file.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The library refuses it.
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
    /// The anchors for clients do not make a verifier.
    #[error("TLS: client certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    let bad = |why: String| BadTls::Pem { what: "certificate", why };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|e| bad(e.to_string()))?;
    if all.is_empty() { Err(bad("none in the file".to_owned())) } else { Ok(all) }
}

pub(crate) fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, BadTls> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|e| BadTls::Pem { what: "private key", why: e.to_string() })
}

/// TLS for browsers and API clients: chain and key as PEM.
pub fn tls(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, BadTls> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = builder.with_single_cert(certificates(chain_pem)?, private_key(key_pem)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `stop`; then lets running requests finish, for at most twenty seconds.
pub async fn serve(listener: TcpListener, router: Router, tls: Option<Arc<ServerConfig>>, stop: CancellationToken) {
    let acceptor = tls.map(TlsAcceptor::from);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            a = listener.accept() => a,
        };
        let (tcp, from) = match accepted {
            Ok(a) => a,
            Err(e) => {
                // Out of file handles, or a connection that ended before it was taken: rest a moment, then go on.
                tracing::warn!(error = %e, "accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (router, acceptor, stop) = (router.clone(), acceptor.clone(), stop.clone());
        tasks.spawn(async move {
            if let Err(e) = connection(tcp, from, router, acceptor, stop).await {
                tracing::debug!(error = %e, "connection");
            }
            drop(permit);
        });
    }
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

type Bad = Box<dyn std::error::Error + Send + Sync>;

async fn connection(
    tcp: TcpStream,
    from: SocketAddr,
    router: Router,
    acceptor: Option<TlsAcceptor>,
    stop: CancellationToken,
) -> Result<(), Bad> {
    tcp.set_nodelay(true)?;
    let Some(acceptor) = acceptor else { return speak(tcp, from, None, router, stop).await };
    let late = || io::Error::new(io::ErrorKind::TimedOut, "TLS handshake");
    let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(tcp)).await.map_err(|_| late())??;
    let node = stream.get_ref().1.peer_certificates().and_then(|c| c.first()).and_then(|c| node_name(c));
    speak(stream, from, node, router, stop).await
}

async fn speak<S>(
    stream: S,
    from: SocketAddr,
    node: Option<String>,
    router: Router,
    stop: CancellationToken,
) -> Result<(), Bad>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |req: Request<Incoming>| {
        let (router, node) = (router.clone(), node.clone());
        async move {
            let mut req = req.map(Body::new);
            req.extensions_mut().insert(ConnectInfo(from));
            if let Some(n) = node {
                req.extensions_mut().insert(NodeName(n));
            }
            let Ok(answer) = router.oneshot(req).await;
            Ok::<_, Infallible>(answer)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(256).max_header_list_size(32 << 10);
    http2.keep_alive_interval(Some(Duration::from_secs(30)));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        done = connection.as_mut() => return done,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}
