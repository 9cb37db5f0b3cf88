use pki::{Certificate, DigestAlgorithm, Digester, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use token::{
    jose,
    json::{Object, Value},
};

use super::{
    Data, JadesError, Packaging, Request, Serialization,
    header::{Role, protected},
};
use crate::{
    jades::{header::Header, payload::Mechanism, read::Bounded, splice},
    xades::{Nothing, Objects, decode_uri},
};

/// Largest payload held in memory.
const MAX_PAYLOAD: usize = 64 << 20;

/// A signature that waits for its value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    algorithm: SignatureAlgorithm,
    certificate: Vec<u8>,
    serialization: Serialization,
    protected: String,
    /// The payload in the file, as written there: it stands behind `protected.` in the signing input.
    payload: Option<String>,
    /// What stands there when there is no payload in the file.
    #[serde(with = "crate::pades::base64_bytes")]
    signed: Vec<u8>,
}

/// Makes everything of a signature over `data` but its value.
///
/// # Errors
/// When there is nothing to sign, a file cannot be read, or what is wanted does not go together.
pub fn prepare(data: &[Data], objects: &mut dyn Objects, request: &Request) -> Result<Prepared, JadesError> {
    if data.is_empty() {
        return Err(JadesError::NoData);
    }
    let one = matches!(request.packaging, Packaging::Attached | Packaging::Detached);
    if one && data.len() > 1 {
        return Err(JadesError::Combination("several files are signed by reference only"));
    }
    let header = protected(request, data, Role::Data, objects)?;
    let mut signed = Bounded { bytes: Vec::new(), limit: MAX_PAYLOAD };
    if request.packaging != Packaging::ByUriHash {
        for d in data {
            let copied = objects.write_to(&d.name, request.encoded, &mut signed);
            copied.map_err(|e| {
                if signed.is_full() { JadesError::TooLarge(MAX_PAYLOAD) } else { JadesError::Object(e.object) }
            })?;
        }
    }
    Ok(match request.packaging {
        Packaging::Attached => Prepared::new(request, &header, Some(carried(signed.bytes, request)?), Vec::new()),
        _ => Prepared::new(request, &header, None, signed.bytes),
    })
}

/// The payload as it stands in the file.
fn carried(signed: Vec<u8>, request: &Request) -> Result<String, JadesError> {
    let text = String::from_utf8(signed)
        .map_err(|_| JadesError::Combination("an unencoded payload in the file has to be UTF-8 text"))?;
    let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'.';
    if text.is_empty() {
        return Err(JadesError::NoData);
    }
    if !request.encoded && request.serialization == Serialization::Compact && !text.bytes().all(plain) {
        return Err(JadesError::Combination(
            "the compact form takes an unencoded payload of plain ASCII without a full stop only",
        ));
    }
    Ok(text)
}

/// Makes a signature beside those of `file`, over the same data; serialisation, packaging and encoding of the request are those of the file.
///
/// # Errors
/// As [`prepare`], and when `file` is no JWS.
pub fn prepare_parallel(file: &str, objects: &mut dyn Objects, request: &Request) -> Result<Prepared, JadesError> {
    let jws = splice::parse(file)?;
    let first = jws.signatures.first().ok_or(JadesError::NoData)?;
    let header = read_header(&first.protected)?;
    let mut request = request.clone();
    request.encoded = header.encoded;
    request.serialization = Serialization::General;
    request.packaging = match (&header.sig_d, &jws.payload) {
        (None, Some(_)) => Packaging::Attached,
        (None, None) => Packaging::Detached,
        (Some(d), None) if d.mechanism == Mechanism::ByUri => Packaging::ByUri,
        (Some(d), None) if d.mechanism == Mechanism::ByUriHash => Packaging::ByUriHash,
        _ => return Err(JadesError::Combination("signatures of this kind get no other beside them")),
    };
    let types = header.value.get("sigD").and_then(|d| d.get("ctys")).and_then(Value::as_strings).unwrap_or_default();
    let alone = header.value.get("cty").and_then(Value::as_str).unwrap_or("application/octet-stream");
    let names = match &header.sig_d {
        Some(d) => d.names.iter().map(|n| decode_uri(n).unwrap_or_else(|| n.clone())).collect(),
        None => vec![objects.only().unwrap_or_default()],
    };
    let named = |(at, name): (usize, String)| Data { name, media_type: types.get(at).unwrap_or(&alone).to_string() };
    let data: Vec<Data> = names.into_iter().enumerate().map(named).collect();
    match &jws.payload {
        Some(payload) => {
            let header = protected(&request, &data, Role::Data, objects)?;
            Ok(Prepared::new(&request, &header, Some(payload.clone()), Vec::new()))
        }
        None => prepare(&data, objects, &request),
    }
}

/// Makes a signature over the signature `id` of `file` (`cSig`, clause 5.3.2).
///
/// # Errors
/// When `file` is no JWS or has no such signature.
pub fn prepare_counter(file: &str, id: &str, request: &Request) -> Result<Prepared, JadesError> {
    let jws = splice::parse(file)?;
    let value = jws.signatures.get(splice::place(&jws, id)?).map(|s| s.signature.clone()).unwrap_or_default();
    let mut request = request.clone();
    request.encoded = true;
    request.serialization = Serialization::Flattened;
    let header = protected(&request, &[], Role::Counter, &mut Nothing)?;
    Ok(Prepared::new(&request, &header, None, value.into_bytes()))
}

/// What a content time stamp must be over (`adoTst`, clause 5.2.6).
///
/// # Errors
/// When a file cannot be read.
pub fn content_imprint(
    data: &[Data],
    objects: &mut dyn Objects,
    encoded: bool,
    method: DigestAlgorithm,
) -> Result<Vec<u8>, JadesError> {
    let mut digester = Digester::new(method);
    for d in data {
        objects.feed(&d.name, encoded, &mut digester).map_err(|e| JadesError::Object(e.object))?;
    }
    Ok(digester.finish())
}

fn read_header(protected: &str) -> Result<Header, JadesError> {
    let mut facts = crate::facts::SignatureFacts::unread("", crate::facts::Format::JAdES);
    Header::read(protected, &mut facts)
        .filter(|_| !facts.defects.iter().any(|d| d.fatal))
        .ok_or_else(|| JadesError::Document("its protected header".to_owned()))
}

impl Prepared {
    fn new(request: &Request, header: &str, payload: Option<String>, signed: Vec<u8>) -> Self {
        Self {
            algorithm: request.algorithm,
            certificate: request.certificate.clone(),
            serialization: request.serialization,
            protected: jose::encode(header.as_bytes()),
            payload,
            signed,
        }
    }

    fn parts(&self) -> [&[u8]; 3] {
        [self.protected.as_bytes(), b".", self.payload.as_deref().map_or(&self.signed, str::as_bytes)]
    }
    /// The bytes that the signature value is over: the JWS signing input.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.parts().concat()
    }
    /// Their digest, for signers that take one; Ed25519 takes the bytes.
    pub fn digest(&self) -> Vec<u8> {
        let mut digester = Digester::new(self.algorithm.companion_digest());
        self.parts().iter().for_each(|part| digester.update(part));
        digester.finish()
    }
    /// Algorithm of the value that is wanted.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The value as JOSE writes it, after it was verified.
    fn value(&self, value: &[u8]) -> Result<String, JadesError> {
        let certificate = Certificate::from_der(&self.certificate).map_err(JadesError::Certificate)?;
        let verified = match self.algorithm.digest() {
            Some(_) => pki::verify_digest(certificate.spki(), self.algorithm, &self.digest(), value),
            None => pki::verify(certificate.spki(), self.algorithm, &self.to_be_signed(), value),
        };
        verified.map_err(|_| JadesError::Value)?;
        let value = jose::to_value(self.algorithm, certificate.public_key().kind(), value);
        value.map(|v| jose::encode(&v)).ok_or(JadesError::Value)
    }

    /// Takes the signature value in the encoding of X.509 (ECDSA: DER), checks it, and gives the signature file at level B.
    ///
    /// # Errors
    /// When the value does not verify with the certificate.
    pub fn finish(self, value: &[u8]) -> Result<String, JadesError> {
        let value = self.value(value)?;
        let protected = &self.protected;
        let payload = self.payload.unwrap_or_default();
        let signature = || Object::new().text("protected", protected).text("signature", &value);
        let outer = || if payload.is_empty() { Object::new() } else { Object::new().text("payload", &payload) };
        Ok(match self.serialization {
            Serialization::Compact => format!("{protected}.{payload}.{value}"),
            Serialization::Flattened => outer().text("protected", protected).text("signature", &value).to_string(),
            Serialization::General => outer().with("signatures", token::json::Array::of([signature()])).to_string(),
        })
    }

    /// Like [`Self::finish`], for a signature of [`prepare_parallel`]: gives `file` with one more signature.
    ///
    /// # Errors
    /// When the value does not verify, or `file` is another one than was prepared for.
    pub fn finish_parallel(self, file: &str, value: &[u8]) -> Result<String, JadesError> {
        let value = self.value(value)?;
        let jws = splice::parse(file)?;
        if jws.payload != self.payload {
            return Err(JadesError::Document("its payload is another than was signed".to_owned()));
        }
        let entry = Object::new().text("protected", &self.protected).text("signature", &value);
        Ok(splice::add_signature(&jws, &entry.to_string()))
    }

    /// Like [`Self::finish`], for a signature of [`prepare_counter`]: gives `file` with the counter-signature in it.
    ///
    /// # Errors
    /// When the value does not verify, or `file` is another one than was prepared for.
    pub fn finish_counter(self, file: &str, id: &str, value: &[u8]) -> Result<String, JadesError> {
        let value = self.value(value)?;
        let jws = splice::parse(file)?;
        let at = splice::place(&jws, id)?;
        if jws.signatures.get(at).is_none_or(|s| s.signature.as_bytes() != self.signed) {
            return Err(JadesError::Document("its signature is another than was counter-signed".to_owned()));
        }
        let counter = Object::new().text("protected", &self.protected).text("signature", &value);
        splice::add_component(file, id, "cSig", &counter.to_string())
    }
}
