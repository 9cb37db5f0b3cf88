use axum::http::StatusCode;
use card::profile::Pin;

use super::{authenticate, world};

#[tokio::test]
async fn a_blocked_pin_is_freed_with_the_puk() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let at = w.asked(authenticate()).await;
    w.form(&format!("{at}/consent"), "allow=1").await;
    for _ in 0..3 {
        w.form(&format!("{at}/go"), "pin=0000").await;
    }
    assert!(w.get(&at).await.body.contains("/card?card=AA01"));
    assert!(w.get("/card?card=AA01").await.body.contains("tag bad"));
    let seen = w.form("/card/pin", "card=AA01&pin=pin1&how=unblock&secret=12345678&fresh=4321&again=4321").await;
    assert_eq!(seen.location, "/card?done=1&card=AA01");
    w.form(&format!("{at}/go"), "pin=4321").await;
    assert!(w.get(&at).await.body.contains("data-stage=\"done\""));
}

#[tokio::test]
async fn a_pin_is_changed() {
    let w = world(&[("AA01", "Andra Ozoliņa")]);
    let change = |secret: &str, fresh: &str, again: &str| {
        format!("card=AA01&pin=pin2&how=change&secret={secret}&fresh={fresh}&again={again}")
    };
    let seen = w.form("/card/pin", &change("123456", "654321", "654322")).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("PIN nesakrīt"));
    let seen = w.form("/card/pin", &change("999999", "654321", "654321")).await;
    assert!(seen.body.contains("Atlikušie mēģinājumi: 2"), "{}", seen.body);
    assert_eq!(w.form("/card/pin", &change("123456", "654321", "654321")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(w.tray.insert("AA01").unwrap().state().tries(Pin::Pin2), 3);
}
