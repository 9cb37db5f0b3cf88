//! Gathering what a signature at LT must carry: the certificates up to the root and, for each, proof that it was not revoked.
//!
//! [`Gather`] fetches nothing itself: it says what it wants ([`Gather::ask`]) and takes what its caller found ([`Gather::answer`]), so that
//! a desktop program over HTTP, a server in one process and a test all use the same rules.
//!
//! A status that was issued before the signature's time stamp says nothing of the moment of signing (EN 319 102-1 clause 5.2.5.4): it is
//! kept in hand while fresher ones are asked for, OCSP once more with a nonce, which keeps responders and caches from repeating themselves.
//! Only when there is none it is taken, and [`Gather::stale`] tells its age.

mod judge;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use pki::{Certificate, Crl, DigestAlgorithm, OcspRequest, RevocationReason};

use crate::material::Material;

/// Most certificates of one gathering.
const MAX_CERTIFICATES: usize = 64;

/// What is wanted next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The certificate of an issuer, by GET.
    Issuer {
        /// Address.
        url: String,
    },
    /// An OCSP response, by POST of `request` as `application/ocsp-request`.
    Ocsp {
        /// Address.
        url: String,
        /// The request, DER.
        request: Vec<u8>,
    },
    /// A CRL, by GET.
    Crl {
        /// Address.
        url: String,
    },
}

impl Ask {
    /// The address.
    pub fn url(&self) -> &str {
        match self {
            Self::Issuer { url } | Self::Ocsp { url, .. } | Self::Crl { url } => url,
        }
    }
}

/// Why the material is not complete.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatherError {
    /// A certificate cannot be read.
    #[error("a certificate cannot be read: {0}")]
    Certificate(String),
    /// The issuer's certificate was not found.
    #[error("the issuer's certificate was not found: {subject}{}", list(.tried))]
    Issuer {
        /// Whose issuer.
        subject: String,
        /// What was tried.
        tried: Vec<String>,
    },
    /// No source told the status.
    #[error("no one told whether the certificate is revoked: {subject}{}", list(.tried))]
    Status {
        /// Whose status.
        subject: String,
        /// What was tried.
        tried: Vec<String>,
    },
    /// Revoked or on hold.
    #[error("the certificate is revoked or suspended: {subject}")]
    Revoked {
        /// Whose.
        subject: String,
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: Option<RevocationReason>,
    },
    /// More certificates than a signature can need.
    #[error("more certificates than a signature can need")]
    TooMany,
}

fn list(tried: &[String]) -> String {
    if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) }
}

impl GatherError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "gather.certificate",
            Self::Issuer { .. } => "gather.issuer",
            Self::Status { .. } => "gather.status",
            Self::Revoked { .. } => "gather.revoked",
            Self::TooMany => "gather.too-many",
        }
    }
}

/// A status that is older than the time stamp, taken because no source had a fresher one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Whose status.
    pub subject: String,
    /// `thisUpdate` of the OCSP response or the list.
    pub of: Timestamp,
    /// How long before the time stamp that was.
    pub age: SignedDuration,
}

/// A status in hand.
struct Candidate {
    of: Timestamp,
    material: Material,
    responder: Option<Certificate>,
}

/// A certificate being worked on.
struct Current {
    certificate: Certificate,
    issuer: Option<Certificate>,
    /// What may still be asked, in order.
    sources: VecDeque<Ask>,
    tried: Vec<String>,
    /// Revocation lists in hand: some say something only together.
    crls: Vec<Crl>,
    /// The freshest status that is older than the time stamp.
    stale: Option<Candidate>,
}

/// Whether the current certificate needs anything more.
enum Progress {
    Open,
    Settled,
}

/// The gathering in progress.
pub struct Gather {
    at: Timestamp,
    since: Option<Timestamp>,
    stale: Vec<Stale>,
    known: Vec<Certificate>,
    queue: VecDeque<Certificate>,
    done: Vec<Certificate>,
    current: Option<Current>,
    asked: Option<Ask>,
    error: Option<GatherError>,
    material: Material,
}

impl Gather {
    /// Gathers for these end certificates (signer, time-stamping units), DER, at the time `at`. `known` are certificates at hand.
    ///
    /// # Errors
    /// When an end certificate cannot be read.
    pub fn new(ends: &[Vec<u8>], known: &[Vec<u8>], at: Timestamp) -> Result<Self, GatherError> {
        let parse = |der: &Vec<u8>| Certificate::from_der(der).map_err(|e| GatherError::Certificate(e.to_string()));
        Ok(Self {
            at,
            since: None,
            stale: Vec::new(),
            known: known.iter().filter_map(|der| Certificate::from_der(der).ok()).collect(),
            queue: ends.iter().map(parse).collect::<Result<_, _>>()?,
            done: Vec::new(),
            current: None,
            asked: None,
            error: None,
            material: Material::default(),
        })
    }

    /// Prefers status information issued at this time or later: that of the signature's last time stamp.
    #[must_use]
    pub fn since(mut self, stamped: Option<Timestamp>) -> Self {
        self.since = stamped;
        self
    }

    /// What was taken although it is older than the time stamp.
    pub fn stale(&self) -> &[Stale] {
        &self.stale
    }

    /// What is wanted next; `None` when there is nothing more to ask.
    pub fn ask(&mut self) -> Option<Ask> {
        loop {
            if self.error.is_some() {
                return None;
            }
            if self.current.is_none() && !self.start_next() {
                return None;
            }
            if let Some(ask) = self.current.as_mut().and_then(|c| c.sources.pop_front()) {
                self.asked = Some(ask.clone());
                return Some(ask);
            }
            self.exhausted();
        }
    }

    /// What was found for the last [`Gather::ask`], or why nothing was.
    pub fn answer(&mut self, found: Result<&[u8], &str>) {
        let (Some(ask), Some(mut current)) = (self.asked.take(), self.current.take()) else { return };
        let result = match found {
            Ok(bytes) => self.take(&ask, bytes, &mut current),
            Err(why) => Err(why.to_owned()),
        };
        match result {
            Ok(Progress::Settled) => return,
            Ok(Progress::Open) => {}
            Err(why) => current.tried.push(format!("{}: {why}", ask.url())),
        }
        self.current = Some(current);
    }

    /// The material.
    ///
    /// # Errors
    /// When something was not found, or a certificate is revoked.
    pub fn finish(mut self) -> Result<Material, GatherError> {
        while self.ask().is_some() {
            self.answer(Err("not asked"));
        }
        match self.error {
            Some(e) => Err(e),
            None => Ok(self.material),
        }
    }

    /// Takes the next certificate from the queue; `false` when there is none.
    fn start_next(&mut self) -> bool {
        while let Some(certificate) = self.queue.pop_front() {
            if self.done.contains(&certificate) {
                continue;
            }
            if self.done.len() >= MAX_CERTIFICATES {
                self.error = Some(GatherError::TooMany);
                return false;
            }
            self.done.push(certificate.clone());
            self.material.merge(Material { certificates: vec![certificate.der().to_vec()], ..Material::default() });
            if certificate.is_self_signed() {
                continue;
            }
            let issuers = certificate.ca_issuer_urls().iter().map(|u| Ask::Issuer { url: u.clone() }).collect();
            let mut current = Current {
                certificate,
                issuer: None,
                sources: issuers,
                tried: Vec::new(),
                crls: Vec::new(),
                stale: None,
            };
            self.find_issuer(&mut current);
            self.current = Some(current);
            return true;
        }
        false
    }

    /// Looks for the issuer among what is known, and then plans how to learn the status.
    fn find_issuer(&self, current: &mut Current) {
        let subject = &current.certificate;
        let found = self
            .known
            .iter()
            .chain(&self.done)
            .find(|c| subject.may_be_issued_by(c) && subject.verify_signed_by(c).is_ok());
        let Some(issuer) = found.cloned() else { return };
        current.sources =
            if judge::needs_no_status(subject) { VecDeque::new() } else { Self::status_sources(subject, &issuer) };
        current.issuer = Some(issuer);
        current.tried.clear();
    }

    fn status_sources(certificate: &Certificate, issuer: &Certificate) -> VecDeque<Ask> {
        let id = pki::CertId::new(DigestAlgorithm::Sha1, issuer, certificate.serial());
        let request = OcspRequest { ids: vec![id], nonce: None }.to_der().unwrap_or_default();
        let ocsp = certificate.ocsp_urls().iter().map(|u| Ask::Ocsp { url: u.clone(), request: request.clone() });
        let crl = certificate.crl_urls().iter().map(|u| Ask::Crl { url: u.clone() });
        ocsp.chain(crl).collect()
    }

    /// Nothing more can be asked about the current certificate.
    fn exhausted(&mut self) {
        let Some(current) = self.current.take() else { return };
        let subject = judge::display(&current.certificate);
        match current.issuer {
            None => self.error = Some(GatherError::Issuer { subject, tried: current.tried }),
            Some(issuer) if judge::needs_no_status(&current.certificate) => self.queue.push_back(issuer),
            Some(issuer) if current.stale.is_some() => {
                let Some(found) = current.stale else { return };
                let age = self.since.map_or(SignedDuration::ZERO, |stamped| stamped.duration_since(found.of));
                self.stale.push(Stale { subject, of: found.of, age });
                self.settle(found, issuer);
            }
            Some(_) => self.error = Some(GatherError::Status { subject, tried: current.tried }),
        }
    }

    fn take(&mut self, ask: &Ask, bytes: &[u8], current: &mut Current) -> Result<Progress, String> {
        let Some(issuer) = current.issuer.clone() else {
            let found = judge::certificates(bytes)?;
            self.known.extend(found);
            self.find_issuer(current);
            let found = current.issuer.as_ref().map(|_| Progress::Open);
            return found.ok_or_else(|| "not the certificate of the issuer".to_owned());
        };
        let mut material = Material::default();
        let verdict = match ask {
            Ask::Ocsp { .. } => {
                material.ocsps.push(bytes.to_vec());
                judge::ocsp(bytes, &current.certificate, &issuer, &self.known, self.at)?
            }
            Ask::Crl { .. } => {
                current.crls.push(judge::crl(bytes, &issuer, self.at)?);
                let (verdict, lists) = judge::status(&current.crls, &current.certificate)?;
                material.crls.extend(lists.into_iter().filter_map(|i| current.crls.get(i)).map(|c| c.der().to_vec()));
                verdict
            }
            Ask::Issuer { .. } => return Ok(Progress::Open),
        };
        if let Some((at, reason)) = verdict.revoked {
            self.error = Some(GatherError::Revoked { subject: judge::display(&current.certificate), at, reason });
            return Ok(Progress::Settled);
        }
        let found = Candidate { of: verdict.of, material, responder: verdict.responder };
        // Status times are in whole seconds: one of the second of the time stamp is not older.
        if self.since.is_none_or(|stamped| found.of.as_second() >= stamped.as_second()) {
            self.settle(found, issuer);
            return Ok(Progress::Settled);
        }
        current.tried.push(format!("{}: of {}, before the time stamp", ask.url(), found.of));
        current.sources.extend(self.once_more(ask, current));
        if current.stale.as_ref().is_none_or(|kept| kept.of < found.of) {
            current.stale = Some(found);
        }
        Ok(Progress::Open)
    }

    /// The same question with a nonce, if it had none. The nonce need not be secret: the time of the answer is judged.
    fn once_more(&self, ask: &Ask, current: &Current) -> Option<Ask> {
        let Ask::Ocsp { url, request } = ask else { return None };
        let mut request = OcspRequest::from_der(request).ok().filter(|r| r.nonce.is_none())?;
        let moment = self.at.as_nanosecond().to_be_bytes();
        request.nonce = Some(DigestAlgorithm::Sha256.of(&[current.certificate.der(), moment.as_slice()].concat()));
        Some(Ask::Ocsp { url: url.clone(), request: request.to_der().ok()? })
    }

    /// Takes a status, and asks for the issuer and the responder in their turn.
    fn settle(&mut self, found: Candidate, issuer: Certificate) {
        self.material.merge(found.material);
        self.queue.push_back(issuer);
        self.queue.extend(found.responder);
    }
}
