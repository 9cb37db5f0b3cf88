use contract::documents::CardState;
use web::{PageCx, ui::Tag};

use crate::application::State;

/// The state of an application as a coloured word.
pub(crate) fn state_tag(cx: &PageCx, state: State) -> Tag {
    let kind = match state {
        State::Draft | State::Withdrawn => "",
        State::Submitted | State::Approved | State::Personalising | State::HandedOver => "note",
        State::Ready => "warn",
        State::Active => "ok",
        State::Rejected | State::Stopped => "bad",
    };
    cx.tag(kind, cx.tk("documents-state-", state.name()))
}

/// The state of a card as a coloured word.
pub(crate) fn card_tag(cx: &PageCx, state: CardState) -> Tag {
    let kind = match state {
        CardState::Active => "ok",
        CardState::Revoked | CardState::Expired => "bad",
        CardState::Suspended | CardState::Ready => "warn",
        CardState::Personalising | CardState::HandedOver => "note",
    };
    cx.tag(kind, cx.tk("documents-card-", state.name()))
}
