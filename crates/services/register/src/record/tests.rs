use jiff::{SignedDuration, Timestamp, civil::date};
use testkit::World;

use super::*;
use crate::{
    calls,
    person::{Citizenship, Contact},
};

fn by() -> By {
    By { actor: "staff:1".into(), institution: "Paraugu pārvalde".into() }
}

pub(crate) fn new_person(code: &str, given: &str, family: &str) -> Enter {
    Enter {
        code: code.parse().unwrap(),
        given: PersonName::parse(given).unwrap(),
        family: PersonName::parse(family).unwrap(),
        born: date(1987, 3, 14),
        birthplace: "Rīga".into(),
        citizenship: Citizenship::Latvia,
        address: Some("Ozolu iela 1, Rīga".into()),
        contact: Contact::default(),
        ground: "dzimšanas apliecība Nr. 1".into(),
        by: by(),
    }
}

async fn put(world: &World, new: Enter) -> Result<PersonId, RecordError> {
    world.db.write(&(&world.cx, new), |tx, (_, new)| Box::pin(async move { enter(tx, new).await })).await
}

async fn alter(world: &World, person: PersonId, fact: Fact, mode: Mode) -> Result<(), RecordError> {
    let version = person_of(world, person).await.version;
    let change = Change { person, version, fact, mode, ground: "lēmums Nr. 2".into(), by: by() };
    world.db.write(&(&world.cx, change), |tx, (_, c)| Box::pin(async move { super::change(tx, c).await })).await
}

async fn person_of(world: &World, id: PersonId) -> Person {
    get(&mut world.db.snapshot().await.unwrap(), id).await.unwrap().unwrap()
}

async fn facts(world: &World, id: PersonId, valid: Date, known: Timestamp) -> Vec<Fact> {
    let rows = as_of(&mut world.db.snapshot().await.unwrap(), id, valid, known).await.unwrap();
    rows.into_iter().map(|k| k.fact).collect()
}

fn address(text: &str) -> Fact {
    Fact::Address { address: Some(text.into()) }
}

testkit::each_db! {
    async fn a_code_belongs_to_one_person_for_ever(world: World) {
        let id = put(&world, new_person("320000-00007", "Andra", "Ozola")).await.unwrap();
        assert!(matches!(put(&world, new_person("320000-00007", "Cita", "Persona")).await, Err(RecordError::CodeTaken)));
        let new = Fact::Code { code: "39999999999".parse().unwrap() };
        world.clock.advance(SignedDuration::from_hours(48));
        alter(&world, id, new, Mode::Changed(date(2026, 6, 2))).await.unwrap();
        assert_eq!(person_of(&world, id).await.code.digits(), "39999999999");
        // The former code finds its owner, and is given to nobody else.
        let found = by_code(&mut world.db.snapshot().await.unwrap(), &"320000-00007".parse().unwrap()).await.unwrap();
        assert_eq!(found.unwrap().id, id);
        assert!(matches!(put(&world, new_person("320000-00007", "Cita", "Persona")).await, Err(RecordError::CodeTaken)));
        // Once only.
        let third = Fact::Code { code: "38888888888".parse().unwrap() };
        assert!(matches!(alter(&world, id, third, Mode::Changed(date(2026, 6, 3))).await, Err(RecordError::CodeChanged)));
    }

    async fn any_past_day_is_reproduced(world: World) {
        let id = put(&world, new_person("320000-00007", "Andra", "Ozola")).await.unwrap();
        let entered = world.cx.now();
        let day = SignedDuration::from_hours(24);
        // Ten days later it is known that she moved five days ago.
        world.clock.advance(day * 10);
        alter(&world, id, address("Liepu iela 2, Cēsis"), Mode::Changed(date(2026, 6, 6))).await.unwrap();
        let moved = world.cx.now();
        // Later still: the house number was wrong.
        world.clock.advance(day);
        let history = history(&mut world.db.snapshot().await.unwrap(), id).await.unwrap();
        let wrong = history.iter().find(|k| k.fact == address("Liepu iela 2, Cēsis")).unwrap().id;
        alter(&world, id, address("Liepu iela 20, Cēsis"), Mode::Corrected(wrong)).await.unwrap();
        let corrected = world.cx.now();

        let first = address("Ozolu iela 1, Rīga");
        let ask = async |valid, known| {
            let all = facts(&world, id, valid, known).await;
            all.into_iter().find(|f| f.kind() == "address")
        };
        assert_eq!(ask(date(2026, 6, 8), entered).await, Some(first.clone()));
        assert_eq!(ask(date(2026, 6, 8), moved).await, Some(address("Liepu iela 2, Cēsis")));
        assert_eq!(ask(date(2026, 6, 8), corrected).await, Some(address("Liepu iela 20, Cēsis")));
        assert_eq!(ask(date(2026, 6, 3), corrected).await, Some(first));
        assert_eq!(ask(date(2026, 5, 1), corrected).await, None);
        assert_eq!(person_of(&world, id).await.address.as_deref(), Some("Liepu iela 20, Cēsis"));
    }

    async fn changes_are_refused_by_name(world: World) {
        let id = put(&world, new_person("320000-00007", "Andra", "Ozola")).await.unwrap();
        let today = date(2026, 6, 1);
        assert!(matches!(alter(&world, id, address("X"), Mode::Changed(date(2026, 6, 2))).await, Err(RecordError::Future)));
        assert!(matches!(alter(&world, id, address("X"), Mode::Changed(today)).await, Err(RecordError::LaterKnown)));
        world.clock.advance(SignedDuration::from_hours(72));
        let same = address("Ozolu iela 1, Rīga");
        assert!(matches!(alter(&world, id, same, Mode::Changed(date(2026, 6, 2))).await, Err(RecordError::Same)));
        let stale = Change {
            person: id,
            version: 7,
            fact: address("X"),
            mode: Mode::Changed(date(2026, 6, 2)),
            ground: "x".into(),
            by: by(),
        };
        let done: Result<(), RecordError> = world
            .db
            .write(&(&world.cx, stale), |tx, (_, c)| Box::pin(async move { super::change(tx, c).await }))
            .await;
        assert!(matches!(done, Err(RecordError::Stale)));
        let mut young = new_person("320000-00008", "Nav", "Dzimusi");
        young.born = date(2027, 1, 1);
        assert!(matches!(put(&world, young).await, Err(RecordError::Future)));
    }

    async fn people_are_found_as_they_are_typed(world: World) {
        let names = [("Andra", "Ozola"), ("Anna Marija", "Bērziņa-Kalniņa"), ("Ādams", "Ozols"), ("Žanna", "Čakste")];
        for (n, (given, family)) in names.iter().enumerate() {
            put(&world, new_person(&format!("320000-0000{n}"), given, family)).await.unwrap();
        }
        let ask = async |query: &str| {
            let mut tx = world.db.snapshot().await.unwrap();
            let (found, _) = find(&mut tx, query, None, 20).await.unwrap();
            found.iter().map(Person::name).collect::<Vec<_>>()
        };
        assert_eq!(ask("ozol").await, ["Andra Ozola", "Ādams Ozols"]);
        assert_eq!(ask("berz").await, ["Anna Marija Bērziņa-Kalniņa"]);
        assert_eq!(ask("anna marija berzina").await, ["Anna Marija Bērziņa-Kalniņa"]);
        assert_eq!(ask("Bērziņa Anna").await, ["Anna Marija Bērziņa-Kalniņa"]);
        assert_eq!(ask("žanna").await, ["Žanna Čakste"]);
        assert_eq!(ask("320000-00002").await, ["Ādams Ozols"]);
        assert!(ask("320000-99999").await.is_empty());
        assert!(ask("%").await.is_empty());
        // Paging walks everybody once.
        let (mut seen, mut after) = (vec![], None);
        loop {
            let mut tx = world.db.snapshot().await.unwrap();
            let (page, more) = find(&mut tx, "a", after, 1).await.unwrap();
            after = page.last().map(|p| p.id);
            seen.extend(page.into_iter().map(|p| p.name()));
            if !more {
                break;
            }
        }
        assert_eq!(seen, ["Anna Marija Bērziņa-Kalniņa", "Andra Ozola", "Ādams Ozols"]);
    }

    async fn seeding_twice_changes_nothing(world: World) {
        let app = crate::Register::new(world.db.clone());
        let person = calls::told(Person {
            id: world.cx.id(),
            code: "320000-00007".parse().unwrap(),
            given: PersonName::parse("Andra").unwrap(),
            family: PersonName::parse("Ozola").unwrap(),
            born: date(1987, 3, 14),
            birthplace: "Rīga".into(),
            citizenship: Citizenship::Latvia,
            address: None,
            contact: Contact::default(),
            version: 1,
        });
        let new = contract::register::NewPerson {
            code: person.code,
            given_name: person.given_name,
            family_name: person.family_name,
            born: person.born,
            birthplace: person.birthplace,
            citizenship: person.citizenship,
            address: None,
            email: None,
            phone: None,
            ground: "demonstrācija".into(),
        };
        let first = crate::seed(&app, &world.cx, std::slice::from_ref(&new)).await.unwrap();
        assert_eq!(crate::seed(&app, &world.cx, std::slice::from_ref(&new)).await.unwrap(), first);
    }
}
