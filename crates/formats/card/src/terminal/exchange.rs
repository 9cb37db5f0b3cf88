//! Commands to a card and its answers, with the habits of readers: more data waiting, wrong Le, ends of files.

use super::{CardError, Transport};
use crate::{
    apdu::{Answer, Command, Sw},
    chip::Phase,
    profile::{AID_MAIN, DO_CHIP_SERIAL, DO_PHASE, MF, Use},
    tlv,
};

/// Some readers fail beyond this.
const CHUNK: usize = 0xC0;
const MAX_FILE: usize = 16 * 1024;
/// GET RESPONSE rounds for one command.
const MAX_ROUNDS: usize = 64;

pub(super) struct Link<T> {
    transport: T,
}

impl<T: Transport> Link<T> {
    pub(super) fn new(transport: T) -> Self {
        Self { transport }
    }
    pub(super) fn into_transport(self) -> T {
        self.transport
    }

    fn once(&mut self, step: &'static str, command: &Command) -> Result<Answer, CardError> {
        let bytes = self.transport.transmit(&command.encode())?;
        Answer::parse(&bytes).ok_or(CardError::Malformed { step })
    }

    /// Sends a command; gives the whole answer with whatever status ends it.
    pub(super) fn send(&mut self, step: &'static str, command: Command) -> Result<Answer, CardError> {
        let mut answer = self.once(step, &command)?;
        if let Some(le) = answer.sw.right_le() {
            answer = self.once(step, &command.expecting(le))?;
        }
        for _ in 0..MAX_ROUNDS {
            let Some(left) = answer.sw.waiting() else {
                return Ok(answer);
            };
            let more = self.once(step, &Command::new(0xC0, 0, 0).expecting(left))?;
            if more.data.is_empty() {
                return Err(CardError::Malformed { step });
            }
            answer.data.extend_from_slice(&more.data);
            answer.sw = more.sw;
        }
        Err(CardError::Malformed { step })
    }

    /// Sends a command that must end with 9000.
    pub(super) fn ask(&mut self, step: &'static str, command: Command) -> Result<Vec<u8>, CardError> {
        let answer = self.send(step, command)?;
        if answer.sw == Sw::OK { Ok(answer.data) } else { Err(CardError::Refused { step, sw: answer.sw }) }
    }

    pub(super) fn select_aid(&mut self, aid: &[u8]) -> Result<(), CardError> {
        self.ask("select the application", Command::new(0xA4, 0x04, 0x0C).with(aid)).map(drop)
    }

    /// Reads a whole file; `None` when there is none.
    pub(super) fn read_file(&mut self, directory: u16, file: u16) -> Result<Option<Vec<u8>>, CardError> {
        let step = "read a file";
        self.select_aid(&AID_MAIN)?;
        if let Some(usage) = Use::ALL.into_iter().find(|u| u.directory() == directory) {
            self.select_aid(usage.aid())?;
        } else if directory != MF {
            let answer = self.send(step, Command::new(0xA4, 0x01, 0x0C).with(&directory.to_be_bytes()))?;
            match answer.sw {
                Sw::OK => {}
                Sw::NOT_FOUND => return Ok(None),
                sw => return Err(CardError::Refused { step, sw }),
            }
        }
        let answer = self.send(step, Command::new(0xA4, 0x02, 0x04).with(&file.to_be_bytes()).expecting(256))?;
        match answer.sw {
            Sw::OK => {}
            Sw::NOT_FOUND => return Ok(None),
            sw => return Err(CardError::Refused { step, sw }),
        }
        self.read_selected(size_of_file(&answer.data)).map(Some)
    }

    fn read_selected(&mut self, size: Option<usize>) -> Result<Vec<u8>, CardError> {
        let step = "read a file";
        let end = size.unwrap_or(MAX_FILE).min(MAX_FILE);
        let mut content = Vec::new();
        while content.len() < end {
            let [hi, lo] = (content.len() as u16).to_be_bytes();
            let want = CHUNK.min(end - content.len());
            let answer = self.send(step, Command::new(0xB0, hi, lo).expecting(want))?;
            match answer.sw {
                Sw::OK if answer.data.is_empty() => return Err(CardError::Malformed { step }),
                Sw::OK => content.extend_from_slice(answer.data.get(..want).unwrap_or(&answer.data)),
                Sw::END_OF_FILE => {
                    content.extend_from_slice(answer.data.get(..want).unwrap_or(&answer.data));
                    return Ok(content);
                }
                Sw::OFFSET => return Ok(content),
                sw => return Err(CardError::Refused { step, sw }),
            }
        }
        Ok(content)
    }

    fn object(&mut self, name: u16) -> Result<Option<Vec<u8>>, CardError> {
        let step = "tell its data";
        let [hi, lo] = name.to_be_bytes();
        let answer = self.send(step, Command::new(0xCA, hi, lo).expecting(256))?;
        match answer.sw {
            Sw::OK => {
                tlv::find(&answer.data, u32::from(name)).map(|v| Some(v.to_vec())).ok_or(CardError::Malformed { step })
            }
            // A card of another maker need not know our data objects.
            _ => Ok(None),
        }
    }

    pub(super) fn phase(&mut self) -> Result<Option<Phase>, CardError> {
        Ok(self.object(DO_PHASE)?.as_deref().and_then(|v| v.first().copied()).and_then(Phase::of_byte))
    }

    pub(super) fn chip_serial(&mut self) -> Result<Option<String>, CardError> {
        Ok(self.object(DO_CHIP_SERIAL)?.and_then(|v| String::from_utf8(v).ok()))
    }
}

/// Tag 80 (or 81) of the file control parameters.
fn size_of_file(fcp: &[u8]) -> Option<usize> {
    let inner = tlv::find(fcp, 0x62).or_else(|| tlv::find(fcp, 0x6F))?;
    let size = tlv::find(inner, 0x80).or_else(|| tlv::find(inner, 0x81))?;
    (!size.is_empty() && size.len() <= 4).then(|| size.iter().fold(0usize, |a, b| a << 8 | usize::from(*b)))
}
