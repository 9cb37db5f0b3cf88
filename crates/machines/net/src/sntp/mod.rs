//! The time of others by SNTP (RFC 4330; packet and kiss codes of RFC 5905): one question, one answer, nothing set.
//!
//! The answer is not authenticated (no NTS): whoever controls the network can withhold it or make it wrong. It is a witness beside the
//! machine's own clock, never a source of the time.

mod packet;

use std::time::Duration;

use base::Clock;
use tokio::net::UdpSocket;

pub use packet::{Sample, SntpError};

/// Port of NTP.
const PORT: u16 = 123;
/// Datagrams looked at for one question: what does not answer it is passed over.
const MOST_DATAGRAMS: usize = 8;

/// Asks `server` (`HOST` or `HOST:PORT`, an IPv6 address in brackets) how far `clock` is from its time; waits at most `patience`. `nonce`
/// must not be foreseeable: an answer that does not repeat it is not ours.
///
/// # Errors
/// See [`SntpError`].
pub async fn ask(server: &str, clock: &dyn Clock, nonce: [u8; 8], patience: Duration) -> Result<Sample, SntpError> {
    tokio::time::timeout(patience, exchange(server, clock, nonce)).await.unwrap_or(Err(SntpError::Silent))
}

async fn exchange(server: &str, clock: &dyn Clock, nonce: [u8; 8]) -> Result<Sample, SntpError> {
    let unreachable = |e: std::io::Error| SntpError::Unreachable(e.to_string());
    let (host, port) = address(server);
    let mut found = tokio::net::lookup_host((host, port)).await.map_err(unreachable)?;
    let peer = found.next().ok_or_else(|| SntpError::Unreachable("the host is not known".to_owned()))?;
    let own: std::net::SocketAddr = if peer.is_ipv6() {
        (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
    } else {
        (std::net::Ipv4Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(own).await.map_err(unreachable)?;
    // Connected: the kernel drops what others send.
    socket.connect(peer).await.map_err(unreachable)?;
    let sent = clock.now();
    socket.send(&packet::question(nonce)).await.map_err(unreachable)?;
    let mut buffer = [0; 512];
    for _ in 0..MOST_DATAGRAMS {
        let length = socket.recv(&mut buffer).await.map_err(unreachable)?;
        let received = clock.now();
        match packet::answer(buffer.get(..length).unwrap_or_default(), nonce, sent, received) {
            // Forged, or of an earlier question: the true answer may still come.
            Err(SntpError::Foreign) => {}
            told => return told,
        }
    }
    Err(SntpError::Foreign)
}

fn address(server: &str) -> (&str, u16) {
    let split = server.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) = match split {
        // An IPv6 address without brackets has no port.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ => (server, PORT),
    };
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses() {
        assert_eq!(address("ntp.example"), ("ntp.example", 123));
        assert_eq!(address("127.0.0.1:9"), ("127.0.0.1", 9));
        assert_eq!(address("[::1]:9"), ("::1", 9));
        assert_eq!(address("[::1]"), ("::1", 123));
        assert_eq!(address("2001:db8::7"), ("2001:db8::7", 123));
    }
}
