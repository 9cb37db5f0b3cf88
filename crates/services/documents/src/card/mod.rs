//! The cards that this service has ordered, and where they are in their lives.

use contract::documents::{Card, CardState};
use jiff::Timestamp;
use store::{Row, StoreError, Tx, params};

use crate::application::{Application, ApplicationId};

const PUT: &str = "INSERT INTO documents_card (number, application, code, given, family, state, not_after) \
    VALUES ($1, $2, $3, $4, $5, 'personalising', $6)";
const MADE: &str = "UPDATE documents_card SET state = 'ready', card = $2, authentication = $3, signature = $4, issued = $5 \
    WHERE application = $1 AND state = 'personalising'";
const SET_STATE: &str = "UPDATE documents_card SET state = $2 WHERE application = $1";
const ACTIVATED: &str = "UPDATE documents_card SET state = 'active', activated = $2 \
    WHERE application = $1 AND state = 'handed-over'";
const OF_APPLICATION: &str = "SELECT number, state, given, family, issued, not_after, authentication, signature \
    FROM documents_card WHERE application = $1";
const CHIP: &str = "SELECT card FROM documents_card WHERE application = $1";
const OF_CODE: &str = "SELECT number, state, given, family, issued, not_after, authentication, signature \
    FROM documents_card WHERE code = $1 ORDER BY number DESC LIMIT 50";

pub(crate) const QUERIES: &[&str] = &[PUT, MADE, SET_STATE, ACTIVATED, OF_APPLICATION, CHIP, OF_CODE];

/// What personalisation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Id of the physical or virtual card.
    pub card: String,
    /// Id of the authentication certificate at the CA.
    pub authentication: String,
    /// Id of the signature certificate at the CA.
    pub signature: String,
}

const STATES: [CardState; 7] = [
    CardState::Personalising,
    CardState::Ready,
    CardState::HandedOver,
    CardState::Active,
    CardState::Suspended,
    CardState::Revoked,
    CardState::Expired,
];

/// The state in a column.
pub(crate) fn state(row: &Row, index: usize) -> Result<CardState, StoreError> {
    let word = row.text(index)?;
    let state = STATES.into_iter().find(|s| s.name() == word);
    state.ok_or_else(|| StoreError::Column { index, detail: "no such state".into() })
}

fn card(row: &Row) -> Result<Card, StoreError> {
    Ok(Card {
        number: row.text(0)?,
        state: state(row, 1)?,
        given_name: row.text(2)?,
        family_name: row.text(3)?,
        issued: row.time_opt(4)?,
        not_after: row.time(5)?,
        authentication: row.text_opt(6)?,
        signature: row.text_opt(7)?,
    })
}

pub(crate) async fn order(tx: &mut Tx, a: &Application, number: &str, not_after: Timestamp) -> Result<(), StoreError> {
    tx.run(PUT, params![number, a.id, a.code, a.given, a.family, not_after]).await.map(|_| ())
}

pub(crate) async fn made(tx: &mut Tx, id: ApplicationId, made: &Made) -> Result<(), StoreError> {
    let now = tx.now()?;
    tx.run(MADE, params![id, made.card, made.authentication, made.signature, now]).await.map(|_| ())
}

pub(crate) async fn set_state(tx: &mut Tx, id: ApplicationId, state: CardState) -> Result<(), StoreError> {
    tx.run(SET_STATE, params![id, state.name()]).await.map(|_| ())
}

pub(crate) async fn activated(tx: &mut Tx, id: ApplicationId) -> Result<(), StoreError> {
    let now = tx.now()?;
    tx.run(ACTIVATED, params![id, now]).await.map(|_| ())
}

/// The card of an application.
pub(crate) async fn of_application(tx: &mut Tx, id: ApplicationId) -> Result<Option<Card>, StoreError> {
    tx.optional(OF_APPLICATION, params![id]).await?.as_ref().map(card).transpose()
}

/// Id of the physical or virtual card of an application, once it is made.
pub(crate) async fn chip(tx: &mut Tx, id: ApplicationId) -> Result<Option<String>, StoreError> {
    Ok(tx.optional(CHIP, params![id]).await?.map(|r| r.text_opt(0)).transpose()?.flatten())
}

/// The cards of a person by personal code, newest first.
pub(crate) async fn of_code(tx: &mut Tx, code: &str) -> Result<Vec<Card>, StoreError> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    tx.all(OF_CODE, params![digits]).await?.iter().map(card).collect()
}
