//! Questions to a time server of our own, over UDP on the loopback.

use std::{net::SocketAddr, time::Duration};

use base::{Timestamp, VirtualClock};
use net::sntp::{self, SntpError};
use tokio::net::UdpSocket;

const NONCE: [u8; 8] = *b"\x9e\x01nonce\xff";
const PATIENCE: Duration = Duration::from_millis(200);

fn start() -> Timestamp {
    "2026-06-01T09:00:00Z".parse().unwrap()
}

fn ntp(at: Timestamp) -> [u8; 8] {
    let seconds = u64::try_from(at.as_second() + 2_208_988_800).unwrap();
    let part = (u64::try_from(at.subsec_nanosecond()).unwrap() << 32) / 1_000_000_000;
    (seconds << 32 | part).to_be_bytes()
}

fn reply(question: &[u8], at: Timestamp) -> Vec<u8> {
    let mut packet = vec![0; 48];
    packet[0] = 4 << 3 | 4;
    packet[1] = 1;
    packet[24..32].copy_from_slice(&question[40..48]);
    packet[32..40].copy_from_slice(&ntp(at));
    packet[40..48].copy_from_slice(&ntp(at));
    packet
}

/// A server that answers each question with what `answers` makes of it.
async fn server(answers: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            assert_eq!((length, question[0]), (48, 0x23), "version 4, client");
            for answer in answers(&question[..length]) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    address
}

async fn ask(server: SocketAddr) -> Result<sntp::Sample, SntpError> {
    sntp::ask(&server.to_string(), &VirtualClock::new(start()), NONCE, PATIENCE).await
}

#[tokio::test]
async fn tells_how_far_the_clock_is_off() {
    let ahead = server(|q| vec![reply(q, start() + Duration::from_millis(2500))]).await;
    let sample = ask(ahead).await.unwrap();
    assert!((sample.offset_nanos - 2_500_000_000).abs() < 10 && !sample.leap, "{sample:?}");
}

#[tokio::test]
async fn forged_answers_are_passed_over() {
    let forging = server(|q| {
        let mut forged = reply(q, start() + Duration::from_secs(9));
        forged[24] ^= 1;
        vec![forged.clone(), forged, reply(q, start())]
    });
    assert!(ask(forging.await).await.unwrap().offset_nanos.abs() < 10);
    let only_forged = server(|q| {
        let mut forged = reply(q, start());
        forged[31] ^= 1;
        vec![forged; 20]
    });
    assert_eq!(ask(only_forged.await).await.unwrap_err(), SntpError::Foreign);
    let other = server(|q| {
        let mut request = q.to_vec();
        request[24..32].copy_from_slice(&q[40..48]);
        vec![request]
    });
    assert_eq!(ask(other.await).await.unwrap_err().code(), "net.sntp-malformed", "its own question sent back");
}

#[tokio::test]
async fn silence_and_absence_end_in_time() {
    assert_eq!(ask(server(|_| vec![]).await).await.unwrap_err(), SntpError::Silent);
    let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(matches!(ask(closed).await.unwrap_err(), SntpError::Unreachable(_) | SntpError::Silent));
    let clock = VirtualClock::new(start());
    for unknown in ["", "no.such.host.invalid", "[::1", ":"] {
        assert!(sntp::ask(unknown, &clock, NONCE, PATIENCE).await.is_err(), "{unknown}");
    }
}
