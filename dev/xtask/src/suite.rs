//! What `check`, `test`, `bench` and `soak` run, in which order.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::{
    errors, layers, locale, need, postgres, root,
    run::{Done, Fault, run},
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

/// What the parts of the whole suite share.
struct Parts {
    postgres: postgres::Server,
    took: Vec<(&'static str, Duration)>,
    only: Option<String>,
}

impl Parts {
    fn part(&mut self, name: &'static str, work: impl FnOnce(&str) -> Done) -> Done {
        if self.only.as_ref().is_some_and(|word| !name.contains(word.as_str())) {
            return Ok(());
        }
        println!("== {name}");
        let start = now();
        work(&self.postgres.url).map_err(|Fault(text)| Fault(format!("{name}: {text}")))?;
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

/// Everything.
pub(crate) fn test(only: Option<&str>, install: bool) -> Done {
    need::debian(install)?;
    let mut parts = Parts { postgres: postgres::start()?, took: Vec::new(), only: only.map(str::to_owned) };
    parts.part("floors", |_| layers::check())?;
    parts.part("languages", |_| locale::check())?;
    parts.part("error codes", |_| errors::run(true))?;
    parts.part("format", |_| cargo(&["fmt", "--all", "--check"], &[]))?;
    parts.part("lints", |_| {
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], &[])
    })?;
    parts.part("unit and HTTP, both databases, both key stores", |pg| {
        cargo(&["test", "--workspace", "--no-fail-fast", "--quiet"], &strict(pg))
    })?;
    parts.part("HTTP, services apart over mutual TLS", |pg| {
        let mut env = strict(pg);
        env.push(("ENKURS_TEST_APART", "1".to_owned()));
        let services = ["documents", "identity", "portal", "register", "signing"];
        let args: Vec<&str> =
            ["test", "--no-fail-fast", "--quiet"].into_iter().chain(services.iter().flat_map(|s| ["-p", s])).collect();
        cargo(&args, &env)
    })?;
    parts.part("build", |_| cargo(&["build", "--workspace", "--bins", "--examples", "--quiet"], &[]))?;
    parts.part("dependencies", |_| {
        let deny = need::cargo_deny()?;
        run(&root(), &deny.to_string_lossy(), &["--log-level", "error", "check", "bans", "licenses", "sources"], &[])
    })?;
    parts.part("conformance: PKI (openssl, pkilint)", |_| {
        script("conformance/pki/run", &peers(&[("PYTHON", need::python()?)]))
    })?;
    parts.part("conformance: card (pcscd, OpenSC)", |_| script("conformance/card/run.sh", &peers(&[])))?;
    parts.part("conformance: canonical XML (libxml2)", |_| script("conformance/c14n/run", &peers(&[])))?;
    parts.part("conformance: XML signatures (xmlsec1)", |_| script("conformance/xades/run", &peers(&[])))?;
    parts.part("conformance: signatures (EU DSS, pyHanko, qpdf, jwcrypto)", |_| {
        let mut env = peers(&[("PYTHON", need::python()?)]);
        env.push(("DSS_CLASSPATH", need::dss()?));
        script("conformance/signatures/run", &env)?;
        let samples = target().join("debug/examples/verdict-samples").to_string_lossy().into_owned();
        let work = target().join("conformance/verdicts").to_string_lossy().into_owned();
        let value = |name: &str| env.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone()).unwrap_or_default();
        let args = [
            "conformance/signatures/verdicts".to_owned(),
            samples,
            value("ENKURS_SIGN"),
            value("DSS_CLASSPATH"),
            work.clone(),
        ];
        run(&root(), "python3", &args, &[])?;
        let args = ["conformance/signatures/reports".to_owned(), value("ENKURS_SIGN"), value("DSS_CLASSPATH"), work];
        run(&root(), "python3", &args, &[])?;
        let samples = target().join("debug/examples/jades-samples").to_string_lossy().into_owned();
        let work = target().join("conformance/jades").to_string_lossy().into_owned();
        let args = [
            "conformance/signatures/jades".to_owned(),
            samples,
            value("ENKURS_SIGN"),
            value("PYTHON"),
            value("DSS_CLASSPATH"),
            work,
        ];
        run(&root(), "bash", &args, &[])?;
        let samples = target().join("debug/examples/evidence-samples").to_string_lossy().into_owned();
        let work = target().join("conformance/evidence").to_string_lossy().into_owned();
        let script = "conformance/signatures/evidence".to_owned();
        run(&root(), "bash", &[script, samples, value("ENKURS_SIGN"), value("DSS_CLASSPATH"), work], &[])
    })?;
    parts.part("conformance: CAdES (EU DSS, openssl)", |_| {
        let mut env = peers(&[]);
        env.push(("DSS_CLASSPATH", need::dss()?));
        script("conformance/cades/run", &env)
    })?;
    parts.part("conformance: PDF signatures (EU DSS, pyHanko, qpdf, poppler)", |_| {
        let mut env =
            peers(&[("PYTHON", need::python()?), ("PADES_SAMPLES", target().join("debug/examples/pades-samples"))]);
        env.push(("DSS_CLASSPATH", need::dss()?));
        script("conformance/pades/run", &env)
    })?;
    parts.part("conformance: trusted lists (EU DSS)", |_| {
        let samples = target().join("debug/examples/list-samples");
        let mut env = peers(&[("LIST_SAMPLES", samples)]);
        env.push(("DSS_CLASSPATH", need::dss()?));
        script("conformance/lists/run", &env)
    })?;
    parts.part("kill -9, 20 per database", |pg| kills(pg, 20))?;
    parts.part("browser (Chromium, axe)", |_| {
        let dir = root().join("dev/browser");
        need::npm(&dir)?;
        script("dev/browser/run", &peers(&[]))
    })?;
    for (name, took) in &parts.took {
        println!("{:>6.1} s  {name}", took.as_secs_f64());
    }
    println!("{} passed, 0 failed", parts.took.len());
    Ok(())
}

/// Nothing may be left out of the tests for want of a peer.
fn strict(pg: &str) -> Vec<(&'static str, String)> {
    vec![
        ("ENKURS_TEST_PG", pg.to_owned()),
        ("ENKURS_TEST_HSM", "required".to_owned()),
        ("ENKURS_TEST_TOOLS", "required".to_owned()),
    ]
}

fn peers(more: &[(&'static str, PathBuf)]) -> Vec<(&'static str, String)> {
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

fn script(path: &str, env: &[(&str, String)]) -> Done {
    run(&root(), "bash", &[path], env)
}

fn cargo(args: &[&str], env: &[(&str, String)]) -> Done {
    run(&root(), "cargo", args, env)
}

fn kills(pg: &str, count: u32) -> Done {
    let mut env = strict(pg);
    env.push(("ENKURS_KILLS", count.to_string()));
    cargo(&["test", "-p", "enkurs", "--test", "kill", "--quiet"], &env)
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
    cargo(&["build", "-p", "ades", "--example", "large-pdf", "--quiet"], &[])?;
    let large = target().join("large.pdf");
    let program = target().join("debug/examples/large-pdf");
    run(&root(), &program.to_string_lossy(), &[&large.to_string_lossy(), "20"], &[])?;
    std::fs::remove_file(&large)?;
    let pg = postgres::start()?;
    kills(&pg.url, count)
}
