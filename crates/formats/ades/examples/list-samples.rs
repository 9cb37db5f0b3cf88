//! Makes a list of lists with a pivot, two national lists and containers signed by certificates of many kinds, for comparing what we
//! make of them with judges that are not ours (`conformance/lists`).
//!
//! usage: list-samples OUT-DIR NOW(RFC 3339) BASE-URL
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::{fs, path::Path};

use ades::{
    asic::{Builder, Naming},
    lists::{
        Assert, Contact, CriteriaList, Criterion, Instance, List, Pointer, Provider, Qualification, Scheme, Service,
        Text, uri,
        write::{self, Operator},
    },
    material::Material,
    xades::{Request, prepare},
};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CertStatus, DigestAlgorithm, Extensions, KeyUsage, Policy, QcStatements, QcType, oid,
    testing::{TestEntity, TestKey, ca_extensions, epoch, leaf_extensions, name},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What a signing certificate says of itself.
#[derive(Clone, Default)]
struct Says {
    compliance: bool,
    sscd: bool,
    types: Vec<QcType>,
    policies: Vec<pki::Oid>,
}

/// A service on the list and a container signed by a certificate that it issued.
struct Case {
    name: &'static str,
    says: Says,
    /// Newest first.
    periods: Vec<Instance>,
    /// The list names the root above the issuer.
    above: bool,
    /// No information about revocation.
    unknown: bool,
    /// The signed file is changed.
    damaged: bool,
    unlisted: bool,
}

struct Times {
    now: Timestamp,
    /// When the containers are signed.
    signed: Timestamp,
}

fn qualified(sscd: bool, kind: QcType) -> Says {
    Says { compliance: true, sscd, types: vec![kind], policies: vec![oid::QCP_N_QSCD] }
}

fn period(status: &str, since: Timestamp) -> Instance {
    Instance::new("CA/QC", "Paraugu sertifikāti", status, since)
}

fn full() -> Instance {
    ["ForeSignatures", "ForeSeals", "ForWebSiteAuthentication"]
        .into_iter()
        .fold(period("granted", epoch()), |i, purpose| i.for_purpose(purpose))
}

fn under(mut instance: Instance, qualifiers: &[&str], assert: Assert, criteria: Vec<Criterion>) -> Instance {
    let qualifiers = qualifiers.iter().map(|q| uri::extension(q)).collect();
    instance.qualifications.push(Qualification { qualifiers, criteria: CriteriaList { assert, criteria } });
    instance
}

fn with(qualifiers: &[&str]) -> Instance {
    under(full(), qualifiers, Assert::All, vec![Criterion::KeyUsage(vec![(1, true)])])
}

fn cases(t: &Times) -> Vec<Case> {
    use QcType::{Eseal, Esign, Web};
    let signatures = |status: &str, since| period(status, since).for_purpose("ForeSignatures");
    let policy = |o: pki::Oid| Criterion::Policies(vec![o.to_string()]);
    let nested = || {
        let bits = vec![Criterion::KeyUsage(vec![(0, true)]), Criterion::KeyUsage(vec![(1, true)])];
        Criterion::List(CriteriaList { assert: Assert::AtLeastOne, criteria: bits })
    };
    let attribute = Criterion::SubjectAttributes(vec![oid::COMMON_NAME.to_string()]);
    let usage = Criterion::ExtendedKeyUsage(vec![oid::EMAIL_PROTECTION.to_string()]);
    let hard = || qualified(true, Esign);
    let soft = || qualified(false, Esign);
    let untyped = || Says { compliance: true, sscd: true, ..Says::default() };
    let case = |name, says, periods| Case {
        name,
        says,
        periods,
        above: false,
        unknown: false,
        damaged: false,
        unlisted: false,
    };
    let one = |name, says, period| case(name, says, vec![period]);
    let before = t.signed - DAY * 10;
    let after = t.signed + DAY * 10;
    vec![
        one("qesig", hard(), full()),
        one("adesig-qc", soft(), full()),
        one("qeseal", qualified(true, Eseal), full()),
        one("adeseal-qc", qualified(false, Eseal), full()),
        one("website", qualified(false, Web), full()),
        one("no-statements", Says::default(), full()),
        one("only-type", Says { types: vec![Esign], ..Says::default() }, full()),
        one("no-type", untyped(), full()),
        one("two-types", Says { types: vec![Esign, Eseal], ..untyped() }, full()),
        one("withdrawn", hard(), signatures("withdrawn", epoch())),
        case("withdrawn-before-use", hard(), vec![signatures("withdrawn", before), signatures("granted", epoch())]),
        case("withdrawn-after-use", hard(), vec![signatures("withdrawn", after), signatures("granted", epoch())]),
        one("granted-after-issuance", hard(), signatures("granted", before)),
        case("granted-again", hard(), vec![signatures("granted", before), signatures("withdrawn", epoch())]),
        one("recognised-nationally", hard(), signatures("recognisedatnationallevel", epoch())),
        one("device-by-list", soft(), with(&["QCWithQSCD"])),
        one("device-by-old-list", soft(), with(&["QCWithSSCD"])),
        one("device-managed", soft(), with(&["QCQSCDManagedOnBehalf"])),
        one("no-device-by-list", hard(), with(&["QCNoQSCD"])),
        one("device-as-stated", hard(), with(&["QCQSCDStatusAsInCert"])),
        one("device-not-as-stated", soft(), with(&["QCQSCDStatusAsInCert"])),
        one("device-conflict", hard(), with(&["QCWithQSCD", "QCNoQSCD"])),
        one("statement-by-list", Says::default(), with(&["QCStatement", "QCForESig"])),
        one("seal-by-list", Says { compliance: true, ..Says::default() }, with(&["QCForESeal"])),
        one("seal-against-type", hard(), with(&["QCForESeal"])),
        one("not-qualified-by-list", hard(), with(&["NotQualified"])),
        one("statement-conflict", hard(), with(&["NotQualified", "QCStatement"])),
        one("legal-person", untyped(), with(&["QCForLegalPerson"])),
        one("without-purpose", hard(), period("granted", epoch())),
        one("for-seals-only", hard(), period("granted", epoch()).for_purpose("ForeSeals")),
        one("criteria-not-met", hard(), under(full(), &["QCNoQSCD"], Assert::All, vec![policy(oid::QCP_L)])),
        one("criteria-policy", hard(), under(full(), &["QCNoQSCD"], Assert::All, vec![policy(oid::QCP_N_QSCD)])),
        one("criteria-none", hard(), under(full(), &["QCNoQSCD"], Assert::None, vec![policy(oid::QCP_L)])),
        one(
            "criteria-nested",
            hard(),
            under(full(), &["QCNoQSCD"], Assert::All, vec![policy(oid::QCP_N_QSCD), nested()]),
        ),
        one("criteria-attribute", hard(), under(full(), &["QCNoQSCD"], Assert::All, vec![attribute])),
        one("criteria-usage-not-met", hard(), under(full(), &["QCNoQSCD"], Assert::All, vec![usage])),
        one("other-service", hard(), Instance { kind: uri::service_type("CA/PKC"), ..full() }),
        Case { above: true, ..one("root-listed", hard(), full().for_purpose("RootCA-QC")) },
        Case { unknown: true, ..one("status-unknown", hard(), full()) },
        Case { damaged: true, ..one("changed", hard(), full()) },
        Case { unlisted: true, ..one("unlisted", hard(), full()) },
    ]
}

/// Issuer, signer, and who answers about the signer.
struct Pki {
    listed: TestEntity,
    chain: Vec<TestEntity>,
    signer: TestEntity,
    answers: TestEntity,
}

impl Pki {
    fn new(case: &Case) -> Self {
        let root = TestEntity::root(&format!("Sakne {}", case.name), TestKey::p256());
        let key = TestKey::p256();
        let extensions = ca_extensions(&key, Some(0), None);
        let ca = root.issue(2, &format!("Izdevējs {}", case.name), key, extensions, |_| {});
        let key = TestKey::p256();
        let says = &case.says;
        let is_silent = !says.compliance && !says.sscd && says.types.is_empty();
        let qc = QcStatements {
            compliance: says.compliance,
            sscd: says.sscd,
            types: says.types.clone(),
            ..Default::default()
        };
        let extensions = Extensions {
            qc: (!is_silent).then_some(qc),
            policies: says.policies.iter().map(|o| Policy { oid: *o, cps: None }).collect(),
            ..leaf_extensions(&key, KeyUsage::NON_REPUDIATION, &[])
        };
        let signer = ca.issue(9, "Anna Paraudziņa", key, extensions, |t| {
            t.not_before = epoch() + DAY * 2;
            t.subject = name("Anna Paraudziņa");
        });
        let answers = ca.issue_ocsp(4, "OCSP", TestKey::p256());
        let (listed, chain) = if case.above { (root, vec![ca]) } else { (ca, Vec::new()) };
        Self { listed, chain, signer, answers }
    }

    fn issuer(&self) -> &TestEntity {
        self.chain.first().unwrap_or(&self.listed)
    }

    fn container(&self, case: &Case, tsa: &TestEntity, t: &Times) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new(), Naming::Asice, DigestAlgorithm::Sha256, t.signed).unwrap();
        let data: &[u8] = if case.damaged { b"DATI\n" } else { b"dati\n" };
        builder.add("dati.txt", "text/plain", data, 5).unwrap();
        let mut files = builder.files().to_vec();
        files[0].digest = DigestAlgorithm::Sha256.of(b"dati\n");
        let mut request = Request::new(self.signer.certificate.der(), t.signed).unwrap();
        let der = |e: &TestEntity| e.certificate.der().to_vec();
        request.chain = vec![der(self.issuer())];
        let prepared = prepare(&files, request).unwrap();
        let value = self.signer.key.sign(prepared.to_be_signed());
        let mut signed = prepared.finish(&value).unwrap();
        let (_, imprint) = signed.timestamp_imprint().unwrap();
        signed = signed.with_timestamp(&tsa.time_stamp(&imprint, t.signed + SignedDuration::from_secs(1))).unwrap();
        if !case.unknown {
            let at = t.signed + SignedDuration::from_secs(2);
            let status = self.answers.ocsp(&self.issuer().certificate, &self.signer.certificate, CertStatus::Good, at);
            signed = signed
                .with_material(Material {
                    certificates: vec![der(self.issuer()), der(&self.answers), der(tsa)],
                    crls: if case.above { vec![self.listed.crl(1, at, &[])] } else { Vec::new() },
                    ocsps: vec![status],
                })
                .unwrap();
        }
        builder.finish(&[signed.xml()]).unwrap()
    }
}

fn sign(list: &List, by: &TestEntity, at: Timestamp) -> Vec<u8> {
    let request = Request::new(by.certificate.der(), at).unwrap();
    let prepared = write::prepare(&write::xml(list), request).unwrap();
    prepared.finish(&by.key.sign(prepared.to_be_signed())).unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, now, base] = args.as_slice() else { panic!("usage: list-samples OUT NOW BASE-URL") };
    let out = Path::new(out);
    fs::create_dir_all(out.join("files")).unwrap();
    let now: Timestamp = now.parse().unwrap();
    let t = Times { now, signed: now - DAY * 30 };
    let write_file = |name: &str, bytes: &[u8]| fs::write(out.join(name), bytes).unwrap();

    let root = |name: &str| TestEntity::root(name, TestKey::p256());
    let (first, second, lv, ee) = (root("Pirmais"), root("Otrais"), root("LV saraksts"), root("EE saraksts"));
    let tsa = root("Paraugu TSA").issue_tsa(3, "Laika zīmogi", TestKey::p256());
    let contact = Contact {
        street: "Paraugu iela 1".to_owned(),
        locality: "Rīga".to_owned(),
        postal_code: "LV-1000".to_owned(),
        country: "LV".to_owned(),
        electronic: vec![Text::en("mailto:lists@example.eu"), Text::en("https://lists.example.eu/")],
    };
    let operator = Operator {
        name: "Paraugu uzraugs".to_owned(),
        contact: contact.clone(),
        information: "https://lists.example.eu/about".to_owned(),
    };

    let mut listed =
        vec![Service::new(&tsa.certificate, Instance::new("TSA/QTST", "Laika zīmogi", "granted", epoch()))];
    let mut foreign = Vec::new();
    for (number, case) in cases(&t).iter().enumerate() {
        let pki = Pki::new(case);
        write_file(&format!("files/{}.asice", case.name), &pki.container(case, &tsa, &t));
        let (now, past) = case.periods.split_first().unwrap();
        let service = past.iter().fold(Service::new(&pki.listed.certificate, now.clone()), |s, p| s.after(p.clone()));
        match (case.unlisted, number % 5) {
            (true, _) => {}
            (false, 4) => foreign.push(service),
            (false, _) => listed.push(service),
        }
    }

    let (issued, next) = (t.now - DAY, t.now + DAY * 150);
    let provider = |services| {
        Provider::new("Enkura izmēģinājumi", "VATLV-40000000000", &contact, "https://tsp.example.lv/", services)
    };
    let list = |territory: &str, services| {
        List::new(Scheme::national(territory, &operator, 3, issued, next), vec![provider(services)])
    };
    let (of_lv, of_ee) = (list("LV", listed), list("EE", foreign));
    let of_lists = |sequence, signer: &TestEntity, pivots: &[String]| {
        let mut scheme = Scheme::of_lists("EU", &operator, sequence, issued, next);
        let announcement = format!("{base}/announcement");
        scheme.information = pivots.iter().chain([&announcement]).map(Text::en).collect();
        scheme.pointers = vec![
            Pointer::to(&format!("{base}/lotl.xml"), &scheme, &[&signer.certificate]),
            Pointer::to(&format!("{base}/lv.xml"), &of_lv.scheme, &[&lv.certificate]),
            Pointer::to(&format!("{base}/ee.xml"), &of_ee.scheme, &[&ee.certificate]),
        ];
        List::new(scheme, Vec::new())
    };
    write_file("pivot.xml", &sign(&of_lists(4, &second, &[]), &first, issued));
    write_file("lotl.xml", &sign(&of_lists(5, &second, &[format!("{base}/pivot.xml")]), &second, issued));
    write_file("lv.xml", &sign(&of_lv, &lv, issued));
    write_file("ee.xml", &sign(&of_ee, &ee, issued));
    write_file("first.pem", first.certificate.to_pem().as_bytes());
    write_file("second.pem", second.certificate.to_pem().as_bytes());
}
