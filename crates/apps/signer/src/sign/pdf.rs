//! PAdES.

use std::{fs::File, io::Write as _, path::Path};

use ades::{
    facts::Level,
    pades::{Request, prepare, prepare_timestamp},
    pdf::{Joined, Limits, Ranged},
};

use super::{Wanted, Work, names};
use crate::{failure::Failure, output::Output};

/// Bytes kept free for an archive time stamp.
const STAMP_ROOM: usize = 16 * 1024;

impl Work<'_> {
    /// One PDF, by an incremental update: its bytes stay as they are.
    pub(super) async fn pdf(&mut self, input: &Path) -> Result<(), Failure> {
        let o = self.options;
        let path = match &o.out {
            None if o.force => input.to_owned(),
            out => names::target(out.as_deref(), input, &names::signed(input)),
        };
        let mut out = Output::create(&path, o.force)?;
        let file = File::open(input).and_then(Ranged::new).map_err(Failure::reading(input))?;
        let limits = Limits::default();
        let mut request = Request::new(self.credential.certificate.der(), self.cx.now())?;
        request.algorithm = self.credential.algorithm()?;
        request.digest = request.algorithm.companion_digest();
        request.chain = self.credential.chain.iter().map(|c| c.der().to_vec()).collect();
        request.reason.clone_from(&o.reason);
        request.location.clone_from(&o.city);
        let prepared = prepare(&file, request, &limits)?;
        let value = self.credential.sign(prepared.to_be_signed(), &o.key.secret, self.ui).await?;
        let mut signed = prepared.finish(&value)?;
        let (digest, imprint) = signed.timestamp_imprint();
        if let Some(token) = self.stamp(digest, &imprint).await? {
            signed = signed.with_timestamp(&token)?;
            if let Some(material) = self.material(&token).await? {
                signed = signed.with_material(material);
            }
        }
        let mut level = signed.level();
        let mut added = signed.increment(&file, &limits)?;
        if o.level == Wanted::Lta {
            added = self.archive(&file, added).await?;
            level = Level::LTA;
        }
        let mut source = File::open(input).map_err(Failure::reading(input))?;
        std::io::copy(&mut source, &mut out).and_then(|_| out.write_all(&added)).map_err(Failure::writing(&path))?;
        let path = out.commit()?;
        self.made(&[input.to_owned()], path, "pdf", level);
        Ok(())
    }

    /// A document time stamp over the file and what was added to it; gives all that is added.
    async fn archive(&self, file: &Ranged<File>, mut added: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let prepared = {
            let whole = Joined { first: file.into(), rest: &added };
            prepare_timestamp(&whole, pki::DigestAlgorithm::Sha256, STAMP_ROOM, &Limits::default())?
        };
        let (digest, imprint) = prepared.imprint();
        let token = self.stamp(digest, imprint).await?.unwrap_or_default();
        added.extend(prepared.finish(&token)?);
        Ok(added)
    }
}
