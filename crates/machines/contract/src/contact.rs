//! How a person can be reached: one rule for every service that asks for it.

use serde::{Deserialize, Serialize};

/// An e-mail address and a telephone number, each if known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number: `+` and 8 to 15 digits.
    pub phone: Option<String>,
}

/// Why a contact is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// The e-mail address has not the shape `name@place.country`.
    #[error("no e-mail address")]
    Email,
    /// The telephone number is none.
    #[error("no telephone number")]
    Phone,
}

impl Contact {
    /// Takes both as typed; empty texts mean unknown.
    pub fn parse(email: &str, phone: &str) -> Result<Self, ContactError> {
        Ok(Self { email: parse_email(email)?, phone: parse_phone(phone)? })
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.phone.is_none()
    }
}

/// The address as kept: its domain in lower case.
pub fn parse_email(text: &str) -> Result<Option<String>, ContactError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(ContactError::Email)?;
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let domain_ok = domain.contains('.') && domain.len() <= 189 && domain.split('.').all(label_ok);
    if local_ok && domain_ok {
        Ok(Some(format!("{local}@{}", domain.to_lowercase())))
    } else {
        Err(ContactError::Email)
    }
}

/// The number as kept: `+` and digits. Eight digits beginning with 2 or 6 are a Latvian number.
pub fn parse_phone(text: &str) -> Result<Option<String>, ContactError> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{a0}')).collect();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(&text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ContactError::Phone);
    }
    let international = text.len() != digits.len();
    match (international, digits.len()) {
        (true, 8..=15) => Ok(Some(format!("+{digits}"))),
        (false, 8) if digits.starts_with(['2', '6']) => Ok(Some(format!("+371{digits}"))),
        _ => Err(ContactError::Phone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_normalised_or_refused() {
        let good = Contact::parse(" Andra.Ozola@Pasts.Example ", "2000 1234").unwrap();
        assert_eq!(good.email.as_deref(), Some("Andra.Ozola@pasts.example"));
        assert_eq!(good.phone.as_deref(), Some("+37120001234"));
        assert!(Contact::parse("", " ").unwrap().is_empty());
        for bad in ["andra", "a@b", "a@@b.lv", ".a@b.lv", "a b@c.lv", "a@b..lv", "a@-b.lv", "a\n@b.lv"] {
            assert_eq!(Contact::parse(bad, ""), Err(ContactError::Email), "{bad}");
        }
        for bad in ["123", "20001234x", "90001234", "+", "+1234567890123456"] {
            assert_eq!(Contact::parse("", bad), Err(ContactError::Phone), "{bad}");
        }
    }
}
