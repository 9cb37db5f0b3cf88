//! The making of a card and the activation of its certificates: jobs that may run twice and may be cut off anywhere.

use base::{Cx, Secret};
use contract::ca::{Change, ChangeStatus};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use store::{Job, JobError, Worker};

use crate::{
    Documents,
    application::{self, Application, ApplicationId, ApplyError, Staff, State, holder, store as rows},
    card::{self, Made},
    envelope,
};

/// Makes the card of an application.
pub(crate) const MAKE: &str = "documents.make";
/// Activates the certificates of a card that was handed over.
pub(crate) const ACTIVATE: &str = "documents.activate";
/// Empties what is past its time.
const SWEEP: &str = "documents.sweep";
/// Days after which a draft that nobody touches is given up.
const DRAFT_DAYS: i64 = 14;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Order {
    /// Id of the application, also the idempotency key: the same order gives the same card.
    pub application: ApplicationId,
    /// Document number.
    pub number: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Personal code, 11 digits.
    pub code: String,
    /// Day of birth, `YYYY-MM-DD`.
    pub born: String,
    /// Citizenship word.
    pub citizenship: String,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Four digits.
    pub pin1: Secret<String>,
    /// Six digits.
    pub pin2: Secret<String>,
    /// Eight digits.
    pub puk: Secret<String>,
}

/// Why a card was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct MakeError {
    /// Stable code, shown on the application's page.
    pub code: String,
    /// Whether trying again may help.
    pub transient: bool,
}

/// One step of the making, for the page that shows how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakeStep {
    /// Word; the texts are found by it.
    pub name: String,
    /// When it was done.
    pub done: Option<Timestamp>,
    /// Why it failed at the last try.
    pub error: Option<String>,
}

/// What makes cards. Asked again for the same application it goes on where it was cut off.
pub trait Maker: Send + Sync {
    /// Makes the card.
    fn make<'a>(&'a self, cx: &'a Cx, order: &'a Order) -> BoxFuture<'a, Result<Made, MakeError>>;
    /// How far it is.
    fn steps(&self, application: ApplicationId) -> BoxFuture<'_, Result<Vec<MakeStep>, store::StoreError>>;
}

pub(crate) fn register(app: &Documents, worker: &mut Worker) {
    let this = app.clone();
    worker.on(MAKE, move |cx, job| make(this.clone(), cx, job));
    let this = app.clone();
    worker.on(ACTIVATE, move |cx, job| activate(this.clone(), cx, job));
    let this = app.clone();
    worker.on(SWEEP, move |cx, _| sweep(this.clone(), cx));
    worker.every(SWEEP, SignedDuration::from_hours(1));
}

impl From<ApplyError> for JobError {
    fn from(e: ApplyError) -> Self {
        let code = web::Refuses::code(&e).into_owned();
        match e {
            ApplyError::Store(e) => e.into(),
            ApplyError::Peer(e) if e.transient => Self::retry(code),
            ApplyError::Stale => Self::retry(code),
            _ => Self::dead(code),
        }
    }
}

async fn load(app: &Documents, id: ApplicationId) -> Result<Application, JobError> {
    let found = app.db().read(|tx| Box::pin(async move { rows::get(tx, id).await })).await?;
    found.ok_or_else(|| JobError::dead("documents.application.unknown"))
}

/// Says on the application's page why it does not go on.
async fn wait_visibly(app: &Documents, cx: &Cx, id: ApplicationId, why: &str) -> Result<(), JobError> {
    app.db()
        .write(&(cx, why), |tx, (_, why)| Box::pin(async move { rows::attention(tx, id, why).await }))
        .await
        .map_err(JobError::from)
}

async fn make(app: Documents, cx: Cx, job: Job) -> Result<(), JobError> {
    make_now(&app, &cx, job.read()?).await
}

/// Makes a card that was ordered, or goes on with it. Nothing to do is no error.
pub(crate) async fn make_now(app: &Documents, cx: &Cx, id: ApplicationId) -> Result<(), JobError> {
    let a = load(app, id).await?;
    if a.state != State::Personalising {
        return Ok(());
    }
    let pins = envelope::kept(app.db(), app.ring(), id).await?;
    let order = Order {
        application: id,
        number: a.document.clone().unwrap_or_default(),
        given_name: a.given.clone(),
        family_name: a.family.clone(),
        code: a.code.clone(),
        born: a.born.to_string(),
        citizenship: a.citizenship.clone(),
        not_after: a.not_after.unwrap_or_else(|| cx.now()),
        pin1: pins.pin1,
        pin2: pins.pin2,
        puk: pins.puk,
    };
    match app.maker().make(cx, &order).await {
        Ok(made) => {
            let done: Result<(), ApplyError> = app
                .db()
                .write(&(cx, made), |tx, (_, made)| Box::pin(async move { application::made(tx, id, made).await }))
                .await;
            Ok(done?)
        }
        Err(e) => {
            wait_visibly(app, cx, id, &e.code).await?;
            Err(if e.transient { JobError::retry(e.code) } else { JobError::dead(e.code) })
        }
    }
}

async fn activate(app: Documents, cx: Cx, job: Job) -> Result<(), JobError> {
    activate_now(&app, &cx, job.read()?).await
}

/// Activates the certificates of a card that was handed over. Nothing to do is no error.
pub(crate) async fn activate_now(app: &Documents, cx: &Cx, id: ApplicationId) -> Result<(), JobError> {
    let found = app.db().read(|tx| Box::pin(async move { card::of_application(tx, id).await })).await?;
    let card = found.ok_or_else(|| JobError::dead("documents.application.unknown"))?;
    if card.state != contract::documents::CardState::HandedOver {
        return Ok(());
    }
    for certificate_id in [card.authentication, card.signature].into_iter().flatten() {
        let change = Change::Activate { hand_over: id.named() };
        let call = ChangeStatus { certificate_id, change, actor: "service:documents".into() };
        if let Err(e) = app.peers().call(cx, call).await {
            let now = app.db().read(|tx| Box::pin(async move { card::of_application(tx, id).await })).await?;
            if now.is_none_or(|c| c.state != contract::documents::CardState::HandedOver) {
                return Ok(()); // revoked meanwhile
            }
            wait_visibly(app, cx, id, &e.code).await?;
            return Err(if e.transient { JobError::retry(e.code) } else { JobError::dead(e.code) });
        }
    }
    let done: Result<(), ApplyError> =
        app.db().write(cx, |tx, _| Box::pin(async move { application::activated(tx, id).await })).await;
    Ok(done?)
}

async fn sweep(app: Documents, cx: Cx) -> Result<(), JobError> {
    let done: Result<(), ApplyError> = app
        .db()
        .write(&cx, |tx, cx| {
            Box::pin(async move {
                envelope::sweep(tx).await?;
                let before = cx.now().checked_sub(SignedDuration::from_hours(24 * DRAFT_DAYS)).unwrap_or_default();
                for id in rows::stale_drafts(tx, before).await? {
                    give_up(tx, id).await?;
                }
                Ok(())
            })
        })
        .await;
    Ok(done?)
}

/// A draft that nobody touches is withdrawn in the name of the clerk who began it, and its photo let go.
async fn give_up(tx: &mut store::Tx, id: ApplicationId) -> Result<(), ApplyError> {
    let Some(a) = rows::get(tx, id).await? else { return Ok(()) };
    if let Some(photo) = &a.photo {
        tx.release(photo, &holder(id)).await?;
    }
    let by = Staff { name: String::new(), ..a.clerk.clone() };
    application::withdraw(tx, id, a.version, &by).await
}
