use contract::documents::CardState;
use jiff::Timestamp;
use store::{StoreError, Tx, params};

use crate::{application::ApplicationId, card};

const SEE: &str = "SELECT c.number, c.application, c.code, c.given, c.family, c.state, c.reason, c.changed, c.resume_actor, c.resume_code, \
    c.not_after, c.authentication, c.signature, a.person FROM documents_card c JOIN documents_application a ON a.id = c.application \
    WHERE c.number = $1";
const OF_CERTIFICATE: &str = "SELECT number FROM documents_card WHERE authentication = $1 OR signature = $1";
const SET: &str = "UPDATE documents_card SET state = $3, reason = $4, changed = $5, resume_actor = NULL, resume_code = NULL \
    WHERE number = $1 AND state = $2";
const ASK: &str =
    "UPDATE documents_card SET resume_actor = $2, resume_code = $3 WHERE number = $1 AND state = 'suspended'";
const ASKED: &str =
    "SELECT number, given, family FROM documents_card WHERE resume_actor IS NOT NULL ORDER BY number LIMIT 50";

pub(crate) const QUERIES: &[&str] = &[SEE, OF_CERTIFICATE, SET, ASK, ASKED];

/// A card with all that matters to its state.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) number: String,
    pub(super) application: ApplicationId,
    /// Id of the holder in the register.
    pub(super) person: String,
    /// Personal code, 11 digits.
    pub(super) code: String,
    pub(super) given: String,
    pub(super) family: String,
    pub(super) state: CardState,
    pub(super) reason: Option<String>,
    pub(super) changed: Option<Timestamp>,
    /// Who asked for the resumption: actor id, and personal code with the dash.
    pub(super) asked: Option<(String, String)>,
    pub(super) not_after: Timestamp,
    /// Ids of the certificates at the CA.
    pub(super) certificates: Vec<String>,
}

impl Held {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
    /// The subject of the holder's sessions.
    pub(super) fn human(&self) -> String {
        let (a, b) = self.code.split_at_checked(6).unwrap_or((&self.code, ""));
        web::session::human(&format!("{a}-{b}"))
    }
}

pub(super) async fn see(tx: &mut Tx, number: &str) -> Result<Option<Held>, StoreError> {
    let Some(r) = tx.optional(SEE, params![number]).await? else { return Ok(None) };
    Ok(Some(Held {
        number: r.text(0)?,
        application: r.id(1)?,
        code: r.text(2)?,
        given: r.text(3)?,
        family: r.text(4)?,
        state: card::state(&r, 5)?,
        reason: r.text_opt(6)?,
        changed: r.time_opt(7)?,
        asked: r.text_opt(8)?.zip(r.text_opt(9)?),
        not_after: r.time(10)?,
        certificates: [r.text_opt(11)?, r.text_opt(12)?].into_iter().flatten().collect(),
        person: r.text(13)?,
    }))
}

/// Number of the card with this certificate.
pub(super) async fn of_certificate(tx: &mut Tx, certificate: &str) -> Result<Option<String>, StoreError> {
    tx.optional(OF_CERTIFICATE, params![certificate]).await?.map(|r| r.text(0)).transpose()
}

/// Moves a card on from the state it was seen in; false if somebody was quicker.
pub(super) async fn set(tx: &mut Tx, card: &Held, to: CardState, reason: Option<&str>) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(SET, params![card.number, card.state.name(), to.name(), reason, now]).await? == 1)
}

pub(super) async fn ask(tx: &mut Tx, card: &Held, actor: &str, code: &str) -> Result<bool, StoreError> {
    Ok(tx.run(ASK, params![card.number, actor, code]).await? == 1)
}

/// Cards whose resumption waits for a second clerk: number and name.
pub(crate) async fn asked(tx: &mut Tx) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.all(ASKED, &[]).await?;
    rows.iter().map(|r| Ok((r.text(0)?, format!("{} {}", r.text(1)?, r.text(2)?)))).collect()
}
