//! Small deterministic randomness: SplitMix64 streams and a Feistel permutation. Not for secrets.

/// The mixing function of SplitMix64: a bijection on 64 bits.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// An endless stream of numbers that depends only on seed and index.
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        Self(mix(mix(seed) ^ index))
    }
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }
    /// A number below `n` (`n` > 0), without noticeable bias for the small `n` used here.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(n)) >> 32).unwrap_or(0)
    }
    /// One of `all`, which is not empty; earlier ones oftener, as with names in life.
    pub(crate) fn zipf<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        let n = u32::try_from(all.len()).unwrap_or(1).max(1);
        let (a, b) = (self.below(n), self.below(n));
        all[a.min(b) as usize]
    }
    /// One of `all`, evenly.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(u32::try_from(all.len()).unwrap_or(1)) as usize]
    }
}

/// A permutation of `0..size`: a balanced Feistel network over the next even number of bits, walked until inside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permutation {
    size: u64,
    half: u32,
    seed: u64,
}

const ROUNDS: u64 = 6;

impl Permutation {
    pub(crate) fn new(seed: u64, size: u64) -> Self {
        let bits = 64 - size.max(4).saturating_sub(1).leading_zeros();
        Self { size, half: bits.div_ceil(2), seed }
    }
    fn round(&self, x: u64, k: u64) -> u64 {
        mix(x ^ mix(self.seed ^ (k << 56))) & ((1 << self.half) - 1)
    }
    fn once(&self, x: u64) -> u64 {
        let (mut a, mut b) = (x >> self.half, x & ((1 << self.half) - 1));
        for k in 0..ROUNDS {
            (a, b) = (b, a ^ self.round(b, k));
        }
        (a << self.half) | b
    }
    /// Where `x` (below the size) goes.
    pub(crate) fn apply(&self, x: u64) -> u64 {
        let mut y = self.once(x);
        while y >= self.size {
            y = self.once(y);
        }
        y
    }
    /// Where `y` comes from.
    #[cfg(test)]
    pub(crate) fn invert(&self, y: u64) -> u64 {
        let back = |y: u64| {
            let (mut a, mut b) = (y >> self.half, y & ((1 << self.half) - 1));
            for k in (0..ROUNDS).rev() {
                (a, b) = (b ^ self.round(a, k), a);
            }
            (a << self.half) | b
        };
        let mut x = back(y);
        while x >= self.size {
            x = back(x);
        }
        x
    }
}
