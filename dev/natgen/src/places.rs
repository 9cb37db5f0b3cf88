//! Places of birth and addresses of a plausible shape; the numbers are invented.

use crate::stream::Stream;

const TOWNS: &[&(&str, &str)] = &[
    &("Rīga", "LV-10"),
    &("Daugavpils", "LV-54"),
    &("Liepāja", "LV-34"),
    &("Jelgava", "LV-30"),
    &("Jūrmala", "LV-20"),
    &("Ventspils", "LV-36"),
    &("Rēzekne", "LV-46"),
    &("Valmiera", "LV-42"),
    &("Ogre", "LV-50"),
    &("Jēkabpils", "LV-52"),
    &("Cēsis", "LV-41"),
    &("Sigulda", "LV-21"),
    &("Kuldīga", "LV-33"),
    &("Tukums", "LV-31"),
    &("Talsi", "LV-32"),
    &("Madona", "LV-48"),
    &("Saldus", "LV-38"),
    &("Bauska", "LV-39"),
    &("Limbaži", "LV-40"),
    &("Alūksne", "LV-43"),
];

const STREETS: &[&str] = &[
    "Brīvības iela",
    "Ozolu iela",
    "Liepu iela",
    "Dzirnavu iela",
    "Skolas iela",
    "Jūras iela",
    "Rīgas iela",
    "Parka iela",
    "Ezera iela",
    "Raiņa bulvāris",
    "Upes iela",
    "Meža prospekts",
    "Saules iela",
    "Ziedu iela",
    "Bērzu aleja",
    "Kalna iela",
    "Stacijas iela",
];

pub(crate) fn place_and_address(r: &mut Stream) -> (String, String) {
    let born_in = r.zipf(TOWNS).0;
    let (town, prefix) = *r.zipf(TOWNS);
    let (street, house, flat) = (r.pick(STREETS), 1 + r.below(120), r.below(60));
    let post = r.below(100);
    let address = if flat < 20 {
        format!("{street} {house}, {town}, {prefix}{post:02}")
    } else {
        format!("{street} {house}–{}, {town}, {prefix}{post:02}", flat - 19)
    };
    (born_in.to_owned(), address)
}
