//! What services use of each other: plain types and one way to call. No logic.
//!
//! A [`Call`] is a question with one answer. [`Peers`] answers it in this process when the service runs here, else over the
//! contract HTTP of the node that runs it; the caller cannot tell the difference. A call is never made inside a database
//! write: effects on another service are idempotent jobs, so every call that changes something carries its own key.

use std::{any::Any, collections::BTreeMap, fmt, sync::Arc};

use base::Cx;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub mod ca;
pub mod contact;
pub mod documents;
pub mod identity;
pub mod register;
pub mod signing;

/// A service that may run in this process or elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Certification authority, OCSP, CRL, TSA.
    Ca,
    /// Signature creation and validation.
    Signing,
    /// Sign-in and staff.
    Identity,
    /// Natural persons.
    Register,
    /// Identity documents and cards.
    Documents,
    /// Client portal.
    Portal,
}

impl Service {
    /// The lower-case name used in configuration and in contract addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::Signing => "signing",
            Self::Identity => "identity",
            Self::Register => "register",
            Self::Documents => "documents",
            Self::Portal => "portal",
        }
    }
}

/// A question that one service asks another.
pub trait Call: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What comes back.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    /// Who answers.
    const SERVICE: Service;
    /// Stable name, also the last part of the contract address: `/contract/v1/SERVICE/NAME`.
    const NAME: &'static str;
}

/// A refusal with a stable code (`ca.revoke.already-revoked`) and the arguments of its text. Never personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    /// Stable code; the texts are found by it.
    pub code: String,
    /// Arguments of the text.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Whether the same call may succeed later without any change (peer away, database busy).
    #[serde(default)]
    pub transient: bool,
}

impl Refusal {
    /// A final refusal.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), args: BTreeMap::new(), transient: false }
    }
    /// A refusal worth a retry.
    pub fn transient(code: impl Into<String>) -> Self {
        Self { transient: true, ..Self::new(code) }
    }
    /// Adds an argument of the text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

type Boxed = Box<dyn Any + Send>;
type Local = Arc<dyn Fn(Cx, Boxed) -> BoxFuture<'static, Result<Boxed, Refusal>> + Send + Sync>;
type Wire = Arc<dyn Fn(Cx, serde_json::Value) -> BoxFuture<'static, Result<serde_json::Value, Refusal>> + Send + Sync>;

/// Carries a call to another node. Implemented over mutual TLS by `web`.
pub trait Transport: Send + Sync {
    /// Sends the JSON of a call to `service` and returns the JSON of its answer.
    fn send(
        &self,
        service: Service,
        name: &'static str,
        body: serde_json::Value,
    ) -> BoxFuture<'_, Result<serde_json::Value, Refusal>>;
}

/// The calls that this process answers.
#[derive(Clone, Default)]
pub struct Handlers {
    local: BTreeMap<(Service, &'static str), Local>,
    wire: BTreeMap<(Service, &'static str), Wire>,
}

impl Handlers {
    /// No calls yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `C` with `answer`. The last registration of a name wins.
    pub fn on<C, F, Fut>(&mut self, answer: F)
    where
        C: Call,
        F: Fn(Cx, C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C::Answer, Refusal>> + Send + 'static,
    {
        let answer = Arc::new(answer);
        let direct = Arc::clone(&answer);
        self.local.insert(
            (C::SERVICE, C::NAME),
            Arc::new(move |cx, call| match call.downcast::<C>() {
                Ok(call) => {
                    let fut = direct(cx, *call);
                    Box::pin(async move { fut.await.map(|a| Box::new(a) as Boxed) })
                }
                Err(_) => Box::pin(async { Err(Refusal::new("contract.mistyped")) }),
            }),
        );
        self.wire.insert(
            (C::SERVICE, C::NAME),
            Arc::new(move |cx, body| match serde_json::from_value::<C>(body) {
                Ok(call) => {
                    let fut = answer(cx, call);
                    Box::pin(async move {
                        serde_json::to_value(fut.await?).map_err(|_| Refusal::new("contract.unspeakable"))
                    })
                }
                Err(e) => Box::pin(async move { Err(Refusal::new("contract.malformed").with("detail", e)) }),
            }),
        );
    }

    /// Takes over all calls of `other`.
    pub fn merge(&mut self, other: Handlers) {
        self.local.extend(other.local);
        self.wire.extend(other.wire);
    }

    /// Answers a call that came over the wire.
    pub async fn answer_wire(
        &self,
        cx: &Cx,
        service: &str,
        name: &str,
        body: serde_json::Value,
    ) -> Result<serde_json::Value, Refusal> {
        let found = self.wire.iter().find(|((s, n), _)| s.name() == service && *n == name);
        match found {
            Some((_, f)) => f(cx.clone(), body).await,
            None => Err(Refusal::new("contract.unknown-call").with("name", name)),
        }
    }

    /// Names of the calls answered here, for the test that walks the contract.
    pub fn names(&self) -> Vec<(Service, &'static str)> {
        self.local.keys().copied().collect()
    }
}

/// The other services, wherever they run. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    here: Arc<std::sync::OnceLock<Handlers>>,
    elsewhere: Option<Arc<dyn Transport>>,
}

impl Peers {
    /// Peers whose local handlers are set later by [`Peers::answer_with`]: services need `Peers` to be built, and build the handlers.
    pub fn new(elsewhere: Option<Arc<dyn Transport>>) -> Self {
        Self { here: Arc::default(), elsewhere }
    }

    /// Sets the handlers of this process, once.
    pub fn answer_with(&self, handlers: Handlers) -> Result<(), Refusal> {
        self.here.set(handlers).map_err(|_| Refusal::new("contract.already-wired"))
    }

    /// Asks the service that answers `C`, here or elsewhere.
    pub async fn call<C: Call>(&self, cx: &Cx, call: C) -> Result<C::Answer, Refusal> {
        let key = (C::SERVICE, C::NAME);
        if let Some(f) = self.here.get().and_then(|h| h.local.get(&key)) {
            let answer = f(cx.clone(), Box::new(call)).await?;
            return answer.downcast::<C::Answer>().map(|a| *a).map_err(|_| Refusal::new("contract.mistyped"));
        }
        let Some(transport) = &self.elsewhere else {
            return Err(Refusal::transient("contract.no-peer").with("service", C::SERVICE.name()));
        };
        let body = serde_json::to_value(call).map_err(|_| Refusal::new("contract.unspeakable"))?;
        let answer = transport.send(C::SERVICE, C::NAME, body).await?;
        serde_json::from_value(answer).map_err(|_| Refusal::new("contract.malformed"))
    }
}

/// DER bytes; base64 in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Der(#[serde(with = "bytes")] pub Vec<u8>);

/// `Vec<u8>` as base64 in JSON.
pub mod bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes standard base64.
    pub fn serialize<S: Serializer>(v: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(v))
    }
    /// Reads standard base64.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let s = String::deserialize(d)?;
        STANDARD.decode(s).map_err(serde::de::Error::custom)
    }
}
