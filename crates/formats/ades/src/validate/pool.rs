use std::{cell::RefCell, collections::HashMap};

use jiff::Timestamp;
use pki::{
    Certificate, Crl, OcspResponse,
    path::{NoPath, Path, PathQuery, Purpose, find_path_with},
};

use super::{Basis, Need};
use crate::facts::SignatureFacts;

/// Something read from the file, or from elsewhere.
pub(super) struct Sourced<T> {
    pub(super) item: T,
    pub(super) in_file: bool,
}

/// Two byte strings that identify a fact.
type Pair = (Vec<u8>, Vec<u8>);
/// Place in a list, and the issuer.
type Indexed = (usize, Vec<u8>);

/// All material for one signature, read once.
pub(super) struct Pool<'a> {
    pub(super) basis: &'a Basis<'a>,
    anchors: Vec<Certificate>,
    /// Certificates of the file and from elsewhere.
    pub(super) certificates: Vec<Certificate>,
    in_file: usize,
    pub(super) crls: Vec<Sourced<Crl>>,
    pub(super) ocsps: Vec<Sourced<OcspResponse>>,
    /// Objects that could not be read: what they are.
    pub(super) unreadable: Vec<&'static str>,
    pub(super) needs: RefCell<Vec<Need>>,
    /// By signature value and issuer's key: whether it verifies, and of which certificate that is known.
    signed: RefCell<HashMap<Pair, (bool, Certificate)>>,
    verified_crls: RefCell<HashMap<Indexed, bool>>,
    responders: RefCell<HashMap<Indexed, pki::Result<Certificate>>>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(facts: &SignatureFacts, basis: &'a Basis<'a>) -> Self {
        let mut unreadable = Vec::new();
        let mut certificates: Vec<Certificate> = Vec::new();
        let mut add = |der: &[u8], unreadable: &mut Vec<&'static str>| match Certificate::from_der(der) {
            Ok(c) if certificates.contains(&c) => {}
            Ok(c) => certificates.push(c),
            Err(_) => unreadable.push("certificate"),
        };
        let of_tokens =
            facts.timestamps.iter().filter_map(|t| pki::SignedData::from_ber(&t.token).ok()).collect::<Vec<_>>();
        for der in facts
            .signing_certificate
            .iter()
            .chain(&facts.certificates)
            .chain(of_tokens.iter().flat_map(|t| &t.certificates))
        {
            add(der, &mut unreadable);
        }
        let mut ocsps = Vec::new();
        for (der, in_file) in
            both(&facts.ocsps, &basis.material.ocsps).chain(of_tokens.iter().flat_map(|t| &t.ocsps).map(|d| (d, true)))
        {
            match OcspResponse::from_der(der) {
                Ok(item) => ocsps.push(Sourced { item, in_file }),
                Err(_) => unreadable.push("OCSP"),
            }
        }
        let in_file = certificates.len();
        let mut add_foreign = |der: &[u8]| {
            if let Ok(c) = Certificate::from_der(der)
                && !certificates.contains(&c)
            {
                certificates.push(c);
            }
        };
        basis.material.certificates.iter().for_each(|der| add_foreign(der));
        let mut crls = Vec::new();
        for (der, in_file) in
            both(&facts.crls, &basis.material.crls).chain(of_tokens.iter().flat_map(|t| &t.crls).map(|d| (d, true)))
        {
            match Crl::from_der(der) {
                Ok(item) => crls.push(Sourced { item, in_file }),
                Err(_) => unreadable.push("CRL"),
            }
        }
        Self {
            basis,
            anchors: basis.anchors.certificates().cloned().collect(),
            certificates,
            in_file,
            crls,
            ocsps,
            unreadable,
            needs: RefCell::default(),
            signed: RefCell::default(),
            verified_crls: RefCell::default(),
            responders: RefCell::default(),
        }
    }

    /// Certificates that the file carries.
    pub(super) fn carried(&self) -> &[Certificate] {
        self.certificates.get(..self.in_file).unwrap_or_default()
    }

    pub(super) fn path(&self, leaf: &Certificate, at: Timestamp, purpose: Purpose) -> Result<Path, NoPath> {
        let found = find_path_with(
            leaf,
            &PathQuery {
                anchors: &self.anchors,
                intermediates: &self.certificates,
                at,
                purpose,
                policies: &[],
                strength: &self.basis.policy.strength,
            },
            &|c, i| self.signed_by(c, i),
        );
        if let Err(NoPath::NoAnchor(partial)) = &found
            && let Some(last) = partial.last()
            && !last.ca_issuer_urls().is_empty()
            && !last.is_self_issued()
        {
            self.needs.borrow_mut().push(Need::Issuer { of: last.clone(), urls: last.ca_issuer_urls().to_vec() });
        }
        found
    }

    /// Whether a certificate is signed by another; each pair is verified once.
    fn signed_by(&self, child: &Certificate, issuer: &Certificate) -> bool {
        let key = (child.signature().to_vec(), issuer.spki().to_vec());
        if let Some((known, _)) = self.signed.borrow().get(&key).filter(|(_, c)| c == child) {
            return *known;
        }
        let valid = child.verify_signed_by(issuer).is_ok();
        self.signed.borrow_mut().insert(key, (valid, child.clone()));
        valid
    }

    /// A path to an anchor, else to a self-issued certificate that the file carries, whatever its findings.
    pub(super) fn structural_path(&self, leaf: &Certificate, at: Timestamp) -> Option<Path> {
        let strength = &self.basis.policy.strength;
        let search = |anchors: &[Certificate]| {
            let query = PathQuery {
                anchors,
                intermediates: &self.certificates,
                at,
                purpose: Purpose::Any,
                policies: &[],
                strength,
            };
            find_path_with(leaf, &query, &|c, i| self.signed_by(c, i)).ok()
        };
        search(&self.anchors).or_else(|| {
            let tops: Vec<Certificate> = self.carried().iter().filter(|c| c.is_self_issued()).cloned().collect();
            search(&tops)
        })
    }

    /// Whether a CRL is signed by this issuer.
    pub(super) fn crl_is_of(&self, index: usize, crl: &Crl, issuer: &Certificate) -> bool {
        *self
            .verified_crls
            .borrow_mut()
            .entry((index, issuer.der().to_vec()))
            .or_insert_with(|| crl.verify_signed_by(issuer).is_ok())
    }

    /// The certificate that signed an OCSP response and may answer for the issuer.
    pub(super) fn responder(
        &self,
        index: usize,
        response: &OcspResponse,
        issuer: &Certificate,
    ) -> Result<Certificate, pki::Error> {
        self.responders
            .borrow_mut()
            .entry((index, issuer.der().to_vec()))
            .or_insert_with(|| {
                response.responder_certificate_with(issuer, &self.certificates, &|c, i| self.signed_by(c, i))
            })
            .clone()
    }
}

fn both<'x>(file: &'x [Vec<u8>], other: &'x [Vec<u8>]) -> impl Iterator<Item = (&'x Vec<u8>, bool)> {
    file.iter().map(|d| (d, true)).chain(other.iter().map(|d| (d, false)))
}
