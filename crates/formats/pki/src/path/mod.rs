//! Certification paths: building (RFC 4158) and validation (RFC 5280 section 6.1), bounded. Revocation is judged by the caller, who knows
//! what was known when.

mod check;
mod names;
mod policy;

pub use names::host_matches;

use jiff::Timestamp;

use crate::{Certificate, Oid, strength::Strength, strength::Weakness};

/// Longest path tried, anchor included.
pub const MAX_DEPTH: usize = 10;
/// Most signatures verified for one path search.
pub const MAX_VERIFICATIONS: usize = 200;

/// What the end entity's certificate is to be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Anything.
    Any,
    /// Electronic signatures and seals: key usage nonRepudiation or digitalSignature; no extended key usage that is only for other things.
    Sign,
    /// Time stamps.
    TimeStamping,
    /// OCSP responses.
    OcspSigning,
    /// TLS server with this host name or address.
    TlsServer(String),
    /// TLS client.
    TlsClient,
}

impl Purpose {
    /// Whether a TLS peer is meant.
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::TlsServer(_) | Self::TlsClient)
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct PathQuery<'a> {
    /// Trust anchors.
    pub anchors: &'a [Certificate],
    /// Certificates that may lie between.
    pub intermediates: &'a [Certificate],
    /// Time at which everything has to be valid.
    pub at: Timestamp,
    /// What for.
    pub purpose: Purpose,
    /// Policies of which at least one must hold; empty: any.
    pub policies: &'a [Oid],
    /// End dates of algorithms.
    pub strength: &'a Strength,
}

/// What is wrong with a certificate of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathProblem {
    /// Validity starts later.
    NotYetValid,
    /// Validity has ended.
    Expired,
    /// An issuer that is no CA.
    NotCa,
    /// More CAs below than allowed.
    PathTooLong,
    /// An issuer whose key usage does not allow to sign certificates.
    MayNotIssue,
    /// An issuer without a name, or a subject named neither by its name nor by a critical alternative name.
    Unnamed,
    /// A name outside the constraints of an issuer.
    NameNotPermitted,
    /// A critical extension that is not understood.
    UnknownCritical(Oid),
    /// An extension that cannot be read.
    Malformed(Oid),
    /// No policy holds along the path.
    NoPolicy,
    /// Key usage or extended key usage does not fit the purpose.
    WrongPurpose,
    /// The host name is not in the certificate.
    WrongHost,
    /// An algorithm or key too weak at the time.
    Weak(Weakness),
}

impl PathProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotYetValid => "pki.path.not-yet-valid",
            Self::Expired => "pki.path.expired",
            Self::NotCa => "pki.path.issuer-not-ca",
            Self::PathTooLong => "pki.path.too-long",
            Self::MayNotIssue => "pki.path.issuer-key-usage",
            Self::Unnamed => "pki.path.unnamed",
            Self::NameNotPermitted => "pki.path.name-not-permitted",
            Self::UnknownCritical(_) => "pki.path.unknown-critical-extension",
            Self::Malformed(_) => "pki.path.malformed-extension",
            Self::NoPolicy => "pki.path.no-policy",
            Self::WrongPurpose => "pki.path.wrong-purpose",
            Self::WrongHost => "pki.path.wrong-host",
            Self::Weak(_) => "pki.path.weak-algorithm",
        }
    }
    /// Clause that is violated.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::NotYetValid | Self::Expired => "RFC 5280 6.1.3 (a)(2)",
            Self::NotCa => "RFC 5280 6.1.4 (k)",
            Self::PathTooLong => "RFC 5280 6.1.4 (l)",
            Self::MayNotIssue => "RFC 5280 6.1.4 (n)",
            Self::Unnamed => "RFC 5280 4.1.2.4, 4.1.2.6",
            Self::NameNotPermitted => "RFC 5280 6.1.3 (b)",
            Self::UnknownCritical(_) | Self::Malformed(_) => "RFC 5280 6.1.4 (o)",
            Self::NoPolicy => "RFC 5280 6.1.5 (g)",
            Self::WrongPurpose => "RFC 5280 4.2.1.12",
            Self::WrongHost => "RFC 9525 6",
            Self::Weak(_) => "ETSI TS 119 312",
        }
    }
}

/// A problem and the certificate it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFinding {
    /// Place in [`Path::certificates`].
    pub index: usize,
    /// What.
    pub problem: PathProblem,
}

/// A path from the end entity to an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// End entity first, anchor last.
    pub certificates: Vec<Certificate>,
    /// What is wrong; empty: valid.
    pub findings: Vec<PathFinding>,
}

impl Path {
    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.findings.is_empty()
    }
    /// The issuer of the certificate at `index`; the anchor has none.
    pub fn issuer_of(&self, index: usize) -> Option<&Certificate> {
        self.certificates.get(index + 1)
    }
}

/// Why there is no path at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPath {
    /// No chain of verified signatures leads to an anchor. Holds the longest partial chain, end entity first.
    NoAnchor(Vec<Certificate>),
    /// The search was given up at its bound.
    TooComplex,
}

/// The first valid path, else the one with the fewest findings.
///
/// A certificate that is itself an anchor is a path of its own.
pub fn find_path(leaf: &Certificate, query: &PathQuery<'_>) -> Result<Path, NoPath> {
    find_path_with(leaf, query, &|child, issuer| child.verify_signed_by(issuer).is_ok())
}

/// Like [`find_path`]; `signed_by` says whether the first certificate is signed by the second, so that a caller with many paths verifies
/// each signature once.
pub fn find_path_with(
    leaf: &Certificate,
    query: &PathQuery<'_>,
    signed_by: &dyn Fn(&Certificate, &Certificate) -> bool,
) -> Result<Path, NoPath> {
    find_path_where(leaf, query, signed_by, &|_| true)
}

/// Like [`find_path_with`]; among valid paths the first is taken that `accept` agrees with (revocation, for instance), else the first valid one.
pub fn find_path_where(
    leaf: &Certificate,
    query: &PathQuery<'_>,
    signed_by: &dyn Fn(&Certificate, &Certificate) -> bool,
    accept: &dyn Fn(&Path) -> bool,
) -> Result<Path, NoPath> {
    let longest = vec![leaf.clone()];
    let mut search = Search { query, signed_by, accept, verifications: 0, best: None, longest, exhausted: false };
    if query.anchors.contains(leaf) {
        search.complete(std::slice::from_ref(leaf));
    } else {
        search.extend(&mut vec![leaf.clone()]);
    }
    match search.best {
        Some(path) => Ok(path),
        None if search.exhausted => Err(NoPath::TooComplex),
        None => Err(NoPath::NoAnchor(search.longest)),
    }
}

struct Search<'a> {
    query: &'a PathQuery<'a>,
    signed_by: &'a dyn Fn(&Certificate, &Certificate) -> bool,
    accept: &'a dyn Fn(&Path) -> bool,
    verifications: usize,
    best: Option<Path>,
    longest: Vec<Certificate>,
    exhausted: bool,
}

impl Search<'_> {
    fn complete(&mut self, certificates: &[Certificate]) -> bool {
        let path = Path { certificates: certificates.to_vec(), findings: check::check(certificates, self.query) };
        let done = path.is_valid() && (self.accept)(&path);
        if done || self.best.as_ref().is_none_or(|b| path.findings.len() < b.findings.len()) {
            self.best = Some(path);
        }
        done
    }

    /// Whether the search is over.
    fn extend(&mut self, chain: &mut Vec<Certificate>) -> bool {
        let Some(last) = chain.last().cloned() else { return true };
        if chain.len() > self.longest.len() {
            self.longest.clone_from(chain);
        }
        if chain.len() >= MAX_DEPTH {
            return false;
        }
        let query = self.query;
        for (candidate, is_anchor) in
            query.anchors.iter().map(|a| (a, true)).chain(query.intermediates.iter().map(|i| (i, false)))
        {
            let repeated = chain.iter().any(|c| c.spki() == candidate.spki() && c.subject() == candidate.subject());
            if !last.may_be_issued_by(candidate)
                || (repeated && !is_anchor)
                || (!is_anchor && query.anchors.contains(candidate))
            {
                continue;
            }
            if self.verifications >= MAX_VERIFICATIONS {
                self.exhausted = true;
                return true;
            }
            self.verifications += 1;
            if !(self.signed_by)(&last, candidate) {
                continue;
            }
            chain.push(candidate.clone());
            let done = if is_anchor { self.complete(chain) } else { self.extend(chain) };
            chain.pop();
            if done {
                return true;
            }
        }
        false
    }
}
