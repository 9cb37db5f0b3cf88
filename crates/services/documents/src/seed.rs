use base::Cx;
use contract::register::{Get, PersonRef, Reader};
use store::JobError;

use crate::{
    Documents,
    application::{self, Application, ApplicationId, ApplyError, Staff, State, store as rows},
    card, clerk,
    envelope::{Pins, SealedPins},
    making, photo,
};

/// A card to be issued to an invented person of a demonstration.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The person's id in the register.
    pub person: String,
    /// The photo, as it would be uploaded.
    pub photo: Vec<u8>,
    /// PINs known beforehand, so that a demonstration can tell them.
    pub pins: Pins,
}

/// What was issued, or had been before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The person's id in the register.
    pub person: String,
    /// Document number.
    pub document: String,
    /// Id of the card itself, as its reader names it.
    pub card: String,
    /// Whether the card was made now.
    pub now: bool,
}

/// Issues a card the way clerks do: application, photo, decision by another clerk, making, hand-over, activation. Idempotent:
/// a person who has a card keeps it, and a card that was begun is finished.
pub async fn seed(
    app: &Documents,
    cx: &Cx,
    (first, second): (&Staff, &Staff),
    issue: &Issue,
) -> Result<Issued, web::Fault> {
    let person = issue.person.clone();
    let known = app.db().read(|tx| Box::pin(async move { rows::of_person(tx, &person).await })).await?;
    let begun = known.into_iter().find(|a| !matches!(a.state, State::Rejected | State::Withdrawn | State::Stopped));
    let id = match &begun {
        Some(a) => a.id,
        None => begin(app, cx, first, issue).await?,
    };
    let now = begun.is_none_or(|a| a.state != State::Active);
    // Each turn takes one step; there are fewer steps than turns.
    for _ in 0..8 {
        let a = get(app, id).await?;
        match a.state {
            State::Draft => submit(app, cx, &a, first, issue).await?,
            State::Submitted => decide(app, cx, &a, second).await?,
            State::Approved => order(app, cx, &a, second, &issue.pins).await?,
            State::Personalising => making::make_now(app, cx, id).await.map_err(failed)?,
            State::Ready => {
                clerk::hand_over(app, cx, &a, a.version, second, "passport", "").await?;
            }
            State::HandedOver => making::activate_now(app, cx, id).await.map_err(failed)?,
            State::Active | State::Rejected | State::Withdrawn | State::Stopped => break,
        }
    }
    let a = get(app, id).await?;
    let card = card::chip(&mut app.db().snapshot().await?, id).await?.unwrap_or_default();
    Ok(Issued { person: issue.person.clone(), document: a.document.unwrap_or_default(), card, now })
}

fn failed(e: JobError) -> web::Fault {
    web::Fault::internal(&e)
}

async fn get(app: &Documents, id: ApplicationId) -> Result<Application, web::Fault> {
    let found = app.db().read(|tx| Box::pin(async move { rows::get(tx, id).await })).await?;
    Ok(found.ok_or(ApplyError::Unknown)?)
}

async fn person(app: &Documents, cx: &Cx, by: &Staff, person: &str) -> Result<contract::register::Person, web::Fault> {
    let reader = Reader {
        actor: by.actor.clone(),
        institution: by.institution.clone(),
        purpose: "document-application".into(),
        case: None,
    };
    Ok(app.peers().call(cx, Get { person: PersonRef::Id(person.to_owned()), reader }).await?)
}

async fn begin(app: &Documents, cx: &Cx, by: &Staff, issue: &Issue) -> Result<ApplicationId, web::Fault> {
    let p = person(app, cx, by, &issue.person).await?;
    let id: Result<ApplicationId, ApplyError> = app
        .db()
        .write(&(cx, (by, p)), |tx, (_, (by, p))| Box::pin(async move { application::start(tx, by, p).await }))
        .await;
    Ok(id?)
}

async fn submit(app: &Documents, cx: &Cx, a: &Application, by: &Staff, issue: &Issue) -> Result<(), web::Fault> {
    let jpeg = photo::normalise(&issue.photo)?;
    clerk::attach(app, cx, a, by, &jpeg).await?;
    let p = person(app, cx, by, &a.person).await?;
    let id = a.id;
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx, (by, p)), |tx, (_, (by, p))| {
            Box::pin(async move {
                application::set_answers(tx, id, by, |a| a.reason = Some("first".to_owned())).await?;
                let version = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?.version;
                application::submit(tx, id, version, by, p).await
            })
        })
        .await;
    Ok(done?)
}

async fn decide(app: &Documents, cx: &Cx, a: &Application, by: &Staff) -> Result<(), web::Fault> {
    let (id, version) = (a.id, a.version);
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx, by), |tx, (_, by)| Box::pin(async move { application::decide(tx, id, version, by, None).await }))
        .await;
    Ok(done?)
}

async fn order(app: &Documents, cx: &Cx, a: &Application, by: &Staff, pins: &Pins) -> Result<(), web::Fault> {
    let (id, version) = (a.id, a.version);
    let sealed = SealedPins::under_ring(cx, app.ring(), pins);
    let done: Result<(), ApplyError> = app
        .db()
        .write(&(cx, (by, sealed)), |tx, (_, (by, sealed))| {
            Box::pin(async move { application::make(tx, id, version, by, sealed).await })
        })
        .await;
    Ok(done?)
}
