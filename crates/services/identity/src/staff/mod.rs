//! Who works for which institution, and in which roles (the ground for C5 and G2: every act of staff carries its person).

use std::{borrow::Cow, collections::BTreeSet};

use base::{Cx, Id};
use contract::{
    Handlers, Refusal,
    identity::{EndSessions, EndStaff, FindStaff, PutStaff, StaffMember},
};
use ledger::Entry;
use serde_json::json;
use store::{Row, StoreError, Tx, params};
use web::{Fault, Refuses, Role, Status, session};

use crate::Identity;

pub(crate) mod pages;

const PUT: &str = "INSERT INTO staff (id, code, given_name, surname, institution, roles, created, ended) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, NULL) ON CONFLICT (code, institution) DO UPDATE SET \
    given_name = excluded.given_name, surname = excluded.surname, roles = excluded.roles, ended = NULL \
    RETURNING id, given_name, surname, institution, roles, ended";
const BY_ID: &str = "SELECT id, given_name, surname, institution, roles, ended FROM staff WHERE id = $1";
const BY_CODE: &str = "SELECT id, given_name, surname, institution, roles, ended FROM staff \
    WHERE code = $1 AND ended IS NULL ORDER BY institution, id";
const END: &str = "UPDATE staff SET ended = $2 WHERE id = $1 AND ended IS NULL";

const OF_INSTITUTION: &str = "SELECT id, given_name, surname, institution, roles, ended FROM staff \
    WHERE institution = $1 ORDER BY ended NULLS FIRST, surname, given_name, id LIMIT 1000";

pub(crate) const QUERIES: &[&str] = &[PUT, BY_ID, BY_CODE, END, OF_INSTITUTION];

/// Marks ids of staff.
pub(crate) struct Staff;

/// Why a member of staff is not entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffError {
    /// No personal code.
    #[error("not a personal code")]
    Code,
    /// A name is empty or too long.
    #[error("a name is empty or longer than 100 characters")]
    Name,
    /// The institution is empty or too long.
    #[error("the institution is empty or longer than 200 characters")]
    Institution,
    /// No such role.
    #[error("no role {0}")]
    Role(String),
    /// Nobody has this id.
    #[error("no such member of staff")]
    Unknown,
    /// Somebody would end their own work.
    #[error("oneself")]
    Oneself,
}

impl Refuses for StaffError {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Code => "identity.staff.code",
            Self::Name => "identity.staff.name",
            Self::Institution => "identity.staff.institution",
            Self::Role(_) => "identity.staff.role",
            Self::Unknown => "identity.staff.unknown",
            Self::Oneself => "identity.staff.oneself",
        })
    }
    fn status(&self) -> Status {
        if *self == Self::Unknown { Status::NOT_FOUND } else { Status::UNPROCESSABLE_ENTITY }
    }
    fn args(&self) -> std::collections::BTreeMap<String, String> {
        match self {
            Self::Role(r) => [("role".to_owned(), r.clone())].into(),
            _ => Default::default(),
        }
    }
}

/// `DDMMYY-NNNNN`, the form of a Latvian personal code; what else makes it right is the register's matter.
pub(crate) fn is_person_code(code: &str) -> bool {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    code.split_once('-').is_some_and(|(a, b)| a.len() == 6 && b.len() == 5 && digits(a) && digits(b))
}

fn checked(call: &PutStaff) -> Result<BTreeSet<Role>, StaffError> {
    let fits = |s: &str, most: usize| !s.trim().is_empty() && s.chars().count() <= most;
    if !is_person_code(&call.code) {
        return Err(StaffError::Code);
    }
    if !fits(&call.given_name, 100) || !fits(&call.surname, 100) {
        return Err(StaffError::Name);
    }
    if !fits(&call.institution, 200) {
        return Err(StaffError::Institution);
    }
    call.roles.iter().map(|r| Role::from_name(r).ok_or_else(|| StaffError::Role(r.clone()))).collect()
}

fn read(row: &Row) -> Result<StaffMember, StoreError> {
    Ok(StaffMember {
        id: format!("staff:{}", row.text(0)?),
        given_name: row.text(1)?,
        surname: row.text(2)?,
        institution: row.text(3)?,
        roles: row.json(4)?,
        active: row.int_opt(5)?.is_none(),
    })
}

/// The places where the person with this code works.
pub(crate) async fn places(tx: &mut Tx, code: &str) -> Result<Vec<StaffMember>, StoreError> {
    tx.all(BY_CODE, params![code]).await?.iter().map(read).collect()
}

/// The place with this id, if the person with this code works there now.
pub(crate) async fn active(tx: &mut Tx, id: &str, code: &str) -> Result<Option<StaffMember>, StoreError> {
    Ok(places(tx, code).await?.into_iter().find(|m| m.id == id))
}

async fn put(tx: &mut Tx, call: &PutStaff, roles: &BTreeSet<Role>) -> Result<StaffMember, StoreError> {
    let cx = tx.cx()?;
    let names: Vec<&str> = roles.iter().map(|r| r.name()).collect();
    let id: Id<Staff> = cx.id();
    let roles = serde_json::to_string(&names)?;
    let row = tx
        .one(
            PUT,
            params![
                id,
                call.code,
                call.given_name.trim(),
                call.surname.trim(),
                call.institution.trim(),
                roles,
                cx.now()
            ],
        )
        .await?;
    let member = read(&row)?;
    let body = json!({ "roles": names, "institution": member.institution, "by": call.actor });
    ledger::record(tx, Entry::new("identity.staff.entered", &member.id, body)).await?;
    // Roles stand in the session: whoever has one signs in again.
    session::end_all(tx, &member.id).await?;
    Ok(member)
}

async fn end(tx: &mut Tx, call: &EndStaff) -> Result<bool, StoreError> {
    let Some(id) = call.id.strip_prefix("staff:") else { return Ok(false) };
    let now = tx.now()?;
    if tx.run(END, params![id, now]).await? == 1 {
        ledger::record(tx, Entry::new("identity.staff.ended", &call.id, json!({ "by": call.actor }))).await?;
        session::end_all(tx, &call.id).await?;
        return Ok(true);
    }
    Ok(tx.optional(BY_ID, params![id]).await?.is_some())
}

async fn answer_put(me: Identity, cx: Cx, call: PutStaff) -> Result<StaffMember, Fault> {
    let roles = checked(&call)?;
    let work = (&cx, (&call, &roles));
    me.0.db.write(&work, |tx, (_, (call, roles))| Box::pin(async move { Ok(put(tx, call, roles).await?) })).await
}

async fn answer_end(me: Identity, cx: Cx, call: EndStaff) -> Result<(), Fault> {
    let work = (&cx, &call);
    let known: bool =
        me.0.db.write(&work, |tx, (_, call)| Box::pin(async move { Ok::<_, Fault>(end(tx, call).await?) })).await?;
    if known { Ok(()) } else { Err(StaffError::Unknown.into()) }
}

async fn answer_find(me: Identity, call: FindStaff) -> Result<Vec<StaffMember>, Fault> {
    let mut tx = me.0.db.snapshot().await?;
    let mut out = vec![];
    for id in call.ids.iter().take(100).filter_map(|i| i.strip_prefix("staff:")) {
        if let Some(row) = tx.optional(BY_ID, params![id]).await? {
            out.push(read(&row)?);
        }
    }
    Ok(out)
}

pub(crate) fn handlers(me: &Identity, handlers: &mut Handlers) {
    let at = me.clone();
    handlers.on(move |cx, call: PutStaff| {
        let me = at.clone();
        async move { answer_put(me, cx, call).await.map_err(Refusal::from) }
    });
    let at = me.clone();
    handlers.on(move |cx, call: EndStaff| {
        let me = at.clone();
        async move { answer_end(me, cx, call).await.map_err(Refusal::from) }
    });
    let at = me.clone();
    handlers.on(move |cx, EndSessions { human }: EndSessions| {
        let me = at.clone();
        async move {
            let work = (&cx, human);
            let done = me.0.db.write(&work, |tx, (_, human)| Box::pin(session::end_all(tx, human))).await;
            done.map_err(|e| Refusal::from(Fault::from(e)))
        }
    });
    let at = me.clone();
    handlers.on(move |_, call: FindStaff| {
        let me = at.clone();
        async move { answer_find(me, call).await.map_err(Refusal::from) }
    });
}
