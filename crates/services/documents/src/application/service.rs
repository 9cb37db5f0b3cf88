use contract::register::Person;
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use serde_json::json;
use store::{NewJob, Tx};

use super::{Application, ApplicationId, ApplyError, PROOFS, REASONS, Staff, State, Step, store as rows};
use crate::{
    card,
    envelope::{self, SealedPins},
    making::{ACTIVATE, MAKE},
    note,
};

/// Years that a card is valid.
const YEARS: i16 = 10;
/// Years of age from which a card carries certificates.
const AGE: i16 = 14;

fn deadline(now: Timestamp, state: State) -> Option<Timestamp> {
    state.hours().and_then(|h| now.checked_add(SignedDuration::from_hours(h)).ok())
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(web::i18n::riga()).date()
}

/// The person's data as they will stand on the card.
fn take_over(a: &mut Application, p: &Person) {
    (a.code, a.given, a.family) = (p.code.clone(), p.given_name.clone(), p.family_name.clone());
    a.citizenship.clone_from(&p.citizenship);
    if let Ok(born) = p.born.parse() {
        a.born = born;
    }
}

/// A clerk takes no part in the issuing of their own card, whatever dashes the codes are written with.
pub(crate) fn stranger(by: &Staff, code: &str) -> Result<(), ApplyError> {
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    let (clerk, holder) = (digits(&by.code), digits(code));
    if !clerk.is_empty() && clerk == holder { Err(ApplyError::OwnCard) } else { Ok(()) }
}

/// Begins a draft for a person.
pub(crate) async fn start(tx: &mut Tx, by: &Staff, person: &Person) -> Result<ApplicationId, ApplyError> {
    let cx = tx.cx()?;
    let now = cx.now();
    let born: Date = person.born.parse().map_err(|_| ApplyError::Incomplete { what: "birth" })?;
    stranger(by, &person.code)?;
    if born.checked_add(AGE.years()).is_ok_and(|grown| grown > today(now)) {
        return Err(ApplyError::TooYoung);
    }
    if let Some(number) = rows::open_of(tx, &person.id).await? {
        return Err(ApplyError::OpenAlready { number });
    }
    let serial = tx.reserve("documents.application", 1).await?;
    let mut a = Application {
        id: cx.id(),
        number: format!("E{:02}-{serial:06}", today(now).year() % 100),
        person: person.id.clone(),
        code: String::new(),
        given: String::new(),
        family: String::new(),
        born,
        citizenship: String::new(),
        reason: None,
        photo: None,
        email: person.email.clone(),
        phone: person.phone.clone(),
        state: State::Draft,
        clerk: by.clone(),
        decider: None,
        rejection: None,
        document: None,
        not_after: None,
        attention: None,
        deadline: deadline(now, State::Draft),
        version: 1,
        created: now,
    };
    take_over(&mut a, person);
    rows::put(tx, &a).await?;
    rows::event(tx, a.id, "begun", Some(by), None).await?;
    note(tx, "documents.application.begun", a.id.as_str(), &by.actor, json!({ "number": a.number })).await?;
    Ok(a.id)
}

/// Fills in a draft. Only the clerk who began it may.
pub(crate) async fn set_answers(
    tx: &mut Tx,
    id: ApplicationId,
    by: &Staff,
    change: impl FnOnce(&mut Application),
) -> Result<(), ApplyError> {
    let mut a = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?;
    if a.state != State::Draft {
        return Err(ApplyError::State { state: a.state.name() });
    }
    if a.clerk.actor != by.actor {
        return Err(ApplyError::NotYours);
    }
    change(&mut a);
    if a.reason.as_deref().is_some_and(|r| !REASONS.contains(&r)) {
        return Err(ApplyError::Incomplete { what: "reason" });
    }
    if rows::set(tx, &a).await? { Ok(()) } else { Err(ApplyError::Stale) }
}

/// Loads an application for a step and checks that the form was made for this version of it.
async fn at(tx: &mut Tx, id: ApplicationId, version: i64, step: Step) -> Result<(Application, State), ApplyError> {
    let a = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?;
    let next = a.state.after(step).ok_or(ApplyError::State { state: a.state.name() })?;
    if a.version != version {
        return Err(ApplyError::Stale);
    }
    Ok((a, next))
}

/// Writes the new state with its event and its ledger entry.
async fn move_on(
    tx: &mut Tx,
    mut a: Application,
    next: State,
    by: Option<&Staff>,
    detail: Option<&str>,
) -> Result<(), ApplyError> {
    let now = tx.now()?;
    a.state = next;
    a.deadline = deadline(now, next);
    a.attention = None;
    if !rows::set(tx, &a).await? {
        return Err(ApplyError::Stale);
    }
    rows::event(tx, a.id, next.name(), by, detail).await?;
    let kind = match next {
        State::Draft => "documents.application.begun",
        State::Submitted => "documents.application.submitted",
        State::Approved => "documents.application.approved",
        State::Personalising => "documents.card.ordered",
        State::Ready => "documents.card.made",
        State::HandedOver => "documents.card.handed-over",
        State::Active => "documents.card.active",
        State::Rejected => "documents.application.rejected",
        State::Withdrawn => "documents.application.withdrawn",
        State::Stopped => "documents.application.stopped",
    };
    let actor = by.map_or("service:documents", |b| b.actor.as_str());
    note(tx, kind, a.id.as_str(), actor, json!({ "number": a.number, "document": a.document })).await?;
    Ok(())
}

/// Sends a draft to the second clerk, with the person's data as the register has them now.
pub(crate) async fn submit(
    tx: &mut Tx,
    id: ApplicationId,
    version: i64,
    by: &Staff,
    person: &Person,
) -> Result<(), ApplyError> {
    let (mut a, next) = at(tx, id, version, Step::Submit).await?;
    if a.clerk.actor != by.actor {
        return Err(ApplyError::NotYours);
    }
    let missing = [("reason", a.reason.is_none()), ("photo", a.photo.is_none())];
    if let Some((what, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return Err(ApplyError::Incomplete { what });
    }
    if a.email.is_none() && a.phone.is_none() {
        return Err(ApplyError::Incomplete { what: "contact" });
    }
    take_over(&mut a, person);
    move_on(tx, a, next, Some(by), None).await
}

/// The second clerk approves, or rejects with a reason.
pub(crate) async fn decide(
    tx: &mut Tx,
    id: ApplicationId,
    version: i64,
    by: &Staff,
    rejection: Option<&str>,
) -> Result<(), ApplyError> {
    let step = if rejection.is_some() { Step::Reject } else { Step::Approve };
    let (mut a, next) = at(tx, id, version, step).await?;
    if a.taken_by(by) {
        return Err(ApplyError::SameClerk);
    }
    stranger(by, &a.code)?;
    if rejection.is_some_and(|r| r.trim().is_empty()) {
        return Err(ApplyError::NoReason);
    }
    a.decider = Some(by.actor.clone());
    a.rejection = rejection.map(|r| r.trim().to_owned());
    let detail = a.rejection.clone();
    move_on(tx, a, next, Some(by), detail.as_deref()).await
}

/// Gives an application up before it is decided. Only the clerk who took it may.
pub(crate) async fn withdraw(tx: &mut Tx, id: ApplicationId, version: i64, by: &Staff) -> Result<(), ApplyError> {
    let (mut a, next) = at(tx, id, version, Step::Withdraw).await?;
    if a.clerk.actor != by.actor {
        return Err(ApplyError::NotYours);
    }
    if let Some(photo) = a.photo.take() {
        tx.release(&photo, &holder(id)).await?;
    }
    move_on(tx, a, next, Some(by), None).await
}

/// Who holds the photo in the blob store.
pub(crate) fn holder(id: ApplicationId) -> String {
    format!("documents.application {id}")
}

/// Orders the card: reserves its number, keeps its sealed PINs and asks for the work, all before the first irreversible step.
pub(crate) async fn make(
    tx: &mut Tx,
    id: ApplicationId,
    version: i64,
    by: &Staff,
    pins: &SealedPins,
) -> Result<(), ApplyError> {
    let (mut a, next) = at(tx, id, version, Step::Make).await?;
    let now = tx.now()?;
    let last_day = today(now).checked_add(YEARS.years()).ok().and_then(|d| d.yesterday().ok());
    let not_after = last_day
        .and_then(|d| d.at(23, 59, 59, 0).to_zoned(web::i18n::riga()).ok())
        .map(|z| z.timestamp())
        .ok_or(ApplyError::Incomplete { what: "validity" })?;
    let serial = tx.reserve("documents.card", 1).await?;
    let number = format!("PA{:07}", (1_000_000 + serial) % 10_000_000);
    a.document = Some(number.clone());
    a.not_after = Some(not_after);
    card::order(tx, &a, &number, not_after).await?;
    envelope::keep(tx, id, pins).await?;
    tx.enqueue(NewJob::new(MAKE, &id)?.key(id.to_string())).await?;
    move_on(tx, a, next, Some(by), Some(&number)).await
}

/// Notes that the card is made. Idempotent: a card noted before is no error.
pub(crate) async fn made(tx: &mut Tx, id: ApplicationId, made: &card::Made) -> Result<(), ApplyError> {
    let a = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?;
    let Some(next) = a.state.after(Step::Made) else { return Ok(()) };
    card::made(tx, id, made).await?;
    move_on(tx, a, next, None, None).await
}

/// A hand-over: how the identity was checked, and the PINs sealed anew under the holder's code.
pub(crate) struct Handing<'a> {
    /// One of [`PROOFS`].
    pub(crate) proof: &'a str,
    /// What the clerk noted about the document that was shown.
    pub(crate) remark: &'a str,
    /// The PINs under the code.
    pub(crate) pins: SealedPins,
}

/// Hands the card over and asks for the activation of its certificates.
pub(crate) async fn hand_over(
    tx: &mut Tx,
    id: ApplicationId,
    version: i64,
    by: &Staff,
    handing: &Handing<'_>,
) -> Result<(), ApplyError> {
    let (a, next) = at(tx, id, version, Step::HandOver).await?;
    stranger(by, &a.code)?;
    // who took the application sends the address of the PIN envelope, so its code is given by another
    if a.taken_by(by) {
        return Err(ApplyError::SameHand);
    }
    if !PROOFS.contains(&handing.proof) {
        return Err(ApplyError::NoProof);
    }
    card::set_state(tx, id, contract::documents::CardState::HandedOver).await?;
    envelope::address(tx, id, &handing.pins).await?;
    tx.enqueue(NewJob::new(ACTIVATE, &id)?.key(id.to_string())).await?;
    move_on(tx, a, next, Some(by), Some(handing.proof)).await?;
    if !handing.remark.is_empty() {
        rows::event(tx, id, "remark", Some(by), Some(handing.remark)).await?;
    }
    Ok(())
}

/// Notes that the certificates are good. Idempotent.
pub(crate) async fn activated(tx: &mut Tx, id: ApplicationId) -> Result<(), ApplyError> {
    let a = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?;
    let Some(next) = a.state.after(Step::Activated) else { return Ok(()) };
    card::activated(tx, id).await?;
    move_on(tx, a, next, None, None).await
}

/// The card was revoked before it was in use: nothing more comes of the application, and its PINs are destroyed. An application that is over
/// is no error.
pub(crate) async fn stop(tx: &mut Tx, id: ApplicationId, by: Option<&Staff>) -> Result<(), ApplyError> {
    let a = rows::get(tx, id).await?.ok_or(ApplyError::Unknown)?;
    let Some(next) = a.state.after(Step::Stop) else { return Ok(()) };
    envelope::destroy(tx, id).await?;
    move_on(tx, a, next, by, None).await
}
