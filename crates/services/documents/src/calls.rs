//! What other services ask of this one.

use contract::{
    Handlers, Refusal,
    documents::{Card, CardsOf, CertificateStopped, Waiting},
};
use store::StoreError;
use web::Fault;

use crate::{Documents, application::store as rows, card, status};

fn refusal(e: StoreError) -> Refusal {
    Fault::from(e).into()
}

pub(crate) fn register(app: &Documents, handlers: &mut Handlers) {
    let this = app.clone();
    handlers.on(move |cx, call: CardsOf| {
        let this = this.clone();
        async move { this.cards_of(cx.now(), &call.code).await.map_err(refusal) }
    });
    let this = app.clone();
    handlers.on(move |cx, call: CertificateStopped| {
        let this = this.clone();
        async move { status::certificate_stopped(&this, &cx, call).await }
    });
    let this = app.clone();
    handlers.on(move |cx, _: Waiting| {
        let this = this.clone();
        async move {
            let now = cx.now();
            this.db().read(|tx| Box::pin(async move { rows::counts(tx, now).await })).await.map_err(refusal)
        }
    });
}

impl Documents {
    /// The cards of a person by personal code, newest first; a card past its last day says so.
    pub(crate) async fn cards_of(&self, now: jiff::Timestamp, code: &str) -> Result<Vec<Card>, StoreError> {
        use contract::documents::CardState::{Active, Expired, Suspended};
        let mut cards = card::of_code(&mut self.db().snapshot().await?, code).await?;
        for c in &mut cards {
            if c.not_after < now && matches!(c.state, Active | Suspended) {
                c.state = Expired;
            }
        }
        Ok(cards)
    }
}
