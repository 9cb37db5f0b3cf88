use std::{fs, time::Duration};

use base::Cx;
use contract::Service;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde::Serialize;
use store::{Db, StoreError, jobs};

use crate::{Config, Failure, Node};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    good: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

/// What was found, in order.
#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn add(&mut self, name: &'static str, found: Result<String, (String, &'static str)>) {
        self.0.push(match found {
            Ok(found) => Check { name, good: true, found, remedy: None },
            Err((found, remedy)) => Check { name, good: false, found, remedy: Some(remedy) },
        });
    }
}

/// `enkurs doctor`
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn doctor(config: Config, json: bool) -> Result<(), Failure> {
    let mut checks = Checks::default();
    checks.add(
        "configuration",
        Ok(format!(
            "{} at {}",
            config.roles.iter().map(|r| r.name()).collect::<Vec<_>>().join(", "),
            config.public_url
        )),
    );
    look(config, &mut checks).await;
    let bad = checks.0.iter().filter(|c| !c.good).count();
    if json {
        println!("{}", serde_json::to_string_pretty(&checks.0).unwrap_or_default());
    } else {
        for c in &checks.0 {
            println!("{} {:<14} {}", if c.good { "good" } else { "BAD " }, c.name, c.found);
            if let Some(remedy) = c.remedy {
                println!("     {:<14} → {remedy}", "");
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Unsound(format!("{bad} of {} checks found something", checks.0.len()))) }
}

async fn look(config: Config, checks: &mut Checks) {
    checks.add("data", data(&config));
    let node = match tokio::time::timeout(Duration::from_secs(20), Node::open(config, Cx::system())).await {
        Ok(Ok(node)) => node,
        Ok(Err(e)) => {
            return checks.add("opening", Err((e.to_string(), "see the message; nothing else can be checked")));
        }
        Err(_) => {
            return checks.add("opening", Err(("not opened within 20 seconds".into(), "is the database reachable?")));
        }
    };
    checks.add("database", answers(&node.db).await);
    checks.add("schema", schema(&node.db).await);
    checks.add("clock", clock(&node).await);
    if node.config.runs(Service::Ca) {
        checks.add("utc", utc(&node).await);
    }
    checks.add("keys", keys(&node).await);
    checks.add("contents", contents(&node).await);
    checks.add("jobs", waiting(&node).await);
    checks.add("ledger", ledger_state(&node).await);
    checks.add("tls", tls(&node));
    node.db.close().await;
}

type Found = Result<String, (String, &'static str)>;

fn failed<T>(result: Result<T, StoreError>, remedy: &'static str) -> Result<T, (String, &'static str)> {
    result.map_err(|e| (format!("{e} ({})", e.code()), remedy))
}

fn data(config: &Config) -> Found {
    let probe = config.data.join(".doctor");
    let written = fs::create_dir_all(&config.data)
        .and_then(|()| fs::write(&probe, vec![0; 1 << 20]))
        .and_then(|()| fs::remove_file(&probe));
    match written {
        Ok(()) => Ok(format!("{} is writable", config.data.display())),
        Err(e) => Err((
            format!("{}: {e}", config.data.display()),
            "give the user of the service the right to write there, and space",
        )),
    }
}

async fn answers(db: &Db) -> Found {
    failed(db.ping().await, "check database.url, the network and that the server runs")?;
    Ok(format!("{:?} answers", db.backend()))
}

async fn schema(db: &Db) -> Found {
    let pending = failed(db.pending().await, "run `enkurs migrate`")?;
    match pending.len() {
        0 => Ok("is that of this build".into()),
        n => Err((format!("{n} steps are not applied"), "run `enkurs migrate`")),
    }
}

async fn clock(node: &Node) -> Found {
    const REMEDY: &str = "start a time service (chrony); a time-stamping authority must not run with a wrong clock";
    let theirs = failed(node.db.time().await, "check the database")?;
    let apart = theirs.duration_since(node.cx.now()).abs();
    let year = Timestamp::from_second(1_767_225_600).unwrap_or_default();
    if node.cx.now() < year {
        return Err((format!("{} is before this program was made", node.cx.now()), REMEDY));
    }
    if apart > SignedDuration::from_secs(1) {
        return Err((format!("{apart:#} from the clock of the database"), REMEDY));
    }
    Ok(format!("{}, as the database's", node.cx.now()))
}

/// What the time servers say of the clock.
async fn utc(node: &Node) -> Found {
    const REMEDY: &str =
        "name time servers in ca.tsa.utc.servers and keep the clock with them: else no time stamps are given";
    let tsa = &node.config.ca.tsa;
    if tsa.utc.servers.is_empty() && tsa.utc.unsynchronised == ca::Unsynchronised::Allow {
        return Ok("not compared with UTC; the configuration allows it".into());
    }
    let (mut told, mut agree) = (Vec::new(), 0);
    for server in &tsa.utc.servers {
        let patience = Duration::from_secs(2);
        match net::sntp::ask(server, node.cx.clock.as_ref(), node.cx.bytes(), patience).await {
            Ok(sample) => {
                let apart = SignedDuration::from_nanos(sample.offset_nanos);
                agree += usize::from(apart.abs() <= SignedDuration::from_millis(i64::from(tsa.accuracy_ms)) / 2);
                told.push(format!("{server} {:+.3} s", apart.as_secs_f64()));
            }
            Err(e) => told.push(format!("{server} {}", e.code())),
        }
    }
    let told = if told.is_empty() { "no time server is named".to_owned() } else { told.join(", ") };
    if agree > tsa.utc.servers.len() / 2 { Ok(told) } else { Err((told, REMEDY)) }
}

async fn keys(node: &Node) -> Found {
    match node.keys.health().await {
        Ok(h) => Ok(format!("{}: {}, {} keys", h.store, h.description, h.keys)),
        Err(e) => Err((e.to_string(), "check [keys]: token present, library, PIN or passphrase file")),
    }
}

async fn contents(node: &Node) -> Found {
    let missing = failed(node.blobs.missing(&node.db).await, "run `enkurs migrate`")?;
    match missing.len() {
        0 => Ok("every content that rows refer to is there".into()),
        n => Err((format!("{n} contents are missing"), "bring DATA/blobs back from the last backup")),
    }
}

async fn waiting(node: &Node) -> Found {
    let summary =
        failed(node.db.read(|tx| Box::pin(async move { jobs::summary(tx).await })).await, "run `enkurs migrate`")?;
    let dead: Vec<String> =
        summary.iter().filter(|s| s.state == "dead").map(|s| format!("{} × {}", s.count, s.kind)).collect();
    let late = node.cx.now().checked_sub(SignedDuration::from_mins(15)).unwrap_or_default();
    if !dead.is_empty() {
        return Err((
            format!("given up: {}", dead.join(", ")),
            "read their reasons in the operator console, then try them again",
        ));
    }
    if let Some(s) = summary.iter().find(|s| s.oldest < late) {
        return Err((
            format!("{} of kind {} wait since {}", s.count, s.kind, s.oldest),
            "is a node with that role running?",
        ));
    }
    Ok(format!("{} wait", summary.iter().map(|s| s.count).sum::<u64>()))
}

async fn ledger_state(node: &Node) -> Found {
    const REMEDY: &str = "is a node running? its log says why the sequencer cannot work";
    let head = ledger::head(&node.db).await.map_err(|e| (e.to_string(), "run `enkurs migrate`"))?;
    let late = node.cx.now().checked_sub(SignedDuration::from_mins(1)).unwrap_or_default();
    if head.since.is_some_and(|s| s < late) {
        return Err((format!("{} entries wait for their place", head.waiting), REMEDY));
    }
    let signed = head.checkpoint.map_or(0, |c| c.size);
    Ok(format!("{} entries, {signed} under a signed checkpoint, {} wait", head.size, head.waiting))
}

fn tls(node: &Node) -> Found {
    let Some(files) = &node.config.tls else { return Ok("not here (a proxy in front, or a trial)".into()) };
    let pem = fs::read(&files.certificate).map_err(|e| (e.to_string(), "check [tls] certificate"))?;
    let der = CertificateDer::from_pem_slice(&pem).map_err(|e| (e.to_string(), "check [tls] certificate"))?;
    let end = pki::Certificate::from_der(&der).map_err(|e| (e.to_string(), "check [tls] certificate"))?.not_after();
    let days = end.duration_since(node.cx.now()).as_hours() / 24;
    if days < 14 {
        Err((format!("the certificate ends in {days} days"), "renew it"))
    } else {
        Ok(format!("the certificate ends in {days} days"))
    }
}
