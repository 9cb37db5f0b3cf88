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
    let wanted = address(ca.config().status_url.as_deref(), public_url)?;
    let fixed = ca
        .db()
        .write(&(cx, wanted.as_str()), |tx, (_, url)| Box::pin(async move { rows::fix_address(tx, url).await }))
        .await?;
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

/// The address of certificates: as configured, or the public one by http where that is the same host's usual port.
fn address(configured: Option<&str>, public_url: &str) -> Result<String, PkiError> {
    let url = match (configured, public_url.strip_prefix("https://")) {
        (Some(url), _) => url.to_owned(),
        (None, Some(host)) if !host.contains(':') => format!("http://{host}"),
        (None, _) => public_url.to_owned(),
    };
    let host = url.strip_prefix("http://").unwrap_or_default();
    let fine = !host.is_empty()
        && !host.starts_with('/')
        && !host.ends_with('/')
        && host.bytes().all(|b| b.is_ascii_graphic());
    if fine && !host.contains(['?', '#']) { Ok(url) } else { Err(PkiError::Address { url }) }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn certificates_point_to_plain_addresses() {
        assert_eq!(address(None, "https://id.example.lv").unwrap(), "http://id.example.lv");
        assert_eq!(address(None, "http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
        assert_eq!(
            address(Some("http://pki.example.lv/x"), "https://id.example.lv:8443").unwrap(),
            "http://pki.example.lv/x"
        );
        for bad in [
            "https://id.example.lv:8443",
            "ftp://x",
            "http://",
            "http:///x",
            "http://x/",
            "http://x?y",
            "http://x y",
            "",
        ] {
            assert!(address(None, bad).is_err(), "{bad}");
        }
        assert!(address(Some("https://pki.example.lv"), "https://id.example.lv").is_err());
    }
}
