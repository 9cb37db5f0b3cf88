//! The configuration file. Unknown keys are refused; every value has a documented default but `public_url`.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use contract::Service;
use serde::Deserialize;

use crate::Failure;

mod check;

/// All keys with their defaults and what they mean.
pub const EXAMPLE: &str = include_str!("enkurs.toml");

/// A node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Origin in links and certificates. Fixed once the PKI is created: it stands in AIA, OCSP and CRL addresses.
    pub public_url: String,
    /// Directory of keys and contents.
    #[serde(default = "defaults::data")]
    pub data: PathBuf,
    /// Services of this node.
    #[serde(default = "defaults::roles")]
    pub roles: Vec<Service>,
    /// Where people find help.
    #[serde(default)]
    pub support: Option<String>,
    /// Database.
    #[serde(default)]
    pub database: Database,
    /// Addresses.
    #[serde(default)]
    pub listen: Listen,
    /// TLS of the public listener.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// A proxy in front.
    #[serde(default)]
    pub proxy: Proxy,
    /// Keys of the services.
    #[serde(default)]
    pub keys: Keys,
    /// Limits.
    #[serde(default)]
    pub limits: Limits,
    /// Other nodes.
    #[serde(default)]
    pub nodes: Option<Nodes>,
    /// Jobs.
    #[serde(default)]
    pub jobs: Jobs,
    /// Certification authority.
    #[serde(default)]
    pub ca: ca::Config,
    /// Signing and validation.
    #[serde(default)]
    pub signing: signing::Config,
    /// Ledger.
    #[serde(default)]
    pub ledger: Ledger,
    /// Log.
    #[serde(default)]
    pub log: Log,
    /// Set by `enkurs demo` alone: all persons are invented, and every page says so.
    #[serde(skip)]
    pub demo: bool,
    /// Set by `enkurs demo` alone: origin of the loopback agent in this process.
    #[serde(skip)]
    pub agent_origin: Option<String>,
}

/// Database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; without one, `enkurs.db` in the data directory.
    pub url: Option<String>,
    /// Connections at most.
    pub connections: u32,
    /// Whether `serve` brings the schema up to date by itself.
    pub migrate: bool,
}

/// Addresses to listen on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Pages and services.
    pub public: SocketAddr,
    /// Registered programs that prove themselves by a certificate (mutual TLS); needs `tls`.
    pub clients: Option<SocketAddr>,
    /// Console and metrics: never reachable from outside.
    pub operator: Option<SocketAddr>,
    /// Calls of other nodes.
    pub contract: Option<SocketAddr>,
}

/// Certificate and key, PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Chain, the server's own first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// A proxy in front.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// Header in which it gives the visitor's address. Only set it if the proxy always sets the header.
    pub address_header: Option<String>,
}

/// Keys of the services.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "store", rename_all = "lowercase")]
pub enum Keys {
    /// Sealed files under `DATA/keys`.
    Software {
        /// File with the passphrase; without one, a key file beside the keys.
        #[serde(default)]
        passphrase_file: Option<PathBuf>,
    },
    /// A token.
    Pkcs11 {
        /// Its PKCS#11 library.
        library: PathBuf,
        /// Its label.
        token: String,
        /// File with the user's PIN.
        pin_file: PathBuf,
        /// Sessions.
        #[serde(default = "defaults::sessions")]
        sessions: usize,
    },
}

/// Limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest upload, in MiB.
    pub upload_mib: u64,
    /// Largest form, in KiB.
    pub form_kib: u64,
    /// Largest protocol message (OCSP, time stamp), in KiB.
    pub message_kib: u64,
    /// Longest request, in seconds.
    pub request_seconds: u64,
    /// Longest upload, in seconds.
    pub upload_seconds: u64,
    /// Connections to the public listener at once; more wait.
    pub connections: usize,
    /// Connections from one address at once; more are closed. 0 lifts it, and so does a proxy.
    pub connections_per_address: usize,
    /// Requests per minute and address: read, write, sign-in, upload. 0 lifts a limit.
    pub rates: Rates,
}

/// Requests per minute and address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Pages and readings.
    pub read: u32,
    /// Forms and changes.
    pub write: u32,
    /// Attempts to prove who one is.
    pub sign_in: u32,
    /// Files.
    pub upload: u32,
}

/// Other nodes, over mutual TLS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// This node's certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// The authority of all nodes, PEM.
    pub authority: PathBuf,
    /// Names (of their certificates) of the nodes that may call this one.
    #[serde(default)]
    pub callers: Vec<String>,
    /// Where the services that do not run here are: `https://HOST:PORT`.
    #[serde(default)]
    pub services: BTreeMap<Service, String>,
}

/// Jobs.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// How soon the jobs of a node that died are taken over, in seconds.
    pub lease_seconds: u64,
    /// How many jobs of a kind run at the same time.
    pub at_once: u32,
}

/// Ledger.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ledger {
    /// Name of the log; without one, host of `public_url` and `/ledger`.
    pub origin: Option<String>,
}

/// Log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or directives such as `info,store=debug`.
    pub level: String,
    /// JSON lines instead of text.
    pub json: bool,
}

mod defaults {
    use super::{Path, PathBuf, Service};

    pub(super) fn data() -> PathBuf {
        Path::new("enkurs-data").to_owned()
    }
    pub(super) fn roles() -> Vec<Service> {
        vec![Service::Ca, Service::Signing, Service::Identity, Service::Register, Service::Documents, Service::Portal]
    }
    pub(super) fn sessions() -> usize {
        4
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, connections: 16, migrate: true }
    }
}
impl Default for Listen {
    fn default() -> Self {
        Self {
            public: SocketAddr::from(([127, 0, 0, 1], 8080)),
            clients: None,
            operator: Some(SocketAddr::from(([127, 0, 0, 1], 8081))),
            contract: None,
        }
    }
}
impl Default for Keys {
    fn default() -> Self {
        Self::Software { passphrase_file: None }
    }
}
impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_mib: 1024,
            form_kib: 64,
            message_kib: 1024,
            request_seconds: 30,
            upload_seconds: 900,
            connections: 4096,
            connections_per_address: 256,
            rates: Rates::default(),
        }
    }
}
impl Default for Rates {
    fn default() -> Self {
        Self { read: 1200, write: 240, sign_in: 30, upload: 60 }
    }
}
impl Default for Jobs {
    fn default() -> Self {
        Self { lease_seconds: 15, at_once: 8 }
    }
}
impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), json: false }
    }
}

impl Config {
    /// A node in `data` with every default, as `enkurs demo` and `--data` use it.
    pub fn in_directory(data: &Path, public_url: impl Into<String>) -> Self {
        Self {
            public_url: public_url.into(),
            data: data.to_owned(),
            roles: defaults::roles(),
            support: None,
            database: Database::default(),
            listen: Listen::default(),
            tls: None,
            proxy: Proxy::default(),
            keys: Keys::default(),
            limits: Limits::default(),
            nodes: None,
            jobs: Jobs::default(),
            ca: ca::Config::default(),
            signing: signing::Config::default(),
            ledger: Ledger::default(),
            log: Log::default(),
            demo: false,
            agent_origin: None,
        }
    }

    /// Reads and checks a file. Relative paths in it start at its directory.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::Config { file: file.to_owned(), why };
        let text = fs::read_to_string(file).map_err(Failure::file(file))?;
        let mut config = Self::parse(&text).map_err(wrong)?;
        config.rebase(file.parent().unwrap_or(Path::new(".")));
        Ok(config)
    }

    /// Reads and checks the text of a file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check()?;
        Ok(config)
    }

    /// The database's URL.
    pub fn database_url(&self) -> String {
        let own = || format!("sqlite:{}", self.data.join("enkurs.db").display());
        self.database.url.clone().unwrap_or_else(own)
    }

    /// The name of the log.
    pub fn ledger_origin(&self) -> String {
        let host = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, h)| h);
        self.ledger.origin.clone().unwrap_or_else(|| format!("{host}/ledger"))
    }

    /// Whether a service runs here.
    pub fn runs(&self, service: Service) -> bool {
        self.roles.contains(&service)
    }

    fn rebase(&mut self, dir: &Path) {
        let fix = |p: &mut PathBuf| *p = dir.join(&*p);
        fix(&mut self.data);
        if let Some(tls) = &mut self.tls {
            fix(&mut tls.certificate);
            fix(&mut tls.key);
        }
        if let Some(nodes) = &mut self.nodes {
            fix(&mut nodes.certificate);
            fix(&mut nodes.key);
            fix(&mut nodes.authority);
        }
        match &mut self.keys {
            Keys::Software { passphrase_file } => passphrase_file.iter_mut().for_each(fix),
            Keys::Pkcs11 { pin_file, .. } => fix(pin_file),
        }
        if let Some(path) = self.database.url.as_deref().and_then(|u| u.strip_prefix("sqlite:")) {
            self.database.url = Some(format!("sqlite:{}", dir.join(path).display()));
        }
    }
}
