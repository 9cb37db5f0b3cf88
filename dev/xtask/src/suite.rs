//! What `check`, `test`, `bench` and `soak` run, in which order.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::{
    conformance, errors, layers, locale, need, postgres, root,
    run::{Done, Fault, log_to, run, say},
    target,
};

/// The inner loop: no database server, nothing installed.
pub(crate) fn check() -> Done {
    layers::check()?;
    locale::check()?;
    errors::run(true)?;
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], &[])?;
    cargo(&["test", "--workspace", "--quiet"], &[])
}

/// Parts that are run one after the other.
pub(crate) struct Lane {
    postgres: String,
    only: Option<String>,
    took: Vec<(&'static str, Duration)>,
}

impl Lane {
    pub(crate) fn part(&mut self, name: &'static str, work: impl FnOnce(&str) -> Done) -> Done {
        if self.only.as_ref().is_some_and(|word| !name.contains(word.as_str())) {
            return Ok(());
        }
        say(&format!("== {name}"))?;
        let start = now();
        work(&self.postgres).map_err(|Fault(text)| Fault(format!("{name}: {text}")))?;
        self.took.push((name, start.elapsed()));
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a part of the suite took is told to the person, nothing depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

/// Everything. What follows the build runs in two lanes: both wait a lot, for a JVM, a browser, a process that is to die.
pub(crate) fn test(only: Option<&str>, install: bool) -> Done {
    need::debian(install)?;
    let server = postgres::start()?;
    let lane = || Lane { postgres: server.url.clone(), only: only.map(str::to_owned), took: Vec::new() };
    let mut first = lane();
    built(&mut first)?;
    let mut second = lane();
    let log = target().join("lane.log");
    let besides = || {
        log_to(&log)?;
        besides(&mut second)
    };
    let (conforms, besides) = std::thread::scope(|scope| {
        let besides = scope.spawn(besides);
        (conformance::all(&mut first), besides.join())
    });
    print!("{}", std::fs::read_to_string(&log)?);
    conforms?;
    besides.map_err(|_| Fault("a lane of the suite panicked".into()))??;
    let took = || first.took.iter().chain(&second.took);
    for (name, took) in took() {
        println!("{:>6.1} s  {name}", took.as_secs_f64());
    }
    println!("{} passed, 0 failed", took().count());
    Ok(())
}

/// What needs the compiler.
fn built(lane: &mut Lane) -> Done {
    lane.part("floors", |_| layers::check())?;
    lane.part("languages", |_| locale::check())?;
    lane.part("error codes", |_| errors::run(true))?;
    lane.part("format", |_| cargo(&["fmt", "--all", "--check"], &[]))?;
    lane.part("lints", |_| cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], &[]))?;
    lane.part("unit and HTTP, both databases, both key stores", |pg| {
        cargo(&["test", "--workspace", "--no-fail-fast", "--quiet"], &strict(pg))
    })?;
    lane.part("build", |_| cargo(&["build", "--workspace", "--bins", "--examples", "--quiet"], &[]))
}

/// What runs beside the conformance.
fn besides(lane: &mut Lane) -> Done {
    lane.part("dependencies", |_| {
        let deny = need::cargo_deny()?;
        run(&root(), &deny.to_string_lossy(), &["--log-level", "error", "check", "bans", "licenses", "sources"], &[])
    })?;
    lane.part("HTTP, services apart over mutual TLS", |pg| {
        let mut env = strict(pg);
        env.push(("ENKURS_TEST_APART", "1".to_owned()));
        // of the whole workspace, as built already: fewer packages would have other features
        cargo(&["test", "--workspace", "--no-fail-fast", "--quiet", "--test", "http", "--test", "signing"], &env)
    })?;
    lane.part("browser (Chromium, axe)", |_| {
        let dir = root().join("dev/browser");
        need::npm(&dir)?;
        script("dev/browser/run", &peers(&[]))
    })?;
    lane.part("kill -9, 20 per database", |pg| kills(pg, 20))
}

/// Nothing may be left out of the tests for want of a peer.
fn strict(pg: &str) -> Vec<(&'static str, String)> {
    vec![
        ("ENKURS_TEST_PG", pg.to_owned()),
        ("ENKURS_TEST_HSM", "required".to_owned()),
        ("ENKURS_TEST_TOOLS", "required".to_owned()),
    ]
}

pub(crate) fn peers(more: &[(&'static str, PathBuf)]) -> Vec<(&'static str, String)> {
    let bin = target().join("debug");
    let text = |p: PathBuf| p.to_string_lossy().into_owned();
    let mut env = vec![
        ("ENKURS", text(bin.join("enkurs"))),
        ("ENKURS_SIGN", text(bin.join("enkurs-sign"))),
        ("VIRTUAL_CARD", text(bin.join("virtual-card"))),
        ("OUT", text(target().join("conformance"))),
    ];
    env.extend(more.iter().map(|(k, p)| (*k, text(p.clone()))));
    env
}

pub(crate) fn script(path: &str, env: &[(&str, String)]) -> Done {
    run(&root(), "bash", &[path], env)
}

fn cargo(args: &[&str], env: &[(&str, String)]) -> Done {
    run(&root(), "cargo", args, env)
}

fn kills(pg: &str, count: u32) -> Done {
    let mut env = strict(pg);
    env.push(("ENKURS_KILLS", count.to_string()));
    cargo(&["test", "--workspace", "--test", "kill", "--quiet"], &env)
}

/// Throughput beside named peers.
pub(crate) fn bench(seconds: u32) -> Done {
    need::debian(true)?;
    cargo(&["build", "--release", "-p", "bench", "-p", "enkurs", "-p", "signer", "--quiet"], &[])?;
    let bin = target().join("release");
    let mut env = peers(&[("PYTHON", need::python()?)]);
    env.retain(|(k, _)| *k != "ENKURS" && *k != "ENKURS_SIGN");
    env.push(("ENKURS", bin.join("enkurs").to_string_lossy().into_owned()));
    env.push(("ENKURS_SIGN", bin.join("enkurs-sign").to_string_lossy().into_owned()));
    env.push(("DSS_CLASSPATH", need::dss()?));
    run(&root(), &bin.join("bench").to_string_lossy(), &["--seconds", &seconds.to_string()], &env)
}

/// What takes hours.
pub(crate) fn soak(count: u32) -> Done {
    need::debian(true)?;
    run(&root(), "bash", &["conformance/c14n/run", "42000"], &peers(&[]))?;
    // every byte of a small file of each format, not a sample
    cargo(&["test", "-p", "ades", "--test", "it", "--quiet", "mutation"], &[("ENKURS_MUTATION", "full".to_owned())])?;
    cargo(&["build", "--release", "-p", "signer", "--quiet"], &[])?;
    cargo(&["build", "--release", "-p", "ades", "--example", "large-pdf", "--quiet"], &[])?;
    let release = |name: &str| target().join("release").join(name).to_string_lossy().into_owned();
    let env = [("ENKURS_SIGN", release("enkurs-sign")), ("LARGE_PDF", release("examples/large-pdf"))];
    run(&root(), "bash", &["conformance/streams/run"], &env)?;
    let pg = postgres::start()?;
    kills(&pg.url, count)
}
