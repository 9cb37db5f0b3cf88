//! Peak memory of whole processes, by GNU time: ours beside the peers'.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

use crate::{Failed, peers};

/// What [`beside`] prints.
pub(crate) const PEAK: &str = "peak memory and time of a cold process that validates one file:";

/// Peak memory of a finished run in MiB and its duration in seconds.
pub(crate) fn timed(program: &OsStr, args: &[&str]) -> Result<(f64, f64), Failed> {
    let out = Command::new("/usr/bin/time")
        .args(["-f", "%M %e"])
        .arg(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    let last = text.lines().last().unwrap_or_default();
    let mut fields = last.split(' ').filter_map(|f| f.parse::<f64>().ok());
    match (out.status.success(), fields.next(), fields.next()) {
        (true, Some(kib), Some(seconds)) => Ok((kib / 1024.0, seconds)),
        _ => Err(format!("{} {args:?}: {text}", program.to_string_lossy()).into()),
    }
}

/// One line: validation of a file by each, from nothing.
pub(crate) fn beside(
    title: &str,
    root: &Path,
    file: &Path,
    detached: Option<&Path>,
    pyhanko: bool,
) -> Result<String, Failed> {
    let text = |p: &Path| p.to_string_lossy().into_owned();
    let (root, file) = (text(root), text(file));
    let program = std::env::var_os("ENKURS_SIGN").ok_or("ENKURS_SIGN is not set")?;
    let beside: Vec<String> = detached.iter().flat_map(|d| ["--detached".to_owned(), text(d)]).collect();
    let more: Vec<&str> = beside.iter().map(String::as_str).collect();
    let ours = [&["validate", "--offline", "--json", "--trust-anchor", &root], more.as_slice(), &[&file]].concat();
    let (memory, seconds) = timed(&program, &ours)?;
    let mut line = format!("  {title}: {memory:.1} MiB, {:.0} ms", seconds * 1000.0);
    let mut add = |peer: &str, figure: Result<(f64, f64), Failed>| match figure {
        Ok((theirs, took)) => {
            line += &format!("  | {peer} {theirs:.0} MiB, {took:.1} s: {:.0} times", theirs / memory);
        }
        Err(e) => line += &format!("  | {peer}: {}", e.to_string().lines().next().unwrap_or_default()),
    };
    let java = peers::judge(&more, &root, &file);
    add("EU DSS", java.and_then(|args| timed("java".as_ref(), &args.iter().map(String::as_str).collect::<Vec<_>>())));
    if pyhanko {
        let python = peers::python(&["validate", "0", &root, &file]);
        add(
            "pyHanko",
            python.and_then(|(p, args)| timed(p.as_os_str(), &args.iter().map(String::as_str).collect::<Vec<_>>())),
        );
    }
    Ok(line)
}
