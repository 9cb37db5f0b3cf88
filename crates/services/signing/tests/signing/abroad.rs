//! Foreign signatures: status and issuers fetched through the guard, kept for a while, and what a hostile responder gets by its answers.

use std::{
    fs,
    io::Cursor,
    sync::{Arc, Mutex},
};

use ades::make::{Claims, Form, Format, Input, Signer, prepare};
use jiff::SignedDuration;
use pki::{
    CertStatus, KeyUsage, OcspRequest, OcspResponseTemplate, SingleResponse,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use serde_json::Value;
use signing::{Config, FetchConfig, ListsConfig};
use testkit::{World, each_db};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    bench::Bench,
    lists::{Files, Operators, refresh, serve},
};

/// How the responder behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Good,
    Revoked,
    /// Answers with the nonce of somebody else.
    OtherNonce,
    /// Answers only requests without a nonce, and gives none.
    NoNonce,
    /// Speaks of another certificate.
    OtherCertificate,
    /// Bytes that are no OCSP response.
    Nonsense,
    /// More than any response may have.
    Huge,
    /// Says nothing.
    Silent,
    /// Sends the caller into its own network.
    Redirect,
}

/// An issuer abroad with its responder.
struct Abroad {
    ca: TestEntity,
    person: TestEntity,
    mood: Mutex<Mood>,
    asked: Mutex<Vec<String>>,
    now: Mutex<jiff::Timestamp>,
}

impl Abroad {
    async fn new(now: jiff::Timestamp) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let ca = TestEntity::root("Izdevējs ārzemēs", TestKey::p256());
        let key = TestKey::p256();
        let extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
        let person = ca.issue(7, "Eva Musterfrau", key, extensions, |t| {
            t.extensions.ocsp = vec![format!("{origin}/ocsp")];
            t.extensions.ca_issuers = vec![format!("{origin}/ca.cer")];
            t.extensions.crl = vec![format!("{origin}/ca.crl")];
        });
        let (mood, asked, now) = (Mutex::new(Mood::Good), Mutex::default(), Mutex::new(now));
        let this = Arc::new(Self { ca, person, mood, asked, now });
        let served = Arc::clone(&this);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&served).answer(stream));
            }
        });
        (this, origin)
    }

    async fn answer(self: Arc<Self>, mut stream: TcpStream) {
        let mut sent = Vec::new();
        let (head, body) = loop {
            let mut part = [0; 4096];
            let n = stream.read(&mut part).await.unwrap_or(0);
            sent.extend_from_slice(&part[..n]);
            let Some(end) = sent.windows(4).position(|w| w == b"\r\n\r\n") else {
                if n == 0 {
                    return;
                }
                continue;
            };
            let head = String::from_utf8_lossy(&sent[..end]).into_owned();
            let length = head.lines().find_map(|l| {
                l.to_ascii_lowercase().strip_prefix("content-length:").map(|v| v.trim().parse().unwrap())
            });
            if sent.len() >= end + 4 + length.unwrap_or(0) || n == 0 {
                break (head, sent[end + 4..].to_vec());
            }
        };
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        let mood = *self.mood.lock().unwrap();
        let (status, more, body) = match (path.as_str(), mood) {
            ("/ca.cer", _) => ("200 OK", "", self.ca.certificate.der().to_vec()),
            (_, Mood::Silent) => {
                let _open = stream.read(&mut [0; 1]).await;
                return;
            }
            (_, Mood::Redirect) => ("302 Found", "Location: http://127.0.0.1:1/secret\r\n", Vec::new()),
            ("/ocsp", mood) => match self.ocsp(&body, mood) {
                Some(answer) => ("200 OK", "", answer),
                None => ("400 Bad Request", "", Vec::new()),
            },
            _ => ("404 Not Found", "", Vec::new()),
        };
        let head = format!("HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    }

    fn ocsp(&self, request: &[u8], mood: Mood) -> Option<Vec<u8>> {
        let request = OcspRequest::from_der(request).ok()?;
        let now = *self.now.lock().unwrap();
        let mut id = request.ids.into_iter().next()?;
        let nonce = match mood {
            Mood::Nonsense => return Some(b"<html>".to_vec()),
            Mood::Huge => return Some(vec![0x30; 1 << 20]),
            Mood::NoNonce if request.nonce.is_some() => return None,
            Mood::OtherNonce => Some(vec![9; 32]),
            _ => request.nonce,
        };
        if mood == Mood::OtherCertificate {
            id = pki::CertId::new(pki::DigestAlgorithm::Sha1, &self.ca.certificate, &[99]);
        }
        let status = match mood {
            Mood::Revoked => CertStatus::Revoked { at: now - SignedDuration::from_hours(24), reason: None },
            _ => CertStatus::Good,
        };
        let next_update = Some(now + SignedDuration::from_hours(1));
        let template = OcspResponseTemplate {
            responder_key_id: self.ca.certificate.public_key().key_id(),
            produced_at: now,
            responses: vec![SingleResponse { id, status, this_update: now, next_update, archive_cutoff: None }],
            nonce,
            extended_revoke: false,
        };
        let tbs = template.tbs().ok()?;
        OcspResponseTemplate::assemble(&tbs, self.ca.key.algorithm(), &self.ca.key.sign(&tbs), &[]).ok()
    }

    /// A file signed abroad at B: neither issuer nor status inside.
    fn signed(&self, at: jiff::Timestamp) -> Vec<u8> {
        let files = [Input::bytes("a.txt", b"Vertrag\n".to_vec())];
        let signer = Signer::new(self.person.certificate.der(), at).unwrap();
        let limits = ades::detect::Limits::default();
        let prepared = prepare(&files, &Form::new(Format::Cades), &signer, &Claims::default(), &limits).unwrap();
        let value = self.person.key.sign(&prepared.to_be_signed());
        prepared.finish(&value).unwrap().write(&files, at, &limits, Vec::new()).unwrap()
    }

    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What was asked since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// A node that trusts the issuer abroad by a trusted list.
async fn node(world: &World, abroad: &Abroad, fetch: FetchConfig) -> Bench {
    let (files, operators) = (Files::default(), Operators::new());
    let origin = serve(Arc::clone(&files)).await;
    files.lock().unwrap().insert("/lotl.xml".into(), operators.of_lists(&origin));
    files.lock().unwrap().insert("/lv.xml".into(), operators.list(3, &abroad.ca, &operators.nation));
    let signers = world.dir().join("signers.pem");
    fs::write(&signers, operators.union.certificate.to_pem()).unwrap();
    let lists = ListsConfig {
        lotl: Some(format!("{origin}/lotl.xml")),
        signers: Some(signers),
        announcement: None,
        allow_origins: vec![origin],
    };
    let b = Bench::with(world.clone(), Config { lists, fetch, ..Config::default() }).await;
    refresh(world, &b.app).await;
    b
}

async fn verdict(b: &Bench, file: &[u8]) -> (String, String) {
    let path = "/api/v1/signatures/validate?name=a.txt.p7m";
    let report: Value =
        b.browser(None).client.post_bytes(path, "application/octet-stream", file).await.expect(200).json();
    let s = &report["signatures"][0];
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    (text(&s["indication"]), text(&s["sub_indication"]))
}

fn on(allow_origins: Vec<String>) -> FetchConfig {
    FetchConfig { enabled: true, seconds: 2, allow_origins, ..FetchConfig::default() }
}

each_db! {
    async fn foreign_status_is_fetched_once_and_kept_for_a_while(world: World) {
        let (abroad, origin) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, on(vec![origin])).await;
        assert_eq!(verdict(&b, &file).await.0, "TOTAL_PASSED");
        assert_eq!(abroad.asked(), ["/ocsp"]);
        assert_eq!(verdict(&b, &file).await.0, "TOTAL_PASSED");
        assert!(abroad.asked().is_empty(), "the answer was kept");
        // later it is asked again, and the answer counts
        world.clock.advance(SignedDuration::from_mins(11));
        *abroad.now.lock().unwrap() = world.cx.now();
        abroad.be(Mood::Revoked);
        assert_ne!(verdict(&b, &file).await.0, "TOTAL_PASSED");
        assert_eq!(abroad.asked(), ["/ocsp"]);
    }

    async fn nothing_is_fetched_unless_configured(world: World) {
        let (abroad, _) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, FetchConfig::default()).await;
        assert_eq!(verdict(&b, &file).await.0, "INDETERMINATE");
        assert!(abroad.asked().is_empty());
    }

    async fn nobody_reaches_into_the_private_network_by_a_certificate(world: World) {
        let (abroad, _) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, on(Vec::new())).await;
        assert_eq!(verdict(&b, &file).await.0, "INDETERMINATE");
        assert!(abroad.asked().is_empty(), "not even a connection");
    }

    async fn a_hostile_responder_gets_nothing_by_its_answers(world: World) {
        let (abroad, origin) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, on(vec![origin])).await;
        let moods = [Mood::OtherNonce, Mood::OtherCertificate, Mood::Nonsense, Mood::Huge, Mood::Silent, Mood::Redirect];
        for mood in moods {
            abroad.be(mood);
            let all = std::time::Duration::from_secs(20);
            let (indication, sub) = tokio::time::timeout(all, verdict(&b, &file)).await.expect("within its time");
            assert_eq!(indication, "INDETERMINATE", "{mood:?} {sub} {:?}", abroad.asked.lock().unwrap());
            let asked = abroad.asked();
            assert!(asked.iter().any(|p| p == "/ocsp") && asked.len() <= 4, "{mood:?} {asked:?}");
            world.clock.advance(SignedDuration::from_mins(11));
            *abroad.now.lock().unwrap() = world.cx.now();
        }
        abroad.be(Mood::NoNonce);
        assert_eq!(verdict(&b, &file).await.0, "TOTAL_PASSED", "an answer without a nonce is judged by its times");
    }

    async fn what_raising_fetches_ends_after_a_time_in_all(world: World) {
        let (abroad, origin) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, FetchConfig { seconds: 600, raise_seconds: 1, ..on(vec![origin]) }).await;
        abroad.be(Mood::Silent);
        let mut program = b.program(&[web::Right::Preserve]).await;
        let path = "/api/v1/signatures/augment?name=a.txt.p7m&level=LT";
        let job = program.post_bytes(path, "application/octet-stream", &file).await.expect(202);
        let job = job.header("location").unwrap().to_owned();
        let all = std::time::Duration::from_secs(60);
        tokio::time::timeout(all, b.work()).await.expect("within its time, though one answer alone may take ten minutes");
        // it is tried again later
        let waits: Value = program.get(&job).await.expect(200).json();
        assert_eq!((waits["state"].as_str(), waits["code"].as_str()), (Some("waiting"), Some("signing.material.incomplete")), "{waits:#}");
        assert_eq!(abroad.asked(), ["/ca.cer", "/ocsp"], "the list was not asked for any more");
    }

    async fn foreign_signatures_are_raised(world: World) {
        let (abroad, origin) = Abroad::new(world.cx.now()).await;
        let file = abroad.signed(world.cx.now());
        let b = node(&world, &abroad, on(vec![origin])).await;
        let mut program = b.program(&[web::Right::Preserve]).await;
        let path = "/api/v1/signatures/augment?name=a.txt.p7m&level=LT";
        let job = program.post_bytes(path, "application/octet-stream", &file).await.expect(202);
        let job = job.header("location").unwrap().to_owned();
        b.work().await;
        let done: Value = program.get(&job).await.expect(200).json();
        assert_eq!(done["state"], "done", "{done:#}");
        let raised = program.get(done["result"]["file"].as_str().unwrap()).await.expect(200).body;
        assert!(abroad.asked().contains(&"/ca.cer".to_owned()), "its issuer was fetched");
        let facts = ades::detect::read("a.txt.p7m", Cursor::new(raised.to_vec()), &mut ades::xades::Nothing, &ades::detect::Limits::default()).unwrap();
        assert_eq!(facts.signatures[0].level_elements, Some(ades::facts::Level::LT));
    }
}
