//! SELECT, READ BINARY, GET DATA.

use super::VirtualCard;
use crate::{
    apdu::{Answer, Command, Sw},
    profile::{ADF1, ADF2, AID_AUTH, AID_MAIN, AID_SIGN, DF_PERSONAL, DO_CHIP_SERIAL, DO_PHASE, MF, Pin},
    tlv,
};

const DIRECTORIES: [u16; 4] = [MF, ADF1, ADF2, DF_PERSONAL];

fn name(bytes: &[u8]) -> Option<u16> {
    <[u8; 2]>::try_from(bytes).ok().map(u16::from_be_bytes)
}

impl VirtualCard {
    pub(super) fn select(&mut self, c: &Command) -> Answer {
        if c.p2 & 0xF3 != 0 {
            return Sw::PARAMETERS.into();
        }
        match c.p1 {
            // By name: a directory or a file of the present directory. Nothing means the main file.
            0x00 => match (c.data.is_empty(), name(&c.data)) {
                (true, _) => self.enter(MF, c),
                (_, Some(n)) if DIRECTORIES.contains(&n) => self.enter(n, c),
                (_, Some(n)) => self.open(self.session.directory, n, c),
                _ => Sw::NOT_FOUND.into(),
            },
            0x01 => match name(&c.data) {
                Some(n) if DIRECTORIES.contains(&n) => self.enter(n, c),
                _ => Sw::NOT_FOUND.into(),
            },
            0x02 => match name(&c.data) {
                Some(n) => self.open(self.session.directory, n, c),
                None => Sw::NOT_FOUND.into(),
            },
            0x03 if c.data.is_empty() => self.enter(MF, c),
            0x04 => self.enter_application(c),
            0x08 => self.walk(MF, c),
            0x09 => self.walk(self.session.directory, c),
            _ => Sw::PARAMETERS.into(),
        }
    }

    /// An application by its identifier, which may be cut on the right. Its PINs must be shown again.
    fn enter_application(&mut self, c: &Command) -> Answer {
        let applications: [(&[u8], u16, &[Pin]); 3] =
            [(&AID_MAIN, MF, &Pin::ALL), (&AID_AUTH, ADF1, &[Pin::Pin1]), (&AID_SIGN, ADF2, &[Pin::Pin2])];
        let found = applications.iter().find(|(aid, ..)| c.data.len() >= 5 && aid.starts_with(&c.data));
        let Some((_, directory, pins)) = found else {
            return Sw::NOT_FOUND.into();
        };
        self.session.verified.retain(|p| !pins.contains(p));
        self.session.environment = None;
        self.enter(*directory, c)
    }

    /// A path: directories, and a file or directory at its end.
    fn walk(&mut self, from: u16, c: &Command) -> Answer {
        let (steps, rest) = c.data.as_chunks::<2>();
        let Some((last, parents)) = steps.split_last().filter(|_| rest.is_empty()) else {
            return Sw::NOT_FOUND.into();
        };
        let mut directory = from;
        for step in parents {
            directory = u16::from_be_bytes(*step);
            if !DIRECTORIES.contains(&directory) {
                return Sw::NOT_FOUND.into();
            }
        }
        let last = u16::from_be_bytes(*last);
        if DIRECTORIES.contains(&last) { self.enter(last, c) } else { self.open(directory, last, c) }
    }

    fn enter(&mut self, directory: u16, c: &Command) -> Answer {
        self.session.directory = directory;
        self.session.file = None;
        // By AID no control information is given: the drivers of this applet expect none.
        if c.p1 == 0x04 { Sw::OK.into() } else { control(c, directory, 0x38, None) }
    }

    fn open(&mut self, directory: u16, file: u16, c: &Command) -> Answer {
        let Some(size) = self.state.file(directory, file).map(<[u8]>::len) else {
            return Sw::NOT_FOUND.into();
        };
        self.session.directory = directory;
        self.session.file = Some(file);
        control(c, file, 0x01, Some(size))
    }

    pub(super) fn read_binary(&mut self, c: &Command) -> Answer {
        if c.p1 & 0x80 != 0 {
            return Sw::NOT_FOUND.into();
        }
        if !c.data.is_empty() {
            return Sw::LENGTH.into();
        }
        let Some(content) = self.session.file.and_then(|f| self.state.file(self.session.directory, f)) else {
            return Sw::NO_FILE.into();
        };
        let offset = usize::from(u16::from_be_bytes([c.p1, c.p2]));
        let Some(rest) = content.get(offset..).filter(|r| !r.is_empty()) else {
            return Sw::OFFSET.into();
        };
        let ne = c.ne.unwrap_or(256);
        let data = rest.get(..ne).unwrap_or(rest).to_vec();
        // "Everything" (256 or 65,536) is never too much; an exact number may be.
        let exact = ne != 256 && ne != 65_536;
        let sw = if data.len() < ne && exact { Sw::END_OF_FILE } else { Sw::OK };
        Answer { data, sw }
    }

    /// GET DATA by tag list: state of a PIN.
    pub(super) fn get_data(&self, c: &Command) -> Answer {
        if (c.p1, c.p2) != (0x3F, 0xFF) {
            return Sw::PARAMETERS.into();
        }
        let &[0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, reference, 0x02, 0xA0, 0x80] = c.data.as_slice() else {
            return Sw::DATA.into();
        };
        let pin = match reference {
            0x05 => Some(Pin::Pin2),
            r => Pin::of_reference(r),
        };
        let Some(p) = pin.and_then(|p| self.state.pin(p)) else {
            return Sw::REFERENCE.into();
        };
        let mut counters = vec![0x9A, 1, p.max, 0x9B, 1, p.tries];
        let rules = [0x8C, 6, 0xF3, 0, 0, 0x73, 0x43, 0, 0x9C, 6, 0xF3, 0, 0, 0x73, 0x43, 0];
        tlv::put(&mut counters, 0xA1, &rules);
        let tag = 0x00BF_8100 | u32::from(reference & 0x7F);
        Answer::ok(tlv::object(0x70, &tlv::object(tag, &tlv::object(0xA0, &counters))))
    }

    /// GET DATA by name: chip serial number, phase of life.
    pub(super) fn get_object(&self, c: &Command) -> Answer {
        match u16::from_be_bytes([c.p1, c.p2]) {
            DO_CHIP_SERIAL => Answer::ok(tlv::object(u32::from(DO_CHIP_SERIAL), self.state.serial.as_bytes())),
            DO_PHASE => Answer::ok(tlv::object(u32::from(DO_PHASE), &[self.state.phase.byte()])),
            _ => Sw::REFERENCE.into(),
        }
    }
}

/// File control parameters, when asked for.
fn control(c: &Command, name: u16, descriptor: u8, size: Option<usize>) -> Answer {
    if c.p2 & 0x0C == 0x0C {
        return Sw::OK.into();
    }
    let mut fcp = Vec::new();
    if let Some(size) = size {
        tlv::put(&mut fcp, 0x80, &u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes());
    }
    tlv::put(&mut fcp, 0x82, &[descriptor]);
    tlv::put(&mut fcp, 0x83, &name.to_be_bytes());
    Answer::ok(tlv::object(0x62, &fcp))
}
