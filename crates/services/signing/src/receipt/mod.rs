//! Receipts: a verdict as a PDF that the platform seals (EN 319 142-1, PAdES-BASELINE-LT), to be shown to others.
//!
//! The seal's key is in the key store; its certificate comes from the authority, anew each year. That a receipt is to be sealed is in the
//! ledger before the key is used.

mod paper;
mod seal;

use std::sync::Arc;

use base::Cx;
use keys::KeyStore;
use ledger::Entry;
use serde_json::json;

pub(crate) use paper::Receipt;

use crate::{
    Signing,
    engine::{EngineError, Format, Input},
    errand::ErrandError,
};

/// Who seals receipts.
#[derive(Clone)]
pub struct Sealer {
    /// Where the key is.
    pub keys: Arc<dyn KeyStore>,
    /// Legal name in the seal's certificate.
    pub organization: String,
    /// Its identifier (EN 319 412-1): `NTRLV-…`.
    pub identifier: String,
}

/// Marks ids of receipts.
struct ReceiptRow;

/// Makes a receipt and seals it; gives the PDF.
pub(crate) async fn seal(app: &Signing, cx: &Cx, receipt: Receipt<'_>) -> Result<Vec<u8>, ErrandError> {
    let paper = receipt.print()?;
    let id: base::Id<ReceiptRow> = cx.id();
    let digest = pki::DigestAlgorithm::Sha256.of(&paper).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let entry = Entry::new("signing.receipt.intended", id, json!({ "paper": digest, "file": receipt.sha256 }));
    let write = (cx, entry);
    app.db()
        .write(&write, |tx, (_, entry)| Box::pin(async move { ledger::record(tx, entry.clone()).await.map(|_| ()) }))
        .await?;
    let hand = seal::Hand::new(app, cx, id.to_string()).await?;
    let input = Input::bytes("receipt.pdf", paper);
    let level = ades::facts::Level::LT;
    Ok(app.engine().sign(cx, &[input], Format::Pdf, level, &hand, Vec::new()).await?)
}

impl From<ades::pades::PadesError> for ErrandError {
    fn from(e: ades::pades::PadesError) -> Self {
        Self::Engine(EngineError::from(e))
    }
}
