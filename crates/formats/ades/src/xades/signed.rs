use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use serde::{Deserialize, Serialize};
use xml::{Document, Limits, Tag, dsig::Signature};

use super::{
    Objects, Prepared, XADES, XADES141, XadesError,
    prepare::{C14N, Parts},
    read::archive_imprint,
};
use crate::{facts::Level, material::Material};

/// A signature with its value; time stamp and validation material may follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    prepared: Prepared,
    value: String,
    timestamps: Vec<Vec<u8>>,
    material: Option<Material>,
    #[serde(default)]
    archives: Vec<Vec<u8>>,
}

impl Signed {
    pub(super) fn new(prepared: Prepared, value: &[u8]) -> Result<Self, XadesError> {
        Ok(Self {
            prepared,
            value: STANDARD.encode(value),
            timestamps: Vec::new(),
            material: None,
            archives: Vec::new(),
        })
    }

    /// Signing certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        self.prepared.certificate()
    }

    /// The level reached so far.
    pub fn level(&self) -> Level {
        match (self.timestamps.is_empty(), &self.material) {
            (true, _) => Level::B,
            (false, None) => Level::T,
            (false, Some(_)) if self.archives.is_empty() => Level::LT,
            (false, Some(_)) => Level::LTA,
        }
    }

    /// Digest algorithm and digest that a signature time stamp must be over.
    ///
    /// # Errors
    /// When the state was tampered with.
    pub fn timestamp_imprint(&self) -> Result<(DigestAlgorithm, Vec<u8>), XadesError> {
        let text = self.xml();
        let doc = Document::parse(&text, &Limits::default())?;
        let node = doc.by_id(&self.prepared.request.id).ok_or(XadesError::Order("the signature is missing"))?;
        let signature = Signature::read(node).map_err(|e| XadesError::State(e.to_string()))?;
        let bytes = signature.value_bytes(&C14N).map_err(|e| XadesError::State(e.to_string()))?;
        let method = self.prepared.request.digest;
        Ok((method, method.of(&bytes)))
    }

    /// Takes a time stamp token (`ContentInfo`) over [`Self::timestamp_imprint`].
    ///
    /// # Errors
    /// When the token is not one, or is over something else.
    pub fn with_timestamp(mut self, token: &[u8]) -> Result<Self, XadesError> {
        if self.material.is_some() {
            return Err(XadesError::Order("a signature time stamp comes before the validation material"));
        }
        let (method, imprint) = self.timestamp_imprint()?;
        let parsed = pki::TimeStampToken::from_ber(token).map_err(|e| XadesError::Timestamp(e.to_string()))?;
        if parsed.info.digest != method || parsed.info.imprint != imprint {
            return Err(XadesError::Timestamp("its message imprint is another".to_owned()));
        }
        self.timestamps.push(token.to_vec());
        Ok(self)
    }

    /// Takes the material that shows the signature valid at the time of its time stamp.
    ///
    /// # Errors
    /// Without a time stamp.
    pub fn with_material(mut self, material: Material) -> Result<Self, XadesError> {
        if self.timestamps.is_empty() {
            return Err(XadesError::Order("validation material follows a time stamp"));
        }
        if !self.archives.is_empty() {
            return Err(XadesError::Order("validation material comes before an archive time stamp"));
        }
        self.material.get_or_insert_default().merge(material);
        Ok(self)
    }

    /// Digest algorithm and digest that an archive time stamp must be over: the files (`objects`), the signature and all material.
    ///
    /// # Errors
    /// Without material, or when a file cannot be read.
    pub fn archive_imprint(&self, objects: &mut dyn Objects) -> Result<(DigestAlgorithm, Vec<u8>), XadesError> {
        if self.material.is_none() {
            return Err(XadesError::Order("an archive time stamp follows the validation material"));
        }
        let text = self.xml();
        let doc = Document::parse(&text, &Limits::default())?;
        let node = doc.by_id(&self.prepared.request.id).ok_or(XadesError::Order("the signature is missing"))?;
        let signature = Signature::read(node).map_err(|e| XadesError::State(e.to_string()))?;
        let properties = node.descendants().find(|n| n.is(XADES, "UnsignedSignatureProperties"));
        let method = self.prepared.request.digest;
        let imprint = properties.and_then(|p| archive_imprint(&signature, p, &C14N, method, objects));
        Ok((method, imprint.ok_or_else(|| XadesError::State("a signed file cannot be read again".to_owned()))?))
    }

    /// Takes a time stamp token over [`Self::archive_imprint`] of the same files.
    ///
    /// # Errors
    /// When the token is over something else, or a file cannot be read.
    pub fn with_archive(mut self, token: &[u8], objects: &mut dyn Objects) -> Result<Self, XadesError> {
        let expected = self.archive_imprint(objects)?;
        let parsed = pki::TimeStampToken::from_ber(token).map_err(|e| XadesError::Timestamp(e.to_string()))?;
        if (parsed.info.digest, parsed.info.imprint) != expected {
            return Err(XadesError::Timestamp("its message imprint is another".to_owned()));
        }
        self.archives.push(token.to_vec());
        Ok(self)
    }

    /// The signature file.
    pub fn xml(&self) -> String {
        let p = &self.prepared;
        Parts {
            id: &p.request.id,
            info: &p.signed_info,
            value: &self.value,
            key_info: &p.key_info,
            properties: &p.signed_properties,
            unsigned: &self.unsigned(),
        }
        .assemble()
    }

    fn unsigned(&self) -> String {
        if self.timestamps.is_empty() {
            return String::new();
        }
        let id = &self.prepared.request.id;
        let stamps = self.timestamps.iter().enumerate().map(|(i, token)| {
            Tag::new("xades:SignatureTimeStamp")
                .with("Id", format!("{id}-ts-{i}"))
                .child(Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri()))
                .child(Tag::new("xades:EncapsulatedTimeStamp").text(STANDARD.encode(token)))
        });
        let mut properties = Tag::new("xades:UnsignedSignatureProperties").children(stamps);
        if let Some(material) = &self.material {
            properties = properties.children(self.material_tags(material));
        }
        let archives = self.archives.iter().enumerate().map(|(i, token)| {
            Tag::new("xades141:ArchiveTimeStamp")
                .with("xmlns:xades141", XADES141)
                .with("Id", format!("{id}-archive-{i}"))
                .child(Tag::new("ds:CanonicalizationMethod").with("Algorithm", C14N.uri()))
                .child(Tag::new("xades:EncapsulatedTimeStamp").text(STANDARD.encode(token)))
        });
        properties = properties.children(archives);
        Tag::new("xades:UnsignedProperties").child(properties).to_string()
    }

    fn material_tags(&self, material: &Material) -> Vec<Tag> {
        let request = &self.prepared.request;
        let known = |c: &&Vec<u8>| **c != request.certificate && !request.chain.contains(c);
        let list = |name: &'static str, all: &[Vec<u8>]| -> Vec<Tag> {
            all.iter().map(|der| Tag::new(name).text(STANDARD.encode(der))).collect()
        };
        let certificates: Vec<Vec<u8>> = material.certificates.iter().filter(known).cloned().collect();
        let mut tags = Vec::new();
        if !certificates.is_empty() {
            let tag =
                Tag::new("xades:CertificateValues").children(list("xades:EncapsulatedX509Certificate", &certificates));
            tags.push(tag);
        }
        let mut revocation = Tag::new("xades:RevocationValues");
        if !material.crls.is_empty() {
            let values = list("xades:EncapsulatedCRLValue", &material.crls);
            revocation = revocation.child(Tag::new("xades:CRLValues").children(values));
        }
        if !material.ocsps.is_empty() {
            let values = list("xades:EncapsulatedOCSPValue", &material.ocsps);
            revocation = revocation.child(Tag::new("xades:OCSPValues").children(values));
        }
        if !(material.crls.is_empty() && material.ocsps.is_empty()) {
            tags.push(revocation);
        }
        tags
    }
}
