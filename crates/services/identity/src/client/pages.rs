//! The register of programs, as operators see it.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use ledger::Entry;
use pki::{Certificate, DigestAlgorithm};
use protocol::client_assertion::ClientKeys;
use serde_json::json;
use store::Tx;
use web::{
    Answer, Fault, Fields, Filled, PageCx, Right,
    client::{self, ClientCertificate, NewClient, Quota, Registered, Usage},
    spend,
};

use super::ClientError;
use crate::Identity;

/// What a form offers at first: requests and MiB a day.
const USUAL: (u64, u64) = (10_000, 1024);
/// The largest of either that is taken: for ever enough, and no overflow.
const MOST: u64 = 1_000_000_000;

struct Line {
    client: Registered,
    used: Usage,
}

#[derive(Template)]
#[template(path = "client/list.html")]
struct ListPage<'a> {
    cx: &'a PageCx,
    clients: Vec<Line>,
    form: &'a Filled,
}

impl ListPage<'_> {
    fn rights(&self, c: &Registered) -> String {
        let names: Vec<String> = c.rights.iter().map(|r| self.cx.tk("identity-right-", r.name()).to_string()).collect();
        names.join(", ")
    }
    fn way(&self, c: &Registered) -> String {
        let ways =
            [(c.keys.is_some(), "identity-client-by-key"), (c.certificate.is_some(), "identity-client-by-certificate")];
        let ways: Vec<String> =
            ways.into_iter().filter(|(has, _)| *has).map(|(_, key)| self.cx.t(key).to_string()).collect();
        ways.join(", ")
    }
    fn mib(&self, bytes: &u64) -> u64 {
        bytes.div_ceil(1 << 20)
    }
}

async fn list(me: &Identity, cx: &PageCx, form: &Filled) -> Answer {
    let mut clients = vec![];
    for client in client::list(&me.0.db).await? {
        let used = Usage::today(&me.0.db, cx.cx(), &client.id).await?;
        clients.push(Line { client, used });
    }
    let page = ListPage { cx, clients, form };
    if form.failed() { cx.invalid(&page) } else { cx.page(&page) }
}

/// All of them, and a form for one more.
pub(crate) async fn show(State(me): State<Identity>, cx: PageCx) -> Answer {
    let fields = Fields::default().with("requests", USUAL.0).with("mib", USUAL.1);
    list(&me, &cx, &Filled::from(fields)).await
}

/// SHA-256 of a certificate given as PEM.
fn digest(pem: &str) -> Result<String, ClientError> {
    let bad = |_| ClientError::Certificate;
    let all = pki::pem_decode(pem).map_err(bad)?;
    let [(label, der)] = all.as_slice() else { return Err(ClientError::Certificate) };
    if label != "CERTIFICATE" {
        return Err(ClientError::Certificate);
    }
    Certificate::from_der(der).map_err(bad)?;
    let sum = DigestAlgorithm::Sha256.of(der).try_into().map_err(|_| ClientError::Certificate)?;
    Ok(ClientCertificate(sum).hex())
}

/// What the form says, or nothing when something is wrong in it.
fn read(form: &mut Filled) -> Option<NewClient> {
    let text = |form: &mut Filled, field: &str, most: usize, key: &str| {
        let given = form.required(field, key)?;
        let fits = given.chars().count() <= most;
        if !fits {
            form.wrong(field, key);
        }
        fits.then_some(given)
    };
    let name = text(form, "name", 100, "identity-client-no-name");
    let institution = text(form, "institution", 200, "identity-client-no-institution");
    let rights: BTreeSet<Right> =
        Right::ALL.into_iter().filter(|r| form.fields.ticked(&format!("right-{}", r.name()))).collect();
    if rights.is_empty() {
        form.wrong("right-validate", "identity-client-no-right");
    }
    let number = |form: &mut Filled, field: &str| {
        let n = form.fields.get(field).trim().parse::<u64>().ok().filter(|n| (1..=MOST).contains(n));
        if n.is_none() {
            form.wrong(field, "identity-client-number");
        }
        n
    };
    let (requests, mib) = (number(form, "requests"), number(form, "mib"));
    let keys = Some(form.fields.get("keys").trim().to_owned()).filter(|k| !k.is_empty());
    if let Some(Err(e)) = keys.as_deref().map(ClientKeys::parse) {
        form.refused("keys", &ClientError::from(e));
    }
    let pem = form.fields.get("certificate").trim().to_owned();
    let certificate = match digest(&pem) {
        _ if pem.is_empty() => None,
        Ok(d) => Some(d),
        Err(e) => {
            form.refused("certificate", &e);
            None
        }
    };
    if keys.is_none() && pem.is_empty() {
        form.wrong("keys", "identity-client-no-proof");
    }
    if form.failed() {
        return None;
    }
    let quota = Quota { requests: requests?, bytes: mib? << 20 };
    Some(NewClient { name: name?, institution: institution?, rights, keys, certificate, quota })
}

/// Registers one more.
pub(crate) async fn register(State(me): State<Identity>, cx: PageCx, fields: Fields) -> Answer {
    let who = cx.who()?;
    let mut form = Filled::from(fields);
    let Some(new) = read(&mut form) else {
        return list(&me, &cx, &form).await;
    };
    let work = (cx.cx(), (new, who.id, &form.fields));
    let registered = me.0.db.write(&work, |tx: &mut Tx, (_, (new, by, fields))| {
        Box::pin(async move {
            let Some(id) = client::register(tx, new).await? else { return Ok::<_, Fault>(None) };
            spend(tx, fields).await?;
            let rights: Vec<&str> = new.rights.iter().map(|r| r.name()).collect();
            let body = json!({ "name": new.name, "institution": new.institution, "rights": rights,
                "requests": new.quota.requests, "bytes": new.quota.bytes, "key": new.keys.is_some(),
                "certificate": new.certificate, "by": by });
            ledger::record(tx, Entry::new("identity.client.registered", format!("client:{id}"), body)).await?;
            Ok(Some(id))
        })
    });
    match registered.await? {
        Some(id) => {
            cx.flash("ok", "identity-client-registered", &[("id", &id)]);
            cx.redirect("/operator/clients")
        }
        None => {
            form.refused("certificate", &ClientError::Taken);
            list(&me, &cx, &form).await
        }
    }
}

async fn turn(me: &Identity, cx: &PageCx, id: String, on: bool) -> Answer {
    let by = cx.who()?.id;
    let work = (cx.cx(), (id, by, on));
    let turned = me.0.db.write(&work, |tx: &mut Tx, (_, (id, by, on))| {
        Box::pin(async move {
            let done = if *on { client::resume(tx, id).await? } else { client::suspend(tx, id).await? };
            if done {
                let kind = if *on { "identity.client.resumed" } else { "identity.client.suspended" };
                ledger::record(tx, Entry::new(kind, format!("client:{id}"), json!({ "by": by }))).await?;
            }
            Ok::<_, Fault>(done)
        })
    });
    if turned.await? {
        let key = if on { "identity-client-resumed" } else { "identity-client-suspended" };
        cx.flash("ok", key, &[]);
    }
    cx.redirect("/operator/clients")
}

/// Suspends one: its tokens end at once, on every node.
pub(crate) async fn suspend(State(me): State<Identity>, cx: PageCx, Path(id): Path<String>) -> Answer {
    turn(&me, &cx, id, false).await
}

/// Lets it come again.
pub(crate) async fn resume(State(me): State<Identity>, cx: PageCx, Path(id): Path<String>) -> Answer {
    turn(&me, &cx, id, true).await
}
