//! Validation for programs and for anyone: a file in, the wanted kind of report out.

use axum::{
    body::Body,
    extract::{Query, Request, State},
};
use jiff::Timestamp;
use serde::Deserialize;
use web::{Answer, Fault, Lang, PageCx, Permission, Route, Routes, limits::Class};

use super::{Form, UPLOAD, body, is_form, named};
use crate::{
    Signing,
    engine::{EngineError, Files, Input, Judged, Validation},
    errand::{ErrandError, NewFile},
    lists,
    report::ReportDoc,
    verify::input,
};

pub(super) fn routes(app: &Signing, routes: Routes) -> Routes {
    routes.route(
        Route::post("/api/v1/signatures/validate", Permission::Public)
            .class(Class::Upload)
            .most(app.config().file_size)
            .summary("Judge the signatures of a file")
            .about("The file as the body, its name in the query; or a multipart form whose first file is judged, the others are those that detached signatures speak of. `report` says what is answered: `simple` (the verdict), `detailed` (JSON with every building block of EN 319 102-1), `etsi` (XML of ETSI TS 119 102-2), `evidence` (a ZIP bundle from which `enkurs-sign replay` makes the same verdict again, offline). Nothing is kept.")
            .query("name", "Name of the file")
            .query("report", "simple, detailed, etsi or evidence; without it simple")
            .query("time", "Time of validation (RFC 3339); without it now")
            .takes_bytes("application/octet-stream")
            .takes_bytes("multipart/form-data")
            .gives::<ReportDoc>(200, "The verdict")
            .gives_bytes(200, "The report in XML", "application/xml")
            .gives_bytes(200, "The evidence bundle", "application/zip")
            .refuses(UPLOAD)
            .refuses(&["signing.request.malformed", "signing.file.unsigned"])
            .to(app.clone(), validate),
    )
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    name: String,
    #[serde(default)]
    report: String,
    time: Option<String>,
}

/// What is answered.
#[derive(Clone, Copy)]
enum Kind {
    Simple,
    Detailed,
    Etsi,
    Evidence,
}

impl Kind {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "" | "simple" => Some(Self::Simple),
            "detailed" => Some(Self::Detailed),
            "etsi" => Some(Self::Etsi),
            "evidence" => Some(Self::Evidence),
            _ => None,
        }
    }
}

async fn validate(State(app): State<Signing>, cx: PageCx, Query(q): Query<Asked>, req: Request) -> Answer {
    let kind = Kind::from_name(&q.report).ok_or(ErrandError::Malformed("report"))?;
    let time = q.time.as_deref().map(str::parse::<Timestamp>).transpose();
    let time = time.map_err(|_| ErrandError::Malformed("time"))?;
    let files = match is_form(&req) {
        true => Form::read(&app, &cx, req).await?.files(),
        false => vec![NewFile { name: named(&q.name), blob: body(&app, &cx, req.into_body()).await? }],
    };
    let (file, beside) = files.split_first().ok_or(EngineError::NoFile)?;
    let beside = Files(beside.iter().map(|f| input(&app, f)).collect());
    let lang = if cx.lang() == Lang::Lv { ades::validate::Lang::Lv } else { ades::validate::Lang::En };
    let how = Validation { lists: lists::current(&app).await?, beside, time, lang, ..Validation::default() };
    let file = input(&app, file);
    let judged = app.engine().judge(cx.cx(), &file, &how).await?;
    answer(&app, &cx, &file, judged, kind).await
}

async fn answer(app: &Signing, cx: &PageCx, file: &Input, judged: Judged, kind: Kind) -> Answer {
    match kind {
        Kind::Simple => cx.json(&ReportDoc::of(&judged.report)),
        Kind::Detailed => cx.json(&judged.report.detailed()),
        Kind::Etsi => {
            let xml = judged.etsi().ok_or_else(|| EngineError::Unsigned(file.name.clone()))?;
            cx.download(&format!("{}-report.xml", file.name), "application/xml", xml)
        }
        Kind::Evidence => {
            let out = judged.evidence(file, app.blobs().writer(cx.cx())?).await?;
            let made = tokio::task::spawn_blocking(move || out.finish()).await.map_err(|e| Fault::internal(&e))??;
            let content = app.blobs().get(&made.address, 0).await?;
            cx.download(&format!("{}-evidence.zip", file.name), "application/zip", Body::from_stream(content))
        }
    }
}
