//! Listeners: plain or TLS, with limits against slow and idle clients, and a graceful end.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
pub use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{
    client::ClientCertificate,
    peers::{NodeName, node_name},
};

mod activity;
mod places;
mod tls;

use tls::digest_of;
pub use tls::{BadTls, tls, tls_for_clients};
pub(crate) use tls::{certificates, private_key};

use activity::{Activity, Doing};
use places::Places;

/// For running requests when the listener ends, and for the last words of a connection that is closed.
const GRACE: Duration = Duration::from_secs(20);

/// How patient a listener is with its clients.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// Of these, from one IPv4 address or IPv6 /64; more are closed unanswered. None where a proxy in front makes all of them.
    pub per_address: Option<usize>,
    /// For the TLS handshake, from its first byte to its last.
    pub handshake: Duration,
    /// For the head of a request: from the opening of the connection, or from the end of the answer before.
    pub headers: Duration,
    /// Without a request.
    pub idle: Duration,
    /// Without taking anything of an answer that waits.
    pub unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connections: 4096,
            per_address: Some(256),
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(15),
            idle: Duration::from_mins(1),
            unread: Duration::from_mins(1),
        }
    }
}

/// Whose certificates a listener takes: what they say is believed there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Nobody's.
    Anyone,
    /// Other nodes'; the name in one is that of the node ([`crate::peers::NodeIdentity::server`]).
    Nodes,
    /// Registered programs'; one is known by its digest ([`tls_for_clients`]).
    Clients,
}

/// What a listener speaks, and to whom.
#[derive(Clone)]
pub struct Listen {
    /// Its answers.
    pub router: Router,
    /// TLS; without it, plain HTTP/1.1.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whose certificates those are that come with it.
    pub callers: Callers,
    /// How long it waits for its clients.
    pub patience: Patience,
}

impl Listen {
    /// With the usual patience.
    pub fn new(router: Router, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { router, tls, callers: Callers::Anyone, patience: Patience::default() }
    }
    /// For other nodes: no address has a limit of its own.
    #[must_use]
    pub fn nodes(mut self) -> Self {
        self.callers = Callers::Nodes;
        self.patience.per_address = None;
        self
    }
}

/// Serves until `stop`; then lets running requests finish, for at most twenty seconds.
pub async fn serve(listener: TcpListener, listen: Listen, stop: CancellationToken) {
    let acceptor = listen.tls.map(TlsAcceptor::from);
    let (patience, callers) = (listen.patience, listen.callers);
    let room = Arc::new(Semaphore::new(patience.connections));
    let places = patience.per_address.map(Places::new);
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
        let place = match &places {
            Some(p) => match p.take(from.ip()) {
                Some(place) => Some(place),
                None => {
                    metrics::counter!("http_connections_refused").increment(1);
                    continue;
                }
            },
            None => None,
        };
        let (router, acceptor, stop) = (listen.router.clone(), acceptor.clone(), stop.clone());
        tasks.spawn(async move {
            if let Err(e) = connection(tcp, Who::of(from), callers, router, acceptor, patience, stop).await {
                tracing::debug!(error = %e, "connection");
            }
            drop((permit, place));
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
    mut who: Who,
    callers: Callers,
    router: Router,
    acceptor: Option<TlsAcceptor>,
    patience: Patience,
    stop: CancellationToken,
) -> Result<(), Bad> {
    tcp.set_nodelay(true)?;
    let Some(acceptor) = acceptor else { return speak(tcp, who, false, router, patience, stop).await };
    let late = || io::Error::new(io::ErrorKind::TimedOut, "TLS handshake");
    let stream = tokio::time::timeout(patience.handshake, acceptor.accept(tcp)).await.map_err(|_| late())??;
    let session = stream.get_ref().1;
    let certificate = session.peer_certificates().and_then(|c| c.first());
    match callers {
        Callers::Anyone => {}
        Callers::Nodes => who.node = certificate.and_then(|c| node_name(c)).map(NodeName),
        Callers::Clients => who.client = certificate.map(|c| digest_of(c)),
    }
    let http2 = session.alpn_protocol() == Some(b"h2");
    speak(stream, who, http2, router, patience, stop).await
}

/// The other end of a connection.
#[derive(Clone)]
struct Who {
    from: SocketAddr,
    node: Option<NodeName>,
    client: Option<ClientCertificate>,
}

impl Who {
    fn of(from: SocketAddr) -> Self {
        Self { from, node: None, client: None }
    }
}

/// Which HTTP is spoken is known before the first byte (from TLS, or else it is HTTP/1.1), so nobody can hold a place by
/// never saying it.
async fn speak<S>(
    stream: S,
    who: Who,
    http2: bool,
    router: Router,
    patience: Patience,
    stop: CancellationToken,
) -> Result<(), Bad>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new();
    let watched = Arc::clone(&activity);
    let service = hyper::service::service_fn(move |req: Request<Incoming>| {
        let (router, who, open) = (router.clone(), who.clone(), watched.request());
        async move {
            let mut req = req.map(Body::new);
            req.extensions_mut().insert(ConnectInfo(who.from));
            if let Some(n) = who.node {
                req.extensions_mut().insert(n);
            }
            if let Some(c) = who.client {
                req.extensions_mut().insert(c);
            }
            let Ok(answer) = router.oneshot(req).await;
            Ok::<_, Infallible>(answer.map(|body| open.answer(body)))
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    let mut builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.headers);
    let mut settings = builder.http2();
    settings.timer(TokioTimer::new()).max_concurrent_streams(256).max_header_list_size(32 << 10);
    settings.keep_alive_interval(Some(Duration::from_secs(30)));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        done = connection.as_mut() => return done,
        () = stop.cancelled() => {}
        why = tiring(&activity, patience) => {
            if let Doing::Unread(_) = why {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "an answer is not taken").into());
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    // Running requests have their own limits; what is waited for here is a client that takes nothing of its answer.
    loop {
        let idle = tokio::time::timeout(GRACE, connection.as_mut()).await;
        match (idle, activity.doing()) {
            (Ok(done), _) => return done,
            (Err(_), Doing::Working) => {}
            (Err(_), Doing::Idle(still) | Doing::Unread(still)) if still < GRACE => {}
            (Err(_), _) => return Err(io::Error::new(io::ErrorKind::TimedOut, "client").into()),
        }
    }
}

/// Returns when patience with a connection is at its end.
async fn tiring(activity: &Activity, patience: Patience) -> Doing {
    loop {
        let doing = activity.doing();
        let left = match doing {
            Doing::Idle(still) => patience.idle.checked_sub(still),
            Doing::Unread(still) => patience.unread.checked_sub(still),
            Doing::Working => Some(patience.idle),
        };
        match left.filter(|l| !l.is_zero()) {
            Some(left) => tokio::time::sleep(left).await,
            None => return doing,
        }
    }
}
