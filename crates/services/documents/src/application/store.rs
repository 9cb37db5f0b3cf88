use base::Timestamp;
use contract::documents::WaitingCounts;
use store::{Row, StoreError, Tx, params};

use super::{Application, ApplicationId, Happened, Staff, State};

const COLUMNS_OF: &str = "SELECT id, number, person, code, given, family, born, citizenship, reason, photo, email, phone, \
    state, clerk, clerk_code, clerk_name, institution, decider, rejection, document, not_after, attention, deadline, \
    version, created FROM documents_application WHERE id = $1";
const OPEN_OF: &str = "SELECT number FROM documents_application WHERE person = $1 \
    AND state IN ('draft', 'submitted', 'approved', 'personalising', 'ready', 'handed-over') LIMIT 1";
const PUT: &str = "INSERT INTO documents_application (id, number, person, code, given, family, born, citizenship, email, phone, \
    state, clerk, clerk_code, clerk_name, institution, deadline, version, created, updated) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, $12, $13, $14, $15, 1, $16, $16)";
const SET: &str = "UPDATE documents_application SET code = $3, given = $4, family = $5, born = $6, citizenship = $7, \
    reason = $8, photo = $9, email = $10, phone = $11, state = $12, decider = $13, rejection = $14, document = $15, \
    not_after = $16, attention = $17, deadline = $18, version = version + 1, updated = $19 WHERE id = $1 AND version = $2";
const ATTENTION: &str = "UPDATE documents_application SET attention = $2, updated = $3 WHERE id = $1";
const SETTLED: &str = "UPDATE documents_application SET attention = NULL WHERE id = $1 AND attention IS NOT NULL";
const IN_STATE: &str = "SELECT id, number, person, code, given, family, born, citizenship, reason, photo, email, phone, \
    state, clerk, clerk_code, clerk_name, institution, decider, rejection, document, not_after, attention, deadline, \
    version, created FROM documents_application WHERE state = $1 ORDER BY deadline NULLS LAST, id LIMIT $2";
const DRAFTS_OF: &str = "SELECT id, number, person, code, given, family, born, citizenship, reason, photo, email, phone, \
    state, clerk, clerk_code, clerk_name, institution, decider, rejection, document, not_after, attention, deadline, \
    version, created FROM documents_application WHERE state = 'draft' AND clerk = $1 ORDER BY id DESC LIMIT $2";
const OF_PERSON: &str = "SELECT id, number, person, code, given, family, born, citizenship, reason, photo, email, phone, \
    state, clerk, clerk_code, clerk_name, institution, decider, rejection, document, not_after, attention, deadline, \
    version, created FROM documents_application WHERE person = $1 ORDER BY id DESC LIMIT 50";
const COUNTS: &str = "SELECT state, COUNT(*), CAST(SUM(CASE WHEN deadline < $1 THEN 1 ELSE 0 END) AS BIGINT) \
    FROM documents_application WHERE state IN ('submitted', 'approved', 'personalising', 'ready', 'handed-over') GROUP BY state";
const STALE_DRAFTS: &str = "SELECT id FROM documents_application WHERE state = 'draft' AND updated < $1 LIMIT 100";
const PUT_EVENT: &str = "INSERT INTO documents_event (id, application, place, at, kind, actor, name, detail) \
    VALUES ($1, $2, (SELECT COALESCE(MAX(place), 0) + 1 FROM documents_event WHERE application = $2), $3, $4, $5, $6, $7)";
const EVENTS: &str =
    "SELECT at, kind, name, detail FROM documents_event WHERE application = $1 ORDER BY place DESC LIMIT 200";

pub(crate) const QUERIES: &[&str] = &[
    COLUMNS_OF,
    OPEN_OF,
    PUT,
    SET,
    ATTENTION,
    SETTLED,
    IN_STATE,
    DRAFTS_OF,
    OF_PERSON,
    COUNTS,
    STALE_DRAFTS,
    PUT_EVENT,
    EVENTS,
];

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(row: &Row, index: usize) -> Result<T, StoreError> {
    row.text(index)?.parse().map_err(|e: T::Err| StoreError::Column { index, detail: e.to_string() })
}

fn application(row: &Row) -> Result<Application, StoreError> {
    Ok(Application {
        id: row.id(0)?,
        number: row.text(1)?,
        person: row.text(2)?,
        code: row.text(3)?,
        given: row.text(4)?,
        family: row.text(5)?,
        born: parsed(row, 6)?,
        citizenship: row.text(7)?,
        reason: row.text_opt(8)?,
        photo: row.text_opt(9)?,
        email: row.text_opt(10)?,
        phone: row.text_opt(11)?,
        state: parsed(row, 12)?,
        clerk: Staff { actor: row.text(13)?, code: row.text(14)?, name: row.text(15)?, institution: row.text(16)? },
        decider: row.text_opt(17)?,
        rejection: row.text_opt(18)?,
        document: row.text_opt(19)?,
        not_after: row.time_opt(20)?,
        attention: row.text_opt(21)?,
        deadline: row.time_opt(22)?,
        version: row.int(23)?,
        created: row.time(24)?,
    })
}

pub(crate) async fn get(tx: &mut Tx, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    tx.optional(COLUMNS_OF, params![id]).await?.as_ref().map(application).transpose()
}

/// The number of an application of this person that is not finished.
pub(crate) async fn open_of(tx: &mut Tx, person: &str) -> Result<Option<String>, StoreError> {
    tx.optional(OPEN_OF, params![person]).await?.map(|r| r.text(0)).transpose()
}

pub(crate) async fn put(tx: &mut Tx, a: &Application) -> Result<(), StoreError> {
    tx.run(
        PUT,
        params![
            a.id,
            a.number,
            a.person,
            a.code,
            a.given,
            a.family,
            a.born.to_string(),
            a.citizenship,
            a.email,
            a.phone,
            a.clerk.actor,
            a.clerk.code,
            a.clerk.name,
            a.clerk.institution,
            a.deadline,
            a.created
        ],
    )
    .await
    .map(|_| ())
}

/// Writes an application; false if somebody else has changed it since `a.version`.
pub(crate) async fn set(tx: &mut Tx, a: &Application) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx
        .run(
            SET,
            params![
                a.id,
                a.version,
                a.code,
                a.given,
                a.family,
                a.born.to_string(),
                a.citizenship,
                a.reason,
                a.photo,
                a.email,
                a.phone,
                a.state.name(),
                a.decider,
                a.rejection,
                a.document,
                a.not_after,
                a.attention,
                a.deadline,
                now
            ],
        )
        .await?
        == 1)
}

/// Says why an application does not go on by itself.
pub(crate) async fn attention(tx: &mut Tx, id: ApplicationId, why: &str) -> Result<(), StoreError> {
    let now = tx.now()?;
    tx.run(ATTENTION, params![id, why, now]).await.map(|_| ())
}

/// What was waited for has come.
pub(crate) async fn settled(tx: &mut Tx, id: ApplicationId) -> Result<(), StoreError> {
    tx.run(SETTLED, params![id]).await.map(|_| ())
}

pub(crate) async fn in_state(tx: &mut Tx, state: State, limit: u32) -> Result<Vec<Application>, StoreError> {
    tx.all(IN_STATE, params![state.name(), limit]).await?.iter().map(application).collect()
}

pub(crate) async fn drafts_of(tx: &mut Tx, clerk: &str, limit: u32) -> Result<Vec<Application>, StoreError> {
    tx.all(DRAFTS_OF, params![clerk, limit]).await?.iter().map(application).collect()
}

pub(crate) async fn of_person(tx: &mut Tx, person: &str) -> Result<Vec<Application>, StoreError> {
    tx.all(OF_PERSON, params![person]).await?.iter().map(application).collect()
}

pub(crate) async fn counts(tx: &mut Tx, now: Timestamp) -> Result<WaitingCounts, StoreError> {
    let mut out = WaitingCounts::default();
    for row in tx.all(COUNTS, params![now]).await? {
        let count = row.count(1)?;
        match row.text(0)?.as_str() {
            "submitted" => out.approval += count,
            "approved" | "personalising" => out.personalisation += count,
            _ => out.hand_over += count,
        }
        out.overdue += u64::try_from(row.int_opt(2)?.unwrap_or(0)).unwrap_or(0);
    }
    Ok(out)
}

/// Drafts that nobody has touched since `before`.
pub(crate) async fn stale_drafts(tx: &mut Tx, before: Timestamp) -> Result<Vec<ApplicationId>, StoreError> {
    tx.all(STALE_DRAFTS, params![before]).await?.iter().map(|r| r.id(0)).collect()
}

/// Adds to the timeline of an application.
pub(crate) async fn event(
    tx: &mut Tx,
    id: ApplicationId,
    kind: &str,
    by: Option<&Staff>,
    detail: Option<&str>,
) -> Result<(), StoreError> {
    let cx = tx.cx()?;
    let event: base::Id<Happened> = cx.id();
    let (actor, name) = by.map_or(("service:documents", ""), |b| (b.actor.as_str(), b.name.as_str()));
    tx.run(PUT_EVENT, params![event, id, cx.now(), kind, actor, name, detail]).await.map(|_| ())
}

/// The timeline of an application, newest first.
pub(crate) async fn events(tx: &mut Tx, id: ApplicationId) -> Result<Vec<Happened>, StoreError> {
    let rows = tx.all(EVENTS, params![id]).await?;
    rows.iter()
        .map(|r| Ok(Happened { at: r.time(0)?, kind: r.text(1)?, name: r.text(2)?, detail: r.text_opt(3)? }))
        .collect()
}
