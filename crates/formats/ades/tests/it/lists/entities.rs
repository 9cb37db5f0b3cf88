use ades::lists::{ListError, Signers, lote};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use pki::testing::{TestEntity, TestKey, day};
use serde_json::{Value, json};

use super::world::sign_xml;

fn payload(wallet: &TestEntity, pid: &TestEntity) -> Value {
    let service = |kind: &str, of: &TestEntity, status: Option<&str>| {
        let mut information = json!({
            "ServiceTypeIdentifier": kind,
            "ServiceName": [{"lang": "en", "value": "Paraugs"}],
            "ServiceDigitalIdentity": {"X509Certificates": [{"val": STANDARD.encode(of.certificate.der())}]},
        });
        if let Some(status) = status {
            information["ServiceStatus"] = json!(format!("http://uri.etsi.org/19602/SvcStatus/{status}"));
            information["StatusStartingTime"] = json!(day(50).to_string());
        }
        information
    };
    let withdrawn = service(lote::PID_ISSUANCE, pid, Some("withdrawn"));
    let mut before = service(lote::PID_ISSUANCE, pid, Some("granted"));
    before["StatusStartingTime"] = json!(day(1).to_string());
    json!({"LoTE": {
        "ListAndSchemeInformation": {
            "LoTEVersionIdentifier": 1, "LoTESequenceNumber": 4,
            "LoTEType": "http://uri.etsi.org/19602/LoTEType/EUWalletProvidersList",
            "SchemeOperatorName": [{"lang": "en", "value": "Paraugu uzraugs"}], "SchemeTerritory": "LV",
            "ListIssueDateTime": day(10).to_string(), "NextUpdate": day(190).to_string(),
        },
        "TrustedEntitiesList": [{
            "TrustedEntityInformation": {"TEName": [{"lang": "en", "value": "Maks"}]},
            "TrustedEntityServices": [
                {"ServiceInformation": service(lote::WALLET_ISSUANCE, wallet, None)},
                {"ServiceInformation": withdrawn, "ServiceHistory": [before]},
            ],
        }],
    }})
}

fn jws(payload: &Value, by: &TestEntity, change: impl FnOnce(&mut Value)) -> String {
    let mut header = json!({"alg": "ES256", "typ": "JOSE", "x5c": [STANDARD.encode(by.certificate.der())]});
    change(&mut header);
    let encode = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let signed = format!("{}.{}", encode(&header), encode(payload));
    let value = pki::ecdsa_der_to_raw(&by.key.sign(signed.as_bytes()), 32).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(value))
}

fn entity(name: &str) -> TestEntity {
    TestEntity::root(name, TestKey::p256())
}

#[test]
fn providers_and_their_history_are_found() {
    let (operator, wallet, pid) = (entity("Uzraugs"), entity("Maks"), entity("PID"));
    let text = jws(&payload(&wallet, &pid), &operator, |_| {});
    let (list, signer) =
        lote::verify(text.as_bytes(), Signers::Of(std::slice::from_ref(&operator.certificate))).unwrap();
    assert_eq!(signer, operator.certificate);
    assert_eq!((list.sequence, list.entities.len()), (4, 1));
    assert_eq!(list.certificates(lote::WALLET_ISSUANCE, day(60)), [("Maks", wallet.certificate.clone())]);
    assert_eq!(list.certificates(lote::PID_ISSUANCE, day(20)), [("Maks", pid.certificate.clone())]);
    assert_eq!(list.certificates(lote::PID_ISSUANCE, day(60)), []);
    assert_eq!(list.certificates(lote::WRPAC_ISSUANCE, day(60)), []);
    list.is_current(day(60), Some(4)).unwrap();
    assert!(matches!(list.is_current(day(60), Some(5)), Err(ListError::Rollback { .. })));
    assert!(matches!(list.is_current(day(191), None), Err(ListError::Expired(_))));
}

#[test]
fn signatures_that_do_not_hold_are_refused() {
    let (operator, other, wallet) = (entity("Uzraugs"), entity("Cits"), entity("Maks"));
    let body = payload(&wallet, &wallet);
    let check = |text: &str| {
        let found = lote::verify(text.as_bytes(), Signers::Of(std::slice::from_ref(&operator.certificate)));
        found.map(|_| "").map_err(|e| e.code())
    };
    let good = jws(&body, &operator, |_| {});
    assert_eq!(check(&good), Ok(""));
    assert_eq!(check(&jws(&body, &other, |_| {})), Err("lists.signer"));
    assert_eq!(check(&jws(&body, &operator, |h| h["alg"] = json!("none"))), Err("lists.signature"));
    assert_eq!(check(&jws(&body, &operator, |h| h["alg"] = json!("HS256"))), Err("lists.signature"));
    assert_eq!(check(&jws(&body, &operator, |h| h["alg"] = json!("ES384"))), Err("lists.signature"));
    assert_eq!(check(&jws(&body, &operator, |h| h["crit"] = json!(["exp"]))), Err("lists.form"));
    assert_eq!(check(&jws(&body, &operator, |h| h["b64"] = json!(false))), Err("lists.form"));
    assert_eq!(check(&jws(&body, &operator, |h| h["x5t#S256"] = json!("AAAA"))), Err("lists.signature"));
    assert_eq!(check(&jws(&body, &operator, |h| h["x5c"] = json!([]))), Err("lists.signature"));
    let (head, rest) = good.split_once('.').unwrap();
    let (_, value) = rest.split_once('.').unwrap();
    let mut changed = body.clone();
    changed["LoTE"]["ListAndSchemeInformation"]["LoTESequenceNumber"] = json!(9);
    let changed = URL_SAFE_NO_PAD.encode(changed.to_string());
    assert_eq!(check(&format!("{head}.{changed}.{value}")), Err("lists.signature"));
    assert_eq!(check(&format!("{head}.{changed}.")), Err("lists.signature"));
    assert_eq!(check(&format!("{good}.x")), Err("lists.unsigned"));
    assert_eq!(check(""), Err("lists.unsigned"));
}

#[test]
fn the_xml_form_is_read() {
    let (operator, wallet) = (entity("Uzraugs"), entity("Maks"));
    let xml = format!(
        "<ListOfTrustedEntities xmlns=\"http://uri.etsi.org/019602/v1#\"><ListAndSchemeInformation><LoTEVersionIdentifier>1</LoTEVersionIdentifier>\
         <LoTESequenceNumber>2</LoTESequenceNumber><LoTEType>http://uri.etsi.org/19602/LoTEType/EUWalletProvidersList</LoTEType>\
         <SchemeTerritory>LV</SchemeTerritory><ListIssueDateTime>{}</ListIssueDateTime><NextUpdate>{}</NextUpdate></ListAndSchemeInformation>\
         <TrustedEntitiesList><TrustedEntity><TrustedEntityInformation><TEName><Name xml:lang=\"en\">Maks</Name></TEName></TrustedEntityInformation>\
         <TrustedEntityServices><TrustedEntityService><ServiceInformation><ServiceTypeIdentifier>{}</ServiceTypeIdentifier>\
         <ServiceDigitalIdentity><DigitalId><X509Certificate>{}</X509Certificate></DigitalId></ServiceDigitalIdentity></ServiceInformation>\
         </TrustedEntityService></TrustedEntityServices></TrustedEntity></TrustedEntitiesList></ListOfTrustedEntities>",
        day(10),
        day(190),
        lote::WALLET_ISSUANCE,
        STANDARD.encode(wallet.certificate.der()),
    );
    let bytes = sign_xml(&xml, &operator, day(10));
    let (list, _) = lote::verify(&bytes, Signers::Of(std::slice::from_ref(&operator.certificate))).unwrap();
    assert_eq!(list.certificates(lote::WALLET_ISSUANCE, day(20)), [("Maks", wallet.certificate.clone())]);
    let other = lote::verify(&bytes, Signers::Of(std::slice::from_ref(&wallet.certificate)));
    assert!(matches!(other, Err(ListError::Signer(_))), "{other:?}");
    assert_eq!(lote::verify(xml.as_bytes(), Signers::Anybody).unwrap_err(), ListError::Unsigned);
}
