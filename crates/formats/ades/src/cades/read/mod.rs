//! Reading CMS signatures into facts: CAdES of every age, and plain PKCS#7.
//!
//! The content is digested as it passes and never held. What is hashed is hashed as it stands; signed attributes are verified in DER.

mod counter;
mod evidence;
mod signer;
mod unsigned;

use std::io::{self, Read, Seek};

use pki::{DigestAlgorithm, TimeStampToken, cms::Message, oid};

use super::{
    content::{Content, Data},
    token,
};
use crate::{
    facts::FileFacts,
    xades::{Objects, defect},
};

pub(crate) use evidence::{is_record, sealed_subjects};
pub(crate) use signer::{Placed, signatures};

/// Most signatures of one file.
const MAX_SIGNATURES: usize = 500;

/// Reads a CMS file that begins at the start of `source`: signatures over its content or over an object beside it, or a time stamp token.
///
/// # Errors
/// Only when the source cannot be read.
pub fn read<R: Read + Seek>(name: &str, source: &mut R, objects: &mut dyn Objects) -> io::Result<FileFacts> {
    let mut facts = FileFacts::default();
    let message = match Message::read(&mut *source, 0)? {
        Ok(message) => message,
        // Some other structure of ASN.1: a certificate, a response of a time-stamping authority.
        Err(pki::Error::UnexpectedTag { .. }) => {
            if let Some(token) = response(source)? {
                token::alone(name, token, objects, &mut facts);
            }
            return Ok(facts);
        }
        Err(e) => {
            facts.defects.push(defect("cades.broken", e.to_string(), true));
            return Ok(facts);
        }
    };
    if message.trailing > 0 {
        facts.defects.push(defect("cades.trailing", name, false));
    }
    if message.content_type == oid::TST_INFO {
        token::read(name, source, &message, objects, &mut facts)?;
        return Ok(facts);
    }
    facts.container = Some("CMS");
    let shown = data_name(name);
    let data = if message.content.is_some() { Data::Inside(&message, source) } else { beside(&shown, objects) };
    let object = match &data {
        Data::Beside(name, _) => name.clone(),
        _ => shown,
    };
    let mut content = Content::new(data);
    let id = |n: usize| format!("signature-{}", n + 1);
    let placed = Placed { message: &message, id: &id, object: &object };
    facts.signatures = signatures(&placed, &mut content, &mut facts.defects);
    if message.signers.is_empty() {
        facts.defects.push(defect("cades.no-signature", name, false));
    }
    Ok(facts)
}

/// Reads a CMS file in PEM (RFC 7468 section 9): the first message in it.
///
/// # Errors
/// Only when the source cannot be read.
pub fn read_pem<R: Read>(name: &str, source: &mut R, objects: &mut dyn Objects) -> io::Result<FileFacts> {
    let mut text = Vec::new();
    source.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    match pki::pem_decode(&text).map(|all| all.into_iter().find(|(l, _)| is_pem_label(l))) {
        Ok(Some((_, der))) => read(name, &mut io::Cursor::new(der), objects),
        Ok(None) => Ok(FileFacts::default()),
        Err(e) => {
            let defects = vec![defect("cades.broken", e.to_string(), true)];
            Ok(FileFacts { defects, ..FileFacts::default() })
        }
    }
}

/// Whether PEM of this label holds a CMS message.
pub(crate) fn is_pem_label(label: &str) -> bool {
    matches!(label, "CMS" | "PKCS7" | "PKCS #7 SIGNED DATA")
}

/// The object that a detached signature is over: the one named like the file without its last extension, else the only one.
pub(super) fn beside<'a>(name: &str, objects: &'a mut dyn Objects) -> Data<'a> {
    let found = if objects.has(name) { Some(name.to_owned()) } else { objects.only() };
    found.map_or(Data::Missing, |name| Data::Beside(name, objects))
}

/// `Ligums.txt` of `Ligums.txt.p7s`.
pub(super) fn data_name(name: &str) -> String {
    let extension = |e: &str| {
        matches!(
            e.to_ascii_lowercase().as_str(),
            "p7s" | "p7m" | "p7b" | "p7" | "pkcs7" | "sig" | "cms" | "tst" | "tsr"
        )
    };
    match name.rsplit_once('.') {
        Some((stem, e)) if extension(e) && !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// The token in a `TimeStampResp`.
fn response<R: Read + Seek>(source: &mut R) -> io::Result<Option<Vec<u8>>> {
    source.seek(io::SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    source.take(pki::tsp::MAX_TSP as u64 + 1).read_to_end(&mut bytes)?;
    Ok(token::of_response(&bytes))
}

/// The digest algorithms that the tokens in these values are over.
fn token_digests<'v>(values: impl Iterator<Item = &'v Vec<u8>>) -> Vec<DigestAlgorithm> {
    values.filter_map(|v| TimeStampToken::from_ber(v).ok()).map(|t| t.info.digest).collect()
}
