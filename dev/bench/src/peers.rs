//! The peers: `openssl speed`, EU DSS (Java), pyHanko (Python). Each is measured now, on this machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Failed, sample::Pki};

fn run(program: &str, args: &[String]) -> Option<String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

fn openssl(seconds: f64, column: usize) -> Option<f64> {
    let args = ["speed", "-seconds", &format!("{}", seconds.ceil()), "ecdsap256"].map(str::to_owned);
    let out = Command::new("openssl").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = text.lines().rev().find(|l| l.contains("nistp256"))?;
    line.split_whitespace().rev().nth(column)?.parse().ok()
}

/// Megabytes of SHA-256 a second on one core.
pub(crate) fn openssl_digest(seconds: f64) -> Option<f64> {
    let args = ["speed", "-seconds", &format!("{}", seconds.ceil()), "-bytes", "1000000", "-evp", "sha256"];
    let out = Command::new("openssl").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let last = text.lines().rev().find(|l| l.to_ascii_lowercase().starts_with("sha256"))?.split_whitespace().last()?;
    // thousands of bytes
    Some(last.trim_end_matches('k').parse::<f64>().ok()? / 1000.0)
}

/// ECDSA P-256 verifications a second on one core.
pub(crate) fn openssl_verify(seconds: f64) -> Option<f64> {
    openssl(seconds, 0)
}

/// ECDSA P-256 signatures a second on one core.
pub(crate) fn openssl_sign(seconds: f64) -> Option<f64> {
    openssl(seconds, 1)
}

fn java(class: &str) -> Result<Vec<String>, Failed> {
    let classpath = std::env::var("DSS_CLASSPATH")?;
    // one core, as everything here is measured for one
    Ok(["-XX:ActiveProcessorCount=1", "-cp", &classpath, class].map(str::to_owned).to_vec())
}

/// The figures of EU DSS for the lines of a plan, all in one warm virtual machine. A line without a figure says why.
pub(crate) fn dss(
    seconds: f64,
    root: &Path,
    keys: &Path,
    plan: &[String],
    dir: &Path,
) -> Result<Vec<Option<f64>>, Failed> {
    let Ok(mut args) = java("lv.enkurs.conformance.Rate") else { return Ok(vec![None; plan.len()]) };
    let path = dir.join("plan.tsv");
    std::fs::write(&path, plan.join("\n"))?;
    let text = |p: &Path| p.to_string_lossy().into_owned();
    args.extend([seconds.to_string(), text(root), text(keys), "peer".to_owned(), text(&path)]);
    let out = run("java", &args).unwrap_or_default();
    let mut figures = vec![None; plan.len()];
    for line in out.lines() {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        let (number, figure, said) = (next().parse::<usize>()?, next().parse().ok(), next());
        if !matches!(said, "TOTAL_PASSED" | "signed") {
            println!("  EU DSS says {said} of {}", plan.get(number).map_or("?", String::as_str));
        }
        if let Some(slot) = figures.get_mut(number) {
            *slot = figure;
        }
    }
    Ok(figures)
}

/// The arguments of `java` that judge one file.
pub(crate) fn judge(detached: &[&str], root: &str, file: &str) -> Result<Vec<String>, Failed> {
    let mut args = java("lv.enkurs.conformance.Judge")?;
    args.extend(detached.iter().chain(&[root, file]).map(|a| (*a).to_owned()));
    Ok(args)
}

/// The program and its arguments that ask pyHanko.
pub(crate) fn python(args: &[&str]) -> Result<(PathBuf, Vec<String>), Failed> {
    let python = PathBuf::from(std::env::var_os("PYTHON").ok_or("PYTHON is not set")?).join("python3");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pyhanko_rate.py");
    let all = std::iter::once(script.to_string_lossy().into_owned()).chain(args.iter().map(|a| (*a).to_owned()));
    Ok((python, all.collect()))
}

/// Signatures or validations a second by pyHanko, warm: what is `sign` or `validate`.
pub(crate) fn pyhanko(what: &str, seconds: f64, args: &[&Path]) -> Option<f64> {
    let text: Vec<String> = args.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let seconds = seconds.to_string();
    let all: Vec<&str> = [what, &seconds].into_iter().chain(text.iter().map(String::as_str)).collect();
    let (program, args) = python(&all).ok()?;
    run(&program.to_string_lossy(), &args)?.trim().parse().ok()
}

/// A P-256 key and certificate of its own for the peers, as PKCS#12 with the password `peer`, made by openssl.
pub(crate) fn keys(dir: &Path) -> Result<PathBuf, Failed> {
    let path = |name: &str| dir.join(name).to_string_lossy().into_owned();
    let (key, certificate, store) = (path("peer.key"), path("peer.crt"), path("peer.p12"));
    let made = |args: &[&str]| -> Result<(), Failed> {
        let out = Command::new("openssl").args(args).stdin(Stdio::null()).output()?;
        if out.status.success() {
            Ok(())
        } else {
            Err(format!("openssl: {}", String::from_utf8_lossy(&out.stderr)).into())
        }
    };
    made(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        &key,
        "-out",
        &certificate,
        "-subj",
        "/CN=Peer",
        "-days",
        "2",
    ])?;
    made(&["pkcs12", "-export", "-inkey", &key, "-in", &certificate, "-out", &store, "-passout", "pass:peer"])?;
    Ok(store.into())
}

/// Writes the trust anchor for the peers.
pub(crate) fn root(pki: &Pki, dir: &Path) -> Result<PathBuf, Failed> {
    let path = dir.join("root.pem");
    std::fs::write(&path, pki.root.certificate.to_pem())?;
    Ok(path)
}
