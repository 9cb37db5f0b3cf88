//! A message digested as a whole: what stands around its content, in the octets of the file or in DER.

use super::{
    ber::{normalise, parts},
    message::{MAX_FRAME, Message, encapsulated_head, frame},
    part::{Carried, SignerParts},
};
use crate::{
    Result,
    asn1::{self, tag},
};

/// In which octets a message is digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As it was read: where lengths were indefinite, they stay so.
    AsFound,
    /// As [`Message::write`] writes it: definite lengths outside, every part as it stands.
    Definite,
    /// DER, with its sets sorted.
    Der,
}

/// Which frames of a message have an indefinite length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Indefinite {
    pub(super) outer: bool,
    pub(super) explicit: bool,
    pub(super) data: bool,
    pub(super) signers: bool,
}

impl Indefinite {
    fn any(self) -> bool {
        self.outer || self.explicit || self.data || self.signers
    }
}

/// The octets before and after `encapContentInfo`, and how that is to stand between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// Before.
    pub head: Vec<u8>,
    /// What stands in front of the content octets; `None`: `encapContentInfo` is taken as it stands.
    pub content_head: Option<Vec<u8>>,
    /// After.
    pub tail: Vec<u8>,
}

impl Message {
    /// The codings that differ for this message.
    pub fn codings(&self) -> Vec<Coding> {
        let mut all = vec![Coding::Definite];
        if self.indefinite.any() {
            all.insert(0, Coding::AsFound);
        }
        let der = self.around(Coding::Der);
        let same = |d: &Around| self.around(Coding::Definite).is_ok_and(|a| a.head == d.head && a.tail == d.tail);
        if der.is_ok_and(|d| !same(&d) || self.content.as_ref().is_some_and(|c| c.is_octets && !self.is_der_content()))
        {
            all.push(Coding::Der);
        }
        all
    }

    fn is_der_content(&self) -> bool {
        let Some(content) = &self.content else { return true };
        let head = encapsulated_head(self.content_type, content.octets).len() as u64;
        self.encapsulated.end - self.encapsulated.start == head + content.octets
    }

    /// What stands around the content in this coding.
    ///
    /// # Errors
    /// When a part cannot be brought into DER.
    pub fn around(&self, coding: Coding) -> Result<Around> {
        match coding {
            Coding::AsFound => Ok(self.framed(self.version, self.indefinite)),
            Coding::Definite => Ok(self.framed(self.version, Indefinite::default())),
            Coding::Der => self.around_der(),
        }
    }

    pub(super) fn framed(&self, version: u64, indefinite: Indefinite) -> Around {
        let signers: Vec<u8> = self.signers.iter().flat_map(SignerParts::to_ber).collect();
        let version = asn1::small_integer(version);
        let mut tail = [self.certificates.raw.as_slice(), &self.revocations.raw].concat();
        tail.extend(element(tag::SET, &signers, indefinite.signers));
        let inner = (version.len() + self.digests.len() + tail.len()) as u64 + self.encapsulated_size();
        let head = [opened(inner, indefinite), version, self.digests.clone()].concat();
        for open in [indefinite.data, indefinite.explicit, indefinite.outer] {
            tail.extend(if open { [0; 2].as_slice() } else { &[] });
        }
        Around { head, content_head: None, tail }
    }

    fn around_der(&self) -> Result<Around> {
        let version = asn1::small_integer(self.version);
        let digests = asn1::set_of(in_der(parts(&self.digests)?)?);
        let list = |carried: &Carried, tag| -> Result<Vec<u8>> {
            if carried.raw.is_empty() {
                Ok(Vec::new())
            } else {
                sorted(tag, in_der(carried.items.iter().map(Vec::as_slice))?)
            }
        };
        let mut tail = list(&self.certificates, tag::constructed(0))?;
        tail.extend(list(&self.revocations, tag::constructed(1))?);
        let signers = self.signers.iter().map(signer).collect::<Result<Vec<_>>>()?;
        tail.extend(asn1::set_of(signers));
        let content_head = self.content.as_ref().filter(|c| c.is_octets);
        let content_head = content_head.map(|c| encapsulated_head(self.content_type, c.octets));
        let octets = self.content.as_ref().map_or(0, |c| c.octets);
        let size = content_head.as_ref().map_or(self.encapsulated_size(), |h| h.len() as u64 + octets);
        let head = [frame((version.len() + digests.len() + tail.len()) as u64 + size), version, digests].concat();
        Ok(Around { head, content_head, tail })
    }

    pub(super) fn encapsulated_size(&self) -> u64 {
        self.encapsulated.end - self.encapsulated.start
    }
}

fn in_der<'a>(all: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Vec<u8>>> {
    all.into_iter().map(|one| Ok(normalise(one, MAX_FRAME)?.der.into_owned())).collect()
}

fn sorted(tag: u8, items: Vec<Vec<u8>>) -> Result<Vec<u8>> {
    let mut set = asn1::set_of(items);
    if let Some(first) = set.first_mut() {
        *first = tag;
    }
    Ok(set)
}

/// A `SignerInfo` in DER. Signed attributes keep their order: the signature is over them in DER already.
fn signer(parts: &SignerParts) -> Result<Vec<u8>> {
    let mut all = in_der(parts.fixed.iter().map(Vec::as_slice))?.concat();
    if !parts.unsigned.is_empty() {
        all.extend(sorted(tag::constructed(1), in_der(parts.unsigned.iter().map(|a| a.raw.as_slice()))?)?);
    }
    Ok(asn1::tlv(tag::SEQUENCE, &all))
}

fn element(tag: u8, body: &[u8], indefinite: bool) -> Vec<u8> {
    if indefinite { [&[tag, 0x80], body, &[0, 0]].concat() } else { asn1::tlv(tag, body) }
}

/// The frames in front of a SignedData of `inner` octets.
fn opened(inner: u64, indefinite: Indefinite) -> Vec<u8> {
    let kind = asn1::oid(crate::oid::CMS_SIGNED_DATA);
    let header = |tag: u8, len: u64, open: bool| {
        let mut out = Vec::new();
        if open {
            out.extend([tag, 0x80])
        } else {
            asn1::header64(&mut out, tag, len)
        }
        out
    };
    let closing = |open: bool| if open { 2 } else { 0 };
    let data = header(tag::SEQUENCE, inner, indefinite.data);
    let inner = inner + data.len() as u64 + closing(indefinite.data);
    let explicit = header(tag::constructed(0), inner, indefinite.explicit);
    let inner = inner + (explicit.len() + kind.len()) as u64 + closing(indefinite.explicit);
    [header(tag::SEQUENCE, inner, indefinite.outer), kind, explicit, data].concat()
}
