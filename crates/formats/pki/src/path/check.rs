use super::{MAX_DEPTH, PathFinding, PathProblem, PathQuery, Purpose, names, policy};
use crate::{Certificate, KeyUsage, oid};

/// RFC 5280 section 6.1 over a chain whose signatures are verified: end entity first, anchor last.
pub(super) fn check(chain: &[Certificate], query: &PathQuery<'_>) -> Vec<PathFinding> {
    let mut findings = Vec::new();
    let mut names = names::State::default();
    // A trusted end entity is a path of one certificate, which is processed like any other.
    let mut policies = policy::State::new(chain.len().saturating_sub(1).max(1), query.policies);
    let mut max_path = MAX_DEPTH;
    // The anchor gives name and key; its own constraints are honoured too (RFC 5937), its validity period is not part of the path.
    if let [leaf, .., anchor] = chain
        && anchor.version() == 3
        && anchor != leaf
    {
        if !anchor.is_ca() {
            findings.push(PathFinding { index: chain.len() - 1, problem: PathProblem::NotCa });
        }
        if anchor.key_usage().is_some_and(|u| !u.contains(KeyUsage::KEY_CERT_SIGN)) {
            findings.push(PathFinding { index: chain.len() - 1, problem: PathProblem::MayNotIssue });
        }
        if let Some(len) = anchor.extensions().basic_constraints.and_then(|b| b.path_len) {
            max_path = max_path.min(len as usize);
        }
        if let Some(constraints) = &anchor.extensions().name_constraints {
            names.constrain(constraints);
        }
        // A TLS client's store of roots drops what has ended; for signatures an anchor is trusted as its holder says.
        if query.purpose.is_tls() && !anchor.is_valid_at(query.at) {
            let problem = if query.at < anchor.not_before() { PathProblem::NotYetValid } else { PathProblem::Expired };
            findings.push(PathFinding { index: chain.len() - 1, problem });
        }
    }
    let below_anchor = if chain.len() == 1 { chain } else { chain.get(..chain.len() - 1).unwrap_or_default() };
    for (index, certificate) in below_anchor.iter().enumerate().rev() {
        let mut problem = |problem| findings.push(PathFinding { index, problem });
        let last = index == 0;
        let self_issued = certificate.is_self_issued();
        let e = certificate.extensions();

        // 6.1.3 Basic certificate processing
        if query.at < certificate.not_before() {
            problem(PathProblem::NotYetValid);
        }
        if query.at > certificate.not_after() {
            problem(PathProblem::Expired);
        }
        let issuer = chain.get(index + 1).unwrap_or(certificate);
        let strong = match certificate.signature_algorithm() {
            Ok(a) => query.strength.signature(a, issuer.public_key().kind(), query.at),
            Err(_) => query.strength.key(issuer.public_key().kind(), query.at),
        };
        if let Err(weak) = strong {
            problem(PathProblem::Weak(weak));
        }
        if last && let Err(weak) = query.strength.key(certificate.public_key().kind(), query.at) {
            problem(PathProblem::Weak(weak));
        }
        let named = !certificate.subject().is_empty() || (e.alt_names_critical && !e.alt_names.is_empty());
        if !named || certificate.issuer().is_empty() {
            problem(PathProblem::Unnamed);
        }
        if (!self_issued || last) && !names.permits(certificate) {
            problem(PathProblem::NameNotPermitted);
        }
        if !policies.certificate(certificate, last, self_issued) {
            problem(PathProblem::NoPolicy);
        }
        for (id, critical) in &e.present {
            let known = e.other.iter().all(|o| o.oid != *id);
            if *critical && !known {
                problem(PathProblem::UnknownCritical(*id));
            }
        }
        for id in &e.malformed {
            problem(PathProblem::Malformed(*id));
        }
        if last {
            purpose(certificate, query, &mut problem);
            continue;
        }

        // 6.1.4 Preparation for the next certificate
        if certificate.version() != 3 || !certificate.is_ca() {
            problem(PathProblem::NotCa);
        }
        if !self_issued {
            if max_path == 0 {
                problem(PathProblem::PathTooLong);
            }
            max_path = max_path.saturating_sub(1);
        }
        if let Some(len) = e.basic_constraints.and_then(|b| b.path_len) {
            max_path = max_path.min(len as usize);
        }
        if certificate.key_usage().is_some_and(|u| !u.contains(KeyUsage::KEY_CERT_SIGN)) {
            problem(PathProblem::MayNotIssue);
        }
        // An authority that names purposes issues for these only: what web browsers and TLS libraries agree on.
        let purposes = certificate.extended_key_usage();
        let wanted = match query.purpose {
            Purpose::TlsServer(_) => Some(oid::SERVER_AUTH),
            Purpose::TlsClient => Some(oid::CLIENT_AUTH),
            _ => None,
        };
        if let Some(wanted) = wanted
            && !purposes.is_empty()
            && !purposes.contains(&wanted)
            && !purposes.contains(&oid::ANY_EXTENDED_KEY_USAGE)
        {
            problem(PathProblem::WrongPurpose);
        }
        if let Some(constraints) = &e.name_constraints {
            names.constrain(constraints);
        }
        if !policies.prepare(certificate, self_issued) {
            problem(PathProblem::NoPolicy);
        }
    }
    findings.sort_by_key(|f| f.index);
    findings.dedup();
    findings
}

fn purpose(certificate: &Certificate, query: &PathQuery<'_>, problem: &mut impl FnMut(PathProblem)) {
    let purposes = certificate.extended_key_usage();
    let usage = certificate.key_usage();
    let uses = |bits: KeyUsage| usage.is_none_or(|u| u.intersects(bits));
    let purposed = |id| purposes.contains(&id) || purposes.contains(&oid::ANY_EXTENDED_KEY_USAGE);
    let signs = uses(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION);
    let fits = match &query.purpose {
        Purpose::Any => true,
        // A certificate whose only purposes are infrastructure or signing in does not sign documents (RFC 5280 4.2.1.12).
        Purpose::Sign => {
            let infrastructure = [oid::TIME_STAMPING, oid::OCSP_SIGNING, oid::SERVER_AUTH, oid::CLIENT_AUTH];
            signs && (purposes.is_empty() || purposes.iter().any(|p| !infrastructure.contains(p)))
        }
        Purpose::TimeStamping => crate::TimeStampToken::may_stamp(certificate),
        Purpose::OcspSigning => signs && purposes.contains(&oid::OCSP_SIGNING),
        Purpose::TlsServer(host) => {
            if !names::host_matches(certificate, host) {
                problem(PathProblem::WrongHost);
            }
            !certificate.is_ca()
                && (purposes.is_empty() || purposed(oid::SERVER_AUTH))
                && uses(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT)
        }
        Purpose::TlsClient => {
            !certificate.is_ca()
                && (purposes.is_empty() || purposed(oid::CLIENT_AUTH))
                && uses(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_AGREEMENT)
        }
    };
    if !fits {
        problem(PathProblem::WrongPurpose);
    }
}
