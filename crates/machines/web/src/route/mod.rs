//! One declaration for each route: it gives the router, the API description and the authorisation matrix.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::{Asset, Permission, i18n::Locale, limits::Class, ops::Watch};

mod guard;
mod idempotent;
pub(crate) mod openapi;
pub(crate) mod reference;

pub(crate) use guard::Policy;
pub use guard::TOKEN_HEADER;

/// How the body of a request is taken and protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None expected.
    Empty,
    /// A form from one of our pages: the token field is checked before the handler runs.
    Form,
    /// A multipart form from one of our pages, streamed; the token is its first field.
    Upload,
    /// Bytes of a protocol (JSON, DER): from a signed-in browser the token header is required.
    Raw,
}

/// What the API description says of a route.
#[derive(Clone, Default)]
pub(crate) struct Doc {
    pub(crate) summary: &'static str,
    pub(crate) about: &'static str,
    pub(crate) query: Vec<(&'static str, &'static str)>,
    pub(crate) takes: Vec<(&'static str, Shape)>,
    pub(crate) gives: Vec<(u16, &'static str, &'static str, Shape)>,
    pub(crate) refuses: Vec<&'static str>,
}

/// The form of a body.
#[derive(Clone)]
pub(crate) enum Shape {
    Bytes,
    Json { name: String, schema: Box<RefOr<Schema>>, parts: Vec<(String, RefOr<Schema>)> },
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        let mut parts = vec![];
        T::schemas(&mut parts);
        Self::Json { name: T::name().into_owned(), schema: Box::new(T::schema()), parts }
    }
}

/// A route as declared.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) policy: Policy,
    pub(crate) doc: Doc,
    pub(crate) api: bool,
    pub(crate) router: Option<MethodRouter>,
    once: Option<store::Db>,
}

impl Route {
    fn new(method: Method, path: &'static str, permission: Permission, body: Body, class: Class) -> Self {
        let policy = Policy { path, permission, body, class, audited: false, most: None };
        Self { method, path, policy, doc: Doc::default(), api: path.starts_with("/api/"), router: None, once: None }
    }
    /// A page or a reading call.
    pub fn get(path: &'static str, permission: Permission) -> Self {
        Self::new(Method::GET, path, permission, Body::Empty, Class::Read)
    }
    /// A changing call; a form unless told otherwise.
    pub fn post(path: &'static str, permission: Permission) -> Self {
        let body = if path.starts_with("/api/") { Body::Raw } else { Body::Form };
        Self::new(Method::POST, path, permission, body, Class::Write)
    }
    /// A replacing call.
    pub fn put(path: &'static str, permission: Permission) -> Self {
        Self::new(Method::PUT, path, permission, Body::Raw, Class::Write)
    }
    /// A removing call.
    pub fn delete(path: &'static str, permission: Permission) -> Self {
        Self::new(Method::DELETE, path, permission, Body::Empty, Class::Write)
    }

    /// A form (the default of `post` outside `/api`).
    #[must_use]
    pub fn form(mut self) -> Self {
        self.policy.body = Body::Form;
        self
    }
    /// A streamed multipart form; the handler takes [`crate::Upload`].
    #[must_use]
    pub fn upload(mut self) -> Self {
        self.policy.body = Body::Upload;
        self.policy.class = Class::Upload;
        self
    }
    /// Bytes of a protocol, with the media type of the request.
    #[must_use]
    pub fn raw(mut self) -> Self {
        self.policy.body = Body::Raw;
        self
    }
    /// Another rate class.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.policy.class = class;
        self
    }
    /// Another limit of the body, in bytes.
    #[must_use]
    pub fn most(mut self, bytes: u64) -> Self {
        self.policy.most = Some(bytes);
        self
    }
    /// A creating call that honours `Idempotency-Key`: sent twice it does its work once and is answered twice.
    #[must_use]
    pub fn idempotent(mut self, db: &store::Db) -> Self {
        self.once = Some(db.clone());
        self
    }
    /// Every use is noted in the log with the actor's id.
    #[must_use]
    pub fn audited(mut self) -> Self {
        self.policy.audited = true;
        self
    }
    /// One line for the API description; the route becomes part of it.
    #[must_use]
    pub fn summary(mut self, text: &'static str) -> Self {
        self.doc.summary = text;
        self
    }
    /// More for the API description.
    #[must_use]
    pub fn about(mut self, text: &'static str) -> Self {
        self.doc.about = text;
        self
    }
    /// Part of the API description although its path is not under `/api`.
    #[must_use]
    pub fn documented(mut self) -> Self {
        self.api = true;
        self
    }
    /// A query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, about: &'static str) -> Self {
        self.doc.query.push((name, about));
        self
    }
    /// A JSON body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.doc.takes.push(("application/json", Shape::of::<T>()));
        self
    }
    /// A body of another media type.
    #[must_use]
    pub fn takes_bytes(mut self, media: &'static str) -> Self {
        self.doc.takes.push((media, Shape::Bytes));
        self
    }
    /// A JSON answer.
    #[must_use]
    pub fn gives<T: ToSchema>(mut self, status: u16, about: &'static str) -> Self {
        self.doc.gives.push((status, about, "application/json", Shape::of::<T>()));
        self
    }
    /// An answer of another media type.
    #[must_use]
    pub fn gives_bytes(mut self, status: u16, about: &'static str, media: &'static str) -> Self {
        self.doc.gives.push((status, about, media, Shape::Bytes));
        self
    }
    /// A code this route may refuse with.
    #[must_use]
    pub fn refuses(mut self, codes: &[&'static str]) -> Self {
        self.doc.refuses.extend(codes);
        self
    }

    /// The handler with its state.
    #[must_use]
    pub fn to<H, T, S>(mut self, state: S, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let filter = match self.method {
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        self.router = Some(on(filter, handler).with_state(state));
        self
    }

    pub(crate) fn mount(self, router: Router) -> (Router, Seen, Doc) {
        let seen = Seen {
            method: self.method,
            path: self.path,
            permission: self.policy.permission,
            body: self.policy.body,
            audited: self.policy.audited,
            api: self.api,
        };
        let router = match self.router {
            Some(mut m) => {
                if let Some(db) = self.once {
                    m = m.layer(middleware::from_fn_with_state((db, self.policy.class), idempotent::once));
                }
                router.route(self.path, m.layer(middleware::from_fn_with_state(self.policy, guard::pass)))
            }
            None => router,
        };
        (router, seen, self.doc)
    }
}

/// A declared route as the tests and the reference see it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Method.
    pub method: Method,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Who may.
    pub permission: Permission,
    /// How the body is taken.
    pub body: Body,
    /// Whether each use is noted.
    pub audited: bool,
    /// Whether it is part of the API description.
    pub api: bool,
}

/// An entry of the main navigation.
#[derive(Clone, Copy, Debug)]
pub struct Nav {
    /// Where it leads.
    pub path: &'static str,
    /// Key of its text.
    pub key: &'static str,
    /// Who sees it.
    pub show: Permission,
    /// Hidden from staff at work.
    pub not_for_staff: bool,
    /// Place in the row.
    pub order: i32,
}

impl Nav {
    /// An entry for all who pass `show`.
    pub const fn new(order: i32, path: &'static str, key: &'static str, show: Permission) -> Self {
        Self { path, key, show, not_for_staff: false, order }
    }
    /// Hidden from staff at work.
    #[must_use]
    pub const fn private(self) -> Self {
        Self { not_for_staff: true, ..self }
    }
}

/// All that one service shows over HTTP.
pub struct Routes {
    pub(crate) owner: &'static str,
    pub(crate) locales: Vec<Locale>,
    pub(crate) routes: Vec<Route>,
    pub(crate) nav: Vec<Nav>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) codes: Vec<&'static str>,
    pub(crate) watches: Vec<Watch>,
}

impl Routes {
    /// The routes of `owner` with its texts (the content of `locale/lv.ftl` and `locale/en.ftl`).
    pub fn new(owner: &'static str, lv: &'static str, en: &'static str) -> Self {
        let locales = vec![Locale { owner, lv, en }];
        Self { owner, locales, routes: vec![], nav: vec![], assets: vec![], codes: vec![], watches: vec![] }
    }
    /// Adds a route. It must have a handler.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }
    /// Adds an entry to the main navigation.
    #[must_use]
    pub fn nav(mut self, nav: Nav) -> Self {
        self.nav.push(nav);
        self
    }
    /// Adds an embedded file.
    #[must_use]
    pub fn asset(mut self, asset: Asset) -> Self {
        self.assets.push(asset);
        self
    }
    /// Names the error codes of this service: each needs a text in both languages.
    #[must_use]
    pub fn errors(mut self, codes: &[&'static str]) -> Self {
        self.codes.extend(codes);
        self
    }
    /// Adds something to watch: readiness, and a block of the operator console.
    #[must_use]
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watches.push(watch);
        self
    }
    /// Whose routes these are.
    pub fn owner(&self) -> &'static str {
        self.owner
    }
    /// Its texts.
    pub fn locales(&self) -> &[Locale] {
        &self.locales
    }
    /// Texts of a lower crate that this service shows; several services may bring the same.
    #[must_use]
    pub fn also(mut self, owner: &'static str, lv: &'static str, en: &'static str) -> Self {
        self.locales.push(Locale { owner, lv, en });
        self
    }
}
