use jiff::SignedDuration;
use serde::Deserialize;

/// Limits and times of this service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Files of one errand.
    pub files: usize,
    /// Largest file in bytes.
    pub file_size: u64,
    /// Minutes in which an errand has to be signed.
    pub minutes: i64,
    /// Days for which a signed file can be fetched.
    pub keep_days: i64,
    /// Days before the end of its latest time stamp at which a kept file is renewed.
    pub renew_days: i64,
    /// Minutes for which a verdict can be looked at.
    pub report_minutes: i64,
    /// Trusted lists.
    pub lists: crate::lists::ListsConfig,
    /// Status information and issuers of foreign signatures.
    pub fetch: crate::abroad::FetchConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            files: 20,
            file_size: 1 << 30,
            minutes: 60,
            keep_days: 30,
            renew_days: 90,
            report_minutes: 60,
            lists: crate::lists::ListsConfig::default(),
            fetch: crate::abroad::FetchConfig::default(),
        }
    }
}

impl Config {
    /// What is wrong with it, if anything: told when the node starts.
    ///
    /// # Errors
    /// The name of the setting.
    pub fn check(&self) -> Result<(), String> {
        let origins = [("lists", &self.lists.allow_origins), ("fetch", &self.fetch.allow_origins)];
        for (section, origins) in origins {
            for origin in origins {
                origin.parse::<net::Origin>().map_err(|e| format!("signing.{section}.allow_origins: {e}"))?;
            }
        }
        if self.fetch.enabled && !(1..=60).contains(&self.fetch.seconds) {
            return Err("signing.fetch.seconds: 1 to 60".to_owned());
        }
        Ok(())
    }

    pub(crate) fn to_sign(&self) -> SignedDuration {
        SignedDuration::from_mins(self.minutes)
    }
    pub(crate) fn to_keep(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.keep_days)
    }
    pub(crate) fn to_show(&self) -> SignedDuration {
        SignedDuration::from_mins(self.report_minutes)
    }
}
