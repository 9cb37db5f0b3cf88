//! Trusted lists: fetched, kept, shown, used; given by hand; refused.

use std::{fs, path::Path};

use ades::{
    lists::{
        Assert, Contact, CriteriaList, Criterion, Instance, List, Pointer, Provider, Qualification, Scheme, Service,
        Text, uri,
        write::{self, Operator},
    },
    xades::Request,
};
use keys::KeyKind;
use pki::{
    Certificate,
    testing::{TestEntity, TestKey, epoch},
};
use serde_json::Value;

use crate::{code, refusal, run, sign::Place};

/// A union of one nation; its lists are served by the authority of the place.
struct Union {
    place: Place,
    union: TestEntity,
    nation: TestEntity,
}

impl Union {
    fn new(serial: u64) -> Option<Self> {
        let place = Place::new(serial, KeyKind::P256)?;
        let out = place.sign(&["--format", "asice", "--out", "b.asice", "b.txt"]);
        assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
        let root = |name: &str| TestEntity::root(name, TestKey::p256());
        let all = Self { place, union: root("Savienība"), nation: root("Valsts") };
        fs::write(all.path().join("union.pem"), all.union.certificate.to_pem()).unwrap();
        fs::write(all.path().join("nation.pem"), all.nation.certificate.to_pem()).unwrap();
        all.publish(3, &all.nation);
        Some(all)
    }
    fn path(&self) -> &Path {
        self.place.path()
    }
    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.place.authority.url)
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
    /// Writes both lists; that of the nation has this number and signer.
    fn publish(&self, number: u64, by: &TestEntity) {
        let now = base::Cx::system().now();
        let (issued, next) = (now - jiff::SignedDuration::from_hours(1), now + jiff::SignedDuration::from_hours(99));
        let ca = Certificate::from_pem_or_der(self.place.authority.ca_pem().as_bytes()).unwrap();
        let mut instance = Instance::new("CA/QC", "Izdevējs", "granted", epoch()).for_purpose("ForeSignatures");
        let criteria = CriteriaList { assert: Assert::All, criteria: vec![Criterion::KeyUsage(vec![(1, true)])] };
        let qualifiers = ["QCStatement", "QCForESig", "QCWithQSCD"].map(uri::extension).to_vec();
        instance.qualifications.push(Qualification { qualifiers, criteria });
        let contact = Self::operator().contact;
        let services = vec![Service::new(&ca, instance)];
        let provider = Provider::new("Paraugs", "VATLV-40000000000", &contact, "https://tsp.example.lv/", services);
        let scheme = Scheme::national("LV", &Self::operator(), number, issued, next);
        let mut top = Scheme::of_lists("EU", &Self::operator(), 5, issued, next);
        top.pointers = vec![Pointer::to(&self.url("lv.xml"), &scheme, &[&self.nation.certificate])];
        let write = |name: &str, list: &List, by: &TestEntity| {
            let request = Request::new(by.certificate.der(), now).unwrap();
            let prepared = write::prepare(&write::xml(list), request).unwrap();
            let bytes = prepared.finish(&by.key.sign(prepared.to_be_signed())).unwrap();
            fs::write(self.path().join(name), &bytes).unwrap();
            self.place.authority.serve(name, bytes);
        };
        write("lv.xml", &List::new(scheme, vec![provider]), by);
        if !self.path().join("lotl.xml").exists() {
            write("lotl.xml", &List::new(top, Vec::new()), &self.union);
        }
    }
    fn update(&self, more: &[&str]) -> std::process::Output {
        let (url, origin) = (self.url("lotl.xml"), self.place.authority.url.clone());
        run(self.path(), &[&["--json", "lists", "update", "--lotl", &url, "--allow-origin", &origin], more].concat())
    }
    fn qualification(&self, args: &[&str]) -> String {
        let out = run(self.path(), &[&["--json", "validate", "--offline"], args, &["b.asice"]].concat());
        let report: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
        report["signatures"][0]["qualification"].as_str().unwrap().to_owned()
    }
}

#[test]
fn lists_are_fetched_kept_and_used_offline() {
    let Some(union) = Union::new(10) else { return };
    assert_eq!(refusal(&run(union.path(), &["--json", "lists", "show"])), "lists.none");
    let out = union.update(&[]);
    assert_eq!((code(&out), refusal(&out).as_str()), (2, "lists.no-signers"));
    let out = union.update(&["--signer", "nation.pem"]);
    assert_eq!((code(&out), refusal(&out).as_str()), (1, "lists.signer"));
    assert_eq!(union.qualification(&[]), "NA");
    let out = union.update(&["--signer", "union.pem"]);
    assert_eq!(code(&out), 0, "{}", String::from_utf8_lossy(&out.stderr));
    let shown = run(union.path(), &["--json", "lists", "show"]);
    let rows: Vec<Value> =
        String::from_utf8_lossy(&shown.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let numbers: Vec<_> = rows.iter().map(|r| (r["territory"].as_str().unwrap(), r["sequence"].as_u64())).collect();
    assert_eq!(numbers, [("EU", Some(5)), ("LV", Some(3))]);
    assert_eq!(
        (&rows[1]["expired"], &rows[1]["age_hours"], &rows[1]["services"]),
        (&false.into(), &0.into(), &1.into())
    );
    assert_eq!(union.qualification(&[]), "QESig");
    // Anchors alone replace the lists.
    assert_eq!(union.qualification(&["--trust-anchor", "root.pem"]), "NA");
    // Signers and address are remembered; a list by another signer changes nothing.
    union.publish(4, &union.union);
    let origin = union.place.authority.url.clone();
    let out = run(union.path(), &["--json", "lists", "update", "--allow-origin", &origin]);
    assert_eq!((code(&out), refusal(&out).as_str()), (1, "lists.signer"));
    assert_eq!(union.qualification(&[]), "QESig");
}

#[test]
fn lists_given_by_hand() {
    let Some(union) = Union::new(10) else { return };
    assert_eq!(union.qualification(&["--trusted-list", "lv.xml"]), "QESig");
    assert_eq!(union.qualification(&["--trusted-list", "lv.xml", "--list-signer", "nation.pem"]), "QESig");
    assert_eq!(union.qualification(&["--trusted-list", "lotl.xml", "--trusted-list", "lv.xml"]), "QESig");
    assert_eq!(union.qualification(&["--trusted-list", "lv.xml", "--trust-anchor", "root.pem"]), "QESig");
    let refused = |args: &[&str], expected: &str| {
        let out = run(union.path(), &[&["--json", "validate"], args, &["b.asice"]].concat());
        assert_eq!(refusal(&out), expected, "{args:?}");
        assert_ne!(code(&out), 0);
    };
    refused(&["--trusted-list", "lv.xml", "--list-signer", "union.pem"], "lists.signer");
    refused(&["--trusted-list", "b.txt"], "xml.parse.syntax");
    let url = union.url("lotl.xml");
    refused(&["--offline", "--trusted-list", &url], "lists.offline");
    let origin = union.place.authority.url.clone();
    refused(&["--allow-origin", &origin, "--trusted-list", &url], "lists.no-signers");
    // From the network with a known signer, with the list it points to.
    let out = run(
        union.path(),
        &[
            "--json",
            "validate",
            "--allow-origin",
            &origin,
            "--trusted-list",
            &url,
            "--list-signer",
            "union.pem",
            "b.asice",
        ],
    );
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["signatures"][0]["qualification"], "QESig", "{report}");
    // A list that the list of lists names another signer for.
    union.publish(4, &union.union);
    refused(&["--offline", "--trusted-list", "lotl.xml", "--trusted-list", "lv.xml"], "lists.signer");
}
