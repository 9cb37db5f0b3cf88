use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use pki::strength::Strength;
use serde::{Deserialize, Serialize};

use crate::facts::ObjectId;

/// What becomes of a constraint that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The verdict is not passed.
    Fail,
    /// A warning.
    Warn,
    /// A note.
    Inform,
    /// Nothing.
    Ignore,
}

macro_rules! constraints {
    ($($(#[$doc:meta])* $name:ident = $default:ident,)*) => {
        /// The constraints of EN 319 102-1 that a policy may set, each with what becomes of a signature that does not meet it.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
        pub struct Constraints {
            $($(#[$doc])* pub $name: Action,)*
        }
        impl Default for Constraints {
            fn default() -> Self {
                Self { $($name: Action::$default,)* }
            }
        }
    };
}

constraints! {
    /// The signature has a signed reference to its certificate (5.2.3).
    signing_certificate_reference = Warn,
    /// The signing time is claimed (5.2.8).
    signing_time = Fail,
    /// XAdES: the signed properties are signed (5.2.8).
    signed_properties = Fail,
    /// The claimed signing time lies in the validity of the certificate (5.2.8).
    signing_time_in_certificate_validity = Fail,
    /// The claimed signing time is not in the future (5.2.8).
    signing_time_not_in_future = Fail,
    /// The document of a named signature policy is there (5.2.4).
    signature_policy_available = Inform,
    /// Its digest is the signed one (5.2.4).
    signature_policy_digest = Warn,
    /// The certificate may sign documents: key usage, and no extended key usage only for other things (RFC 5280 4.2.1.3, 4.2.1.12).
    signing_certificate_usage = Fail,
    /// The unit may stamp: critical extended key usage only for time stamping (RFC 3161 2.3).
    time_stamping_certificate_usage = Fail,
    /// Critical extensions are understood (RFC 5280 4.2).
    critical_extensions = Fail,
    /// Issuers are authorities and may issue, the path is no longer than allowed (RFC 5280 6.1.4).
    certification_path = Fail,
    /// Names and policies are those that the authorities above allow (RFC 5280 6.1.3).
    names_and_policies = Fail,
    /// No extension stands where it must not: `ocsp-nocheck` in a signing certificate (RFC 6960 4.2.2.2.1), `noRevAvail` in an authority's (RFC 9608 2).
    misplaced_extensions = Fail,
    /// Authorities have a subject key identifier (RFC 5280 4.2.1.2).
    authority_key_identifier = Fail,
    /// There is acceptable status information about every certificate below the anchor (5.2.6).
    revocation_available = Fail,
    /// The same about the authorities above a time-stamping unit.
    time_stamping_authority_revocation_available = Warn,
    /// Status information is fresh for the time it is to prove (5.2.5).
    revocation_freshness = Fail,
    /// OCSP answers come from the issuer or who it authorised (RFC 6960 4.2.2.2).
    ocsp_responder_authorised = Fail,
    /// Whoever signed status information has a valid certificate, now or when the information is proven to have existed (5.2.6.4).
    revocation_issuer_not_expired = Fail,
    /// A certificate of an authority was valid when what it signed is proven to have existed; else past validation slides to its end (5.6.2.2).
    authority_not_expired = Fail,
    /// Past validation slides to the issuance of status information that is no longer fresh (5.6.2.2.4 2 c).
    sliding_freshness = Ignore,
    /// The media type of a file is the same wherever the container states it (EN 319 162-1 6.2).
    media_type = Warn,
    /// Each time stamp is valid (5.5.4).
    time_stamp_valid = Warn,
    /// The time that counts comes from a qualified time stamp (TS 119 615 4.5; eIDAS article 42).
    time_stamp_qualified = Ignore,
    /// The signature time stamp follows the claimed time within `time-stamp-delay-minutes` (5.5.4 step 5); without that figure nothing is asked.
    time_stamp_delay = Fail,
    /// No time stamp is later than the time of validation (5.5.4).
    time_stamp_not_in_future = Fail,
    /// What a time stamp covers is not stamped later (5.5.4).
    time_stamp_order = Fail,
    /// EDOC: status information about the signer was made after the time stamp.
    revocation_after_time_stamp = Inform,
    /// Algorithms and keys are strong enough (5.2.8.4.1, TS 119 312).
    cryptography = Fail,
    /// The same for algorithms whose end lies after the policy was last brought up to date.
    cryptography_after_update = Warn,
}

/// By what rules is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PolicyFile", into = "PolicyFile")]
pub struct Policy {
    /// Name, for reports.
    pub name: String,
    /// End dates of algorithms (TS 119 312).
    pub strength: Strength,
    /// When the end dates were last brought up to date.
    pub strength_updated: Option<Timestamp>,
    /// How old an OCSP response or CRL without `nextUpdate` may be at the time it is to prove.
    pub max_revocation_age: SignedDuration,
    /// How far clocks may differ.
    pub clock_tolerance: SignedDuration,
    /// How long after the claimed signing time the signature may be stamped.
    pub time_stamp_delay: Option<SignedDuration>,
    /// Until when trust anchors were considered reliable, by their certificates: the sunset dates of 5.2.6.4 steps 1 and 3.
    pub anchors_until: BTreeMap<ObjectId, Timestamp>,
    /// Whether the time mark of BDOC, an OCSP answer with the digest of the signature value as its nonce, proves a time.
    pub time_marks: bool,
    /// What has to hold.
    pub constraints: Constraints,
}

impl Default for Policy {
    /// The policy of this platform (docs/validation.md): end dates of TS 119 312, revocation information without `nextUpdate` at most a day
    /// old, clocks within a minute.
    fn default() -> Self {
        Self {
            name: "Enkurs LV".to_owned(),
            strength: Strength::default(),
            strength_updated: "2024-10-13T00:00:00Z".parse().ok(),
            max_revocation_age: SignedDuration::from_hours(24),
            clock_tolerance: SignedDuration::from_secs(60),
            time_stamp_delay: None,
            anchors_until: BTreeMap::new(),
            time_marks: false,
            constraints: Constraints::default(),
        }
    }
}

/// A policy as it stands in a file, TOML or JSON. What is left out is as in the default policy; what is unknown is refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyFile {
    name: String,
    #[serde(default = "default_age")]
    revocation_without_next_update_hours: u32,
    #[serde(default = "default_tolerance")]
    clock_tolerance_seconds: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_stamp_delay_minutes: Option<u32>,
    #[serde(default)]
    time_marks: bool,
    /// By SHA-256 of the certificate in hexadecimal the first day on which the anchor is no longer trusted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    anchors_until: BTreeMap<ObjectId, String>,
    #[serde(default)]
    constraints: Constraints,
    /// By name (`SHA-1`, `RSA-1900`, `P-256`) the first day it no longer holds, or `unlimited`. Given, it replaces the default list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithms: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithms_updated: Option<String>,
}

fn default_age() -> u32 {
    24
}
fn default_tolerance() -> u32 {
    60
}

const UNLIMITED: &str = "unlimited";

fn start_of(day: &str) -> Result<Timestamp, String> {
    let date: Date = day.parse().map_err(|_| format!("not a date: {day}"))?;
    date.to_zoned(TimeZone::UTC).map(|z| z.timestamp()).map_err(|_| format!("not a date: {day}"))
}

fn day_of(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

impl TryFrom<PolicyFile> for Policy {
    type Error = String;
    fn try_from(file: PolicyFile) -> Result<Self, String> {
        let mut policy = Self { name: file.name, constraints: file.constraints, ..Self::default() };
        policy.max_revocation_age = SignedDuration::from_hours(i64::from(file.revocation_without_next_update_hours));
        policy.clock_tolerance = SignedDuration::from_secs(i64::from(file.clock_tolerance_seconds));
        policy.time_stamp_delay = file.time_stamp_delay_minutes.map(|m| SignedDuration::from_mins(i64::from(m)));
        policy.time_marks = file.time_marks;
        for (anchor, day) in file.anchors_until {
            policy.anchors_until.insert(anchor, start_of(&day)?);
        }
        if let Some(rows) = file.algorithms {
            policy.strength = Strength::nothing();
            for (name, end) in rows {
                let end = if end == UNLIMITED { None } else { Some(start_of(&end)?) };
                policy.strength.set_end(&name, end).ok_or_else(|| format!("unknown algorithm: {name}"))?;
            }
        }
        if let Some(day) = file.algorithms_updated {
            policy.strength_updated = Some(start_of(&day)?);
        }
        Ok(policy)
    }
}

impl From<Policy> for PolicyFile {
    fn from(policy: Policy) -> Self {
        let whole = |d: SignedDuration, unit: i64| u32::try_from(d.as_secs() / unit).unwrap_or(u32::MAX);
        let rows = policy.strength.rows().into_iter();
        Self {
            revocation_without_next_update_hours: whole(policy.max_revocation_age, 3600),
            clock_tolerance_seconds: whole(policy.clock_tolerance, 1),
            time_stamp_delay_minutes: policy.time_stamp_delay.map(|d| whole(d, 60)),
            time_marks: policy.time_marks,
            anchors_until: policy.anchors_until.into_iter().map(|(anchor, end)| (anchor, day_of(end))).collect(),
            algorithms: Some(rows.map(|(name, end)| (name, end.map_or(UNLIMITED.to_owned(), day_of))).collect()),
            algorithms_updated: policy.strength_updated.map(day_of),
            name: policy.name,
            constraints: policy.constraints,
        }
    }
}
