//! Keys of OCSP responders and time-stamping units: made, certified, renewed before they end, destroyed after.

use std::sync::Arc;

use base::Cx;
use jiff::{SignedDuration, Timestamp};
use keys::{KeyError, Signer};
use pki::Certificate;

use super::{PkiError, Realm, Role, rows};
use crate::{
    Ca,
    issue::{Order, issue},
    profile::Kind,
};

/// What a service key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ServiceKind {
    Ocsp,
    Tsu,
}

impl ServiceKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::Tsu => "tsu",
        }
    }
}

/// A service key in force: its certificate has not ended and is neither revoked nor suspended.
#[derive(Clone, Debug)]
pub(crate) struct ServiceKey {
    pub(crate) label: String,
    /// Id of the certificate, under which its status stands.
    pub(crate) id: String,
    pub(crate) certificate: Certificate,
}

/// How often a key is made anew when its certificate is revoked before it is used.
const ATTEMPTS: usize = 3;

/// A key in force that is not near its end; made if there is none.
pub(crate) async fn ensure(ca: &Ca, cx: &Cx, kind: ServiceKind, role: Role) -> Result<ServiceKey, PkiError> {
    let now = cx.now();
    let found = latest(ca, kind, role, now).await?;
    if let Some(key) = found
        && !near_end(&key.certificate, now)
    {
        return Ok(key);
    }
    make(ca, cx, kind, role).await
}

/// The newest key in force with its signer.
pub(crate) async fn usable(
    ca: &Ca,
    cx: &Cx,
    kind: ServiceKind,
    role: Role,
) -> Result<(ServiceKey, Arc<dyn Signer>), PkiError> {
    let key = match latest(ca, kind, role, cx.now()).await? {
        Some(key) => key,
        None => make(ca, cx, kind, role).await?,
    };
    let signer = ca.realms().signer(&key.label).await?;
    Ok((key, signer))
}

async fn latest(ca: &Ca, kind: ServiceKind, role: Role, now: Timestamp) -> Result<Option<ServiceKey>, PkiError> {
    ca.db().read(|tx| Box::pin(async move { rows::latest_key(tx, kind, role.name(), now).await })).await
}

/// All in force.
pub(crate) async fn in_force(ca: &Ca, now: Timestamp) -> Result<Vec<ServiceKey>, PkiError> {
    ca.db().read(|tx| Box::pin(async move { rows::keys_in_force(tx, now).await })).await
}

/// In the last third of its time.
fn near_end(certificate: &Certificate, now: Timestamp) -> bool {
    let whole = certificate.not_after().duration_since(certificate.not_before());
    now.checked_add(whole / 3).is_ok_and(|then| then >= certificate.not_after())
}

/// One key at a time: a token lets two keys of one label stand side by side.
async fn make(ca: &Ca, cx: &Cx, kind: ServiceKind, role: Role) -> Result<ServiceKey, PkiError> {
    let _alone = ca.making().lock().await;
    if let Some(key) = latest(ca, kind, role, cx.now()).await?
        && !near_end(&key.certificate, cx.now())
    {
        return Ok(key);
    }
    let realm: Realm = ca.realms().read().await?;
    let authority = realm.role(role)?.clone();
    let config = ca.config();
    let key_kind = if kind == ServiceKind::Ocsp { config.keys.ocsp } else { config.keys.tsu };
    for _ in 0..ATTEMPTS {
        let label = free_label(ca, cx, kind, role).await?;
        let key = ca.realms().keys().ensure(&label, key_kind).await?;
        let order = Order {
            key: format!("service:{label}"),
            kind: if kind == ServiceKind::Ocsp { Kind::Responder } else { Kind::TimeStamping },
            issuer: Some(authority.clone()),
            self_label: None,
            spki: key.spki,
            not_after: None,
            on_hold: false,
            public_url: realm.public_url.clone(),
        };
        let made = issue(ca, cx, order).await?;
        let key = ServiceKey { label, id: made.id, certificate: made.certificate };
        ca.db()
            .write(&(cx, (kind, authority.name.as_str(), &key)), |tx, (_, (kind, authority, key))| {
                Box::pin(async move { rows::put_key(tx, *kind, authority, key).await.map(|_| ()) })
            })
            .await?;
        // What was issued before a crash may have been revoked since: only what is in force is used.
        if let Some(key) = latest(ca, kind, role, cx.now()).await? {
            return Ok(key);
        }
    }
    Err(PkiError::NoServiceKey { service: kind.name() })
}

/// The label names the day, so that what was cut off is found again. A key that was used up on the day it was made (its
/// certificate was revoked) is followed by one with a number.
async fn free_label(ca: &Ca, cx: &Cx, kind: ServiceKind, role: Role) -> Result<String, PkiError> {
    let day = cx.now().as_second().div_euclid(86_400);
    let label = format!("ca.{}.{}.{day}", role.name(), kind.name());
    let taken = ca.db().read(|tx| Box::pin(async move { rows::key_labels(tx, kind, role.name()).await })).await?;
    let of_day = |l: &&String| l.strip_prefix(&label).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    Ok(match taken.iter().filter(of_day).count() {
        0 => label,
        n => format!("{label}.{n}"),
    })
}

/// The scheduled job: renews what is near its end, destroys keys a month after theirs and those of revoked certificates.
pub(crate) async fn renew(ca: &Ca, cx: &Cx) -> Result<(), PkiError> {
    for role in Role::ALL {
        ensure(ca, cx, ServiceKind::Ocsp, role).await?;
    }
    ensure(ca, cx, ServiceKind::Tsu, Role::TimeStamping).await?;
    let before = cx.now().checked_sub(SignedDuration::from_hours(24 * 30)).unwrap_or_default();
    for kind in [ServiceKind::Ocsp, ServiceKind::Tsu] {
        let old: Vec<String> =
            ca.db().read(|tx| Box::pin(async move { rows::used_up_keys(tx, kind, before).await })).await?;
        for label in old {
            match ca.realms().keys().destroy(&label).await {
                Ok(()) => {
                    ca.realms().forget(&label);
                    ca.db()
                        .write(&(cx, label.as_str()), |tx, (_, label)| {
                            Box::pin(async move {
                                let body = serde_json::json!({ "label": label });
                                ledger::record(tx, ledger::Entry::new("ca.key.destroyed", *label, body)).await
                            })
                        })
                        .await?;
                }
                Err(KeyError::NotFound { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
    Ok(())
}
