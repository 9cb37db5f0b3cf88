use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use jiff::Timestamp;
use pki::{
    Certificate, Crl, DigestAlgorithm, OcspResponse, TimeStampToken,
    path::{NoPath, Path, PathQuery, Purpose, find_path_where},
};

use super::{Basis, Need, revocation::Known};
use crate::facts::{EvidenceFacts, FileFacts, ObjectId, SignatureFacts, TimestampFacts};

/// Something read from the file, or from elsewhere.
pub(super) struct Sourced<T> {
    pub(super) item: T,
    pub(super) in_file: bool,
    /// As it is carried; several when there are several encodings of it.
    pub(super) ids: Vec<ObjectId>,
}

/// A time stamp with its token read once.
pub(super) struct Stamp<'a> {
    pub(super) facts: &'a TimestampFacts,
    pub(super) id: ObjectId,
    pub(super) token: Option<TimeStampToken>,
    /// Whether it is one of the signature's own, not of the file or an evidence record.
    pub(super) own: bool,
    /// Whether the evidence record it belongs to is whole.
    pub(super) whole: bool,
}

impl Stamp<'_> {
    /// What the token carries.
    pub(super) fn carried(&self) -> Vec<ObjectId> {
        let Some(signed) = self.token.as_ref().map(|t| &t.signed) else { return Vec::new() };
        let all = signed.certificates.iter().chain(&signed.crls).chain(&signed.ocsps);
        all.map(|der| ObjectId::of(der)).collect()
    }
}

/// Two byte strings that identify a fact.
type Pair = (Vec<u8>, Vec<u8>);
/// Place in a list, and the issuer.
type Indexed = (usize, Vec<u8>);

/// All material for one signature, read once.
pub(super) struct Pool<'a> {
    pub(super) basis: &'a Basis<'a>,
    /// Those that are trusted no longer come last.
    anchors: Vec<Certificate>,
    /// How many are still trusted.
    standing: usize,
    /// Certificates of the file and from elsewhere.
    pub(super) certificates: Vec<Certificate>,
    in_file: usize,
    pub(super) crls: Vec<Sourced<Crl>>,
    pub(super) ocsps: Vec<Sourced<OcspResponse>>,
    pub(super) stamps: Vec<Stamp<'a>>,
    /// Objects that could not be read: what they are.
    pub(super) unreadable: Vec<&'static str>,
    pub(super) needs: RefCell<Vec<Need>>,
    /// By signature value and issuer's key: whether it verifies, and of which certificate that is known.
    signed: RefCell<HashMap<Pair, (bool, Certificate)>>,
    verified_crls: RefCell<HashMap<Indexed, bool>>,
    responders: RefCell<HashMap<Indexed, pki::Result<Certificate>>>,
    pub(super) known: RefCell<BTreeMap<(ObjectId, ObjectId), Rc<Known>>>,
}

/// Name of a certificate among proofs of existence.
pub(super) fn id_of(certificate: &Certificate) -> ObjectId {
    ObjectId::from_digest(&certificate.fingerprint(DigestAlgorithm::Sha256)).unwrap_or_default()
}

/// Whether the policy trusts this anchor no longer.
fn has_ended(anchor: &Certificate, basis: &Basis<'_>) -> bool {
    basis.policy.anchors_until.get(&id_of(anchor)).is_some_and(|end| *end <= basis.time)
}

/// The signatures that a counter-signature stands on, the innermost first. They carry validation material for it, and their archive time
/// stamps are over it (EN 319 132-1 clause 5.5.2, EN 319 122-1 clause 5.5.3, TS 119 182-1 clause 5.3.6).
fn outer<'a>(facts: &SignatureFacts, file: &'a FileFacts) -> Vec<&'a SignatureFacts> {
    let mut found: Vec<&SignatureFacts> = Vec::new();
    let mut of = facts.counter_of.as_deref();
    while let Some(next) = of.and_then(|id| file.signatures.iter().find(|s| s.id == id)) {
        if next.id == facts.id || found.iter().any(|f| f.id == next.id) {
            break;
        }
        found.push(next);
        of = next.counter_of.as_deref();
    }
    found
}

/// All time stamps that may say something about a signature: its own, those of signatures that it stands on, those of evidence records, those
/// of the file.
fn stamps<'a>(facts: &'a SignatureFacts, outer: &[&'a SignatureFacts], file: &'a FileFacts) -> Vec<Stamp<'a>> {
    let read = |facts: &'a TimestampFacts, own: bool, whole: bool| Stamp {
        facts,
        id: ObjectId::of(&facts.token),
        token: TimeStampToken::from_ber(&facts.token).ok(),
        own,
        whole,
    };
    // A record in another signature may be over this one, too: in CMS it is over the whole message.
    let over = |r: &&EvidenceFacts| r.stamps.first().is_some_and(|s| s.covers.contains(&facts.value));
    let others = file.signatures.iter().filter(|s| s.id != facts.id).flat_map(|s| &s.evidence).filter(over);
    let records = facts.evidence.iter().chain(&file.evidence).chain(others);
    let of_records = records.flat_map(|r| r.stamps.iter().map(move |s| (s, r.is_whole())));
    let own = facts.timestamps.iter().map(|t| read(t, true, true));
    let of_outer = outer.iter().flat_map(|o| &o.timestamps).map(|t| read(t, false, true));
    own.chain(of_outer)
        .chain(of_records.map(|(t, whole)| read(t, false, whole)))
        .chain(file.timestamps.iter().map(|t| read(t, false, true)))
        .collect()
}

impl<'a> Pool<'a> {
    pub(super) fn new(facts: &'a SignatureFacts, file: &'a FileFacts, basis: &'a Basis<'a>) -> Self {
        let mut unreadable = Vec::new();
        let outer = outer(facts, file);
        let stamps = stamps(facts, &outer, file);
        let mut certificates: Vec<Certificate> = Vec::new();
        let of_tokens = || stamps.iter().filter_map(|s| Some(&s.token.as_ref()?.signed));
        let outer_certificates = outer.iter().flat_map(|o| o.signing_certificate.iter().chain(&o.certificates));
        let carried = facts.signing_certificate.iter().chain(&facts.certificates).chain(outer_certificates);
        for der in carried.chain(of_tokens().flat_map(|t| &t.certificates)) {
            match Certificate::from_der(der) {
                Ok(c) if certificates.contains(&c) => {}
                Ok(c) => certificates.push(c),
                Err(_) => unreadable.push("certificate"),
            }
        }
        let in_file = certificates.len();
        for der in &basis.material.certificates {
            if let Ok(c) = Certificate::from_der(der)
                && !certificates.contains(&c)
            {
                certificates.push(c);
            }
        }
        let mut ocsps: Vec<Sourced<OcspResponse>> = Vec::new();
        let all = both(facts.ocsps.iter().chain(outer.iter().flat_map(|o| &o.ocsps)), &basis.material.ocsps);
        for (der, in_file) in all.chain(of_tokens().flat_map(|t| &t.ocsps).map(|d| (d, true))) {
            match OcspResponse::from_der(der) {
                Ok(item) => {
                    let ids = vec![ObjectId::of(der), ObjectId::of(item.basic_der())];
                    match ocsps.iter_mut().find(|o| o.item.basic_der() == item.basic_der()) {
                        Some(same) => same.ids.extend(ids),
                        None => ocsps.push(Sourced { item, in_file, ids }),
                    }
                }
                Err(_) => unreadable.push("OCSP"),
            }
        }
        let mut crls: Vec<Sourced<Crl>> = Vec::new();
        let all = both(facts.crls.iter().chain(outer.iter().flat_map(|o| &o.crls)), &basis.material.crls);
        for (der, in_file) in all.chain(of_tokens().flat_map(|t| &t.crls).map(|d| (d, true))) {
            if crls.iter().any(|c| c.item.der() == der) {
                continue;
            }
            match Crl::from_der(der) {
                Ok(item) => crls.push(Sourced { item, in_file, ids: vec![ObjectId::of(der)] }),
                Err(_) => unreadable.push("CRL"),
            }
        }
        let ended = |c: &&Certificate| !basis.policy.anchors_until.is_empty() && has_ended(c, basis);
        let mut anchors: Vec<Certificate> = basis.anchors.certificates().filter(|c| !ended(c)).cloned().collect();
        let standing = anchors.len();
        anchors.extend(basis.anchors.certificates().filter(ended).cloned());
        Self {
            basis,
            anchors,
            standing,
            certificates,
            in_file,
            crls,
            ocsps,
            stamps,
            unreadable,
            needs: RefCell::default(),
            signed: RefCell::default(),
            verified_crls: RefCell::default(),
            responders: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// Certificates that the file carries.
    pub(super) fn carried(&self) -> &[Certificate] {
        self.certificates.get(..self.in_file).unwrap_or_default()
    }

    pub(super) fn is_anchor(&self, certificate: &Certificate) -> bool {
        self.anchors.contains(certificate)
    }

    /// The first path without fault and without an authority that was revoked (5.2.6.4: another chain is tried then), to an anchor that is
    /// still trusted if there is one.
    pub(super) fn path(&self, leaf: &Certificate, at: Timestamp, purpose: Purpose) -> Result<Path, NoPath> {
        let standing = self.anchors.get(..self.standing).unwrap_or_default();
        let mut found = self.search(leaf, standing, at, purpose.clone(), &|p| !self.has_revoked_authority(p));
        if found.is_err() && self.standing < self.anchors.len() {
            found = self.search(leaf, &self.anchors, at, purpose, &|_| true).or(found);
        }
        if let Err(NoPath::NoAnchor(partial)) = &found
            && let Some(last) = partial.last()
            && !last.ca_issuer_urls().is_empty()
            && !last.is_self_issued()
        {
            self.needs.borrow_mut().push(Need::Issuer { of: last.clone(), urls: last.ca_issuer_urls().to_vec() });
        }
        found
    }

    fn search(
        &self,
        leaf: &Certificate,
        anchors: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
        accept: &dyn Fn(&Path) -> bool,
    ) -> Result<Path, NoPath> {
        let strength = &self.basis.policy.strength;
        let query = PathQuery { anchors, intermediates: &self.certificates, at, purpose, policies: &[], strength };
        find_path_where(leaf, &query, &|c, i| self.signed_by(c, i), accept)
    }

    fn has_revoked_authority(&self, path: &Path) -> bool {
        path.certificates.iter().enumerate().skip(1).any(|(index, authority)| {
            let revoked = |issuer| {
                let known = self.known(authority, issuer);
                let by_now = |e: &super::revocation::Evidence| e.revoked.is_some_and(|(at, _)| at <= self.basis.time);
                known.evidence.iter().any(|e| e.is_final() && by_now(e))
            };
            path.issuer_of(index).is_some_and(revoked)
        })
    }

    /// Until when the anchor of a path was considered reliable, when that time is over (5.2.6.4 steps 1 and 3).
    pub(super) fn sunset(&self, path: &Path) -> Option<Timestamp> {
        let anchor = path.certificates.last().filter(|c| has_ended(c, self.basis))?;
        self.basis.policy.anchors_until.get(&id_of(anchor)).copied()
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
        self.search(leaf, &self.anchors, at, Purpose::Any, &|_| true).ok().or_else(|| {
            let tops: Vec<Certificate> = self.carried().iter().filter(|c| c.is_self_issued()).cloned().collect();
            self.search(leaf, &tops, at, Purpose::Any, &|_| true).ok()
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

fn both<'x>(
    file: impl Iterator<Item = &'x Vec<u8>>,
    other: &'x [Vec<u8>],
) -> impl Iterator<Item = (&'x Vec<u8>, bool)> {
    file.map(|d| (d, true)).chain(other.iter().map(|d| (d, false)))
}
