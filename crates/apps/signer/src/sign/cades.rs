//! CAdES: a file with its data inside or beside them, one more signature, a counter-signature, and containers with CAdES.

use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    path::{Path, PathBuf},
};

use ades::{
    asic::cades::{CadesBuilder, CadesContainer, SignedBy},
    augment::Raise,
    cades::{self, Prepared, Request, Signed},
    facts::Level,
    make::media_type,
    zip::Limits,
};
use pki::Digester;

use super::{Wanted, Work, names};
use crate::{failure::Failure, output::Output, supplied::Supplied, ui::Counted};

/// Reads a file with few system calls.
fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    Ok(BufReader::with_capacity(256 * 1024, File::open(path).map_err(Failure::reading(path))?))
}

impl Work<'_> {
    fn cades_request(&self) -> Result<Request, Failure> {
        Ok(self.claims()?.cades(&self.signer()?)?)
    }

    async fn cades_value(&mut self, prepared: Prepared) -> Result<Signed, Failure> {
        let value = self.credential.sign(prepared.to_be_signed(), &self.options.key.secret, self.ui).await?;
        Ok(prepared.finish(&value)?)
    }

    /// Raises to the wanted level and writes.
    async fn raise_into(&self, file: Box<dyn Raise>, only: &str, mut out: Output) -> Result<PathBuf, Failure> {
        let mut file = self.raised(file, Some(only)).await?;
        file.write(&mut out)?;
        out.commit()
    }

    /// One file: NAME.p7m with the data inside, or NAME.p7s beside them.
    pub(super) async fn cades(&mut self, input: &Path) -> Result<(), Failure> {
        let o = self.options;
        let extension = if o.detached { "p7s" } else { "p7m" };
        let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let path = names::target(o.out.as_deref(), input, &format!("{name}.{extension}"));
        let mut out = Output::create(&path, o.force)?;
        let mut request = self.cades_request()?;
        request.media_type = Some(media_type(&name).to_owned());
        let mut digester = Digester::new(request.digest);
        let file = File::open(input).map_err(Failure::reading(input))?;
        let size = file.metadata().map_err(Failure::reading(input))?.len();
        let mut progress = self.ui.progress(size);
        std::io::copy(&mut Counted(file, &mut progress), &mut digester).map_err(Failure::reading(input))?;
        drop(progress);
        let signed = self.cades_value(cades::prepare(&digester.finish(), request)?).await?;
        let id = "signature-1";
        let shown = format!("{name}.{extension}");
        let path = if o.detached {
            let objects = Box::new(Supplied::new(&[input.to_owned()]));
            let source = std::io::Cursor::new(signed.detached());
            self.raise_into(Box::new(cades::File::open(&shown, source, objects)?), id, out).await?
        } else if o.level == Wanted::B {
            signed.attached(open(input)?, size, &mut out)?;
            out.commit()?
        } else {
            let mut draft = Output::draft(&path)?;
            signed.attached(open(input)?, size, &mut draft)?;
            let source = BufReader::with_capacity(256 * 1024, draft.read_back()?);
            self.raise_into(Box::new(cades::File::open(&shown, source, Box::new(Supplied::new(&[])))?), id, out).await?
        };
        self.made(&[input.to_owned()], path, "cades", o.level.level());
        Ok(())
    }

    /// One more signature in a CMS file, or a counter-signature on one that is there.
    pub(super) async fn add_to_cades(&mut self, input: &Path) -> Result<(), Failure> {
        let o = self.options;
        let path = match &o.out {
            None if o.force => input.to_owned(),
            out => names::target(out.as_deref(), input, &names::signed(input)),
        };
        let out = Output::create(&path, o.force)?;
        let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let data = o.data.clone().unwrap_or_else(|| input.with_extension(""));
        let mut file = cades::File::open(&name, open(input)?, Box::new(Supplied::new(&[data])))?;
        let request = self.cades_request()?;
        let id = match &o.counter {
            Some(id) => {
                let prepared = file.prepare_counter(id, request)?;
                file.add_counter(id, &self.cades_value(prepared).await?)?;
                id.clone()
            }
            None => {
                let prepared = file.prepare(request)?;
                file.add(&self.cades_value(prepared).await?)?;
                file.ids().pop().unwrap_or_default()
            }
        };
        let level = if o.counter.is_some() { Level::B } else { o.level.level() };
        let path = if o.counter.is_some() {
            let mut out = out;
            Raise::write(&mut file, &mut out)?;
            out.commit()?
        } else {
            self.raise_into(Box::new(file), &id, out).await?
        };
        self.made(&[input.to_owned()], path, "cades", level);
        Ok(())
    }

    /// All files in a new container with CAdES: ASiC-E, or ASiC-S for one file.
    pub(super) async fn new_cades_container(&mut self, extended: bool) -> Result<(), Failure> {
        let o = self.options;
        let extension = if extended { "asice" } else { "asics" };
        let names = names::inside(&o.files)?;
        let Some(first) = o.files.first() else { return Err(Failure::usage("asic.empty", "")) };
        let path = names::target(o.out.as_deref(), first, &names::container(first, extension));
        let out = Output::create(&path, o.force)?;
        let draft = Output::draft(&path)?;
        let request = self.cades_request()?;
        let mut builder = CadesBuilder::new(draft, extended, SignedBy::Signature, request.digest, self.cx.now())?;
        for (name, path) in names.iter().zip(&o.files) {
            let file = File::open(path).map_err(Failure::reading(path))?;
            let size = file.metadata().map_err(Failure::reading(path))?.len();
            let mut progress = self.ui.progress(size);
            builder.add(name, media_type(name), Counted(file, &mut progress), size)?;
        }
        let prepared = cades::prepare(&builder.imprint()?, request)?;
        let signed = self.cades_value(prepared).await?;
        let mut draft = builder.finish(&signed.detached())?;
        let source = BufReader::with_capacity(256 * 1024, draft.read_back()?);
        let container = CadesContainer::open(source, &Limits::default())?;
        let id = container.ids().pop().unwrap_or_default();
        let path = self.raise_into(Box::new(container), &id, out).await?;
        self.made(&o.files, path, extension, o.level.level());
        Ok(())
    }

    /// One more signature on a container with CAdES.
    pub(super) async fn add_to_cades_container<R: Read + Seek + Send + 'static>(
        &mut self,
        mut container: CadesContainer<R>,
        input: &Path,
        out: Output,
    ) -> Result<(), Failure> {
        let format = if container.is_extended() { "asice" } else { "asics" };
        if let Some(id) = &self.options.counter {
            let prepared = container.prepare_counter(id, self.cades_request()?)?;
            container.add_counter(id, &self.cades_value(prepared).await?)?;
            let mut out = out;
            Raise::write(&mut container, &mut out)?;
            let path = out.commit()?;
            self.made(&[input.to_owned()], path, format, Level::B);
            return Ok(());
        }
        let prepared = container.prepare(self.cades_request()?)?;
        let id = container.add(&self.cades_value(prepared).await?)?;
        let path = self.raise_into(Box::new(container), &id, out).await?;
        self.made(&[input.to_owned()], path, format, self.options.level.level());
        Ok(())
    }
}

/// Whether a file is a container with CAdES signatures or time stamps.
pub(super) fn is_container(path: &Path) -> Result<bool, Failure> {
    let archive = ades::zip::Archive::open(open(path)?, &Limits::default())?;
    Ok(CadesContainer::is_one(&archive))
}
