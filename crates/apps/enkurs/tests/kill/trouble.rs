use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use store::scratch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    judge::judge,
    load,
    node::{Node, client},
};

/// Loads the node for a moment and answers how much it acknowledged in it.
async fn acknowledged(node: &Node, shared: &load::Shared) -> usize {
    let count = || {
        let known = shared.lock().unwrap();
        known.stamps.len() + known.issued.len()
    };
    let before = count();
    let stop = CancellationToken::new();
    let loading = load::start(node, shared, &stop);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    stop.cancel();
    loading.join_all().await;
    count() - before
}

async fn ready(node: &Node) -> bool {
    client().get(&node.url("/health/ready"), 1 << 16).await.is_ok()
}

async fn recovered(node: &Node, shared: &load::Shared) {
    let since = Instant::now();
    while !ready(node).await || acknowledged(node, shared).await == 0 {
        assert!(since.elapsed() < Duration::from_secs(60), "not recovered\n{}", node.log());
    }
}

async fn last_judgement(node: &Node, shared: &load::Shared) {
    let known = std::mem::take(&mut *shared.lock().unwrap());
    judge(node, &known, &mut None, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_and_comes_back() {
    let Some(server) = env::var("ENKURS_TEST_PG").ok().filter(|s| !s.is_empty()) else {
        eprintln!("not run: ENKURS_TEST_PG names no PostgreSQL server");
        return;
    };
    let database = scratch::empty(&server).await.unwrap();
    let (mut node, shared) = (Node::new(Some(database.url.clone()), None), load::Shared::default());
    node.start().await;
    assert!(acknowledged(&node, &shared).await > 0);
    for _ in 0..2 {
        database.away(true).await.unwrap();
        assert_eq!(acknowledged(&node, &shared).await, 0, "nothing is promised without a database");
        assert!(!ready(&node).await && node.runs());
        assert!(client().get(&node.url("/health/live"), 1 << 10).await.is_ok());
        database.away(false).await.unwrap();
        recovered(&node, &shared).await;
    }
    last_judgement(&node, &shared).await;
    drop(node);
    database.end().await.unwrap();
}

/// A file system of some MiB, gone with the value; making one needs the superuser.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path, mib: u32) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(at);
        mount.output().ok().filter(|o| o.status.success()).map(|_| Self(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(&dir.path().join("small"), 48) else {
        eprintln!("not run: a small file system cannot be mounted here");
        return;
    };
    let (mut node, shared) = (Node::new(None, Some(&small.0.join("data"))), load::Shared::default());
    node.start().await;
    assert!(acknowledged(&node, &shared).await > 0);
    let filler = small.0.join("filler");
    fill(&filler);
    // What fits into space that the database had set aside may still succeed; then nothing does.
    let since = Instant::now();
    while acknowledged(&node, &shared).await > 0 {
        assert!(since.elapsed() < Duration::from_secs(60), "the disk is not full");
    }
    assert!(node.runs(), "it refuses, and lives");
    assert!(client().get(&node.url("/ledger/checkpoint"), 1 << 16).await.is_ok(), "reading goes on");
    fs::remove_file(&filler).unwrap();
    recovered(&node, &shared).await;
    fs::create_dir_all(node.path("data")).unwrap();
    fs::copy(small.0.join("data/ledger.vkey"), node.path("data/ledger.vkey")).unwrap();
    last_judgement(&node, &shared).await;
}

fn fill(filler: &Path) {
    let mut file = fs::File::create(filler).unwrap();
    let mut part = 1 << 20;
    while part > 0 {
        match file.write_all(&vec![0; part]) {
            Ok(()) => {}
            Err(_) => part /= 2,
        }
    }
}
