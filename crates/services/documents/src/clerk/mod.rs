//! Pages of clerks: the work that waits, an application question by question, the decision, the making, the hand-over.

use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::Response,
};
use contract::register::{Get, Person, PersonRef, Reader};
use web::{Answer, Fault, PageCx, Route, Routes};

use crate::{
    CLERK, Documents,
    application::{Application, ApplicationId, ApplyError, Staff, store as rows},
    photo,
};

mod apply;
mod decide;
mod hand_over;
mod queue;
mod show;
mod tags;

pub(crate) use apply::attach;
pub(crate) use hand_over::hand_over;
pub(crate) use tags::{card_tag, state_tag};

pub(crate) fn routes(app: &Documents, routes: Routes) -> Routes {
    let routes = queue::routes(app, routes);
    let routes = apply::routes(app, routes);
    let routes = show::routes(app, routes);
    let routes = decide::routes(app, routes);
    let routes = hand_over::routes(app, routes);
    routes.route(Route::get("/clerk/applications/{id}/photo.jpg", CLERK).audited().to(app.clone(), picture))
}

/// The application of an address.
pub(crate) async fn load(app: &Documents, text: &str) -> Answer<Application> {
    let id: ApplicationId = text.parse().map_err(|_| ApplyError::Unknown)?;
    let found = app.db().read(|tx| Box::pin(async move { rows::get(tx, id).await })).await?;
    Ok(found.ok_or(ApplyError::Unknown)?)
}

/// The person as the register has them now; the look is noted there with the number of the application.
pub(crate) async fn person(
    app: &Documents,
    cx: &PageCx,
    person: &str,
    purpose: &str,
    case: Option<String>,
) -> Answer<Person> {
    let who = Staff::of(&cx.who()?);
    let reader = Reader { actor: who.actor, institution: who.institution, purpose: purpose.to_owned(), case };
    let call = Get { person: PersonRef::Id(person.to_owned()), reader };
    Ok(app.peers().call(cx.cx(), call).await?)
}

/// The version that a form was made for.
pub(crate) fn version(fields: &web::Fields) -> i64 {
    fields.get("version").parse().unwrap_or(0)
}

async fn picture(State(app): State<Documents>, _: PageCx, Path(id): Path<String>) -> Answer {
    let a = load(&app, &id).await?;
    let address = a.photo.ok_or_else(Fault::not_found)?;
    let jpeg = app.blobs().bytes(&address, photo::MOST_BYTES).await?;
    Response::builder()
        .header(header::CONTENT_TYPE, "image/jpeg")
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(Body::from(jpeg))
        .map_err(|e| Fault::internal(&e))
}
