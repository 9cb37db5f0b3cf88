//! Bytes as base64 in kept facts: a list of numbers would be four times as long.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Bytes that are text when kept.
struct Kept(Vec<u8>);

impl<'d> Deserialize<'d> for Kept {
    fn deserialize<D: Deserializer<'d>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("not base64"))
    }
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&STANDARD.encode(bytes))
}

pub(crate) fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<Vec<u8>, D::Error> {
    Kept::deserialize(d).map(|k| k.0)
}

/// Of bytes that may be missing.
pub(crate) mod maybe {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, s: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|b| STANDARD.encode(b)).serialize(s)
    }
    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Kept>::deserialize(d)?.map(|k| k.0))
    }
}

/// Of several.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(all: &[Vec<u8>], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(all.iter().map(|b| STANDARD.encode(b)))
    }
    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Ok(Vec::<Kept>::deserialize(d)?.into_iter().map(|k| k.0).collect())
    }
}

/// Certificates, by their DER.
pub(crate) mod certificates {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(all: &[pki::Certificate], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(all.iter().map(|c| STANDARD.encode(c.der())))
    }
    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<Vec<pki::Certificate>, D::Error> {
        let all = Vec::<Kept>::deserialize(d)?;
        all.iter().map(|k| pki::Certificate::from_der(&k.0).map_err(D::Error::custom)).collect()
    }
}
