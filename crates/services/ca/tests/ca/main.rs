//! Every test runs on both databases and on both key stores.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod bench;
mod creation;
mod issuing;
mod lists;
mod machinery;
mod ocsp;
mod stamps;
mod status;

use std::{env, process::Command};

use keys::pkcs11::softhsm;

/// Runs each `async fn NAME(bench: Bench)` four times: software store and SoftHSM2, SQLite and PostgreSQL. SoftHSM2 reads its
/// configuration from the environment, so its half runs in a process that [`token_store`] starts.
#[macro_export]
macro_rules! on_all {
    ($($name:ident),* $(,)?) => {
        mod software {
            testkit::each_db! { $(async fn $name(world: World) { super::super::$name($crate::bench::Bench::software(world).await).await; })* }
        }
        mod token_inside {
            testkit::each_db! { $(#[ignore = "run by token_store in a process of its own"] async fn $name(world: World) {
                super::super::$name($crate::bench::Bench::token(world).await).await;
            })* }
        }
    };
}

#[test]
fn token_store() {
    if softhsm::library().is_none() {
        assert!(
            env::var("ENKURS_TEST_HSM").as_deref() != Ok("required"),
            "SoftHSM2 is not installed (Debian: apt-get install softhsm2)"
        );
        println!("SoftHSM2 is not installed: only the software store is tested");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let conf = softhsm::configure(dir.path()).unwrap();
    let run = Command::new(env::current_exe().unwrap())
        .args(["token_inside", "--ignored", "--test-threads=2"])
        .env("SOFTHSM2_CONF", conf)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}\n{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}
