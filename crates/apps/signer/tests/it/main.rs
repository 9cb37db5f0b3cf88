//! The program as its users run it, against a small authority on the loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

mod authority;
mod card;
mod chain;
mod evidence;
mod lists;
mod pages;
mod sign;
mod validate;

use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs `enkurs-sign` in a directory.
fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_enkurs-sign"))
        .current_dir(dir)
        .env("LC_ALL", "en")
        .env("ENKURS_CACHE", dir.join("cache"))
        .args(args)
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The code of the refusal that `--json` printed on standard error.
fn refusal(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().last().unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {text}"));
    for part in ["text", "cause", "remedy"] {
        assert!(!json[part].as_str().unwrap().is_empty(), "{part} of {line}");
    }
    json["code"].as_str().unwrap().to_owned()
}
