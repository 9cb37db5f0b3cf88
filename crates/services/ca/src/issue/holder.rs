use base::Cx;
use contract::{Der, ca};

use super::{IssueError, Order, issue};
use crate::{Ca, profile::Kind};

/// Issues to a person, institution or machine.
pub(crate) async fn issue_for(ca: &Ca, cx: &Cx, wanted: ca::Issue) -> Result<ca::Issued, IssueError> {
    if wanted.key.is_empty() || wanted.key.chars().count() > 200 {
        return Err(IssueError::BadKey);
    }
    let realm = ca.realms().get().await?;
    let issuer = realm.role(Kind::issuer(wanted.profile))?.clone();
    let chain = std::iter::once(&issuer.certificate).chain(&issuer.chain).map(|c| Der(c.der().to_vec())).collect();
    let order = Order {
        // Callers' keys live apart from the authority's own.
        key: format!("holder:{}", wanted.key),
        kind: Kind::Holder(wanted.profile, wanted.subject),
        issuer: Some(issuer),
        self_label: None,
        spki: wanted.spki,
        not_after: Some(wanted.not_after),
        on_hold: wanted.on_hold,
        public_url: realm.public_url.clone(),
    };
    let made = issue(ca, cx, order).await?;
    Ok(ca::Issued { certificate_id: made.id, der: made.certificate.der().to_vec(), chain })
}
