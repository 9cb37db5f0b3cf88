//! Batches: ten thousand containers signed, and judged by one process.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    Failed, memory, peers,
    rate::{Table, tick},
    sample::Pki,
};

const FILES: usize = 10_000;

pub(crate) fn run(pki: &Pki, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    let Some(program) = std::env::var_os("ENKURS_SIGN") else { return Ok(()) };
    let folder = dir.join("batch");
    std::fs::create_dir(&folder)?;
    let start = tick();
    for n in 0..FILES {
        let data: Vec<u8> = n.to_le_bytes().iter().copied().cycle().take(10_000).collect();
        std::fs::write(folder.join(format!("{n}.edoc")), pki.container("input.bin", &data, true)?)?;
    }
    let made = start.elapsed().as_secs_f64();
    table.note(format!(
        "batch: {FILES} .edoc LT of 10 kB signed, stamped and written in {made:.1} s: {:.0}/s on one core",
        FILES as f64 / made
    ));
    let root = peers::root(pki, dir)?;
    let names: Vec<String> = (0..FILES).map(|n| format!("{n}.edoc")).collect();
    let root = root.to_string_lossy().into_owned();
    let out = folder.join("verdicts.jsonl");
    let start = tick();
    let judged = Command::new(&program)
        .args(["validate", "--offline", "--json", "--trust-anchor", &root])
        .args(&names)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out)?)
        .stderr(Stdio::inherit())
        .status()?;
    let took = start.elapsed().as_secs_f64();
    let passed = std::fs::read_to_string(&out)?.lines().filter(|l| l.contains("\"TOTAL_PASSED\"")).count();
    if !judged.success() || passed != FILES {
        return Err(format!("{passed} of {FILES} containers passed ({judged})").into());
    }
    // again, for its memory
    let paths: Vec<String> = names.iter().map(|n| folder.join(n).to_string_lossy().into_owned()).collect();
    let mut args = vec!["validate", "--offline", "--json", "--trust-anchor", &root];
    args.extend(paths.iter().map(String::as_str));
    let (memory, _) = memory::timed(&program, &args)?;
    table.note(format!(
        "batch: enkurs-sign validate of {FILES} .edoc LT, one process: {took:.1} s, {:.0}/s, peak {memory:.1} MiB",
        FILES as f64 / took
    ));
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
