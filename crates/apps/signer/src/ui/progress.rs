use std::io::{self, Read, Write as _};

/// Below this much there is nothing worth watching.
const WORTH: u64 = 32 << 20;
const WIDTH: u64 = 30;

/// A bar on the terminal that counts bytes.
pub(crate) struct Progress {
    total: u64,
    done: u64,
    shown: Option<u64>,
    visible: bool,
}

impl Progress {
    pub(super) fn new(total: u64, visible: bool) -> Self {
        Self { total, done: 0, shown: None, visible: visible && total >= WORTH }
    }

    fn advance(&mut self, n: usize) {
        self.done += n as u64;
        let percent = (self.done.saturating_mul(100) / self.total.max(1)).min(100);
        if self.visible && self.shown != Some(percent) {
            self.shown = Some(percent);
            let full = percent * WIDTH / 100;
            let bar: String = (0..WIDTH).map(|i| if i < full { '█' } else { '░' }).collect();
            let _unwritable = write!(io::stderr(), "\r{bar} {percent:3} %");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let blank = " ".repeat(40);
            let _unwritable = write!(io::stderr(), "\r{blank}\r");
        }
    }
}

/// A reader that moves the bar.
pub(crate) struct Counted<'p, R>(pub(crate) R, pub(crate) &'p mut Progress);

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        self.1.advance(n);
        Ok(n)
    }
}
