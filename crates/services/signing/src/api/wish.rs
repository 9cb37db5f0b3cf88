//! What kind of signature a form asks for.

use ades::{
    facts::Level,
    jades::Serialization,
    make::{Inside, Policy},
    xades::Place,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    engine::{Format, Packaging},
    errand::{ErrandError, Wish},
    work::digest,
};

/// Most roles, and most commitments.
const MOST: usize = 10;

/// The wish that the texts of a form make up; `None` without a format, when nothing else is asked for either. Each text but `role` and
/// `commitment` may come once; an unknown one is refused.
pub(super) fn read(texts: &[(String, String)]) -> Result<Option<Wish>, ErrandError> {
    let Some((_, format)) = texts.iter().find(|(name, _)| name == "format") else {
        return if texts.is_empty() { Ok(None) } else { Err(ErrandError::Malformed("format")) };
    };
    let mut wish = Wish::usual(Format::from_name(format).ok_or(ErrandError::Malformed("format"))?);
    let (mut place, mut policy) = (Place::default(), Named::default());
    for (n, (name, value)) in texts.iter().enumerate() {
        let many = matches!(name.as_str(), "role" | "commitment");
        if value.is_empty() || (!many && texts.iter().take(n).any(|(other, _)| other == name)) {
            return Err(ErrandError::Malformed(known(name)));
        }
        let (form, claims, text) = (&mut wish.form, &mut wish.claims, value.clone());
        match name.as_str() {
            "format" => {}
            "level" => wish.level = level(value).ok_or(ErrandError::Malformed("level"))?,
            "packaging" => {
                form.packaging = Some(Packaging::from_name(value).ok_or(ErrandError::Malformed("packaging"))?);
            }
            "with" => form.inside = inside(value).ok_or(ErrandError::Malformed("with"))?,
            "serialization" => {
                form.serialization = serialization(value).ok_or(ErrandError::Malformed("serialization"))?;
            }
            "counter" => form.counter = Some(text),
            "role" if claims.roles.len() < MOST => claims.roles.push(text),
            "commitment" if claims.commitments.len() < MOST => claims.commitments.push(text),
            "city" => place.city = Some(text),
            "region" => place.region = Some(text),
            "postal_code" => place.postal_code = Some(text),
            "country" => place.country = Some(text),
            "reason" => claims.reason = Some(text),
            "contact" => claims.contact = Some(text),
            "policy" => policy.id = Some(text),
            "policy_hash" => {
                policy.hash = Some(STANDARD.decode(value).map_err(|_| ErrandError::Malformed("policy_hash"))?);
            }
            "policy_hash_function" => {
                policy.function = Some(digest(value).ok_or(ErrandError::Malformed("policy_hash_function"))?);
            }
            "policy_uri" => policy.uri = Some(text),
            other => return Err(ErrandError::Malformed(known(other))),
        }
    }
    wish.claims.place = Some(place).filter(|p| *p != Place::default());
    wish.claims.policy = policy.whole()?;
    Ok(Some(wish))
}

/// The name of a text, when it is one of ours: what a visitor sends is not repeated in refusals.
fn known(name: &str) -> &'static str {
    const NAMES: [&str; 18] = [
        "format",
        "level",
        "packaging",
        "with",
        "serialization",
        "counter",
        "role",
        "commitment",
        "city",
        "region",
        "postal_code",
        "country",
        "reason",
        "contact",
        "policy",
        "policy_hash",
        "policy_hash_function",
        "policy_uri",
    ];
    NAMES.into_iter().find(|n| *n == name).unwrap_or("multipart/form-data")
}

/// A level by its name.
pub(crate) fn level(name: &str) -> Option<Level> {
    match name {
        "B" => Some(Level::B),
        "T" => Some(Level::T),
        "LT" => Some(Level::LT),
        "LTA" => Some(Level::LTA),
        _ => None,
    }
}

fn inside(name: &str) -> Option<Inside> {
    match name {
        "xades" => Some(Inside::Xades),
        "cades" => Some(Inside::Cades),
        _ => None,
    }
}

fn serialization(name: &str) -> Option<Serialization> {
    match name {
        "compact" => Some(Serialization::Compact),
        "flattened" => Some(Serialization::Flattened),
        "general" => Some(Serialization::General),
        _ => None,
    }
}

/// The parts of a signature policy.
#[derive(Default)]
struct Named {
    id: Option<String>,
    hash: Option<Vec<u8>>,
    function: Option<pki::DigestAlgorithm>,
    uri: Option<String>,
}

impl Named {
    /// All that a policy needs, or nothing.
    fn whole(self) -> Result<Option<Policy>, ErrandError> {
        match (self.id, self.function, self.hash) {
            (Some(id), Some(function), Some(hash)) if hash.len() == function.size() => {
                Ok(Some(Policy { id, digest: (function, hash), uri: self.uri }))
            }
            (None, None, None) if self.uri.is_none() => Ok(None),
            _ => Err(ErrandError::Malformed("policy")),
        }
    }
}
