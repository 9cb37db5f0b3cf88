//! A synthetic nation: invented people of Latvia, the same for the same seed, on every machine.
//!
//! Person `i` is computed alone, in constant time, without the others. Personal codes never collide: the old ones take a
//! slot (day of birth, serial) by a permutation, the new ones take a place among 8·10⁹ by another. Nobody here exists.

mod codes;
mod names;
mod places;
mod portrait;
mod stream;

use jiff::civil::Date;
use serde::Serialize;

pub use codes::{MAX_PERSONS, legacy_check_digit};
use stream::Stream;

/// The grammatical gender of the name; used for name endings and the drawn portrait, never read out of a personal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Feminine endings.
    Feminine,
    /// Masculine endings.
    Masculine,
}

/// One invented person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Number in the nation.
    pub index: u64,
    /// Personal code, 11 digits without the dash.
    pub code: String,
    /// The code before a change, for the few who changed it.
    pub former_code: Option<String>,
    /// Given name or names.
    pub given_name: String,
    /// Family name with the ending of the gender.
    pub family_name: String,
    /// Endings.
    pub gender: Gender,
    /// Date of birth.
    pub born: Date,
    /// Place of birth.
    pub birthplace: String,
    /// `LV`, `LV-NC` (non-citizen of Latvia) or the two letters of another country.
    pub citizenship: String,
    /// Declared address in one line.
    pub address: String,
    /// E-mail in a reserved domain that delivers nowhere.
    pub email: String,
    /// Telephone number.
    pub phone: String,
}

/// The nation of a seed, as of a day.
#[derive(Clone, Copy, Debug)]
pub struct Nation {
    seed: u64,
    today: Date,
}

impl Nation {
    /// The nation of `seed` in which nobody is born after `today`.
    pub fn new(seed: u64, today: Date) -> Self {
        Self { seed, today }
    }

    /// Person `index`; indexes at or above [`MAX_PERSONS`] wrap around.
    pub fn person(&self, index: u64) -> Person {
        let index = index % MAX_PERSONS;
        let mut r = Stream::new(self.seed, index);
        let identity = codes::identity(self.seed, index, self.today, &mut r);
        let gender = if r.below(2) == 0 { Gender::Feminine } else { Gender::Masculine };
        let given_name = names::given(gender, &mut r);
        let family_name = names::family(gender, &mut r);
        let (birthplace, address) = places::place_and_address(&mut r);
        let citizenship = match (identity.newcomer, r.below(100)) {
            (true, n) => ["LT", "EE", "DE", "UA", "SE", "PL"][n as usize % 6].to_owned(),
            (false, 0..=8) if identity.born.year() < 1992 => "LV-NC".to_owned(),
            (false, 9) => "LT".to_owned(),
            _ => "LV".to_owned(),
        };
        let ascii = |s: &str| s.chars().filter_map(names::ascii).collect::<String>();
        let email = format!("{}.{}.{index}@pasts.example", ascii(&given_name), ascii(&family_name));
        let phone = format!("+3712000{:04}", index % 10_000);
        Person {
            index,
            code: identity.code,
            former_code: identity.former,
            given_name,
            family_name,
            gender,
            born: identity.born,
            birthplace,
            citizenship,
            address,
            email,
            phone,
        }
    }

    /// The first `count` persons from `start` who are at least `years` old.
    pub fn adults(&self, start: u64, years: i16) -> impl Iterator<Item = Person> + '_ {
        let limit = self.today;
        (start..MAX_PERSONS).map(|i| self.person(i)).filter(move |p| {
            let (y, m, d) = (limit.year() - years, limit.month(), limit.day());
            (p.born.year(), p.born.month(), p.born.day()) <= (y, m, d)
        })
    }

    /// A drawn portrait of person `index` as JPEG, 413 × 531 pixels (35 × 45 mm at 300 dots an inch): plainly a drawing.
    pub fn portrait(&self, person: &Person) -> Vec<u8> {
        portrait::jpeg(self.seed, person)
    }
}

#[cfg(test)]
mod tests;
