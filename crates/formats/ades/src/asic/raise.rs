//! [`Raise`] for containers with XAdES: a signature file is changed as text, every other entry is copied byte for byte.

use std::io::{Read, Seek, Write};

use jiff::Timestamp;
use pki::{DigestAlgorithm, TimeStampToken};

use super::{
    AsicError,
    cades::is_record,
    container::MAX_INTERNAL,
    copy,
    profile::{self, Family},
};
use crate::{
    augment::{AugmentError, Raise},
    facts::{Defect, FileFacts, Level, SignatureFacts},
    material::Material,
    xades::{Objects, Text},
    zip::{Archive, Writer},
};

/// Nothing that a record is over may change.
pub(super) fn under_record() -> AugmentError {
    AugmentError::Signature("an evidence record is over the container: renew that".to_owned())
}

/// A signature file of the container.
struct Member {
    name: String,
    text: Text,
    /// Ids of its signatures, unique in the container.
    ids: Vec<String>,
    changed: bool,
}

/// A container with XAdES signatures, open to be raised.
pub struct XadesContainer<R> {
    archive: Archive<R>,
    family: Family,
    members: Vec<Member>,
    /// The archive time stamp that was asked for: of which signature, over what.
    pending: Option<(String, Vec<u8>)>,
}

/// The entries of a container, as the objects its signatures refer to.
struct Entries<'a, R>(&'a mut Archive<R>, Family);

impl<R: Read + Seek> Objects for Entries<'_, R> {
    fn has(&self, name: &str) -> bool {
        self.1.is_object(name) && self.0.find(name).is_some_and(|e| !e.is_directory())
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        copy(self.0, name, out)
    }
}

impl<R: Read + Seek + Send + 'static> XadesContainer<R> {
    /// An archive that is open.
    ///
    /// # Errors
    /// When it is no container with XAdES signatures, or one of them is broken.
    pub fn over(mut archive: Archive<R>) -> Result<Self, AugmentError> {
        let declared = match archive.find("mimetype") {
            Some(_) => Some(archive.content("mimetype", 256).map_err(AsicError::from)?),
            None => None,
        };
        let declared = declared.map(|d| String::from_utf8_lossy(&d).into_owned());
        let clean = declared.as_deref().map(|t| t.trim_start_matches('\u{FEFF}').trim_end());
        let family = profile::of(&archive, clean, &mut FileFacts::default());
        let family = family.ok_or_else(|| AugmentError::Unsupported("no container of signatures".to_owned()))?;
        let names = archive.entries().iter().map(|e| e.name().to_owned());
        let names: Vec<String> = names.filter(|n| family.is_signature(n)).collect();
        let mut members = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        for name in names {
            let text = Text::read(&archive.content(&name, MAX_INTERNAL).map_err(AsicError::from)?)?;
            let ids = text.ids(&taken);
            taken.extend(ids.iter().cloned());
            members.push(Member { name, text, ids, changed: false });
        }
        Ok(Self { archive, family, members, pending: None })
    }

    fn place(&self, id: &str) -> Result<(usize, usize), AugmentError> {
        let places = self.members.iter().enumerate();
        let found = places.filter_map(|(m, member)| Some((m, member.ids.iter().position(|i| i == id)?))).next();
        found.ok_or_else(|| AugmentError::Unknown(id.to_owned()))
    }

    fn member(&self, id: &str) -> Result<(&Member, usize), AugmentError> {
        let (m, n) = self.place(id)?;
        self.members.get(m).map(|member| (member, n)).ok_or(AugmentError::NoSignature)
    }

    fn change(&mut self, id: &str) -> Result<(&mut Text, usize), AugmentError> {
        if self.archive.entries().iter().any(|e| is_record(e.name())) {
            return Err(under_record());
        }
        let (m, n) = self.place(id)?;
        let member = self.members.get_mut(m).ok_or(AugmentError::NoSignature)?;
        member.changed = true;
        Ok((&mut member.text, n))
    }

    fn group(&self, id: &str) -> Vec<SignatureFacts> {
        self.member(id).map(|(member, n)| member.text.group(n)).unwrap_or_default()
    }
}

impl<R: Read + Seek + Send + 'static> Raise for XadesContainer<R> {
    fn ids(&self) -> Vec<String> {
        let outer = |m: &Member| m.text.outer().into_iter().filter_map(|n| m.ids.get(n).cloned()).collect::<Vec<_>>();
        self.members.iter().flat_map(outer).collect()
    }
    fn stands_for(&self, id: &str) -> Option<String> {
        let (member, n) = self.member(id).ok()?;
        member.ids.get(member.text.outermost(n)).cloned()
    }
    fn level(&self, id: &str) -> Option<Level> {
        let (member, n) = self.member(id).ok()?;
        member.text.level(n)
    }
    fn signing_certificates(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().filter_map(|f| f.signing_certificate).collect()
    }
    fn tokens(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().flat_map(|f| f.timestamps).map(|t| t.token).collect()
    }
    fn carried(&self, id: &str) -> Vec<Vec<u8>> {
        self.group(id).into_iter().flat_map(|f| f.certificates).collect()
    }
    fn stamp_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let (member, n) = self.member(id)?;
        member.text.value_imprint(n, algorithm)
    }
    fn add_stamp(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let (text, n) = self.change(id)?;
        text.add_stamp(n, token)
    }
    fn add_material(&mut self, id: &str, material: &Material) -> Result<(), AugmentError> {
        let (text, n) = self.change(id)?;
        text.add_material(n, material)
    }
    fn archive_imprint(&mut self, id: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let (m, n) = self.place(id)?;
        let member = self.members.get(m).ok_or(AugmentError::NoSignature)?;
        let imprint = member.text.archive_imprint(n, algorithm, &mut Entries(&mut self.archive, self.family))?;
        self.pending = Some((id.to_owned(), imprint.clone()));
        Ok(imprint)
    }
    fn add_archive(&mut self, id: &str, token: &[u8]) -> Result<(), AugmentError> {
        let pending = self.pending.take().filter(|(of, _)| of == id);
        let (_, imprint) = pending.ok_or(AugmentError::Order("an archive time stamp is prepared first"))?;
        let (text, n) = self.change(id)?;
        text.add_archive(n, token, &imprint)
    }
    fn write(&mut self, out: &mut dyn Write) -> Result<(), AugmentError> {
        // The entries that are written anew are as old as their latest time stamp.
        let ids: Vec<String> = self.members.iter().filter(|m| m.changed).flat_map(|m| m.ids.clone()).collect();
        let tokens = ids.iter().flat_map(|id| self.tokens(id));
        let times = tokens.filter_map(|t| TimeStampToken::from_ber(&t).ok()).map(|t| t.info.time);
        let mut zip = Writer::new(out, times.max().unwrap_or(Timestamp::UNIX_EPOCH));
        let names: Vec<String> = self.archive.entries().iter().map(|e| e.name().to_owned()).collect();
        for name in &names {
            match self.members.iter().find(|m| m.changed && m.name == *name) {
                Some(member) => {
                    zip.deflated(name, &member.text.to_bytes()).map_err(AsicError::from)?;
                }
                None => {
                    let (record, raw) = self.archive.raw(name).map_err(AsicError::from)?;
                    zip.copy(&record, raw).map_err(AsicError::from)?;
                }
            }
        }
        zip.finish().map_err(AsicError::from)?;
        Ok(())
    }
}
