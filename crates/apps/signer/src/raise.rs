//! Raising signatures with what the network gives: time stamps, status information.

use ades::{
    augment::{Augmentation, Raise, Want},
    facts::Level,
};
use base::Cx;
use net::Client;
use pki::DigestAlgorithm;

use crate::failure::Failure;

/// Where time stamps and validation material come from.
pub(crate) struct Sources<'s> {
    pub(crate) client: &'s Client,
    pub(crate) tsa: Option<&'s str>,
    pub(crate) cx: &'s Cx,
}

impl Sources<'_> {
    /// Raises the signatures of a file (`only`: one of them) to `level`; gives the file and how many time stamps it got.
    pub(crate) async fn raise(
        &self,
        file: Box<dyn Raise>,
        level: Level,
        only: Option<&str>,
    ) -> Result<(Box<dyn Raise>, usize), Failure> {
        let mut stamps = 0;
        let mut steps = Augmentation::new(file, level, only, DigestAlgorithm::Sha256)?;
        while let Some(want) = steps.want()? {
            match want {
                Want::Stamp { algorithm, digest } => {
                    let tsa = self.tsa.ok_or_else(|| Failure::usage("sign.no-tsa", ""))?;
                    let nonce: [u8; 8] = self.cx.bytes();
                    steps.give_stamp(&self.client.time_stamp(tsa, algorithm, &digest, &nonce).await?)?;
                    stamps += 1;
                }
                Want::Material { ends, known, since } => {
                    steps.give_material(&self.client.material(&ends, &known, self.cx.now(), since).await?)?;
                }
            }
        }
        Ok((steps.into_file(), stamps))
    }
}
