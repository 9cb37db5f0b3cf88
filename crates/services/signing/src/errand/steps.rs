use base::Cx;
use ledger::Entry;
use pki::{Certificate, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{BlobRef, NewJob, StoreError};
use web::PageCx;

use super::{COMPLETE, Errand, ErrandError, ErrandFile, ErrandId, State, Wish, rows};
use crate::{
    Signing,
    engine::{EngineError, Format, Input, Kind, Prepared, choices, from_blobs, media_type, possible, to_sign},
    session,
};

/// After this many seconds a job takes up a completion that was interrupted.
const TAKE_UP: i64 = 20;

/// Whose errand it is: a person in a session, or a program.
#[derive(Clone, Debug)]
pub(crate) struct Bond {
    /// `PNOLV-…`, or `client:ID`.
    pub(crate) owner: String,
    /// Mark of the session; that of a program is the same each time.
    pub(crate) session: Vec<u8>,
    /// Whether a program prepares the signature of somebody else, whose consent is the signature value.
    program: bool,
}

impl Bond {
    /// Of the caller: a program, or a visitor who has signed in.
    pub(crate) fn of(cx: &PageCx) -> web::Answer<Self> {
        if let Some(client) = cx.client() {
            let owner = client.actor();
            let session = pki::DigestAlgorithm::Sha256.of(owner.as_bytes());
            return Ok(Self { owner, session, program: true });
        }
        Ok(Self { owner: cx.who()?.id, session: session::mark(cx), program: false })
    }
}

/// Most octets of a prepared signature that are kept: files that go into an XML or JSON document are part of it.
const MAX_STATE: usize = 32 << 20;

/// An uploaded file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewFile {
    pub(crate) name: String,
    pub(crate) blob: BlobRef,
}

/// What the card is asked to sign.
#[derive(Clone, Debug)]
pub(crate) struct ToCard {
    /// Digest of the bytes to be signed.
    pub(crate) hash: Vec<u8>,
    /// Its algorithm as Web eID names it: `SHA-256`.
    pub(crate) hash_function: &'static str,
}

/// Begins an errand with files that are in the blob store. Hostile and empty files are refused.
pub(crate) async fn open(app: &Signing, cx: &Cx, bond: &Bond, files: Vec<NewFile>) -> Result<ErrandId, ErrandError> {
    if files.is_empty() {
        return Err(EngineError::NoFile.into());
    }
    let most = app.config().files;
    if files.len() > most {
        return Err(ErrandError::TooMany { most });
    }
    let mut seen = Vec::new();
    for f in files {
        let media = media_type(&f.name);
        let input = from_blobs(&f.name, media, f.blob.size, app.blobs(), &f.blob.address);
        let looked = app.engine().inspect(&input).await?;
        let BlobRef { address, sha256, size } = f.blob;
        let name = f.name;
        seen.push(ErrandFile { name, media: media.to_owned(), blob: address, sha256, size, seen: looked });
    }
    for (i, f) in seen.iter().enumerate() {
        if seen.iter().take(i).any(|o| o.name.to_lowercase() == f.name.to_lowercase()) {
            return Err(EngineError::SameName(f.name.clone()).into());
        }
    }
    let id: ErrandId = cx.id();
    let expires = cx.now().checked_add(app.config().to_sign()).unwrap_or(cx.now());
    let only = match formats(&seen).as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let write = (cx, bond, &seen);
    app.db()
        .write(&write, |tx, (_, bond, seen)| {
            Box::pin(async move {
                rows::put(tx, id, &bond.owner, &bond.session, seen, expires).await?;
                if let Some(only) = only {
                    rows::set_wish(tx, id, &Wish::usual(only)).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(id)
}

/// The formats an errand can be signed in.
pub(crate) fn formats(files: &[ErrandFile]) -> Vec<Format> {
    choices(&kinds(files))
}

fn kinds(files: &[ErrandFile]) -> Vec<Kind> {
    files.iter().map(|f| f.seen.kind).collect()
}

/// The errand, if it is this visitor's and its time is not over.
pub(crate) async fn see(app: &Signing, cx: &Cx, bond: &Bond, id: ErrandId) -> Result<Errand, ErrandError> {
    let found = app.db().read(|tx| Box::pin(rows::one(tx, id))).await?;
    // What is signed stays its owner's after the session; before that, only the session that began may go on.
    let given = |state: State| matches!(state, State::Signed | State::Done | State::Failed);
    let mine = |e: &Errand| e.owner == bond.owner && (e.session == bond.session || given(e.state));
    let errand = found.filter(mine).ok_or(ErrandError::Unknown)?;
    if errand.expires < cx.now() && errand.state != State::Signed {
        return Err(ErrandError::Expired);
    }
    Ok(errand)
}

/// Chooses what kind of signature it is to be.
pub(crate) async fn choose(app: &Signing, cx: &Cx, bond: &Bond, id: ErrandId, wish: &Wish) -> Result<(), ErrandError> {
    let errand = see(app, cx, bond, id).await?;
    let format = wish.form.format;
    if !possible(format, &kinds(&errand.files)) {
        return Err(EngineError::Format(format.name()).into());
    }
    if let Some(why) = wish.impossible() {
        return Err(EngineError::Form(why).into());
    }
    let write = (cx, wish);
    app.db()
        .write(&write, |tx, (_, wish)| {
            Box::pin(async move { if rows::set_wish(tx, id, wish).await? { Ok(()) } else { Err(ErrandError::Order) } })
        })
        .await
}

/// Prepares the signature with the card's certificate. The intent is in the ledger before the bytes to sign are given out.
pub(crate) async fn prepare(
    app: &Signing,
    cx: &Cx,
    bond: &Bond,
    id: ErrandId,
    certificate: &[u8],
) -> Result<ToCard, ErrandError> {
    let errand = see(app, cx, bond, id).await?;
    if !matches!(errand.state, State::Open | State::Prepared) {
        return Err(ErrandError::Order);
    }
    let wish = errand.wish.clone().ok_or(ErrandError::Order)?;
    if !bond.program {
        app.engine().check_owner(certificate, &bond.owner)?;
    }
    let inputs: Vec<Input> = errand.files.iter().map(|f| f.input(app.blobs())).collect();
    let prepared = app.engine().prepare(cx, &inputs, &wish.form, &wish.claims, certificate).await?;
    let to_sign = to_sign(&prepared);
    let hash_function = match to_sign.algorithm {
        SignatureAlgorithm::Ed25519 => return Err(EngineError::CertificatePurpose.into()),
        _ => to_sign.digest_algorithm.name(),
    };
    let kept = serde_json::to_string(&prepared).map_err(StoreError::from)?;
    if kept.len() > MAX_STATE {
        return Err(EngineError::Whole(errand.files.first().map(|f| f.name.clone()).unwrap_or_default()).into());
    }
    let entry = Entry::new("signing.signature.intended", id, intent(&errand, &prepared, &to_sign.digest))
        .personal(json!({ "person": bond.owner }));
    let write = (cx, kept, entry);
    app.db()
        .write(&write, |tx, (_, kept, entry)| {
            Box::pin(async move {
                if !rows::set_prepared(tx, id, kept).await? {
                    return Err(ErrandError::Order);
                }
                ledger::record(tx, entry.clone()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(ToCard { hash: to_sign.digest, hash_function })
}

/// What the ledger keeps of an intent: digests and the certificate's serial number, no names.
fn intent(errand: &Errand, prepared: &Prepared, hash: &[u8]) -> serde_json::Value {
    let serial = Certificate::from_der(prepared.certificate()).map(|c| c.serial_hex()).unwrap_or_default();
    let files: Vec<&str> = errand.files.iter().map(|f| f.sha256.as_str()).collect();
    json!({ "format": prepared.form().format.name(), "certificate": serial, "hash": hex(hash), "files": files })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Takes the signature value, once. It is verified, kept and in the ledger before anything else happens with it.
pub(crate) async fn receive(
    app: &Signing,
    cx: &Cx,
    bond: &Bond,
    id: ErrandId,
    value: &[u8],
) -> Result<(), ErrandError> {
    let errand = see(app, cx, bond, id).await?;
    let (State::Prepared, Some(prepared)) = (errand.state, &errand.prepared) else { return Err(ErrandError::Order) };
    let value = prepared.accept(value).ok_or(EngineError::Value)?;
    let digest = hex(&pki::DigestAlgorithm::Sha256.of(&value));
    let entry = Entry::new("signing.signature.made", id, json!({ "value": digest }));
    let at = cx.now().checked_add(jiff::SignedDuration::from_secs(TAKE_UP)).unwrap_or(cx.now());
    let as_of = errand.changed;
    let write = (cx, value, entry);
    app.db()
        .write(&write, |tx, (_, value, entry)| {
            Box::pin(async move {
                if !rows::set_signed(tx, id, value, as_of).await? {
                    return Err(ErrandError::Order);
                }
                ledger::record(tx, entry.clone()).await?;
                tx.enqueue(NewJob::new(COMPLETE, &id)?.key(id.to_string()).at(at)).await?;
                Ok(())
            })
        })
        .await
}

/// How many signatures were made more than two minutes ago and are not finished.
pub(crate) async fn overdue(app: &Signing, cx: &Cx) -> Result<u64, StoreError> {
    let since = cx.now().checked_sub(jiff::SignedDuration::from_mins(2)).unwrap_or(cx.now());
    app.db().read(|tx| Box::pin(rows::overdue(tx, since))).await
}

/// Forgets errands whose time is over.
pub(crate) async fn sweep(app: &Signing, cx: &Cx) -> Result<(), StoreError> {
    loop {
        let gone = app
            .db()
            .write(cx, |tx, _| {
                Box::pin(async move {
                    let ids = rows::expired(tx).await?;
                    for id in &ids {
                        rows::drop_errand(tx, *id).await?;
                    }
                    Ok::<_, StoreError>(ids.len())
                })
            })
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
