use serde::Deserialize;

/// Whether and how status information and issuers of foreign signatures are fetched.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Whether anything is fetched.
    pub enabled: bool,
    /// Seconds for everything that one verdict wants at once.
    pub seconds: u64,
    /// Seconds for all that raising the signatures of one file fetches, however many they are.
    pub raise_seconds: u64,
    /// Origins that may be reached though their addresses are not public or their ports not those of the web.
    pub allow_origins: Vec<String>,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self { enabled: false, seconds: 10, raise_seconds: 60, allow_origins: Vec::new() }
    }
}
