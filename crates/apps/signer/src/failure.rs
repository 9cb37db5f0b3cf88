use std::{fmt, path::Path};

/// Why a command did not do what was asked: a code with a text in both languages, and details.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    /// The object and the particulars, as the part that failed tells them.
    pub(crate) detail: String,
    /// Values for the text.
    pub(crate) args: Vec<(&'static str, String)>,
    pub(crate) exit: u8,
}

impl Failure {
    pub(crate) fn of(code: &'static str, detail: impl fmt::Display) -> Self {
        Self { code, detail: detail.to_string(), args: Vec::new(), exit: 1 }
    }
    /// Wrong use of the command line.
    pub(crate) fn usage(code: &'static str, detail: impl fmt::Display) -> Self {
        Self { exit: 2, ..Self::of(code, detail) }
    }
    pub(crate) fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |e| Self::of("file.read", format!("{}: {e}", path.display()))
    }
    pub(crate) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |e| Self::of("file.write", format!("{}: {e}", path.display()))
    }
    pub(crate) fn exit(self, exit: u8) -> Self {
        Self { exit, ..self }
    }
}

macro_rules! from_coded {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(e: $error) -> Self {
                Self::of(e.code(), e)
            }
        }
    )+};
}

from_coded!(
    ades::asic::AsicError,
    ades::augment::AugmentError,
    ades::cades::CadesError,
    ades::evidence::EvidenceError,
    ades::gather::GatherError,
    ades::jades::JadesError,
    ades::lists::ListError,
    ades::pades::PadesError,
    ades::pdf::PdfError,
    ades::replay::ReplayError,
    ades::xades::XadesError,
    ades::zip::ZipError,
    keys::KeyError,
    net::NetError,
    pki::Error,
    xml::C14nError,
    xml::ParseError,
);

impl From<::card::CardError> for Failure {
    fn from(e: ::card::CardError) -> Self {
        use ::card::CardError::{Blocked, PinFormat, WrongPin};
        let args = match &e {
            WrongPin { pin, tries } => vec![("pin", pin.name().to_owned()), ("tries", tries.to_string())],
            Blocked { pin } => vec![("pin", pin.name().to_owned())],
            PinFormat { pin, min } => vec![("pin", pin.name().to_owned()), ("min", min.to_string())],
            _ => Vec::new(),
        };
        Self { args, ..Self::of(e.code(), &e) }
    }
}

impl From<reader::ReaderError> for Failure {
    fn from(e: reader::ReaderError) -> Self {
        match e {
            reader::ReaderError::Card(e) => e.into(),
            e => Self::of(e.code(), e),
        }
    }
}
