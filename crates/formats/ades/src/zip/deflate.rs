use flate2::{Compress, Compression, FlushCompress, Status};

use super::ZipError;

pub(super) const CHUNK: usize = 64 * 1024;
/// From this ratio on, content is packed no further: what we write must never look like a bomb to a reader.
const DENSE: u64 = 60;
const DENSE_FROM: u64 = 8 << 20;
/// So much is packed on trial. Packing that saves less than three of a hundred only takes time.
const TRIAL: u64 = 32 << 10;
/// So much is packed before it is looked at again; and so much, at first, goes by unpacked before packing is tried again.
const STRETCH: u64 = 1 << 20;
/// Most that goes by between two trials.
const LONGEST: u64 = 64 << 20;

/// How to pack an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Smaller.
    Deflate,
    /// For what is compressed already: deflate's stored blocks.
    None,
}

/// Deflate with a fixed buffer, that stops packing where it saves nothing, and where content is too dense.
pub(super) struct Deflater {
    state: Compress,
    buf: Vec<u8>,
    packing: bool,
    /// Whether packing is over for good.
    ended: bool,
    /// Bytes until it is decided again whether to pack.
    left: u64,
    /// Bytes that go by unpacked when the next trial fails.
    pause: u64,
    /// Bytes of content and of output before this state.
    before: (u64, u64),
    /// Bytes in and out of this state at the last decision.
    decided: (u64, u64),
}

pub(super) type Put<'p> = &'p mut dyn FnMut(&[u8]) -> Result<(), ZipError>;

fn level(packing: bool) -> Compression {
    if packing { Compression::default() } else { Compression::none() }
}

impl Deflater {
    pub(super) fn new(packing: Packing) -> Self {
        let packing = packing == Packing::Deflate;
        Self {
            state: Compress::new(level(packing), false),
            buf: vec![0; CHUNK],
            packing,
            ended: !packing,
            left: TRIAL,
            pause: STRETCH,
            before: (0, 0),
            decided: (0, 0),
        }
    }

    pub(super) fn push(&mut self, mut data: &[u8], put: Put<'_>) -> Result<(), ZipError> {
        while !self.ended {
            let now = usize::try_from(self.left).unwrap_or(usize::MAX);
            let Some((mut part, rest)) = data.split_at_checked(now) else { break };
            self.run(&mut part, FlushCompress::None, put)?;
            data = rest;
            self.decide(put)?;
        }
        self.left = self.left.saturating_sub(data.len() as u64);
        self.run(&mut data, FlushCompress::None, put)
    }

    /// At the end of a stretch: whether the next is packed.
    fn decide(&mut self, put: Put<'_>) -> Result<(), ZipError> {
        self.run(&mut &[][..], FlushCompress::Sync, put)?;
        let (seen, made) = (self.state.total_in(), self.state.total_out());
        let (here, there) = (seen - self.decided.0, made - self.decided.1);
        self.decided = (seen, made);
        let (all, out) = (self.before.0 + seen, self.before.1 + made);
        self.ended = all >= DENSE_FROM && out * DENSE < all;
        let pack = !self.ended && (!self.packing || there.saturating_mul(100) <= here.saturating_mul(97));
        self.left = match (self.packing, pack) {
            (false, _) => TRIAL,
            (true, true) => {
                self.pause = STRETCH;
                STRETCH
            }
            (true, false) => {
                self.pause = (self.pause * 2).min(LONGEST);
                self.pause / 2
            }
        };
        if pack != self.packing {
            // After a flush the stream stands on a byte, and a new compressor looks back at nothing: it may go on.
            (self.packing, self.before, self.decided) = (pack, (all, out), (0, 0));
            self.state = Compress::new(level(pack), false);
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, put: Put<'_>) -> Result<(), ZipError> {
        self.run(&mut &[][..], FlushCompress::Finish, put)
    }

    fn run(&mut self, data: &mut &[u8], flush: FlushCompress, put: Put<'_>) -> Result<(), ZipError> {
        loop {
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let status = self.state.compress(data, &mut self.buf, flush).map_err(|_| ZipError::Broken("deflate"))?;
            let used = usize::try_from(self.state.total_in() - before_in).unwrap_or(0);
            let made = usize::try_from(self.state.total_out() - before_out).unwrap_or(0);
            *data = data.get(used..).unwrap_or(&[]);
            put(self.buf.get(..made).unwrap_or(&[]))?;
            let full = made == self.buf.len();
            match flush {
                FlushCompress::Finish if status == Status::StreamEnd => return Ok(()),
                FlushCompress::Finish => {}
                _ if data.is_empty() && !full => return Ok(()),
                _ => {}
            }
        }
    }
}
