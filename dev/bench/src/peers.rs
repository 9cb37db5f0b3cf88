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

/// ECDSA P-256 verifications a second on one core.
pub(crate) fn openssl_verify(seconds: f64) -> Option<f64> {
    openssl(seconds, 0)
}

/// ECDSA P-256 signatures a second on one core.
pub(crate) fn openssl_sign(seconds: f64) -> Option<f64> {
    openssl(seconds, 1)
}

fn java(class: &str, args: &[String]) -> Option<String> {
    let classpath = std::env::var("DSS_CLASSPATH").ok()?;
    // one core, as everything here is measured for one
    let mut all = ["-XX:ActiveProcessorCount=1", "-cp", &classpath, class].map(str::to_owned).to_vec();
    all.extend_from_slice(args);
    run("java", &all)
}

/// Validations a second by EU DSS, warm; `None` also when it does not say TOTAL_PASSED (a B signature without revocation data cannot pass).
pub(crate) fn dss_validate(seconds: f64, root: &Path, file: &Path) -> Option<f64> {
    let text = |p: &Path| p.to_string_lossy().into_owned();
    let out = java("lv.enkurs.conformance.Judge", &["--bench".into(), seconds.to_string(), text(root), text(file)])?;
    let mut fields = out.trim().split('\t').skip(1);
    let figure = fields.next()?.parse().ok()?;
    let verdict = fields.next()?;
    if verdict != "TOTAL_PASSED" {
        println!("  EU DSS says {verdict} of {}", file.display());
    }
    Some(figure)
}

/// Signatures a second at level B by EU DSS, warm.
pub(crate) fn dss_create(seconds: f64, keys: &Path, format: &str, file: &Path) -> Option<f64> {
    let text = |p: &Path| p.to_string_lossy().into_owned();
    let args = ["--bench".into(), seconds.to_string(), text(keys), "peer".into(), format.into(), text(file)];
    java("lv.enkurs.conformance.Create", &args)?.trim().parse().ok()
}

/// Signatures or validations a second by pyHanko, warm: what is `sign` or `validate`.
pub(crate) fn pyhanko(what: &str, seconds: f64, args: &[&Path]) -> Option<f64> {
    let python = PathBuf::from(std::env::var_os("PYTHON")?).join("python3");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pyhanko_rate.py");
    let mut all = vec![script.to_string_lossy().into_owned(), what.to_owned(), seconds.to_string()];
    all.extend(args.iter().map(|p| p.to_string_lossy().into_owned()));
    run(&python.to_string_lossy(), &all)?.trim().parse().ok()
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
