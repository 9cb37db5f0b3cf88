//! Evidence records: proof that data existed at a time, kept alive by renewal (RFC 4998 in ASN.1, RFC 6283 in XML).
//!
//! [`Tree`] hashes many objects into one digest and gives each its own short way to it; [`Record`] holds the time stamps over it, the oldest
//! first. A record is renewed by a new time stamp over the last one, or, before its digest algorithm ends, by a new tree over the objects and
//! everything so far.

mod asn1;
mod error;
mod read;
mod record;
mod seal;
mod subject;
mod tree;
mod xmlers;

pub use error::EvidenceError;
pub(crate) use read::{broken, read_file, read_over};
pub use read::{read, read_record};
pub use record::{ArchiveTimeStamp, Chain, Record, Renewal};
pub use seal::{Container, Seal, open};
pub(crate) use seal::{is_renewal, regroup};
pub(crate) use subject::{Form, Subject};
pub(crate) use tree::list_hash;
pub use tree::{Tree, root};
pub(crate) use xmlers::ERS;

use pki::{DigestAlgorithm, Digester};
use xml::C14n;

use crate::{
    facts::{Defect, EvidenceForm},
    xades::Objects,
};

/// Canonical form of everything we write, and of XML objects in XML records.
pub(crate) const C14N: C14n = C14n::V10;
/// Largest record read.
pub const MAX_RECORD: u64 = 32 << 20;
/// Largest XML object that is canonicalised.
const MAX_XML_OBJECT: usize = 64 << 20;

/// Whether a file that starts so may be a record of RFC 4998: a SEQUENCE that begins with version 1.
pub(crate) fn is_asn1(head: &[u8]) -> bool {
    let header = match head.get(1) {
        Some(short @ 0..=0x7f) => usize::from(*short).min(1) + 1,
        Some(long @ 0x81..=0x84) => usize::from(long & 0x7f) + 2,
        _ => return false,
    };
    head.first() == Some(&0x30) && head.get(header..).is_some_and(|body| body.starts_with(&[2, 1, 1, 0x30]))
}

/// Whether this is XML with a record of RFC 6283 at its root: records stand inside of other documents, too.
pub(crate) fn is_xml(bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes.iter().filter(|b| **b != 0).take(4096).copied().collect();
    let mut tags = head.split(|b| *b == b'<').skip(1).filter(|t| !matches!(t.first(), Some(b'?' | b'!')));
    let root = tags.next().and_then(|t| t.split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).next());
    root.is_some_and(|name| name.rsplit(|b| *b == b':').next() == Some(b"EvidenceRecord"))
}

/// The digest of an object as a record of this form has it: XML records take XML objects in canonical form (RFC 6283 section 3.2.2, as EU DSS
/// reads it), everything else is taken as it is.
///
/// # Errors
/// When the object cannot be read.
pub fn object_digest(
    objects: &mut dyn Objects,
    name: &str,
    method: DigestAlgorithm,
    form: EvidenceForm,
) -> Result<Vec<u8>, Defect> {
    digest_by(objects, name, method, form, &C14N)
}

fn digest_by(
    objects: &mut dyn Objects,
    name: &str,
    method: DigestAlgorithm,
    form: EvidenceForm,
    canonical: &C14n,
) -> Result<Vec<u8>, Defect> {
    if form == EvidenceForm::Ers {
        return objects.digest(name, method);
    }
    let mut peek = Peek { digester: Digester::new(method), start: Vec::new(), kept: Some(Vec::new()) };
    objects.copy(name, &mut peek)?;
    let canonical = peek.kept.as_deref().and_then(|bytes| {
        let text = xml::decode(bytes).ok()?;
        let doc = xml::Document::parse(&text, &xml::Limits::default()).ok()?;
        canonical.document(&doc).ok()
    });
    Ok(canonical.map_or_else(|| peek.digester.finish(), |c| method.of(&c)))
}

/// Digests, and keeps what may be XML.
struct Peek {
    digester: Digester,
    start: Vec<u8>,
    kept: Option<Vec<u8>>,
}

impl std::io::Write for Peek {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.digester.update(buf);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(buf);
            if self.start.len() < 64 {
                self.start.extend(buf.iter().take(64));
            }
            let text = self.start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.start).trim_ascii_start();
            let wide = self.start.starts_with(b"\xff\xfe") || self.start.starts_with(b"\xfe\xff");
            if !(wide || text.is_empty() || text.starts_with(b"<")) || kept.len() > MAX_XML_OBJECT {
                self.kept = None;
            }
        }
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
