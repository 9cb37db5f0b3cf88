use base::{Cx, KeyRing};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Db, StoreError, Tx};

use super::{Code, DAYS, EnvelopeId, Pins, SealedPins, State, seal::SealError, store as rows};
use crate::{
    application::{ApplicationId, ApplyError, Staff, store as applications},
    note,
};

/// What became of an attempt to open an envelope.
#[derive(Debug)]
pub enum Opened {
    /// The PINs, now and never again.
    Pins(Pins),
    /// The code is wrong; so many tries are left.
    Wrong {
        /// Tries left.
        left: u32,
    },
    /// Locked by wrong codes.
    Locked,
    /// It was opened before.
    Used,
    /// It has expired.
    Expired,
    /// There is no such envelope, or its card has not been handed over yet.
    Unknown,
}

fn expires(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now)
}

/// Keeps fresh PINs for an application until the hand-over.
pub(crate) async fn keep(tx: &mut Tx, id: ApplicationId, pins: &SealedPins) -> Result<(), StoreError> {
    let now = tx.now()?;
    rows::put(tx, id, pins, expires(now)).await
}

/// The PINs that were kept for an application, for the making of its card and for the hand-over.
pub(crate) async fn kept(db: &Db, ring: &KeyRing, id: ApplicationId) -> Result<Pins, ApplyError> {
    let mut tx = db.snapshot().await?;
    let envelope = rows::of_application(&mut tx, id).await?.filter(|e| e.state == State::Kept);
    let envelope = envelope.ok_or(ApplyError::State { state: "handed-over" })?;
    let sealed = rows::content(&mut tx, envelope.id).await?.ok_or(ApplyError::Sealed)?;
    sealed.open_ring(ring).map_err(|_| ApplyError::Sealed)
}

/// Seals PINs under a fresh code, away from the threads that serve requests.
pub(crate) async fn seal_for(cx: &Cx, pins: Pins) -> Result<(Code, SealedPins), ApplyError> {
    let cx = cx.clone();
    let work = move || {
        let code = Code::random(cx.random.as_ref());
        SealedPins::under_code(&cx, &code, &pins).map(|sealed| (code, sealed))
    };
    let done = tokio::task::spawn_blocking(work).await.unwrap_or(Err(SealError));
    done.map_err(|_| ApplyError::Sealed)
}

/// Gives the envelope to its holder: from here on only the code opens it.
pub(crate) async fn address(tx: &mut Tx, id: ApplicationId, pins: &SealedPins) -> Result<(), ApplyError> {
    let now = tx.now()?;
    if rows::address(tx, id, pins, expires(now)).await? { Ok(()) } else { Err(ApplyError::Stale) }
}

/// Opens an envelope. A try is used up before the code is looked at, so that guessing side by side gains nothing.
pub async fn open(db: &Db, cx: &Cx, id: EnvelopeId, code: Option<Code>) -> Result<Opened, ApplyError> {
    let spent: Result<(SealedPins, u32), Opened> =
        db.write(cx, |tx, cx| Box::pin(async move { spend(tx, cx.now(), id).await })).await?;
    let (sealed, left) = match spent {
        Ok(spent) => spent,
        Err(refused) => return Ok(refused),
    };
    let pins = match code {
        None => None,
        Some(code) => {
            let opened = tokio::task::spawn_blocking(move || sealed.open_code(&code)).await;
            opened.unwrap_or(Err(SealError)).map_err(|_| ApplyError::Sealed)?
        }
    };
    let good = pins.is_some();
    let first: bool =
        db.write(&(cx, good), |tx, (_, good)| Box::pin(async move { settle(tx, id, *good, left).await })).await?;
    Ok(match pins {
        Some(pins) if first => Opened::Pins(pins),
        Some(_) => Opened::Used,
        None if left == 0 => Opened::Locked,
        None => Opened::Wrong { left },
    })
}

async fn spend(tx: &mut Tx, now: Timestamp, id: EnvelopeId) -> Result<Result<(SealedPins, u32), Opened>, ApplyError> {
    let Some(e) = rows::see(tx, id).await? else { return Ok(Err(Opened::Unknown)) };
    match e.state {
        State::Kept => return Ok(Err(Opened::Unknown)),
        State::Opened => return Ok(Err(Opened::Used)),
        State::Expired => return Ok(Err(Opened::Expired)),
        _ if e.expires <= now => {
            expire(tx, &e).await?;
            return Ok(Err(Opened::Expired));
        }
        State::Locked => return Ok(Err(Opened::Locked)),
        State::Waiting => {}
    }
    if !rows::spend(tx, id).await? {
        return Ok(Err(Opened::Locked));
    }
    let sealed = rows::content(tx, id).await?.ok_or(ApplyError::Sealed)?;
    Ok(Ok((sealed, e.tries.saturating_sub(1))))
}

/// Notes how an attempt ended; answers whether this attempt is the one that opened it.
async fn settle(tx: &mut Tx, id: EnvelopeId, good: bool, left: u32) -> Result<bool, ApplyError> {
    let Some(e) = rows::see(tx, id).await? else { return Ok(false) };
    if good {
        if !rows::opened(tx, id).await? {
            return Ok(false);
        }
        applications::event(tx, e.application, "envelope-opened", None, None).await?;
        note(tx, "documents.envelope.opened", e.application.as_str(), "holder", json!({})).await?;
        return Ok(true);
    }
    applications::event(tx, e.application, "envelope-wrong", None, Some(&left.to_string())).await?;
    note(tx, "documents.envelope.wrong-code", e.application.as_str(), "unknown", json!({ "left": left })).await?;
    if left == 0 && rows::lock(tx, id).await? {
        applications::event(tx, e.application, "envelope-locked", None, None).await?;
        note(tx, "documents.envelope.locked", e.application.as_str(), "service:documents", json!({})).await?;
    }
    Ok(false)
}

/// A clerk who has seen the holder again gives three more tries.
pub async fn unlock(tx: &mut Tx, application: ApplicationId, by: &Staff) -> Result<(), ApplyError> {
    let envelope = rows::of_application(tx, application).await?.ok_or(ApplyError::Unknown)?;
    if !rows::unlock(tx, envelope.id).await? {
        return Err(ApplyError::State { state: envelope.state.name() });
    }
    applications::event(tx, application, "envelope-unlocked", Some(by), None).await?;
    note(tx, "documents.envelope.unlocked", application.as_str(), &by.actor, json!({})).await?;
    Ok(())
}

/// Empties the envelope of an application whose card is not going to be used.
pub(crate) async fn destroy(tx: &mut Tx, application: ApplicationId) -> Result<(), ApplyError> {
    match rows::of_application(tx, application).await? {
        Some(e) if !matches!(e.state, State::Opened | State::Expired) => expire(tx, &e).await,
        _ => Ok(()),
    }
}

async fn expire(tx: &mut Tx, e: &super::Envelope) -> Result<(), ApplyError> {
    rows::expire(tx, e.id).await?;
    applications::event(tx, e.application, "envelope-expired", None, None).await?;
    note(tx, "documents.envelope.expired", e.application.as_str(), "service:documents", json!({})).await?;
    Ok(())
}

/// Empties the envelopes whose time is over; answers how many.
pub(crate) async fn sweep(tx: &mut Tx) -> Result<usize, ApplyError> {
    let now = tx.now()?;
    let over = rows::expired(tx, now).await?;
    for e in &over {
        expire(tx, e).await?;
    }
    Ok(over.len())
}
