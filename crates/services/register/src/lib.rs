//! The register of natural persons.

pub mod person;
