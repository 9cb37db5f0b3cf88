use base::Timestamp;
use pki::{
    Certificate, Crl, CrlStatus, KeyUsage,
    path::{Path, PathQuery, Purpose, find_path},
};

/// Lists that sign lists: how far their own certificates are asked about.
const MAX_DEPTH: usize = 2;

/// Judges certificates by the lists given (RFC 5280 section 6.3).
pub(super) struct Lists<'a> {
    pub(super) crls: &'a [Crl],
    /// Where certificates of list issuers may be, and what they must be good for.
    pub(super) query: &'a PathQuery<'a>,
    /// Certificates read beside those between.
    pub(super) anchors: &'a [Certificate],
}

impl Lists<'_> {
    /// What the lists say against the certificate at `index` of a path: a code, and whether it only is not known. `None`: not revoked.
    pub(super) fn against(&self, path: &Path, index: usize) -> Option<(&'static str, bool)> {
        let certificate = path.certificates.get(index)?;
        let e = certificate.extensions();
        if index == 0 && (e.no_revocation_available || e.validity_assured_short_term) {
            return None;
        }
        match self.status(certificate, path, 0) {
            CrlStatus::Good => None,
            CrlStatus::Revoked(..) => Some(("pki.path.revoked", false)),
            CrlStatus::Unknown => Some(("pki.path.status-unknown", true)),
        }
    }

    /// Whether nothing stands against any certificate below the anchor.
    pub(super) fn accept(&self, path: &Path) -> bool {
        self.crls.is_empty()
            || (0..path.certificates.len().saturating_sub(1)).all(|index| self.against(path, index).is_none())
    }

    fn status(&self, certificate: &Certificate, path: &Path, depth: usize) -> CrlStatus {
        pki::crl::status(certificate, self.crls, self.at(), &|crl| self.authentic(crl, path, depth))
    }

    fn at(&self) -> Timestamp {
        self.query.at
    }

    /// 6.3.3 (f) and (g): signed by somebody of that name who may sign lists and leads to the same anchor.
    fn authentic(&self, crl: &Crl, path: &Path, depth: usize) -> bool {
        let all = path.certificates.iter().chain(self.query.intermediates).chain(self.anchors);
        let mut seen: Vec<&Certificate> = Vec::new();
        for signer in all.filter(|c| c.subject().matches(&crl.issuer)) {
            if seen.contains(&signer) {
                continue;
            }
            seen.push(signer);
            let may = signer.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
            if may && crl.verify_signed_by(signer).is_ok() && self.is_trusted(signer, path, depth) {
                return true;
            }
        }
        false
    }

    fn is_trusted(&self, signer: &Certificate, path: &Path, depth: usize) -> bool {
        let anchor = path.certificates.last();
        if path.certificates.iter().skip(1).any(|c| c == signer) {
            return true;
        }
        let query = PathQuery { purpose: Purpose::Any, policies: &[], ..self.query.clone() };
        let Ok(own) = find_path(signer, &query) else { return false };
        own.is_valid()
            && own.certificates.last() == anchor
            && (depth >= MAX_DEPTH
                || own
                    .certificates
                    .iter()
                    .take(own.certificates.len().saturating_sub(1))
                    .all(|c| !matches!(self.status(c, &own, depth + 1), CrlStatus::Revoked(..))))
    }
}
