use std::{collections::HashMap, io::Write};

use pki::{DigestAlgorithm, Digester};
use token::jose::Encoder;

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
    /// A digester that has taken the object, as it is or (`encoded`) as base64url text, and nothing else: what begins with the object goes on
    /// from there. The default streams it anew each time.
    ///
    /// # Errors
    /// As [`Objects::copy`].
    fn digested(&mut self, name: &str, algorithm: DigestAlgorithm, encoded: bool) -> Result<Digester, Defect> {
        let mut digester = Digester::new(algorithm);
        self.write_to(name, encoded, &mut digester)?;
        Ok(digester)
    }
    /// Streams the object into `out`, as it is or as base64url text.
    ///
    /// # Errors
    /// As [`Objects::copy`].
    fn write_to(&mut self, name: &str, encoded: bool, out: &mut dyn Write) -> Result<(), Defect> {
        if !encoded {
            return self.copy(name, out);
        }
        let mut encoder = Encoder::new(out);
        self.copy(name, &mut encoder)?;
        encoder.finish().map_err(|e| Defect { code: "jades.object-missing", object: e.to_string(), fatal: false })
    }
    /// Puts the object into a digester, as the first thing or after others.
    ///
    /// # Errors
    /// As [`Objects::copy`].
    fn feed(&mut self, name: &str, encoded: bool, digester: &mut Digester) -> Result<(), Defect> {
        if digester.is_fresh() {
            *digester = self.digested(name, digester.algorithm(), encoded)?;
            return Ok(());
        }
        self.write_to(name, encoded, digester)
    }
    /// The digest of an object.
    ///
    /// # Errors
    /// As [`Objects::copy`].
    fn digest(&mut self, name: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, Defect> {
        self.digested(name, algorithm, false).map(Digester::finish)
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

/// Objects that are read once for each algorithm, however often they are asked for.
pub(crate) struct Once<'o> {
    objects: &'o mut dyn Objects,
    known: Digested,
}

/// What has been digested: by name, algorithm, and whether as base64url text.
pub(crate) type Digested = HashMap<(String, DigestAlgorithm, bool), Result<Digester, Defect>>;

impl<'o> Once<'o> {
    pub(crate) fn new(objects: &'o mut dyn Objects) -> Self {
        Self { objects, known: Digested::new() }
    }
}

impl Objects for Once<'_> {
    fn has(&self, name: &str) -> bool {
        self.objects.has(name)
    }
    fn only(&self) -> Option<String> {
        self.objects.only()
    }
    fn names(&self) -> Vec<String> {
        self.objects.names()
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        self.objects.copy(name, out)
    }
    fn digested(&mut self, name: &str, algorithm: DigestAlgorithm, encoded: bool) -> Result<Digester, Defect> {
        let make = || self.objects.digested(name, algorithm, encoded);
        self.known.entry((name.to_owned(), algorithm, encoded)).or_insert_with(make).clone()
    }
    fn is_package(&self) -> bool {
        self.objects.is_package()
    }
    fn media_type(&self, name: &str) -> Option<&str> {
        self.objects.media_type(name)
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
