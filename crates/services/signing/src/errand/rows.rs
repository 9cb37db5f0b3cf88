use base::{Id, Timestamp};
use store::{Row, StoreError, Tx, params};

use super::Wish;
use crate::engine::{Format, Input, Inspected, Prepared, from_blobs};

const PUT: &str = "INSERT INTO signing_errand (id, owner, session, state, created, changed, expires) \
    VALUES ($1, $2, $3, 'open', $4, $5, $6)";
const PUT_FILE: &str = "INSERT INTO signing_file (errand, place, name, media, blob, sha256, size, seen) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ONE: &str = "SELECT id, owner, session, state, format, prepared, signature, refusal, result, result_name, \
    result_sha256, result_size, report_lv, report_en, changed, expires, wish FROM signing_errand WHERE id = $1";
const FILES: &str = "SELECT name, media, blob, sha256, size, seen FROM signing_file WHERE errand = $1 ORDER BY place";
const WISH: &str = "UPDATE signing_errand SET format = $2, state = 'open', prepared = NULL, changed = $3, wish = $4 \
    WHERE id = $1 AND state IN ('open', 'prepared')";
const PREPARED: &str = "UPDATE signing_errand SET state = 'prepared', prepared = $2, changed = $3 \
    WHERE id = $1 AND state IN ('open', 'prepared')";
const SIGNED: &str = "UPDATE signing_errand SET state = 'signed', signature = $2, changed = $3 \
    WHERE id = $1 AND state = 'prepared' AND changed = $4";
const DONE: &str = "UPDATE signing_errand SET state = 'done', prepared = NULL, signature = NULL, result = $2, result_name = $3, \
    result_sha256 = $4, result_size = $5, report_lv = $6, report_en = $7, changed = $8, expires = $9 \
    WHERE id = $1 AND state = 'signed'";
const FAILED: &str = "UPDATE signing_errand SET state = 'failed', prepared = NULL, signature = NULL, refusal = $2, changed = $3 \
    WHERE id = $1 AND state = 'signed'";
const OLD: &str = "SELECT id FROM signing_errand WHERE expires < $1 AND state <> 'signed' ORDER BY id LIMIT 100";
const OVERDUE: &str = "SELECT COUNT(*) FROM signing_errand WHERE state = 'signed' AND changed < $1";
const DROP_FILES: &str = "DELETE FROM signing_file WHERE errand = $1";
const DROP: &str = "DELETE FROM signing_errand WHERE id = $1";
pub(crate) const QUERIES: &[&str] =
    &[PUT, PUT_FILE, ONE, FILES, WISH, PREPARED, SIGNED, DONE, FAILED, OLD, OVERDUE, DROP_FILES, DROP];

/// Marks ids of errands.
pub(crate) struct ErrandRow;
pub(crate) type ErrandId = Id<ErrandRow>;

/// How far an errand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Prepared,
    Signed,
    Done,
    Failed,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Prepared => "prepared",
            Self::Signed => "signed",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
    fn from_name(name: &str) -> Self {
        let all = [Self::Open, Self::Prepared, Self::Signed, Self::Done];
        all.into_iter().find(|s| s.name() == name).unwrap_or(Self::Failed)
    }
}

/// An errand with its files.
pub(crate) struct Errand {
    pub(crate) id: ErrandId,
    pub(crate) owner: String,
    pub(crate) session: Vec<u8>,
    pub(crate) state: State,
    pub(crate) wish: Option<Wish>,
    pub(crate) prepared: Option<Prepared>,
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) refusal: Option<String>,
    pub(crate) result: Option<ResultFile>,
    pub(crate) reports: Option<[String; 2]>,
    pub(crate) changed: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) files: Vec<ErrandFile>,
}

/// The signed file.
#[derive(Clone, Debug)]
pub(crate) struct ResultFile {
    pub(crate) blob: String,
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

/// A file to be signed.
#[derive(Clone, Debug)]
pub(crate) struct ErrandFile {
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) blob: String,
    pub(crate) sha256: String,
    pub(crate) size: u64,
    pub(crate) seen: Inspected,
}

impl Errand {
    /// The format that was chosen.
    pub(crate) fn format(&self) -> Option<Format> {
        self.wish.as_ref().map(|w| w.form.format)
    }
}

impl ErrandFile {
    /// The file as the engine takes it.
    pub(crate) fn input(&self, blobs: &store::Blobs) -> Input {
        from_blobs(&self.name, &self.media, self.size, blobs, &self.blob)
    }
}

/// Who holds the blobs of an errand.
pub(crate) fn holder(id: ErrandId) -> String {
    format!("signing-errand {id}")
}

pub(super) async fn put(
    tx: &mut Tx,
    id: ErrandId,
    owner: &str,
    session: &[u8],
    files: &[ErrandFile],
    expires: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now()?;
    tx.run(PUT, params![id, owner, session, now, now, expires]).await?;
    for (place, f) in files.iter().enumerate() {
        let (place, size) = (i64::try_from(place).unwrap_or(i64::MAX), i64::try_from(f.size).unwrap_or(i64::MAX));
        let seen = serde_json::to_string(&f.seen)?;
        tx.run(PUT_FILE, params![id, place, f.name, f.media, f.blob, f.sha256, size, seen]).await?;
        let blob = store::BlobRef { address: f.blob.clone(), sha256: f.sha256.clone(), size: f.size };
        tx.hold(&blob, &holder(id)).await?;
    }
    Ok(())
}

pub(super) async fn one(tx: &mut Tx, id: ErrandId) -> Result<Option<Errand>, StoreError> {
    let Some(row) = tx.optional(ONE, params![id]).await? else { return Ok(None) };
    let files = tx.all(FILES, params![id]).await?;
    let files = files.iter().map(file).collect::<Result<_, _>>()?;
    let result = match (row.text_opt(8)?, row.text_opt(9)?, row.text_opt(10)?, row.int_opt(11)?) {
        (Some(blob), Some(name), Some(sha256), Some(size)) => {
            Some(ResultFile { blob, name, sha256, size: u64::try_from(size).unwrap_or(0) })
        }
        _ => None,
    };
    let format = row.text_opt(4)?.and_then(|f| Format::from_name(&f));
    let wish = row.json_opt(16)?;
    Ok(Some(Errand {
        id: row.id(0)?,
        owner: row.text(1)?,
        session: row.bytes(2)?,
        state: State::from_name(&row.text(3)?),
        wish: wish.or_else(|| format.map(Wish::usual)),
        prepared: row.json_opt(5)?,
        signature: row.bytes_opt(6)?,
        refusal: row.text_opt(7)?,
        result,
        reports: row.text_opt(12)?.zip(row.text_opt(13)?).map(|(lv, en)| [lv, en]),
        changed: row.time(14)?,
        expires: row.time(15)?,
        files,
    }))
}

fn file(row: &Row) -> Result<ErrandFile, StoreError> {
    Ok(ErrandFile {
        name: row.text(0)?,
        media: row.text(1)?,
        blob: row.text(2)?,
        sha256: row.text(3)?,
        size: row.count(4)?,
        seen: row.json(5)?,
    })
}

pub(super) async fn set_wish(tx: &mut Tx, id: ErrandId, wish: &Wish) -> Result<bool, StoreError> {
    let (now, text) = (tx.now()?, serde_json::to_string(wish)?);
    Ok(tx.run(WISH, params![id, wish.form.format.name(), now, text]).await? == 1)
}

pub(super) async fn set_prepared(tx: &mut Tx, id: ErrandId, prepared: &str) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(PREPARED, params![id, prepared, now]).await? == 1)
}

/// `as_of` is when the preparation was made that the value belongs to.
pub(super) async fn set_signed(tx: &mut Tx, id: ErrandId, value: &[u8], as_of: Timestamp) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(SIGNED, params![id, value, now, as_of]).await? == 1)
}

pub(super) async fn set_done(
    tx: &mut Tx,
    id: ErrandId,
    result: &ResultFile,
    reports: &[String; 2],
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let now = tx.now()?;
    let size = i64::try_from(result.size).unwrap_or(i64::MAX);
    let [lv, en] = reports;
    Ok(tx.run(DONE, params![id, result.blob, result.name, result.sha256, size, lv, en, now, expires]).await? == 1)
}

pub(super) async fn set_failed(tx: &mut Tx, id: ErrandId, code: &str) -> Result<bool, StoreError> {
    let now = tx.now()?;
    Ok(tx.run(FAILED, params![id, code, now]).await? == 1)
}

pub(super) async fn expired(tx: &mut Tx) -> Result<Vec<ErrandId>, StoreError> {
    let now = tx.now()?;
    tx.all(OLD, params![now]).await?.iter().map(|r| r.id(0)).collect()
}

pub(super) async fn overdue(tx: &mut Tx, since: Timestamp) -> Result<u64, StoreError> {
    tx.one(OVERDUE, params![since]).await?.count(0)
}

pub(super) async fn drop_errand(tx: &mut Tx, id: ErrandId) -> Result<(), StoreError> {
    if let Some(errand) = one(tx, id).await? {
        release_files(tx, &errand).await?;
        if let Some(result) = &errand.result {
            tx.release(&result.blob, &holder(id)).await?;
        }
    }
    tx.run(DROP_FILES, params![id]).await?;
    tx.run(DROP, params![id]).await.map(|_| ())
}

/// Lets the files as they were before signing go.
pub(super) async fn release_files(tx: &mut Tx, errand: &Errand) -> Result<(), StoreError> {
    for f in &errand.files {
        if errand.result.as_ref().is_none_or(|r| r.blob != f.blob) {
            tx.release(&f.blob, &holder(errand.id)).await?;
        }
    }
    Ok(())
}
