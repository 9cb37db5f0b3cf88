use std::collections::BTreeSet;

use ades::{
    gather::Ask,
    validate::{Material, Need},
};
use net::Client;
use pki::{CertId, Certificate, DigestAlgorithm, OcspRequest, OcspResponse};

/// What was asked already: nothing is asked twice.
#[derive(Default)]
pub(super) struct Asked(BTreeSet<(String, Vec<u8>)>);

/// Fetches what a verdict lacks. Whether anything new came.
pub(super) async fn fetch(client: &Client, needs: &[Need], asked: &mut Asked, material: &mut Material) -> bool {
    let mut found = Material::default();
    for need in needs {
        match need {
            Need::Issuer { urls, .. } => {
                for url in urls {
                    if let Some(bytes) = one(client, Ask::Issuer { url: url.clone() }, &[], asked).await {
                        found.certificates.extend(certificates(&bytes));
                        break;
                    }
                }
            }
            Need::Status { of, issuer, ocsp, crl } => {
                if !by_ocsp(client, of, issuer, ocsp, asked, &mut found).await {
                    for url in crl {
                        if let Some(bytes) = one(client, Ask::Crl { url: url.clone() }, &[], asked).await
                            && pki::Crl::from_der(&bytes).is_ok()
                        {
                            found.crls.push(bytes);
                            break;
                        }
                    }
                }
            }
        }
    }
    let before = (material.certificates.len(), material.crls.len(), material.ocsps.len());
    material.merge(found);
    before != (material.certificates.len(), material.crls.len(), material.ocsps.len())
}

async fn by_ocsp(
    client: &Client,
    of: &Certificate,
    issuer: &Certificate,
    urls: &[String],
    asked: &mut Asked,
    found: &mut Material,
) -> bool {
    let id = CertId::new(DigestAlgorithm::Sha1, issuer, of.serial());
    let Ok(request) = (OcspRequest { ids: vec![id], nonce: None }).to_der() else { return false };
    for url in urls {
        let ask = Ask::Ocsp { url: url.clone(), request: request.clone() };
        if let Some(bytes) = one(client, ask, of.der(), asked).await
            && OcspResponse::from_der(&bytes).is_ok_and(|r| r.find(of, issuer).is_some())
        {
            found.ocsps.push(bytes);
            return true;
        }
    }
    false
}

async fn one(client: &Client, ask: Ask, about: &[u8], asked: &mut Asked) -> Option<Vec<u8>> {
    if !asked.0.insert((ask.url().to_owned(), about.to_vec())) {
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
