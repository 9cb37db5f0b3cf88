//! A SignedData part by part, each in the octets in which it stands: what time stamps were made over, and what a message that gets
//! more attributes, certificates or signers is put together from.

use std::{
    io::{self, Cursor, Read, Seek, Write},
    ops::Range,
};

use super::{
    MAX_CMS,
    ber::parts,
    coding::{Around, Indefinite},
    part::{Carried, SignerParts, ocsp_item, ocsp_of, push},
    scan::{Fault, Open, Scanner},
};
use crate::{
    DigestAlgorithm, Error, Oid, Result,
    asn1::{self, Reader, tag},
    oid,
};

/// Largest message read, not counting the content.
pub const MAX_FRAME: usize = 64 << 20;

/// Where the content stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Place of its element, tag and length included.
    pub place: Range<u64>,
    /// Octets of the content itself.
    pub octets: u64,
    /// Whether it is an OCTET STRING; else (PKCS#7) some other element, whose content octets were digested.
    pub is_octets: bool,
}

/// A SignedData; its content stays in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Type of the content.
    pub content_type: Oid,
    /// Where `encapContentInfo` stands.
    pub encapsulated: Range<u64>,
    /// The content, if it is carried inside.
    pub content: Option<Content>,
    /// `digestAlgorithms` as it stands.
    pub digests: Vec<u8>,
    /// Certificates (`[0]`).
    pub certificates: Carried,
    /// Revocation information (`[1]`).
    pub revocations: Carried,
    /// Signers, in the order of the file.
    pub signers: Vec<SignerParts>,
    /// Octets after the message.
    pub trailing: u64,
    pub(super) version: u64,
    pub(super) indefinite: Indefinite,
}

impl Message {
    /// From a `ContentInfo` in DER or BER that begins at `at`. The content is passed over, not read into memory.
    ///
    /// # Errors
    /// Outside: the source cannot be read. Inside: what is wrong with the message.
    pub fn read<R: Read + Seek>(source: R, at: u64) -> io::Result<Result<Self>> {
        Fault::split(Self::scan(source, at))
    }

    /// From octets in memory; nothing may follow.
    pub fn from_ber(input: &[u8]) -> Result<Self> {
        if input.len() > MAX_CMS {
            return Err(Error::TooLarge { what: "CMS message", limit: MAX_CMS });
        }
        let message = Self::read(Cursor::new(input), 0).map_err(|_| Error::Truncated)??;
        if message.trailing > 0 { Err(Error::Trailing("CMS message")) } else { Ok(message) }
    }

    fn scan<R: Read + Seek>(source: R, at: u64) -> std::result::Result<Self, Fault> {
        let mut s = Scanner::new(source, at)?;
        let outer = s.open(tag::SEQUENCE)?;
        let kind = Reader::new(&s.element(64)?).oid()?;
        if kind != oid::CMS_SIGNED_DATA {
            return Err(Error::UnsupportedAlgorithm(kind).into());
        }
        let explicit = s.open(tag::constructed(0))?;
        let data = s.open(tag::SEQUENCE)?;
        let version = Reader::new(&s.element(16)?).u64()?;
        let digests = s.element(64 << 10)?;
        if digests.first() != Some(&tag::SET) {
            return Err(Error::Malformed("digest algorithms").into());
        }
        let start = s.at;
        let encapsulated = s.open(tag::SEQUENCE)?;
        let content_type = Reader::new(&s.element(64)?).oid()?;
        let mut message = Self {
            content_type,
            encapsulated: start..start,
            content: None,
            digests,
            certificates: Carried::default(),
            revocations: Carried::default(),
            signers: Vec::new(),
            trailing: 0,
            version,
            indefinite: Indefinite {
                outer: outer.is_indefinite(),
                explicit: explicit.is_indefinite(),
                data: data.is_indefinite(),
                signers: false,
            },
        };
        if !s.closes(encapsulated)? {
            message.content = Some(content(&mut s)?);
            if !s.closes(encapsulated)? {
                return Err(Error::Trailing("encapsulated content").into());
            }
        }
        message.encapsulated.end = s.at;
        message.tail(&mut s, data)?;
        for open in [explicit, outer] {
            if !s.closes(open)? {
                return Err(Error::Trailing("signed data").into());
            }
        }
        message.trailing = s.end - s.at;
        Ok(message)
    }

    /// What follows the content.
    fn tail<R: Read + Seek>(&mut self, s: &mut Scanner<R>, data: Open) -> std::result::Result<(), Fault> {
        let mut signers = None;
        let start = s.at;
        while !s.closes(data)? {
            let left = MAX_FRAME.saturating_sub(usize::try_from(s.at - start).unwrap_or(MAX_FRAME));
            let element = s.element(left)?;
            let list = match element.first() {
                Some(t) if *t == tag::constructed(0) && self.revocations.raw.is_empty() => &mut self.certificates,
                Some(t) if *t == tag::constructed(1) => &mut self.revocations,
                Some(&tag::SET) if signers.is_none() => {
                    signers = Some(element);
                    continue;
                }
                _ => return Err(Error::Malformed("signed data").into()),
            };
            if signers.is_some() || !list.raw.is_empty() {
                return Err(Error::Malformed("signed data").into());
            }
            *list = Carried::read(element)?;
        }
        let signers = signers.ok_or(Error::Truncated)?;
        self.indefinite.signers = signers.get(1) == Some(&0x80);
        for raw in parts(&signers)? {
            push(&mut self.signers, SignerParts::read(raw)?)?;
        }
        Ok(())
    }

    /// The content octets in pieces, in their order.
    ///
    /// # Errors
    /// Outside: the source cannot be read, or `to` fails. Inside: what is wrong with the message.
    pub fn content<R: Read + Seek>(
        &self,
        source: R,
        to: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<Result<()>> {
        let Some(content) = &self.content else { return Ok(Ok(())) };
        let pass = || {
            let mut s = Scanner::new(source, content.place.start)?;
            let head = s.head()?;
            if content.is_octets {
                s.content(head, 0, &mut |s, n| s.pass(n, to))?;
            } else {
                s.pass(content.octets, to)?;
            }
            Ok(())
        };
        Fault::split(pass())
    }

    /// The certificates (X.509 only), as they stand.
    pub fn certificates(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.certificates.items.iter().filter(|c| c.first() == Some(&tag::SEQUENCE))
    }
    /// The CRLs, as they stand.
    pub fn crls(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.revocations.items.iter().filter(|c| c.first() == Some(&tag::SEQUENCE))
    }
    /// The OCSP responses beside the CRLs (RFC 5940; some products name the basic response itself), as they stand.
    pub fn ocsps(&self) -> impl Iterator<Item = Vec<u8>> {
        self.revocations.items.iter().filter_map(|item| ocsp_of(item))
    }

    /// Adds certificates (DER) that are not there yet.
    pub fn add_certificates(&mut self, more: impl IntoIterator<Item = Vec<u8>>) {
        self.certificates.add(tag::constructed(0), more);
    }
    /// Adds CRLs and OCSP responses (DER) that are not there yet.
    ///
    /// # Errors
    /// When an OCSP response cannot be read.
    pub fn add_revocations(&mut self, crls: &[Vec<u8>], ocsps: &[Vec<u8>]) -> Result<()> {
        let mut more = crls.to_vec();
        for der in ocsps {
            more.push(ocsp_item(der)?);
        }
        self.revocations.add(tag::constructed(1), more);
        Ok(())
    }
    /// Names a digest algorithm, if it is not named yet.
    pub fn add_digest(&mut self, digest: DigestAlgorithm) -> Result<()> {
        let mut all: Vec<Vec<u8>> = parts(&self.digests)?.into_iter().map(<[u8]>::to_vec).collect();
        let named = |a: &Vec<u8>| parts(a).is_ok_and(|p| p.first() == Some(&asn1::oid(digest.oid()).as_slice()));
        if !all.iter().any(named) {
            all.push(digest.to_der());
            self.digests = asn1::set_of(all);
        }
        Ok(())
    }

    /// `version` by RFC 5652 section 5.1, at least what it was.
    fn needed_version(&self) -> u64 {
        let has = |list: &Carried, n: u8| list.items.iter().any(|i| i.first() == Some(&tag::constructed(n)));
        let needed = if has(&self.certificates, 3) || has(&self.revocations, 1) {
            5
        } else if has(&self.certificates, 2) {
            4
        } else if self.content_type != oid::CMS_DATA || self.signers.iter().any(|s| s.version() == 3) {
            3
        } else {
            1
        };
        needed.max(self.version)
    }

    /// The message as it will be read again once it was written: definite lengths, and the version that it then needs.
    #[must_use]
    pub fn as_written(&self) -> Self {
        Self { version: self.needed_version(), indefinite: Indefinite::default(), ..self.clone() }
    }

    /// Writes the message: definite lengths outside, every part as it stands, the content copied from the source.
    ///
    /// # Errors
    /// Outside: reading or writing fails.
    pub fn write<R: Read + Seek>(&self, source: R, out: &mut dyn Write) -> io::Result<Result<()>> {
        self.emit(&self.framed(self.needed_version(), Indefinite::default()), source, out)
    }

    /// Writes the message around its changed parts as it was read: where something is over all of its octets.
    ///
    /// # Errors
    /// Outside: reading or writing fails.
    pub fn write_as_found<R: Read + Seek>(&self, source: R, out: &mut dyn Write) -> io::Result<Result<()>> {
        self.emit(&self.framed(self.version, self.indefinite), source, out)
    }

    fn emit<R: Read + Seek>(&self, around: &Around, source: R, out: &mut dyn Write) -> io::Result<Result<()>> {
        out.write_all(&around.head)?;
        let copy = || {
            let mut s = Scanner::new(source, self.encapsulated.start)?;
            s.pass(self.encapsulated_size(), &mut |piece| out.write_all(piece))?;
            out.write_all(&around.tail)?;
            Ok(())
        };
        Fault::split(copy())
    }
}

/// What stands before the parts of a SignedData of `inner` octets: all definite lengths.
pub(super) fn frame(inner: u64) -> Vec<u8> {
    let mut data = Vec::new();
    asn1::header64(&mut data, tag::SEQUENCE, inner);
    let mut explicit = Vec::new();
    asn1::header64(&mut explicit, tag::constructed(0), inner + data.len() as u64);
    let kind = asn1::oid(oid::CMS_SIGNED_DATA);
    let mut all = Vec::new();
    asn1::header64(&mut all, tag::SEQUENCE, inner + (data.len() + explicit.len() + kind.len()) as u64);
    [all, kind, explicit, data].concat()
}

/// `encapContentInfo` in front of `octets` octets of content, when these are carried inside.
pub(super) fn encapsulated_head(content_type: Oid, octets: u64) -> Vec<u8> {
    let mut string = Vec::new();
    asn1::header64(&mut string, tag::OCTET_STRING, octets);
    let mut explicit = Vec::new();
    asn1::header64(&mut explicit, tag::constructed(0), octets + string.len() as u64);
    let kind = asn1::oid(content_type);
    let mut all = Vec::new();
    asn1::header64(&mut all, tag::SEQUENCE, octets + (string.len() + explicit.len() + kind.len()) as u64);
    [all, kind, explicit, string].concat()
}

/// The `[0]` of `encapContentInfo`.
fn content<R: Read + Seek>(s: &mut Scanner<R>) -> std::result::Result<Content, Fault> {
    let explicit = s.open(tag::constructed(0))?;
    let start = s.at;
    let head = s.head()?;
    let is_octets = head.tag & 0xdf == tag::OCTET_STRING;
    let octets = if is_octets {
        s.content(head, 0, &mut |s, n| s.skip(n))?
    } else {
        let n = head.length.ok_or(Error::BadLength)?;
        s.skip(n)?;
        n
    };
    let place = start..s.at;
    if !s.closes(explicit)? {
        return Err(Error::Trailing("encapsulated content").into());
    }
    Ok(Content { place, octets, is_octets })
}
