//! A private PostgreSQL for the tests: made by `initdb` in the target folder, on a socket-free loopback port, gone afterwards.

use std::{
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    root,
    run::{Done, Fault, run},
};

/// A running server; stopped and wiped when dropped.
pub(crate) struct Server {
    child: Child,
    dir: PathBuf,
    /// Address without a database name.
    pub(crate) url: String,
}

fn programs() -> Done<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")?
        .filter_map(|d| Some(d.ok()?.path().join("bin")))
        .filter(|d| d.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().ok_or_else(|| Fault("PostgreSQL's initdb was not found under /usr/lib/postgresql".into()))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

/// PostgreSQL refuses to run as root: then the packaged user `postgres` runs it.
fn command(program: &Path, args: &[String]) -> Command {
    if is_root() {
        let mut c = Command::new("setpriv");
        c.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).args(args);
        c
    } else {
        let mut c = Command::new(program);
        c.args(args);
        c
    }
}

/// Starts a server on a free port of 127.0.0.1.
pub(crate) fn start() -> Done<Server> {
    let bin = programs()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let dir = std::env::temp_dir().join(format!("enkurs-pg-{port}"));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir)?;
    if is_root() {
        run(&root(), "chown", &["postgres".as_ref(), dir.as_os_str()], &[])?;
    }
    let data = dir.join("data").to_string_lossy().into_owned();
    let made = command(
        &bin.join("initdb"),
        &[
            "-D".into(),
            data.clone(),
            "-U".into(),
            "postgres".into(),
            "--auth=trust".into(),
            "-E".into(),
            "UTF8".into(),
            "--locale=C".into(),
            "--no-sync".into(),
        ],
    )
    .current_dir(&dir)
    .stdout(Stdio::null())
    .status()?;
    if !made.success() {
        return Err(Fault(format!("initdb ended with {made}")));
    }
    // The tests kill our programs, never this machine: what the server wrote without waiting for the disk is not lost.
    let settings = format!(
        "-p {port} -h 127.0.0.1 -k {} -c max_connections=300 -c shared_buffers=256MB -c fsync=off -c full_page_writes=off",
        dir.to_string_lossy()
    );
    let mut args = vec!["-D".to_owned(), data];
    args.extend(settings.split(' ').map(str::to_owned));
    let mut child = command(&bin.join("postgres"), &args)
        .current_dir(&dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let url = format!("postgres://postgres@127.0.0.1:{port}");
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            // the log must be drained, or the server stops when the pipe is full
            if let Some(mut log) = child.stderr.take() {
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
            }
            return Ok(Server { child, dir, url });
        }
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let mut log = String::new();
    if let Some(mut e) = child.stderr.take() {
        let _ = e.read_to_string(&mut log);
    }
    Err(Fault(format!("PostgreSQL did not start: {log}")))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Runs a server until interrupted.
pub(crate) fn foreground() -> Done {
    let mut server = start()?;
    println!("export ENKURS_TEST_PG={}", server.url);
    server.child.wait()?;
    Ok(())
}
