//! Creation of the national PKI: root, issuing authorities, OCSP responders, time-stamping unit, first revocation lists.
//! Every step finds out whether it was done, so an interrupted creation is finished by calling again.

use base::Cx;
use store::StoreError;

use super::{PkiError, Role, ServiceKind, key_kind, key_label, rows, service_key};
use crate::{
    Ca,
    issue::{Order, issue},
    profile::Kind,
};

/// Makes what is missing. The address is fixed by the first call; the answer is the one that holds.
pub(crate) async fn create(ca: &Ca, cx: &Cx, public_url: &str) -> Result<String, PkiError> {
    let wanted = checked(public_url)?;
    let fixed =
        ca.db().write(&(cx, wanted), |tx, (_, url)| Box::pin(async move { rows::fix_address(tx, url).await })).await?;
    if fixed != wanted {
        tracing::warn!(fixed, wanted, "the address in certificates was fixed when the PKI was created and stays");
    }
    for role in Role::ALL {
        if ca.realms().read().await?.named(role.name()).is_none() {
            authority(ca, cx, role).await?;
        }
    }
    for role in Role::ALL {
        service_key::ensure(ca, cx, ServiceKind::Ocsp, role).await?;
    }
    service_key::ensure(ca, cx, ServiceKind::Tsu, Role::TimeStamping).await?;
    for role in Role::ALL {
        crate::crl::refresh(ca, cx, role.name()).await?;
    }
    Ok(fixed)
}

async fn authority(ca: &Ca, cx: &Cx, role: Role) -> Result<(), PkiError> {
    let label = key_label(role);
    let key = ca.realms().keys().ensure(&label, key_kind(ca.config(), role)).await?;
    let realm = ca.realms().read().await?;
    let (kind, issuer) = match role {
        Role::Root => (Kind::Root, None),
        other => (Kind::Issuing(other), Some(realm.role(Role::Root)?.clone())),
    };
    let order = Order {
        key: format!("authority:{}", role.name()),
        kind,
        issuer,
        self_label: Some(label.clone()),
        spki: key.spki,
        not_after: None,
        on_hold: false,
        public_url: realm.public_url.clone(),
    };
    let made = issue(ca, cx, order).await?;
    ca.db()
        .write(&(cx, (role, label, made)), |tx, (_, (role, label, made))| {
            Box::pin(async move {
                if rows::put(tx, *role, label, &made.id, made.certificate.der()).await? {
                    let body = serde_json::json!({ "authority": role.name(), "serial": made.certificate.serial_hex() });
                    ledger::record(tx, ledger::Entry::new("ca.authority.created", &made.id, body)).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

fn checked(url: &str) -> Result<&str, PkiError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let fine = !rest.is_empty()
        && !rest.starts_with('/')
        && !rest.ends_with('/')
        && rest.bytes().all(|b| b.is_ascii_graphic());
    if fine && !rest.contains(['?', '#']) { Ok(url) } else { Err(PkiError::Address { url: url.to_owned() }) }
}
