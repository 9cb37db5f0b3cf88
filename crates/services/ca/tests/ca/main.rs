//! Every test runs on both databases and on both key stores.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod bench;
mod creation;
mod issuing;
mod lists;
mod machinery;
mod ocsp;
mod service_keys;
mod stamps;
mod status;
mod utc;

/// Runs each `async fn NAME(bench: Bench)` four times: software store and SoftHSM2, SQLite and PostgreSQL.
#[macro_export]
macro_rules! on_all {
    ($($name:ident),* $(,)?) => {
        mod software {
            testkit::each_db! { $(async fn $name(world: World) { super::super::$name($crate::bench::Bench::software(world).await).await; })* }
        }
        mod token {$(
            mod $name {
                use keys::pkcs11::softhsm::alone;
                use testkit::{Database, World, run};

                async fn body(world: World) {
                    super::super::$name($crate::bench::Bench::token(world).await).await;
                }
                #[test]
                fn sqlite() {
                    alone(concat!(module_path!(), "::sqlite"), || run(Database::Sqlite, body));
                }
                #[test]
                fn postgres() {
                    alone(concat!(module_path!(), "::postgres"), || run(Database::Postgres, body));
                }
            }
        )*}
    };
}
