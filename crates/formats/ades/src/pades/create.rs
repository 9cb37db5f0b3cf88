use jiff::Timestamp;
use pki::{Attribute, Certificate, DigestAlgorithm, SignatureAlgorithm, SignedDataTemplate, TimeStampToken, oid};
use serde::{Deserialize, Serialize};

use super::{
    Lock, PadesError, Visible, base64_bytes,
    coverage::certification,
    date,
    dss::add_material,
    place::{Hole, Placed, place},
    widget::Placement,
};
use crate::{
    cades::{SignaturePolicy, attributes},
    facts::Level,
    material::Material,
    pdf::{Bytes, Dict, Document, Joined, Limits, Object},
};

/// What kind of signature is wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Signing certificate, DER.
    #[serde(with = "base64_bytes")]
    pub certificate: Vec<u8>,
    /// Certificates between it and the root, DER.
    pub chain: Vec<Vec<u8>>,
    /// Algorithm of the signature value.
    pub algorithm: SignatureAlgorithm,
    /// Digest of the document and of the time stamp.
    pub digest: DigestAlgorithm,
    /// Claimed time.
    pub signing_time: Timestamp,
    /// Claimed reason.
    pub reason: Option<String>,
    /// Claimed place.
    pub location: Option<String>,
    /// Claimed roles.
    pub roles: Vec<String>,
    /// Commitment types, object identifiers; with one, there is no [`Self::reason`] (EN 319 142-1 clause 5.3).
    pub commitments: Vec<String>,
    /// Signature policy.
    pub policy: Option<SignaturePolicy>,
    /// How to reach the signer, as claimed.
    pub contact: Option<String>,
    /// The field to sign: one that is there and empty, or a new one of this name. `None`: a new one under a free name.
    pub field: Option<String>,
    /// What a reader of the page sees; `None`: nothing.
    pub visible: Option<Visible>,
    /// Form fields closed to later changes. An existing field brings its own.
    pub lock: Option<Lock>,
    /// Certifies the document (DocMDP), which only its first signature can: 1 nothing may change, 2 forms may be filled and signed,
    /// 3 comments may also be made.
    pub certify: Option<u8>,
    /// Bytes kept free for a signature time stamp.
    pub timestamp_room: usize,
}

impl Request {
    /// A request with what is usual for the key of `certificate`.
    pub fn new(certificate: &[u8], signing_time: Timestamp) -> Result<Self, PadesError> {
        let algorithm = SignatureAlgorithm::for_key(Certificate::from_der(certificate)?.public_key())?;
        Ok(Self {
            certificate: certificate.to_vec(),
            chain: Vec::new(),
            algorithm,
            digest: algorithm.companion_digest(),
            signing_time,
            reason: None,
            location: None,
            roles: Vec::new(),
            commitments: Vec::new(),
            policy: None,
            contact: None,
            field: None,
            visible: None,
            lock: None,
            certify: None,
            timestamp_room: 12 * 1024,
        })
    }

    /// Bytes the signature may have: certificates, value, attributes and a time stamp.
    fn room(&self) -> usize {
        let certificates: usize = self.chain.iter().map(Vec::len).sum::<usize>() + self.certificate.len();
        certificates + 2048 + self.timestamp_room
    }

    fn template(&self, message_digest: Vec<u8>) -> Result<SignedDataTemplate, PadesError> {
        Ok(SignedDataTemplate {
            content_type: oid::CMS_DATA,
            content: None,
            message_digest,
            digest: self.digest,
            signature: self.algorithm,
            certificate: Certificate::from_der(&self.certificate)?,
            signing_time: None,
            more_attributes: self.claims()?,
        })
    }

    /// Signed attributes of the signer's own choice (EN 319 122-1 clause 5.2).
    fn claims(&self) -> Result<Vec<Attribute>, PadesError> {
        let refused = |e: crate::cades::CadesError| PadesError::Claim(e.to_string());
        if self.reason.is_some() && !self.commitments.is_empty() {
            return Err(PadesError::Claim("a reason and a commitment".to_owned()));
        }
        let mut claims = Vec::new();
        if !self.roles.is_empty() {
            claims.push(attributes::roles(&self.roles));
        }
        if !self.commitments.is_empty() {
            claims.push(attributes::commitments(&self.commitments).map_err(refused)?);
        }
        claims.extend(self.policy.as_ref().map(attributes::policy).transpose().map_err(refused)?);
        Ok(claims)
    }
}

/// A signature that waits for its value. It holds the new revision, not the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    request: Request,
    placed: Placed,
    #[serde(with = "base64_bytes")]
    message_digest: Vec<u8>,
    #[serde(with = "base64_bytes")]
    to_be_signed: Vec<u8>,
}

/// Makes everything of a signature on `file` but its value.
pub fn prepare<'a>(file: impl Into<Bytes<'a>>, mut request: Request, limits: &Limits) -> Result<Prepared, PadesError> {
    let file = file.into();
    let doc = Document::open(file, limits)?;
    if certification(&doc)? == Some(1) {
        return Err(PadesError::Locked);
    }
    let certificate = Certificate::from_der(&request.certificate)?;
    if !request.algorithm.fits(certificate.public_key().kind()) {
        return Err(PadesError::Pki(pki::Error::UnsupportedKey));
    }
    let mut extra = Dict::new();
    if let Some(name) = certificate.subject().common_name() {
        extra.set("Name", Object::text(name));
    }
    extra.set("M", Object::text(&date::write(request.signing_time)));
    for (key, value) in
        [("Reason", &request.reason), ("Location", &request.location), ("ContactInfo", &request.contact)]
    {
        if let Some(value) = value {
            extra.set(key, Object::text(value));
        }
    }
    // what is shown is in the revision from here on
    let visible = request.visible.take();
    let placement = Placement {
        field: request.field.as_deref(),
        visible: visible.as_ref(),
        lock: request.lock.clone(),
        certify: request.certify,
    };
    let placed = place(&doc, Hole::Signature, extra, request.room(), &placement)?;
    let message_digest = placed.digest(&file, request.digest, &mut |_| ())?;
    let to_be_signed = request.template(message_digest.clone())?.to_be_signed()?;
    Ok(Prepared { request, placed, message_digest, to_be_signed })
}

impl Prepared {
    /// The bytes to sign (the signed attributes).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }
    /// The algorithm to sign them with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.request.algorithm
    }
    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.request.certificate
    }

    /// Takes the signature value (ECDSA in DER) after verifying it.
    pub fn finish(self, value: &[u8]) -> Result<Signed, PadesError> {
        let certificate = Certificate::from_der(&self.request.certificate)?;
        pki::verify(certificate.spki(), self.request.algorithm, &self.to_be_signed, value)
            .map_err(|_| PadesError::WrongSignature)?;
        Ok(Signed { prepared: self, value: value.to_vec(), token: None, material: Material::default() })
    }
}

/// A signature with its value; time stamp and validation material may follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    prepared: Prepared,
    #[serde(with = "base64_bytes")]
    value: Vec<u8>,
    token: Option<Vec<u8>>,
    material: Material,
}

impl Signed {
    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        self.prepared.certificate()
    }

    /// The level reached so far.
    pub fn level(&self) -> Level {
        match (&self.token, self.material.is_empty()) {
            (None, _) => Level::B,
            (Some(_), true) => Level::T,
            (Some(_), false) => Level::LT,
        }
    }

    /// Digest algorithm and digest that a signature time stamp must be over.
    pub fn timestamp_imprint(&self) -> (DigestAlgorithm, Vec<u8>) {
        let digest = self.prepared.request.digest;
        (digest, digest.of(&self.value))
    }

    /// Takes a time stamp token (`ContentInfo`) over [`Self::timestamp_imprint`].
    pub fn with_timestamp(mut self, token: &[u8]) -> Result<Self, PadesError> {
        let (digest, imprint) = self.timestamp_imprint();
        let info = TimeStampToken::from_ber(token)?.info;
        if (info.digest, &info.imprint) != (digest, &imprint) {
            return Err(PadesError::WrongTimestamp);
        }
        self.token = Some(token.to_vec());
        Ok(self)
    }

    /// Takes the material that shows the signature valid at the time of its time stamp.
    #[must_use]
    pub fn with_material(mut self, material: Material) -> Self {
        self.material.merge(material);
        self
    }

    /// What has to be appended to the file the signature was prepared for.
    pub fn increment<'a>(&self, file: impl Into<Bytes<'a>>, limits: &Limits) -> Result<Vec<u8>, PadesError> {
        self.increment_seen(file, limits, &mut |_| ())
    }

    /// As [`Self::increment`]; `seen` is shown the bytes of the file as they go by to be compared, so that who writes them reads them once.
    pub fn increment_seen<'a>(
        &self,
        file: impl Into<Bytes<'a>>,
        limits: &Limits,
        seen: &mut dyn FnMut(&[u8]),
    ) -> Result<Vec<u8>, PadesError> {
        let (p, file) = (&self.prepared, file.into());
        if p.placed.digest(&file, p.request.digest, seen)? != p.message_digest {
            return Err(PadesError::OtherFile);
        }
        let template = p.request.template(p.message_digest.clone())?;
        let chain = p.request.chain.iter().map(|c| Certificate::from_der(c)).collect::<Result<Vec<_>, _>>()?;
        let unsigned: Vec<Attribute> =
            self.token.iter().map(|t| Attribute::new(oid::SIGNATURE_TIME_STAMP, t.clone())).collect();
        let cms = template.assemble(&p.to_be_signed, &self.value, &chain, &[], &[], &unsigned)?;
        let mut placed = p.placed.clone();
        placed.fill(&cms)?;
        let mut bytes = placed.bytes;
        if !self.material.is_empty() {
            let signed = Joined { first: file, rest: &bytes };
            let more = add_material(&signed, &self.material, limits)?;
            bytes.extend(more.unwrap_or_default());
        }
        Ok(bytes)
    }
}

/// A document time stamp that waits for its token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreparedTimestamp {
    placed: Placed,
    digest: DigestAlgorithm,
    #[serde(with = "base64_bytes")]
    imprint: Vec<u8>,
}

/// Makes a document time stamp on `file` (level LTA when the material is there) but its token.
pub fn prepare_timestamp<'a>(
    file: impl Into<Bytes<'a>>,
    digest_algorithm: DigestAlgorithm,
    room: usize,
    limits: &Limits,
) -> Result<PreparedTimestamp, PadesError> {
    let file = file.into();
    let doc = Document::open(file, limits)?;
    let placed = place(&doc, Hole::Timestamp, Dict::new(), room, &Placement::default())?;
    let imprint = placed.digest(&file, digest_algorithm, &mut |_| ())?;
    Ok(PreparedTimestamp { placed, digest: digest_algorithm, imprint })
}

impl PreparedTimestamp {
    /// Digest algorithm and digest that the token must be over.
    pub fn imprint(&self) -> (DigestAlgorithm, &[u8]) {
        (self.digest, &self.imprint)
    }
    /// What has to be appended to the file.
    pub fn finish(mut self, token: &[u8]) -> Result<Vec<u8>, PadesError> {
        let info = TimeStampToken::from_ber(token)?.info;
        if (info.digest, &info.imprint) != (self.digest, &self.imprint) {
            return Err(PadesError::WrongTimestamp);
        }
        self.placed.fill(token)?;
        Ok(self.placed.bytes)
    }
}
