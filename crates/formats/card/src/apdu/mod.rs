//! Commands and answers of ISO 7816-4: short and extended lengths, chaining bit, status words by name.

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

/// Longest command data and answer data this crate handles.
pub const MAX_DATA: usize = 65_535;

/// A command. Its data is wiped when dropped, for it may be a PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data.
    pub data: Vec<u8>,
    /// How many answer bytes are expected at most (Ne): none, or 1 to 65,536.
    pub ne: Option<usize>,
}

impl Drop for Command {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02X} {:02X} {:02X} {:02X} ({} bytes, Ne {:?})",
            self.cla,
            self.ins,
            self.p1,
            self.p2,
            self.data.len(),
            self.ne
        )
    }
}

/// Why bytes are no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCommand {
    /// Fewer than four bytes.
    #[error("a command has at least four bytes")]
    Short,
    /// Lc, Le and the number of bytes do not agree.
    #[error("the length fields of the command do not agree with its length")]
    Length,
}

impl Command {
    /// A command without data that expects no answer data.
    pub fn new(ins: u8, p1: u8, p2: u8) -> Self {
        Self { cla: 0, ins, p1, p2, data: Vec::new(), ne: None }
    }
    /// With command data.
    #[must_use]
    pub fn with(mut self, data: &[u8]) -> Self {
        self.data.zeroize();
        self.data = data.to_vec();
        self
    }
    /// Expecting up to `ne` bytes of answer.
    #[must_use]
    pub fn expecting(mut self, ne: usize) -> Self {
        self.ne = Some(ne);
        self
    }

    /// Reads any of the seven forms (cases 1, 2S, 3S, 4S, 2E, 3E, 4E).
    pub fn parse(bytes: &[u8]) -> Result<Self, BadCommand> {
        let (Some(&[cla, ins, p1, p2]), Some(rest)) = (bytes.first_chunk::<4>(), bytes.get(4..)) else {
            return Err(BadCommand::Short);
        };
        let (data, ne) = body(rest)?;
        Ok(Self { cla, ins, p1, p2, data: data.to_vec(), ne })
    }

    /// Writes the shortest form that holds the data and the expectation.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.data.len() + 12));
        out.extend_from_slice(&[self.cla, self.ins, self.p1, self.p2]);
        let lc = self.data.len().min(MAX_DATA);
        let extended = lc > 255 || self.ne.is_some_and(|n| n > 256);
        if lc > 0 {
            if extended {
                out.push(0);
                out.extend_from_slice(&low16(lc));
            } else {
                out.push(low8(lc));
            }
            out.extend_from_slice(self.data.get(..lc).unwrap_or_default());
        }
        if let Some(ne) = self.ne {
            match (extended, lc) {
                (false, _) => out.push(low8(ne)),
                (true, 0) => {
                    out.push(0);
                    out.extend_from_slice(&low16(ne));
                }
                (true, _) => out.extend_from_slice(&low16(ne)),
            }
        }
        out
    }
}

fn low8(n: usize) -> u8 {
    (n & 0xFF) as u8
}

fn low16(n: usize) -> [u8; 2] {
    ((n & 0xFFFF) as u16).to_be_bytes()
}

fn short_ne(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn long_ne(hi: u8, lo: u8) -> usize {
    let n = usize::from(u16::from_be_bytes([hi, lo]));
    if n == 0 { 65_536 } else { n }
}

fn body(rest: &[u8]) -> Result<(&[u8], Option<usize>), BadCommand> {
    match rest {
        [] => Ok((&[], None)),
        [le] => Ok((&[], Some(short_ne(*le)))),
        [0, hi, lo] => Ok((&[], Some(long_ne(*hi, *lo)))),
        [0, hi, lo, tail @ ..] => {
            let lc = usize::from(u16::from_be_bytes([*hi, *lo]));
            match (lc, tail.split_at_checked(lc)) {
                (0, _) | (_, None) => Err(BadCommand::Length),
                (_, Some((data, []))) => Ok((data, None)),
                (_, Some((data, [hi, lo]))) => Ok((data, Some(long_ne(*hi, *lo)))),
                _ => Err(BadCommand::Length),
            }
        }
        [lc, tail @ ..] => match (*lc, tail.split_at_checked(usize::from(*lc))) {
            (0, _) | (_, None) => Err(BadCommand::Length),
            (_, Some((data, []))) => Ok((data, None)),
            (_, Some((data, [le]))) => Ok((data, Some(short_ne(*le)))),
            _ => Err(BadCommand::Length),
        },
    }
}

/// The two bytes that end every answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sw(pub u16);

impl Sw {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// The end of the file came before Ne bytes.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// The card could not keep its state.
    pub const MEMORY: Self = Self(0x6581);
    /// Wrong length.
    pub const LENGTH: Self = Self(0x6700);
    /// Logical channels are not supported.
    pub const CHANNEL: Self = Self(0x6881);
    /// Secure messaging is not supported here.
    pub const NO_SECURE_MESSAGING: Self = Self(0x6882);
    /// The last command of a chain was expected.
    pub const CHAIN: Self = Self(0x6883);
    /// Security status not satisfied: a PIN or the issuer's authentication is missing.
    pub const SECURITY: Self = Self(0x6982);
    /// Blocked: no tries left.
    pub const BLOCKED: Self = Self(0x6983);
    /// The reference data has never been set.
    pub const NOT_SET: Self = Self(0x6984);
    /// Conditions of use not satisfied.
    pub const CONDITIONS: Self = Self(0x6985);
    /// No file is selected.
    pub const NO_FILE: Self = Self(0x6986);
    /// A secure messaging object is wrong.
    pub const SECURE_OBJECT: Self = Self(0x6988);
    /// Wrong data.
    pub const DATA: Self = Self(0x6A80);
    /// Function not supported.
    pub const FUNCTION: Self = Self(0x6A81);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Not enough memory on the card.
    pub const FULL: Self = Self(0x6A84);
    /// Wrong P1 P2.
    pub const PARAMETERS: Self = Self(0x6A86);
    /// Referenced data (PIN, key) not found.
    pub const REFERENCE: Self = Self(0x6A88);
    /// Offset outside the file.
    pub const OFFSET: Self = Self(0x6B00);
    /// Instruction not supported.
    pub const INSTRUCTION: Self = Self(0x6D00);
    /// Class not supported.
    pub const CLASS: Self = Self(0x6E00);
    /// The card failed.
    pub const FAILED: Self = Self(0x6F00);

    /// Verification failed, `tries` left.
    pub fn wrong_pin(tries: u8) -> Self {
        Self(0x63C0 | u16::from(tries.min(15)))
    }
    /// `left` more bytes wait for GET RESPONSE.
    pub fn more(left: usize) -> Self {
        Self(0x6100 | if left > 255 { 0 } else { left as u16 })
    }
    /// The tries left, if this says that a verification failed.
    pub fn tries(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0x0F) as u8)
    }
    /// The number of waiting bytes, if this says so (256 for "256 or more").
    pub fn waiting(self) -> Option<usize> {
        (self.0 & 0xFF00 == 0x6100).then_some(short_ne((self.0 & 0xFF) as u8))
    }
    /// The right Le, if this says that it was wrong.
    pub fn right_le(self) -> Option<usize> {
        (self.0 & 0xFF00 == 0x6C00).then_some(short_ne((self.0 & 0xFF) as u8))
    }
    /// What it means, for logs and error texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::OK => "done",
            Self::END_OF_FILE => "end of file reached",
            Self::MEMORY => "memory failure",
            Self::LENGTH => "wrong length",
            Self::CHANNEL => "logical channel not supported",
            Self::NO_SECURE_MESSAGING => "secure messaging not supported",
            Self::CHAIN => "last command of the chain expected",
            Self::SECURITY => "security status not satisfied",
            Self::BLOCKED => "blocked",
            Self::NOT_SET => "reference data not usable",
            Self::CONDITIONS => "conditions of use not satisfied",
            Self::NO_FILE => "no file selected",
            Self::SECURE_OBJECT => "incorrect secure messaging object",
            Self::DATA => "wrong data",
            Self::FUNCTION => "function not supported",
            Self::NOT_FOUND => "file not found",
            Self::FULL => "not enough memory",
            Self::PARAMETERS => "wrong parameters",
            Self::REFERENCE => "referenced data not found",
            Self::OFFSET => "offset outside the file",
            Self::INSTRUCTION => "instruction not supported",
            Self::CLASS => "class not supported",
            _ if self.tries().is_some() => "verification failed",
            _ if self.waiting().is_some() => "more data waits",
            _ if self.right_le().is_some() => "wrong Le",
            _ => "unknown status",
        }
    }
}

impl fmt::Debug for Sw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for Sw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} ({})", self.0, self.name())
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Answer data.
    pub data: Vec<u8>,
    /// Status.
    pub sw: Sw,
}

impl From<Sw> for Answer {
    fn from(sw: Sw) -> Self {
        Self { data: Vec::new(), sw }
    }
}

impl Answer {
    /// Data, done.
    pub fn ok(data: Vec<u8>) -> Self {
        Self { data, sw: Sw::OK }
    }
    /// Reads an answer; `None` when it has not even a status.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (data, sw) = bytes.split_last_chunk::<2>()?;
        Some(Self { data: data.to_vec(), sw: Sw(u16::from_be_bytes(*sw)) })
    }
    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.data.clone();
        out.extend_from_slice(&self.sw.0.to_be_bytes());
        out
    }
}
