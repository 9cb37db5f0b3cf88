use std::{fs, sync::Arc, time::Duration};

use base::{Cx, Id};
use ledger::{CheckpointSigner as _, Directory, Entry, FileSigner, LedgerError, Sequencer, VerifierKey, verify};
use serde_json::json;
use store::{Db, StoreError, params};
use testkit::World;

const ORIGIN: &str = "enkurs.test/ledger";

fn signer() -> Arc<FileSigner> {
    Arc::new(FileSigner::from_seed(&[7; 32]).unwrap())
}
fn sequencer(world: &World) -> Sequencer {
    Sequencer::new(world.db.clone(), world.cx.clone(), ORIGIN, signer())
}
fn key() -> VerifierKey {
    VerifierKey::new(ORIGIN, signer().public())
}
async fn note(db: &Db, cx: &Cx, count: u32) -> Id<Entry> {
    db.write(cx, |tx, _| {
        Box::pin(async move {
            let mut last = None;
            for n in 0..count {
                let entry = Entry::new("test.happened", format!("subject {}", n % 3), json!({ "n": n }));
                last = Some(ledger::record(tx, entry.personal(json!({ "name": "Anna Bērziņa" }))).await?);
            }
            last.ok_or(StoreError::NotFound)
        })
    })
    .await
    .unwrap()
}
async fn exported(world: &World) -> Directory {
    let dir = world.dir().join("log");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    ledger::export(&world.db, &dir).await.unwrap();
    Directory(dir)
}

testkit::each_db! {
    async fn every_statement_prepares(world: World) {
        assert_eq!(world.db.check_queries(&ledger::queries()).await.unwrap(), Vec::<String>::new());
    }

    async fn a_copy_verifies_and_any_change_to_it_does_not(world: World) {
        let sequencer = sequencer(&world).batch(100);
        note(&world.db, &world.cx, 600).await;
        assert_eq!(sequencer.drain().await.unwrap(), 600);
        let copy = exported(&world).await;
        let report = verify(&copy, Some(&key()), None).await.unwrap();
        assert_eq!((report.size, report.signed, report.origin.as_str()), (600, true, ORIGIN));
        assert!(!verify(&copy, None, None).await.unwrap().signed, "without a key it says so");
        let mut tried = 0;
        for path in ["checkpoint", "tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"] {
            let file = copy.0.join(path);
            let good = fs::read(&file).unwrap();
            for at in [0, good.len() / 2, good.len() - 2] {
                let mut bad = good.clone();
                bad[at] ^= 1;
                fs::write(&file, bad).unwrap();
                assert!(verify(&copy, Some(&key()), None).await.is_err(), "{path} at {at}");
                tried += 1;
            }
            fs::remove_file(&file).unwrap();
            assert!(matches!(verify(&copy, None, None).await, Err(LedgerError::Absent(_))), "{path}");
            fs::write(&file, good).unwrap();
        }
        assert_eq!(tried, 15);
        let other = VerifierKey::new(ORIGIN, FileSigner::from_seed(&[8; 32]).unwrap().public());
        assert!(matches!(verify(&copy, Some(&other), None).await, Err(LedgerError::Unsigned(_))));
    }

    async fn nothing_personal_is_published(world: World) {
        note(&world.db, &world.cx, 20).await;
        sequencer(&world).drain().await.unwrap();
        let copy = exported(&world).await;
        let leaves = fs::read(copy.0.join("tile/entries/000.p/20")).unwrap();
        let text = String::from_utf8_lossy(&leaves).into_owned();
        assert!(text.contains("test.happened") && !text.contains("Anna") && !text.contains("subject"));
    }

    async fn the_tree_continues_what_was_seen_before(world: World) {
        let sequencer = sequencer(&world);
        note(&world.db, &world.cx, 10).await;
        sequencer.drain().await.unwrap();
        let seen = String::from_utf8(ledger::resource(&world.db, "checkpoint").await.unwrap().unwrap().content).unwrap();
        note(&world.db, &world.cx, 300).await;
        sequencer.drain().await.unwrap();
        let copy = exported(&world).await;
        assert_eq!(verify(&copy, Some(&key()), Some(&seen)).await.unwrap().continues, Some(10));
        let proof = ledger::consistency(&world.db, 10, 310).await.unwrap();
        let (old, new) = (ledger::Checkpoint::verified(&seen, &key()).unwrap(), ledger::head(&world.db).await.unwrap().checkpoint.unwrap());
        assert!(ledger::tree::consistent(10, &old.root, 310, &new.root, &proof));
        // Another history under the same key: what an administrator with database and key could make up.
        let forged = Cx::seeded(world.cx.now(), 99).0;
        let dir = world.dir().join("forged");
        fs::create_dir_all(&dir).unwrap();
        let db = store::scratch::sqlite(&forged, &dir).await.unwrap();
        note(&db, &forged, 310).await;
        Sequencer::new(db.clone(), forged, ORIGIN, signer()).drain().await.unwrap();
        ledger::export(&db, &dir).await.unwrap();
        verify(&Directory(dir.clone()), Some(&key()), None).await.unwrap();
        assert!(matches!(verify(&Directory(dir), Some(&key()), Some(&seen)).await, Err(LedgerError::Inconsistent(_))));
    }

    async fn one_entry_is_proven_and_survives_its_erasure(world: World) {
        let id = note(&world.db, &world.cx, 40).await;
        assert!(matches!(ledger::disclose(&world.db, id).await, Err(LedgerError::Waiting)));
        sequencer(&world).drain().await.unwrap();
        let proof = ledger::disclose(&world.db, id).await.unwrap();
        assert_eq!(proof.verify(&key()).unwrap(), 40);
        assert!(proof.personal.as_ref().unwrap().0.contains("Anna"));
        for change in [
            |p: &mut ledger::Disclosure| p.body = p.body.replace("39", "38"),
            |p: &mut ledger::Disclosure| p.subject.push('x'),
            |p: &mut ledger::Disclosure| p.personal.as_mut().unwrap().0.push(' '),
            |p: &mut ledger::Disclosure| p.index -= 1,
            |p: &mut ledger::Disclosure| p.leaf.kind.push('x'),
            |p: &mut ledger::Disclosure| { p.path.pop(); },
        ] {
            let mut bad = proof.clone();
            change(&mut bad);
            assert!(bad.verify(&key()).is_err());
        }
        assert!(world.db.write(&world.cx, |tx, _| Box::pin(async move { ledger::erase(tx, id).await })).await.unwrap());
        let erased = ledger::disclose(&world.db, id).await.unwrap();
        assert_eq!(erased.personal, None);
        assert_eq!(erased.verify(&key()).unwrap(), 40);
        verify(&exported(&world).await, Some(&key()), None).await.unwrap();
        let n = world.db.write(&world.cx, |tx, _| Box::pin(async move { ledger::erase_subject(tx, "subject 1").await })).await.unwrap();
        assert_eq!(n, 13);
    }

    async fn a_sequencer_killed_between_its_steps_loses_and_repeats_nothing(world: World) {
        let sequencer = sequencer(&world);
        note(&world.db, &world.cx, 5).await;
        assert_eq!(sequencer.place().await.unwrap(), 5);
        // Killed here: placed, not signed. The next one places more before it signs.
        note(&world.db, &world.cx, 5).await;
        assert_eq!(sequencer.place().await.unwrap(), 5);
        assert_eq!(ledger::head(&world.db).await.unwrap().checkpoint, None);
        assert!(sequencer.sign().await.unwrap());
        assert!(!sequencer.sign().await.unwrap());
        assert_eq!(verify(&exported(&world).await, Some(&key()), None).await.unwrap().size, 10);
        // Killed at any moment of a batch: a dropped future is a rolled back transaction.
        let mut waiting = 0;
        for n in 0..25u64 {
            note(&world.db, &world.cx, 40).await;
            waiting += 40;
            let cut = tokio::time::timeout(Duration::from_micros(300 * n), sequencer.step()).await;
            if let Ok(done) = cut {
                waiting -= done.unwrap().placed;
            }
        }
        let head = ledger::head(&world.db).await.unwrap();
        assert!(head.waiting <= waiting);
        sequencer.drain().await.unwrap();
        assert_eq!(verify(&exported(&world).await, Some(&key()), None).await.unwrap().size, 1010);
    }

    async fn two_sequencers_and_many_writers_race(world: World) {
        let stop = tokio_util::sync::CancellationToken::new();
        let running: Vec<_> = (0..2).map(|_| tokio::spawn(sequencer(&world).batch(16).run(stop.clone()))).collect();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let world = world.clone();
            writers.spawn(async move {
                for _ in 0..15 {
                    note(&world.db, &world.cx, 3).await;
                }
            });
        }
        writers.join_all().await;
        stop.cancel();
        for task in running {
            task.await.unwrap();
        }
        let head = ledger::head(&world.db).await.unwrap();
        assert_eq!((head.size, head.waiting, head.checkpoint.unwrap().size), (180, 0, 180));
        verify(&exported(&world).await, Some(&key()), None).await.unwrap();
        let rows = world.db.all("SELECT position FROM ledger_entry ORDER BY position", &[]).await.unwrap();
        let positions: Vec<i64> = rows.iter().map(|r| r.int(0).unwrap()).collect();
        assert_eq!(positions, (0..180).collect::<Vec<_>>());
    }

    async fn a_row_changed_behind_the_ledgers_back_is_noticed(world: World) {
        note(&world.db, &world.cx, 30).await;
        sequencer(&world).drain().await.unwrap();
        for change in [
            "UPDATE ledger_entry SET kind = 'x' WHERE position = $1",
            "UPDATE ledger_entry SET created = created + 1 WHERE position = $1",
        ] {
            world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.run(change, params![3i64]).await })).await.unwrap();
            assert!(matches!(verify(&exported(&world).await, Some(&key()), None).await, Err(LedgerError::Inconsistent(_))));
        }
        world.db.write(&world.cx, |tx, _| Box::pin(async move { tx.run("DELETE FROM ledger_entry WHERE position = $1", params![3i64]).await })).await.unwrap();
        assert!(matches!(ledger::export(&world.db, &world.dir().join("log")).await, Err(LedgerError::Absent(_))));
    }

    async fn files_of_the_log_are_served(world: World) {
        assert_eq!(ledger::resource(&world.db, "checkpoint").await.unwrap(), None);
        note(&world.db, &world.cx, 300).await;
        sequencer(&world).drain().await.unwrap();
        let get = async |path: &str| ledger::resource(&world.db, path).await.unwrap();
        let tile = get("tile/0/001.p/44").await.unwrap();
        assert_eq!((tile.content.len(), tile.immutable), (44 * 32, true));
        assert_eq!(get("tile/0/001.p/20").await.unwrap().content, tile.content[..640]);
        for absent in ["tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/entries/001", "tile/3/000", "../secret", ""] {
            assert_eq!(get(absent).await, None, "{absent}");
        }
        assert!(get("tile/entries/001.p/44").await.is_some());
    }
}

#[test]
fn keys_and_notes_are_those_of_the_specification() {
    // Example of the Go checksum database: a vkey and its hash.
    let vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(VerifierKey::parse(vkey).unwrap().to_string(), vkey);
    for bad in ["", "a+b+c", "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"] {
        assert!(VerifierKey::parse(bad).is_err());
    }
    for bad in ["", "a\n\n", "a\n1\n", "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n", "a\n1\nAAA=\n\n"] {
        assert!(ledger::Checkpoint::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_witness_cosigns() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let pair = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
    let key = VerifierKey::witness("witness.test/w", pair.public_key().as_ref().try_into().unwrap());
    let text = ledger::Checkpoint { origin: ORIGIN.into(), size: 7, root: [1; 32] }.text();
    let signature = pair.sign(format!("cosignature/v1\ntime 1780000000\n{text}").as_bytes());
    let shown = key.to_string();
    let hash = u32::from_str_radix(shown.split('+').nth(1).unwrap(), 16).unwrap().to_be_bytes();
    let line = [&hash[..], &1_780_000_000u64.to_be_bytes(), signature.as_ref()].concat();
    let note = format!("{text}\n\u{2014} witness.test/w {}\n", STANDARD.encode(line));
    let parsed = VerifierKey::parse(&shown).unwrap();
    assert_eq!(ledger::Checkpoint::cosigned(&note, &parsed).unwrap(), 1_780_000_000);
    assert!(ledger::Checkpoint::cosigned(&note.replace("\n7\n", "\n8\n"), &parsed).is_err());
    let as_log = VerifierKey::new("witness.test/w", pair.public_key().as_ref().try_into().unwrap());
    assert!(ledger::Checkpoint::cosigned(&note, &as_log).is_err());
    assert!(ledger::Checkpoint::verified(&note, &parsed).is_err());
}
