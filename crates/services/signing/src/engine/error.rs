use std::{borrow::Cow, collections::BTreeMap};

use ades::{
    asic::AsicError, augment::AugmentError, cades::CadesError, gather::GatherError, jades::JadesError, make::MakeError,
    pades::PadesError, pdf::PdfError, xades::XadesError, zip::ZipError,
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
    /// Form and files do not go together.
    #[error("{0}")]
    Form(&'static str),
    /// A file that would have to be held whole is too large for that.
    #[error("{0} is too large to go into the signature")]
    Whole(String),
    /// A file without signatures, where a report of signatures is wanted.
    #[error("nothing is signed in {0}")]
    Unsigned(String),
    /// There is no such signature in the file.
    #[error("there is no signature {0}")]
    NoSignature(String),
    /// A claim that cannot be written.
    #[error("a claim cannot be written: {0}")]
    Claim(String),
    /// A signature file that takes no further signature, or is none.
    #[error("the signature file is refused: {0}")]
    SignatureFile(String),
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
    "signing.form.impossible",
    "signing.file.whole",
    "signing.signature.unknown",
    "signing.file.unsigned",
    "signing.claim.refused",
    "signing.signature-file.refused",
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
    "signing.augment.order",
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
            Self::Form(_) => "signing.form.impossible",
            Self::Whole(_) => "signing.file.whole",
            Self::NoSignature(_) => "signing.signature.unknown",
            Self::Unsigned(_) => "signing.file.unsigned",
            Self::Claim(_) => "signing.claim.refused",
            Self::SignatureFile(_) => "signing.signature-file.refused",
            Self::Xades(XadesError::Document(_) | XadesError::IdTaken(_)) => "signing.xml.refused",
            Self::Pdf(e) => pdf_code(e.code()),
            Self::Container(e) => container_code(e.code()),
            Self::Defect { code, .. } if code.starts_with("pdf.") => pdf_code(code),
            Self::Defect { code, .. } if code.starts_with("xml.") => "signing.xml.refused",
            Self::Defect { code, .. } => container_code(code),
            Self::Augment(AugmentError::AlreadyThere(_)) => "signing.augment.already-there",
            Self::Augment(AugmentError::Order(_)) => "signing.augment.order",
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
            Self::Xades(e) => e.to_string(),
            Self::Form(why) => (*why).to_owned(),
            Self::Claim(why) | Self::SignatureFile(why) => why.clone(),
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
            Self::Xades(XadesError::Document(_) | XadesError::IdTaken(_)) => Status::UNPROCESSABLE_ENTITY,
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
            Self::Empty(name)
            | Self::SameName(name)
            | Self::Name(name)
            | Self::Whole(name)
            | Self::Unsigned(name)
            | Self::NoSignature(name) => {
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

impl From<MakeError> for EngineError {
    fn from(e: MakeError) -> Self {
        match e {
            MakeError::NoFile => Self::NoFile,
            MakeError::SameName(name) => Self::SameName(name),
            MakeError::Form(why) => Self::Form(why),
            MakeError::TooLarge(name) => Self::Whole(name),
            MakeError::Changed => Self::State,
            MakeError::Io(e) => Self::Io(e),
            MakeError::Pades(e) => e.into(),
            MakeError::Asic(AsicError::Single) => Self::Form("an ASiC-S container holds one file"),
            MakeError::Asic(e) => e.into(),
            MakeError::Xades(e) => e.into(),
            MakeError::Cades(e) => e.into(),
            MakeError::Jades(e) => e.into(),
            MakeError::Augment(e) => e.into(),
        }
    }
}

impl From<CadesError> for EngineError {
    fn from(e: CadesError) -> Self {
        match e {
            CadesError::Value => Self::Value,
            CadesError::Io(e) => Self::Io(e),
            CadesError::Unknown(id) => Self::NoSignature(id),
            CadesError::Oid(_) | CadesError::Text(_) | CadesError::Digest => Self::Claim(e.to_string()),
            CadesError::OtherData | CadesError::Closed(_) | CadesError::Pki(_) | CadesError::Algorithm => {
                Self::SignatureFile(e.to_string())
            }
        }
    }
}

impl From<JadesError> for EngineError {
    fn from(e: JadesError) -> Self {
        match e {
            JadesError::Value => Self::Value,
            JadesError::NoData => Self::NoFile,
            JadesError::Certificate(_) => Self::CertificateUnreadable,
            JadesError::Timestamp => Self::TimeStamp(e.to_string()),
            JadesError::Combination(why) => Self::Form(why),
            JadesError::Unknown(id) => Self::NoSignature(id),
            JadesError::TooLarge(_) => Self::Whole(String::new()),
            JadesError::Algorithm | JadesError::Object(_) | JadesError::Document(_) => {
                Self::SignatureFile(e.to_string())
            }
        }
    }
}

impl From<PadesError> for EngineError {
    fn from(e: PadesError) -> Self {
        match e {
            PadesError::WrongSignature => Self::Value,
            PadesError::Claim(why) => Self::Claim(why),
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
            AugmentError::Unknown(id) => Self::NoSignature(id),
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
            XadesError::Unknown(id) => Self::NoSignature(id),
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
