use std::collections::BTreeMap;

use ades::lists::{Limits, Lists, Source, Update};
use base::Cx;
use net::{Client, Config, Guard, Origin};
use pki::{Certificate, DigestAlgorithm};
use store::JobError;

use super::{Trouble, hex, rows};
use crate::Signing;

/// Kind of the scheduled job.
pub(crate) const REFRESH: &str = "signing.lists";

/// Fetches all lists anew. What fails leaves the list at hand in use; the next slot of the schedule tries again.
pub(crate) async fn refresh_job(app: &Signing, cx: &Cx) -> Result<(), JobError> {
    let config = &app.config().lists;
    let Some(url) = &config.lotl else { return Ok(()) };
    let wrong = |why: String| JobError::dead(format!("signing.lists.config: {why}"));
    let path = config.signers.as_ref().ok_or_else(|| wrong("signers".to_owned()))?;
    let pem = tokio::fs::read_to_string(path).await.map_err(|e| wrong(e.to_string()))?;
    let signers = Certificate::all_from_pem(&pem).map_err(|e| wrong(e.to_string()))?;
    if signers.is_empty() {
        return Err(wrong("signers".to_owned()));
    }
    let allowed = config.allow_origins.iter().map(|o| o.parse::<Origin>()).collect::<Result<_, _>>();
    let allowed = allowed.map_err(|e| wrong(e.to_string()))?;
    let client = Client::new(Config { guard: Guard { allowed, ..Guard::public() }, ..Config::default() });
    let source = Source { url: url.clone(), signers, announcement: config.announcement.clone() };

    let row = rows::get(app).await?;
    let before = row.and_then(|r| r.blob);
    let known = match &before {
        Some(address) => rows::content(app, address).await.unwrap_or_else(|e| {
            tracing::warn!(code = e.code(), "the kept trusted lists cannot be read and are fetched anew");
            Lists::default()
        }),
        None => Lists::default(),
    };
    let mut update = Update::new(source, known, cx.now(), Limits::default());
    let mut came = BTreeMap::new();
    while let Some(want) = update.want() {
        match client.get(&want.url, want.limit).await {
            Ok(bytes) => {
                update.give(Ok(&bytes));
                came.insert(hex(&DigestAlgorithm::Sha256.of(&bytes)), bytes);
            }
            Err(e) => update.give(Err(e.code())),
        }
    }
    let (lists, troubles) = update.finish();
    for t in &troubles {
        tracing::warn!(url = t.url, code = t.error.code(), kept = t.kept, "trusted list not refreshed");
    }
    let troubles: Vec<_> =
        troubles.into_iter().map(|t| Trouble { code: t.error.code().to_owned(), url: t.url }).collect();
    Ok(rows::put(app, cx, before, &lists, &troubles, &came).await?)
}
