use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Random;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A typed identifier: 48 bits of time in ms and 80 random bits, written as 26 characters of Crockford base 32 (ULID).
pub struct Id<T> {
    text: [u8; 26],
    kind: PhantomData<fn() -> T>,
}

/// The text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: 26 characters of 0-9 A-Z without I, L, O, U")]
pub struct BadId;

impl<T> Id<T> {
    /// A new id of time `at`.
    pub fn new(at: Timestamp, random: &dyn Random) -> Self {
        let mut b = [0u8; 10];
        random.fill(&mut b);
        let ms = u128::from(at.as_millisecond().max(0).unsigned_abs());
        let mut v = (ms << 80) | b.iter().fold(0u128, |a, x| (a << 8) | u128::from(*x));
        let mut text = [0u8; 26];
        for c in text.iter_mut().rev() {
            *c = ALPHABET.get((v & 31) as usize).copied().unwrap_or(b'0');
            v >>= 5;
        }
        Self { text, kind: PhantomData }
    }
    /// The same identifier, as the other side of a contract calls what it names.
    pub fn named<U>(self) -> Id<U> {
        Id { text: self.text, kind: PhantomData }
    }
    /// The 26 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl<T> FromStr for Id<T> {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        let text: [u8; 26] = s.as_bytes().try_into().map_err(|_| BadId)?;
        let known = text.iter().all(|c| ALPHABET.contains(c));
        if known && text.first().is_some_and(|c| *c <= b'7') {
            Ok(Self { text, kind: PhantomData })
        } else {
            Err(BadId)
        }
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
