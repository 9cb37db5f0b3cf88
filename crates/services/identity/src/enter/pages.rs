//! The pages of sign-in and sign-out.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect},
};
use contract::identity::StaffMember;
use jiff::{SignedDuration, Timestamp};
use ledger::Entry;
use protocol::web_eid::nonce;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;
use web::{
    Actor, Answer, Fault, Fields, PageCx, Role,
    session::{self, Epochs},
};

use super::{EnterError, prove};
use crate::{Identity, enter::prove::Proven, staff};

/// How long a sign-in page may stay open before the card is asked.
const NONCE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Sign-in pages open side by side in one browser.
const TABS: usize = 4;
/// How long the question "privately or at work?" may stay open.
const CHOICE_LIFE: SignedDuration = SignedDuration::from_mins(5);

#[derive(Template)]
#[template(path = "enter/sign-in.html")]
struct SignInPage<'a> {
    cx: &'a PageCx,
    to: &'a str,
    staff: bool,
    nonce: &'a str,
    refused: Option<Refused>,
}

struct Refused {
    key: String,
    args: Vec<(String, String)>,
    code: String,
}

impl Refused {
    fn text(&self, cx: &PageCx, attr: &'static str) -> web::Msg {
        let mut m = cx.t(self.key.clone());
        for (k, v) in &self.args {
            m = m.with(k, v);
        }
        if attr.is_empty() { m } else { m.attr(attr) }
    }
}

#[derive(Deserialize)]
pub(crate) struct Where {
    #[serde(default)]
    to: String,
    #[serde(default)]
    staff: String,
}

/// The page, with a fresh nonce.
pub(crate) async fn show(State(me): State<Identity>, cx: PageCx, headers: HeaderMap, Query(q): Query<Where>) -> Answer {
    // The card signs for one origin: a page under another name of this host goes there first.
    let home = me.0.origin.split_once("://").map_or("", |(_, h)| h);
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or(home);
    let local = |h: &str| h.starts_with("localhost:") || h.starts_with("127.0.0.1:") || h.starts_with("[::1]:");
    if host != home && local(host) && local(home) {
        return Ok(Redirect::to(&format!("{}/sign-in", me.0.origin)).into_response());
    }
    page(&cx, &q.to, !q.staff.is_empty(), None)
}

fn page(cx: &PageCx, to: &str, staff: bool, refused: Option<Refused>) -> Answer {
    let nonce = nonce(&cx.cx().bytes::<32>());
    let expires = (cx.cx().now() + NONCE_LIFE).as_second();
    let mut open: Vec<String> = nonces(cx).into_iter().map(|(n, at)| format!("{n}@{at}")).collect();
    open.push(format!("{nonce}@{expires}"));
    let first = open.len().saturating_sub(TABS);
    cx.keep("nonce", &open.split_off(first).join(" "));
    let page = SignInPage { cx, to, staff, nonce: &nonce, refused };
    if page.refused.is_some() { cx.invalid(&page) } else { cx.page(&page) }
}

/// The nonces of this session that still live.
fn nonces(cx: &PageCx) -> Vec<(String, i64)> {
    let now = cx.cx().now().as_second();
    let kept = cx.kept("nonce").unwrap_or_default();
    let all =
        kept.split(' ').filter_map(|n| n.rsplit_once('@')).filter_map(|(n, at)| Some((n.to_owned(), at.parse().ok()?)));
    all.filter(|(_, at)| *at >= now).collect()
}

/// The card has answered.
pub(crate) async fn enter(State(me): State<Identity>, cx: PageCx, fields: Fields) -> Answer {
    match proven(&me, &cx, &fields).await {
        Ok(p) => settle(&me, &cx, p, fields.get("to"), fields.ticked("staff")).await,
        Err(f) if f.status.is_server_error() => Err(f),
        Err(f) => refuse(&me, &cx, &fields, f).await,
    }
}

async fn proven(me: &Identity, cx: &PageCx, fields: &Fields) -> Answer<Proven> {
    let nonce = fields.get("nonce");
    let found = nonces(cx).into_iter().find(|(n, _)| n == nonce).ok_or(EnterError::Nonce)?;
    let expires = Timestamp::from_second(found.1).map_err(|e| Fault::internal(&e))? + SignedDuration::from_mins(1);
    let first =
        me.0.db
            .write(&(cx.cx(), (nonce, expires)), |tx, (_, (nonce, expires))| {
                Box::pin(async move { Ok::<_, Fault>(tx.once("identity.nonce", nonce, *expires).await?) })
            })
            .await?;
    if !first {
        return Err(EnterError::Replayed.into());
    }
    prove::prove(me, cx.cx(), fields.get("token"), nonce).await
}

/// Who was refused is not known for sure, so the ledger learns only why.
async fn refuse(me: &Identity, cx: &PageCx, fields: &Fields, f: Fault) -> Answer {
    let entry = Entry::new("identity.enter.refused", cx.request_id(), json!({ "code": f.code }));
    record(me, cx, &entry).await?;
    let refused = Refused { key: f.key(), args: f.args.into_iter().collect(), code: f.code.into_owned() };
    page(cx, fields.get("to"), fields.ticked("staff"), Some(refused))
}

async fn record(me: &Identity, cx: &PageCx, entry: &Entry) -> Answer<()> {
    me.0.db
        .write(&(cx.cx(), entry), |tx: &mut Tx, (_, entry)| {
            Box::pin(async move { Ok::<_, Fault>(ledger::record(tx, (*entry).clone()).await.map(|_| ())?) })
        })
        .await
}

/// A proven person goes on: privately, at work, or is asked which.
async fn settle(me: &Identity, cx: &PageCx, p: Proven, to: &str, staff: bool) -> Answer {
    let places = places(me, &p).await?;
    if places.is_empty() && staff {
        let refused = EnterError::NotStaff;
        return refuse(me, cx, &Fields::default().with("staff", 1).with("to", to), refused.into()).await;
    }
    match places.as_slice() {
        [] => become_actor(me, cx, &p, None, to).await,
        [one] if staff => become_actor(me, cx, &p, Some(one), to).await,
        _ => {
            let pending = serde_json::to_string(&p).map_err(|e| Fault::internal(&e))?;
            cx.keep("proven", &pending);
            cx.keep("to", to);
            cx.redirect("/sign-in/as")
        }
    }
}

async fn places(me: &Identity, p: &Proven) -> Answer<Vec<StaffMember>> {
    let mut tx = me.0.db.snapshot().await?;
    Ok(staff::places(&mut tx, &p.code).await?)
}

/// What one enters as is read in the write that records it, together with its epoch: whoever takes it away comes before this
/// write, and it is not seen, or after it, and the session does not hold.
async fn become_actor(me: &Identity, cx: &PageCx, p: &Proven, place: Option<&StaffMember>, to: &str) -> Answer {
    let id = place.map_or_else(|| p.identifier.clone(), |m| m.id.clone());
    let work = (cx.cx(), (id, place.is_some(), p));
    let entered = me.0.db.write(&work, |tx: &mut Tx, (_, (id, works, p))| {
        Box::pin(async move {
            let place = if *works { staff::active(tx, id, &p.code).await? } else { None };
            if *works && place.is_none() {
                return Ok::<_, Fault>(None);
            }
            let own = if *works { session::epoch(tx, id).await? } else { p.epoch };
            let body = json!({ "method": "eid-card", "certificate": p.serial });
            ledger::record(tx, Entry::new("identity.enter.done", id, body)).await?;
            Ok(Some((place, Epochs { actor: own, human: p.epoch })))
        })
    });
    let Some((place, epochs)) = entered.await? else {
        let fields = Fields::default().with("staff", 1).with("to", to);
        return refuse(me, cx, &fields, EnterError::NotStaff.into()).await;
    };
    let roles = place.iter().flat_map(|m| &m.roles).filter_map(|r| Role::from_name(r)).collect();
    let actor = Actor {
        id: work.1.0,
        person_code: p.code.clone(),
        given_name: p.given_name.clone(),
        surname: p.surname.clone(),
        roles,
        institution: place.map(|m| m.institution.clone()),
        method: "eid-card".to_owned(),
        since: p.at,
    };
    let home = if actor.is_staff() { "/clerk" } else { "/my" };
    cx.sign_in(actor, epochs).await?;
    cx.redirect(if to.is_empty() { home } else { to })
}

#[derive(Template)]
#[template(path = "enter/as.html")]
struct AsPage<'a> {
    cx: &'a PageCx,
    name: String,
    places: Vec<StaffMember>,
}

fn pending(cx: &PageCx) -> Option<Proven> {
    let p: Proven = serde_json::from_str(&cx.kept("proven")?).ok()?;
    let age = cx.cx().now().duration_since(p.at);
    (age <= CHOICE_LIFE && age >= -SignedDuration::from_mins(1)).then_some(p)
}

/// Privately or at work?
pub(crate) async fn show_as(State(me): State<Identity>, cx: PageCx) -> Answer {
    let Some(p) = pending(&cx) else { return cx.redirect("/sign-in") };
    let page = AsPage { cx: &cx, name: format!("{} {}", p.given_name, p.surname), places: places(&me, &p).await? };
    cx.page(&page)
}

/// The answer to it.
pub(crate) async fn enter_as(State(me): State<Identity>, cx: PageCx, fields: Fields) -> Answer {
    let Some(p) = pending(&cx) else { return cx.redirect("/sign-in") };
    let all = places(&me, &p).await?;
    let chosen = all.iter().find(|m| m.id == fields.get("as"));
    if chosen.is_none() && fields.get("as") != "person" {
        return cx.redirect("/sign-in/as");
    }
    cx.take("proven");
    let to = cx.take("to").unwrap_or_default();
    become_actor(&me, &cx, &p, chosen, &to).await
}

/// Ends this session.
pub(crate) async fn leave(State(me): State<Identity>, cx: PageCx) -> Answer {
    if let Some(a) = cx.actor() {
        record(&me, &cx, &Entry::new("identity.leave.done", &a.id, json!({}))).await?;
        cx.sign_out().await?;
        cx.flash("ok", "identity-left", &[]);
    }
    cx.redirect("/")
}

/// Ends every session of the person, on every device.
pub(crate) async fn leave_everywhere(State(me): State<Identity>, cx: PageCx) -> Answer {
    let who = cx.who()?;
    record(&me, &cx, &Entry::new("identity.leave.everywhere", &who.id, json!({}))).await?;
    cx.sign_out_everywhere().await?;
    cx.flash("ok", "identity-left-everywhere", &[]);
    cx.redirect("/")
}

/// The person of a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// `PNOLV-…`, or `staff:…` at work.
    id: String,
    /// Given names.
    given_name: String,
    /// Family name.
    surname: String,
    /// The institution, at work.
    institution: Option<String>,
    /// Roles at work.
    roles: Vec<String>,
    /// How they signed in.
    method: String,
    /// When, RFC 3339.
    since: String,
}

pub(crate) async fn session(cx: PageCx) -> Answer {
    let a = cx.who()?;
    let roles = a.roles.iter().map(|r| r.name().to_owned()).collect();
    cx.json(&SessionView {
        id: a.id,
        given_name: a.given_name,
        surname: a.surname,
        institution: a.institution,
        roles,
        method: a.method,
        since: a.since.to_string(),
    })
}
