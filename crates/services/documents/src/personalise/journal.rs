//! The journal of a making.

use base::{Cx, Timestamp};
use card::profile::Use;
use serde_json::json;
use store::{Db, Row, StoreError, Tx, params};

use super::error::Unmade;
use crate::{application::ApplicationId, making::MakeStep};

const BEGIN: &str = "INSERT INTO documents_making (application, chip, kid, begun) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (application) DO NOTHING";
const LOAD: &str = "SELECT chip, kid, authentication_point, signature_point, authentication, signature, \
    authentication_der, signature_der FROM documents_making WHERE application = $1";
const AUTHENTICATION_POINT: &str = "UPDATE documents_making SET authentication_point = $2 WHERE application = $1";
const SIGNATURE_POINT: &str = "UPDATE documents_making SET signature_point = $2 WHERE application = $1";
const AUTHENTICATION: &str =
    "UPDATE documents_making SET authentication = $2, authentication_der = $3 WHERE application = $1";
const SIGNATURE: &str = "UPDATE documents_making SET signature = $2, signature_der = $3 WHERE application = $1";
const FAILED: &str = "UPDATE documents_making SET error = $2 WHERE application = $1";
const ERROR: &str = "SELECT error FROM documents_making WHERE application = $1";
const STEP: &str = "INSERT INTO documents_making_step (application, name, done) VALUES ($1, $2, $3) \
    ON CONFLICT (application, name) DO NOTHING";
const HAS: &str = "SELECT done FROM documents_making_step WHERE application = $1 AND name = $2";
const STEPS: &str = "SELECT name, done FROM documents_making_step WHERE application = $1";

pub(crate) const QUERIES: &[&str] =
    &[BEGIN, LOAD, AUTHENTICATION_POINT, SIGNATURE_POINT, AUTHENTICATION, SIGNATURE, FAILED, ERROR, STEP, HAS, STEPS];

/// A step of the making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A blank card lies ready.
    Blank,
    /// The key was made on board.
    Key(Use),
    /// The certificate was issued, on hold.
    Certificate(Use),
    /// Data, certificates and directories stand on the card.
    Written,
    /// PINs are set, and the personalisation is ended for good.
    Closed,
    /// Both keys sign for their certificates.
    Tried,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Blank,
        Self::Key(Use::Authentication),
        Self::Key(Use::Signature),
        Self::Certificate(Use::Authentication),
        Self::Certificate(Use::Signature),
        Self::Written,
        Self::Closed,
        Self::Tried,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Key(Use::Authentication) => "authentication-key",
            Self::Key(Use::Signature) => "signature-key",
            Self::Certificate(Use::Authentication) => "authentication-certificate",
            Self::Certificate(Use::Signature) => "signature-certificate",
            Self::Written => "written",
            Self::Closed => "closed",
            Self::Tried => "tried",
        }
    }

    /// The kind of its ledger entry.
    fn kind(self) -> &'static str {
        match self {
            Self::Blank => "documents.card.blank",
            Self::Key(_) => "documents.card.key",
            Self::Certificate(_) => "documents.card.certificate",
            Self::Written => "documents.card.written",
            Self::Closed => "documents.card.closed",
            Self::Tried => "documents.card.tried",
        }
    }
}

/// What the journal knows of a card.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) chip: String,
    pub(super) kid: u32,
    pub(super) authentication: Option<String>,
    pub(super) signature: Option<String>,
    points: [Option<Vec<u8>>; 2],
    ders: [Option<Vec<u8>>; 2],
}

impl Entry {
    fn of(row: &Row) -> Result<Self, StoreError> {
        let kid = u32::try_from(row.int(1)?);
        Ok(Self {
            chip: row.text(0)?,
            kid: kid.map_err(|e| StoreError::Column { index: 1, detail: e.to_string() })?,
            points: [row.bytes_opt(2)?, row.bytes_opt(3)?],
            authentication: row.text_opt(4)?,
            signature: row.text_opt(5)?,
            ders: [row.bytes_opt(6)?, row.bytes_opt(7)?],
        })
    }
    /// The public point of the key on board.
    pub(super) fn point(&self, usage: Use) -> Option<&[u8]> {
        of_use(&self.points, usage)
    }
    /// The certificate.
    pub(super) fn der(&self, usage: Use) -> Option<&[u8]> {
        of_use(&self.ders, usage)
    }
}

fn of_use([authentication, signature]: &[Option<Vec<u8>>; 2], usage: Use) -> Option<&[u8]> {
    match usage {
        Use::Authentication => authentication.as_deref(),
        Use::Signature => signature.as_deref(),
    }
}

async fn mark(tx: &mut Tx, application: ApplicationId, step: Step, chip: &str) -> Result<(), StoreError> {
    let now = tx.now()?;
    if tx.run(STEP, params![application, step.name(), now]).await? > 0 {
        let body = json!({ "chip": chip, "step": step.name() });
        ledger::record(tx, ledger::Entry::new(step.kind(), application.as_str(), body)).await?;
        tx.run(FAILED, params![application, None::<String>]).await?;
    }
    Ok(())
}

async fn entry(tx: &mut Tx, application: ApplicationId) -> Result<Entry, StoreError> {
    Entry::of(&tx.one(LOAD, params![application]).await?)
}

/// The journal of this application; opened, with a new chip number, when there is none.
pub(super) async fn begin(db: &Db, cx: &Cx, application: ApplicationId, kid: u32) -> Result<Entry, Unmade> {
    db.write(cx, |tx, cx| {
        Box::pin(async move {
            let chip: String = cx.bytes::<8>().iter().map(|b| format!("{b:02X}")).collect();
            tx.run(BEGIN, params![application, chip, kid, cx.now()]).await?;
            Ok(entry(tx, application).await?)
        })
    })
    .await
}

pub(super) async fn load(db: &Db, application: ApplicationId) -> Result<Entry, Unmade> {
    db.read(|tx| Box::pin(async move { Ok(entry(tx, application).await?) })).await
}

pub(super) async fn has(db: &Db, application: ApplicationId, step: Step) -> Result<bool, Unmade> {
    Ok(db.optional(HAS, params![application, step.name()]).await?.is_some())
}

pub(super) async fn done(db: &Db, cx: &Cx, application: ApplicationId, step: Step) -> Result<(), Unmade> {
    db.write(cx, |tx, _| {
        Box::pin(async move {
            let chip = entry(tx, application).await?.chip;
            Ok(mark(tx, application, step, &chip).await?)
        })
    })
    .await
}

pub(super) async fn keep_point(
    db: &Db,
    cx: &Cx,
    application: ApplicationId,
    usage: Use,
    point: Vec<u8>,
) -> Result<(), Unmade> {
    db.write(&(cx, point), |tx, (_, point)| {
        Box::pin(async move {
            let sql = match usage {
                Use::Authentication => AUTHENTICATION_POINT,
                Use::Signature => SIGNATURE_POINT,
            };
            tx.run(sql, params![application, point]).await?;
            let chip = entry(tx, application).await?.chip;
            Ok(mark(tx, application, Step::Key(usage), &chip).await?)
        })
    })
    .await
}

pub(super) async fn keep_certificate(
    db: &Db,
    cx: &Cx,
    application: ApplicationId,
    usage: Use,
    id: String,
    der: Vec<u8>,
) -> Result<(), Unmade> {
    db.write(&(cx, (id, der)), |tx, (_, (id, der))| {
        Box::pin(async move {
            let sql = match usage {
                Use::Authentication => AUTHENTICATION,
                Use::Signature => SIGNATURE,
            };
            tx.run(sql, params![application, id, der]).await?;
            let chip = entry(tx, application).await?.chip;
            Ok(mark(tx, application, Step::Certificate(usage), &chip).await?)
        })
    })
    .await
}

pub(super) async fn failed(db: &Db, cx: &Cx, application: ApplicationId, code: &str) -> Result<(), StoreError> {
    db.write(&(cx, code), |tx, (_, code)| {
        Box::pin(async move { tx.run(FAILED, params![application, code]).await.map(|_| ()) })
    })
    .await
}

/// All steps in their order, done or not; the reason of the last failure stands at the first that is not.
pub(super) async fn steps(db: &Db, application: ApplicationId) -> Result<Vec<MakeStep>, StoreError> {
    let mut error = match db.optional(ERROR, params![application]).await? {
        Some(row) => row.text_opt(0)?,
        None => None,
    };
    let rows = db.all(STEPS, params![application]).await?;
    let marked: Vec<(String, Timestamp)> =
        rows.iter().map(|r| Ok((r.text(0)?, r.time(1)?))).collect::<Result<_, StoreError>>()?;
    let step = |step: Step| {
        let done = marked.iter().find(|(name, _)| name == step.name()).map(|(_, at)| *at);
        let error = if done.is_none() { error.take() } else { None };
        MakeStep { name: step.name().to_owned(), done, error }
    };
    Ok(Step::ALL.map(step).into())
}
