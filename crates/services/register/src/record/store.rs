use base::{Id, Timestamp};
use contract::register::{Reader, Use};
use jiff::civil::Date;
use store::{Row, StoreError, Tx, params};

use super::{By, Fact, FactId, Known, Person, PersonId, from_days, to_days};
use crate::person::{Contact, PersonalCode, search_key};

const PERSON: &str = "SELECT id, code, given, family, born, birthplace, citizenship, address, email, phone, version \
    FROM register_person WHERE id = $1";
const OWNER: &str = "SELECT person FROM register_code WHERE code = $1";
const PUT: &str = "INSERT INTO register_person (id, code, given, family, sort_key, family_key, given_key, born, birthplace, \
    citizenship, address, email, phone, version, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)";
const SET: &str = "UPDATE register_person SET code = $2, given = $3, family = $4, sort_key = $5, family_key = $6, given_key = $7, \
    born = $8, birthplace = $9, citizenship = $10, address = $11, email = $12, phone = $13, version = version + 1 \
    WHERE id = $1 AND version = $14";
const PUT_CODE: &str =
    "INSERT INTO register_code (code, person, recorded) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING";
const COUNT_CODES: &str = "SELECT COUNT(*) FROM register_code WHERE person = $1";
const PUT_FACT: &str = "INSERT INTO register_fact (id, person, kind, value, valid_from, valid_to, recorded, superseded, \
    correction, ground, actor, institution) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, $10, $11)";
const SUPERSEDE: &str = "UPDATE register_fact SET superseded = $2 WHERE id = $1 AND superseded IS NULL";
const FACT: &str = "SELECT id, value, valid_from, valid_to, recorded, superseded, correction, ground, actor, institution \
    FROM register_fact WHERE person = $1 AND id = $2";
const HISTORY: &str = "SELECT id, value, valid_from, valid_to, recorded, superseded, correction, ground, actor, institution \
    FROM register_fact WHERE person = $1 ORDER BY recorded DESC, valid_from DESC, id DESC LIMIT 500";
const AS_OF: &str = "SELECT id, value, valid_from, valid_to, recorded, superseded, correction, ground, actor, institution \
    FROM register_fact WHERE person = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) \
    AND recorded <= $3 AND (superseded IS NULL OR superseded > $3) ORDER BY kind, id";
const CURRENT: &str = "SELECT id, value, valid_from, valid_to, recorded, superseded, correction, ground, actor, institution \
    FROM register_fact WHERE person = $1 AND kind = $2 AND superseded IS NULL ORDER BY valid_from, id";
const PLACE: &str = "SELECT sort_key FROM register_person WHERE id = $1";
const FIND: &str = "SELECT id, code, given, family, born, birthplace, citizenship, address, email, phone, version \
    FROM register_person WHERE (\
        (family_key >= $1 AND family_key < $2 AND given_key >= $3 AND given_key < $4) \
        OR (family_key >= $5 AND family_key < $6 AND given_key >= $7 AND given_key < $8) \
        OR (given_key >= $9 AND given_key < $10)) \
    AND (sort_key, id) > ($11, $12) ORDER BY sort_key, id LIMIT $13";
const PUT_USE: &str = "INSERT INTO register_use (id, person, at, actor, institution, purpose, scope, case_number) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const USES: &str = "SELECT id, at, institution, actor, purpose, scope, case_number FROM register_use \
    WHERE person = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

pub(crate) const QUERIES: &[&str] = &[
    PERSON,
    OWNER,
    PUT,
    SET,
    PUT_CODE,
    COUNT_CODES,
    PUT_FACT,
    SUPERSEDE,
    FACT,
    HISTORY,
    AS_OF,
    CURRENT,
    PLACE,
    FIND,
    PUT_USE,
    USES,
];

fn bad(index: usize, detail: &dyn std::fmt::Display) -> StoreError {
    StoreError::Column { index, detail: detail.to_string() }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(row: &Row, index: usize) -> Result<T, StoreError> {
    row.text(index)?.parse().map_err(|e: T::Err| bad(index, &e))
}

fn named(row: &Row, index: usize) -> Result<crate::person::PersonName, StoreError> {
    crate::person::PersonName::parse(&row.text(index)?).map_err(|e| bad(index, &e.code()))
}

fn person(row: &Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.id(0)?,
        code: parsed(row, 1)?,
        given: named(row, 2)?,
        family: named(row, 3)?,
        born: parsed(row, 4)?,
        birthplace: row.text(5)?,
        citizenship: parsed(row, 6)?,
        address: row.text_opt(7)?,
        contact: Contact { email: row.text_opt(8)?, phone: row.text_opt(9)? },
        version: row.int(10)?,
    })
}

fn day(row: &Row, index: usize) -> Result<Option<Date>, StoreError> {
    row.int_opt(index)?.map(|d| from_days(d).ok_or_else(|| bad(index, &"is no day"))).transpose()
}

fn known(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        id: row.id(0)?,
        fact: row.json(1)?,
        valid_from: day(row, 2)?.ok_or_else(|| bad(2, &"is NULL"))?,
        valid_to: day(row, 3)?,
        recorded: row.time(4)?,
        superseded: row.time_opt(5)?,
        correction: row.flag(6)?,
        ground: row.text(7)?,
        actor: row.text(8)?,
        institution: row.text(9)?,
    })
}

/// The person with this id, as known and valid now.
pub async fn get(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, StoreError> {
    tx.optional(PERSON, params![id]).await?.as_ref().map(person).transpose()
}

/// Whose code this is or was.
pub async fn owner_of(tx: &mut Tx, code: &PersonalCode) -> Result<Option<PersonId>, StoreError> {
    tx.optional(OWNER, params![code.digits()]).await?.map(|r| r.id(0)).transpose()
}

/// The person who has or had this code.
pub async fn by_code(tx: &mut Tx, code: &PersonalCode) -> Result<Option<Person>, StoreError> {
    match owner_of(tx, code).await? {
        Some(id) => get(tx, id).await,
        None => Ok(None),
    }
}

/// All that was ever recorded of a person, newest first.
pub async fn history(tx: &mut Tx, id: PersonId) -> Result<Vec<Known>, StoreError> {
    tx.all(HISTORY, params![id]).await?.iter().map(known).collect()
}

/// What the register said at `known_at` about how things were on `valid_on`.
pub async fn as_of(tx: &mut Tx, id: PersonId, valid_on: Date, known_at: Timestamp) -> Result<Vec<Known>, StoreError> {
    tx.all(AS_OF, params![id, to_days(valid_on), known_at]).await?.iter().map(known).collect()
}

/// One fact of a person.
pub async fn known_fact(tx: &mut Tx, id: PersonId, fact: FactId) -> Result<Option<Known>, StoreError> {
    tx.optional(FACT, params![id, fact]).await?.as_ref().map(known).transpose()
}

pub(super) async fn current(tx: &mut Tx, id: PersonId, kind: &str) -> Result<Vec<Known>, StoreError> {
    tx.all(CURRENT, params![id, kind]).await?.iter().map(known).collect()
}

pub(super) async fn put_person(tx: &mut Tx, p: &Person) -> Result<(), StoreError> {
    let now = tx.now()?;
    let (given_key, family_key) = (p.given.search_key(), p.family.search_key());
    let sort = sort_key(p);
    tx.run(
        PUT,
        params![
            p.id,
            p.code.digits(),
            p.given.as_str(),
            p.family.as_str(),
            sort,
            family_key,
            given_key,
            p.born.to_string(),
            p.birthplace,
            p.citizenship.as_str(),
            p.address,
            p.contact.email,
            p.contact.phone,
            now
        ],
    )
    .await
    .map(|_| ())
}

/// Writes the present state; false if somebody else has changed the person since `p.version`.
pub(super) async fn set_person(tx: &mut Tx, p: &Person) -> Result<bool, StoreError> {
    let (given_key, family_key) = (p.given.search_key(), p.family.search_key());
    let sort = sort_key(p);
    Ok(tx
        .run(
            SET,
            params![
                p.id,
                p.code.digits(),
                p.given.as_str(),
                p.family.as_str(),
                sort,
                family_key,
                given_key,
                p.born.to_string(),
                p.birthplace,
                p.citizenship.as_str(),
                p.address,
                p.contact.email,
                p.contact.phone,
                p.version
            ],
        )
        .await?
        == 1)
}

fn sort_key(p: &Person) -> String {
    format!("{}\t{}", p.family.sort_key(), p.given.sort_key())
}

/// Notes a code; false if it is or was somebody's.
pub(super) async fn put_code(tx: &mut Tx, id: PersonId, code: &PersonalCode) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(PUT_CODE, params![code.digits(), id, now]).await? == 1)
}

pub(super) async fn count_codes(tx: &mut Tx, id: PersonId) -> Result<i64, StoreError> {
    tx.one(COUNT_CODES, params![id]).await?.int(0)
}

/// Where a new row of facts stands.
pub(super) struct Place<'a> {
    pub(super) valid_from: Date,
    pub(super) valid_to: Option<Date>,
    pub(super) correction: bool,
    pub(super) ground: &'a str,
    pub(super) by: &'a By,
}

pub(super) async fn put_fact(tx: &mut Tx, id: PersonId, fact: &Fact, at: &Place<'_>) -> Result<FactId, StoreError> {
    let cx = tx.cx()?;
    let (fact_id, value) = (cx.id(), serde_json::to_value(fact)?);
    let (from, to) = (to_days(at.valid_from), at.valid_to.map(to_days));
    tx.run(
        PUT_FACT,
        params![
            fact_id,
            id,
            fact.kind(),
            value,
            from,
            to,
            cx.now(),
            at.correction,
            at.ground,
            at.by.actor,
            at.by.institution
        ],
    )
    .await?;
    Ok(fact_id)
}

pub(super) async fn supersede(tx: &mut Tx, fact: FactId) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(SUPERSEDE, params![fact, now]).await? == 1)
}

/// One page of the persons that a typed text finds: a code, former ones too, or beginnings of names in either order.
/// Answers whether more follow.
pub async fn find(
    tx: &mut Tx,
    query: &str,
    after: Option<PersonId>,
    limit: u32,
) -> Result<(Vec<Person>, bool), StoreError> {
    if query.chars().filter(char::is_ascii_digit).count() >= 6 {
        let Ok(code) = query.parse::<PersonalCode>() else { return Ok((vec![], false)) };
        return Ok((by_code(tx, &code).await?.into_iter().collect(), false));
    }
    let words: Vec<String> = query.split_whitespace().map(search_key).filter(|w| !w.is_empty()).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Ok((vec![], false)) };
    let tail = words.get(1..).unwrap_or_default().concat();
    let front = words.get(..words.len() - 1).unwrap_or_default().concat();
    let whole = words.concat();
    let end = |s: &str| format!("{s}{{");
    let place = match after {
        Some(id) => tx.optional(PLACE, params![id]).await?.map(|r| r.text(0)).transpose()?.unwrap_or_default(),
        None => String::new(),
    };
    let after = after.map_or(String::new(), |id| id.to_string());
    let mut found: Vec<Person> = tx
        .all(
            FIND,
            params![
                first,
                end(first),
                tail,
                end(&tail),
                last,
                end(last),
                front,
                end(&front),
                whole,
                end(&whole),
                place,
                after,
                limit + 1
            ],
        )
        .await?
        .iter()
        .map(person)
        .collect::<Result<_, _>>()?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    Ok((found, more))
}

/// Writes a look at a person's data into the log that the person sees, and into the ledger.
pub async fn note_use(tx: &mut Tx, person: PersonId, reader: &Reader, scope: &str) -> Result<(), StoreError> {
    let cx = tx.cx()?;
    let id: Id<Use> = cx.id();
    tx.run(PUT_USE, params![id, person, cx.now(), reader.actor, reader.institution, reader.purpose, scope, reader.case])
        .await
        .map(|_| ())
}

/// One page of the log of a person, newest first.
pub async fn uses(tx: &mut Tx, person: PersonId, after: Option<&str>, limit: u32) -> Result<Vec<Use>, StoreError> {
    let rows = tx.all(USES, params![person, after.unwrap_or("~"), limit]).await?;
    rows.iter()
        .map(|r| {
            Ok(Use {
                id: r.text(0)?,
                at: r.time(1)?,
                institution: r.text(2)?,
                actor: r.text(3)?,
                purpose: r.text(4)?,
                scope: r.text(5)?,
                case: r.text_opt(6)?,
            })
        })
        .collect()
}
