use std::{
    collections::BTreeMap,
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use apart::node;
use contract::{Peers, Service};
use net::{Client, Config, Guard};
use pki::testing::{TestEntity, TestKey};
use tempfile::TempDir;
use tokio::time::Instant;
use web::peers::{MutualTls, NodeIdentity};

/// A node on this machine: its directory, its addresses, its process.
pub(crate) struct Node {
    dir: TempDir,
    pub(crate) database: String,
    pub(crate) public: u16,
    contract: u16,
    caller: (Vec<u8>, Vec<u8>),
    authority: Vec<u8>,
    process: Option<Child>,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Node {
    /// A node that was never started, on `database` (or SQLite in its own directory), with its data under `data` if given.
    pub(crate) fn new(database: Option<String>, data: Option<&Path>) -> Self {
        Self::with(database, data, &["ca", "signing", "identity", "register", "documents", "portal"])
    }

    /// The same with some services only.
    pub(crate) fn with(database: Option<String>, data: Option<&Path>, roles: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = TestEntity::root("Mezgli", TestKey::p256());
        let (here, caller) = (node(&root, 2, "localhost"), node(&root, 3, "load.nodes"));
        let authority = root.certificate.to_pem().into_bytes();
        for (name, content) in [
            ("chain.pem", &here.0),
            ("key.pem", &here.1),
            ("authority.pem", &authority),
            ("caller.pem", &caller.0),
            ("caller-key.pem", &caller.1),
        ] {
            fs::write(dir.path().join(name), content).unwrap();
        }
        let data = data.map_or_else(|| dir.path().join("data"), Path::to_owned);
        let database = database.unwrap_or_else(|| format!("sqlite:{}", data.join("enkurs.db").display()));
        let (public, operator, contract) = (free_port(), free_port(), free_port());
        let text = format!(
            "public_url = \"http://127.0.0.1:{public}\"\ndata = \"{}\"\nroles = {roles:?}\n\
             [database]\nurl = \"{database}\"\n\
             [listen]\npublic = \"127.0.0.1:{public}\"\noperator = \"127.0.0.1:{operator}\"\ncontract = \"127.0.0.1:{contract}\"\n\
             [limits.rates]\nread = 0\nwrite = 0\nsign_in = 0\nupload = 0\n\
             [nodes]\ncertificate = \"chain.pem\"\nkey = \"key.pem\"\nauthority = \"authority.pem\"\ncallers = [\"load.nodes\"]\n\
             [ca.tsa.utc]\nunsynchronised = \"allow\"\n[jobs]\nlease_seconds = 2\n[log]\nlevel = \"warn\"\n",
            data.display()
        );
        fs::write(dir.path().join("enkurs.toml"), text).unwrap();
        Self { dir, database, public, contract, caller, authority, process: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.public)
    }

    /// How another node reaches this one, and who it is then.
    pub(crate) fn as_peer(&self, services: &[Service]) -> enkurs::config::Nodes {
        let address = format!("https://localhost:{}", self.contract);
        enkurs::config::Nodes {
            certificate: self.path("caller.pem"),
            key: self.path("caller-key.pem"),
            authority: self.path("authority.pem"),
            callers: vec![],
            services: services.iter().map(|s| (*s, address.clone())).collect(),
        }
    }

    /// Whether the process still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(|p| p.try_wait().unwrap().is_none())
    }

    /// A command of the executable (`ENKURS` may name another build of it) on this node.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let built = env::var_os("ENKURS").unwrap_or_else(|| env!("CARGO_BIN_EXE_enkurs").into());
        let mut command = Command::new(built);
        command.args(arguments).current_dir(self.dir.path());
        command
    }

    /// Starts the process and waits until it is ready; answers how long that took.
    pub(crate) async fn start(&mut self) -> Duration {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.command(&["serve", "--config", "enkurs.toml"]);
        self.process = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let (since, client) = (Instant::now(), client());
        while client.get(&self.url("/health/ready"), 1 << 16).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let late = since.elapsed() > Duration::from_secs(60);
            assert!(ended.is_none() && !late, "not ready: {ended:?}\n{}", self.log());
        }
        since.elapsed()
    }

    /// Ends the process without any warning.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// The last lines of the log.
    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Calls over mutual TLS, as another node makes them.
    pub(crate) fn peers(&self) -> Peers {
        let me = NodeIdentity { chain: &self.caller.0, key: &self.caller.1, authority: &self.authority };
        let nodes = BTreeMap::from([(Service::Ca, format!("https://localhost:{}", self.contract))]);
        Peers::new(Some(Arc::new(MutualTls::new(&me, nodes, Duration::from_secs(5)).unwrap())))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A client that reaches this machine.
pub(crate) fn client() -> Client {
    let guard = Guard { loopback: true, ..Guard::public() };
    Client::new(Config { guard, timeout: Duration::from_secs(5), ..Config::default() })
}
