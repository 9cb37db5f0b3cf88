//! What a handler knows of its visitor, and how it answers.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base::Cx;
use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    Actor, Answer, Client, Fault, Lang, Msg, Status, client, i18n,
    limits::Class,
    session::{Epochs, Flash, Session, Slot},
    shell::Inner,
    ui,
};

mod form;
mod links;

pub use form::{FieldError, Fields, Filled, Form, Json, spend};
pub(crate) use links::encode;
pub use links::{NavLink, safe_local};

/// One request as its page sees it. Cheap to clone; also the `cx` of every template.
#[derive(Clone)]
pub struct PageCx(pub(crate) Arc<Visit>);

pub(crate) struct Visit {
    pub(crate) shell: Arc<Inner>,
    pub(crate) lang: Lang,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) request_id: String,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) node: Option<String>,
    pub(crate) client: Option<Client>,
    pub(crate) slot: Mutex<Slot>,
    pub(crate) failed: AtomicBool,
}

impl PageCx {
    /// Clock and randomness.
    pub fn cx(&self) -> &Cx {
        &self.0.shell.cx
    }
    /// The language of the answer.
    pub fn lang(&self) -> Lang {
        self.0.lang
    }
    /// A text.
    pub fn t(&self, key: impl Into<Cow<'static, str>>) -> Msg {
        Msg::new(Arc::clone(&self.0.shell.texts), self.0.lang, key)
    }
    /// A text whose key is made at run time: `cx.tk("register-status-", status)`.
    pub fn tk(&self, prefix: &str, name: impl std::fmt::Display) -> Msg {
        self.t(format!("{prefix}{name}"))
    }
    /// An error text as written, with `{$names}` for its arguments; for the catalogue of errors.
    pub(crate) fn template_of(&self, key: &str, attr: &str) -> String {
        self.0.shell.texts.sample(self.0.lang, key, Some(attr).filter(|a| !a.is_empty()))
    }
    /// Who has signed in.
    pub fn actor(&self) -> Option<Actor> {
        self.slot().session.as_ref().and_then(|s| s.actor.clone())
    }
    /// Who has signed in, where the route's permission has made sure that somebody has.
    pub fn who(&self) -> Answer<Actor> {
        self.actor().ok_or_else(|| Fault::new(Status::UNAUTHORIZED, "web.session.needed"))
    }
    /// The registered program that asks, if it is one.
    pub fn client(&self) -> Option<Client> {
        self.0.client.clone()
    }
    /// Who asks, person, staff or program: the id that the ledger sees.
    pub fn caller(&self) -> Option<String> {
        self.0.client.as_ref().map(Client::actor).or_else(|| self.actor().map(|a| a.id))
    }
    /// How long the claim of an `Idempotency-Key` holds: longer than a request of this class can last.
    pub fn lease(&self, class: Class) -> SignedDuration {
        let most = self.0.shell.limits.time(class);
        SignedDuration::try_from(most).unwrap_or(SignedDuration::MAX / 2) + SignedDuration::from_secs(5)
    }
    /// An access token for a registered program that has proved itself, with these of its rights.
    pub fn access_token(&self, client: &client::Registered, rights: &BTreeSet<client::Right>) -> String {
        client::token(self.cx(), &self.0.shell.config.keys, client, rights)
    }
    /// The path of the request.
    pub fn path(&self) -> &str {
        &self.0.path
    }
    /// Identifies the request in the log.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }
    /// The visitor's address, if known.
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.ip
    }
    /// The name in the TLS certificate of the node that asks, on the contract listener.
    pub fn node(&self) -> Option<&str> {
        self.0.node.as_deref()
    }
    /// The public origin, as fixed when the PKI was created.
    pub fn public_url(&self) -> &str {
        &self.0.shell.config.public_url
    }
    /// The loopback agent's origin that this deployment names, if any.
    pub fn agent(&self) -> &str {
        self.0.shell.config.agent_origin.as_deref().unwrap_or_default()
    }
    /// Whether all persons here are invented.
    pub fn demo(&self) -> bool {
        self.0.shell.config.demo
    }

    /// `20.11.2026.`
    pub fn day(&self, d: &Date) -> String {
        i18n::day(self.lang(), *d)
    }
    /// `2026. gada 20. novembris`
    pub fn day_long(&self, d: &Date) -> String {
        i18n::day_long(self.lang(), *d)
    }
    /// The local day of a moment.
    pub fn day_of(&self, at: &Timestamp) -> String {
        i18n::day(self.lang(), at.to_zoned(i18n::riga()).date())
    }
    /// `20.11.2026. 10.14`
    pub fn moment(&self, at: &Timestamp) -> String {
        i18n::moment(self.lang(), *at)
    }
    /// `2026. gada 20. novembris plkst. 10.14`
    pub fn moment_long(&self, at: &Timestamp) -> String {
        i18n::moment_long(self.lang(), *at)
    }

    /// The address of an embedded file.
    pub fn asset(&self, name: &str) -> &str {
        self.0.shell.assets.address(name)
    }
    /// The form token for this page; begins a session when there is none.
    pub fn csrf(&self) -> String {
        let cx = self.0.shell.cx.clone();
        let mut slot = self.slot();
        if slot.session.is_none() {
            slot.session = Some(Session::new(&cx));
            slot.dirty = true;
        }
        slot.session.as_ref().map(|s| s.csrf_token(&cx)).unwrap_or_default()
    }
    /// The hidden fields every form needs: `{{ cx.hidden() }}`.
    pub fn hidden(&self) -> ui::Hidden {
        ui::Hidden { name: "_csrf", value: self.csrf() }
    }
    /// The hidden field of a form that counts only once: `{{ cx.once() }}`.
    pub fn once(&self) -> ui::Hidden {
        ui::Hidden { name: "_once", value: self.cx().id::<Once>().to_string() }
    }

    /// A line for the next page: kind is `ok`, `note`, `warn` or `bad`.
    pub fn flash(&self, kind: &str, key: &str, args: &[(&str, &str)]) {
        let args: BTreeMap<String, String> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.change(|s| s.flash.push(Flash { kind: kind.to_owned(), key: key.to_owned(), args }));
    }
    /// The lines left by earlier requests; each is shown once.
    pub fn flashes(&self) -> Vec<ui::Line> {
        let mut slot = self.slot();
        let Some(s) = slot.session.as_mut() else { return vec![] };
        let lines = std::mem::take(&mut s.flash);
        slot.dirty |= !lines.is_empty();
        drop(slot);
        let texts = &self.0.shell.texts;
        lines
            .into_iter()
            .map(|f| ui::Line { text: texts.text(self.lang(), &f.key, None, &f.args), kind: f.kind })
            .collect()
    }

    /// Keeps a small value of an unfinished errand in the session.
    pub fn keep(&self, name: &str, value: &str) {
        self.change(|s| {
            s.notes.insert(name.to_owned(), value.to_owned());
        });
    }
    /// A kept value.
    pub fn kept(&self, name: &str) -> Option<String> {
        self.slot().session.as_ref().and_then(|s| s.notes.get(name).cloned())
    }
    /// Takes a kept value away.
    pub fn take(&self, name: &str) -> Option<String> {
        let value = self.kept(name)?;
        self.change(|s| {
            s.notes.remove(name);
        });
        Some(value)
    }

    /// Signs `actor` in: a session with new secrets. `epochs` were read before, or with, what makes them who they are: if
    /// that has been taken away since, the session does not hold.
    pub async fn sign_in(&self, actor: Actor, epochs: Epochs) -> Answer<()> {
        let cx = self.cx();
        let old = self.slot().session.clone();
        if let Some(old) = old.filter(|o| o.actor.is_some()) {
            self.0.shell.gate.end(cx, &old.sid, self.0.shell.config.lifetimes.absolute).await?;
        }
        self.change(|s| *s = Session { actor: Some(actor), epochs, ..s.renewed(cx) });
        Ok(())
    }
    /// Ends this session, on every node.
    pub async fn sign_out(&self) -> Answer<()> {
        let cx = self.cx();
        let sid = self.slot().session.as_ref().filter(|s| s.actor.is_some()).map(|s| s.sid.clone());
        if let Some(sid) = sid {
            self.0.shell.gate.end(cx, &sid, self.0.shell.config.lifetimes.absolute).await?;
        }
        self.change(|s| *s = s.renewed(cx));
        Ok(())
    }
    /// Ends every session of the visitor, on every device.
    pub async fn sign_out_everywhere(&self) -> Answer<()> {
        if let Some(a) = self.actor() {
            self.0.shell.gate.end_all(self.cx(), &a.id).await?;
        }
        self.sign_out().await
    }

    /// A page.
    pub fn page(&self, template: &impl Template) -> Answer {
        self.page_with(Status::OK, template)
    }
    /// A page with another status.
    pub fn page_with(&self, status: Status, template: &impl Template) -> Answer {
        let html = template.render().map_err(|e| Fault::internal(&e))?;
        Ok((status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html)
            .into_response())
    }
    /// The page of a form with mistakes: status 422, and the title begins with “Kļūda:”.
    pub fn invalid(&self, template: &impl Template) -> Answer {
        self.0.failed.store(true, Ordering::Relaxed);
        self.page_with(Status::UNPROCESSABLE_ENTITY, template)
    }
    /// Whether this page shows mistakes.
    pub fn failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }
    /// To another page of this site, by GET.
    pub fn redirect(&self, to: &str) -> Answer {
        let to = HeaderValue::from_str(safe_local(to)).map_err(|e| Fault::internal(&e))?;
        Ok((Status::SEE_OTHER, [(header::LOCATION, to)]).into_response())
    }
    /// A JSON answer.
    pub fn json(&self, value: &impl serde::Serialize) -> Answer {
        Ok(axum::Json(value).into_response())
    }
    /// A file to keep. `media` is what it is, `name` what it is to be called.
    pub fn download(&self, name: &str, media: &str, body: impl Into<axum::body::Body>) -> Answer {
        let ascii: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
        let utf8: String = name
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect();
        let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{utf8}");
        Response::builder()
            .header(header::CONTENT_TYPE, media)
            .header(header::CONTENT_DISPOSITION, disposition)
            .header(header::CACHE_CONTROL, "private, no-store")
            .body(body.into())
            .map_err(|e| Fault::internal(&e))
    }

    pub(crate) fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn change(&self, f: impl FnOnce(&mut Session)) {
        let mut slot = self.slot();
        let cx = &self.0.shell.cx;
        f(slot.session.get_or_insert_with(|| Session::new(cx)));
        slot.dirty = true;
    }
}

/// Marks the ids of one-time forms.
#[derive(Clone, Copy, Debug)]
pub struct Once;

impl<S: Send + Sync> FromRequestParts<S> for PageCx {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<PageCx>().cloned().ok_or_else(|| Fault::internal(&"a route outside the shell"))
    }
}
