use ades::{facts::Level, jades::Serialization};
use serde::{Deserialize, Serialize};

use crate::engine::{Claims, Form, Format};

/// What kind of signature an errand is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// In what form.
    pub(crate) form: Form,
    /// At which level.
    pub(crate) level: Level,
    /// What the signer claims.
    pub(crate) claims: Claims,
}

impl Wish {
    /// What is usual for a format: LT without claims.
    pub(crate) fn usual(format: Format) -> Self {
        Self { form: Form::new(format), level: Level::LT, claims: Claims::default() }
    }

    /// Why a format cannot have this level, if it cannot.
    pub(crate) fn impossible(&self) -> Option<&'static str> {
        let above = self.level > Level::B;
        if above && self.form.format == Format::Jades && self.form.serialization == Serialization::Compact {
            Some("the compact form of a JWS carries no time stamp: level B only")
        } else if above && self.form.counter.is_some() {
            Some("a counter-signature is made at level B")
        } else {
            None
        }
    }
}
