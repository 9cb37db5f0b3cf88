//! Help for the tests of services: a walk over every route with every kind of visitor, and checks of texts.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use base::Cx;
use tower::ServiceExt as _;

use crate::{
    Actor, Caller, Client, Fault, Permission, Right, Role, Shell,
    client::{self, NewClient, Quota},
    i18n::{Locale, check},
    route,
    session::Session,
    shell::cookie_name,
};

/// A visitor with or without a session.
pub struct Visitor {
    /// `anonymous`, `person`, `staff`, `clerk`, …
    pub name: &'static str,
    /// Who has signed in.
    pub actor: Option<Actor>,
    /// Rights of a registered program.
    pub client: Option<BTreeSet<Right>>,
}

/// An invented person, signed in for themselves or as staff with `roles`.
pub fn actor(cx: &Cx, staff: bool, roles: &[Role]) -> Actor {
    Actor {
        id: if staff { "staff:TEST".to_owned() } else { "PNOLV-320000-00001".to_owned() },
        person_code: "320000-00001".to_owned(),
        given_name: "Anna".to_owned(),
        surname: "Paraudziņa".to_owned(),
        roles: roles.iter().copied().collect(),
        institution: staff.then(|| "Paraugu pārvalde".to_owned()),
        method: "eid-card".to_owned(),
        since: cx.now(),
    }
}

/// One of each kind.
pub fn visitors(cx: &Cx) -> Vec<Visitor> {
    let mut out = vec![
        Visitor { name: "anonymous", actor: None, client: None },
        Visitor { name: "person", actor: Some(actor(cx, false, &[])), client: None },
        Visitor { name: "staff", actor: Some(actor(cx, true, &[])), client: None },
        Visitor { name: "client without rights", actor: None, client: Some(BTreeSet::new()) },
    ];
    out.extend(Role::ALL.iter().map(|r| Visitor { name: r.name(), actor: Some(actor(cx, true, &[*r])), client: None }));
    out.extend(Right::ALL.iter().map(|r| Visitor { name: r.name(), actor: None, client: Some([*r].into()) }));
    out
}

/// The Cookie header of a session of `actor`, and a form token that fits it.
pub fn cookie(shell: &Shell, actor: Option<Actor>) -> (String, String) {
    let inner = &shell.inner;
    let session = Session { actor, ..Session::new(&inner.cx) };
    let token = session.csrf_token(&inner.cx);
    let name = cookie_name(inner.config.tls);
    let plain = serde_json::to_vec(&session).unwrap_or_default();
    let sealed = inner.config.keys.seal_text(inner.cx.random.as_ref(), name, &plain);
    (format!("{name}={sealed}"), token)
}

/// Registers a program with these rights and gives it an access token. The shell must know where programs are registered.
pub async fn client(shell: &Shell, rights: &BTreeSet<Right>, quota: Quota) -> Result<(Client, String), Fault> {
    let inner = &shell.inner;
    let db = inner.config.clients.as_ref().ok_or_else(Fault::not_found)?;
    let new = NewClient {
        name: "Paraugu sistēma".to_owned(),
        institution: "Paraugu pārvalde".to_owned(),
        rights: rights.clone(),
        keys: None,
        certificate: None,
        quota,
    };
    let work = (&inner.cx, new);
    let id = db.write(&work, |tx, (_, new)| Box::pin(async move { Ok::<_, Fault>(client::register(tx, new).await?) }));
    let id = id.await?.ok_or_else(Fault::not_found)?;
    let row = client::find(db, &id).await?.ok_or_else(Fault::not_found)?;
    let token = client::token(&inner.cx, &inner.config.keys, &row, rights);
    let (institution, rights) = (row.institution, rights.clone());
    Ok((Client { id, institution, rights, quota, method: "private_key_jwt" }, token))
}

/// Sends every declared route to every kind of visitor; gives what differs from the declaration. Where the shell knows no
/// programs, they are left out, and every route that is for programs alone is told as wrong.
pub async fn walk(shell: &Shell) -> Vec<String> {
    let mut wrong = vec![];
    let plenty = Quota { requests: 1 << 40, bytes: 1 << 40 };
    let mut visitors = vec![];
    for v in self::visitors(shell.cx()) {
        match &v.client {
            None => visitors.push((v, None)),
            Some(rights) => match client(shell, rights, plenty).await {
                Ok(known) => visitors.push((v, Some(known))),
                Err(f) if shell.inner.config.clients.is_some() => wrong.push(format!("a program: {}", f.code)),
                Err(_) => {}
            },
        }
    }
    for seen in shell.matrix() {
        if matches!(seen.permission, Permission::Client(_)) && shell.inner.config.clients.is_none() {
            wrong.push(format!("{} {}: nobody can use it", seen.method, seen.path));
        }
        for (v, known) in &visitors {
            let path = fill(seen.path);
            let mut req = Request::builder().method(seen.method.clone()).uri(&path).header(header::ACCEPT, "text/html");
            if v.actor.is_some() {
                req = req.header(header::COOKIE, cookie(shell, v.actor.clone()).0);
            }
            if let Some((_, token)) = known {
                req = req.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            let Ok(req) = req.body(Body::empty()) else { continue };
            let Ok(answer) = shell.router().oneshot(req).await;
            let caller = Caller { actor: v.actor.as_ref(), client: known.as_ref().map(|(c, _)| c), node: false };
            let form = matches!(seen.body, route::Body::Form | route::Body::Upload);
            let should = seen.permission.check(caller).is_ok() && !(known.is_some() && form);
            if should == refused(&answer) {
                wrong.push(format!(
                    "{} {} as {}: {} {:?}",
                    seen.method,
                    seen.path,
                    v.name,
                    answer.status(),
                    code(&answer)
                ));
            }
            let unprotected = should
                && seen.method != Method::GET
                && seen.body != route::Body::Raw
                && known.is_none()
                && seen.permission != Permission::Node;
            if unprotected
                && code(&answer) != Some("web.form.foreign")
                && code(&answer) != Some("web.request.malformed")
            {
                wrong.push(format!("{} {} as {}: taken without a form token", seen.method, seen.path, v.name));
            }
        }
    }
    wrong
}

/// Holds the running routes against the OpenAPI document, both ways; gives what differs. Every declared API route has to be described, and for
/// every path that is described the router has to take these methods and, under `/api/`, no other.
pub async fn described(shell: &Shell) -> Vec<String> {
    type Paths = BTreeMap<String, BTreeSet<String>>;
    let (mut wrong, mut declared, mut told) = (vec![], Paths::new(), Paths::new());
    for seen in shell.matrix().iter().filter(|s| s.path.starts_with("/api/v1/")) {
        declared.entry(seen.path.to_owned()).or_default().insert(seen.method.to_string());
    }
    for (path, methods) in shell.openapi()["paths"].as_object().into_iter().flatten() {
        let methods = methods.as_object().into_iter().flatten().map(|(m, _)| m.to_uppercase());
        told.entry(path.clone()).or_default().extend(methods);
    }
    for (path, methods) in declared.iter().filter(|(path, methods)| told.get(*path) != Some(methods)) {
        wrong.push(format!("{path}: {methods:?} described as {:?}", told.get(path)));
    }
    let Ok(unknown) = Method::from_bytes(b"UNKNOWN") else { return wrong };
    for (path, methods) in &told {
        let Ok(req) = Request::builder().method(unknown.clone()).uri(fill(path)).body(Body::empty()) else { continue };
        let Ok(answer) = shell.router().oneshot(req).await;
        let allowed = answer.headers().get(header::ALLOW).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let allowed: BTreeSet<String> = allowed.split(',').map(str::to_owned).filter(|m| m != "HEAD").collect();
        let same = allowed == *methods || (!path.starts_with("/api/") && allowed.is_superset(methods));
        if answer.status() != StatusCode::METHOD_NOT_ALLOWED || !same {
            wrong.push(format!(
                "{path}: described with {methods:?}, the router takes {allowed:?} ({})",
                answer.status()
            ));
        }
    }
    wrong
}

/// The code of the fault behind an answer, if it was one.
pub fn code<B>(answer: &Response<B>) -> Option<&str> {
    answer.extensions().get::<Fault>().map(|f| &*f.code)
}

fn refused<B>(answer: &Response<B>) -> bool {
    let to = answer.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    to.starts_with("/sign-in?to=")
        || matches!(code(answer), Some("web.session.needed" | "web.permission.denied" | "web.client.needed"))
}

fn fill(path: &str) -> String {
    let parts = path.split('/').map(|p| if p.starts_with('{') { "01ARZ3NDEKTSV4RRFFQ69G5FAV" } else { p });
    parts.collect::<Vec<_>>().join("/")
}

/// Everything wrong with a crate's texts: keys or arguments that differ, error codes without text, keys that sources
/// (Rust and templates, as `(name, content)`) ask for and nobody has.
pub fn texts(locale: Locale, codes: &[&str], sources: &[(String, String)]) -> Vec<String> {
    let mut out = check::disagreements(locale);
    let own = crate::shell::own_locale();
    let has = |key: &str| {
        locale
            .lv
            .lines()
            .chain(own.lv.lines())
            .any(|l| l.strip_prefix(key).is_some_and(|r| r.trim_start().starts_with('=')))
    };
    for c in codes {
        let key = crate::fault::key_of(c);
        let start = locale
            .lv
            .lines()
            .chain(own.lv.lines())
            .skip_while(|l| l.strip_prefix(&key).is_none_or(|r| !r.trim_start().starts_with('=')));
        let body: Vec<&str> = start.skip(1).take_while(|l| l.starts_with([' ', '\t'])).collect();
        for attr in [".cause", ".remedy"] {
            if !body.iter().any(|l| l.trim_start().starts_with(attr)) {
                out.push(format!("{c}: no text {key}{attr}"));
            }
        }
    }
    let calls = [".t", ".hint"];
    let mut asked = BTreeSet::new();
    for (_, s) in sources {
        asked.extend(check::asked_for(s, &calls));
    }
    out.extend(asked.iter().filter(|k| !has(k)).map(|k| format!("{k}: asked for by a page, no text")));
    out
}
