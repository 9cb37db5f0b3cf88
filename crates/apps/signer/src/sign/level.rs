//! What raises a signature from B: a time stamp, and the material for its validation.

use ades::{augment::Raise, facts::Level, material::Material};
use pki::{DigestAlgorithm, TimeStampToken};

use super::{Wanted, Work};
use crate::{failure::Failure, raise::Sources};

impl Work<'_> {
    /// A time stamp over `imprint`, unless the level is B.
    pub(super) async fn stamp(&self, digest: DigestAlgorithm, imprint: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(tsa) = self.options.tsa.as_deref().filter(|_| self.options.level != Wanted::B) else {
            return Ok(None);
        };
        let nonce: [u8; 8] = self.cx.bytes();
        Ok(Some(self.client.time_stamp(tsa, digest, imprint, &nonce).await?))
    }

    /// Raises a signature at B (`only`: one of several) to the wanted level.
    pub(super) async fn raised(&self, file: Box<dyn Raise>, only: Option<&str>) -> Result<Box<dyn Raise>, Failure> {
        let level = self.options.level.level();
        if level == Level::B {
            return Ok(file);
        }
        let sources = Sources { client: &self.client, tsa: self.options.tsa.as_deref(), cx: &self.cx };
        sources.raise(file, level, only).await.map(|(file, _)| file)
    }

    /// The material for the signer and the time stamp, for levels from LT.
    pub(super) async fn material(&self, token: &[u8]) -> Result<Option<Material>, Failure> {
        if !matches!(self.options.level, Wanted::Lt | Wanted::Lta) {
            return Ok(None);
        }
        let parsed = TimeStampToken::from_ber(token)?;
        let unit = parsed.verify(&self.credential.chain)?;
        let ends = [self.credential.certificate.der().to_vec(), unit.der().to_vec()];
        let carried = parsed.signed.readable_certificates();
        let known: Vec<Vec<u8>> = self.credential.chain.iter().chain(&carried).map(|c| c.der().to_vec()).collect();
        Ok(Some(self.client.material(&ends, &known, self.cx.now(), Some(parsed.info.time)).await?))
    }
}
