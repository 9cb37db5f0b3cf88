use std::io::Read as _;

use ades::{
    asic::{self, AsicError, Container, Naming, cades::CadesContainer},
    augment::Raise as _,
    pades::PadesError,
    pdf::Document,
    zip::Archive,
};
use serde::{Deserialize, Serialize};

use super::{Engine, EngineError, EngineLimits, Format, Input, blocking};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A PDF that can be signed as one.
    Pdf,
    /// A PDF that can only be put into a container, as it is encrypted, broken or locked.
    OddPdf,
    /// A signed container named as EDOC.
    Edoc,
    /// A signed container named as ASiC.
    Asice,
    /// A container of one file (ASiC-S).
    Asics,
    /// Anything else.
    Other,
}

impl Kind {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::OddPdf => "odd-pdf",
            Self::Edoc => "edoc",
            Self::Asice => "asice",
            Self::Asics => "asics",
            Self::Other => "other",
        }
    }
    /// The kind of that name.
    pub fn from_name(name: &str) -> Self {
        let all = [Self::Pdf, Self::OddPdf, Self::Edoc, Self::Asice, Self::Asics];
        all.into_iter().find(|k| k.name() == name).unwrap_or(Self::Other)
    }
    /// Whether it is a container that takes one more signature.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Edoc | Self::Asice | Self::Asics)
    }
}

/// What a person should see before signing a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inspected {
    /// What it is.
    pub kind: Kind,
    /// Pages of a PDF.
    pub pages: Option<u64>,
    /// Signatures that are there already.
    pub signatures: u64,
    /// Why a PDF cannot be signed as one: a code.
    pub refusal: Option<String>,
    /// The beginning of a text.
    pub preview: Option<String>,
    /// Names of the files in a container.
    pub contains: Vec<String>,
}

impl Engine {
    /// Looks into a file. A hostile container is refused; a PDF that cannot be signed as one is told.
    pub async fn inspect(&self, input: &Input) -> Result<Inspected, EngineError> {
        let (input, limits) = (input.clone(), self.limits);
        blocking(move || inspect(&input, &limits)).await
    }
}

pub(super) fn inspect(input: &Input, limits: &EngineLimits) -> Result<Inspected, EngineError> {
    if input.size == 0 {
        return Err(EngineError::Empty(input.name.clone()));
    }
    let head = input.head(1024)?;
    if head.starts_with(b"%PDF-") {
        return pdf(input, limits);
    }
    if asic::is_candidate(&head)
        && let Some(seen) = container(input, limits)?
    {
        return Ok(seen);
    }
    let mut seen =
        Inspected { kind: Kind::Other, pages: None, signatures: 0, refusal: None, preview: None, contains: Vec::new() };
    seen.preview = preview(input, limits.preview)?;
    Ok(seen)
}

fn pdf(input: &Input, limits: &EngineLimits) -> Result<Inspected, EngineError> {
    let read = || -> Result<(u64, u64), EngineError> {
        let data = input.ranged()?;
        let doc = Document::open(&data, &limits.pdf)?;
        doc.first_page()?;
        if ades::pades::is_locked(&doc)? {
            return Err(PadesError::Locked.into());
        }
        let pages = u64::try_from(doc.pages()?).unwrap_or(u64::MAX);
        Ok((pages, u64::try_from(ades::pades::count_signatures(&doc)?).unwrap_or(u64::MAX)))
    };
    let base =
        Inspected { kind: Kind::Pdf, pages: None, signatures: 0, refusal: None, preview: None, contains: Vec::new() };
    match read() {
        Ok((pages, signatures)) => Ok(Inspected { pages: Some(pages), signatures, ..base }),
        Err(EngineError::Io(e)) => Err(e.into()),
        Err(e) => Ok(Inspected { kind: Kind::OddPdf, refusal: Some(e.code().into_owned()), ..base }),
    }
}

/// A container that takes one more signature; `None` for ASiC-S with a time stamp, which is a file like any other.
fn container(input: &Input, limits: &EngineLimits) -> Result<Option<Inspected>, EngineError> {
    let seen = |kind, signatures: usize, contains| {
        let signatures = u64::try_from(signatures).unwrap_or(u64::MAX);
        Some(Inspected { kind, pages: None, signatures, refusal: None, preview: None, contains })
    };
    let archive = Archive::open(input.open()?, &limits.zip).map_err(AsicError::from)?;
    if CadesContainer::is_one(&archive) {
        let container = CadesContainer::open(input.open()?, &limits.zip)?;
        let signatures = container.ids().len();
        let kind = match (container.is_extended(), signatures) {
            (true, _) => Kind::Asice,
            (false, 0) => return Ok(None),
            (false, _) => Kind::Asics,
        };
        return Ok(seen(kind, signatures, container.data()));
    }
    let mut container = match Container::open(input.open()?, &limits.zip) {
        Err(AsicError::NotAsic("mimetype")) => return Ok(None),
        other => other?,
    };
    let kind = match container.naming() {
        Naming::Edoc => Kind::Edoc,
        Naming::Asice => Kind::Asice,
        Naming::Asics => Kind::Asics,
    };
    let signatures = container.signatures().len();
    let contains = container.files(pki::DigestAlgorithm::Sha256)?.into_iter().map(|f| f.name).collect();
    Ok(seen(kind, signatures, contains))
}

/// The beginning of a text file in UTF-8 without control characters.
fn preview(input: &Input, most: usize) -> Result<Option<String>, EngineError> {
    let mut head = Vec::new();
    input.open()?.take(u64::try_from(most).unwrap_or(0)).read_to_end(&mut head)?;
    let cut = u64::try_from(head.len()).unwrap_or(0) < input.size;
    let text = match std::str::from_utf8(&head) {
        Ok(t) => t,
        Err(e) if cut && e.error_len().is_none() => match head.get(..e.valid_up_to()).map(std::str::from_utf8) {
            Some(Ok(t)) => t,
            _ => return Ok(None),
        },
        Err(_) => return Ok(None),
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let deceiving = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.chars().all(plain) || text.chars().any(deceiving) {
        return Ok(None);
    }
    Ok(Some(if cut { format!("{text}…") } else { text.to_owned() }))
}

/// The formats these files can be signed in, the best first.
pub(crate) fn choices(kinds: &[Kind]) -> Vec<Format> {
    match kinds {
        [] => vec![],
        [Kind::Pdf] => vec![Format::Pdf, Format::Edoc, Format::Asice],
        [Kind::Edoc] => vec![Format::Edoc],
        [Kind::Asice] => vec![Format::Asice],
        [Kind::Asics] => vec![Format::Asics],
        _ => vec![Format::Edoc, Format::Asice],
    }
}

/// Whether these files can be signed in this format at all; what a person is asked about are [`choices`].
pub(crate) fn possible(format: Format, kinds: &[Kind]) -> bool {
    match (format, kinds) {
        (Format::Xades | Format::Cades | Format::Jades, _) => true,
        (Format::Asics, [one]) => *one == Kind::Asics || !one.is_container(),
        _ => choices(kinds).contains(&format),
    }
}
