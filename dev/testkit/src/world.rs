use std::{env, panic::AssertUnwindSafe, path::Path, sync::Arc};

use base::{Cx, KeyRing, VirtualClock};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use store::{Blobs, Db, Worker, scratch};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in a temporary directory.
    Sqlite,
    /// A database of its own on the server of `ENKURS_TEST_PG`.
    Postgres,
}

/// The surroundings of a test: a migrated database of its own, a virtual clock, seeded randomness, a directory.
#[derive(Clone)]
pub struct World {
    /// The database.
    pub db: Db,
    /// Its URL, for whoever opens it a second time.
    pub url: String,
    /// Time and randomness.
    pub cx: Cx,
    /// The clock of `cx`; it stands until moved. Starts at 2026-06-01 09:00 UTC.
    pub clock: Arc<VirtualClock>,
    /// The key ring.
    pub ring: Arc<KeyRing>,
    /// The blob store.
    pub blobs: Blobs,
    dir: Arc<TempDir>,
}

impl World {
    /// A directory that goes with the test.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A worker without handlers.
    pub fn worker(&self) -> Worker {
        Worker::new(self.db.clone(), self.cx.clone())
    }
}

/// Runs `body` on one database, and removes the database afterwards however it went.
///
/// # Panics
/// When the body does, and when the surroundings cannot be made.
#[expect(clippy::unwrap_used, clippy::print_stderr, reason = "this runs in tests only")]
pub fn run<F, Fut>(database: Database, body: F)
where
    F: FnOnce(World) -> Fut,
    Fut: Future<Output = ()>,
{
    let server = env::var("ENKURS_TEST_PG").ok().filter(|s| !s.is_empty());
    if database == Database::Postgres && server.is_none() {
        eprintln!("not run: ENKURS_TEST_PG names no PostgreSQL server");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let start: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
        let (cx, clock) = Cx::seeded(start, 1);
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let ring = Arc::new(KeyRing::fresh(cx.random.as_ref()));
        let blobs = Blobs::open(&dir.path().join("blobs"), Arc::clone(&ring)).unwrap();
        let made = match (database, &server) {
            (Database::Postgres, Some(server)) => Some(scratch::postgres(server).await.unwrap()),
            _ => None,
        };
        let (db, url) = match &made {
            Some(made) => (made.open().await.unwrap(), made.url.clone()),
            None => (
                scratch::sqlite(&cx, dir.path()).await.unwrap(),
                format!("sqlite:{}", dir.path().join("enkurs.db").display()),
            ),
        };
        let world = World { db: db.clone(), url, cx, clock, ring, blobs, dir };
        let outcome = AssertUnwindSafe(body(world)).catch_unwind().await;
        if let Some(made) = made {
            made.end().await.unwrap();
        }
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}
