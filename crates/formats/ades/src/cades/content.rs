//! The data that a CMS signature is over, digested in as few passes as its signatures and time stamps allow.

use std::io::{self, Read, Seek, SeekFrom, Write};

use pki::{
    DigestAlgorithm, Digester, asn1,
    cms::{Around, Message},
};

use crate::{
    facts::Defect,
    xades::{Objects, defect},
};

/// A source that can be read again.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Where the data are.
pub(crate) enum Data<'a> {
    /// Inside the message.
    Inside(&'a Message, &'a mut dyn Source),
    /// An object beside it.
    Beside(String, &'a mut dyn Objects),
    /// Octets in memory (the value that a counter-signature signs).
    Octets(&'a [u8]),
    /// Nowhere to be found.
    Missing,
}

impl Data<'_> {
    fn copy(&mut self, out: &mut dyn Write) -> Result<(), Defect> {
        let failed = |e: io::Error| defect("cades.content", e.to_string(), false);
        match self {
            Self::Inside(message, source) => match message.content(source, &mut |piece| out.write_all(piece)) {
                Ok(Ok(())) => Ok(()),
                Ok(Err(e)) => Err(defect("cades.content", e.code(), true)),
                Err(e) => Err(failed(e)),
            },
            Self::Beside(name, objects) => objects.copy(name, out),
            Self::Octets(octets) => out.write_all(octets).map_err(failed),
            Self::Missing => Err(defect("cades.content-missing", "", false)),
        }
    }
}

/// The data with the digests known so far.
pub(crate) struct Content<'a> {
    data: Data<'a>,
    known: Vec<(DigestAlgorithm, Vec<u8>)>,
    /// Why the data could not be read.
    pub(crate) failed: Option<Defect>,
}

/// Largest content that is held in memory, for signatures that need all of it at once (Ed25519 without signed attributes).
const MAX_HELD: u64 = 16 << 20;

impl<'a> Content<'a> {
    pub(crate) fn new(data: Data<'a>) -> Self {
        Self { data, known: Vec::new(), failed: None }
    }

    /// Whether there are data.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self.data, Data::Missing)
    }

    /// Digests with all of these algorithms in one pass.
    pub(crate) fn digest(&mut self, algorithms: impl IntoIterator<Item = DigestAlgorithm>) {
        let mut wanted: Vec<Digester> = Vec::new();
        for a in algorithms {
            if !self.known.iter().any(|(k, _)| *k == a) && !wanted.iter().any(|d| d.algorithm() == a) {
                wanted.push(Digester::new(a));
            }
        }
        if wanted.is_empty() || !self.is_there() || self.failed.is_some() {
            return;
        }
        match self.data.copy(&mut Each(&mut wanted)) {
            Ok(()) => self.known.extend(wanted.into_iter().map(|d| (d.algorithm(), d.finish()))),
            Err(e) => self.failed = Some(e),
        }
    }

    /// The digest, if the data can be read.
    pub(crate) fn of(&mut self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        self.digest([algorithm]);
        self.known.iter().find(|(a, _)| *a == algorithm).map(|(_, d)| d.clone())
    }

    /// Passes the data into a digester that has seen other octets before.
    pub(crate) fn feed(&mut self, digester: &mut Digester) -> bool {
        self.data.copy(digester).is_ok()
    }

    /// `encapContentInfo` as it stands, followed by the data when they are outside: what archive time stamps of version 2 begin with.
    pub(crate) fn feed_encapsulated(&mut self, head: &[u8], digester: &mut Digester) -> bool {
        match &mut self.data {
            Data::Inside(message, source) => {
                let place = message.encapsulated.clone();
                let copied = source.seek(SeekFrom::Start(place.start)).and_then(|_| {
                    let mut part = source.by_ref().take(place.end - place.start);
                    io::copy(&mut part, digester)
                });
                copied.is_ok_and(|n| n == place.end - place.start)
            }
            _ => {
                digester.update(head);
                self.feed(digester)
            }
        }
    }

    /// Name of the data, where they have one.
    pub(crate) fn name(&self) -> String {
        match &self.data {
            Data::Beside(name, _) => name.clone(),
            _ => String::new(),
        }
    }

    /// The digest of a whole message with these octets around its content.
    pub(crate) fn whole(&mut self, message: &Message, around: &Around, method: DigestAlgorithm) -> Option<Vec<u8>> {
        let mut digester = Digester::new(method);
        digester.update(&around.head);
        let fed = match (&mut self.data, &around.content_head) {
            (Data::Inside(..), Some(head)) => {
                digester.update(head);
                self.feed(&mut digester)
            }
            (Data::Inside(..), None) => self.feed_encapsulated(&[], &mut digester),
            _ => {
                digester.update(&asn1::seq([asn1::oid(message.content_type)]));
                true
            }
        };
        digester.update(&around.tail);
        fed.then(|| digester.finish())
    }

    /// All of the data, when they are small enough to be held.
    ///
    /// # Errors
    /// What is wrong, with the limit when there is too much.
    pub(crate) fn hold(&mut self) -> Result<Vec<u8>, Defect> {
        let mut held = Held(Vec::new());
        match self.data.copy(&mut held) {
            Ok(()) => Ok(held.0),
            Err(_) if held.0.len() as u64 >= MAX_HELD => {
                Err(defect("cades.content-too-large", format!("{} MiB", MAX_HELD >> 20), false))
            }
            Err(e) => Err(e),
        }
    }
}

/// Writes into each digester.
struct Each<'d>(&'d mut [Digester]);

impl Write for Each<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.iter_mut().for_each(|d| d.update(buf));
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps up to the limit.
struct Held(Vec<u8>);

impl Write for Held {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(MAX_HELD).unwrap_or_default().saturating_sub(self.0.len());
        self.0.extend(buf.iter().take(room));
        if buf.len() > room { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(buf.len()) }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
