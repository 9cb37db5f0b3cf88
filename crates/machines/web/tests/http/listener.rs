//! The listener with real sockets: TLS, and clients that are silent, slow, idle, or too many.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get};
use hyper_util::rt::{TokioExecutor, TokioIo};
use pki::testing::{TestEntity, TestKey};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use web::serve::{Callers, CancellationToken, Listen, Patience, serve, tls};

use apart::node;

/// The test's patience with the listener.
const LONG: Duration = Duration::from_secs(20);

fn short() -> Patience {
    Patience {
        connections: 4,
        per_address: None,
        handshake: Duration::from_millis(300),
        headers: Duration::from_millis(300),
        idle: Duration::from_millis(600),
        unread: Duration::from_millis(600),
    }
}

/// A listener until `stop` is dropped.
struct Site {
    port: u16,
    stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Site {
    async fn open(listen: Listen) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, stop) = (listener.local_addr().unwrap().port(), CancellationToken::new());
        tokio::spawn(serve(listener, listen, stop.clone()));
        Self { port, stop }
    }
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }
}

fn router() -> Router {
    let endless = || futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0u8; 64 << 10]));
    Router::new()
        .route("/", get(|| async { "here" }))
        .route("/endless", get(move || async move { Body::from_stream(endless()) }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                "late"
            }),
        )
}

/// Everything until the other end closes; the test fails when it never does.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut out = Vec::new();
    // a reset is an end as well
    timeout(LONG, stream.read_to_end(&mut out)).await.expect("the listener never closes").ok();
    String::from_utf8_lossy(&out).into_owned()
}

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn silent_and_slow_clients_lose_their_places() {
    let site = Site::open(Listen { router: router(), tls: None, callers: Callers::Anyone, patience: short() }).await;
    let mut silent = vec![];
    for begun in ["", "G", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nhost: loc"] {
        let mut s = site.connect().await;
        s.write_all(begun.as_bytes()).await.unwrap();
        silent.push(s);
    }
    // all four places are taken: the fifth is answered because they lose them
    let mut fifth = site.connect().await;
    fifth.write_all(ASK).await.unwrap();
    assert!(rest(&mut fifth).await.ends_with("here"));
    for mut s in silent {
        assert!(!rest(&mut s).await.contains("here"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_is_cut_off() {
    let site = Site::open(Listen { router: router(), tls: None, callers: Callers::Anyone, patience: short() }).await;
    let mut s = site.connect().await;
    let begun = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".iter().chain([b'a'; 2000].iter()) {
        if s.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(begun.elapsed() < LONG, "still taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_and_a_working_one_is_not() {
    let site = Site::open(Listen { router: router(), tls: None, callers: Callers::Anyone, patience: short() }).await;
    let mut s = site.connect().await;
    s.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let said = rest(&mut s).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("here"), "{said}");
    let mut s = site.connect().await;
    s.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut s).await.ends_with("late"), "a handler that works longer than idle clients may rest is let be");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_is_given_up() {
    let mut patience = short();
    patience.connections = 1;
    let site = Site::open(Listen { router: router(), tls: None, callers: Callers::Anyone, patience }).await;
    let mut greedy = site.connect().await;
    greedy.write_all(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    // it never reads; the only place comes free all the same
    let mut next = site.connect().await;
    next.write_all(ASK).await.unwrap();
    let mut out = Vec::new();
    timeout(Duration::from_secs(60), next.read_to_end(&mut out)).await.expect("the place never comes free").unwrap();
    assert!(String::from_utf8_lossy(&out).ends_with("here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_all_places() {
    let mut patience = Patience { per_address: Some(2), ..short() };
    patience.headers = Duration::from_secs(5);
    let site = Site::open(Listen { router: router(), tls: None, callers: Callers::Anyone, patience }).await;
    let (one, _two) = (site.connect().await, site.connect().await);
    let mut third = site.connect().await;
    third.write_all(ASK).await.ok();
    assert_eq!(rest(&mut third).await, "", "closed unanswered");
    drop(one);
    let begun = Instant::now();
    loop {
        let mut again = site.connect().await;
        again.write_all(ASK).await.ok();
        if rest(&mut again).await.ends_with("here") {
            break;
        }
        assert!(begun.elapsed() < LONG, "the place of a closed connection never comes free");
    }
}

/// TLS that trusts `authority`, maybe with a certificate and key of one's own (PEM).
pub(crate) fn connector(authority: &TestEntity, alpn: &[&[u8]], own: Option<(Vec<u8>, Vec<u8>)>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.der().to_vec().into()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let mut config = match own {
        // a certificate may be shown with a key that is not its own: the listener has to notice
        Some((chain, key)) => {
            let chain = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>().unwrap();
            let key = aws_lc_rs::sign::any_supported_type(&PrivateKeyDer::from_pem_slice(&key).unwrap()).unwrap();
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key))))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|a| a.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn over_tls(site: &Site, authority: &TestEntity, alpn: &[&[u8]]) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").unwrap();
    connector(authority, alpn, None).connect(name, site.connect().await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_of_the_public_listener() {
    let root = TestEntity::root("Saknes", TestKey::p256());
    let (chain, key) = node(&root, 2, "localhost");
    let listen =
        Listen { router: router(), tls: Some(tls(&chain, &key).unwrap()), callers: Callers::Anyone, patience: short() };
    let site = Site::open(listen).await;

    let mut plain = site.connect().await;
    plain.write_all(ASK).await.unwrap();
    assert!(!rest(&mut plain).await.contains("HTTP"), "no answer without TLS");
    let mut silent = vec![];
    for begun in [&b""[..], &[22, 3, 1], &[22, 3, 1, 2, 0, 1]] {
        let mut s = site.connect().await;
        s.write_all(begun).await.unwrap();
        silent.push(s);
    }
    let mut idle = over_tls(&site, &root, &[b"h2"]).await.unwrap();

    let mut one = over_tls(&site, &root, &[b"http/1.1"]).await.unwrap();
    one.write_all(ASK).await.unwrap();
    assert!(rest(&mut one).await.ends_with("here"), "five connections at four places: the silent ones lose theirs");
    for mut s in silent {
        rest(&mut s).await;
    }
    rest(&mut idle).await;

    let two = over_tls(&site, &root, &[b"h2", b"http/1.1"]).await.unwrap();
    assert_eq!(two.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(two.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    let (mut ask, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(two)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = || hyper::Request::get("https://localhost/").body(Body::empty()).unwrap();
    let answer = ask.send_request(request()).await.unwrap();
    assert!(answer.status().is_success() && answer.version() == hyper::Version::HTTP_2);
    drop(answer);
    timeout(LONG, connection).await.expect("an idle HTTP/2 connection is closed").unwrap().ok();

    let stranger = TestEntity::root("Svešie", TestKey::p256());
    assert!(over_tls(&site, &stranger, &[b"h2"]).await.is_err(), "another authority is not trusted");
    assert!(tls(&chain, b"no key").is_err() && tls(b"", &key).is_err());
}
