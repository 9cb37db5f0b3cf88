//! What every command of a node stands on: database, keys, contents.

use std::{fs, path::Path, sync::Arc, time::Duration};

use base::{Cx, KeyRing, Secret};
use futures_util::future::BoxFuture;
use keys::{KeyKind, KeyStore, Pkcs11Config, Pkcs11Store, SoftwareStore, ToSign, Unlock};
use ledger::{CheckpointSigner, LedgerError, Sequencer};
use store::{Blobs, Db, Options, Worker};

use crate::{Config, Failure, config::Keys};

/// Label of the key that signs checkpoints.
const LEDGER_KEY: &str = "ledger";

/// An opened node.
#[derive(Clone)]
pub struct Node {
    /// Its configuration.
    pub config: Arc<Config>,
    /// Time and randomness.
    pub cx: Cx,
    /// Database.
    pub db: Db,
    /// Keys of cookies, tokens and contents.
    pub ring: Arc<KeyRing>,
    /// Contents.
    pub blobs: Blobs,
    /// Keys that sign.
    pub keys: Arc<dyn KeyStore>,
}

impl Node {
    /// Opens everything; the data directory and a SQLite database are made if absent. Does not migrate.
    pub async fn open(config: Config, cx: Cx) -> Result<Self, Failure> {
        private_dir(&config.data)?;
        let options = Options { connections: config.database.connections, ..Options::new(config.database_url()) };
        let db = Db::open_with(&options).await?;
        let ring = Arc::new(KeyRing::load(&config.data.join("ring"), cx.random.as_ref())?);
        let blobs = Blobs::open(&config.data.join("blobs"), Arc::clone(&ring))?;
        let keys = open_keys(&config)?;
        Ok(Self { config: Arc::new(config), cx, db, ring, blobs, keys })
    }

    /// A worker as the configuration wants it.
    pub fn worker(&self) -> Worker {
        let jobs = self.config.jobs;
        let worker = Worker::new(self.db.clone(), self.cx.clone());
        worker.lease(Duration::from_secs(jobs.lease_seconds)).at_once(jobs.at_once)
    }

    /// The sequencer of this node, with the ledger's key made if it is new. Writes the public half beside the data.
    pub async fn sequencer(&self) -> Result<Sequencer, Failure> {
        let info = self.keys.ensure(LEDGER_KEY, KeyKind::Ed25519).await?;
        let signer = self.keys.signer(LEDGER_KEY).await?;
        let public = info.spki.last_chunk::<32>().copied().ok_or(LedgerError::Malformed("key of the ledger"))?;
        let signer = Arc::new(StoreSigner { signer, public });
        let sequencer = Sequencer::new(self.db.clone(), self.cx.clone(), &self.config.ledger_origin(), signer);
        let file = self.config.data.join("ledger.vkey");
        fs::write(&file, format!("{}\n", sequencer.key())).map_err(Failure::file(file))?;
        Ok(sequencer)
    }
}

/// A key of the key store, signing checkpoints.
struct StoreSigner {
    signer: Arc<dyn keys::Signer>,
    public: [u8; 32],
}

impl CheckpointSigner for StoreSigner {
    fn public(&self) -> [u8; 32] {
        self.public
    }
    fn sign<'a>(&'a self, text: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, LedgerError>> {
        Box::pin(async move {
            let signed = self.signer.sign(ToSign::Message(text), "ledger checkpoint").await;
            signed.map_err(|e| LedgerError::Sign(e.to_string()))
        })
    }
}

fn open_keys(config: &Config) -> Result<Arc<dyn KeyStore>, Failure> {
    match &config.keys {
        Keys::Software { passphrase_file } => {
            let dir = config.data.join("keys");
            let unlock = match passphrase_file {
                Some(file) => Unlock::Passphrase(secret_of(file)?),
                None => {
                    private_dir(&dir)?;
                    let file = dir.join("unlock");
                    keys::software::new_key_file(&file)?;
                    Unlock::KeyFile(file)
                }
            };
            Ok(SoftwareStore::open(&dir, unlock)?)
        }
        Keys::Pkcs11 { library, token, pin_file, sessions } => {
            let mut pkcs11 = Pkcs11Config::new(library, token, secret_of(pin_file)?);
            pkcs11.threads = *sessions;
            Ok(Pkcs11Store::open(pkcs11)?)
        }
    }
}

fn secret_of(file: &Path) -> Result<Secret<String>, Failure> {
    let text = fs::read_to_string(file).map_err(Failure::file(file))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn private_dir(dir: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(Failure::file(dir))
}
