//! EDOC and ASiC-E.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::PathBuf,
};

use ades::{
    asic::{Builder, Container, Naming, cades::CadesContainer},
    facts::{Defect, Level},
    make::media_type,
    xades::{Objects, Prepared, Request, prepare},
    zip::Limits,
};

use super::{Wanted, Work, names};
use crate::{failure::Failure, output::Output, ui::Counted};

impl Work<'_> {
    /// All files in a new container. Each is read once, on its way into the container.
    pub(super) async fn new_container(&mut self, naming: Naming) -> Result<(), Failure> {
        let o = self.options;
        let names = names::inside(&o.files)?;
        let Some(first) = o.files.first() else { return Err(Failure::usage("asic.empty", "")) };
        let path = names::target(o.out.as_deref(), first, &names::container(first, naming.extension()));
        let out = Output::create(&path, o.force)?;
        let digest = self.credential.algorithm()?.companion_digest();
        let mut builder = Builder::new(out, naming, digest, self.cx.now())?;
        let mut opened = Vec::new();
        for f in &o.files {
            let file = File::open(f).map_err(Failure::reading(f))?;
            let size = file.metadata().map_err(Failure::reading(f))?.len();
            opened.push((file, size));
        }
        let mut progress = self.ui.progress(opened.iter().map(|(_, s)| s).sum());
        for (name, (file, size)) in names.iter().zip(opened) {
            builder.add(name, media_type(name), Counted(file, &mut progress), size)?;
        }
        drop(progress);
        let mut inputs = Inputs(names.iter().cloned().zip(o.files.iter().cloned()).collect());
        let request = self.container_request(&Naming::signature_id(0))?;
        let prepared = prepare(builder.files(), request)?;
        let (xml, level) = self.container_signature(prepared, &mut inputs).await?;
        let path = builder.finish(&[xml])?.commit()?;
        self.made(&o.files, path, naming.extension(), level);
        Ok(())
    }

    /// One more signature on an existing container, or a counter-signature on one that is there.
    pub(super) async fn add_to_container(&mut self) -> Result<(), Failure> {
        let o = self.options;
        let Some(input) = o.files.first() else { return Err(Failure::usage("asic.empty", "")) };
        let path = match &o.out {
            None if o.force => input.clone(),
            out => names::target(out.as_deref(), input, &names::signed(input)),
        };
        let out = Output::create(&path, o.force)?;
        let source = BufReader::with_capacity(256 * 1024, File::open(input).map_err(Failure::reading(input))?);
        if super::cades::is_container(input)? {
            return self.add_to_cades_container(CadesContainer::open(source, &Limits::default())?, input, out).await;
        }
        let mut container = Container::open(source, &Limits::default())?;
        if let Some(of) = &o.counter {
            let id = container.free_id()?;
            let (name, prepared) = container.prepare_counter(of, self.container_request(&id)?)?;
            let value = self.credential.sign(prepared.to_be_signed(), &o.key.secret, self.ui).await?;
            let xml = prepared.finish(&value)?.xml();
            let format = container.naming().extension();
            let path = container.replace_signature(out, &name, &xml, self.cx.now())?.commit()?;
            self.made(std::slice::from_ref(input), path, format, Level::B);
            return Ok(());
        }
        let digest = self.credential.algorithm()?.companion_digest();
        let files = container.files(digest)?;
        let (name, id) = container.next_signature();
        let prepared = container.prepare(&files, self.container_request(&id)?)?;
        let (xml, level) = self.container_signature(prepared, &mut container).await?;
        let format = container.naming().extension();
        let path = container.add_signature(out, &name, &xml, self.cx.now())?.commit()?;
        self.made(std::slice::from_ref(input), path, format, level);
        Ok(())
    }

    fn container_request(&self, id: &str) -> Result<Request, Failure> {
        Ok(self.claims()?.xades(&self.signer()?, id)?)
    }

    /// The file with the signature, at the wanted level.
    async fn container_signature(
        &mut self,
        prepared: Prepared,
        objects: &mut (dyn Objects + Send),
    ) -> Result<(String, Level), Failure> {
        let o = self.options;
        let value = self.credential.sign(prepared.to_be_signed(), &o.key.secret, self.ui).await?;
        let mut signed = prepared.finish(&value)?;
        let (digest, imprint) = signed.timestamp_imprint()?;
        if let Some(token) = self.stamp(digest, &imprint).await? {
            signed = signed.with_timestamp(&token)?;
            if let Some(material) = self.material(&token).await? {
                signed = signed.with_material(material)?;
            }
            if o.level == Wanted::Lta {
                let (digest, imprint) = signed.archive_imprint(objects)?;
                let token = self.stamp(digest, &imprint).await?.unwrap_or_default();
                signed = signed.with_archive(&token, objects)?;
            }
        }
        Ok((signed.xml(), signed.level()))
    }
}

/// The files being signed, by their names in the container: an archive time stamp reads them once more.
struct Inputs(Vec<(String, PathBuf)>);

impl Objects for Inputs {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
    fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), Defect> {
        let failed = |e: io::Error| Defect { code: "file.read", object: e.to_string(), fatal: false };
        let Some((_, path)) = self.0.iter().find(|(n, _)| n == name) else { return Ok(()) };
        let mut file = BufReader::with_capacity(256 * 1024, File::open(path).map_err(failed)?);
        io::copy(&mut file, out).map(|_| ()).map_err(failed)
    }
}
