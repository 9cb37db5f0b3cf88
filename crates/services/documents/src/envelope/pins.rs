use base::{Random, Secret};
use zeroize::Zeroizing;

/// PIN1, PIN2 and PUK of a card.
#[derive(Clone, Debug)]
pub struct Pins {
    /// Four digits: proves identity.
    pub pin1: Secret<String>,
    /// Six digits: signs.
    pub pin2: Secret<String>,
    /// Eight digits: frees a blocked PIN.
    pub puk: Secret<String>,
}

impl Pins {
    /// Fresh ones.
    pub fn random(random: &dyn Random) -> Self {
        Self { pin1: digits(random, 4), pin2: digits(random, 6), puk: digits(random, 8) }
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let plain = [&self.pin1, &self.pin2, &self.puk].map(|p| p.expose().as_str()).join("\n");
        Zeroizing::new(plain.into_bytes())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(bytes).ok()?.split('\n').map(|p| Secret::new(p.to_owned()));
        Some(Self { pin1: parts.next()?, pin2: parts.next()?, puk: parts.next()? })
    }
}

/// Random digits, evenly drawn; neither all the same nor in a row.
fn digits(random: &dyn Random, count: usize) -> Secret<String> {
    loop {
        let mut text = Zeroizing::new(String::with_capacity(count));
        while text.len() < count {
            let mut b = [0];
            random.fill(&mut b);
            let [b] = b;
            if b < 250 {
                text.push(char::from(b'0' + b % 10));
            }
        }
        if !plain_to_guess(&text) {
            return Secret::new(text.as_str().to_owned());
        }
    }
}

fn plain_to_guess(text: &str) -> bool {
    let steps: Vec<i16> =
        text.as_bytes().windows(2).filter_map(|w| Some(i16::from(*w.get(1)?) - i16::from(*w.first()?))).collect();
    [-1, 0, 1].iter().any(|s| steps.iter().all(|x| x == s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_digits_of_the_right_length_and_not_guessable_at_once() {
        let random = base::SeededRandom::new(1);
        for _ in 0..300 {
            let p = Pins::random(&random);
            for (pin, len) in [(&p.pin1, 4), (&p.pin2, 6), (&p.puk, 8)] {
                assert_eq!(pin.expose().len(), len);
                assert!(pin.expose().bytes().all(|b| b.is_ascii_digit()));
            }
            let again = Pins::from_bytes(&p.to_bytes()).unwrap();
            assert_eq!(again.puk.expose(), p.puk.expose());
        }
        for bad in ["0000", "123456", "87654321"] {
            assert!(plain_to_guess(bad));
        }
        assert!(!plain_to_guess("1224"));
    }
}
