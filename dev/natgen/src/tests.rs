use std::collections::HashSet;

use jiff::civil::date;

use super::*;

fn nation() -> Nation {
    Nation::new(2026, date(2026, 11, 20))
}

#[test]
fn the_same_seed_gives_the_same_people() {
    let (a, b) = (nation(), nation());
    for i in [0, 1, 49, 1_000_000, MAX_PERSONS - 1] {
        assert_eq!(a.person(i), b.person(i));
    }
    assert_ne!(a.person(1), Nation::new(1, date(2026, 11, 20)).person(1));
}

#[test]
fn codes_never_collide() {
    let nation = nation();
    let mut seen = HashSet::new();
    for i in 0..60_000 {
        let p = nation.person(i);
        assert!(seen.insert(p.code.clone()), "{} twice", p.code);
        if let Some(old) = p.former_code {
            assert!(seen.insert(old));
        }
        assert!(p.born <= date(2026, 11, 20));
    }
    assert!(seen.iter().any(|c| c.starts_with('3') && c.as_bytes()[1] >= b'2'));
}

#[test]
fn a_legacy_code_agrees_with_the_birth_and_its_check_digit() {
    let nation = nation();
    for p in (0..5_000).map(|i| nation.person(i)) {
        let d: Vec<u8> = p.code.bytes().map(|b| b - b'0').collect();
        if d[0] == 3 && d[1] >= 2 {
            continue;
        }
        let head: [u8; 10] = d[..10].try_into().unwrap();
        assert_eq!(legacy_check_digit(&head), d[10]);
        let day = format!("{:02}{:02}{:02}", p.born.day(), p.born.month(), p.born.year() % 100);
        assert_eq!(&p.code[..6], day);
    }
}

#[test]
fn endings_agree_with_the_gender() {
    let nation = nation();
    for p in (0..5_000).map(|i| nation.person(i)) {
        let masculine = p.given_name.ends_with(['s', 'š']);
        assert_eq!(masculine, p.gender == Gender::Masculine, "{}", p.given_name);
        if p.gender == Gender::Feminine {
            assert!(p.family_name.split('-').all(|f| f.ends_with(['a', 'e'])), "{}", p.family_name);
        }
    }
}

#[test]
fn a_portrait_is_a_jpeg_of_the_right_size() {
    let nation = nation();
    let jpeg = nation.portrait(&nation.person(3));
    let img = image::load_from_memory(&jpeg).unwrap();
    assert_eq!((img.width(), img.height()), (413, 531));
    assert_ne!(jpeg, nation.portrait(&nation.person(4)));
}
