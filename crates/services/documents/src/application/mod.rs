//! An application for an identity card: a draft of one clerk, decided by another, made, handed over, in use.

use base::Id;
use jiff::{Timestamp, civil::Date};

mod error;
mod service;
mod state;
pub(crate) mod store;

pub use error::ApplyError;
pub(crate) use service::{
    Handing, activated, decide, hand_over, made, make, set_answers, start, stop, submit, withdraw,
};
pub(crate) use service::{holder, stranger};
pub use state::State;
pub(crate) use state::Step;

/// Marks ids of applications.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationRow;
/// Id of an application.
pub type ApplicationId = Id<ApplicationRow>;

/// Why a card is wanted.
pub(crate) const REASONS: [&str; 5] = ["first", "expires", "data-changed", "lost", "damaged"];

/// How the identity of the holder was checked at the hand-over.
pub(crate) const PROOFS: [&str; 3] = ["old-card", "passport", "register"];

/// A member of staff at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Actor id.
    pub actor: String,
    /// The human behind it, however many staff entries they have.
    pub code: String,
    /// Name, for the timeline.
    pub name: String,
    /// Institution.
    pub institution: String,
}

impl Staff {
    /// The signed-in member of staff.
    pub fn of(actor: &web::Actor) -> Self {
        Self {
            actor: actor.id.clone(),
            code: actor.person_code.clone(),
            name: actor.name(),
            institution: actor.institution.clone().unwrap_or_default(),
        }
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Id.
    pub id: ApplicationId,
    /// Number for people: `E26-000123`.
    pub number: String,
    /// Id of the person in the register.
    pub person: String,
    /// Personal code, 11 digits.
    pub code: String,
    /// Given names, as they will stand on the card.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Day of birth.
    pub born: Date,
    /// Citizenship word.
    pub citizenship: String,
    /// Why, one of [`REASONS`].
    pub reason: Option<String>,
    /// Address of the photo in the blob store.
    pub photo: Option<String>,
    /// Where news of the PINs go.
    pub email: Option<String>,
    /// Or there.
    pub phone: Option<String>,
    /// State.
    pub state: State,
    /// Who took it.
    pub clerk: Staff,
    /// Who decided.
    pub decider: Option<String>,
    /// Why it was rejected.
    pub rejection: Option<String>,
    /// Document number.
    pub document: Option<String>,
    /// Last moment of validity of the document.
    pub not_after: Option<Timestamp>,
    /// Why it does not go on by itself: a code.
    pub attention: Option<String>,
    /// When it becomes overdue.
    pub deadline: Option<Timestamp>,
    /// Grows with each change; a form made for another version is refused.
    pub version: i64,
    /// When it was begun.
    pub created: Timestamp,
}

impl Application {
    /// Given name and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
    /// The personal code with its dash.
    pub fn dashed(&self) -> String {
        match self.code.split_at_checked(6) {
            Some((a, b)) => format!("{a}-{b}"),
            None => self.code.clone(),
        }
    }
    /// Whether this clerk, or the same human under another staff entry, took it.
    pub fn taken_by(&self, by: &Staff) -> bool {
        self.clerk.actor == by.actor || self.clerk.code == by.code
    }
    /// Whether it is past its deadline.
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|d| d < now)
    }
}

/// Something that happened to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// When.
    pub at: Timestamp,
    /// Word; texts are found by it.
    pub kind: String,
    /// Who, by name; empty for the system itself.
    pub name: String,
    /// More.
    pub detail: Option<String>,
}
