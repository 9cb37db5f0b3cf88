//! What is particular to tokens, on SoftHSM2.

use std::{env, fs, path::PathBuf, sync::Arc, time::Duration};

use base::Secret;
use cryptoki::context::Pkcs11;
use keys::{
    KeyError, KeyKind, KeyStore as _, Pkcs11Config, Pkcs11Store, ToSign,
    pkcs11::{provision_token, softhsm},
};

use crate::suite;

/// Each body runs in a process of its own.
macro_rules! on_a_token {
    ($(async fn $name:ident() $body:block)*) => {$(
        #[test]
        fn $name() {
            softhsm::alone(concat!(module_path!(), "::", stringify!($name)), || {
                tokio::runtime::Runtime::new().unwrap().block_on(async $body);
            });
        }
    )*};
}

fn secret(s: &str) -> Secret<String> {
    Secret::new(s.to_owned())
}

fn config(token: &str) -> Pkcs11Config {
    Pkcs11Config::new(library(), token, secret("123456"))
}

fn library() -> PathBuf {
    softhsm::library().unwrap()
}

fn open(token: &str) -> Arc<Pkcs11Store> {
    provision_token(&library(), token, &secret("so-12345678"), &secret("123456")).unwrap();
    Pkcs11Store::open(config(token)).unwrap()
}

on_a_token! {
    async fn same_suite_as_the_software_store() {
        suite::whole(open("suite")).await;
    }

    async fn provisioning_twice_changes_nothing() {
        let store = open("twice");
        store.generate("a", KeyKind::P256).await.unwrap();
        assert_eq!(open("twice").list().await.unwrap().len(), 1);
    }

    async fn keys_cannot_be_brought_in_or_taken_out() {
        let store = open("closed");
        let pkcs8 = keys::software::new_pkcs8(KeyKind::P256).unwrap();
        assert!(matches!(store.import("a", pkcs8).await, Err(KeyError::Unsupported(_))));
    }

    async fn a_refused_pin_is_not_tried_again() {
        open("pin");
        let mut wrong = config("pin");
        wrong.pin = secret("000000");
        wrong.threads = 1;
        let store = Pkcs11Store::open(wrong).unwrap();
        for _ in 0..20 {
            assert!(matches!(store.list().await, Err(KeyError::PinRefused { .. })));
        }
        open("pin").list().await.expect("the token is not blocked");
    }

    async fn a_lost_login_or_session_is_opened_anew() {
        let store = open("lost");
        let key = store.generate("a", KeyKind::P256).await.unwrap();
        let signer = store.signer("a").await.unwrap();
        let other = Pkcs11::new(library()).unwrap();
        let slot = || {
            other
                .get_slots_with_token()
                .unwrap()
                .into_iter()
                .find(|s| other.get_token_info(*s).unwrap().label() == "lost")
                .unwrap()
        };
        for round in 0..5u8 {
            other.open_ro_session(slot()).unwrap().logout().unwrap();
            for n in 0..8 {
                let signature = signer.sign(ToSign::Message(&[round, n]), "test").await.unwrap();
                assert!(suite::holds(&key.spki, signer.algorithm(), &[round, n], &signature));
            }
            other.clone().finalize().unwrap();
            for n in 0..8 {
                signer.sign(ToSign::Message(&[round, n]), "test").await.unwrap();
            }
        }
    }

    async fn a_token_that_goes_and_comes_back() {
        let store = open("away");
        store.generate("a", KeyKind::P384).await.unwrap();
        let signer = store.signer("a").await.unwrap();
        signer.sign(ToSign::Message(b"x"), "test").await.unwrap();

        let conf = PathBuf::from(env::var_os("SOFTHSM2_CONF").unwrap());
        let (tokens, aside) = (conf.with_file_name("tokens"), conf.with_file_name("aside"));
        fs::rename(&tokens, &aside).unwrap();
        fs::create_dir(&tokens).unwrap();
        Pkcs11::new(library()).unwrap().finalize().unwrap();
        for _ in 0..3 {
            let refused = signer.sign(ToSign::Message(b"x"), "test").await.unwrap_err();
            assert!(matches!(refused, KeyError::TokenAway { .. }) && refused.transient(), "{refused}");
        }
        assert_eq!(store.health().await.unwrap_err().code(), "keys.token-away");

        fs::remove_dir_all(&tokens).unwrap();
        fs::rename(&aside, &tokens).unwrap();
        let signature = signer.sign(ToSign::Message(b"x"), "test").await.unwrap();
        assert!(suite::holds(signer.spki_der(), signer.algorithm(), b"x", &signature));
        assert_eq!(store.health().await.unwrap().keys, 1);
    }

    async fn a_token_torn_out_of_a_running_library() {
        let store = open("torn");
        store.generate("a", KeyKind::P256).await.unwrap();
        let signer = store.signer("a").await.unwrap();
        signer.sign(ToSign::Message(b"x"), "test").await.unwrap();
        let conf = PathBuf::from(env::var_os("SOFTHSM2_CONF").unwrap());
        let (tokens, aside) = (conf.with_file_name("tokens"), conf.with_file_name("aside"));
        for _ in 0..3 {
            fs::rename(&tokens, &aside).unwrap();
            fs::create_dir(&tokens).unwrap();
            for _ in 0..12 {
                // The library may sign on from memory for a while; what it may not do is fail for good.
                if let Err(e) = signer.sign(ToSign::Message(b"x"), "test").await {
                    assert!(e.transient(), "{e}");
                }
            }
            fs::remove_dir_all(&tokens).unwrap();
            fs::rename(&aside, &tokens).unwrap();
            for _ in 0..12 {
                signer.sign(ToSign::Message(b"x"), "test").await.expect("the token is back");
            }
        }
    }

    async fn an_operation_that_takes_too_long_is_given_up() {
        open("slow");
        let mut hurried = config("slow");
        hurried.timeout = Duration::from_millis(1);
        hurried.threads = 1;
        let store = Pkcs11Store::open(hurried).unwrap();
        assert!(matches!(store.generate("r", KeyKind::Rsa4096).await, Err(KeyError::Timeout { .. })));
    }

    async fn a_library_that_is_not_there() {
        let mut config = config("x");
        config.library = "/nonexistent/libhsm.so".into();
        let store = Pkcs11Store::open(config).unwrap();
        assert!(matches!(store.health().await, Err(KeyError::TokenAway { .. })));
    }
}
