//! Advanced electronic signatures: XAdES, PAdES and their containers, and the validation of EN 319 102-1.
//!
//! Readers collect [`facts`]; [`validate`] decides over them, purely; nothing here reads a clock, a file or the network.

pub mod asic;
pub mod augment;
pub mod cades;
pub mod detect;
pub mod evidence;
pub mod facts;
pub mod gather;
pub mod jades;
pub mod lists;
pub mod make;
pub mod material;
pub mod pades;
pub mod pdf;
pub mod replay;
pub mod validate;
pub mod xades;
pub mod zip;

/// Texts of the errors, Latvian (Fluent).
pub const LOCALE_LV: &str = include_str!("../locale/lv.ftl");
/// Texts of the errors, English (Fluent).
pub const LOCALE_EN: &str = include_str!("../locale/en.ftl");
