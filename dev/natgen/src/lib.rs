//! natgen
