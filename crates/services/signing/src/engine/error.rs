use std::{borrow::Cow, collections::BTreeMap};

use ades::{
    asic::AsicError, augment::AugmentError, gather::GatherError, pades::PadesError, pdf::PdfError, xades::XadesError,
    zip::ZipError,
};
use contract::Refusal;
use web::{Refuses, Status};

/// Why something could not be signed or judged.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No files.
    #[error("there is no file")]
    NoFile,
    /// An empty file.
    #[error("the file {0} is empty")]
    Empty(String),
    /// Two files of one name cannot stand in one container.
    #[error("two files are named {0}")]
    SameName(String),
    /// A name that a container cannot hold.
    #[error("a file in a container cannot be named {0}")]
    Name(String),
    /// The format does not suit these files.
    #[error("these files cannot be signed as {0}")]
    Format(&'static str),
    /// A PDF that is encrypted, broken, certified, or a bomb.
    #[error(transparent)]
    Pdf(PadesError),
    /// A container that is broken or hostile.
    #[error(transparent)]
    Container(AsicError),
    /// A defect of a file that makes it impossible to judge.
    #[error("{code}: {object}")]
    Defect {
        /// Code of the reader.
        code: &'static str,
        /// What it is about.
        object: String,
    },
    /// A XAdES signature could not be made.
    #[error(transparent)]
    Xades(XadesError),
    /// A signature could not be raised to a higher level.
    #[error(transparent)]
    Augment(AugmentError),
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    CertificateUnreadable,
    /// The certificate is not for signatures.
    #[error("the certificate is not for signatures")]
    CertificatePurpose,
    /// The certificate is of no authority we know.
    #[error("the certificate is not issued by the national PKI")]
    CertificateIssuer,
    /// Not yet or no longer valid.
    #[error("the certificate is not valid now")]
    CertificateExpired,
    /// Revoked, suspended or not yet activated.
    #[error("the certificate is revoked or suspended")]
    CertificateRevoked,
    /// The certificate is of another person than the one signed in.
    #[error("the certificate is of another person")]
    CertificateOther,
    /// The signature value does not verify.
    #[error("the signature does not verify")]
    Value,
    /// The time-stamping authority refused or answered wrongly.
    #[error("no time stamp: {0}")]
    TimeStamp(String),
    /// Validation material could not be gathered.
    #[error("validation material is incomplete: {0}")]
    Material(String),
    /// The signer refused: cancelled, wrong PIN, blocked.
    #[error("the signer refused: {0}")]
    Hand(String),
    /// The trust core could not be asked.
    #[error(transparent)]
    Peer(#[from] Refusal),
    /// Kept state that cannot be read.
    #[error("kept state cannot be read")]
    State,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(std::io::Error),
}

/// Every code of [`EngineError`].
pub(crate) const CODES: &[&str] = &[
    "signing.file.none",
    "signing.file.empty",
    "signing.file.same-name",
    "signing.file.name",
    "signing.format.impossible",
    "signing.pdf.encrypted",
    "signing.pdf.locked",
    "signing.pdf.bomb",
    "signing.pdf.broken",
    "signing.container.bomb",
    "signing.container.duplicate",
    "signing.container.encrypted",
    "signing.container.unsupported",
    "signing.container.broken",
    "signing.xml.refused",
    "signing.certificate.unreadable",
    "signing.certificate.purpose",
    "signing.certificate.issuer",
    "signing.certificate.expired",
    "signing.certificate.revoked",
    "signing.certificate.other-person",
    "signing.value.wrong",
    "signing.time-stamp.missing",
    "signing.material.incomplete",
    "signing.hand.refused",
    "signing.augment.impossible",
    "signing.augment.already-there",
    "signing.internal",
];

fn pdf_code(code: &str) -> &'static str {
    match code {
        "pdf.encrypted" => "signing.pdf.encrypted",
        "pades.locked" => "signing.pdf.locked",
        "pdf.bomb"
        | "pdf.too-deep"
        | "pdf.too-much-work"
        | "pdf.object-too-large"
        | "pdf.too-many-objects"
        | "pdf.too-many-revisions"
        | "pdf.too-many-signatures" => "signing.pdf.bomb",
        "pades.wrong-signature" => "signing.value.wrong",
        "pades.wrong-timestamp" => "signing.time-stamp.missing",
        "pades.no-room" | "pades.other-file" | "pades.not-signed" => "signing.internal",
        _ => "signing.pdf.broken",
    }
}

fn container_code(code: &str) -> &'static str {
    match code {
        "zip.limit" => "signing.container.bomb",
        "zip.duplicate-entry" => "signing.container.duplicate",
        "zip.encrypted" => "signing.container.encrypted",
        "zip.io" => "signing.internal",
        "asic.not-asic" | "zip.method" | "zip.multi-part" => "signing.container.unsupported",
        "asic.name" | "zip.entry-name" => "signing.file.name",
        _ => "signing.container.broken",
    }
}

impl EngineError {
    /// Stable code.
    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoFile => "signing.file.none",
            Self::Empty(_) => "signing.file.empty",
            Self::SameName(_) => "signing.file.same-name",
            Self::Name(_) => "signing.file.name",
            Self::Format(_) => "signing.format.impossible",
            Self::Pdf(e) => pdf_code(e.code()),
            Self::Container(e) => container_code(e.code()),
            Self::Defect { code, .. } if code.starts_with("pdf.") => pdf_code(code),
            Self::Defect { code, .. } if code.starts_with("xml.") => "signing.xml.refused",
            Self::Defect { code, .. } => container_code(code),
            Self::Augment(AugmentError::AlreadyThere(_)) => "signing.augment.already-there",
            Self::Augment(_) => "signing.augment.impossible",
            Self::CertificateUnreadable => "signing.certificate.unreadable",
            Self::CertificatePurpose => "signing.certificate.purpose",
            Self::CertificateIssuer => "signing.certificate.issuer",
            Self::CertificateExpired => "signing.certificate.expired",
            Self::CertificateRevoked => "signing.certificate.revoked",
            Self::CertificateOther => "signing.certificate.other-person",
            Self::Value => "signing.value.wrong",
            Self::TimeStamp(_) => "signing.time-stamp.missing",
            Self::Material(_) => "signing.material.incomplete",
            Self::Hand(_) => "signing.hand.refused",
            Self::Peer(r) => return Cow::Owned(r.code.clone()),
            Self::Xades(_) | Self::State | Self::Io(_) => "signing.internal",
        })
    }

    /// Whether the same may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Peer(r) => r.transient,
            Self::TimeStamp(_) | Self::Material(_) | Self::Io(_) => true,
            _ => false,
        }
    }

    /// The code of the reader behind it, for those who look closer.
    fn detail(&self) -> String {
        match self {
            Self::Pdf(e) => e.to_string(),
            Self::Container(e) => e.to_string(),
            Self::Augment(e) => e.to_string(),
            Self::Defect { code, object } => format!("{code} ({object})"),
            Self::TimeStamp(why) | Self::Material(why) | Self::Hand(why) => why.clone(),
            _ => String::new(),
        }
    }
}

impl Refuses for EngineError {
    fn code(&self) -> Cow<'static, str> {
        EngineError::code(self)
    }
    fn status(&self) -> Status {
        match self {
            Self::Peer(r) => r.status(),
            Self::TimeStamp(_) | Self::Material(_) => Status::SERVICE_UNAVAILABLE,
            Self::Xades(_) | Self::State | Self::Io(_) => {
                tracing::error!(error = %self, "signing");
                Status::INTERNAL_SERVER_ERROR
            }
            _ => Status::UNPROCESSABLE_ENTITY,
        }
    }
    fn args(&self) -> BTreeMap<String, String> {
        let mut args = match self {
            Self::Peer(r) => r.args.clone(),
            _ => BTreeMap::new(),
        };
        match self {
            Self::Empty(name) | Self::SameName(name) | Self::Name(name) => {
                args.insert("name".into(), name.clone());
            }
            Self::Format(format) => {
                args.insert("format".into(), (*format).to_owned());
            }
            _ => {}
        }
        args.insert("detail".into(), self.detail());
        args
    }
}

impl From<PadesError> for EngineError {
    fn from(e: PadesError) -> Self {
        match e {
            PadesError::WrongSignature => Self::Value,
            PadesError::WrongTimestamp => Self::TimeStamp("the time stamp is over something else".into()),
            other => Self::Pdf(other),
        }
    }
}

impl From<PdfError> for EngineError {
    fn from(e: PdfError) -> Self {
        Self::Pdf(PadesError::Pdf(e))
    }
}

impl From<AsicError> for EngineError {
    fn from(e: AsicError) -> Self {
        match e {
            AsicError::Name(name) => Self::Name(name),
            AsicError::Zip(ZipError::Io(e)) => Self::Io(e),
            other => Self::Container(other),
        }
    }
}

impl From<AugmentError> for EngineError {
    fn from(e: AugmentError) -> Self {
        match e {
            AugmentError::Io(e) => Self::Io(e),
            AugmentError::Timestamp(why) => Self::TimeStamp(why),
            AugmentError::Order(_) | AugmentError::Unknown(_) => Self::State,
            other => Self::Augment(other),
        }
    }
}

impl From<XadesError> for EngineError {
    fn from(e: XadesError) -> Self {
        match e {
            XadesError::Value => Self::Value,
            XadesError::Timestamp(why) => Self::TimeStamp(why),
            XadesError::Certificate(_) => Self::CertificateUnreadable,
            other => Self::Xades(other),
        }
    }
}

impl From<GatherError> for EngineError {
    fn from(e: GatherError) -> Self {
        match e {
            GatherError::Revoked { .. } => Self::CertificateRevoked,
            other => Self::Material(other.to_string()),
        }
    }
}

impl From<std::io::Error> for EngineError {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}
