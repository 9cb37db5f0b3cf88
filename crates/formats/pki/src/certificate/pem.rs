//! PEM (RFC 7468) of one or several objects in one text.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{Error, Result};

const MAX_OBJECTS: usize = 1024;

/// All objects of a PEM text: label and DER. Text between them is ignored.
pub fn pem_decode(text: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim) {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|l| l.strip_suffix("-----")) {
            if open.is_some() || all.len() >= MAX_OBJECTS {
                return Err(Error::BadPem);
            }
            open = Some((label.to_owned(), String::new()));
        } else if let Some(label) = line.strip_prefix("-----END ").and_then(|l| l.strip_suffix("-----")) {
            match open.take() {
                Some((begin, body)) if begin == label => all.push((begin, base64_decode(&body)?)),
                _ => return Err(Error::BadPem),
            }
        } else if let Some((_, body)) = &mut open {
            // Header lines of old encrypted PEM are no part of the object.
            if line.contains(':') {
                return Err(Error::BadPem);
            }
            body.push_str(line);
        }
    }
    if open.is_some() { Err(Error::BadPem) } else { Ok(all) }
}

/// The first object with `label`.
pub fn der_from_pem(text: &str, label: &str) -> Result<Vec<u8>> {
    pem_decode(text)?.into_iter().find(|(l, _)| l == label).map(|(_, der)| der).ok_or(Error::BadPem)
}

/// One object.
pub fn pem_encode(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (i, c) in body.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}

fn base64_decode(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| Error::BadPem)
}
