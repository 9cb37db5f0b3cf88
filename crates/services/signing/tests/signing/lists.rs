//! Trusted lists of the node: fetched by the job, used in verdicts, never replaced by a bad one, kept across restarts.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
};

use ades::{
    lists::{
        Assert, Contact, CriteriaList, Criterion, Instance, List, Pointer, Provider, Qualification, Scheme, Service,
        Text, uri,
        write::{self, Operator},
    },
    xades::Request,
};
use jiff::SignedDuration;
use pki::testing::{TestEntity, TestKey, day};
use serde_json::Value;
use signing::{Config, ListsConfig, Signing};
use testkit::{World, each_db};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::bench::Bench;

pub(crate) type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Serves `files` on the loopback; gives the origin.
pub(crate) async fn serve(files: Files) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let n = stream.read(&mut head).await.unwrap_or(0);
            let path = String::from_utf8_lossy(&head[..n]).split(' ').nth(1).unwrap_or_default().to_owned();
            let found = files.lock().unwrap().get(&path).cloned();
            let (status, body) = found.map_or(("404 Not Found", Vec::new()), |b| ("200 OK", b));
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _gone = stream.write_all(&[answer.as_bytes(), &body].concat()).await;
        }
    });
    origin
}

pub(crate) struct Operators {
    pub(crate) union: TestEntity,
    pub(crate) nation: TestEntity,
}

impl Operators {
    pub(crate) fn new() -> Self {
        let root = |name: &str| TestEntity::root(name, TestKey::p256());
        Self { union: root("Savienība"), nation: root("Valsts") }
    }
    fn operator() -> Operator {
        let electronic = vec![Text::en("mailto:lists@example.eu")];
        let contact = Contact {
            street: "1".into(),
            locality: "Rīga".into(),
            country: "LV".into(),
            electronic,
            ..Contact::default()
        };
        Operator { name: "Uzraugs".into(), contact, information: "https://lists.example.eu/".into() }
    }
    fn national(number: u64) -> Scheme {
        Scheme::national("LV", &Self::operator(), number, day(10), day(190))
    }
    /// A list that says: all certificates of this authority are qualified and in a device.
    pub(crate) fn list(&self, number: u64, ca: &TestEntity, by: &TestEntity) -> Vec<u8> {
        let mut instance = Instance::new("CA/QC", "Izdevējs", "granted", day(0)).for_purpose("ForeSignatures");
        let criteria = CriteriaList { assert: Assert::All, criteria: vec![Criterion::KeyUsage(vec![(1, true)])] };
        let qualifiers = ["QCStatement", "QCForESig", "QCWithQSCD"].map(uri::extension).to_vec();
        instance.qualifications.push(Qualification { qualifiers, criteria });
        let services = vec![Service::new(&ca.certificate, instance)];
        let contact = Self::operator().contact;
        let provider = Provider::new("Paraugs", "VATLV-40000000000", &contact, "https://tsp.example.lv/", services);
        sign(&List::new(Self::national(number), vec![provider]), by)
    }
    pub(crate) fn of_lists(&self, origin: &str) -> Vec<u8> {
        let mut scheme = Scheme::of_lists("EU", &Self::operator(), 5, day(10), day(190));
        scheme.pointers =
            vec![Pointer::to(&format!("{origin}/lv.xml"), &Self::national(1), &[&self.nation.certificate])];
        sign(&List::new(scheme, Vec::new()), &self.union)
    }
}

fn sign(list: &List, by: &TestEntity) -> Vec<u8> {
    let prepared = write::prepare(&write::xml(list), Request::new(by.certificate.der(), day(10)).unwrap()).unwrap();
    prepared.finish(&by.key.sign(prepared.to_be_signed())).unwrap()
}

pub(crate) async fn refresh(world: &World, app: &Signing) {
    let mut worker = world.worker();
    app.jobs(&mut worker);
    worker.drain().await.unwrap();
}

each_db! {
    async fn lists_decide_about_qualification_and_bad_ones_change_nothing(world: World) {
        let (files, operators) = (Files::default(), Operators::new());
        let origin = serve(Arc::clone(&files)).await;
        let signers = world.dir().join("signers.pem");
        fs::write(&signers, operators.union.certificate.to_pem()).unwrap();
        let lists = ListsConfig {
            lotl: Some(format!("{origin}/lotl.xml")),
            signers: Some(signers),
            announcement: None,
            allow_origins: vec![origin.clone()],
        };
        let config = Config { lists, ..Config::default() };
        let b = Bench::with(world.clone(), config.clone()).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("a.txt", b"Teksts\n")], "asice", &b.anna.card).await;
        let mut browser = b.browser(None);
        let qualification = async |browser: &mut crate::bench::Browser| {
            let path = "/api/v1/signatures/validate?name=a.asice";
            let json: Value = browser.client.post_bytes(path, "application/octet-stream", &signed).await.expect(200).json();
            assert_eq!(json["signatures"][0]["indication"], "TOTAL_PASSED");
            json["signatures"][0]["qualification"].as_str().unwrap().to_owned()
        };
        // Nothing was fetched yet: the list of lists is not there.
        refresh(&world, &b.app).await;
        assert_eq!(qualification(&mut browser).await, "NA");
        let ready: Value = browser.client.get("/health/ready").await.json();
        assert_eq!(ready["lists"], "look", "{ready}");

        let put = |name: &str, bytes: Vec<u8>| files.lock().unwrap().insert(name.to_owned(), bytes);
        put("/lotl.xml", operators.of_lists(&origin));
        put("/lv.xml", operators.list(3, &b.core.ca, &operators.nation));
        world.clock.advance(SignedDuration::from_hours(6));
        refresh(&world, &b.app).await;
        assert_eq!(qualification(&mut browser).await, "QESig");
        let ready: Value = browser.client.get("/health/ready").await.json();
        assert_eq!(ready["lists"], "good", "{ready}");
        let page = browser.client.get("/validate?lang=en").await.expect(200);
        assert!(page.text().contains("trusted lists fetched on"), "{}", page.text());

        // Which lists those are is told to anyone, with their age and as they were fetched.
        let originals = async |browser: &mut crate::bench::Browser| {
            let told: Value = browser.client.get("/api/v1/signatures/lists").await.expect(200).json();
            let national = told["lists"].as_array().unwrap().iter().find(|l| l["territory"] == "LV").unwrap().clone();
            let at = format!("/api/v1/signatures/lists/{}", national["sha256"].as_str().unwrap());
            (told, national, browser.client.get(&at).await.expect(200).body.to_vec())
        };
        let (told, national, original) = originals(&mut browser).await;
        assert_eq!((&national["sequence"], &national["age_hours"], told["lists"].as_array().unwrap().len()), (&3.into(), &0.into(), 2));
        assert_eq!(original, files.lock().unwrap()["/lv.xml"]);
        assert_eq!(browser.client.get("/api/v1/signatures/lists/00").await.expect(404).json::<Value>()["code"], "web.page.not-found");

        // Another operator's list, an older one, and none at all: what is known stays.
        for bad in [Some(operators.list(4, &b.core.ca, &operators.union)), Some(operators.list(2, &b.core.ca, &operators.nation)), None] {
            match bad {
                Some(bytes) => put("/lv.xml", bytes),
                None => files.lock().unwrap().remove("/lv.xml"),
            };
            world.clock.advance(SignedDuration::from_hours(6));
            refresh(&world, &b.app).await;
            assert_eq!(qualification(&mut browser).await, "QESig");
            let ready: Value = browser.client.get("/health/ready").await.json();
            assert_eq!(ready["lists"], "look", "{ready}");
        }

        let (told, national, kept) = originals(&mut browser).await;
        assert_eq!((&national["sequence"], kept), (&3.into(), original));
        assert!(national["age_hours"].as_i64().unwrap() >= 18 && told["troubles"][0]["code"].is_string(), "{told:#}");

        // Another node, or this one after a restart, uses them without fetching.
        files.lock().unwrap().clear();
        let again = Bench::with(world.clone(), config).await;
        let page = again.browser(None).client.get("/validate?lang=en").await.expect(200);
        assert!(page.text().contains("trusted lists fetched on"), "{}", page.text());
    }
}
