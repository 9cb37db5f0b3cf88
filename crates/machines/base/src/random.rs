use std::sync::Mutex;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::{SecureRandom as _, SystemRandom as Os},
};

/// Source of nonces, tokens, serials and ids.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buf: &mut [u8]);
}

/// The operating system's generator.
#[derive(Default)]
pub struct SystemRandom(Os);

impl SystemRandom {
    /// The one real source.
    pub fn new() -> Self {
        Self(Os::new())
    }
}

impl Random for SystemRandom {
    #[expect(clippy::expect_used, reason = "without randomness no operation of this program is safe: stop")]
    fn fill(&self, buf: &mut [u8]) {
        self.0.fill(buf).expect("the operating system gives randomness");
    }
}

/// A repeatable stream for tests: SHA-256 over seed and counter. Not for production.
pub struct SeededRandom {
    seed: u64,
    count: Mutex<u64>,
}

impl SeededRandom {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, count: Mutex::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, buf: &mut [u8]) {
        let mut count = self.count.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in buf.chunks_mut(32) {
            *count += 1;
            let block = digest(&SHA256, &[self.seed.to_be_bytes(), count.to_be_bytes()].concat());
            chunk.copy_from_slice(block.as_ref().get(..chunk.len()).unwrap_or_default());
        }
    }
}
