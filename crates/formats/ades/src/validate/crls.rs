//! What revocation lists say of a certificate, each alone and together (RFC 5280 sections 5.2.4 and 6.3.3).

use jiff::Timestamp;
use pki::{Certificate, Crl, KeyUsage, RevocationReason};

use super::{
    conclusion::later,
    pool::{Pool, Sourced},
    revocation::{Evidence, Known, MAX_RESPONDER_DEPTH},
};

/// A list with who signed it.
type Signed<'p> = (&'p Sourced<Crl>, Certificate);

impl Pool<'_> {
    pub(super) fn collect_crl(&self, certificate: &Certificate, issuer: &Certificate, depth: usize, known: &mut Known) {
        let mut clear: Vec<Signed<'_>> = Vec::new();
        let mut partial: Vec<&Crl> = Vec::new();
        for (index, source) in self.crls.iter().enumerate() {
            let crl = &source.item;
            let of_issuer = crl.issuer.matches(issuer.subject());
            let indirect = crl.distribution_point.as_ref().is_some_and(|p| p.indirect);
            if !of_issuer && !indirect {
                continue;
            }
            let scope = pki::crl::scope(crl, certificate);
            let signer = match self.crl_signer(index, issuer, depth) {
                Ok(signer) => signer,
                Err(problem) => {
                    // Lists of others are no fault as long as the certificate does not name them.
                    if of_issuer || scope.is_some() {
                        known.problems.push(problem);
                    }
                    continue;
                }
            };
            let Some(scope) = scope else { continue };
            let Ok(entry) = crl.find_of(certificate.serial(), certificate.issuer()) else {
                known.problems.push("validate.revocation.unreadable");
                continue;
            };
            let listed = entry.map(|e| e.entry).filter(|e| e.reason != Some(RevocationReason::RemoveFromCrl));
            let signed = (source, signer);
            // A list with a condition that is not understood proves no good status, one of some reasons or of changes not alone.
            let unclear = !crl.unknown_critical.is_empty();
            let alone = scope.is_complete() && crl.delta_base.is_none();
            match &listed {
                None if unclear => known.problems.push("validate.revocation.unknown-critical"),
                None if !alone => partial.push(crl),
                _ => {
                    let revoked = listed.map(|e| (e.revoked_at, e.reason));
                    self.take_lists(certificate, issuer, &[&signed], &[&signed], revoked, known);
                }
            }
            if !unclear {
                clear.push(signed);
            }
        }
        let now = later(self.basis.time, self.basis.policy.clock_tolerance);
        clear.retain(|(source, _)| source.item.this_update <= now);
        let lists: Vec<&Crl> = clear.iter().map(|(source, _)| &source.item).collect();
        for together in pki::crl::combine(certificate, &lists) {
            let at = |place: usize| clear.get(place);
            let newest: Vec<_> = together.parts.iter().filter_map(|p| at(p.newest())).collect();
            let places = together.parts.iter().flat_map(|p| [Some(p.complete), p.delta]).flatten();
            let all: Vec<_> = places.filter_map(at).collect();
            partial.retain(|p| !all.iter().any(|(source, _)| std::ptr::eq(&source.item, *p)));
            self.take_lists(
                certificate,
                issuer,
                &all,
                &newest,
                together.entry.map(|e| (e.revoked_at, e.reason)),
                known,
            );
        }
        if !partial.is_empty() {
            known.problems.push("validate.crl.partial");
        }
    }

    /// Takes what lists say together. `newest` are those whose times count: a list that a delta list brings up to date is not among them.
    fn take_lists(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        all: &[&Signed<'_>],
        newest: &[&Signed<'_>],
        revoked: Option<(Timestamp, Option<RevocationReason>)>,
        known: &mut Known,
    ) {
        let until =
            |crl: &Crl| crl.next_update.unwrap_or_else(|| later(crl.this_update, self.basis.policy.max_revocation_age));
        let issued = newest.iter().map(|(source, _)| source.item.this_update).min();
        let (Some(issued), Some(until)) = (issued, newest.iter().map(|(s, _)| until(&s.item)).min()) else { return };
        let parts = all.iter().map(|(source, signer)| {
            let algorithm = source.item.signature_algorithm().ok();
            self.part(source.ids.clone(), algorithm, signer, (!self.is_anchor(signer)).then_some(issuer))
        });
        let evidence = Evidence {
            parts: parts.collect(),
            issued,
            produced: issued,
            until,
            revoked,
            in_file: all.iter().all(|(source, _)| source.in_file),
        };
        // Since when all of them remember what has expired.
        let remember = all.iter().map(|(source, _)| source.item.expired_certificates);
        let remember = remember.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
        self.take(certificate, evidence, remember, known);
    }

    /// Who signed a CRL: the issuer of the certificate, else somebody of the name on the list with a path of their own to the same anchor
    /// (RFC 5280 section 6.3.3 (f) and (g)): whoever keeps an indirect list, or the issuer under another key.
    fn crl_signer(&self, index: usize, issuer: &Certificate, depth: usize) -> Result<Certificate, &'static str> {
        let Some(crl) = self.crls.get(index).map(|c| &c.item) else { return Err("validate.revocation.unreadable") };
        let may_sign = |c: &Certificate| c.key_usage().is_none_or(|u| u.contains(KeyUsage::CRL_SIGN));
        let signed_by =
            |c: &Certificate| crl.issuer.matches(c.subject()) && may_sign(c) && self.crl_is_of(index, crl, c);
        if signed_by(issuer) {
            return Ok(issuer.clone());
        }
        let found = self.basis.anchors.certificates().chain(&self.certificates).find(|c| signed_by(c));
        let Some(signer) = found else { return Err("validate.crl.bad-signature") };
        if depth + 1 >= MAX_RESPONDER_DEPTH {
            return Err("validate.crl.signer-status-unknown");
        }
        let at = crl.this_update;
        let path = self.structural_path(signer, at).filter(pki::path::Path::is_valid);
        let anchor = self.structural_path(issuer, at).and_then(|p| p.certificates.last().cloned());
        let Some(path) = path.filter(|p| p.certificates.last() == anchor.as_ref()) else {
            return Err("validate.crl.signer-not-authorised");
        };
        let good =
            path.certificates.iter().enumerate().all(|(i, c)| {
                path.issuer_of(i).is_none_or(|above| self.was_good(&self.collect(c, above, depth + 1), at))
            });
        if good { Ok(signer.clone()) } else { Err("validate.crl.signer-status-unknown") }
    }
}
