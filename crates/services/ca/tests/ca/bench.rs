use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use base::{Cx, Secret};
use ca::{Ca, ClockHealth, Config, TrustedClock};
use contract::{
    Handlers, Peers,
    ca::{Change, ChangeStatus, Issue, Issued, Profile, Subject},
    documents::CertificateStopped,
};
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use keys::{
    Health, KeyError, KeyInfo, KeyKind, KeyStore, Pkcs11Config, Pkcs11Store, Signer, SoftwareStore, ToSign, Unlock,
    pkcs11::{provision_token, softhsm},
    software,
};
use pki::{CertId, CertStatus, Certificate, DigestAlgorithm, OcspRequest, OcspResponse, SignatureAlgorithm};
use testkit::{Client, World};

/// An activation that rests on a hand-over.
pub(crate) fn activate() -> Change {
    Change::Activate { hand_over: HAND_OVER.parse().unwrap() }
}
pub(crate) const HAND_OVER: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

pub(crate) const URL: &str = "http://127.0.0.1:8080";

/// A key store that can be taken away: signatures and new keys fail once the budget is spent.
pub(crate) struct Fragile {
    inner: Arc<dyn KeyStore>,
    budget: Arc<AtomicI64>,
}

struct FragileSigner(Arc<dyn Signer>, Arc<AtomicI64>);

fn spend(budget: &AtomicI64) -> Result<(), KeyError> {
    if budget.fetch_sub(1, Ordering::SeqCst) > 0 {
        Ok(())
    } else {
        Err(KeyError::TokenAway { token: "test".into(), why: "taken away by the test".into() })
    }
}

impl Signer for FragileSigner {
    fn spki_der(&self) -> &[u8] {
        self.0.spki_der()
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
    fn sign<'a>(&'a self, what: ToSign<'a>, intent: &'a str) -> BoxFuture<'a, Result<Vec<u8>, KeyError>> {
        Box::pin(async move {
            spend(&self.1)?;
            self.0.sign(what, intent).await
        })
    }
}

impl KeyStore for Fragile {
    fn generate<'a>(&'a self, label: &'a str, kind: KeyKind) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        self.inner.generate(label, kind)
    }
    fn import<'a>(&'a self, label: &'a str, pkcs8: Secret<Vec<u8>>) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        self.inner.import(label, pkcs8)
    }
    fn public_key<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<KeyInfo, KeyError>> {
        self.inner.public_key(label)
    }
    fn signer_as<'a>(
        &'a self,
        label: &'a str,
        algorithm: Option<SignatureAlgorithm>,
    ) -> BoxFuture<'a, Result<Arc<dyn Signer>, KeyError>> {
        Box::pin(async move {
            let signer = self.inner.signer_as(label, algorithm).await?;
            Ok(Arc::new(FragileSigner(signer, self.budget.clone())) as Arc<dyn Signer>)
        })
    }
    fn list(&self) -> BoxFuture<'_, Result<Vec<KeyInfo>, KeyError>> {
        self.inner.list()
    }
    fn destroy<'a>(&'a self, label: &'a str) -> BoxFuture<'a, Result<(), KeyError>> {
        self.inner.destroy(label)
    }
    fn health(&self) -> BoxFuture<'_, Result<Health, KeyError>> {
        self.inner.health()
    }
}

/// A trust core with its surroundings.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) keys: Arc<dyn KeyStore>,
    /// Signatures left before the keys go away.
    pub(crate) budget: Arc<AtomicI64>,
    pub(crate) ca: Ca,
    /// What the service of documents was told.
    pub(crate) told: Arc<Mutex<Vec<CertificateStopped>>>,
}

impl Bench {
    pub(crate) async fn software(world: World) -> Self {
        let store = soft(world.dir());
        Self::with(world, store).await
    }

    pub(crate) async fn token(world: World) -> Self {
        let library = softhsm::library().unwrap();
        // Labels of tokens hold 32 octets; the directory's name is unique.
        let unique = world.dir().file_name().unwrap().to_string_lossy().trim_start_matches('.').to_owned();
        let secret = |s: &str| Secret::new(s.to_owned());
        provision_token(&library, &unique, &secret("so-12345678"), &secret("123456")).unwrap();
        let mut config = Pkcs11Config::new(library, unique, secret("123456"));
        config.threads = 2;
        Self::with(world, Pkcs11Store::open(config).unwrap()).await
    }

    async fn with(world: World, inner: Arc<dyn KeyStore>) -> Self {
        let budget = Arc::new(AtomicI64::new(i64::MAX));
        let keys: Arc<dyn KeyStore> = Arc::new(Fragile { inner, budget: budget.clone() });
        let told = Arc::<Mutex<Vec<CertificateStopped>>>::default();
        let (peers, ears, mut handlers) = (Peers::new(None), told.clone(), Handlers::new());
        handlers.on(move |_, call: CertificateStopped| {
            ears.lock().unwrap().push(call);
            async { Ok(()) }
        });
        peers.answer_with(handlers).unwrap();
        let clock = Arc::new(TrustedClock);
        let ca = Ca::new(world.db.clone(), world.cx.clone(), keys.clone(), Config::default(), peers, clock);
        Self { world, keys, budget, ca, told }
    }

    /// With a PKI.
    pub(crate) async fn created(self) -> Self {
        assert_eq!(self.ca.create(self.cx(), URL).await.unwrap(), URL);
        self
    }

    pub(crate) fn cx(&self) -> &Cx {
        &self.world.cx
    }

    /// Another node on the same database and keys.
    pub(crate) fn node(&self, clock: Arc<dyn ClockHealth>, config: Config) -> Ca {
        Ca::new(self.world.db.clone(), self.world.cx.clone(), self.keys.clone(), config, Peers::new(None), clock)
    }

    pub(crate) fn client(&self) -> Client {
        let config = web::Config {
            limits: web::limits::LimitConfig::unlimited(),
            ..web::Config::new(URL, base::KeyRing::fresh(self.cx().random.as_ref()))
        };
        let gate = Arc::new(web::session::MemoryGate::default());
        let shell = web::Shell::build(self.world.cx.clone(), config, gate, vec![self.ca.routes()]).unwrap();
        Client::new(shell.router())
    }

    /// Does all jobs that are due.
    pub(crate) async fn work(&self) {
        let mut worker = self.world.worker();
        self.ca.jobs(&mut worker);
        worker.drain().await.unwrap();
    }

    pub(crate) fn pass(&self, span: SignedDuration) {
        self.world.clock.advance(span);
    }

    pub(crate) async fn issue(&self, key: &str, profile: Profile, on_hold: bool) -> Issued {
        self.ca.issue(self.cx(), self.wanted(key, profile, on_hold)).await.unwrap()
    }

    pub(crate) fn wanted(&self, key: &str, profile: Profile, on_hold: bool) -> Issue {
        Issue {
            key: key.to_owned(),
            profile,
            subject: subject(profile),
            spki: holder_key(KeyKind::P384),
            not_after: self.cx().now() + SignedDuration::from_hours(24 * 365),
            on_hold,
        }
    }

    pub(crate) async fn change(&self, id: &str, change: Change) -> Result<(), String> {
        let wish = ChangeStatus { certificate_id: id.to_owned(), change, actor: "staff:TEST".to_owned() };
        self.ca.change_status(self.cx(), &wish).await.map_err(|e| e.code().to_owned())
    }

    /// What OCSP says, after verifying the response.
    pub(crate) async fn status(&self, issued: &Issued) -> CertStatus {
        let certificate = Certificate::from_der(&issued.der).unwrap();
        let issuer = Certificate::from_der(&issued.chain[0].0).unwrap();
        let id = CertId::new(DigestAlgorithm::Sha256, &issuer, certificate.serial());
        let request = OcspRequest { ids: vec![id.clone()], nonce: None }.to_der().unwrap();
        let answer = self.ca.ocsp(self.cx(), &request).await;
        let response = verified(&answer.der, &issuer);
        assert_eq!(response.responses.len(), 1);
        assert_eq!(response.responses[0].id, id);
        response.responses[0].status
    }

    pub(crate) async fn authority(&self, role: ca::Role) -> Certificate {
        self.ca.authorities().await.unwrap().into_iter().find(|a| a.role == role).unwrap().certificate.clone()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.world.db.one(sql, &[]).await.unwrap().int(0).unwrap()
    }
}

/// A response whose signer the issuer certified for OCSP.
pub(crate) fn verified(der: &[u8], issuer: &Certificate) -> OcspResponse {
    let response = OcspResponse::from_der(der).unwrap();
    let responder = response.certificates.first().expect("the responder's certificate is sent along").clone();
    responder.verify_signed_by(issuer).unwrap();
    assert!(responder.may_be_issued_by(issuer) && responder.extensions().ocsp_nocheck);
    assert!(responder.extended_key_usage() == [pki::oid::OCSP_SIGNING] && response.responder.is(&responder));
    pki::verify(responder.spki(), response.signature_algorithm().unwrap(), response.tbs(), response.signature())
        .unwrap();
    response
}

/// The software store of a directory.
pub(crate) fn soft(dir: &Path) -> Arc<dyn KeyStore> {
    SoftwareStore::open(&dir.join("keys"), Unlock::Passphrase(Secret::new("test".to_owned()))).unwrap()
}

/// A holder's public key.
pub(crate) fn holder_key(kind: KeyKind) -> Vec<u8> {
    let pkcs8 = software::new_pkcs8(kind).unwrap();
    software::signer_of_pkcs8(&pkcs8, None).unwrap().spki_der().to_vec()
}

pub(crate) fn subject(profile: Profile) -> Subject {
    let nobody = Subject { given_name: None, surname: None, organization: None, identifier: None, dns: vec![] };
    match profile {
        Profile::EidAuthentication | Profile::EidSignature => Subject {
            given_name: Some("Žaklīna Ņina".into()),
            surname: Some("Čakšte-Ģērķe".into()),
            identifier: Some("PNOLV-320000-00007".into()),
            ..nobody
        },
        Profile::Seal => Subject {
            organization: Some("Paraugu pārvalde".into()),
            identifier: Some("NTRLV-40000000001".into()),
            ..nobody
        },
        Profile::TlsServer => Subject { dns: vec!["www.paraugs.example".into(), "paraugs.example".into()], ..nobody },
        Profile::TlsClient => Subject {
            organization: Some("Paraugu pārvalde".into()),
            identifier: Some("NTRLV-40000000001".into()),
            dns: vec!["node1.paraugs.example".into()],
            ..nobody
        },
    }
}

pub(crate) const PROFILES: [Profile; 5] =
    [Profile::EidAuthentication, Profile::EidSignature, Profile::Seal, Profile::TlsServer, Profile::TlsClient];
