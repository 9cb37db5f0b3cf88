//! A small national PKI for independent judges: `pki DIR [PORT]` writes certificates of every profile to DIR, with what was revoked
//! and what is on hold, and serves OCSP, CRL and time stamps on 127.0.0.1 until it is stopped. The address in the certificates is another one.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of the conformance tests")]

use std::{env, fs, path::PathBuf, sync::Arc};

use base::{Cx, Secret};
use ca::{Ca, Config, TrustedClock};
use contract::ca::{Change, ChangeStatus, Issue, Profile, Subject};
use jiff::SignedDuration;
use keys::{KeyKind, SoftwareStore, Unlock, software};
use store::{Db, Worker};

/// A name that linters take for a public one (RFC 2606).
const PUBLIC: &str = "http://pki.example.com";

#[tokio::main]
async fn main() {
    let mut args = env::args().skip(1);
    let dir = PathBuf::from(args.next().unwrap());
    let port: u16 = args.next().map_or(0, |p| p.parse().unwrap());
    fs::create_dir_all(&dir).unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());

    let cx = Cx::system();
    let db = Db::open(&format!("sqlite:{}", dir.join("pki.db").display())).await.unwrap();
    db.migrate(&cx).await.unwrap();
    let keys =
        SoftwareStore::open(&dir.join("keys"), Unlock::Passphrase(Secret::new("conformance".to_owned()))).unwrap();
    let ca =
        Ca::new(db.clone(), cx.clone(), keys, Config::default(), contract::Peers::new(None), Arc::new(TrustedClock));
    ca.create(&cx, PUBLIC).await.unwrap();

    for authority in ca.authorities().await.unwrap() {
        fs::write(dir.join(format!("ca-{}.pem", authority.name)), authority.certificate.to_pem()).unwrap();
    }
    holders(&ca, &cx, &dir).await;
    let mut worker = Worker::new(db, cx.clone());
    ca.jobs(&mut worker);
    worker.drain().await.unwrap();
    for row in ca.service_certificates().await.unwrap() {
        fs::write(dir.join(format!("{}.pem", row.0)), row.1.to_pem()).unwrap();
    }

    let config = web::Config {
        limits: web::limits::LimitConfig::unlimited(),
        ..web::Config::new(&url, base::KeyRing::fresh(cx.random.as_ref()))
    };
    let gate = Arc::new(web::session::MemoryGate::default());
    let shell = web::Shell::build(cx, config, gate, vec![ca.routes()]).unwrap();
    println!("{url}");
    axum::serve(listener, shell.router().into_make_service_with_connect_info::<std::net::SocketAddr>()).await.unwrap();
}

async fn holders(ca: &Ca, cx: &Cx, dir: &std::path::Path) {
    let nobody = || Subject { given_name: None, surname: None, organization: None, identifier: None, dns: vec![] };
    let person = || Subject {
        given_name: Some("Žaklīna".into()),
        surname: Some("Čakšte-Ņina".into()),
        identifier: Some("PNOLV-320000-00007".into()),
        ..nobody()
    };
    let institution = || Subject {
        organization: Some("Paraugu pārvalde".into()),
        identifier: Some("NTRLV-40000000001".into()),
        ..nobody()
    };
    let machine = |org: bool| Subject {
        dns: vec!["www.paraugs.example.com".into()],
        ..if org { institution() } else { nobody() }
    };
    let cases = [
        ("eid-authentication", Profile::EidAuthentication, person(), KeyKind::P384, None),
        ("eid-signature", Profile::EidSignature, person(), KeyKind::P384, None),
        ("eid-signature-rsa", Profile::EidSignature, person(), KeyKind::Rsa3072, None),
        ("seal", Profile::Seal, institution(), KeyKind::P256, None),
        ("tls-server", Profile::TlsServer, machine(false), KeyKind::P256, None),
        ("tls-server-rsa", Profile::TlsServer, machine(true), KeyKind::Rsa3072, None),
        ("tls-client", Profile::TlsClient, machine(true), KeyKind::P256, None),
        ("pending", Profile::EidSignature, person(), KeyKind::P384, Some(None)),
        ("suspended", Profile::EidSignature, person(), KeyKind::P384, Some(Some(Change::Suspend))),
        ("revoked", Profile::EidSignature, person(), KeyKind::P384, Some(Some(Change::Revoke { reason: 1 }))),
    ];
    for (name, profile, subject, kind, then) in cases {
        let pkcs8 = software::new_pkcs8(kind).unwrap();
        let spki = software::signer_of_pkcs8(&pkcs8, None).unwrap().spki_der().to_vec();
        let not_after = cx.now() + SignedDuration::from_hours(24 * 365);
        let issue = Issue { key: name.into(), profile, subject, spki, not_after, on_hold: then == Some(None) };
        let issued = ca.issue(cx, issue).await.unwrap();
        if let Some(Some(change)) = then {
            let wish = ChangeStatus { certificate_id: issued.certificate_id, change, actor: "conformance".into() };
            ca.change_status(cx, &wish).await.unwrap();
        }
        let pem = pki::pem_encode("CERTIFICATE", &issued.der);
        fs::write(dir.join(format!("{name}.pem")), pem).unwrap();
    }
}
