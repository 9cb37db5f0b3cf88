//! Safe XML: a bounded parser, canonicalisation, and signatures (XML-DSig).
//!
//! One parser reads an input once; canonicalisation and signature verification work on its nodes, so what was verified is what is used.

#![warn(clippy::indexing_slicing)]

pub mod c14n;
pub mod dsig;
mod parse;
mod set;
mod write;
pub mod xpath;

pub use c14n::{C14n, C14nError, Canonicaliser, Method, Sink};
pub use parse::{Attribute, Document, Limits, Node, NodeId, ParseError, Problem, XML_NS, decode};
pub use set::NodeSet;
pub use write::{Tag, escape_attribute, escape_text};

/// Texts of the errors, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
