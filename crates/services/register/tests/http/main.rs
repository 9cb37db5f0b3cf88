//! The register through HTTP: finding, entering, changing, and who looked.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use contract::{
    Handlers, Peers,
    register::{self as ask, Find, Get, PersonRef, Reader, UsageOf},
};
use jiff::SignedDuration;
use register::Register;
use testkit::{Answer, Client, World};
use web::{Actor, Role, Shell, limits::LimitConfig, session::DbGate};

struct Site {
    world: World,
    peers: Peers,
    shell: Shell,
}

impl Site {
    fn new(world: World) -> Self {
        let app = Register::new(world.db.clone());
        let (services, mut handlers) = (apart::Around::new(), Handlers::new());
        let peers = services.peers();
        app.handlers(&mut handlers);
        services.answer(&world.cx, handlers);
        let mut config = web::Config::new("http://127.0.0.1:8080", world.ring.clone());
        config.limits = LimitConfig::unlimited();
        let gate = Arc::new(DbGate::new(world.db.clone()));
        let shell = Shell::build(world.cx.clone(), config, gate, vec![app.routes()]).unwrap();
        Self { world, peers, shell }
    }

    fn clerk(&self, id: &str) -> Client {
        let actor = Actor {
            id: format!("staff:{id}"),
            person_code: "320000-00101".into(),
            given_name: "Darbiniece".into(),
            surname: id.into(),
            roles: [Role::Clerk].into(),
            institution: Some("Paraugu pārvalde".into()),
            method: "eid-card".into(),
            since: self.world.cx.now(),
        };
        let mut client = Client::new(self.shell.router());
        let (cookie, _) = web::testing::cookie(&self.shell, Some(actor));
        let (name, value) = cookie.split_once('=').unwrap();
        client.set_cookie(name, value);
        client
    }

    async fn usage(&self, code: &str) -> Vec<ask::Use> {
        let call = UsageOf { person: PersonRef::Code(code.into()), after: None, limit: 100 };
        self.peers.call(&self.world.cx, call).await.unwrap().uses
    }
}

fn reader(purpose: &str) -> Reader {
    Reader {
        actor: "service:documents".into(),
        institution: "Paraugu pārvalde".into(),
        purpose: purpose.into(),
        case: Some("E26-000001".into()),
    }
}

fn andra(code: &str) -> ask::NewPerson {
    ask::NewPerson {
        code: code.into(),
        given_name: "Andra".into(),
        family_name: "Ozola".into(),
        born: "1987-03-14".into(),
        birthplace: "Rīga".into(),
        citizenship: "LV".into(),
        address: None,
        email: Some("andra@pasts.example".into()),
        phone: None,
        ground: "dzimšanas apliecība Nr. 1".into(),
    }
}

async fn entered(site: &Site, key: &str, code: &str) -> Result<String, String> {
    let call = ask::Register {
        key: key.into(),
        person: andra(code),
        actor: "staff:X".into(),
        institution: "Paraugu pārvalde".into(),
    };
    site.peers.call(&site.world.cx, call).await.map(|r| r.person).map_err(|e| e.code)
}

/// Answers the questions up to the check, which it gives back.
async fn asked(clerk: &mut Client, code: &str) -> Answer {
    let begin = clerk.get("/clerk/persons/new").await.expect(200);
    let mut page = clerk.submit(&begin, "/clerk/persons/new", &[]).await.expect(200);
    let answers: [&[(&str, &str)]; 7] = [
        &[("code", code)],
        &[("given", "anna marija"), ("family", "BĒRZIŅA")],
        &[("born", "14.03.1987."), ("birthplace", "Cēsis")],
        &[("citizenship", "LV-NC")],
        &[("address", "")],
        &[("email", "anna@pasts.example"), ("phone", "20001234")],
        &[("ground", "pase LV0000001")],
    ];
    for fields in answers {
        page = clerk.submit(&page, &page.path, fields).await.expect(200);
    }
    page
}

testkit::each_db! {
    async fn every_statement_fits_both_databases(world: World) {
        assert_eq!(world.db.check_queries(&register::queries()).await.unwrap(), Vec::<String>::new());
    }

    async fn every_route_keeps_its_permission(world: World) {
        let site = Site::new(world);
        assert_eq!(web::testing::walk(&site.shell).await, Vec::<String>::new());
    }

    async fn a_person_is_entered_question_by_question(world: World) {
        let site = Site::new(world);
        let mut clerk = site.clerk("A");
        let check = asked(&mut clerk, "320000-00007").await;
        for said in ["320000-00007", "Anna Marija", "Bērziņa", "14.03.1987.", "Latvijas nepilsonis", "+37120001234"] {
            assert!(check.text().contains(said), "{said}: {check:?}");
        }
        // A changed answer leads back to the check.
        let name = clerk.get(&format!("{}/name?check=1", check.path)).await.expect(200);
        let check = clerk.submit(&name, &format!("{}/name", check.path), &[("given", "Anna")]).await.expect(200);
        let done = clerk.submit(&check, &check.path, &[]).await.expect(200);
        assert!(done.text().contains("Persona ir reģistrēta"), "{done:?}");
        // The form sent again changes nothing; the draft leads to the person.
        let again = clerk.submit(&check, &check.path, &[]).await.expect(200);
        assert_eq!(again.path.split('?').next(), done.path.split('?').next());
        assert_eq!(site.usage("320000-00007").await.iter().filter(|u| u.purpose == "registration").count(), 1);
        // Another clerk does not see the draft.
        site.clerk("B").get(&format!("{}/code", check.path)).await.expect(404);
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn mistakes_are_named_where_they_are(world: World) {
        let site = Site::new(world);
        entered(&site, "k", "320000-00007").await.unwrap();
        let mut clerk = site.clerk("A");
        let begin = clerk.get("/clerk/persons/new").await;
        let code = clerk.submit(&begin, "/clerk/persons/new", &[]).await;
        let cases = [
            ("140387-1123", "ievadīti 10"),
            ("310287-11234", "nav datums"),
            ("140387-11230", "pēdējais cipars"),
            ("320000-00007", "jau ir reģistrā"),
        ];
        for (typed, said) in cases {
            let page = clerk.submit(&code, &code.path, &[("code", typed)]).await;
            let twice = typed == "140387-11230" && page.status == 200;
            assert!(twice || page.clone().expect(422).text().contains(said), "{said}: {page:?}");
        }
        let name = clerk.get(&code.path.replace("/code", "/name")).await;
        let mixed = clerk.submit(&name, &name.path, &[("given", "Аndra"), ("family", "Ozola")]).await.expect(422);
        assert!(mixed.text().contains("Kļūda:") && mixed.text().contains("dažādu alfabētu"));
        let birth = clerk.get(&code.path.replace("/code", "/birth")).await;
        let future = clerk.submit(&birth, &birth.path, &[("born", "2027-01-01"), ("birthplace", "x")]).await.expect(422);
        assert!(future.text().contains("nākotnē"));
        // The check is not reached before everything is answered.
        let check = clerk.get(code.path.trim_end_matches("/code")).await.expect(200);
        assert!(check.path.ends_with("/code"));
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn every_look_is_noted_for_the_person(world: World) {
        let site = Site::new(world);
        let id = entered(&site, "k", "320000-00007").await.unwrap();
        let mut clerk = site.clerk("A");
        // Without a purpose there is no record.
        let asked = clerk.get(&format!("/clerk/persons/{id}")).await.expect(200);
        assert!(asked.path.starts_with("/clerk/purpose"));
        assert!(site.usage("320000-00007").await.is_empty());
        let page = clerk.submit(&asked, "/clerk/purpose", &[("why", "person-asked")]).await.expect(200);
        assert!(page.text().contains("Andra Ozola"));
        let list = clerk.get("/clerk/persons?q=ozol&why=document-application").await.expect(200);
        assert!(list.text().contains("Ozola, Andra") && !list.text().contains("320000-00007"), "the code is masked");
        let call = Get { person: PersonRef::Code("320000-00007".into()), reader: reader("hand-over") };
        site.peers.call(&site.world.cx, call).await.unwrap();
        let mut seen: Vec<(String, String)> =
            site.usage("320000-00007").await.into_iter().map(|u| (u.purpose, u.scope)).collect();
        seen.sort();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(seen, [
            pair("document-application", "list"),
            pair("hand-over", "record"),
            pair("person-asked", "record"),
        ]);
        let uses = clerk.get(&format!("/clerk/persons/{id}/uses")).await.expect(200);
        assert!(uses.text().contains("E26-000001") && uses.text().contains("Paraugu pārvalde"));
        let nameless = Get { person: PersonRef::Code("320000-00007".into()), reader: reader("curiosity") };
        let refused = site.peers.call(&site.world.cx, nameless).await.unwrap_err();
        assert_eq!(refused.code, "register.reader.purpose");
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn a_change_is_made_once_and_stays_readable(world: World) {
        let site = Site::new(world);
        let id = entered(&site, "k", "320000-00007").await.unwrap();
        site.world.clock.advance(SignedDuration::from_hours(72));
        let mut clerk = site.clerk("A");
        clerk.get("/clerk/persons?q=ozola&why=correction").await;
        let path = format!("/clerk/persons/{id}/change/name");
        let form = clerk.get(&path).await.expect(200);
        let fields = [
            ("family", "Liepa"),
            ("mode", "changed"),
            ("since", "2026-06-02"),
            ("ground", "laulības apliecība Nr. 7"),
        ];
        let saved = clerk.submit(&form, &path, &fields).await.expect(200);
        assert!(saved.text().contains("<h1>Andra Liepa</h1>"), "{saved:?}");
        assert!(saved.text().contains("bija spēkā no 01.06.2026. līdz 02.06.2026."), "{saved:?}");
        clerk.submit(&form, &path, &fields).await.expect(409);
        let then = clerk.get(&format!("/clerk/persons/{id}/as-of?valid=2026-06-01&known=2026-06-04")).await.expect(200);
        assert!(then.text().contains("Andra Ozola"));
        let form = clerk.get(&path).await;
        for (fields, said) in [
            ([("family", "Liepa"), ("mode", "changed"), ("since", "2026-06-04"), ("ground", "x")], "neatšķiras"),
            ([("family", "Kalna"), ("mode", "changed"), ("since", "2026-06-02"), ("ground", "x")], "vēlāku dienu"),
            ([("family", "Kalna"), ("mode", "changed"), ("since", "2026-07-02"), ("ground", "x")], "nākotnē"),
            ([("family", "Kalna"), ("mode", "corrected"), ("since", ""), ("ground", "")], "Aizpildi šo lauku"),
        ] {
            let page = clerk.submit(&form, &path, &fields).await.expect(422);
            assert!(page.text().contains(said), "{said}: {page:?}");
        }
        for kind in ["code", "birth", "citizenship", "address", "contact"] {
            clerk.get(&format!("/clerk/persons/{id}/change/{kind}")).await.expect(200);
        }
        clerk.get(&format!("/clerk/persons/{id}/change/shoe-size")).await.expect(404);
        assert_eq!(site.shell.texts().missing(), Vec::<String>::new());
    }

    async fn calls_are_idempotent_and_refuse_by_name(world: World) {
        let site = Site::new(world);
        let id = entered(&site, "k", "320000-00007").await.unwrap();
        assert_eq!(entered(&site, "k", "320000-00007").await.unwrap(), id);
        assert_eq!(entered(&site, "other", "320000-00007").await.unwrap_err(), "register.person.code-taken");
        assert_eq!(entered(&site, "bad", "310287-11234").await.unwrap_err(), "register.code.day");
        let find = Find { query: "andra".into(), after: None, limit: 10, reader: reader("document-application") };
        let found = site.peers.call(&site.world.cx, find).await.unwrap();
        assert_eq!((found.persons.len(), found.next), (1, None));
        let nobody = Get { person: PersonRef::Id("nobody".into()), reader: reader("own-data") };
        assert_eq!(site.peers.call(&site.world.cx, nobody).await.unwrap_err().code, "register.person.unknown");
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = vec![];
    for feature in ["find", "enrol", "view", "alter"] {
        for entry in std::fs::read_dir(root.join(feature)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "html") {
                sources.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let locale = web::i18n::Locale {
        owner: "register",
        lv: include_str!("../../locale/lv.ftl"),
        en: include_str!("../../locale/en.ftl"),
    };
    assert_eq!(web::testing::texts(locale, &[], &sources), Vec::<String>::new());
}
