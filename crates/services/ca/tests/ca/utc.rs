//! The clock beside UTC: time servers of our own, over UDP on the loopback.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base::Clock;
use ca::{Ca, Certainty, ClockHealth as _, Config, Steady, Unsynchronised, UtcConfig, UtcWatch};
use jiff::SignedDuration;
use pki::{DigestAlgorithm, TimeStampRequest, TimeStampResponse};
use tokio::{net::UdpSocket, sync::watch};

use crate::bench::Bench;

crate::on_all![no_stamp_while_the_clock_is_not_utc];

/// What a time server does.
#[derive(Clone, Copy, Debug)]
enum Does {
    /// Tells the time of the test's clock, so many ms later.
    Ahead(i64),
    /// The same, and says of itself that it may be so many ms wrong.
    Vague(u32),
    Announces,
    Unsynchronised,
    Kiss(&'static [u8; 4]),
    Nothing,
}

/// A time server whose ways can be changed, and how often it was asked.
struct Server {
    address: String,
    does: watch::Sender<Does>,
    asked: Arc<AtomicU64>,
}

impl Server {
    async fn start(clock: Arc<dyn Clock>, first: Does) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let (does, ways) = watch::channel(first);
        let asked = Arc::new(AtomicU64::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            let mut question = [0; 64];
            while let Ok((48, from)) = socket.recv_from(&mut question).await {
                count.fetch_add(1, Ordering::SeqCst);
                let now = *ways.borrow();
                if let Some(answer) = answer(clock.as_ref(), &question, now) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        Self { address, does, asked }
    }

    fn now(&self, does: Does) {
        self.does.send(does).unwrap();
    }
}

fn answer(clock: &dyn Clock, question: &[u8], does: Does) -> Option<[u8; 48]> {
    let ahead = if let Does::Ahead(ms) = does { ms } else { 0 };
    let told = clock.now() + SignedDuration::from_millis(ahead);
    let seconds = u64::try_from(told.as_second() + 2_208_988_800).unwrap();
    let part = (u64::try_from(told.subsec_nanosecond()).unwrap() << 32) / 1_000_000_000;
    let mut p = [0; 48];
    (p[0], p[1]) = (4 << 3 | 4, 2);
    p[24..32].copy_from_slice(&question[40..48]);
    p[32..40].copy_from_slice(&(seconds << 32 | part).to_be_bytes());
    p[40..48].copy_from_slice(&(seconds << 32 | part).to_be_bytes());
    match does {
        Does::Nothing => return None,
        Does::Vague(ms) => p[8..12].copy_from_slice(&((ms << 16) / 1000).to_be_bytes()),
        Does::Announces => p[0] |= 1 << 6,
        Does::Unsynchronised => p[0] |= 3 << 6,
        Does::Kiss(code) => {
            p[1] = 0;
            p[12..16].copy_from_slice(code);
        }
        Does::Ahead(_) => {}
    }
    Some(p)
}

/// A steady clock that the test turns, in seconds.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicU64>);

impl Steady for Hand {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

fn watch(servers: &[&Server], unsynchronised: Unsynchronised, hand: &Hand) -> UtcWatch {
    let servers = servers.iter().map(|s| s.address.clone()).collect();
    let config = UtcConfig { servers, every_seconds: 64, unsynchronised };
    UtcWatch::new(&config, SignedDuration::from_secs(1), Box::new(hand.clone())).patience(Duration::from_millis(300))
}

async fn refused(bench: &Bench, node: &Ca) -> Option<Vec<u8>> {
    let digest = DigestAlgorithm::Sha256;
    let request = TimeStampRequest { digest, imprint: digest.of(b"x"), policy: None, nonce: None, certificate: false };
    let answer = node.time_stamp(bench.cx(), &request.to_der().unwrap()).await;
    match TimeStampResponse::from_der(&answer).unwrap() {
        TimeStampResponse::Granted(_) => None,
        TimeStampResponse::Refused { failure, .. } => Some(failure),
    }
}

/// The bit `timeNotAvailable`.
const NO_TIME: Option<[u8; 1]> = Some([14]);

async fn no_stamp_while_the_clock_is_not_utc(bench: Bench) {
    let bench = bench.created().await;
    let clock = bench.cx().clock.clone();
    let server = Server::start(clock, Does::Ahead(400)).await;
    let hand = Hand::default();
    let utc = Arc::new(watch(&[&server], Unsynchronised::Refuse, &hand));
    let node = bench.node(utc.clone(), Config::default());
    assert_eq!(refused(&bench, &node).await.as_deref(), NO_TIME.as_ref().map(|b| &b[..]), "nobody was asked yet");
    for (does, stamps) in [
        (Does::Ahead(400), true),
        (Does::Ahead(600), false),
        (Does::Ahead(-600), false),
        (Does::Nothing, false),
        (Does::Ahead(0), true),
        (Does::Ahead(90_000_000), false),
        (Does::Vague(400), true),
    ] {
        server.now(does);
        utc.ask(bench.cx(), 0).await;
        assert_eq!(refused(&bench, &node).await.is_none(), stamps, "{does:?}");
    }
    // The last agreement holds for four rounds without an answer, and not longer.
    server.now(Does::Nothing);
    utc.ask(bench.cx(), 0).await;
    hand.0.store(4 * 64, Ordering::SeqCst);
    assert_eq!(refused(&bench, &node).await, None);
    hand.0.store(4 * 64 + 1, Ordering::SeqCst);
    assert!(refused(&bench, &node).await.is_some());
}

#[tokio::test]
async fn what_tells_no_time_confirms_none() {
    let (cx, _) = base::Cx::seeded("2026-06-01T09:00:00Z".parse().unwrap(), 1);
    let server = Server::start(cx.clock.clone(), Does::Nothing).await;
    for unsynchronised in [Unsynchronised::Refuse, Unsynchronised::Allow] {
        for does in [Does::Nothing, Does::Unsynchronised, Does::Kiss(b"INIT"), Does::Vague(5000)] {
            server.now(does);
            let utc = watch(&[&server], unsynchronised, &Hand::default());
            utc.ask(&cx, 0).await;
            match (utc.check(cx.now()), unsynchronised) {
                (Ok(Certainty::Unsynchronised), Unsynchronised::Allow) | (Err(_), Unsynchronised::Refuse) => {}
                (told, _) => panic!("{does:?}: {told:?}"),
            }
        }
        // Without servers it is the same; a clock that is plainly another one stamps nowhere.
        assert_eq!(
            watch(&[], unsynchronised, &Hand::default()).check(cx.now()).is_ok(),
            unsynchronised == Unsynchronised::Allow
        );
        server.now(Does::Ahead(2000));
        let utc = watch(&[&server], unsynchronised, &Hand::default());
        utc.ask(&cx, 0).await;
        assert_eq!(utc.check(cx.now()), Err("the clock differs from UTC"));
        server.now(Does::Ahead(0));
        utc.ask(&cx, 1).await;
        assert_eq!(utc.check(cx.now()), Ok(Certainty::Synchronised));
    }
}

#[tokio::test]
async fn the_majority_decides() {
    let (cx, _) = base::Cx::seeded("2026-06-01T09:00:00Z".parse().unwrap(), 1);
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(Server::start(cx.clock.clone(), Does::Ahead(0)).await);
    }
    let all: Vec<&Server> = servers.iter().collect();
    let utc = watch(&all, Unsynchronised::Refuse, &Hand::default());
    for (ways, good) in [
        ([Does::Ahead(0), Does::Ahead(0), Does::Ahead(3000)], true),
        ([Does::Ahead(0), Does::Nothing, Does::Ahead(0)], true),
        ([Does::Ahead(0), Does::Ahead(3000), Does::Ahead(3000)], false),
        ([Does::Ahead(0), Does::Nothing, Does::Nothing], false),
        ([Does::Ahead(10), Does::Ahead(-10), Does::Nothing], true),
    ] {
        for (server, does) in servers.iter().zip(ways) {
            server.now(does);
        }
        utc.ask(&cx, 0).await;
        assert_eq!(utc.check(cx.now()).is_ok(), good, "{ways:?}");
    }
}

#[tokio::test]
async fn an_announced_leap_second_is_waited_out() {
    let (cx, clock) = base::Cx::seeded("2026-12-31T23:59:50Z".parse().unwrap(), 1);
    let server = Server::start(cx.clock.clone(), Does::Announces).await;
    let utc = watch(&[&server], Unsynchronised::Refuse, &Hand::default());
    utc.ask(&cx, 0).await;
    for (at, good) in [
        ("2026-12-31T23:59:58.9Z", true),
        ("2026-12-31T23:59:59Z", false),
        ("2027-01-01T00:00:00.9Z", false),
        ("2027-01-01T00:00:01Z", true),
    ] {
        clock.set(at.parse().unwrap());
        assert_eq!(utc.check(cx.now()).is_ok(), good, "{at}");
    }
    server.now(Does::Ahead(0));
    utc.ask(&cx, 0).await;
    clock.set("2026-12-31T23:59:59Z".parse().unwrap());
    assert!(utc.check(cx.now()).is_ok(), "not announced any more");
}

#[tokio::test]
async fn who_wants_to_be_spared_is_spared() {
    let (cx, _) = base::Cx::seeded("2026-06-01T09:00:00Z".parse().unwrap(), 1);
    for (code, of_sixteen) in [(b"RATE", 4), (b"DENY", 1), (b"RSTR", 1)] {
        let server = Server::start(cx.clock.clone(), Does::Kiss(code)).await;
        let utc = watch(&[&server], Unsynchronised::Refuse, &Hand::default());
        for round in 0..16 {
            utc.ask(&cx, round).await;
        }
        let asked = server.asked.load(Ordering::SeqCst);
        // Rounds 0, 2, 4, 8: every second, fourth, eighth, sixteenth.
        assert_eq!(asked, of_sixteen, "{}", String::from_utf8_lossy(code));
    }
}
