use std::time::Duration;

use base::Timestamp;

/// Octets of a packet without extensions.
const SIZE: usize = 48;
/// Seconds from 1900 to 1970.
const EPOCH: i128 = 2_208_988_800;
/// Seconds of an era: then the seconds of a time stamp begin anew, next in February 2036.
const ERA: i128 = 1 << 32;
const SECOND: i128 = 1_000_000_000;

/// What a server told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its time less ours, in nanoseconds.
    pub offset_nanos: i64,
    /// How far the truth may be from that: half the way there and back, and what the server says of its own distance to UTC.
    pub uncertainty: Duration,
    /// It announces a leap second for the end of the day.
    pub leap: bool,
}

/// Why a server's time is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SntpError {
    /// Not found, or the network refuses.
    #[error("the time server cannot be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("the time server did not answer in time")]
    Silent,
    /// The answer is to another question.
    #[error("the answer is to another question")]
    Foreign,
    /// Not an answer that RFC 4330 section 5 accepts.
    #[error("the answer is no answer of a time server: {0}")]
    Malformed(&'static str),
    /// The server has no time itself (leap indicator 3, or a stratum of 16 and more).
    #[error("the time server is not synchronised itself")]
    Unsynchronised,
    /// It asks not to be asked (kiss-o'-death).
    #[error("the time server refuses: {code}")]
    Kiss {
        /// Kiss code: `RATE` (ask less often), `DENY` and `RSTR` (never again), others.
        code: String,
    },
    /// Our clock was set while the question was on its way.
    #[error("the clock was set meanwhile")]
    ClockSet,
}

impl SntpError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "net.sntp-unreachable",
            Self::Silent => "net.sntp-silent",
            Self::Foreign | Self::Malformed(_) => "net.sntp-malformed",
            Self::Unsynchronised => "net.sntp-unsynchronised",
            Self::Kiss { .. } => "net.sntp-refused",
            Self::ClockSet => "net.sntp-clock-set",
        }
    }
}

/// Version 4, client. The time of sending is none of the server's business (RFC 8633 section 3.8): its place holds the nonce.
pub(super) fn question(nonce: [u8; 8]) -> [u8; SIZE] {
    let mut packet = [0; SIZE];
    packet[0] = 4 << 3 | 3;
    packet[40..].copy_from_slice(&nonce);
    packet
}

/// The checks of RFC 4330 section 5, then offset and delay.
pub(super) fn answer(bytes: &[u8], nonce: [u8; 8], sent: Timestamp, received: Timestamp) -> Result<Sample, SntpError> {
    let packet: &[u8; SIZE] = bytes.first_chunk().ok_or(SntpError::Malformed("too short"))?;
    let [head, stratum, ..] = *packet;
    let (leap, version, mode) = (head >> 6, head >> 3 & 7, head & 7);
    if mode != 4 || !(3..=4).contains(&version) {
        return Err(SntpError::Malformed("not of a server"));
    }
    if packet[24..32] != nonce {
        return Err(SntpError::Foreign);
    }
    if stratum == 0 {
        let code = packet[12..16].iter().take_while(|c| c.is_ascii_graphic()).map(|c| char::from(*c)).collect();
        return Err(SntpError::Kiss { code });
    }
    if leap == 3 || stratum > 15 {
        return Err(SntpError::Unsynchronised);
    }
    if received < sent {
        return Err(SntpError::ClockSet);
    }
    if word(packet, 32) == 0 || word(packet, 40) == 0 {
        return Err(SntpError::Malformed("without a time"));
    }
    let (arrived, left) = (nanos(packet, 32, received), nanos(packet, 40, received));
    let (sent, received) = (sent.as_nanosecond(), received.as_nanosecond());
    // Clocks have grains: a thousandth of a second against the order of things is none.
    let delay = (received - sent) - (left - arrived);
    if left < arrived || delay < -SECOND / 1000 {
        return Err(SntpError::Malformed("times out of order"));
    }
    let offset = ((arrived - sent) + (left - received)) / 2;
    let root = nanos_short(packet, 4) / 2 + nanos_short(packet, 8);
    let uncertainty = u64::try_from(delay.max(0) / 2 + root).unwrap_or(u64::MAX);
    Ok(Sample {
        offset_nanos: i64::try_from(offset).map_err(|_| SntpError::Malformed("a time of another age"))?,
        uncertainty: Duration::from_nanos(uncertainty),
        leap: leap != 0,
    })
}

fn word(packet: &[u8; SIZE], at: usize) -> u64 {
    packet.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from_be_bytes(*b))
}

/// A time stamp of the era in which it is nearest to `about`, in ns since 1970.
fn nanos(packet: &[u8; SIZE], at: usize, about: Timestamp) -> i128 {
    let word = i128::from(word(packet, at));
    let (seconds, part) = ((word >> 32) - EPOCH, word & (ERA - 1));
    let era = (i128::from(about.as_second()) - seconds + ERA / 2).div_euclid(ERA);
    (seconds + era * ERA) * SECOND + part * SECOND / ERA
}

/// A span in seconds of 16.16 bits, in ns.
fn nanos_short(packet: &[u8; SIZE], at: usize) -> i128 {
    (i128::from(word(packet, at)) >> 32) * SECOND / (1 << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: [u8; 8] = *b"nonce-01";

    fn at(nanos: i128) -> Timestamp {
        Timestamp::from_nanosecond(1_800_000_000 * SECOND + nanos).unwrap()
    }

    fn ntp(t: Timestamp) -> [u8; 8] {
        let (s, n) = (i128::from(t.as_second()) + EPOCH, i128::from(t.subsec_nanosecond()));
        u64::try_from((s % ERA) << 32 | (n * ERA / SECOND)).unwrap().to_be_bytes()
    }

    /// An answer of a server whose clock is `ahead` of ours, asked at 0, in hand at 20 ms.
    fn reply(ahead: i128) -> [u8; SIZE] {
        let mut p = [0; SIZE];
        p[0] = 4 << 3 | 4;
        p[1] = 2;
        p[24..32].copy_from_slice(&NONCE);
        p[32..40].copy_from_slice(&ntp(at(10_000_000 + ahead)));
        p[40..48].copy_from_slice(&ntp(at(10_000_000 + ahead)));
        p
    }

    fn judged(packet: &[u8]) -> Result<Sample, SntpError> {
        answer(packet, NONCE, at(0), at(20_000_000))
    }

    #[test]
    fn offset_and_uncertainty() {
        for ahead in [0, 1_500 * SECOND / 1000, -3 * SECOND, 90_000 * SECOND] {
            let sample = judged(&reply(ahead)).unwrap();
            assert!((i128::from(sample.offset_nanos) - ahead).abs() < 10, "{ahead}");
            assert_eq!((sample.uncertainty.as_millis(), sample.leap), (10, false));
        }
        let mut far = reply(0);
        far[4..8].copy_from_slice(&(1u32 << 16).to_be_bytes());
        far[8..12].copy_from_slice(&(2u32 << 16).to_be_bytes());
        assert_eq!(judged(&far).unwrap().uncertainty.as_millis(), 10 + 500 + 2000, "as the server says of itself");
    }

    #[test]
    fn the_next_era_is_understood() {
        let day = 86_400 * SECOND;
        let era = Timestamp::from_nanosecond((ERA - EPOCH) * SECOND).unwrap();
        for (ours, theirs) in [(era, -day), (era, day), (era - jiff_day(), 2 * day)] {
            let told = Timestamp::from_nanosecond(ours.as_nanosecond() + theirs).unwrap();
            let mut p = reply(0);
            p[32..40].copy_from_slice(&ntp(told));
            p[40..48].copy_from_slice(&ntp(told));
            let sample = answer(&p, NONCE, ours, ours).unwrap();
            assert!((i128::from(sample.offset_nanos) - theirs).abs() < 10);
        }
    }

    fn jiff_day() -> Duration {
        Duration::from_secs(86_400)
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let with = |at: usize, to: u8| {
            let mut p = reply(0);
            p[at] = to;
            judged(&p).unwrap_err()
        };
        assert!(matches!(judged(&[]).unwrap_err(), SntpError::Malformed(_)));
        assert!(matches!(judged(&reply(0)[..47]).unwrap_err(), SntpError::Malformed(_)));
        assert!(matches!(with(0, 4 << 3 | 3), SntpError::Malformed(_)), "a client");
        assert!(matches!(with(0, 1 << 3 | 4), SntpError::Malformed(_)), "version 1");
        assert_eq!(with(24, 0), SntpError::Foreign);
        assert_eq!(with(0, 3 << 6 | 4 << 3 | 4), SntpError::Unsynchronised);
        assert_eq!(with(1, 16), SntpError::Unsynchronised);
        let mut kiss = reply(0);
        kiss[1] = 0;
        kiss[12..16].copy_from_slice(b"RATE");
        assert_eq!(judged(&kiss).unwrap_err(), SntpError::Kiss { code: "RATE".to_owned() });
        let mut none = reply(0);
        none[40..48].fill(0);
        assert!(matches!(judged(&none).unwrap_err(), SntpError::Malformed(_)));
        let mut back = reply(0);
        back[40..48].copy_from_slice(&ntp(at(0)));
        assert!(matches!(judged(&back).unwrap_err(), SntpError::Malformed(_)));
        assert_eq!(answer(&reply(0), NONCE, at(1), at(0)).unwrap_err(), SntpError::ClockSet);
        let mut announced = reply(0);
        announced[0] |= 1 << 6;
        assert!(judged(&announced).unwrap().leap);
    }

    #[test]
    fn any_packet_is_judged() {
        for seed in 0..20_000u64 {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let mut p = reply(0);
            for _ in 0..6 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let place = usize::try_from(state % 48).unwrap();
                p[place] = (state >> 32) as u8;
            }
            let _told = judged(&p);
        }
    }
}
