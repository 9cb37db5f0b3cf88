//! Whole processes: cold start, memory at rest, a large file in little memory.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    Failed,
    memory::timed,
    peers,
    rate::{Table, tick},
    sample::Pki,
    write_input,
};

pub(crate) fn run(pki: &Pki, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    if let Some(program) = std::env::var_os("ENKURS_SIGN") {
        cold(&program, pki, dir, table)?;
        large(&program, dir, table)?;
    }
    if let Some(program) = std::env::var_os("ENKURS") {
        server(&program, dir, table)?;
    }
    Ok(())
}

fn cold(program: &std::ffi::OsStr, pki: &Pki, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    let file = dir.join("cold.edoc");
    std::fs::write(&file, pki.container("input.bin", &[9; 10_000], true)?)?;
    let root = peers::root(pki, dir)?;
    let text = |p: &Path| p.to_string_lossy().into_owned();
    let (file, root) = (text(&file), text(&root));
    let args = ["validate", "--offline", "--json", "--trust-anchor", &root, &file];
    let mut best = (f64::MAX, 0.0);
    for _ in 0..5 {
        let start = tick();
        let (memory, _) = timed(program, &args)?;
        best = (start.elapsed().as_secs_f64().min(best.0), memory);
    }
    table.note(format!(
        "enkurs-sign validate, cold process, .edoc LT 10 kB: {:.1} ms, peak {:.1} MiB",
        best.0 * 1000.0,
        best.1
    ));
    Ok(())
}

fn large(program: &std::ffi::OsStr, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    let input = dir.join("large.bin");
    let part = write_input(&input, 16 << 20)?;
    let mut file = std::fs::File::create(&input)?;
    for _ in 0..64 {
        file.write_all(&part)?;
    }
    drop(file);
    let keys = peers::keys(dir)?;
    let secret = dir.join("peer.pin");
    std::fs::write(&secret, "peer")?;
    let out = dir.join("large.edoc");
    let text = |p: &Path| p.to_string_lossy().into_owned();
    let key = format!("pkcs12:{}", text(&keys));
    let (secret, input, made) = (text(&secret), text(&input), text(&out));
    let (memory, seconds) = timed(
        program,
        &["sign", "--format", "edoc", "--level", "B", "--key", &key, "--pin-file", &secret, "--out", &made, &input],
    )?;
    table.note(format!("sign 1 GiB into .edoc: {seconds:.1} s, peak {memory:.1} MiB (mark: 64 MiB)"));
    std::fs::remove_file(out)?;
    Ok(())
}

fn server(program: &std::ffi::OsStr, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let data = dir.join("server").to_string_lossy().into_owned();
    for what in ["first start (makes the PKI and the people)", "second start"] {
        let start = tick();
        let listen = format!("127.0.0.1:{port}");
        let mut child = Command::new(program)
            .args(["demo", "--data", &data, "--listen", &listen])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let ready = ready(port, &mut child);
        let took = start.elapsed().as_secs_f64();
        // settled: caches filled, jobs done
        std::thread::sleep(Duration::from_secs(5));
        let memory = resident(child.id());
        let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        let _ = child.wait();
        ready?;
        table.note(format!("enkurs demo, {what}: ready in {took:.2} s; at rest {memory:.1} MiB (mark: 40 MiB)"));
    }
    Ok(())
}

fn ready(port: u16, child: &mut Child) -> Result<(), Failed> {
    for _ in 0..600 {
        if let Ok(mut tcp) = TcpStream::connect(("127.0.0.1", port)) {
            tcp.set_read_timeout(Some(Duration::from_secs(5)))?;
            tcp.write_all(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            let _ = tcp.read_to_string(&mut answer);
            if answer.starts_with("HTTP/1.1 200") {
                return Ok(());
            }
        }
        if let Some(ended) = child.try_wait()? {
            return Err(format!("the server ended: {ended}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the server is not ready after 12 s".into())
}

fn resident(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = text
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}
