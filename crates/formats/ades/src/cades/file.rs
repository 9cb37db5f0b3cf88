//! An existing CMS file, whoever made it: signed further, counter-signed, raised to a higher level. What is there stays as it stands.

use std::io::{Read, Seek, Write};

use pki::{
    DigestAlgorithm, SignerInfo,
    cms::{Message, SignerParts},
    oid,
};

use super::{
    CadesError, Prepared, Request, Signed,
    content::{Content, Data},
    create::prepare_as,
    hash_index::HashIndex,
    read::{Placed, beside, data_name, signatures},
};
use crate::{facts::SignatureFacts, xades::Objects};

/// A CMS file that is open.
pub struct File<R> {
    pub(super) source: R,
    pub(super) message: Message,
    opened: Message,
    objects: Box<dyn Objects + Send>,
    name: String,
    /// How the signature of this number is called.
    prefix: String,
    /// The archive time stamp that was prepared: which signature, over what.
    pub(super) pending: Option<(String, DigestAlgorithm, Vec<u8>, HashIndex)>,
}

impl<R: Read + Seek + Send> File<R> {
    /// Opens a file. `name` is that of the file; `objects` has the data when the signature is detached.
    ///
    /// # Errors
    /// When the source cannot be read or is no CMS file with signatures.
    pub fn open(name: &str, source: R, objects: Box<dyn Objects + Send>) -> Result<Self, CadesError> {
        Self::within(data_name(name), "signature-".to_owned(), source, objects)
    }

    /// A file of a container: `object` is what it signs when it is detached, `prefix` begins the ids.
    pub(crate) fn within(
        object: String,
        prefix: String,
        mut source: R,
        objects: Box<dyn Objects + Send>,
    ) -> Result<Self, CadesError> {
        let message = Message::read(&mut source, 0)??;
        if message.content_type == oid::TST_INFO || message.trailing > 0 {
            return Err(CadesError::Closed("it is a time stamp, or more follows the message"));
        }
        let opened = message.clone();
        Ok(Self { source, message, opened, objects, name: object, prefix, pending: None })
    }

    /// Whether anything was added since it was opened.
    pub(crate) fn is_changed(&self) -> bool {
        self.message != self.opened
    }

    /// Whether the data are inside.
    pub fn is_attached(&self) -> bool {
        self.message.content.is_some()
    }

    /// The digest of the data.
    ///
    /// # Errors
    /// When the data are not there or cannot be read.
    pub fn digest(&mut self, algorithm: DigestAlgorithm) -> Result<Vec<u8>, CadesError> {
        self.with_content(|_, content| content.of(algorithm)).ok_or(CadesError::OtherData)
    }

    /// Runs with the message and its data.
    pub(super) fn with_content<T>(&mut self, work: impl FnOnce(&Message, &mut Content<'_>) -> T) -> T {
        let data = match self.message.content {
            Some(_) => Data::Inside(&self.message, &mut self.source),
            None => beside(&self.name, self.objects.as_mut()),
        };
        work(&self.message, &mut Content::new(data))
    }

    /// What is there.
    pub fn facts(&mut self) -> Vec<SignatureFacts> {
        let (name, prefix) = (self.name.clone(), self.prefix.clone());
        let id = |n: usize| format!("{prefix}{}", n + 1);
        self.with_content(|message, content| {
            signatures(&Placed { message, id: &id, object: &name }, content, &mut Vec::new())
        })
    }

    /// Number of the signer with this id.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        let n: usize = id.strip_prefix(&self.prefix)?.parse().ok()?;
        n.checked_sub(1).filter(|n| *n < self.message.signers.len())
    }

    /// Ids of its signatures, but for counter-signatures.
    pub fn ids(&self) -> Vec<String> {
        (1..=self.message.signers.len()).map(|n| format!("{}{n}", self.prefix)).collect()
    }

    pub(super) fn signer(&self, id: &str) -> Option<(&SignerParts, SignerInfo)> {
        let parts = self.message.signers.get(self.number(id)?)?;
        Some((parts, parts.info().ok()?))
    }

    /// Makes everything of one more signature over the same data but its value.
    ///
    /// # Errors
    /// When the data cannot be read, or certificate, algorithm and claims do not fit together.
    pub fn prepare(&mut self, request: Request) -> Result<Prepared, CadesError> {
        let digest = self.digest(request.digest)?;
        prepare_as(&digest, Some(self.message.content_type), request)
    }

    /// Takes one more signature. `signed` comes from [`Self::prepare`] on the same file.
    ///
    /// # Errors
    /// When archive time stamps over the whole message would break.
    pub fn add(&mut self, signed: &Signed) -> Result<(), CadesError> {
        self.open_for(&signed.certificates)?;
        self.message.signers.push(SignerParts::read(&signed.signer)?);
        self.message.add_digest(signed.digest)?;
        self.message.add_certificates(signed.certificates.iter().cloned());
        Ok(())
    }

    /// Makes everything of a counter-signature on the signature `id` but its value.
    ///
    /// # Errors
    /// When there is no such signature, or certificate, algorithm and claims do not fit together.
    pub fn prepare_counter(&mut self, id: &str, request: Request) -> Result<Prepared, CadesError> {
        let (_, info) = self.signer(id).ok_or_else(|| CadesError::Unknown(id.to_owned()))?;
        prepare_as(&request.digest.of(&info.signature), None, request)
    }

    /// Takes a counter-signature on the signature `id`.
    ///
    /// # Errors
    /// When there is no such signature, or archive time stamps over the whole message would break.
    pub fn add_counter(&mut self, id: &str, signed: &Signed) -> Result<(), CadesError> {
        let n = self.number(id).ok_or_else(|| CadesError::Unknown(id.to_owned()))?;
        self.open_for(&signed.certificates)?;
        if let Some(parts) = self.message.signers.get_mut(n) {
            parts.add_unsigned(pki::Attribute::new(oid::COUNTER_SIGNATURE, signed.signer.clone()));
        }
        self.message.add_certificates(signed.certificates.iter().cloned());
        Ok(())
    }

    /// Archive time stamps of version 2 are over all certificates and status information: nothing may be added there any more.
    /// Evidence records are over the whole message.
    fn open_for(&self, certificates: &[Vec<u8>]) -> Result<(), CadesError> {
        if self.has_records() {
            return Err(CadesError::Closed("an evidence record is over it"));
        }
        let new = certificates.iter().any(|c| !self.message.certificates.items.contains(c));
        if new && self.is_sealed() {
            return Err(CadesError::Closed("an archive time stamp of version 2 covers its certificates"));
        }
        Ok(())
    }

    /// Whether some archive time stamp of version 2 is there.
    pub(super) fn is_sealed(&self) -> bool {
        self.message.signers.iter().flat_map(|s| &s.unsigned).any(|a| a.oid == oid::ARCHIVE_TIME_STAMP_V2)
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn write(&mut self, out: &mut dyn Write) -> Result<(), CadesError> {
        if self.has_records() {
            return Ok(self.message.write_as_found(&mut self.source, out)??);
        }
        Ok(self.message.write(&mut self.source, out)??)
    }
}
