use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{Guard, NetError, Origin, trust};

/// Most redirects within one origin.
const REDIRECTS: usize = 3;

/// How a [`Client`] behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where requests may go.
    pub guard: Guard,
    /// For one connection to be made.
    pub connect_timeout: Duration,
    /// For a whole exchange.
    pub timeout: Duration,
    /// Roots for TLS; the operating system's when `None`.
    pub roots: Option<RootCertStore>,
}

impl Default for Config {
    fn default() -> Self {
        let (connect_timeout, timeout) = (Duration::from_secs(5), Duration::from_secs(20));
        Self { guard: Guard::public(), connect_timeout, timeout, roots: None }
    }
}

/// Makes guarded requests, one connection each. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Config,
    tls: TlsConnector,
}

/// What is sent.
#[derive(Clone)]
struct Call<'c> {
    method: Method,
    content_type: &'c str,
    accept: &'c str,
    body: Bytes,
    limit: usize,
}

impl Client {
    /// A client that behaves so.
    pub fn new(config: Config) -> Self {
        let tls = TlsConnector::from(trust::tls(config.roots.clone()));
        Self(Arc::new(Inner { config, tls }))
    }

    /// The body of a GET, at most `limit` bytes.
    ///
    /// # Errors
    /// See [`NetError`].
    pub async fn get(&self, url: &str, limit: usize) -> Result<Vec<u8>, NetError> {
        let call = Call { method: Method::GET, content_type: "", accept: "*/*", body: Bytes::new(), limit };
        self.exchange(url, call).await
    }

    /// The body of the answer to a POST, at most `limit` bytes.
    ///
    /// # Errors
    /// See [`NetError`].
    pub async fn post(
        &self,
        url: &str,
        content_type: &str,
        accept: &str,
        body: impl Into<Bytes>,
        limit: usize,
    ) -> Result<Vec<u8>, NetError> {
        self.exchange(url, Call { method: Method::POST, content_type, accept, body: body.into(), limit }).await
    }

    async fn exchange(&self, url: &str, call: Call<'_>) -> Result<Vec<u8>, NetError> {
        let mut uri: Uri = url.parse().map_err(|_| NetError::Address(url.chars().take(200).collect()))?;
        let origin = Origin::of(&uri)?;
        let host = origin.host.clone();
        let all = async {
            for _ in 0..=REDIRECTS {
                let response = self.send(&origin, &uri, &call).await?;
                let status = response.status();
                if status == StatusCode::OK {
                    return read(&host, response, call.limit).await;
                }
                if !(status.is_redirection() && call.method == Method::GET) {
                    return Err(NetError::Status { host: host.clone(), status: status.as_u16() });
                }
                uri = redirect(&origin, &uri, &response).ok_or_else(|| NetError::Redirect(host.clone()))?;
            }
            Err(NetError::Redirect(host.clone()))
        };
        in_time(self.0.config.timeout, &host, all).await
    }

    async fn send(&self, origin: &Origin, uri: &Uri, call: &Call<'_>) -> Result<Response<Incoming>, NetError> {
        let stream = self.connect(origin).await?;
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        let authority = uri.authority().map_or("", |a| a.as_str());
        let request = Request::builder()
            .method(call.method.clone())
            .uri(path)
            .header(header::HOST, authority)
            .header(header::USER_AGENT, concat!("enkurs/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, call.accept)
            .header(header::CONNECTION, "close");
        let request = if call.content_type.is_empty() {
            request
        } else {
            request.header(header::CONTENT_TYPE, call.content_type)
        };
        let request = request.body(Full::new(call.body.clone())).map_err(|_| NetError::Address(uri.to_string()))?;
        if !origin.tls {
            return speak(origin, stream, request).await;
        }
        let name = ServerName::try_from(origin.host.clone()).map_err(|_| NetError::Address(origin.to_string()))?;
        let stream = self.0.tls.connect(name, stream).await.map_err(|e| connection(origin, &e))?;
        speak(origin, stream, request).await
    }

    /// Connects to an address that passed the guard, and to no other: the name is not resolved again.
    async fn connect(&self, origin: &Origin) -> Result<TcpStream, NetError> {
        let found = tokio::net::lookup_host((origin.host.as_str(), origin.port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|_| NetError::Unknown(origin.host.clone()))?.collect();
        for a in &addresses {
            self.0.config.guard.check(origin, a.ip())?;
        }
        let mut last = NetError::Unknown(origin.host.clone());
        for a in addresses {
            let attempt = async { TcpStream::connect(a).await.map_err(|e| connection(origin, &e)) };
            match in_time(self.0.config.connect_timeout, &origin.host, attempt).await {
                Ok(stream) => return Ok(stream),
                Err(e) => last = e,
            }
        }
        Err(last)
    }
}

fn connection(origin: &Origin, e: &dyn std::error::Error) -> NetError {
    NetError::Connection { host: origin.host.clone(), why: e.to_string() }
}

async fn in_time<T>(
    limit: Duration,
    host: &str,
    work: impl Future<Output = Result<T, NetError>>,
) -> Result<T, NetError> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(NetError::Timeout(host.to_owned())))
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    origin: &Origin,
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, NetError> {
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_headers(64).max_buf_size(64 * 1024);
    let (mut sender, wire) = builder.handshake(TokioIo::new(stream)).await.map_err(|e| connection(origin, &e))?;
    // Ends by itself when the answer has been read or dropped.
    tokio::spawn(async move {
        let _ended = wire.await;
    });
    sender.send_request(request).await.map_err(|e| connection(origin, &e))
}

async fn read(host: &str, response: Response<Incoming>, limit: usize) -> Result<Vec<u8>, NetError> {
    let mut body = response.into_body();
    let mut out = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| NetError::Connection { host: host.to_owned(), why: e.to_string() })?;
        let Ok(data) = frame.into_data() else { continue };
        if out.len() + data.len() > limit {
            return Err(NetError::TooLarge { host: host.to_owned(), limit });
        }
        out.extend_from_slice(&data);
    }
    Ok(out)
}

/// Where a redirect leads, if it stays within the origin.
fn redirect(origin: &Origin, from: &Uri, response: &Response<Incoming>) -> Option<Uri> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let target: Uri = location.parse().ok()?;
    if target.authority().is_some() {
        return (Origin::of(&target).ok()? == *origin).then_some(target);
    }
    if !location.starts_with('/') {
        return None;
    }
    let mut parts = from.clone().into_parts();
    parts.path_and_query = target.into_parts().path_and_query;
    Uri::from_parts(parts).ok()
}

/// The host of an address, for logs and refusals: what follows it may say whose certificate is asked about.
pub(crate) fn host_of(url: &str) -> String {
    url.parse::<Uri>().ok().and_then(|u| u.host().map(str::to_owned)).unwrap_or_default()
}
