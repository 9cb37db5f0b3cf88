use std::sync::Arc;

use base::Cx;
use contract::ca;
use futures_util::future::BoxFuture;
use jiff::{ToSpan as _, tz::TimeZone};
use keys::{KeyError, KeyKind, Signer};

use crate::{
    Signing,
    engine::{self, EngineError, ToSign},
};

/// Label of the seal's key.
const LABEL: &str = "signing.receipts";

/// The seal of the platform.
pub(super) struct Hand {
    certificate: Vec<u8>,
    signer: Arc<dyn Signer>,
    intent: String,
}

fn of_store(e: KeyError) -> EngineError {
    EngineError::Hand(e.code().to_owned())
}

impl Hand {
    /// Finds the key, or makes it, and the certificate of this year.
    pub(super) async fn new(app: &Signing, cx: &Cx, intent: String) -> Result<Self, EngineError> {
        let sealer = app.sealer();
        let key = sealer.keys.ensure(LABEL, KeyKind::P256).await.map_err(of_store)?;
        let signer = sealer.keys.signer(LABEL).await.map_err(of_store)?;
        let today = cx.now().to_zoned(TimeZone::UTC);
        let end = today.first_of_year().and_then(|d| d.start_of_day()).and_then(|d| d.checked_add(2.years()));
        let subject = ca::Subject {
            given_name: None,
            surname: None,
            organization: Some(sealer.organization.clone()),
            identifier: Some(sealer.identifier.clone()),
            dns: Vec::new(),
        };
        let wanted = ca::Issue {
            key: format!("signing.receipts {}", today.year()),
            profile: ca::Profile::Seal,
            subject,
            spki: key.spki,
            not_after: end.map_err(|_| EngineError::State)?.timestamp(),
            on_hold: false,
        };
        let issued = app.peers().call(cx, wanted).await?;
        Ok(Self { certificate: issued.der, signer, intent })
    }
}

impl engine::Hand for Hand {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
    fn sign<'a>(&'a self, what: &'a ToSign) -> BoxFuture<'a, Result<Vec<u8>, EngineError>> {
        Box::pin(
            async move { self.signer.sign(keys::ToSign::Message(&what.message), &self.intent).await.map_err(of_store) },
        )
    }
}
