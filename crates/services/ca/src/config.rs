use keys::KeyKind;
use serde::Deserialize;

/// What an operator decides. Names of institutions are here, and nowhere in the code.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Country of the authority.
    pub country: String,
    /// Legal name of the trust service provider.
    pub organization: String,
    /// Its identifier (EN 319 412-1): `NTRLV-…`.
    pub organization_identifier: String,
    /// First words of the authorities' common names.
    pub brand: String,
    /// Address of OCSP, revocation lists and issuers' certificates, as it stands in certificates: http, since what is fetched
    /// there is signed and must be reachable before any certificate is trusted. Without it: `public_url`, by http.
    pub status_url: Option<String>,
    /// Kinds of the authorities' keys.
    pub keys: Keys,
    /// Validity of the authorities' own certificates.
    pub validity: Validity,
    /// PKI disclosure statements: https address and language.
    pub disclosure: Vec<Disclosure>,
    /// Address of the certification practice statement.
    pub practice_statement: Option<String>,
    /// Revocation lists.
    pub crl: CrlConfig,
    /// OCSP.
    pub ocsp: OcspConfig,
    /// Time stamps.
    pub tsa: TsaConfig,
}

/// Kinds of keys.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// Root.
    pub root: KeyKind,
    /// Issuing authorities.
    pub issuing: KeyKind,
    /// OCSP responders.
    pub ocsp: KeyKind,
    /// Time-stamping unit.
    pub tsu: KeyKind,
}

/// Validity, in days.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Validity {
    /// Root.
    pub root_days: u32,
    /// Issuing authorities.
    pub issuing_days: u32,
    /// OCSP responders.
    pub ocsp_days: u32,
    /// Time-stamping unit.
    pub tsu_days: u32,
}

/// Where a disclosure statement is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Address, https.
    pub url: String,
    /// Two letters.
    pub language: String,
}

/// Revocation lists.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrlConfig {
    /// A new list at least so often, in minutes.
    pub refresh_minutes: u32,
    /// How long a list holds, in minutes.
    pub valid_minutes: u32,
}

/// OCSP.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OcspConfig {
    /// How long an answer holds, in minutes.
    pub valid_minutes: u32,
}

/// Time stamps.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TsaConfig {
    /// Policy of the stamps (default: the best-practice policy of EN 319 421).
    pub policy: String,
    /// Accuracy claimed, in ms; at most 1000.
    pub accuracy_ms: u32,
    /// Whether the stamps are qualified and say so (EN 319 422 section 9.1).
    pub qualified: bool,
    /// Serial numbers reserved at a time.
    pub serial_block: u32,
    /// Comparison of the clock with UTC.
    pub utc: UtcConfig,
}

impl TsaConfig {
    /// Accuracy claimed, in ms: 1 to 1000.
    pub(crate) fn accuracy(&self) -> u32 {
        self.accuracy_ms.clamp(1, 1000)
    }
}

/// Comparison of the clock with UTC.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UtcConfig {
    /// Time servers (SNTP): `HOST` or `HOST:PORT`. More than half of them must agree with the clock.
    pub servers: Vec<String>,
    /// How often they are asked, in seconds; at least 16.
    pub every_seconds: u32,
    /// What happens while no majority agrees.
    pub unsynchronised: Unsynchronised,
}

/// What happens while nobody has confirmed the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unsynchronised {
    /// No time stamps.
    Refuse,
    /// Time stamps by a clock that nobody has confirmed: for a trial alone. A clock that differs from UTC stamps nothing here either.
    Allow,
}

impl Default for Config {
    fn default() -> Self {
        let statement = |language: &str| Disclosure {
            url: format!("https://pki.enkurs.example/pds/{language}.pdf"),
            language: language.into(),
        };
        Self {
            country: "LV".into(),
            organization: "Enkurs Trust Services".into(),
            organization_identifier: "NTRLV-40000000000".into(),
            brand: "Enkurs".into(),
            status_url: None,
            keys: Keys::default(),
            validity: Validity::default(),
            disclosure: vec![statement("en"), statement("lv")],
            practice_statement: None,
            crl: CrlConfig::default(),
            ocsp: OcspConfig::default(),
            tsa: TsaConfig::default(),
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { root: KeyKind::P384, issuing: KeyKind::P384, ocsp: KeyKind::P256, tsu: KeyKind::P256 }
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self { root_days: 9131, issuing_days: 5478, ocsp_days: 30, tsu_days: 2192 }
    }
}

impl Default for CrlConfig {
    fn default() -> Self {
        Self { refresh_minutes: 12 * 60, valid_minutes: 48 * 60 }
    }
}

impl Default for OcspConfig {
    fn default() -> Self {
        Self { valid_minutes: 15 }
    }
}

impl Default for TsaConfig {
    fn default() -> Self {
        Self {
            policy: "0.4.0.2023.1.1".into(),
            accuracy_ms: 1000,
            qualified: false,
            serial_block: 100_000,
            utc: UtcConfig::default(),
        }
    }
}

impl Default for UtcConfig {
    fn default() -> Self {
        Self { servers: Vec::new(), every_seconds: 64, unsynchronised: Unsynchronised::Refuse }
    }
}
