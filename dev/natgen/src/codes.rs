//! Personal codes and days of birth that fit them, without collisions.

use jiff::{
    ToSpan as _,
    civil::{Date, date},
};

use crate::stream::{Permutation, Stream};

/// First day of birth in the nation.
const FIRST_DAY: Date = date(1934, 1, 1);
/// First day on which nobody gets an old-style code any more.
const REFORM: Date = date(2017, 7, 1);
/// Days from the first day of birth to the reform.
const LEGACY_DAYS: u64 = 30_497;
/// An old-style code leaves three digits for the serial of a day.
const SERIALS: u64 = 1_000;
/// New-style codes: first digit 3, second 2 to 9, nine digits without meaning.
const NEW_CODES: u64 = 8_000_000_000;

/// How many people the nation can hold: as many as there are old-style codes.
pub const MAX_PERSONS: u64 = LEGACY_DAYS * SERIALS;

pub(crate) struct Identity {
    pub(crate) code: String,
    pub(crate) former: Option<String>,
    pub(crate) born: Date,
    pub(crate) newcomer: bool,
}

/// The last digit of an old-style code; `digits` are the ten before it.
pub fn legacy_check_digit(digits: &[u8; 10]) -> u8 {
    const WEIGHTS: [u32; 10] = [10, 5, 8, 4, 2, 1, 6, 3, 7, 9];
    let sum: u32 = 1 + digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(*d) * w).sum::<u32>();
    u8::try_from(sum % 11 % 10).unwrap_or(0)
}

/// Old-style code number `slot` of all, with its day of birth: a bijection.
pub(crate) fn legacy(slot: u64) -> (String, Date) {
    let day = i64::try_from(slot / SERIALS).unwrap_or(0);
    let born = FIRST_DAY.checked_add(day.days()).unwrap_or(FIRST_DAY);
    let century = if born.year() < 2000 { 1 } else { 2 };
    let text = format!("{:02}{:02}{:02}{century}{:03}", born.day(), born.month(), born.year() % 100, slot % SERIALS);
    let mut digits = [0; 10];
    for (d, c) in digits.iter_mut().zip(text.bytes()) {
        *d = c - b'0';
    }
    (format!("{text}{}", legacy_check_digit(&digits)), born)
}

/// New-style code number `place` of all: a bijection.
pub(crate) fn new_style(place: u64) -> String {
    format!("3{}{:09}", 2 + place / 1_000_000_000 % 8, place % 1_000_000_000)
}

pub(crate) fn identity(seed: u64, index: u64, today: Date, r: &mut Stream) -> Identity {
    let slots = Permutation::new(seed ^ 0x0001, MAX_PERSONS);
    let places = Permutation::new(seed ^ 0x0002, NEW_CODES);
    let (old, old_day) = legacy(slots.apply(index));
    let new = || new_style(places.apply(index));
    match r.below(100) {
        // Born after the reform.
        0..=9 if today > REFORM => {
            let span = (today - REFORM).get_days().max(1).unsigned_abs();
            let born = REFORM.checked_add(i64::from(r.below(span)).days()).unwrap_or(REFORM);
            Identity { code: new(), former: None, born, newcomer: false }
        }
        // Came to Latvia after the reform.
        10..=13 => Identity { code: new(), former: None, born: old_day, newcomer: true },
        // Changed the code, as anyone may once.
        14..=19 => Identity { code: new(), former: Some(old), born: old_day, newcomer: false },
        _ => Identity { code: old, former: None, born: old_day, newcomer: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_style_fills_the_days_up_to_the_reform() {
        assert_eq!(legacy(0).1, FIRST_DAY);
        assert_eq!(legacy(MAX_PERSONS - 1).1, REFORM.checked_sub(1.days()).unwrap());
    }

    #[test]
    fn permutations_are_bijections() {
        for size in [1, 2, 5, 1000, 4096, 4097] {
            let p = Permutation::new(7, size);
            let mut seen: Vec<u64> = (0..size).map(|x| p.apply(x)).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..size), "size {size}");
        }
        let mut r = Stream::new(1, 2);
        for size in [MAX_PERSONS, NEW_CODES] {
            for _ in 0..20_000 {
                let p = Permutation::new(r.next(), size);
                let x = r.next() % size;
                let y = p.apply(x);
                assert!(y < size);
                assert_eq!(p.invert(y), x);
            }
        }
    }
}
