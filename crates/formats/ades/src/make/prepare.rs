use pki::{DigestAlgorithm, Digester};

use super::{Claims, Files, Form, Format, Input, Inside, MakeError, Packaging, Prepared, Signer, prepared::Body};
use crate::{
    asic::{self, Container, Naming, cades::CadesContainer},
    cades,
    detect::{self, Kind, Limits},
    jades::{self, Serialization},
    pades,
    xades::{self, Content, DataObject, Nothing},
    zip::Archive,
};

/// Makes everything of a signature but its value.
///
/// # Errors
/// When the form does not suit the files, a file is broken or cannot be read, or the claims cannot be written in this form.
pub fn prepare(
    files: &[Input],
    form: &Form,
    signer: &Signer,
    claims: &Claims,
    limits: &Limits,
) -> Result<Prepared, MakeError> {
    let first = files.first().ok_or(MakeError::NoFile)?;
    for (n, file) in files.iter().enumerate() {
        if files.iter().take(n).any(|f| f.name.to_lowercase() == file.name.to_lowercase()) {
            return Err(MakeError::SameName(file.name.clone()));
        }
    }
    let mut form = form.clone();
    let body = match form.format {
        Format::Pdf => {
            let [pdf] = files else { return Err(MakeError::Form("one PDF at a time")) };
            plain(&form)?;
            Body::Pdf(Box::new(pades::prepare(&pdf.ranged()?, claims.pades(signer)?, &limits.pdf)?))
        }
        Format::Edoc | Format::Asice | Format::Asics => match files {
            [one] if !form.nest && is_container(one)? => more(one, &mut form, signer, claims, limits)?,
            _ => {
                plain(&form)?;
                container(files, &form, signer, claims)?
            }
        },
        Format::Xades => xml(first, files, &mut form, signer, claims)?,
        Format::Cades => cms(first, files, &mut form, signer, claims)?,
        Format::Jades => json(first, files, &mut form, signer, claims)?,
    };
    Ok(Prepared { form, body })
}

/// Forms that have neither packaging nor counter-signatures.
fn plain(form: &Form) -> Result<(), MakeError> {
    if form.counter.is_some() {
        return Err(MakeError::Form(
            "counter-signatures are made in signed XAdES, CAdES and JAdES files and containers",
        ));
    }
    unpacked(form)
}

fn unpacked(form: &Form) -> Result<(), MakeError> {
    match form.packaging {
        Some(_) => Err(MakeError::Form("packaging is of XAdES, CAdES and JAdES files")),
        None => Ok(()),
    }
}

/// Whether a file is an ASiC container, by its first entry (EN 319 162-1 annex A).
fn is_container(input: &Input) -> Result<bool, MakeError> {
    Ok(asic::is_candidate(&input.head(256)?))
}

/// One more signature in a container, of the kind it has, or a counter-signature.
fn more(input: &Input, form: &mut Form, signer: &Signer, claims: &Claims, limits: &Limits) -> Result<Body, MakeError> {
    unpacked(form)?;
    let archive = Archive::open(input.open()?, &limits.zip).map_err(asic::AsicError::from)?;
    if CadesContainer::is_one(&archive) {
        let mut container = CadesContainer::over(archive)?;
        form.format = if container.is_extended() { Format::Asice } else { Format::Asics };
        form.inside = Inside::Cades;
        let request = claims.cades(signer)?;
        let prepared = Box::new(match &form.counter {
            Some(of) => container.prepare_counter(of, request.clone())?,
            None => container.prepare(request.clone())?,
        });
        return Ok(Body::MoreCades { counter: form.counter.clone(), request: Box::new(request), prepared });
    }
    let mut container = Container::open(input.open()?, &limits.zip)?;
    form.format = match container.naming() {
        Naming::Edoc => Format::Edoc,
        Naming::Asice => Format::Asice,
        Naming::Asics => Format::Asics,
    };
    if let Some(of) = &form.counter {
        let request = claims.xades(signer, &container.free_id()?)?;
        let (entry, prepared) = container.prepare_counter(of, request)?;
        return Ok(Body::MoreXades { entry, counter: true, prepared: Box::new(prepared) });
    }
    let (entry, id) = container.next_signature();
    let request = claims.xades(signer, &id)?;
    let files = container.files(request.digest)?;
    Ok(Body::MoreXades { entry, counter: false, prepared: Box::new(container.prepare(&files, request)?) })
}

/// A new container of all files.
fn container(files: &[Input], form: &Form, signer: &Signer, claims: &Claims) -> Result<Body, MakeError> {
    if form.format == Format::Asics && files.len() > 1 {
        return Err(asic::AsicError::Single.into());
    }
    let naming = match form.format {
        Format::Edoc => Naming::Edoc,
        Format::Asics => Naming::Asics,
        _ => Naming::Asice,
    };
    if form.inside == Inside::Cades {
        if naming == Naming::Edoc {
            return Err(MakeError::Form("EDOC has XAdES signatures"));
        }
        let (request, extended) = (claims.cades(signer)?, form.format == Format::Asice);
        let digest = request.digest;
        let objects = digests(files, digest)?;
        let imprint = asic::cades::imprint(&objects, extended, asic::cades::SignedBy::Signature, digest)?;
        let prepared = Box::new(cades::prepare(&imprint, request)?);
        return Ok(Body::NewCades { extended, digest, imprint, prepared });
    }
    let request = claims.xades(signer, &Naming::signature_id(0))?;
    let objects = digests(files, request.digest)?;
    let prepared = Box::new(xades::prepare(&objects, request)?);
    Ok(Body::NewXades { naming, digests: objects.into_iter().map(|o| o.digest).collect(), prepared })
}

/// Digests files, streaming.
fn digests(files: &[Input], algorithm: DigestAlgorithm) -> Result<Vec<DataObject>, MakeError> {
    let one = |input: &Input| {
        let mut digester = Digester::new(algorithm);
        std::io::copy(&mut input.open()?, &mut digester)?;
        Ok(DataObject { name: input.name.clone(), media_type: input.media_type.clone(), digest: digester.finish() })
    };
    files.iter().map(one).collect()
}

fn only(files: &[Input]) -> Result<&Input, MakeError> {
    match files {
        [one] => Ok(one),
        _ => Err(MakeError::Form("one file goes into a signature; several stand beside it")),
    }
}

/// An XML document: signed inside, around a file, over files beside it, further, or countersigned.
fn xml(first: &Input, files: &[Input], form: &mut Form, signer: &Signer, claims: &Claims) -> Result<Body, MakeError> {
    if let Some(of) = &form.counter {
        let document = first.text()?;
        let request = claims.xades(signer, &free_id(&document))?;
        let prepared = Box::new(xades::prepare_counter(&document, of, request)?);
        return Ok(Body::Xades { further: true, prepared });
    }
    let is_xml = detect::kind(&mut first.open()?)? == Kind::Xml;
    let document = if is_xml && form.packaging.is_none() { Some(first.text()?) } else { None };
    let about = document.as_deref().map(about).unwrap_or_default();
    if let Some(document) = document.filter(|_| !about.is_empty()) {
        form.packaging = Some(Packaging::Detached);
        let beside = Files(files.get(1..).unwrap_or_default().to_vec());
        let named =
            about.iter().map(|name| beside.named(name).ok_or(MakeError::Form("a file that it is about is missing")));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        let request = claims.xades(signer, &free_id(&document))?;
        let objects = digests(&named, request.digest)?;
        let prepared = Box::new(xades::prepare_parallel(&document, &objects, request)?);
        return Ok(Body::Xades { further: true, prepared });
    }
    let usual = match (files.len(), is_xml) {
        (1, true) => Packaging::Enveloped,
        (1, false) => Packaging::Enveloping,
        _ => Packaging::Detached,
    };
    let packaging = *form.packaging.get_or_insert(usual);
    let prepared = match packaging {
        Packaging::Enveloped => {
            let document = only(files)?.text()?;
            let request = claims.xades(signer, &free_id(&document))?;
            xades::prepare_enveloped(document, request)?
        }
        Packaging::Enveloping => {
            let file = only(files)?;
            let content = file.text()?;
            xades::prepare_enveloping(Content::Bytes(&content), &file.media_type, claims.xades(signer, "S1")?)?
        }
        Packaging::Detached => {
            let request = claims.xades(signer, "S1")?;
            xades::prepare(&digests(files, request.digest)?, request)?
        }
        Packaging::Attached => return Err(MakeError::Form("XAdES is enveloped, enveloping or detached")),
    };
    Ok(Body::Xades { further: packaging == Packaging::Enveloped, prepared: Box::new(prepared) })
}

/// An Id that no signature of the document has.
fn free_id(document: &[u8]) -> String {
    let taken = xades::read_document(document, &mut Nothing).signatures;
    let free = (1..).map(|n| format!("S{n}")).find(|id| taken.iter().all(|s| s.id != *id));
    free.unwrap_or_default()
}

/// The files beside a document that its first signature is about.
fn about(document: &[u8]) -> Vec<String> {
    let facts = xades::read_document(document, &mut Nothing);
    let references = facts.signatures.into_iter().next().map(|s| s.references).unwrap_or_default();
    references.into_iter().filter(|r| !r.properties && !r.found).map(|r| r.object).collect()
}

/// A CMS file: new, one more signature, or a counter-signature.
fn cms(first: &Input, files: &[Input], form: &mut Form, signer: &Signer, claims: &Claims) -> Result<Body, MakeError> {
    let mut request = claims.cades(signer)?;
    let further = form.packaging.is_none() && detect::kind(&mut first.open()?)? == Kind::Cms;
    if further || form.counter.is_some() {
        let mut file = cms_file(files)?;
        form.packaging = Some(if file.is_attached() { Packaging::Attached } else { Packaging::Detached });
        let counter = form.counter.clone();
        let prepared = Box::new(match &counter {
            Some(id) => file.prepare_counter(id, request)?,
            None => file.prepare(request)?,
        });
        return Ok(Body::CadesMore { counter, prepared });
    }
    let file = only(files)?;
    let attached = match form.packaging.get_or_insert(Packaging::Attached) {
        Packaging::Attached => true,
        Packaging::Detached => false,
        _ => return Err(MakeError::Form("CAdES is attached or detached")),
    };
    request.media_type = Some(file.media_type.clone());
    let mut digester = Digester::new(request.digest);
    std::io::copy(&mut file.open()?, &mut digester)?;
    Ok(Body::Cades { attached, prepared: Box::new(cades::prepare(&digester.finish(), request)?) })
}

/// The first of the files as a CMS file, about the others.
pub(super) fn cms_file(files: &[Input]) -> Result<cades::File<Box<dyn super::Stream>>, MakeError> {
    let (first, rest) = files.split_first().ok_or(MakeError::NoFile)?;
    Ok(cades::File::open(&first.name, first.open()?, Box::new(Files(rest.to_vec())))?)
}

/// A JWS: new, one more signature, or a counter-signature.
fn json(first: &Input, files: &[Input], form: &mut Form, signer: &Signer, claims: &Claims) -> Result<Body, MakeError> {
    let mut request = claims.jades(signer)?;
    if let Some(id) = form.counter.clone() {
        let prepared = Box::new(jades::prepare_counter(&text(first)?, &id, &request)?);
        return Ok(Body::JadesMore { counter: Some(id), prepared });
    }
    if form.packaging.is_none() && detect::kind(&mut first.open()?)? == Kind::Json && first.size <= super::MAX_TEXT {
        let document = first.text()?;
        if jades::read_document(&document, &mut Nothing).container.is_some() {
            form.serialization = Serialization::General;
            let mut rest = Files(files.get(1..).unwrap_or_default().to_vec());
            let prepared = Box::new(jades::prepare_parallel(&text(first)?, &mut rest, &request)?);
            return Ok(Body::JadesMore { counter: None, prepared });
        }
    }
    let usual = if files.len() == 1 { Packaging::Attached } else { Packaging::Detached };
    request.serialization = form.serialization;
    request.packaging = match form.packaging.get_or_insert(usual) {
        Packaging::Attached => jades::Packaging::Attached,
        Packaging::Detached => jades::Packaging::ByUriHash,
        _ => return Err(MakeError::Form("JAdES is attached or detached")),
    };
    let data = |f: &Input| jades::Data { name: f.name.clone(), media_type: f.media_type.clone() };
    let data: Vec<jades::Data> = files.iter().map(data).collect();
    let mut objects = Files(files.to_vec());
    Ok(Body::Jades(Box::new(jades::prepare(&data, &mut objects, &request)?)))
}

/// A file that is text.
pub(super) fn text(input: &Input) -> Result<String, MakeError> {
    String::from_utf8(input.text()?).map_err(|e| std::io::Error::new(std::io::ErrorKind::InvalidData, e).into())
}
