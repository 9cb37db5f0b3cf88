//! Cards, tokens of sign-in, lists, policies, the ledger.

use card::{apdu::Command, chip};

/// Commands to a card: each is a length byte and so many bytes.
pub fn apdu(bytes: &[u8]) {
    let _ = Command::parse(bytes);
    let crypto = reader::SoftCrypto::new(std::sync::Arc::new(base::SeededRandom::new(1)));
    let mut card = chip::VirtualCard::new(chip::State::blank(card::profile::Model::LatvianV1, "PA0000001", &[7; 32]));
    let mut rest = bytes;
    for _ in 0..64 {
        let Some((len, tail)) = rest.split_first() else { break };
        let at = usize::from(*len).min(tail.len());
        let (one, next) = tail.split_at(at);
        let _ = card.transmit(one, &crypto);
        rest = next;
    }
}

/// BER-TLV and the directories of a foreign card.
pub fn tlv(bytes: &[u8]) {
    for t in card::tlv::walk(bytes).take(1000) {
        let _ = t;
    }
    let _ = card::profile::pkcs15::read_object_directory(bytes);
    let _ = card::profile::pkcs15::read_key_directory(bytes);
    let _ = card::profile::pkcs15::read_certificate_directory(bytes);
    for (keys, info) in [(bytes, bytes), bytes.split_at(bytes.len() / 2)] {
        let _ = card::profile::pkcs15::read_algorithm(keys, info);
    }
}

/// Web eID authentication token, as a browser sends it.
pub fn web_eid_token(bytes: &[u8]) {
    let expected = protocol::web_eid::Expected {
        origin: "https://enkurs.example",
        nonce: "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
        at: jiff::Timestamp::UNIX_EPOCH,
        policies: &[],
        forbidden: &[],
    };
    let judged = protocol::web_eid::verify(&String::from_utf8_lossy(bytes), &expected);
    assert!(judged.is_err(), "nobody's token was accepted");
}

/// Trusted list in XML, and the kept form of lists.
pub fn trusted_list(bytes: &[u8]) {
    use ades::lists::{Catalogue, Held, Limits, Lists, Signers, read, verify, write};
    let limits = Limits { bytes: 1 << 20, nodes: 50_000, ..Limits::default() };
    if let Ok(list) = read(bytes, &limits) {
        let again = write::xml(&list);
        let _ = read(again.as_bytes(), &limits);
    }
    if let Ok(found) = verify(bytes, Signers::Anybody, &limits) {
        let _ = found.is_current(jiff::Timestamp::UNIX_EPOCH);
        let mut lists = Lists::default();
        lists.add(Held::new("", jiff::Timestamp::UNIX_EPOCH, found));
        let _ = Catalogue::new(&lists);
    }
    if let Ok(lists) = Lists::from_cache(bytes) {
        let _ = Catalogue::new(&lists);
    }
}

/// List of trusted entities (TS 119 602), JSON or XML.
pub fn entity_list(bytes: &[u8]) {
    use ades::lists::{Signers, lote};
    if let Ok((list, _)) = lote::verify(bytes, Signers::Anybody) {
        let _ = list.certificates(lote::PID_ISSUANCE, jiff::Timestamp::UNIX_EPOCH);
    }
}

/// Statement by which a program shows who it is, and the set of keys it is known by.
pub fn client_assertion(bytes: &[u8]) {
    use protocol::client_assertion::{ClientKeys, named, verify};
    const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}"#;
    let text = String::from_utf8_lossy(bytes);
    let _ = ClientKeys::parse(&text);
    let name = named(&text);
    let keys = ClientKeys::parse(KEYS).expect("keys");
    let judged =
        verify(&text, name.as_deref().unwrap_or("x"), &keys, &["https://enkurs.example"], jiff::Timestamp::UNIX_EPOCH);
    assert!(judged.is_err(), "nobody's statement was accepted");
}

/// JSON of signed data. What has a canonical form keeps it.
pub fn json(bytes: &[u8]) {
    let limits = token::json::Limits { bytes: 1 << 20, values: 50_000, ..Default::default() };
    let Ok(value) = token::json::parse(bytes, &limits) else { return };
    if let Some(text) = token::json::canonical(&value) {
        let again = token::json::parse(text.as_bytes(), &token::json::Limits { bytes: 8 << 20, ..limits });
        let again = again.expect("a canonical form is JSON");
        assert_eq!(token::json::canonical(&again), Some(text));
    }
}

/// Validation policy, TOML or JSON. What is taken can be kept and read again.
pub fn policy(bytes: &[u8]) {
    use ades::validate::Policy;
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for policy in [toml::from_str::<Policy>(text).ok(), serde_json::from_str::<Policy>(text).ok()].into_iter().flatten()
    {
        let kept = serde_json::to_string(&policy).expect("a policy can be kept");
        assert_eq!(serde_json::from_str::<Policy>(&kept).expect("and read again"), policy);
    }
}

/// What of a ledger lies in files: checkpoint, key, leaf, and the paths of its tiles.
pub fn ledger(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = ledger::Leaf::parse(bytes);
    if let Ok(key) = ledger::VerifierKey::parse(&text) {
        assert_eq!(ledger::VerifierKey::parse(&key.to_string()).expect("a key's own form"), key);
    }
    let key = ledger::VerifierKey::new("x", [7; 32]);
    assert!(ledger::Checkpoint::verified(&text, &key).is_err(), "nobody's checkpoint was accepted");
    let _ = (ledger::Checkpoint::parse(&text), ledger::Checkpoint::cosigned(&text, &key));
    let _ = ledger::tree::parse_path(&text);
}
