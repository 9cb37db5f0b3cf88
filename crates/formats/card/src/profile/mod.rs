//! The Latvian eID application: names, files, keys and PINs.
//!
//! Learned from public drivers and public descriptions of such cards, and from what real readers ask for; cards of one model are not all
//! personalised alike, so a terminal believes the card's own directory before any constant. The contact application has a main file, `ADF1` with the
//! authentication key and `ADF2` (the QSCD) with the signature key. Each ADF has two key slots, so that a renewal can fill the free slot
//! while the used one still works; which slot holds is told by the PKCS #15 directory (`EF.OD` → `EF.PrKD`, `EF.CDF`).

use serde::{Deserialize, Serialize};

pub mod pkcs15;

/// Application identifier of the main application.
pub const AID_MAIN: [u8; 16] = [0xA0, 0, 0, 0, 0x77, 1, 8, 0, 7, 0, 0, 0xFE, 0, 0, 1, 0];
/// Application identifier of `ADF1`: authentication.
pub const AID_AUTH: [u8; 13] = [0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xF2, 0x50, 0x4F, 0x54, 0x20, 0x41, 0x57, 0x50];
/// Application identifier of `ADF2`: qualified signature.
pub const AID_SIGN: [u8; 16] = *b"QSCD Application";

/// Main file.
pub const MF: u16 = 0x3F00;
/// Directory of the authentication application.
pub const ADF1: u16 = 0xADF1;
/// Directory of the signature application.
pub const ADF2: u16 = 0xADF2;
/// Directory of the personal data.
pub const DF_PERSONAL: u16 = 0x5000;
/// Object directory, in each ADF.
pub const EF_OD: u16 = 0x5031;
/// What the token is, in each ADF.
pub const EF_TOKEN_INFO: u16 = 0x5032;
/// Private key directory, in each ADF.
pub const EF_PRKD: u16 = 0x7001;
/// Certificate directory, in each ADF.
pub const EF_CDF: u16 = 0x7005;
/// Document number, in the main file: `04 len text`.
pub const EF_DOCUMENT_NUMBER: u16 = 0xD003;

/// GET DATA name of the chip's serial number.
pub const DO_CHIP_SERIAL: u16 = 0x9F7F;
/// GET DATA name of the chip's phase of life.
pub const DO_PHASE: u16 = 0xDF21;

/// Length of a PIN in a command: the digits, filled up with FF.
pub const PIN_FIELD: usize = 12;
/// Length of a digest in a command: a shorter one is filled up with zeros on the left.
pub const DIGEST_FIELD: usize = 48;
/// Tries of each PIN and of the PUK.
pub const TRIES: u8 = 3;

/// A kind of card, told by its answer to reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Latvian eID since 2019.
    LatvianV1,
    /// Latvian eID on the newer chip.
    LatvianV2,
    /// Estonian ID card since 2018: the same applet, known to older drivers.
    Estonian,
}

impl Model {
    /// All models.
    pub const ALL: [Self; 3] = [Self::LatvianV1, Self::LatvianV2, Self::Estonian];

    /// Answer to reset.
    pub fn atr(self) -> &'static [u8] {
        match self {
            Self::LatvianV1 => {
                b"\x3b\xdb\x96\x00\x80\xb1\xfe\x45\x1f\x83\x00\x12\x42\x8f\x53\x65\x49\x44\x0f\x90\x00\x20"
            }
            Self::LatvianV2 => {
                b"\x3b\xdc\x96\x00\x80\xb1\xfe\x45\x1f\x83\x00\x12\x42\x8f\x54\x65\x49\x44\x32\x0f\x90\x00\x12"
            }
            Self::Estonian => {
                b"\x3b\xdb\x96\x00\x80\xb1\xfe\x45\x1f\x83\x00\x12\x23\x3f\x53\x65\x49\x44\x0f\x90\x00\xf1"
            }
        }
    }
    /// The model of an answer to reset.
    pub fn of_atr(atr: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.atr() == atr)
    }
    /// The slot that is filled when the card is made.
    pub fn first_slot(self) -> Slot {
        match self {
            Self::LatvianV1 => Slot::Two,
            Self::LatvianV2 | Self::Estonian => Slot::One,
        }
    }
    /// What the card wants to be told about the algorithm (tag 80 of MANAGE SECURITY ENVIRONMENT). Personalisations of one model differ:
    /// the card's own table (`EF.TokenInfo`) goes before this.
    pub fn algorithm(self, usage: Use) -> &'static [u8] {
        match (self, usage) {
            (Self::Estonian, Use::Authentication) => &[0xFF, 0x20, 0x08, 0x00],
            (Self::Estonian, Use::Signature) => &[0xFF, 0x15, 0x08, 0x00],
            (_, Use::Authentication) => &[0x04],
            (_, Use::Signature) => &[0x54],
        }
    }
    /// Fewest digits of a PIN.
    pub fn min_digits(self, pin: Pin) -> usize {
        match (pin, self) {
            (Pin::Pin1, _) => 4,
            (Pin::Pin2, Self::Estonian) => 5,
            (Pin::Pin2, _) => 6,
            (Pin::Puk, _) => 8,
        }
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Signing in, with PIN1.
    Authentication,
    /// Qualified signature, with PIN2 before every one.
    Signature,
}

impl Use {
    /// Both uses.
    pub const ALL: [Self; 2] = [Self::Authentication, Self::Signature];

    /// Directory.
    pub fn directory(self) -> u16 {
        match self {
            Self::Authentication => ADF1,
            Self::Signature => ADF2,
        }
    }
    /// Application identifier.
    pub fn aid(self) -> &'static [u8] {
        match self {
            Self::Authentication => &AID_AUTH,
            Self::Signature => &AID_SIGN,
        }
    }
    /// The PIN that allows it.
    pub fn pin(self) -> Pin {
        match self {
            Self::Authentication => Pin::Pin1,
            Self::Signature => Pin::Pin2,
        }
    }
    /// PKCS #15 identifier of key and certificate.
    pub fn object_id(self) -> u8 {
        match self {
            Self::Authentication => 1,
            Self::Signature => 2,
        }
    }
}

/// One of the two places for a key and its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// Keys 81 and 9F.
    One,
    /// Keys 82 and 9E.
    Two,
}

impl Slot {
    /// Both slots.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// Key reference.
    pub fn key(self, usage: Use) -> u8 {
        match (self, usage) {
            (Self::One, Use::Authentication) => 0x81,
            (Self::Two, Use::Authentication) => 0x82,
            (Self::One, Use::Signature) => 0x9F,
            (Self::Two, Use::Signature) => 0x9E,
        }
    }
    /// File of the certificate, in the directory of its use.
    pub fn certificate(self, usage: Use) -> u16 {
        match (self, usage) {
            (Self::One, Use::Authentication) => 0x3401,
            (Self::Two, Use::Authentication) => 0x3402,
            (Self::One, Use::Signature) => 0x341F,
            (Self::Two, Use::Signature) => 0x341E,
        }
    }
    /// The slot and use of a key reference.
    pub fn of_key(reference: u8) -> Option<(Self, Use)> {
        Self::ALL.into_iter().flat_map(|s| Use::ALL.map(|u| (s, u))).find(|(s, u)| s.key(*u) == reference)
    }
}

/// A secret of the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pin {
    /// For signing in.
    Pin1,
    /// For signatures.
    Pin2,
    /// Frees a blocked PIN.
    Puk,
}

impl Pin {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pin1, Self::Pin2, Self::Puk];

    /// Reference in commands. The high bit marks a secret local to its directory.
    pub fn reference(self) -> u8 {
        match self {
            Self::Pin1 => 0x01,
            Self::Pin2 => 0x85,
            Self::Puk => 0x02,
        }
    }
    /// The secret of a reference.
    pub fn of_reference(reference: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.reference() == reference)
    }
    /// `PIN1`, `PIN2`, `PUK`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pin1 => "PIN1",
            Self::Pin2 => "PIN2",
            Self::Puk => "PUK",
        }
    }
}

/// A file of the holder's data in the personal data directory, UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Family name.
    Surname,
    /// Given names.
    GivenNames,
    /// Sex.
    Sex,
    /// Citizenship, three letters.
    Citizenship,
    /// Date of birth, YYYY-MM-DD.
    Birth,
    /// Personal code.
    PersonalCode,
    /// Document number.
    DocumentNumber,
    /// End of validity, YYYY-MM-DD.
    Expiry,
    /// Date of issue, YYYY-MM-DD.
    Issued,
}

impl Field {
    /// All fields, in the order of their files.
    pub const ALL: [Self; 9] = [
        Self::Surname,
        Self::GivenNames,
        Self::Sex,
        Self::Citizenship,
        Self::Birth,
        Self::PersonalCode,
        Self::DocumentNumber,
        Self::Expiry,
        Self::Issued,
    ];
    /// Its file. A Latvian card has the personal code in the first file and nothing else; what our own cards have beside it stands in files
    /// that those cards lack.
    pub fn file(self, model: Model) -> u16 {
        match (self, model) {
            (Self::PersonalCode, Model::LatvianV1 | Model::LatvianV2) => 0x5001,
            (Self::Surname, Model::LatvianV1 | Model::LatvianV2) => 0x5006,
            (field, _) => field.estonian_file(),
        }
    }

    fn estonian_file(self) -> u16 {
        match self {
            Self::Surname => 0x5001,
            Self::GivenNames => 0x5002,
            Self::Sex => 0x5003,
            Self::Citizenship => 0x5004,
            Self::Birth => 0x5005,
            Self::PersonalCode => 0x5006,
            Self::DocumentNumber => 0x5007,
            Self::Expiry => 0x5008,
            Self::Issued => 0x5009,
        }
    }
}
