//! Throughput beside named peers, in one run, printed as ratios. Started by `cargo xtask bench`.
//!
//! Needs in the environment: DSS_CLASSPATH (the judge of conformance/dss), PYTHON (folder of its programs), ENKURS and ENKURS_SIGN
//! (release builds). A peer that is not there is said to be not there; nothing is estimated.

use std::{error::Error, path::Path};

use clap::Parser;

mod batch;
mod formats;
mod lists;
mod memory;
mod peers;
mod process;
mod rate;
mod sample;
mod trust;

use rate::{Rate, Table};
use sample::Pki;

#[derive(Parser)]
#[command(name = "bench", about = "Throughput beside named peers")]
struct Cli {
    /// Seconds a cell
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// Only the parts whose name contains this word: formats, batch, trust, process, lists
    #[arg(long)]
    only: Option<String>,
    /// Of the formats only cells whose title contains this: `validate .edoc LT`
    #[arg(long, default_value = "")]
    cell: String,
}

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    let cli = Cli::parse();
    let wanted = |name: &str| cli.only.as_ref().is_none_or(|w| name.contains(w.as_str()));
    let seconds = f64::from(cli.seconds.max(1));
    let dir = tempfile::tempdir()?;
    let pki = Pki::new(rate::now());
    let mut table = Table::default();
    machine();
    let raw = raw(seconds, &pki);
    table.row("raw verify, P-256, one core", raw.verify, &[("openssl speed", peers::openssl_verify(seconds))]);
    table.row("raw sign, P-256, one core", raw.sign, &[("openssl speed", peers::openssl_sign(seconds))]);
    table.row("raw SHA-256, megabytes, one core", raw.digest, &[("openssl speed", peers::openssl_digest(seconds))]);
    // before the parts that leave gigabytes to be written out: every stamp waits for the disk
    if wanted("trust") {
        trust::run(seconds, dir.path(), &raw, &mut table)?;
    }
    if wanted("formats") {
        formats::run(seconds, &cli.cell, &pki, dir.path(), &raw, &mut table)?;
    }
    if wanted("batch") {
        batch::run(&pki, dir.path(), &mut table)?;
    }
    if wanted("process") {
        process::run(&pki, dir.path(), &mut table)?;
    }
    if wanted("lists") {
        lists::run(&pki, dir.path(), &mut table)?;
    }
    table.print();
    Ok(())
}

fn machine() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .unwrap_or(": unknown")
        .trim_start_matches(['\t', ':', ' ']);
    let cores = cpu.lines().filter(|l| l.starts_with("processor")).count();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("machine: {model}, {cores} cores; load before: {}", load.split(' ').next().unwrap_or("?"));
}

/// What the physics of one core allow.
struct Raw {
    verify: Rate,
    sign: Rate,
    /// SHA-256 of a megabyte.
    digest: Rate,
}

fn raw(seconds: f64, pki: &Pki) -> Raw {
    let message = [7u8; 256];
    let key = &pki.signer.key;
    let value = key.sign(&message);
    let verify = rate::measure(seconds, || pki::verify(key.spki(), key.algorithm(), &message, &value).is_ok());
    let sign = rate::measure(seconds, || !key.sign(&message).is_empty());
    let megabyte = vec![7u8; 1_000_000];
    let digest = rate::measure(seconds, || !pki::DigestAlgorithm::Sha256.of(&megabyte).is_empty());
    Raw { verify, sign, digest }
}

/// A file of `size` bytes that does not compress well.
fn write_input(path: &Path, size: usize) -> std::io::Result<Vec<u8>> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let data: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 56) as u8
        })
        .collect();
    std::fs::write(path, &data)?;
    Ok(data)
}
