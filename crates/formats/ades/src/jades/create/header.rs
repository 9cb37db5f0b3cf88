use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{Certificate, DigestAlgorithm};
use token::{
    jose,
    json::{Array, Object},
};

use super::{Data, JadesError, Packaging, Request};
use crate::{
    jades::{BY_URI, BY_URI_HASH},
    xades::{Objects, encode_uri},
};

/// What a protected header is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Data.
    Data,
    /// Another signature.
    Counter,
}

/// The protected header, as JSON.
pub(super) fn protected(
    request: &Request,
    data: &[Data],
    role: Role,
    objects: &mut dyn Objects,
) -> Result<String, JadesError> {
    let certificate = Certificate::from_der(&request.certificate).map_err(JadesError::Certificate)?;
    let key = certificate.public_key().kind();
    let name = jose::name(request.algorithm).filter(|_| jose::fits(request.algorithm, key));
    let mut header = Object::new().text("alg", name.ok_or(JadesError::Algorithm)?);
    if let ([one], Packaging::Attached, Role::Data) = (data, request.packaging, role) {
        header = header.text("cty", short_type(&one.media_type));
    }
    header = match request.digest {
        DigestAlgorithm::Sha256 => header.text("x5t#S256", &jose::encode(&certificate.fingerprint(request.digest))),
        other => header.with("x5t#o", digest(other, &certificate.fingerprint(other))?),
    };
    let chain = std::iter::once(&request.certificate).chain(&request.chain).map(|c| STANDARD.encode(c));
    header = header.with("x5c", Array::texts(chain));
    if !request.encoded && role == Role::Data {
        header = header.with("b64", false);
    }
    header = claims(header.with("iat", request.signing_time.as_second()), request)?;
    let mut critical = Vec::new();
    if !request.encoded && role == Role::Data {
        critical.push("b64");
    }
    if role == Role::Data
        && let Some(sig_d) = sig_d(request, data, objects)?
    {
        header = header.with("sigD", sig_d);
        critical.push("sigD");
    }
    if !critical.is_empty() {
        header = header.with("crit", Array::texts(critical));
    }
    Ok(header.to_string())
}

fn digest(method: DigestAlgorithm, value: &[u8]) -> Result<Object, JadesError> {
    let name = jose::digest_name(method).ok_or(JadesError::Algorithm)?;
    Ok(Object::new().text("digAlg", name).text("digVal", &jose::encode(value)))
}

fn claims(mut header: Object, request: &Request) -> Result<Object, JadesError> {
    if let Some(place) = &request.place {
        let place = Object::new()
            .maybe("addressCountry", place.country.as_ref())
            .maybe("addressLocality", place.city.as_ref())
            .maybe("addressRegion", place.region.as_ref())
            .maybe("postalCode", place.postal_code.as_ref());
        if !place.is_empty() {
            header = header.with("sigPl", place);
        }
    }
    if !request.roles.is_empty() {
        let roles = Object::new()
            .text("mediaType", "text/plain")
            .text("encoding", "binary")
            .with("qVals", Array::texts(&request.roles));
        header = header.with("srAts", Object::new().with("claimed", Array::of([roles])));
    }
    if !request.commitments.is_empty() {
        let one = |id: &String| Object::new().with("commId", Object::new().text("id", id));
        header = header.with("srCms", Array::of(request.commitments.iter().map(one)));
    }
    if !request.content_stamps.is_empty() {
        header = header.with("adoTst", stamps(&request.content_stamps));
    }
    if let Some(policy) = &request.policy {
        let mut object = Object::new().with("id", Object::new().text("id", &policy.id));
        if let Some((method, value)) = &policy.digest {
            let name = jose::digest_name(*method).ok_or(JadesError::Algorithm)?;
            object = object.text("digAlg", name).text("digVal", &jose::encode(value));
        }
        if let Some(uri) = &policy.uri {
            object = object.with("sigPQuals", Array::of([Object::new().text("spURI", uri)]));
        }
        header = header.with("sigPId", object);
    }
    Ok(header)
}

/// A `tstContainer`.
pub(in crate::jades) fn stamps(tokens: &[Vec<u8>]) -> Object {
    let one = |t: &Vec<u8>| Object::new().text("val", &STANDARD.encode(t));
    Object::new().with("tstTokens", Array::of(tokens.iter().map(one)))
}

fn sig_d(request: &Request, data: &[Data], objects: &mut dyn Objects) -> Result<Option<Object>, JadesError> {
    let mechanism = match request.packaging {
        Packaging::Attached | Packaging::Detached => return Ok(None),
        Packaging::ByUri => BY_URI,
        Packaging::ByUriHash => BY_URI_HASH,
    };
    let names = Array::texts(data.iter().map(|d| encode_uri(&d.name)));
    let mut out = Object::new().text("mId", mechanism).with("pars", names);
    if request.packaging == Packaging::ByUriHash {
        let mut digests = Vec::new();
        for d in data {
            let digested = objects.digested(&d.name, request.digest, request.encoded);
            digests.push(jose::encode(&digested.map_err(|e| JadesError::Object(e.object))?.finish()));
        }
        let name = jose::digest_name(request.digest).ok_or(JadesError::Algorithm)?;
        out = out.text("hashM", name).with("hashV", Array::texts(digests));
    }
    Ok(Some(out.with("ctys", Array::texts(data.iter().map(|d| short_type(&d.media_type))))))
}

/// A media type as RFC 7515 section 4.1.10 shortens it.
fn short_type(media_type: &str) -> &str {
    match media_type.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest,
        _ => media_type,
    }
}
