//! Until when algorithms and key sizes are good enough (ETSI TS 119 312, SOG-IS / ECCG agreed mechanisms).

use jiff::Timestamp;

use crate::{DigestAlgorithm, KeyKind, SignatureAlgorithm};

/// End dates of algorithms. What is not listed is not accepted at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    digests: Vec<(DigestAlgorithm, Option<Timestamp>)>,
    /// Smallest number of bits of the class, end.
    rsa: Vec<(u32, Option<Timestamp>)>,
    curves: Vec<(KeyKind, Option<Timestamp>)>,
}

/// What is too weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The digest algorithm, since then (`None`: always).
    Digest(DigestAlgorithm, Option<Timestamp>),
    /// The key, since then (`None`: always).
    Key(KeyKind, Option<Timestamp>),
}

impl Weakness {
    /// Since when it is too weak; `None`: it never was good enough.
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Digest(_, since) | Self::Key(_, since) => *since,
        }
    }
    /// Name of the algorithm or key.
    pub fn name(&self) -> String {
        match self {
            Self::Digest(digest, _) => digest.name().to_owned(),
            Self::Key(key, _) => key.name(),
        }
    }
}

impl Default for Strength {
    /// SHA-1 until August 2012; RSA below 1900 bits until October 2019, below 3000 until 2029; SHA-2, SHA-3, RSA from 3000 bits, the NIST curves
    /// and Ed25519 without an end yet.
    fn default() -> Self {
        let date = |text: &str| text.parse::<Timestamp>().ok();
        Self {
            digests: vec![
                (DigestAlgorithm::Sha1, date("2012-08-01T00:00:00Z")),
                (DigestAlgorithm::Sha256, None),
                (DigestAlgorithm::Sha384, None),
                (DigestAlgorithm::Sha512, None),
                (DigestAlgorithm::Sha3_256, None),
                (DigestAlgorithm::Sha3_384, None),
                (DigestAlgorithm::Sha3_512, None),
            ],
            rsa: vec![(3000, None), (1900, date("2029-01-01T00:00:00Z")), (1024, date("2019-10-01T00:00:00Z"))],
            curves: [KeyKind::Ed25519, KeyKind::P256, KeyKind::P384, KeyKind::P521].map(|c| (c, None)).to_vec(),
        }
    }
}

impl Strength {
    /// Accepts nothing.
    pub fn nothing() -> Self {
        Self { digests: Vec::new(), rsa: Vec::new(), curves: Vec::new() }
    }
    /// All rows by name (`SHA-256`, `RSA-1900`, `P-256`), with the time from which each no longer holds.
    pub fn rows(&self) -> Vec<(String, Option<Timestamp>)> {
        let digests = self.digests.iter().map(|(d, end)| (d.name().to_owned(), *end));
        let rsa = self.rsa.iter().map(|(bits, end)| (KeyKind::Rsa(*bits).name(), *end));
        digests.chain(rsa).chain(self.curves.iter().map(|(c, end)| (c.name(), *end))).collect()
    }
    /// Sets the end by name; `None` when there is no such algorithm.
    pub fn set_end(&mut self, name: &str, end: Option<Timestamp>) -> Option<()> {
        let curves = [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519];
        if let Some(digest) = DigestAlgorithm::ALL.into_iter().find(|d| d.name() == name) {
            self.set_digest_end(digest, end);
        } else if let Some(curve) = curves.into_iter().find(|c| c.name() == name) {
            self.set_curve_end(curve, end);
        } else {
            self.set_rsa_end(name.strip_prefix("RSA-")?.parse().ok()?, end);
        }
        Some(())
    }
    /// Sets the end of a digest algorithm.
    pub fn set_digest_end(&mut self, digest: DigestAlgorithm, end: Option<Timestamp>) {
        self.digests.retain(|(d, _)| *d != digest);
        self.digests.push((digest, end));
    }
    /// Sets the end of RSA keys from `bits` up to the next class.
    pub fn set_rsa_end(&mut self, bits: u32, end: Option<Timestamp>) {
        self.rsa.retain(|(b, _)| *b != bits);
        self.rsa.push((bits, end));
        self.rsa.sort_by_key(|(b, _)| std::cmp::Reverse(*b));
    }
    /// Sets the end of keys of one curve.
    pub fn set_curve_end(&mut self, curve: KeyKind, end: Option<Timestamp>) {
        self.curves.retain(|(c, _)| *c != curve);
        self.curves.push((curve, end));
    }

    /// When a digest algorithm ends, if an end is known; the earliest time there is when it is not accepted at all.
    pub fn digest_end(&self, digest: DigestAlgorithm) -> Option<Timestamp> {
        let row = self.digests.iter().find(|(d, _)| *d == digest);
        row.map_or(Some(Timestamp::MIN), |(_, end)| *end)
    }
    /// When keys of this kind end, as [`Self::digest_end`].
    pub fn key_end(&self, key: KeyKind) -> Option<Timestamp> {
        match key {
            KeyKind::Rsa(bits) => self.rsa.iter().find(|(b, _)| bits >= *b).map(|(_, e)| *e),
            other => self.curves.iter().find(|(c, _)| *c == other).map(|(_, e)| *e),
        }
        .unwrap_or(Some(Timestamp::MIN))
    }

    /// Whether a digest made or relied on at `at` is good enough.
    pub fn digest(&self, digest: DigestAlgorithm, at: Timestamp) -> Result<(), Weakness> {
        match self.digests.iter().find(|(d, _)| *d == digest) {
            Some((_, None)) => Ok(()),
            Some((_, Some(end))) if at < *end => Ok(()),
            Some((_, end)) => Err(Weakness::Digest(digest, *end)),
            None => Err(Weakness::Digest(digest, None)),
        }
    }
    /// Whether a key relied on at `at` is good enough.
    pub fn key(&self, key: KeyKind, at: Timestamp) -> Result<(), Weakness> {
        let row = match key {
            KeyKind::Rsa(bits) => self.rsa.iter().find(|(b, _)| bits >= *b).map(|(_, e)| *e),
            other => self.curves.iter().find(|(c, _)| *c == other).map(|(_, e)| *e),
        };
        match row {
            Some(None) => Ok(()),
            Some(Some(end)) if at < end => Ok(()),
            Some(end) => Err(Weakness::Key(key, end)),
            None => Err(Weakness::Key(key, None)),
        }
    }
    /// Whether a signature by such a key with such an algorithm is good enough at `at`.
    pub fn signature(&self, algorithm: SignatureAlgorithm, key: KeyKind, at: Timestamp) -> Result<(), Weakness> {
        self.key(key, at)?;
        algorithm.digest().map_or(Ok(()), |d| self.digest(d, at))
    }
}
