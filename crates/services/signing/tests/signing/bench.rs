//! A signing service with pages, a trust core in memory, and people with cards.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contract::{Der, Handlers, Refusal, ca};
use pki::{
    CertStatus, Certificate, DigestAlgorithm, Extensions, KeyUsage, OcspRequest, OcspResponseTemplate, Oid,
    RevocationReason, SignatureAlgorithm, SingleResponse, TimeStampRequest, TimeStampResponse, TokenTemplate, TstInfo,
    oid,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use serde_json::{Value, json};
use signing::{Config, Sealer, Signing};
use testkit::{Answer, Client, World};
use web::{Actor, DbGate, Right, Shell, client::Quota, limits::LimitConfig};

pub(crate) const ANNA: &str = "PNOLV-320000-00001";
pub(crate) const JANIS: &str = "PNOLV-320000-00018";

/// The trust core.
pub(crate) struct Core {
    pub(crate) root: TestEntity,
    pub(crate) ca: TestEntity,
    tsa: TestEntity,
    ocsp: TestEntity,
    status: Mutex<BTreeMap<Vec<u8>, CertStatus>>,
    /// Whether the time-stamping service is away.
    pub(crate) away: AtomicBool,
}

/// A person with a card.
pub(crate) struct Person {
    pub(crate) actor: Actor,
    pub(crate) card: TestEntity,
}

pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) core: Arc<Core>,
    pub(crate) app: Signing,
    pub(crate) shell: Shell,
    pub(crate) anna: Person,
    pub(crate) janis: Person,
}

fn leaf(
    ca: &TestEntity,
    serial: u64,
    name: &str,
    usage: KeyUsage,
    purposes: &[Oid],
    number: Option<&str>,
) -> TestEntity {
    let key = if number.is_some() { TestKey::p384() } else { TestKey::p256() };
    let extensions: Extensions = leaf_extensions(&key, usage, purposes);
    ca.issue(serial, name, key, extensions, |t| {
        t.extensions.extended_key_usage_critical = purposes.contains(&oid::TIME_STAMPING);
        t.extensions.ocsp_nocheck = purposes.contains(&oid::OCSP_SIGNING);
        t.extensions.ocsp = vec!["http://127.0.0.1:8080/ocsp".into()];
        if let Some(number) = number {
            let subject = [(oid::COUNTRY, "LV"), (oid::COMMON_NAME, name), (oid::SERIAL_NUMBER, number)];
            t.subject = pki::Name::build(&subject).unwrap();
        }
    })
}

impl Core {
    fn new() -> Self {
        let root = TestEntity::root("Sakne", TestKey::p256());
        let ca = root.issue(2, "Izdevējs", TestKey::p256(), Extensions::default(), |t| {
            let key = pki::PublicKey::from_spki(&t.spki).unwrap().key_id();
            t.extensions.basic_constraints = Some(pki::BasicConstraints { ca: true, path_len: Some(0) });
            t.extensions.key_usage = Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN);
            t.extensions.subject_key_id = Some(key);
            t.extensions.ocsp = vec!["http://127.0.0.1:8080/ocsp".into()];
        });
        let tsa = leaf(&ca, 5, "Laika zīmogs", KeyUsage::DIGITAL_SIGNATURE, &[oid::TIME_STAMPING], None);
        let ocsp = leaf(&ca, 6, "OCSP", KeyUsage::DIGITAL_SIGNATURE, &[oid::OCSP_SIGNING], None);
        Self { root, ca, tsa, ocsp, status: Mutex::default(), away: AtomicBool::new(false) }
    }

    /// Changes the status of a certificate.
    pub(crate) fn set(&self, certificate: &Certificate, status: CertStatus) {
        self.status.lock().unwrap().insert(certificate.serial().to_vec(), status);
    }

    pub(crate) fn hold(&self, certificate: &Certificate, at: jiff::Timestamp) {
        self.set(certificate, CertStatus::Revoked { at, reason: Some(RevocationReason::CertificateHold) });
    }

    fn ocsp(&self, cx: &base::Cx, request: &[u8]) -> Vec<u8> {
        let request = OcspRequest::from_der(request).unwrap();
        let now = jiff::Timestamp::from_second(cx.now().as_second()).unwrap();
        let id = request.ids[0].clone();
        let signer = if id.is_of_issuer(&self.ca.certificate) { &self.ocsp } else { &self.root };
        let status = self.status.lock().unwrap().get(&id.serial).copied().unwrap_or(CertStatus::Good);
        let next_update = Some(now + jiff::SignedDuration::from_hours(1));
        let answer = SingleResponse { id, status, this_update: now, next_update, archive_cutoff: None };
        let template = OcspResponseTemplate {
            responder_key_id: signer.certificate.public_key().key_id(),
            produced_at: now,
            responses: vec![answer],
            nonce: request.nonce,
            extended_revoke: false,
        };
        let tbs = template.tbs().unwrap();
        let chain = std::slice::from_ref(&signer.certificate);
        OcspResponseTemplate::assemble(&tbs, signer.key.algorithm(), &signer.key.sign(&tbs), chain).unwrap()
    }

    fn stamp(&self, cx: &base::Cx, request: &[u8]) -> Vec<u8> {
        let request = TimeStampRequest::from_der(request).unwrap();
        let info = TstInfo {
            policy: oid::BEST_PRACTICE_TIME_STAMP_POLICY,
            digest: request.digest,
            imprint: request.imprint,
            serial: cx.bytes::<8>().map(|b| b & 0x7F | 1).to_vec(),
            time: cx.now(),
            accuracy_micros: Some(1_000_000),
            ordering: false,
            nonce: request.nonce,
            tsa: None,
            qualified: true,
        };
        let key = &self.tsa.key;
        let template =
            TokenTemplate::new(&info, DigestAlgorithm::Sha256, key.algorithm(), &self.tsa.certificate).unwrap();
        let signed = template.to_be_signed().unwrap();
        TimeStampResponse::granted(&template.assemble(&signed, &key.sign(&signed), Some(&[])).unwrap())
    }

    fn handlers(self: &Arc<Self>) -> Handlers {
        let mut handlers = Handlers::new();
        let core = Arc::clone(self);
        handlers.on(move |_, ca::Anchors {}| {
            let der = |e: &TestEntity| vec![Der(e.certificate.der().to_vec())];
            let set = ca::AnchorSet { roots: der(&core.root), issuers: der(&core.ca) };
            async move { Ok(set) }
        });
        let core = Arc::clone(self);
        handlers.on(move |_, wanted: ca::Issue| {
            let name = wanted.subject.organization.unwrap_or_default();
            let key = TestKey::p256();
            let mut extensions = leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[]);
            extensions.ocsp = vec!["http://127.0.0.1:8080/ocsp".into()];
            extensions.subject_key_id = pki::PublicKey::from_spki(&wanted.spki).ok().map(|k| k.key_id());
            let made = core.ca.issue(40, &name, key, extensions, |t| t.spki = wanted.spki.clone());
            let chain = [&core.ca, &core.root].map(|c| Der(c.certificate.der().to_vec())).to_vec();
            let der = made.certificate.der().to_vec();
            async move { Ok(ca::Issued { certificate_id: "40".to_owned(), der, chain }) }
        });
        let core = Arc::clone(self);
        handlers.on(move |cx, ca::Ocsp(Der(request))| {
            let answer = Der(core.ocsp(&cx, &request));
            async move { Ok(answer) }
        });
        let core = Arc::clone(self);
        handlers.on(move |cx, ca::TimeStamp(Der(request))| {
            let away = core.away.load(Ordering::SeqCst);
            let answer =
                if away { Err(Refusal::transient("contract.no-peer")) } else { Ok(Der(core.stamp(&cx, &request))) };
            async move { answer }
        });
        handlers
    }
}

impl Bench {
    pub(crate) async fn new(world: World) -> Self {
        Self::with(world, Config::default()).await
    }

    pub(crate) async fn with(world: World, config: Config) -> Self {
        let painter = raster::Painter::in_process(raster::Limits::default());
        Self::made(world, config, Some(painter)).await
    }

    /// With another way to draw pages.
    pub(crate) async fn drawing(world: World, painter: Option<raster::Painter>) -> Self {
        Self::made(world, Config::default(), painter).await
    }

    async fn made(world: World, config: Config, painter: Option<raster::Painter>) -> Self {
        let core = Arc::new(Core::new());
        let services = apart::Around::new();
        services.answer(&world.cx, core.handlers());
        let vault = world.dir().join("keys");
        let unlock = keys::Unlock::Passphrase(base::Secret::new("vārti".to_owned()));
        let sealer = Sealer {
            keys: keys::SoftwareStore::open(&vault, unlock).unwrap(),
            organization: "Paraugu uzticamības dienests".to_owned(),
            identifier: "NTRLV-40000000001".to_owned(),
        };
        let app = Signing::with(world.db.clone(), services.peers(), world.blobs.clone(), sealer, config, painter);
        let mut site = web::Config::new("http://127.0.0.1:8080", Arc::clone(&world.ring));
        site.limits = LimitConfig::unlimited();
        site.clients = Some(world.db.clone());
        site.agent_origin = Some("http://127.0.0.1:8082".into());
        let gate = Arc::new(DbGate::new(world.db.clone()));
        let shell =
            Shell::build(world.cx.clone(), site, gate, vec![app.routes(), web::client::routes(&world.db)]).unwrap();
        let person = |serial, number: &str, given: &str, surname: &str| Person {
            card: leaf(&core.ca, serial, &format!("{given} {surname}"), KeyUsage::NON_REPUDIATION, &[], Some(number)),
            actor: Actor {
                id: number.to_owned(),
                person_code: number.trim_start_matches("PNOLV-").to_owned(),
                given_name: given.to_owned(),
                surname: surname.to_owned(),
                roles: Default::default(),
                institution: None,
                method: "eid-card".to_owned(),
                since: world.cx.now(),
            },
        };
        let anna = person(3, ANNA, "Anna", "Paraudziņa");
        let janis = person(4, JANIS, "Jānis", "Piemērs");
        Self { world, core, app, shell, anna, janis }
    }

    /// Does the jobs that wait, and those that are due by a schedule.
    pub(crate) async fn work(&self) {
        let mut worker = self.world.worker();
        self.app.jobs(&mut worker);
        worker.drain().await.unwrap();
    }

    /// The authority and the files that signatures are over, as `conformance/dss` reads them: root.pem, ca.pem, status of everyone a minute from
    /// now, data/, and a folder for signed files, which is given. Each authority has its own folder.
    pub(crate) fn hand_out(&self, dir: &Path, part: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let root = self.core.root.certificate.fingerprint(DigestAlgorithm::Sha256);
        let dir = dir.join(format!("{part}-{:02x}{:02x}{:02x}{:02x}", root[0], root[1], root[2], root[3]));
        for part in ["ours", "data"] {
            std::fs::create_dir_all(dir.join(part)).unwrap();
        }
        for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with(".pdf") && !name.ends_with(".xml")) {
            std::fs::write(dir.join("data").join(name), bytes).unwrap();
        }
        let core = &self.core;
        std::fs::write(dir.join("root.pem"), core.root.certificate.to_pem()).unwrap();
        std::fs::write(dir.join("ca.pem"), core.ca.certificate.to_pem()).unwrap();
        let later = self.world.cx.now() + jiff::SignedDuration::from_secs(60);
        let certificates = [&core.tsa, &self.anna.card, &self.janis.card].map(|e| &e.certificate);
        let all = certificates.iter().map(|c| (*c, &core.ca, &core.ocsp)).chain([(
            &core.ca.certificate,
            &core.root,
            &core.root,
        )]);
        for (n, (certificate, issuer, responder)) in all.enumerate() {
            let answer = responder.ocsp(&issuer.certificate, certificate, CertStatus::Good, later);
            std::fs::write(dir.join(format!("{n}.ocsp")), answer).unwrap();
        }
        let time = later + jiff::SignedDuration::from_secs(60);
        std::fs::write(dir.join("time.txt"), time.to_string()).unwrap();
        dir.join("ours")
    }

    /// A program with these rights.
    pub(crate) async fn program(&self, rights: &[Right]) -> Client {
        let plenty = Quota { requests: 1000, bytes: 1 << 30 };
        let (_, token) = web::testing::client(&self.shell, &rights.iter().copied().collect(), plenty).await.unwrap();
        Client::new(self.shell.router()).header("authorization", format!("Bearer {token}"))
    }

    /// A browser in which this person has signed in.
    pub(crate) fn browser(&self, person: Option<&Person>) -> Browser {
        let (cookie, _) = web::testing::cookie(&self.shell, person.map(|p| p.actor.clone()));
        let mut client = Client::new(self.shell.router());
        let (name, value) = cookie.split_once('=').unwrap();
        client.set_cookie(name, value);
        Browser { client }
    }
}

/// A browser with what the page's script does.
pub(crate) struct Browser {
    pub(crate) client: Client,
}

impl Browser {
    /// Uploads files by the form on `path`.
    pub(crate) async fn upload(&mut self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let page = self.client.get(path).await.expect(200);
        let token = page.field("_csrf").unwrap();
        let files: Vec<(&str, &str, &[u8])> = files.iter().map(|(n, c)| ("file", *n, *c)).collect();
        self.client.upload(path, &[("_csrf", &token)], &files).await
    }

    /// Posts JSON with the token of `page`.
    pub(crate) async fn script(&mut self, page: &Answer, path: &str, body: &Value) -> Answer {
        let token = page.field("_csrf").unwrap_or_default();
        self.with_token(&token, path, body).await
    }

    pub(crate) async fn with_token(&mut self, token: &str, path: &str, body: &Value) -> Answer {
        let client = std::mem::replace(&mut self.client, Client::new(axum::Router::new()));
        self.client = client.header("x-csrf-token", token);
        self.client.json(Method::POST, path, body).await
    }

    /// Chooses the format and gives the page that shows what will be signed.
    pub(crate) async fn choose(&mut self, files: &[(&str, &[u8])], format: &str) -> Answer {
        let page = self.upload("/sign/files", files).await.expect(200);
        if page.text().contains("data-sign=") {
            return page;
        }
        self.client.submit(&page, &page.path.clone(), &[("format", format)]).await.expect(200)
    }

    /// What the script of the page does with a card.
    pub(crate) async fn sign(&mut self, page: &Answer, card: &TestEntity) -> Answer {
        let api = api(page);
        let body = json!({ "certificate": STANDARD.encode(card.certificate.der()) });
        let prepared: Value = self.script(page, &format!("{api}/prepare"), &body).await.expect(200).json();
        let hash = STANDARD.decode(prepared["hash"].as_str().unwrap()).unwrap();
        assert_eq!(prepared["hash_function"], "SHA-384");
        let body = json!({ "signature": STANDARD.encode(sign_hash(card, &hash)) });
        self.script(page, &format!("{api}/finish"), &body).await
    }

    /// All of it: the signed file.
    pub(crate) async fn signed(&mut self, files: &[(&str, &[u8])], format: &str, card: &TestEntity) -> Vec<u8> {
        let page = self.choose(files, format).await;
        let done: Value = self.sign(&page, card).await.expect(200).json();
        assert_eq!(done["state"], "done", "{done:#}");
        let page = self.client.get(done["page"].as_str().unwrap()).await.expect(200);
        let link = page.links().into_iter().find(|l| l.ends_with("/file")).unwrap();
        self.client.get(&link).await.expect(200).body
    }
}

/// The API address that the page's script uses.
pub(crate) fn api(page: &Answer) -> String {
    let html = page.text();
    let (_, after) = html.split_once("data-sign=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// A card signs a digest and gives `r‖s`.
pub(crate) fn sign_hash(card: &TestEntity, hash: &[u8]) -> Vec<u8> {
    assert_eq!(card.key.algorithm(), SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384));
    pki::ecdsa_der_to_raw(&card.key.sign_digest(hash), 48).unwrap()
}

/// A one-page PDF.
pub(crate) fn pdf() -> Vec<u8> {
    let content = "BT /F1 24 Tf 72 720 Td (Pirkuma ligums) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut out = "%PDF-1.7\n".to_owned();
    let mut table = "0000000000 65535 f\r\n".to_owned();
    for (i, o) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n\r\n", out.len()));
        out.push_str(&format!("{} 0 obj\n{o}\nendobj\n", i + 1));
    }
    let start = out.len();
    out.push_str(&format!("xref\n0 6\n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
    out.into_bytes()
}
