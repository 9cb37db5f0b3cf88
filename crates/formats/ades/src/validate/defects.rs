//! Texts of the defects that the readers of containers and formats report ([`crate::facts::Defect`]).

use super::Text;

pub(super) const TEXTS: &[Text] = &[];
