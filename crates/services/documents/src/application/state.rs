//! The states of an application and the only ways between them.

use std::str::FromStr;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// A clerk is filling it in.
    Draft,
    /// Waits for the second clerk.
    Submitted,
    /// Waits to be personalised.
    Approved,
    /// The card is being made.
    Personalising,
    /// Waits to be handed over; its certificates are on hold.
    Ready,
    /// Handed over; the certificates are being activated.
    HandedOver,
    /// The card is in use.
    Active,
    /// Refused by the second clerk.
    Rejected,
    /// Given up before it was decided.
    Withdrawn,
    /// The card was revoked before it was in use.
    Stopped,
}

/// What can happen to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first clerk sends it to the second.
    Submit,
    /// The second clerk agrees.
    Approve,
    /// The second clerk refuses.
    Reject,
    /// Given up.
    Withdraw,
    /// The making of the card begins.
    Make,
    /// The card is made.
    Made,
    /// The holder has it.
    HandOver,
    /// The certificates are good.
    Activated,
    /// The card is revoked before that.
    Stop,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Personalising,
        Self::Ready,
        Self::HandedOver,
        Self::Active,
        Self::Rejected,
        Self::Withdrawn,
        Self::Stopped,
    ];

    /// The word kept; texts are found by it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Personalising => "personalising",
            Self::Ready => "ready",
            Self::HandedOver => "handed-over",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
        }
    }

    /// Where `step` leads from here; nothing if it cannot happen here.
    pub(crate) fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Draft, Step::Submit) => Some(Self::Submitted),
            (Self::Submitted, Step::Approve) => Some(Self::Approved),
            (Self::Submitted, Step::Reject) => Some(Self::Rejected),
            (Self::Draft | Self::Submitted, Step::Withdraw) => Some(Self::Withdrawn),
            (Self::Approved, Step::Make) => Some(Self::Personalising),
            (Self::Personalising, Step::Made) => Some(Self::Ready),
            (Self::Ready, Step::HandOver) => Some(Self::HandedOver),
            (Self::HandedOver, Step::Activated) => Some(Self::Active),
            (Self::Ready | Self::HandedOver, Step::Stop) => Some(Self::Stopped),
            _ => None,
        }
    }

    /// How long an application may stay here before it is overdue, in hours.
    pub fn hours(self) -> Option<i64> {
        match self {
            Self::Draft => Some(24 * 14),
            Self::Submitted => Some(48),
            Self::Approved => Some(24),
            Self::Personalising | Self::HandedOver => Some(1),
            Self::Ready => Some(24 * 90),
            Self::Active | Self::Rejected | Self::Withdrawn | Self::Stopped => None,
        }
    }

    /// Whether nothing more happens here.
    pub fn is_final(self) -> bool {
        self.hours().is_none()
    }
}

/// The word names no state.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such state")]
pub struct UnknownState;

impl FromStr for State {
    type Err = UnknownState;
    fn from_str(s: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|x| x.name() == s).ok_or(UnknownState)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 9] = [
        Step::Submit,
        Step::Approve,
        Step::Reject,
        Step::Withdraw,
        Step::Make,
        Step::Made,
        Step::HandOver,
        Step::Activated,
        Step::Stop,
    ];

    #[test]
    fn every_state_is_reached_and_never_left_backwards() {
        let mut seen = vec![State::Draft];
        for _ in 0..STEPS.len() {
            let reached: Vec<State> = seen.iter().flat_map(|s| STEPS.iter().filter_map(|t| s.after(*t))).collect();
            seen.extend(reached);
        }
        for state in State::ALL {
            assert!(seen.contains(&state), "{state:?}");
            assert_eq!(state.name().parse::<State>().unwrap(), state);
            assert_eq!(state.is_final(), STEPS.iter().all(|s| state.after(*s).is_none()), "{state:?}");
            assert!(STEPS.iter().filter_map(|s| state.after(*s)).all(|next| next > state));
        }
    }

    #[test]
    fn no_card_without_a_decision() {
        for state in [State::Draft, State::Submitted, State::Rejected, State::Withdrawn, State::Stopped] {
            assert_eq!(state.after(Step::Make), None);
            assert_eq!(state.after(Step::HandOver), None);
            assert_eq!(state.after(Step::Activated), None);
        }
    }
}
