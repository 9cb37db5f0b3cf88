//! Keeping lists up to date without doing I/O: [`Update::want`] says what to fetch next, [`Update::give`] takes what came.
//!
//! TS 119 615 clauses 4.1 and 4.2: the list of lists is signed by certificates that the Official Journal announced. When they change, a
//! *pivot* (a list of lists signed with a former certificate) announces the new ones; the list of lists names its pivots, newest first.
//! National lists are signed by the certificates that the list of lists names. Whatever fails leaves the list at hand in its place.

mod step;

use std::collections::VecDeque;

use jiff::Timestamp;
use pki::{Certificate, DigestAlgorithm};

use super::{Blob, Limits, ListError, Lists};
use step::Step;

/// Where the list of lists is and who signs it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Address of the list of lists.
    pub url: String,
    /// Certificates of its signers as announced outside of it (Official Journal).
    pub signers: Vec<Certificate>,
    /// Address of that announcement: pivots stand before it. `None`: all addresses of XML files are pivots.
    pub announcement: Option<String>,
}

impl Source {
    fn digest(&self) -> Blob {
        let mut all = self.url.as_bytes().to_vec();
        for signer in &self.signers {
            all.extend(signer.fingerprint(DigestAlgorithm::Sha256));
        }
        Blob(DigestAlgorithm::Sha256.of(&all))
    }
}

/// What a wanted file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The list of lists.
    ListOfLists,
    /// A former list of lists that announces other signers.
    Pivot,
    /// The list of this territory.
    National(String),
}

/// A file that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its address.
    pub url: String,
    /// Most bytes worth fetching.
    pub limit: usize,
    /// What it is.
    pub role: Role,
}

/// Something that went wrong; what was known stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Address.
    pub url: String,
    /// What it should have been.
    pub role: Role,
    /// Why it was not taken.
    pub error: ListError,
    /// Whether an earlier list stays in use.
    pub kept: bool,
}

/// An update in progress.
pub struct Update {
    source: Source,
    lists: Lists,
    now: Timestamp,
    limits: Limits,
    queue: VecDeque<Step>,
    current: Option<Step>,
    troubles: Vec<Trouble>,
    /// The list of lists as it came, until its pivots are followed.
    pending: Vec<u8>,
    signers: Vec<Certificate>,
    pivots: Vec<String>,
}

impl Update {
    /// Starts from what is known.
    pub fn new(source: Source, known: Lists, now: Timestamp, limits: Limits) -> Self {
        // Signers learnt from the pivots of another source say nothing about this one.
        let same = known.origin == source.digest();
        let learnt: Vec<Certificate> = known.signers.iter().filter_map(|b| Certificate::from_der(&b.0).ok()).collect();
        let (signers, lists) = if same && !learnt.is_empty() {
            (learnt, known)
        } else {
            (source.signers.clone(), Lists { origin: source.digest(), ..Lists::default() })
        };
        let first = Step::list_of_lists(&source.url);
        Self {
            source,
            lists,
            now,
            limits,
            queue: VecDeque::from([first]),
            current: None,
            troubles: Vec::new(),
            pending: Vec::new(),
            signers,
            pivots: Vec::new(),
        }
    }

    /// What is wanted next; `None` when the update is done.
    pub fn want(&mut self) -> Option<Want> {
        if self.current.is_none() {
            self.current = self.queue.pop_front();
        }
        let step = self.current.as_ref()?;
        Some(Want { url: step.url.clone(), limit: self.limits.bytes, role: step.role.clone() })
    }

    /// What was found for the last [`Update::want`], or why nothing was.
    pub fn give(&mut self, found: Result<&[u8], &str>) {
        let Some(step) = self.current.take() else { return };
        let taken = match found {
            Ok(bytes) => self.take(&step, bytes),
            Err(why) => Err(ListError::Unreachable(why.chars().take(300).collect())),
        };
        if let Err(error) = taken {
            self.fail(step, error);
        }
    }

    /// The lists as they are now, and what went wrong.
    pub fn finish(self) -> (Lists, Vec<Trouble>) {
        (self.lists, self.troubles)
    }
}
