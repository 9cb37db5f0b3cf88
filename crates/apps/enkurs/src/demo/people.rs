//! Invented people, two clerks and a citizen with a card: what the demonstration starts with.

use contract::{identity::PutStaff, register::NewPerson};
use documents::{Issue, Issued, Staff, envelope::Pins};
use jiff::tz::TimeZone;
use natgen::{Nation, Person};
use portal::DemoIdentity;

use crate::{Failure, Node, wire::Services};

/// The nation of the demonstration is the same everywhere.
const SEED: u64 = 2026;
/// The institution whose clerks issue cards; an invented name.
const INSTITUTION: &str = "Izdomātā Pilsonības pārvalde";
/// PINs of the test identities: known to everybody who tries the demonstration.
const PINS: (&str, &str, &str) = ("1234", "123456", "12345678");

/// The test identities, and which of the people they are.
const ROLES: [(&str, usize); 4] = [("clerk-1", 0), ("clerk-2", 1), ("citizen", 2), ("operator", OPERATOR)];
/// The one who runs the platform: registers programs.
const OPERATOR: usize = 5;

/// Enters the people and issues the cards of the test identities. Idempotent: what is there stays.
pub async fn settle(node: &Node, services: &Services, people: u32) -> Result<Vec<DemoIdentity>, Failure> {
    let persons = nation(node, people);
    let ids = enter(node, services, &persons).await?;
    let mut staff = Vec::new();
    // The clerks' own cards come from two others: nobody takes part in the issuing of their own.
    for person in persons.iter().skip(3).take(2) {
        staff.push(clerk(node, services, person).await?);
    }
    for person in persons.iter().take(2) {
        clerk(node, services, person).await?;
    }
    let mut identities = Vec::new();
    for (role, at) in ROLES {
        let (Some(person), Some(id)) = (persons.get(at), ids.get(at)) else { continue };
        if at == OPERATOR {
            work(node, services, person, "operator").await?;
        }
        identities.push(DemoIdentity {
            role: role.to_owned(),
            name: format!("{} {}", person.given_name, person.family_name),
            code: dashed(&person.code),
            card: card(node, services, &staff, person, id).await?.card,
            pin1: PINS.0.to_owned(),
            pin2: PINS.1.to_owned(),
        });
    }
    Ok(identities)
}

/// Grown-up people; those of working age first, so that the test identities are credible clerks.
pub(super) fn nation(node: &Node, people: u32) -> Vec<Person> {
    let today = node.cx.now().to_zoned(TimeZone::UTC).date();
    let nation = Nation::new(SEED, today);
    let mut persons: Vec<Person> = nation.adults(0, 18).take(people.max(6) as usize).collect();
    persons.sort_by_key(|p| (today.year() - p.born.year() > 60, p.index));
    persons
}

/// Enters people into the register; gives their ids.
pub(super) async fn enter(node: &Node, services: &Services, persons: &[Person]) -> Result<Vec<String>, Failure> {
    let new: Vec<NewPerson> = persons.iter().map(of).collect();
    let ids = register::seed(&services.register, &node.cx, &new).await.map_err(fault("register"))?;
    Ok(ids.iter().map(ToString::to_string).collect())
}

fn of(p: &Person) -> NewPerson {
    NewPerson {
        code: p.code.clone(),
        given_name: p.given_name.clone(),
        family_name: p.family_name.clone(),
        born: p.born.to_string(),
        birthplace: p.birthplace.clone(),
        citizenship: p.citizenship.clone(),
        address: Some(p.address.clone()),
        email: Some(p.email.clone()),
        phone: Some(p.phone.clone()),
        ground: "izdomāta persona".to_owned(),
    }
}

/// Makes a person a clerk.
pub(super) async fn clerk(node: &Node, services: &Services, p: &Person) -> Result<Staff, Failure> {
    work(node, services, p, "clerk").await
}

async fn work(node: &Node, services: &Services, p: &Person, role: &str) -> Result<Staff, Failure> {
    let call = PutStaff {
        code: dashed(&p.code),
        given_name: p.given_name.clone(),
        surname: p.family_name.clone(),
        institution: INSTITUTION.to_owned(),
        roles: vec![role.to_owned()],
        actor: "service:demo".to_owned(),
    };
    let member = services.peers.call(&node.cx, call).await.map_err(|e| Failure::Wire(format!("staff: {}", e.code)))?;
    Ok(Staff {
        actor: member.id,
        code: dashed(&p.code),
        name: format!("{} {}", p.given_name, p.family_name),
        institution: INSTITUTION.to_owned(),
    })
}

/// Issues a card the way clerks do.
pub(super) async fn card(
    node: &Node,
    services: &Services,
    staff: &[Staff],
    p: &Person,
    id: &str,
) -> Result<Issued, Failure> {
    let [first, second] = staff else { return Err(Failure::Wire("two clerks are needed".into())) };
    let nation = Nation::new(SEED, p.born);
    let secret = |s: &str| base::Secret::new(s.to_owned());
    let issue = Issue {
        person: id.to_owned(),
        photo: nation.portrait(p),
        pins: Pins { pin1: secret(PINS.0), pin2: secret(PINS.1), puk: secret(PINS.2) },
    };
    documents::seed(&services.documents, &node.cx, (first, second), &issue).await.map_err(fault("card"))
}

/// PIN2 of every card made here.
pub(super) fn pin2() -> &'static str {
    PINS.1
}

/// A personal code as people write it.
fn dashed(code: &str) -> String {
    let (first, rest) = code.split_at_checked(6).unwrap_or((code, ""));
    format!("{first}-{rest}")
}

fn fault(part: &'static str) -> impl Fn(web::Fault) -> Failure {
    move |e| Failure::Wire(format!("{part}: {}", e.code))
}
