//! Personalisation: a blank virtual card becomes the card of an order.
//!
//! Steps: blank card → keys made on board → certificates issued, on hold → everything written → PINs set → personalisation ended →
//! both keys tried. Each step is written to the journal (and the ledger) when it is done, and may be repeated when it is not known
//! whether it was: the CA gives the same certificate to the same key, a file is written over, a PIN is set again. Only a key that has a
//! certificate is never made anew. So a card whose making is cut off at any command is finished at the next try, and no certificate is
//! without its card.

mod error;
mod journal;
mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use base::{Cx, KeyRing, Secret};
use card::profile::{Model, Use};
use contract::{
    Peers,
    ca::{Issue, Profile, Subject},
};
use futures_util::future::BoxFuture;
use reader::Tray;
use store::{Db, StoreError};

use crate::{
    application::ApplicationId,
    card::Made,
    making::{MakeError, MakeStep, Maker, Order},
};
use error::Unmade;
use journal::{Entry, Step};

pub(crate) use journal::QUERIES;

/// What the issuer's key of a chip is derived for.
const PURPOSE: &str = "documents card issuer";

/// Makes virtual cards in a tray.
pub struct TrayMaker {
    db: Db,
    peers: Peers,
    ring: Arc<KeyRing>,
    tray: Tray,
    model: Model,
}

impl TrayMaker {
    /// Cards of `model` are made in `tray`; certificates come from the CA among `peers`; the issuer's keys are derived from `ring`.
    pub fn new(db: Db, peers: Peers, ring: Arc<KeyRing>, tray: Tray, model: Model) -> Self {
        Self { db, peers, ring, tray, model }
    }

    async fn run(&self, cx: &Cx, order: &Order) -> Result<Made, Unmade> {
        let entry = journal::begin(&self.db, cx, order.application, self.ring.current()).await?;
        let key = self.ring.derive(entry.kid, entry.chip.as_bytes(), PURPOSE).ok_or(Unmade::KeyLost)?;
        let bench = work::Bench { tray: self.tray.clone(), chip: entry.chip.clone(), key, random: cx.random.clone() };
        self.blank(cx, order, &bench).await?;
        for usage in Use::ALL {
            self.key(cx, order, &bench, usage).await?;
        }
        for usage in Use::ALL {
            self.certificate(cx, order, usage).await?;
        }
        let entry = journal::load(&self.db, order.application).await?;
        self.write(cx, order, &bench, &entry).await?;
        self.finish(cx, order, &bench, &entry).await?;
        match (entry.authentication, entry.signature) {
            (Some(authentication), Some(signature)) => Ok(Made { card: entry.chip, authentication, signature }),
            _ => Err(Unmade::Journal),
        }
    }

    async fn done(&self, cx: &Cx, order: &Order, step: Step) -> Result<(), Unmade> {
        journal::done(&self.db, cx, order.application, step).await
    }

    async fn blank(&self, cx: &Cx, order: &Order, bench: &work::Bench) -> Result<(), Unmade> {
        if journal::has(&self.db, order.application, Step::Blank).await? {
            return Ok(());
        }
        let model = self.model;
        bench.run(move |b| b.blank(model)).await?;
        self.done(cx, order, Step::Blank).await
    }

    /// The key on board. One that the journal knows must be the one on the card: it may have a certificate.
    async fn key(&self, cx: &Cx, order: &Order, bench: &work::Bench, usage: Use) -> Result<(), Unmade> {
        let entry = journal::load(&self.db, order.application).await?;
        if entry.point(usage).is_some() {
            return Ok(());
        }
        let point = bench.run(move |b| b.key(usage)).await?;
        journal::keep_point(&self.db, cx, order.application, usage, point).await
    }

    /// The certificate, on hold. The same key of the same order gets the same certificate however often it is asked for.
    async fn certificate(&self, cx: &Cx, order: &Order, usage: Use) -> Result<(), Unmade> {
        let entry = journal::load(&self.db, order.application).await?;
        if entry.der(usage).is_some() {
            return Ok(());
        }
        let spki = card::terminal::p384_spki(entry.point(usage).ok_or(Unmade::Journal)?);
        let (profile, word) = match usage {
            Use::Authentication => (Profile::EidAuthentication, "authentication"),
            Use::Signature => (Profile::EidSignature, "signature"),
        };
        let issue = Issue {
            key: format!("card/{}/{word}", order.application.as_str()),
            profile,
            subject: Subject {
                given_name: Some(order.given_name.clone()),
                surname: Some(order.family_name.clone()),
                organization: None,
                identifier: Some(identifier(&order.code)),
                dns: Vec::new(),
            },
            spki: spki.clone(),
            not_after: order.not_after,
            on_hold: true,
        };
        let issued = self.peers.call(cx, issue).await?;
        // What came is compared with what was asked before anything stands on it.
        let certificate = pki::Certificate::from_der(&issued.der).map_err(|_| Unmade::Certificate)?;
        if certificate.spki() != spki {
            return Err(Unmade::Certificate);
        }
        journal::keep_certificate(&self.db, cx, order.application, usage, issued.certificate_id, issued.der).await
    }

    async fn write(&self, cx: &Cx, order: &Order, bench: &work::Bench, entry: &Entry) -> Result<(), Unmade> {
        if journal::has(&self.db, order.application, Step::Written).await? {
            return Ok(());
        }
        let print = work::Print {
            number: order.number.clone(),
            fields: work::fields(order, cx.now()),
            points: Use::ALL.map(|u| entry.point(u).unwrap_or_default().to_vec()),
            certificates: Use::ALL.map(|u| entry.der(u).unwrap_or_default().to_vec()),
        };
        bench.run(move |b| b.write(&print)).await?;
        self.done(cx, order, Step::Written).await
    }

    async fn finish(&self, cx: &Cx, order: &Order, bench: &work::Bench, entry: &Entry) -> Result<(), Unmade> {
        if journal::has(&self.db, order.application, Step::Tried).await? {
            return Ok(());
        }
        let pins = work::Pins { pin1: order.pin1.clone(), pin2: order.pin2.clone(), puk: order.puk.clone() };
        let set = pins.clone();
        bench.run(move |b| b.finish(&set)).await?;
        self.done(cx, order, Step::Closed).await?;
        let certificates = Use::ALL.map(|u| entry.der(u).unwrap_or_default().to_vec());
        let digest: [u8; 48] = cx.bytes();
        bench.run(move |b| b.try_out(&pins, &certificates, &digest)).await?;
        self.done(cx, order, Step::Tried).await
    }
}

impl Maker for TrayMaker {
    fn make<'a>(&'a self, cx: &'a Cx, order: &'a Order) -> BoxFuture<'a, Result<Made, MakeError>> {
        Box::pin(async move {
            match self.run(cx, order).await {
                Ok(made) => Ok(made),
                Err(e) => {
                    let error = e.into_make_error();
                    // The reason is shown on the application's page; that it cannot be kept must not hide it from the job.
                    if let Err(store) = journal::failed(&self.db, cx, order.application, &error.code).await {
                        tracing::warn!(code = store.code(), "the reason of a failed step was not kept");
                    }
                    Err(error)
                }
            }
        })
    }

    fn steps(&self, application: ApplicationId) -> BoxFuture<'_, Result<Vec<MakeStep>, StoreError>> {
        Box::pin(journal::steps(&self.db, application))
    }
}

/// `PNOLV-` and the personal code with its hyphen (EN 319 412-1).
fn identifier(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    match digits.split_at_checked(6) {
        Some((first, rest)) => format!("PNOLV-{first}-{rest}"),
        None => format!("PNOLV-{digits}"),
    }
}

/// Digits on their way to a card.
type Digits = Secret<String>;
