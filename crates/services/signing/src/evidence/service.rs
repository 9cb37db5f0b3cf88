use std::io::{self, BufReader, Cursor, Read as _, Write};

use ades::{
    detect,
    evidence::{self, EvidenceError, Record, Seal, Tree, object_digest},
    facts::{Defect, EvidenceForm},
    xades::Objects as _,
    zip::Writer,
};
use base::Cx;
use pki::DigestAlgorithm;
use store::StoreError;

use super::EvidenceFault;
use crate::{
    Signing,
    engine::{EngineError, Files, Input, Progress, media_type},
    errand::ErrandError,
    work::Made,
};

type Result<T> = std::result::Result<T, EvidenceFault>;

/// Kind of record by its name in the API.
pub(super) fn form(name: &str) -> std::result::Result<EvidenceForm, ErrandError> {
    match name {
        "" | "ers" => Ok(EvidenceForm::Ers),
        "xml" => Ok(EvidenceForm::XmlErs),
        _ => Err(ErrandError::Malformed("form")),
    }
}

/// Digest algorithm by its name in the API.
pub(super) fn digest(name: &str) -> std::result::Result<DigestAlgorithm, ErrandError> {
    match name {
        "" | "SHA-256" => Ok(DigestAlgorithm::Sha256),
        "SHA-384" => Ok(DigestAlgorithm::Sha384),
        "SHA-512" => Ok(DigestAlgorithm::Sha512),
        _ => Err(ErrandError::Malformed("digest")),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let stopped = |e| EngineError::Io(io::Error::other(e));
    tokio::task::spawn_blocking(work).await.map_err(stopped)?
}

/// Records for all files by one time stamp: of one file its record, of several a ZIP of theirs.
pub(crate) async fn create(
    app: &Signing,
    cx: &Cx,
    files: Vec<Input>,
    form: EvidenceForm,
    digest: DigestAlgorithm,
    told: Progress,
) -> Result<Made> {
    let steps = files.len() + 1;
    let names: Vec<String> = files.iter().map(|f| f.name.clone()).collect();
    let tree = blocking(move || {
        let mut objects = Files(files);
        let names = objects.names();
        let one = |(n, name): (usize, &String)| {
            told.at(n, steps);
            object_digest(&mut objects, name, digest, form).map(|d| vec![d])
        };
        let groups: std::result::Result<Vec<_>, Defect> = names.iter().enumerate().map(one).collect();
        let groups = groups.map_err(|d| EvidenceError::Object(d.object))?;
        Ok(Tree::new(digest, groups).ok_or(EvidenceError::NoData)?)
    })
    .await?;
    let token = app.engine().time_stamp(cx, digest, tree.root().to_vec()).await?;
    let extension = if form == EvidenceForm::Ers { "ers" } else { "ers.xml" };
    let mut records = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let record = Record::new(form, digest, tree.reduced(n), &token)?;
        records.push((format!("{name}.{extension}"), record.bytes().to_vec()));
    }
    let (app, cx) = (app.clone(), cx.clone());
    blocking(move || {
        if let [(name, bytes)] = records.as_slice() {
            let mut kept = keep(&app, &cx, name, |out| Ok(out.write_all(bytes).map_err(EngineError::from)?))?;
            if form == EvidenceForm::XmlErs {
                kept.media = "application/xml".to_owned();
            }
            return Ok(kept);
        }
        let written = |e: ades::zip::ZipError| EvidenceError::Write(e.to_string());
        let mut kept = keep(&app, &cx, "evidence.zip", |out| {
            let mut zip = Writer::new(out, cx.now());
            for (name, bytes) in &records {
                zip.deflated(name, bytes).map_err(written)?;
            }
            zip.finish().map_err(written)?;
            Ok(())
        })?;
        kept.media = "application/zip".to_owned();
        Ok(kept)
    })
    .await
}

fn open(app: &Signing, file: &Input, beside: Vec<Input>) -> Result<Box<dyn Seal>> {
    let source = BufReader::with_capacity(256 * 1024, file.open().map_err(EngineError::from)?);
    Ok(evidence::open(&file.name, source, Box::new(Files(beside)), &app.engine().limits().readers())?)
}

/// Writes a file to the blob store. It is not named anywhere: once it was fetched it is collected.
fn keep(app: &Signing, cx: &Cx, name: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<Made> {
    let store = |e: StoreError| EvidenceFault::Errand(e.into());
    let mut out = app.blobs().writer(cx).map_err(store)?;
    write(&mut out)?;
    Ok(Made { name: name.to_owned(), media: media_type(name).to_owned(), blob: out.finish().map_err(store)? })
}

/// A record for each signature of a file, or for the container.
pub(crate) async fn embed(
    app: &Signing,
    cx: &Cx,
    file: Input,
    beside: Vec<Input>,
    form: EvidenceForm,
    digest: DigestAlgorithm,
) -> Result<Made> {
    let (this, name) = (app.clone(), file.name.clone());
    let (mut sealed, ids, tree) = blocking(move || {
        let mut sealed = open(&this, &file, beside)?;
        let ids = sealed.ids();
        let groups = ids.iter().map(|id| sealed.group(id, digest, form)).collect::<std::result::Result<Vec<_>, _>>()?;
        let tree = Tree::new(digest, groups).ok_or(EvidenceError::NoData)?;
        Ok((sealed, ids, tree))
    })
    .await?;
    let token = app.engine().time_stamp(cx, digest, tree.root().to_vec()).await?;
    let (this, cx) = (app.clone(), cx.clone());
    blocking(move || {
        for (n, id) in ids.iter().enumerate() {
            sealed.embed(id, form, digest, tree.reduced(n), &token)?;
        }
        keep(&this, &cx, &name, |out| Ok(sealed.write(out)?))
    })
    .await
}

/// What is renewed.
enum Old {
    Record(Box<Record>, Vec<Input>),
    Sealed(Box<dyn Seal>),
}

impl Old {
    fn open(app: &Signing, file: &Input, beside: Vec<Input>) -> Result<Self> {
        let mut source = file.open().map_err(EngineError::from)?;
        if !detect::is_record(&mut source).map_err(EngineError::from)? {
            return Ok(Self::Sealed(open(app, file, beside)?));
        }
        let mut bytes = Vec::new();
        source.take(evidence::MAX_RECORD + 1).read_to_end(&mut bytes).map_err(EngineError::from)?;
        Ok(Self::Record(Box::new(Record::read(&bytes)?), beside))
    }

    /// Every record in it that nothing is over, with what a new time stamp or tree is to be over.
    fn groups(&mut self, tree: Option<DigestAlgorithm>) -> Result<Vec<Due>> {
        let mut all = Vec::new();
        for place in self.places()? {
            let record = self.current(&place)?;
            let (digest, group) = match tree {
                None => record.stamp_digest().map(|(d, own)| (d, vec![own]))?,
                Some(digest) => (digest, record.new_group(digest, &self.objects(&place, &record, digest)?)),
            };
            all.push(Due { place, digest, group });
        }
        Ok(all)
    }

    fn places(&mut self) -> Result<Vec<Place>> {
        let Self::Sealed(file) = self else { return Ok(vec![(String::new(), 0)]) };
        let mut all = Vec::new();
        for id in file.ids() {
            let count = file.records(&id)?.len();
            all.extend((0..count).map(|n| (id.clone(), n)));
        }
        Ok(all)
    }

    fn current(&mut self, (id, n): &Place) -> Result<Record> {
        match self {
            Self::Record(record, _) => Ok((**record).clone()),
            Self::Sealed(file) => Ok(file.records(id)?.into_iter().nth(*n).ok_or(EvidenceError::NoData)?),
        }
    }

    fn objects(&mut self, (id, n): &Place, record: &Record, digest: DigestAlgorithm) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Sealed(file) => Ok(file.regroup(id, *n, digest)?),
            Self::Record(_, beside) => {
                let mut objects = Files(beside.clone());
                let names = objects.names();
                // A tree over other files would never be valid.
                let found = evidence::read_record(record, &names, &mut objects);
                if let Some(o) = found.objects.iter().find(|o| !o.intact) {
                    return Err(EvidenceError::Foreign(o.object.clone()).into());
                }
                let unread = |d: Defect| EvidenceError::Object(d.object);
                let one = |n: &String| record.object_digest(&mut objects, n, digest).map_err(unread);
                Ok(names.iter().map(one).collect::<std::result::Result<_, _>>()?)
            }
        }
    }

    fn replace(&mut self, (id, n): &Place, new: Record) -> Result<()> {
        match self {
            Self::Sealed(file) => Ok(file.replace(id, *n, &new)?),
            Self::Record(record, _) => {
                **record = new;
                Ok(())
            }
        }
    }

    fn write(&mut self, out: &mut dyn Write) -> Result<()> {
        match self {
            Self::Sealed(file) => Ok(file.write(out)?),
            Self::Record(record, _) => {
                io::copy(&mut Cursor::new(record.bytes()), out).map_err(EngineError::from)?;
                Ok(())
            }
        }
    }
}

/// Signature and number of a record in a file.
type Place = (String, usize);

/// A record to be renewed, and what its new time stamp or tree is to be over.
struct Due {
    place: Place,
    digest: DigestAlgorithm,
    group: Vec<Vec<u8>>,
}

/// Renews a record, or all of a file: by a time stamp, or with `tree` by a new hash tree.
pub(crate) async fn renew(
    app: &Signing,
    cx: &Cx,
    file: Input,
    beside: Vec<Input>,
    tree: Option<DigestAlgorithm>,
    told: Progress,
) -> Result<Made> {
    let (this, name) = (app.clone(), file.name.clone());
    let (mut old, groups) = blocking(move || {
        let mut old = Old::open(&this, &file, beside)?;
        let groups = old.groups(tree)?;
        Ok((old, groups))
    })
    .await?;
    if groups.is_empty() {
        return Err(EvidenceError::Malformed("it holds none").into());
    }
    let mut renewals = Vec::new();
    let steps = groups.len() + 1;
    for (n, Due { place, digest, group }) in groups.into_iter().enumerate() {
        told.at(n, steps);
        let all = Tree::new(digest, vec![group]).ok_or(EvidenceError::NoData)?;
        let token = app.engine().time_stamp(cx, digest, all.root().to_vec()).await?;
        renewals.push((place, digest, all.reduced(0), token));
    }
    let (this, cx) = (app.clone(), cx.clone());
    blocking(move || {
        for (place, digest, reduced, token) in renewals {
            // Renewing another record of the file may have moved this one.
            let record = old.current(&place)?;
            let new = if tree.is_some() {
                record.with_tree(digest, reduced, &token)?
            } else {
                record.with_stamp(reduced, &token)?
            };
            old.replace(&place, new)?;
        }
        keep(&this, &cx, &name, |out| old.write(out))
    })
    .await
}
