//! The client against small servers on the loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

mod sntp;
mod tls;

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use net::{Client, Config, Guard, Origin};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// A server that answers each connection with the next text.
async fn server(answers: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buf = [0; 4096];
            let _read = stream.read(&mut buf).await.unwrap();
            if answer.is_empty() {
                tokio::time::sleep(Duration::from_secs(30)).await;
            }
            let _sent = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn client(loopback: bool) -> Client {
    let guard = Guard { loopback, ..Guard::public() };
    Client::new(Config { guard, timeout: Duration::from_millis(500), ..Config::default() })
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn reads_up_to_the_limit() {
    let at = server(vec![answer("200 OK", "", "hello"), answer("200 OK", "", "hello")]).await;
    let url = format!("http://{at}/x");
    assert_eq!(client(true).get(&url, 5).await.unwrap(), b"hello");
    assert_eq!(client(true).get(&url, 4).await.unwrap_err().code(), "net.too-large");
}

#[tokio::test]
async fn an_endless_body_stops_at_the_limit() {
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let at = server(vec![format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(64))]).await;
    assert_eq!(client(true).get(&format!("http://{at}/"), 10_000).await.unwrap_err().code(), "net.too-large");
}

#[tokio::test]
async fn refusals() {
    let at = server(vec![answer("200 OK", "", "secret")]).await;
    let only_public = client(false);
    assert_eq!(only_public.get(&format!("http://{at}/"), 100).await.unwrap_err().code(), "net.private");
    let port = at.port();
    for host in ["localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "0x7f.1", "0", "10.0.0.1", "169.254.169.254"] {
        let e = only_public.get(&format!("http://{host}:{port}/"), 100).await.unwrap_err();
        assert!(matches!(e.code(), "net.private" | "net.unknown-host" | "net.address"), "{host}: {e}");
    }
    for url in
        ["ftp://example.lv/", "file:///etc/passwd", "http://user:pass@example.lv/", "//x", "http:///", "javascript:1"]
    {
        assert_eq!(only_public.get(url, 100).await.unwrap_err().code(), "net.address", "{url}");
    }
    let allowed = Guard { allowed: vec![format!("http://{at}").parse::<Origin>().unwrap()], ..Guard::public() };
    let named = Client::new(Config { guard: allowed, ..Config::default() });
    assert_eq!(named.get(&format!("http://{at}/"), 100).await.unwrap(), b"secret");
}

#[tokio::test]
async fn redirects_stay_at_home() {
    let away = answer("302 Found", "Location: http://127.0.0.1:1/secret\r\n", "");
    let home = answer("302 Found", "Location: /there\r\n", "");
    let at = server(vec![away, home, answer("200 OK", "", "there")]).await;
    let url = format!("http://{at}/");
    assert_eq!(client(true).get(&url, 100).await.unwrap_err().code(), "net.redirect");
    assert_eq!(client(true).get(&url, 100).await.unwrap(), b"there");
    let at = server(vec![answer("302 Found", "Location: /\r\n", ""); 10]).await;
    assert_eq!(client(true).get(&format!("http://{at}/"), 100).await.unwrap_err().code(), "net.redirect");
    let at = server(vec![answer("307 Temporary Redirect", "Location: /\r\n", "")]).await;
    let posted = client(true).post(&format!("http://{at}/"), "a/b", "*/*", "x", 100).await;
    assert_eq!(posted.unwrap_err().code(), "net.status");
}

#[tokio::test]
async fn silence_and_errors() {
    let at = server(vec![String::new()]).await;
    assert_eq!(client(true).get(&format!("http://{at}/"), 100).await.unwrap_err().code(), "net.timeout");
    let at = server(vec![answer("503 Unavailable", "", "")]).await;
    let e = client(true).get(&format!("http://{at}/"), 100).await.unwrap_err();
    assert!(e.code() == "net.status" && e.is_transient());
    let at = server(Vec::new()).await;
    assert_eq!(client(true).get(&format!("http://{at}/"), 100).await.unwrap_err().code(), "net.connection");
}

#[test]
fn public_addresses() {
    let origin: Origin = "http://example.lv".parse().unwrap();
    let guard = Guard::public();
    for bad in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "::127.0.0.1",
    ] {
        assert!(guard.check(&origin, bad.parse::<IpAddr>().unwrap()).is_err(), "{bad}");
    }
    for good in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1", "64:ff9b::808:808", "2001:4860::8888"] {
        assert!(guard.check(&origin, good.parse::<IpAddr>().unwrap()).is_ok(), "{good}");
    }
}

#[tokio::test]
async fn answers_of_an_authority_are_held_against_the_request() {
    let at = server(vec![answer("200 OK", "", "not a response")]).await;
    let stamp =
        client(true).time_stamp(&format!("http://{at}/tsa"), pki::DigestAlgorithm::Sha256, &[7; 32], &[1; 8]).await;
    assert_eq!(stamp.unwrap_err().code(), "net.timestamp");
}

#[tokio::test]
async fn strangers_addresses_lead_to_web_ports_only() {
    let at = server(vec![answer("200 OK", "", "hello")]).await;
    let (url, origin) = (format!("http://{at}/"), format!("http://{at}").parse::<Origin>().unwrap());
    let of = |guard| Client::new(Config { guard, timeout: Duration::from_millis(500), ..Config::default() });
    let strict = Guard { loopback: true, web_ports: true, ..Guard::public() };
    assert_eq!(of(strict.clone()).get(&url, 100).await.unwrap_err().code(), "net.port");
    assert_eq!(of(Guard { allowed: vec![origin], ..strict }).get(&url, 100).await.unwrap(), b"hello");
}
