use contract::documents::CardState;
use serde_json::json;
use store::{NewJob, Tx};

use super::{
    BY_AUTHORITY, CardError, REVOCATIONS, SUSPENSIONS,
    store::{self as rows, Held},
    sync::SYNC,
};
use crate::{
    application::{self, ApplyError, Staff, store as applications, stranger},
    note,
};

/// What is to become of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// For a while, with one of [`SUSPENSIONS`].
    Suspend(String),
    /// A clerk who has seen the holder asks for it.
    AskResume,
    /// Another clerk agrees.
    Resume,
    /// For ever, with one of [`REVOCATIONS`].
    Revoke(String),
}

/// Who wants it.
#[derive(Clone, Debug)]
pub(super) enum By {
    Clerk(Staff),
    /// The holder, by personal code with the dash.
    Holder(String),
    /// An operator of the CA, by actor id.
    Authority(String),
}

impl By {
    fn actor(&self) -> String {
        match self {
            Self::Clerk(s) => s.actor.clone(),
            // the ledger knows the person by the card; the code stays out of it
            Self::Holder(_) => "holder".to_owned(),
            Self::Authority(actor) => actor.clone(),
        }
    }
    fn staff(&self) -> Option<&Staff> {
        match self {
            Self::Clerk(s) => Some(s),
            Self::Holder(_) | Self::Authority(_) => None,
        }
    }
}

/// The card, if this is somebody who may change it: a clerk any card but their own, a holder their own only.
pub(super) async fn card_for(tx: &mut Tx, number: &str, by: &By) -> Result<Held, CardError> {
    let card = rows::see(tx, number).await?.ok_or(CardError::Unknown)?;
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    match by {
        By::Clerk(s) => stranger(s, &card.code).map_err(|_| CardError::OwnCard)?,
        By::Holder(code) if digits(code) == digits(&card.code) => {}
        By::Holder(_) => return Err(CardError::Unknown),
        By::Authority(_) => {}
    }
    Ok(card)
}

/// Changes the state of a card, with its event, its ledger entry, the end of the holder's sessions and the job that makes the
/// CA follow.
pub(super) async fn change(tx: &mut Tx, number: &str, by: &By, wish: &Wish) -> Result<(), CardError> {
    let card = card_for(tx, number, by).await?;
    let refused = CardError::State { state: card.state.name() };
    let (to, reason, kind) = match (wish, card.state) {
        (Wish::Suspend(r), CardState::Active) => (CardState::Suspended, Some(r.as_str()), "documents.card.suspended"),
        (Wish::Revoke(r), CardState::Ready | CardState::HandedOver | CardState::Active | CardState::Suspended) => {
            (CardState::Revoked, Some(r.as_str()), "documents.card.revoked")
        }
        (Wish::Resume, CardState::Suspended) => (CardState::Active, None, "documents.card.resumed"),
        (Wish::AskResume, CardState::Suspended) => return ask(tx, &card, by).await,
        _ => return Err(refused),
    };
    let known = match wish {
        Wish::Suspend(r) | Wish::Revoke(r) if matches!(by, By::Authority(_)) => r == BY_AUTHORITY,
        Wish::Suspend(r) => SUSPENSIONS.contains(&r.as_str()),
        Wish::Revoke(r) => REVOCATIONS.iter().any(|(w, _)| w == r),
        _ => true,
    };
    if !known {
        return Err(CardError::Reason);
    }
    if *wish == Wish::Resume {
        let (actor, code) = card.asked.as_ref().ok_or(CardError::State { state: "suspended" })?;
        if by.staff().is_none_or(|s| s.actor == *actor || s.code == *code) {
            return Err(CardError::SameClerk);
        }
    }
    if !rows::set(tx, &card, to, reason).await? {
        return Err(refused);
    }
    if to != CardState::Active {
        web::session::end_all(tx, &card.human()).await?;
    }
    applications::event(tx, card.application, kind.trim_start_matches("documents."), by.staff(), reason).await?;
    let body = json!({ "document": card.number, "reason": reason });
    note(tx, kind, card.application.as_str(), &by.actor(), body).await?;
    if to == CardState::Revoked {
        application::stop(tx, card.application, by.staff()).await.map_err(|e| match e {
            ApplyError::Store(e) => CardError::Store(e),
            _ => refused,
        })?;
    }
    tx.enqueue(NewJob::new(SYNC, &card.number)?).await?;
    Ok(())
}

async fn ask(tx: &mut Tx, card: &Held, by: &By) -> Result<(), CardError> {
    let staff = by.staff().ok_or(CardError::Unknown)?;
    if !rows::ask(tx, card, &staff.actor, &staff.code).await? {
        return Err(CardError::State { state: card.state.name() });
    }
    applications::event(tx, card.application, "card.resume-asked", Some(staff), None).await?;
    let body = json!({ "document": card.number });
    note(tx, "documents.card.resume-asked", card.application.as_str(), &staff.actor, body).await?;
    Ok(())
}
