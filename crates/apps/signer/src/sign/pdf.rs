//! PAdES.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use ades::{
    facts::Level,
    pades::{Lock, STAMP_ROOM, Visible, prepare, prepare_timestamp},
    pdf::{Joined, Limits, Ranged},
};
use clap::Args;

use super::{Wanted, Work, names};
use crate::{failure::Failure, output::Output};

/// Where a visible signature stands unless told: left, bottom, width, height.
const PLACE: [u16; 4] = [36, 36, 220, 60];

/// What only PDF has.
#[derive(Args)]
#[group(id = "pdf-options")]
pub(super) struct Options {
    /// PDF: reason.
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// PDF: how to reach the signer.
    #[arg(long, value_name = "TEXT")]
    pub(super) contact: Option<String>,
    /// PDF: picture shown on the page, PNG or JPEG.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// PDF: text shown on the page; \\n begins a line. Default, when --at is given alone: name and time.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// PDF: page of the visible signature; 0 is the last one.
    #[arg(long, value_name = "N", default_value_t = 1)]
    page: usize,
    /// PDF: place of the visible signature in points from the lower left corner.
    #[arg(long, value_name = "X,Y,W,H", value_parser = place)]
    at: Option<[u16; 4]>,
    /// PDF: field to sign, an empty one that is there or a new one of this name.
    #[arg(long, value_name = "NAME")]
    field: Option<String>,
    /// PDF: form fields closed to later changes: all, include:NAME,NAME or exclude:NAME,NAME.
    #[arg(long, value_name = "FIELDS", value_parser = lock)]
    lock: Option<Lock>,
    /// PDF: certify the document: 1 nothing may change, 2 forms may be filled and signed, 3 also comments made.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=3))]
    certify: Option<u8>,
}

fn place(text: &str) -> Result<[u16; 4], String> {
    let numbers: Result<Vec<u16>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    numbers.ok().and_then(|n| n.try_into().ok()).ok_or_else(|| "X,Y,W,H".to_owned())
}

fn lock(text: &str) -> Result<Lock, String> {
    let names = |list: &str| list.split(',').map(str::to_owned).collect();
    match text.split_once(':') {
        None if text == "all" => Ok(Lock::All),
        Some(("include", list)) => Ok(Lock::Include(names(list))),
        Some(("exclude", list)) => Ok(Lock::Exclude(names(list))),
        _ => Err("all, include:NAME,NAME, exclude:NAME,NAME".to_owned()),
    }
}

impl Work<'_> {
    /// What the page shows, if anything.
    fn visible(&self) -> Result<Option<Visible>, Failure> {
        let o = &self.options.pdf;
        if o.image.is_none() && o.text.is_none() && o.at.is_none() {
            return Ok(None);
        }
        let image = match &o.image {
            Some(path) => std::fs::read(path).map_err(Failure::reading(path))?,
            None => Vec::new(),
        };
        let text = o.text.as_ref().map(|t| t.replace("\\n", "\n"));
        let usual = || format!("{}\n{}", self.credential.name(), self.cx.now().strftime("%Y-%m-%d %H:%M:%S UTC"));
        let text = text.or_else(|| image.is_empty().then(usual));
        Ok(Some(Visible { page: o.page, at: o.at.unwrap_or(PLACE), text, image }))
    }

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
        let mut request = self.claims()?.pades(&self.signer()?)?;
        request.visible = self.visible()?;
        let look = &o.pdf;
        request.field.clone_from(&look.field);
        request.lock.clone_from(&look.lock);
        request.certify = look.certify;
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
        let mut written = Ok(());
        let mut added = signed.increment_seen(&file, &limits, &mut |piece| {
            if written.is_ok() {
                written = out.write_all(piece);
            }
        })?;
        if o.level == Wanted::Lta {
            added = self.archive(&file, added).await?;
            level = Level::LTA;
        }
        written.and_then(|()| out.write_all(&added)).map_err(Failure::writing(&path))?;
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
