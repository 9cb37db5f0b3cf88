use std::path::PathBuf;

use serde::Deserialize;

/// Where trusted lists come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListsConfig {
    /// Address of the list of lists; without it no lists are used.
    pub lotl: Option<String>,
    /// PEM file with the certificates of its signers as the Official Journal announced them.
    pub signers: Option<PathBuf>,
    /// Address of that announcement: in the list of lists the pivots stand before it.
    pub announcement: Option<String>,
    /// Origins that may be reached though their addresses are not public.
    pub allow_origins: Vec<String>,
}
