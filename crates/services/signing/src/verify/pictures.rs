//! How the pages of a PDF that was changed after signing looked then, and how they look now.

use ades::{pades, pdf::Limits};
use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::Response,
};
use base::Cx;
use raster::{Painter, Pair, Picture};
use serde::{Deserialize, Serialize};
use store::{BlobRef, StoreError};
use web::{Answer, Fault, PageCx};

use super::{rows, unknown};
use crate::{
    Signing,
    engine::Input,
    errand::NewFile,
    report::{ReportDoc, SignatureDoc},
    session,
};

/// The pictures of a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pictures {
    /// Whether none could be made; the rest is empty then.
    pub(super) failed: bool,
    /// Whether every page was compared and every difference is shown.
    pub(super) complete: bool,
    /// Pages that were compared.
    pub(super) compared: usize,
    /// The pages that differ.
    pub(super) pages: Vec<Page>,
}

/// A page that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    /// Which, from 1.
    pub(super) number: usize,
    /// Names of those who signed the revision.
    pub(super) signers: String,
    /// Places that differ.
    pub(super) places: usize,
    /// As signed; nothing when there was no such page.
    pub(super) signed: Option<Kept>,
    /// As it is now; nothing when it is gone.
    pub(super) now: Option<Kept>,
}

impl Page {
    /// Both sides, with the word in their addresses and texts.
    pub(super) fn sides(&self) -> [(&'static str, Option<&Kept>); 2] {
        [("signed", self.signed.as_ref()), ("now", self.now.as_ref())]
    }
}

/// A picture in the blob store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) blob: BlobRef,
    pub(super) width: u16,
    pub(super) height: u16,
}

impl Pictures {
    /// The contents that the verdict holds.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        self.pages.iter().flat_map(|p| p.signed.iter().chain(&p.now)).map(|k| &k.blob)
    }
    /// Numbers of the pages that differ.
    pub(super) fn numbers(&self) -> String {
        let mut numbers: Vec<usize> = self.pages.iter().map(|p| p.number).collect();
        numbers.dedup();
        numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Has the pictures of a judged file drawn; `None` when nothing after a signature can have changed how a page looks.
pub(super) async fn draw(
    app: &Signing,
    cx: &Cx,
    file: &NewFile,
    report: &ReportDoc,
) -> Result<Option<Pictures>, StoreError> {
    let changed: Vec<SignatureDoc> = report
        .signatures
        .iter()
        .filter(|s| s.findings.iter().any(|f| pades::CHANGED_LATER.contains(&f.code.as_str())))
        .cloned()
        .collect();
    let pdf = report.container.as_deref() == Some("PDF");
    let Some(painter) = app.painter().filter(|_| pdf && !changed.is_empty()) else { return Ok(None) };
    let input = super::input(app, file);
    match compared(painter, app.engine().limits().pdf, input, changed).await {
        Ok((signers, drawn)) => {
            let mut pages = Vec::new();
            for Pair { revision, page, places, signed, now } in drawn.pairs {
                let signers = signers.get(revision).cloned().unwrap_or_default();
                let (signed, now) = (keep(app, cx, signed).await?, keep(app, cx, now).await?);
                pages.push(Page { number: page, signers, places, signed, now });
            }
            Ok(Some(Pictures { failed: false, complete: drawn.complete, compared: drawn.compared, pages }))
        }
        Err(e) => {
            tracing::info!(error = %e, "no pictures of a PDF");
            Ok(Some(Pictures { failed: true, ..Pictures::default() }))
        }
    }
}

/// The names of those who signed each revision, and what came of the comparison.
async fn compared(
    painter: &Painter,
    limits: Limits,
    input: Input,
    changed: Vec<SignatureDoc>,
) -> Result<(Vec<String>, raster::Drawn), Box<dyn std::error::Error + Send + Sync>> {
    let file = input.clone();
    let find = move || -> Result<(Vec<u64>, Vec<String>), Box<dyn std::error::Error + Send + Sync>> {
        let (data, ids) = (file.ranged()?, changed.iter().map(|s| s.id.as_str()));
        let ends = pades::revisions(&data, ids, &limits).map_err(|e| e.to_string())?;
        let name = |id: &str| changed.iter().find(|s| s.id == id).and_then(SignatureDoc::name).unwrap_or(id).to_owned();
        let names = |ids: Vec<&str>| ids.into_iter().map(name).collect::<Vec<_>>().join(", ");
        Ok(ends.into_iter().map(|(end, ids)| (end as u64, names(ids))).unzip())
    };
    let (ends, names) = tokio::task::spawn_blocking(find).await??;
    if ends.is_empty() {
        return Err("no revision can be told apart".into());
    }
    let drawn = painter.compare(input.open()?, input.size, &ends).await?;
    Ok((names, drawn))
}

async fn keep(app: &Signing, cx: &Cx, picture: Option<Picture>) -> Result<Option<Kept>, StoreError> {
    let Some(Picture { width, height, png }) = picture else { return Ok(None) };
    Ok(Some(Kept { blob: app.blobs().put_bytes(cx, &png).await?, width, height }))
}

/// `GET /validate/{id}/pages/{place}/{when}`: one picture, for whoever may see the verdict.
pub(super) async fn picture(
    State(app): State<Signing>,
    cx: PageCx,
    Path((id, place, when)): Path<(String, usize, String)>,
) -> Answer {
    let verdict = rows::get(&app, cx.cx(), &session::mark(&cx), &id).await?.ok_or_else(unknown)?;
    let page = verdict.pictures.as_ref().and_then(|p| p.pages.get(place)).ok_or_else(Fault::not_found)?;
    let kept = page.sides().into_iter().find(|(side, _)| *side == when).and_then(|(_, kept)| kept);
    let blob = &kept.ok_or_else(Fault::not_found)?.blob;
    let png = app.blobs().bytes(&blob.address, blob.size).await?;
    Response::builder()
        .header(header::CONTENT_TYPE, "image/png")
        .header(header::CONTENT_DISPOSITION, "inline")
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(Body::from(png))
        .map_err(|e| Fault::internal(&e))
}
