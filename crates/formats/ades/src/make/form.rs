use serde::{Deserialize, Serialize};

use crate::{
    asic::{ASIC_E, ASIC_S},
    jades::Serialization,
};

/// What a signed file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The PDF itself, with a PAdES signature.
    Pdf,
    /// An EDOC 2.0 container.
    Edoc,
    /// An ASiC-E container.
    Asice,
    /// An ASiC-S container: one file.
    Asics,
    /// XML with XAdES.
    Xades,
    /// CMS with CAdES.
    Cades,
    /// JSON with JAdES.
    Jades,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Pdf, Self::Edoc, Self::Asice, Self::Asics, Self::Xades, Self::Cades, Self::Jades];

    /// Its name in options and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Edoc => "edoc",
            Self::Asice => "asice",
            Self::Asics => "asics",
            Self::Xades => "xades",
            Self::Cades => "cades",
            Self::Jades => "jades",
        }
    }
    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }
    /// Whether it is a container of files.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Edoc | Self::Asice | Self::Asics)
    }
}

/// Where the data of a signature are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packaging {
    /// XAdES: the signature stands in the XML document that it is over.
    Enveloped,
    /// XAdES: the file stands in the signature.
    Enveloping,
    /// CAdES, JAdES: the file stands in the signature.
    Attached,
    /// The files stand beside the signature.
    Detached,
}

impl Packaging {
    /// The packaging of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "enveloped" => Some(Self::Enveloped),
            "enveloping" => Some(Self::Enveloping),
            "attached" => Some(Self::Attached),
            "detached" => Some(Self::Detached),
            _ => None,
        }
    }
}

/// Signatures of a new ASiC container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Inside {
    /// XAdES.
    #[default]
    Xades,
    /// CAdES.
    Cades,
}

/// In what form a signature is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What the signed file is.
    pub format: Format,
    /// Where the data are; without it the files tell: a signed file gets one more signature, one file goes into its signature, several stand
    /// beside it.
    pub packaging: Option<Packaging>,
    /// Signatures of a new ASiC container.
    pub inside: Inside,
    /// How a JWS is written.
    pub serialization: Serialization,
    /// The signature of the first file that is counter-signed, by its id.
    pub counter: Option<String>,
    /// A container goes into a new one instead of getting one more signature.
    pub nest: bool,
}

impl Form {
    /// What is usual for a format.
    pub fn new(format: Format) -> Self {
        let (inside, serialization) = (Inside::default(), Serialization::Flattened);
        Self { format, packaging: None, inside, serialization, counter: None, nest: false }
    }

    /// Media type of the signed file.
    pub fn media_type(&self) -> &'static str {
        match self.format {
            Format::Pdf => "application/pdf",
            Format::Edoc | Format::Asice => ASIC_E,
            Format::Asics => ASIC_S,
            Format::Xades => "application/xml",
            Format::Cades if self.packaging == Some(Packaging::Detached) => "application/pkcs7-signature",
            Format::Cades => "application/pkcs7-mime",
            Format::Jades if self.serialization == Serialization::Compact => "application/jose",
            Format::Jades => "application/jose+json",
        }
    }
}
