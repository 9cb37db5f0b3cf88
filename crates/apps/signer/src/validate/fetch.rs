use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use ades::{
    gather::Ask,
    validate::{Material, Need},
};
use futures_util::future::join_all;
use net::Client;
use pki::{CertId, Certificate, DigestAlgorithm, OcspRequest, OcspResponse};

/// Time for all answers of one round.
const ROUND: Duration = Duration::from_secs(20);

/// What was asked already: nothing is asked twice, for one file or for several.
#[derive(Default)]
pub(super) struct Asked(RefCell<BTreeSet<(String, Vec<u8>)>>);

/// Fetches what a verdict lacks, all at once, as long as the round lasts. Whether anything new came.
pub(super) async fn fetch(client: &Client, needs: &[Need], asked: &Asked, material: &mut Material) -> bool {
    let found = RefCell::new(Material::default());
    let all = join_all(needs.iter().map(|need| one_need(client, need, asked, &found)));
    if tokio::time::timeout(ROUND, all).await.is_err() {
        tracing::debug!("not everything was fetched in time");
    }
    let before = (material.certificates.len(), material.crls.len(), material.ocsps.len());
    material.merge(found.take());
    before != (material.certificates.len(), material.crls.len(), material.ocsps.len())
}

async fn one_need(client: &Client, need: &Need, asked: &Asked, found: &RefCell<Material>) {
    match need {
        Need::Issuer { urls, .. } => {
            for url in urls {
                if let Some(bytes) = one(client, Ask::Issuer { url: url.clone() }, &[], asked).await {
                    found.borrow_mut().certificates.extend(certificates(&bytes));
                    return;
                }
            }
        }
        Need::Status { of, issuer, ocsp, crl } => {
            if let Some(response) = by_ocsp(client, of, issuer, ocsp, asked).await {
                found.borrow_mut().ocsps.push(response);
                return;
            }
            for url in crl {
                if let Some(bytes) = one(client, Ask::Crl { url: url.clone() }, &[], asked).await
                    && pki::Crl::from_der(&bytes).is_ok()
                {
                    found.borrow_mut().crls.push(bytes);
                    return;
                }
            }
        }
    }
}

async fn by_ocsp(
    client: &Client,
    of: &Certificate,
    issuer: &Certificate,
    urls: &[String],
    asked: &Asked,
) -> Option<Vec<u8>> {
    let id = CertId::new(DigestAlgorithm::Sha1, issuer, of.serial());
    let request = (OcspRequest { ids: vec![id], nonce: None }).to_der().ok()?;
    for url in urls {
        let ask = Ask::Ocsp { url: url.clone(), request: request.clone() };
        if let Some(bytes) = one(client, ask, of.der(), asked).await
            && OcspResponse::from_der(&bytes).is_ok_and(|r| r.find(of, issuer).is_some())
        {
            return Some(bytes);
        }
    }
    None
}

async fn one(client: &Client, ask: Ask, about: &[u8], asked: &Asked) -> Option<Vec<u8>> {
    if !asked.0.borrow_mut().insert((ask.url().to_owned(), about.to_vec())) {
        return None;
    }
    match client.fetch(&ask).await {
        Ok(bytes) => Some(bytes),
        Err(e) => {
            tracing::debug!(url = ask.url(), error = e.code(), "not fetched");
            None
        }
    }
}

/// One certificate in DER or PEM, or a CMS message that carries several.
fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    if let Ok(c) = Certificate::from_pem_or_der(bytes) {
        return vec![c.der().to_vec()];
    }
    pki::SignedData::from_ber(bytes).map(|s| s.certificates).unwrap_or_default()
}
