//! `enkurs-sign verify-chain`: a certification path by RFC 5280, without anything signed.

mod status;

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
};

use base::{Clock as _, SystemClock, Timestamp};
use clap::{Args, ValueEnum};
use pki::{
    Certificate, Crl, Oid,
    path::{NoPath, Path, PathProblem, PathQuery, Purpose, find_path_where, host_matches},
    strength::Strength,
};
use serde::Serialize;

use crate::{failure::Failure, ui::Ui};

/// Options of `verify-chain`.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub(crate) struct Options {
    /// The end entity's certificate, PEM or DER.
    #[arg(long, value_name = "FILE")]
    leaf: PathBuf,
    /// Certificates that may lie between, PEM (one or several) or DER.
    #[arg(long, value_name = "FILE")]
    intermediate: Vec<PathBuf>,
    /// Certificates to trust, PEM (one or several) or DER.
    #[arg(long, value_name = "FILE", required = true)]
    anchor: Vec<PathBuf>,
    /// Time at which everything has to be valid (RFC 3339); now, if not given.
    #[arg(long, value_name = "RFC3339")]
    time: Option<String>,
    /// What the certificate is to be used for.
    #[arg(long, value_enum, default_value_t = Use::Any)]
    purpose: Use,
    /// The certificate has to be for this host name.
    #[arg(long, value_name = "NAME", conflicts_with = "ip")]
    dns: Option<String>,
    /// The certificate has to be for this address.
    #[arg(long, value_name = "ADDR")]
    ip: Option<String>,
    /// Certificate revocation lists; if any is given, every certificate below the anchor has to be on none and spoken of by one.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Certificate policies of which one has to hold.
    #[arg(long, value_name = "OID")]
    policy: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Use {
    TlsServer,
    TlsClient,
    Sign,
    Any,
}

#[derive(Serialize)]
struct Verdict {
    valid: bool,
    path: Vec<Step>,
    findings: Vec<Finding>,
}

/// One certificate of the path, end entity first.
#[derive(Serialize)]
struct Step {
    subject: String,
    issuer: String,
    serial: String,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    clause: &'static str,
    /// Subject of the certificate it is about.
    object: String,
}

/// Exit code 0 valid, 4 invalid, 3 undetermined.
pub(crate) fn run(options: &Options, ui: &Ui) -> Result<u8, Failure> {
    let time = match &options.time {
        Some(text) => text.parse::<Timestamp>().map_err(|e| Failure::usage("validate.time", e))?,
        None => SystemClock::new().now(),
    };
    let mut unreadable = Vec::new();
    let mut one_or_more = |paths: &[PathBuf]| -> Result<Vec<Certificate>, Failure> {
        let lists = paths.iter().map(|p| certificates(p, &mut unreadable)).collect::<Result<Vec<_>, _>>()?;
        Ok(lists.concat())
    };
    let anchors = one_or_more(&options.anchor)?;
    let mut intermediates = one_or_more(&options.intermediate)?;
    let leaf = one_or_more(std::slice::from_ref(&options.leaf))?;
    let Some(leaf) = leaf.split_first().filter(|_| !unreadable.contains(&options.leaf)).map(|(leaf, more)| {
        intermediates.extend_from_slice(more);
        leaf
    }) else {
        let finding = Finding { code: "pki.path.unreadable", clause: "RFC 5280 4.1", object: shown(&options.leaf) };
        return Ok(tell(&Verdict { valid: false, path: vec![], findings: vec![finding] }, false, ui));
    };
    let crls = options.crl.iter().map(|p| crl(p)).collect::<Result<Vec<_>, _>>()?;
    let policies = options
        .policy
        .iter()
        .map(|p| p.parse::<Oid>().map_err(|e| Failure::usage("chain.policy", format!("{p}: {e}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let host = options.dns.as_ref().or(options.ip.as_ref());
    let strength = Strength::default();
    let query = PathQuery {
        anchors: &anchors,
        intermediates: &intermediates,
        at: time,
        purpose: match options.purpose {
            Use::TlsServer => Purpose::TlsServer(host.cloned().unwrap_or_default()),
            Use::TlsClient => Purpose::TlsClient,
            Use::Sign => Purpose::Sign,
            Use::Any => Purpose::Any,
        },
        policies: &policies,
        strength: &strength,
    };
    let lists = status::Lists { crls: &crls, query: &query, anchors: &anchors };
    let signed_by = |child: &Certificate, issuer: &Certificate| child.verify_signed_by(issuer).is_ok();
    let found = find_path_where(leaf, &query, &signed_by, &|path| lists.accept(path));
    let (path, mut findings, mut undetermined) = match found {
        Ok(path) => {
            let findings = problems(&path, host);
            (path, findings, false)
        }
        Err(NoPath::NoAnchor(partial)) => {
            let object = partial.last().map(name).unwrap_or_default();
            let finding = Finding { code: "pki.path.no-anchor", clause: "RFC 5280 6.1", object };
            let files = unreadable.iter().map(|p| Finding {
                code: "pki.path.unreadable",
                clause: "RFC 5280 4.1",
                object: shown(p),
            });
            let findings = std::iter::once(finding).chain(files).collect();
            (Path { certificates: partial, findings: vec![] }, findings, false)
        }
        Err(NoPath::TooComplex) => {
            let object = name(leaf);
            let finding = Finding { code: "pki.path.too-complex", clause: "RFC 4158 3", object };
            (Path { certificates: vec![leaf.clone()], findings: vec![] }, vec![finding], true)
        }
    };
    let host_missing = host.is_some_and(|h| !host_matches(leaf, h));
    if host_missing && !findings.iter().any(|f| f.code == PathProblem::WrongHost.code()) {
        let problem = PathProblem::WrongHost;
        findings.push(Finding { code: problem.code(), clause: problem.clause(), object: name(leaf) });
    }
    if !crls.is_empty() && findings.is_empty() {
        for (index, certificate) in path.certificates.iter().enumerate().take(path.certificates.len() - 1) {
            if let Some((code, unknown)) = lists.against(&path, index) {
                undetermined |= unknown;
                findings.push(Finding { code, clause: "RFC 5280 6.3.3", object: name(certificate) });
            }
        }
        // A revocation is certain whatever else is not known.
        undetermined &= !findings.iter().any(|f| f.code == "pki.path.revoked");
    }
    let verdict = Verdict { valid: findings.is_empty(), path: path.certificates.iter().map(step).collect(), findings };
    Ok(tell(&verdict, undetermined, ui))
}

fn tell(verdict: &Verdict, undetermined: bool, ui: &Ui) -> u8 {
    ui.result(verdict, || text(verdict, ui));
    match (verdict.valid, undetermined) {
        (true, _) => 0,
        (false, true) => 3,
        (false, false) => 4,
    }
}

fn shown(path: &FilePath) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn problems(path: &Path, host: Option<&String>) -> Vec<Finding> {
    let asked = |p: &PathProblem| host.is_some() || *p != PathProblem::WrongHost;
    path.findings
        .iter()
        .filter(|f| asked(&f.problem))
        .map(|f| Finding {
            code: f.problem.code(),
            clause: f.problem.clause(),
            object: path.certificates.get(f.index).map(name).unwrap_or_default(),
        })
        .collect()
}

fn name(certificate: &Certificate) -> String {
    certificate.subject().to_string()
}

fn step(c: &Certificate) -> Step {
    Step { subject: name(c), issuer: c.issuer().to_string(), serial: c.serial_hex() }
}

fn text(verdict: &Verdict, ui: &Ui) -> String {
    let mut lines = vec![ui.text(if verdict.valid { "chain-valid" } else { "chain-invalid" }, &[])];
    lines.extend(verdict.path.iter().map(|s| format!("  {} ({})", s.subject, s.serial)));
    lines.extend(verdict.findings.iter().map(|f| format!("  ✗ {}: {} · {}", f.object, f.code, f.clause)));
    // Names of strangers must not move the cursor or colour the terminal.
    let clean = |line: String| line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>();
    lines.into_iter().map(clean).collect::<Vec<_>>().join("\n")
}

/// The certificates of a file. A file that is there but cannot be read as certificates is no error of the run: no path goes through it.
fn certificates(path: &FilePath, unreadable: &mut Vec<PathBuf>) -> Result<Vec<Certificate>, Failure> {
    let bytes = fs::read(path).map_err(Failure::reading(path))?;
    let ders = match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => match pki::pem_decode(text) {
            Ok(all) => all.into_iter().filter(|(label, _)| label == "CERTIFICATE").map(|(_, der)| der).collect(),
            Err(_) => Vec::new(),
        },
        _ => vec![bytes],
    };
    let read: Vec<_> = ders.iter().map(|der| Certificate::from_der(der)).collect();
    if read.is_empty() || read.iter().any(Result::is_err) {
        unreadable.push(path.to_owned());
    }
    Ok(read.into_iter().flatten().collect())
}

fn crl(path: &FilePath) -> Result<Crl, Failure> {
    let bytes = fs::read(path).map_err(Failure::reading(path))?;
    let unreadable = |e: pki::Error| Failure::of("chain.crl", format!("{}: {e}", path.display()));
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => {
            pki::der_from_pem(text, "X509 CRL").and_then(|der| Crl::from_der(&der)).map_err(unreadable)
        }
        _ => Crl::from_der(&bytes).map_err(unreadable),
    }
}
