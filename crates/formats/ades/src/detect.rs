//! From any file to facts: what kind it is is told by its first bytes, never by its name.

use std::io::{Read, Seek, SeekFrom};

use crate::{
    asic, cades, evidence,
    facts::{Defect, FileFacts},
    jades, pades, pdf,
    xades::{self, Objects, Once},
    zip,
};

/// Largest CMS file in PEM; in BER there is no limit.
pub(crate) const MAX_PEM: u64 = 64 << 20;
/// Largest XML or JSON file read.
pub(crate) const MAX_TEXT: u64 = 64 << 20;
/// How far into a file `%PDF-` may stand.
const PDF_HEADER: usize = 1024;

/// Limits of all readers.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Of containers.
    pub zip: zip::Limits,
    /// Of PDF files.
    pub pdf: pdf::Limits,
}

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A ZIP archive: ASiC and its forebears.
    Zip,
    /// PDF.
    Pdf,
    /// XML.
    Xml,
    /// ASN.1: CMS signatures and time stamps, but also certificates and the like.
    Cms,
    /// PEM, of anything.
    Pem,
    /// JSON, or the compact form of a JWS.
    Json,
    /// Nothing that can hold a signature.
    Other,
}

/// Looks at the first bytes of a source and leaves it at its beginning.
///
/// # Errors
/// When the source cannot be read.
pub fn kind<R: Read + Seek>(source: &mut R) -> std::io::Result<Kind> {
    source.seek(SeekFrom::Start(0))?;
    let mut head = Vec::with_capacity(PDF_HEADER);
    source.by_ref().take(PDF_HEADER as u64).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    Ok(if head.starts_with(b"PK") {
        Kind::Zip
    } else if head.windows(5).any(|w| w == b"%PDF-") {
        Kind::Pdf
    } else if wide || text.trim_ascii_start().starts_with(b"<") {
        Kind::Xml
    } else if head.first() == Some(&0x30) {
        Kind::Cms
    } else if text.trim_ascii_start().starts_with(b"-----BEGIN ") {
        Kind::Pem
    } else if jades::is_candidate(text) {
        Kind::Json
    } else {
        Kind::Other
    })
}

/// Whether a source is an evidence record by its first bytes; leaves it at its beginning.
///
/// # Errors
/// When the source cannot be read.
pub fn is_record<R: Read + Seek>(source: &mut R) -> std::io::Result<bool> {
    let kind = kind(source)?;
    let mut head = Vec::with_capacity(4 * PDF_HEADER);
    source.by_ref().take(4 * PDF_HEADER as u64).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    Ok(match kind {
        Kind::Cms => evidence::is_asn1(&head),
        Kind::Xml => evidence::is_xml(&head),
        _ => false,
    })
}

/// Reads the signatures of a file. `name` is the file as shown to a person; `objects` are files that detached signatures speak of.
///
/// # Errors
/// Only when the source cannot be read; whatever is wrong with the content is in the facts.
pub fn read<R: Read + Seek + Send>(
    name: &str,
    mut source: R,
    objects: &mut dyn Objects,
    limits: &Limits,
) -> std::io::Result<FileFacts> {
    let kind = kind(&mut source)?;
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let objects = &mut Once::new(objects);
    if kind == Kind::Zip {
        return Ok(asic::read(source, &limits.zip));
    }
    if kind == Kind::Pdf {
        let source = pdf::Ranged::new(source)?;
        return match pades::read(name, &source, &limits.pdf) {
            Err(pdf::PdfError::Read { at }) => Err(std::io::Error::other(format!("byte {at}"))),
            other => Ok(other.unwrap_or_else(|e| refused(e.code(), e))),
        };
    }
    if kind == Kind::Xml {
        let Some(data) = text(&mut source)? else { return Ok(refused("xml.too-large", name)) };
        if evidence::is_xml(&data) {
            return Ok(evidence::read_file("XMLERS", &data, objects));
        }
        return Ok(xades::read_document(&data, objects));
    }
    if kind == Kind::Cms {
        let mut head = [0; 16];
        let read = source.read(&mut head)?;
        source.seek(SeekFrom::Start(0))?;
        if evidence::is_asn1(head.get(..read).unwrap_or_default()) {
            if size > evidence::MAX_RECORD {
                return Ok(refused("evidence.too-many", name));
            }
            let mut data = Vec::new();
            source.read_to_end(&mut data)?;
            return Ok(evidence::read_file("ERS", &data, objects));
        }
        return cades::read(name, &mut source, objects);
    }
    if kind == Kind::Pem {
        if size > MAX_PEM {
            return Ok(refused("cades.too-large", name));
        }
        return cades::read_pem(name, &mut source, objects);
    }
    if kind == Kind::Json {
        let Some(data) = text(&mut source)? else { return Ok(refused("json.too-large", name)) };
        return Ok(jades::read_document(&data, objects));
    }
    Ok(FileFacts::default())
}

/// All of an XML or JSON file. `None`: it is larger than is read.
///
/// # Errors
/// When the source cannot be read.
pub(crate) fn text<R: Read + Seek>(source: &mut R) -> std::io::Result<Option<Vec<u8>>> {
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    if size > MAX_TEXT {
        return Ok(None);
    }
    let mut data = Vec::new();
    source.read_to_end(&mut data)?;
    Ok(Some(data))
}

fn refused(code: &'static str, object: impl ToString) -> FileFacts {
    FileFacts { defects: vec![Defect { code, object: object.to_string(), fatal: true }], ..FileFacts::default() }
}
