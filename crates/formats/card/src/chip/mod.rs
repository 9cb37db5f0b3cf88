//! The card side: a card as a state machine. Bytes in, bytes out; arbitrary bytes never harm it.
//!
//! The caller must store [`VirtualCard::state`] durably when [`Reply::keep`] says [`Keep::Now`], *before* it lets the answer out: else a
//! power cut would give back a try that was used up.

mod files;
mod issuer;
mod keys;
mod pins;
mod state;

use zeroize::Zeroize as _;

pub use state::{Phase, State};

use crate::{
    CardCrypto,
    apdu::{Answer, BadCommand, Command, Sw},
    crypto::Channel,
    profile::{MF, Pin, Use},
};

/// Longest data of a chain of commands.
const MAX_CHAIN: usize = 4096;

/// A card.
pub struct VirtualCard {
    state: State,
    session: Session,
    keep: Keep,
}

/// What a card forgets at reset.
struct Session {
    directory: u16,
    file: Option<u16>,
    verified: Vec<Pin>,
    environment: Option<(Use, u8)>,
    challenge: Option<[u8; 16]>,
    channel: Option<Channel>,
    chain: Option<Command>,
    waiting: Vec<u8>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            directory: MF,
            file: None,
            verified: Vec::new(),
            environment: None,
            challenge: None,
            channel: None,
            chain: None,
            waiting: Vec::new(),
        }
    }
}

/// When the kept state must be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// It has not changed.
    Nothing,
    /// Before the card leaves the reader: something an issuer writes, who writes it again when the card is lost meanwhile.
    Soon,
    /// Before the answer leaves: a used try, a new key, the end of the personalisation.
    Now,
}

/// An answer, and when the state must be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Answer bytes, status word last.
    pub bytes: Vec<u8>,
    /// When to store the kept state.
    pub keep: Keep,
}

impl VirtualCard {
    /// A card with this state, freshly put into a reader.
    pub fn new(state: State) -> Self {
        Self { state, session: Session::default(), keep: Keep::Nothing }
    }
    /// The kept state.
    pub fn state(&self) -> &State {
        &self.state
    }
    /// Answer to reset.
    pub fn atr(&self) -> &'static [u8] {
        self.state.model.atr()
    }
    /// Reset: the security status is lost, the kept state is not.
    pub fn reset(&mut self) {
        self.session = Session::default();
    }

    /// Answers one command.
    pub fn transmit(&mut self, bytes: &[u8], crypto: &dyn CardCrypto) -> Reply {
        self.keep = Keep::Nothing;
        let answer = match Command::parse(bytes) {
            Ok(command) => self.chained(command, crypto),
            Err(BadCommand::Short | BadCommand::Length) => Sw::LENGTH.into(),
        };
        Reply { bytes: answer.encode(), keep: self.keep }
    }

    fn chained(&mut self, mut command: Command, crypto: &dyn CardCrypto) -> Answer {
        let more = command.cla & 0x10 != 0;
        command.cla &= !0x10;
        if let Some(mut open) = self.session.chain.take() {
            if (open.cla, open.ins, open.p1, open.p2) != (command.cla, command.ins, command.p1, command.p2) {
                return Sw::CHAIN.into();
            }
            if open.data.len() + command.data.len() > MAX_CHAIN {
                return Sw::LENGTH.into();
            }
            // The growing buffer may move; the old one holds at most sealed data or a PIN field that the new one holds too.
            let mut joined = Vec::with_capacity(open.data.len() + command.data.len());
            joined.extend_from_slice(&open.data);
            joined.extend_from_slice(&command.data);
            open.data.zeroize();
            command.data.zeroize();
            command.data = joined;
        }
        if more {
            self.session.chain = Some(command);
            return Sw::OK.into();
        }
        self.dispatch(&command, crypto)
    }

    fn dispatch(&mut self, command: &Command, crypto: &dyn CardCrypto) -> Answer {
        let waiting = std::mem::take(&mut self.session.waiting);
        let answer = match (command.cla, command.ins) {
            (0x00, 0xC0) => return self.deliver(waiting, command.ne),
            (0x00, ins) => match ins {
                0xA4 => self.select(command),
                0xB0 => return self.read_binary(command),
                0xCB => self.get_data(command),
                0xCA => self.get_object(command),
                0x20 => self.verify(command),
                0x24 => self.change(command),
                0x2C => self.reset_retry(command),
                0x22 => self.manage_environment(command),
                0x88 => self.internal_authenticate(command, crypto),
                0x2A => self.perform(command, crypto),
                0x84 => self.challenge(command, crypto),
                0x82 => self.mutual_authenticate(command, crypto),
                _ => Sw::INSTRUCTION.into(),
            },
            (0x8C, _) => self.secured(command, crypto),
            (cla, _) if cla & 0xEC == 0x0C => Sw::NO_SECURE_MESSAGING.into(),
            (cla, _) if cla < 0x20 && cla & 0x03 != 0 => Sw::CHANNEL.into(),
            _ => Sw::CLASS.into(),
        };
        match command.ne {
            Some(_) if !answer.data.is_empty() && answer.sw == Sw::OK => self.deliver(answer.data, command.ne),
            _ => answer,
        }
    }

    /// Gives up to `ne` bytes and keeps the rest for GET RESPONSE.
    fn deliver(&mut self, mut data: Vec<u8>, ne: Option<usize>) -> Answer {
        let ne = ne.unwrap_or(256);
        if data.is_empty() {
            return Sw::CONDITIONS.into();
        }
        if data.len() <= ne {
            return Answer::ok(data);
        }
        self.session.waiting = data.split_off(ne);
        let sw = Sw::more(self.session.waiting.len());
        Answer { data, sw }
    }

    fn is_verified(&self, pin: Pin) -> bool {
        self.session.verified.contains(&pin)
    }
}
