//! Latvian names with the right endings.

use crate::{Gender, stream::Stream};

const FEMININE: &[&str] = &[
    "Anna",
    "Kristīne",
    "Inese",
    "Ilze",
    "Līga",
    "Anita",
    "Elīna",
    "Laura",
    "Dace",
    "Inga",
    "Marija",
    "Sandra",
    "Ieva",
    "Zane",
    "Evija",
    "Agnese",
    "Santa",
    "Baiba",
    "Aija",
    "Daina",
    "Gunta",
    "Vita",
    "Iveta",
    "Ināra",
    "Ligita",
    "Rasma",
    "Velta",
    "Emīlija",
    "Sofija",
    "Alise",
    "Paula",
    "Marta",
    "Katrīna",
    "Elza",
    "Rūta",
    "Jekaterina",
    "Olga",
    "Svetlana",
    "Natālija",
    "Jūlija",
    "Tatjana",
    "Undīne",
    "Madara",
    "Signe",
    "Ģertrūde",
    "Žanna",
    "Ņina",
    "Šarlote",
    "Ērika",
    "Ausma",
];

const MASCULINE: &[&str] = &[
    "Jānis",
    "Andris",
    "Juris",
    "Mārtiņš",
    "Edgars",
    "Kristaps",
    "Rihards",
    "Aleksandrs",
    "Artūrs",
    "Roberts",
    "Māris",
    "Aivars",
    "Pēteris",
    "Guntis",
    "Valdis",
    "Ivars",
    "Raimonds",
    "Kaspars",
    "Uldis",
    "Normunds",
    "Aigars",
    "Oskars",
    "Gustavs",
    "Markuss",
    "Ralfs",
    "Emīls",
    "Kārlis",
    "Toms",
    "Krišjānis",
    "Matīss",
    "Sergejs",
    "Vladimirs",
    "Dmitrijs",
    "Viktors",
    "Nikolajs",
    "Igors",
    "Ģirts",
    "Žanis",
    "Jēkabs",
    "Reinis",
    "Haralds",
    "Ēriks",
    "Zigmārs",
    "Voldemārs",
    "Imants",
    "Gatis",
    "Ojārs",
    "Linards",
    "Dainis",
    "Andrejs",
];

/// Masculine and feminine form.
const FAMILY: &[&(&str, &str)] = &[
    &("Bērziņš", "Bērziņa"),
    &("Kalniņš", "Kalniņa"),
    &("Ozoliņš", "Ozoliņa"),
    &("Jansons", "Jansone"),
    &("Ozols", "Ozola"),
    &("Liepiņš", "Liepiņa"),
    &("Krūmiņš", "Krūmiņa"),
    &("Balodis", "Balode"),
    &("Eglītis", "Eglīte"),
    &("Zariņš", "Zariņa"),
    &("Pētersons", "Pētersone"),
    &("Vītols", "Vītola"),
    &("Kļaviņš", "Kļaviņa"),
    &("Kārkliņš", "Kārkliņa"),
    &("Vanags", "Vanaga"),
    &("Ivanovs", "Ivanova"),
    &("Šteinbergs", "Šteinberga"),
    &("Priedītis", "Priedīte"),
    &("Lācis", "Lāce"),
    &("Briedis", "Briede"),
    &("Apinis", "Apine"),
    &("Grīnbergs", "Grīnberga"),
    &("Rubenis", "Rubene"),
    &("Zvaigzne", "Zvaigzne"),
    &("Upenieks", "Upeniece"),
    &("Kalnietis", "Kalniete"),
    &("Siliņš", "Siliņa"),
    &("Strazdiņš", "Strazdiņa"),
    &("Jēkabsons", "Jēkabsone"),
    &("Cīrulis", "Cīrule"),
    &("Zālītis", "Zālīte"),
    &("Roze", "Roze"),
    &("Priede", "Priede"),
    &("Egle", "Egle"),
    &("Sproģis", "Sproģe"),
    &("Ziediņš", "Ziediņa"),
    &("Lūsis", "Lūse"),
    &("Skujiņš", "Skujiņa"),
    &("Celmiņš", "Celmiņa"),
    &("Āboliņš", "Āboliņa"),
    &("Krastiņš", "Krastiņa"),
    &("Petrovs", "Petrova"),
    &("Kuzņecovs", "Kuzņecova"),
    &("Vasiļevskis", "Vasiļevska"),
    &("Kovaļevskis", "Kovaļevska"),
    &("Birznieks", "Birzniece"),
    &("Freimanis", "Freimane"),
    &("Ķirsis", "Ķirse"),
    &("Ābele", "Ābele"),
    &("Liepa", "Liepa"),
    &("Dreimanis", "Dreimane"),
    &("Fridrihsons", "Fridrihsone"),
    &("Meiers", "Meiere"),
    &("Nagliņš", "Nagliņa"),
    &("Pūce", "Pūce"),
    &("Zeltiņš", "Zeltiņa"),
    &("Ūdris", "Ūdre"),
    &("Jaunzems", "Jaunzeme"),
    &("Mednis", "Medne"),
    &("Čakste", "Čakste"),
];

pub(crate) fn given(gender: Gender, r: &mut Stream) -> String {
    let all = if gender == Gender::Feminine {
        FEMININE
    } else {
        MASCULINE
    };
    let first = r.zipf(all);
    let second = r.zipf(all);
    if r.below(12) == 0 && first != second {
        format!("{first} {second}")
    } else {
        first.to_owned()
    }
}

pub(crate) fn family(gender: Gender, r: &mut Stream) -> String {
    let form = |pair: &(&'static str, &'static str)| {
        if gender == Gender::Feminine {
            pair.1
        } else {
            pair.0
        }
    };
    let first = form(r.zipf(FAMILY));
    let second = form(r.zipf(FAMILY));
    if gender == Gender::Feminine && r.below(25) == 0 && first != second {
        format!("{first}-{second}")
    } else {
        first.to_owned()
    }
}

/// A letter of a Latvian name without its mark, in lower case; nothing for what is no letter.
pub(crate) fn ascii(c: char) -> Option<char> {
    let c = c.to_lowercase().next().unwrap_or(c);
    Some(match c {
        'ā' => 'a',
        'č' => 'c',
        'ē' => 'e',
        'ģ' => 'g',
        'ī' => 'i',
        'ķ' => 'k',
        'ļ' => 'l',
        'ņ' => 'n',
        'š' => 's',
        'ū' => 'u',
        'ž' => 'z',
        'a'..='z' => c,
        _ => return None,
    })
}
