use std::io::{self, Write};

use pki::Digester;

use crate::facts::Defect;

/// Objects outside the document of a signature, by name.
pub trait Objects {
    /// Whether there is an object of this name.
    fn has(&self, name: &str) -> bool;
    /// The name of the only object, for signatures that name none (RFC 5652 section 5.2, RFC 7515 appendix F).
    fn only(&self) -> Option<String> {
        None
    }
    /// The names of all objects, for evidence records, which name none.
    fn names(&self) -> Vec<String> {
        self.only().into_iter().collect()
    }
    /// Streams the object into `out`.
    ///
    /// # Errors
    /// What is wrong with the object when it cannot be read as it claims to be.
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect>;
    /// Streams the object into the digesters.
    ///
    /// # Errors
    /// As [`Objects::copy`].
    fn feed(&mut self, name: &str, digesters: &mut [Digester]) -> Result<(), Defect> {
        self.copy(name, &mut All(digesters))
    }
    /// The digest of an object; the default streams it anew each time.
    ///
    /// # Errors
    /// As [`Objects::feed`].
    fn digest(&mut self, name: &str, algorithm: pki::DigestAlgorithm) -> Result<Vec<u8>, Defect> {
        let mut digesters = [Digester::new(algorithm)];
        self.feed(name, &mut digesters)?;
        let [digester] = digesters;
        Ok(digester.finish())
    }
    /// Whether the objects are parts of a package (ECMA-376 part 2): then a content type that a reference states must be that of the part, and
    /// every entry of a manifest must be there.
    fn is_package(&self) -> bool {
        false
    }
    /// The declared media type of an object.
    fn media_type(&self, _name: &str) -> Option<&str> {
        None
    }
}

/// Writes into each digester.
struct All<'d>(&'d mut [Digester]);

impl Write for All<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.iter_mut().for_each(|d| d.update(buf));
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// No objects.
#[derive(Debug, Default)]
pub struct Nothing;

impl Objects for Nothing {
    fn has(&self, _name: &str) -> bool {
        false
    }
    fn copy(&mut self, _name: &str, _out: &mut dyn Write) -> Result<(), Defect> {
        Ok(())
    }
}

/// The name that a URI stands for: percent-encoding undone. `None` when it is no plain relative reference.
pub(crate) fn decode_uri(uri: &str) -> Option<String> {
    if uri.contains(['?', '#']) {
        return None;
    }
    let mut out = Vec::with_capacity(uri.len());
    let mut bytes = uri.bytes();
    while let Some(b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(high << 4 | low);
    }
    String::from_utf8(out).ok()
}

/// The content type that the reference to a part of a package states.
pub(super) fn stated_type(uri: &str) -> Option<&str> {
    uri.split_once("?ContentType=").map(|(_, stated)| stated)
}

/// The name of the object that a URI refers to: decoded, or as it stands; also from the root, and for OPC without its query.
pub(crate) fn locate(uri: &str, objects: &dyn Objects) -> Option<String> {
    let without_query = uri.split_once("?ContentType=").map_or(uri, |(part, _)| part);
    for form in [uri, without_query] {
        let decoded = decode_uri(form);
        for name in decoded.as_deref().into_iter().chain([form]) {
            let name = name.strip_prefix("./").unwrap_or(name);
            for name in [name, name.trim_start_matches('/')] {
                if !name.is_empty() && objects.has(name) {
                    return Some(name.to_owned());
                }
            }
        }
    }
    None
}
