//! A small union: list of lists, pivot, two nations.

use ades::lists::{
    Contact, Instance, Limits, List, Pointer, Provider, Scheme, Service, Signers, Source, Text, Verified, verify,
    write::{self, Operator},
};
use ades::xades::Request;
use jiff::Timestamp;
use pki::testing::{TestEntity, TestKey, day};

pub const LOTL: &str = "https://lists.example.eu/lotl.xml";
pub const PIVOT: &str = "https://lists.example.eu/pivot-2.xml";
pub const LV: &str = "https://lists.example.lv/tsl.xml";
pub const EE: &str = "https://lists.example.ee/tsl.xml";

pub fn operator() -> Operator {
    let electronic = vec![Text::en("mailto:lists@example.eu"), Text::en("https://lists.example.eu/")];
    Operator {
        name: "Paraugu uzraugs".to_owned(),
        contact: Contact {
            street: "Paraugu iela 1".to_owned(),
            locality: "Rīga".to_owned(),
            postal_code: "LV-1000".to_owned(),
            country: "LV".to_owned(),
            electronic,
        },
        information: "https://lists.example.eu/about".to_owned(),
    }
}

pub fn sign(list: &List, by: &TestEntity, at: Timestamp) -> Vec<u8> {
    sign_xml(&write::xml(list), by, at)
}

pub fn sign_xml(xml: &str, by: &TestEntity, at: Timestamp) -> Vec<u8> {
    let prepared = write::prepare(xml, Request::new(by.certificate.der(), at).unwrap()).unwrap();
    prepared.finish(&by.key.sign(prepared.to_be_signed())).unwrap()
}

pub fn provider(services: Vec<Service>) -> Provider {
    Provider::new("Paraugu uzticamība", "VATLV-40000000000", &operator().contact, "https://tsp.example.lv/", services)
}

pub fn granted(kind: &str, since: Timestamp) -> Instance {
    Instance::new(kind, "Paraugu pakalpojums", "granted", since).for_purpose("ForeSignatures")
}

pub fn of(bytes: &[u8], signers: &[&TestEntity]) -> Result<Verified, ades::lists::ListError> {
    let signers: Vec<_> = signers.iter().map(|s| s.certificate.clone()).collect();
    verify(bytes, Signers::Of(&signers), &Limits::default())
}

pub struct Union {
    pub first: TestEntity,
    pub second: TestEntity,
    pub lv: TestEntity,
    pub ee: TestEntity,
    pub ca: TestEntity,
}

impl Union {
    pub fn new() -> Self {
        let root = |name: &str| TestEntity::root(name, TestKey::p256());
        Self {
            first: root("Pirmais"),
            second: root("Otrais"),
            lv: root("Latvijas saraksts"),
            ee: root("Igaunijas saraksts"),
            ca: root("Izdevējs"),
        }
    }
    pub fn source(&self) -> Source {
        Source { url: LOTL.to_owned(), signers: vec![self.first.certificate.clone()], announcement: None }
    }
    pub fn national(&self, territory: &str, sequence: u64) -> List {
        let scheme = Scheme::national(territory, &operator(), sequence, day(10), day(190));
        List::new(scheme, vec![provider(vec![Service::new(&self.ca.certificate, granted("CA/QC", day(0)))])])
    }
    /// A list of lists that says `next` signs the following ones.
    pub fn of_lists(&self, sequence: u64, next: &TestEntity, pivots: &[&str]) -> List {
        let mut scheme = Scheme::of_lists("EU", &operator(), sequence, day(10), day(190));
        let own = Pointer::to(LOTL, &scheme, &[&next.certificate]);
        let lv = Pointer::to(LV, &self.national("LV", 1).scheme, &[&self.lv.certificate]);
        let ee = Pointer::to(EE, &self.national("EE", 1).scheme, &[&self.ee.certificate]);
        scheme.pointers = vec![own, lv, ee];
        let pivots = pivots.iter().map(|p| Text::en(*p));
        scheme.information = pivots.chain([Text::en("https://eur-lex.example.eu/announcement")]).collect();
        List::new(scheme, Vec::new())
    }
}
