//! The signature and its data.

use super::{ASK_SIGNER, NOTHING, Text, t};

pub(super) const TEXTS: &[Text] = &[
    t(
        "validate.data.changed",
        "EN 319 102-1 5.2.7.4",
        ("“{}” pēc parakstīšanas ir mainīts.", "Neuzticieties saturam; lūdziet parakstītājam neskartu failu."),
        ("“{}” was changed after signing.", "Do not rely on the content; ask the signer for an intact file."),
    ),
    t(
        "validate.data.missing",
        "EN 319 102-1 5.2.7.4",
        ("Parakstītais “{}” nav atrasts.", "Pievienojiet parakstīto failu (--detached) vai lūdziet pilnu konteineru."),
        ("The signed “{}” was not found.", "Supply the signed file (--detached) or ask for the complete container."),
    ),
    t(
        "validate.data.nothing-signed",
        "EN 319 102-1 5.2.7.4",
        ("Paraksts {} neattiecas ne uz vienu datu objektu.", ASK_SIGNER.0),
        ("Signature {} covers no data object.", ASK_SIGNER.1),
    ),
    t(
        "validate.signature.value",
        "EN 319 102-1 5.2.7.4",
        (
            "Paraksta {} vērtība neatbilst sertifikātam vai parakstītajiem datiem.",
            "Neuzticieties parakstam; lūdziet parakstītājam neskartu failu.",
        ),
        (
            "The value of signature {} does not match the certificate or the signed data.",
            "Do not rely on the signature; ask the signer for an intact file.",
        ),
    ),
    t(
        "validate.signature.not-judged",
        "EN 319 102-1 5.2.7.4",
        ("Paraksta {} vērtību nevarēja pārbaudīt.", "Lūdziet parakstītāju izmantot pazīstamu algoritmu."),
        ("The value of signature {} could not be checked.", "Ask the signer to use a known algorithm."),
    ),
    t(
        "validate.algorithm.unknown",
        "EN 319 102-1 5.2.8.4.1",
        ("Parakstam {} ir nepazīstams algoritms.", "Lūdziet parakstītāju izmantot ETSI TS 119 312 algoritmu."),
        ("Signature {} uses an unknown algorithm.", "Ask the signer to use an algorithm of ETSI TS 119 312."),
    ),
    t(
        "validate.algorithm.dsa",
        "EN 319 102-1 5.2.8.4.1",
        ("Paraksts {} ir ar DSA, ko šeit nepārbauda un nepieņem.", "Lūdziet parakstīt ar ECDSA, Ed25519 vai RSA."),
        (
            "Signature {} is made with DSA, which is neither verified nor accepted here.",
            "Ask for a signature with ECDSA, Ed25519 or RSA.",
        ),
    ),
    t(
        "validate.algorithm.rsa-sha3",
        "EN 319 102-1 5.2.7.4",
        ("Paraksts ir ar RSA un {}, ko šeit neprot pārbaudīt.", "Lūdziet parakstīt ar RSA un SHA-256 vai ar ECDSA."),
        (
            "The signature is made with RSA and {}, which cannot be verified here.",
            "Ask for a signature with RSA and SHA-256, or with ECDSA.",
        ),
    ),
    t(
        "validate.algorithm.weak",
        "EN 319 102-1 5.2.8.4.1",
        ("Algoritms {} paraksta laikā vairs nebija drošs.", "Lūdziet parakstīt ar drošu algoritmu (vismaz SHA-256)."),
        (
            "Algorithm {} was no longer secure at the time of the signature.",
            "Ask for a signature with a secure algorithm (SHA-256 or better).",
        ),
    ),
    t(
        "validate.time.missing",
        "EN 319 102-1 5.2.8.4.2.2",
        ("Parakstā {} nav norādīts parakstīšanas laiks.", "Lūdziet parakstu pēc ETSI pamatprofila."),
        ("Signature {} claims no signing time.", "Ask for a signature of an ETSI baseline profile."),
    ),
    t(
        "validate.time.outside-certificate",
        "EN 319 102-1 5.2.8.4.2.2",
        (
            "Norādītais parakstīšanas laiks {} nav parakstītāja sertifikāta derīguma termiņā.",
            "Lūdziet parakstītāju parakstīt vēlreiz ar derīgu sertifikātu.",
        ),
        (
            "The claimed signing time {} lies outside the validity of the signing certificate.",
            "Ask the signer to sign again with a valid certificate.",
        ),
    ),
    t(
        "validate.properties.not-signed",
        "EN 319 132-1 4.3.1",
        ("Paraksta {} īpašības nav parakstītas.", "Lūdziet parakstu pēc ETSI pamatprofila."),
        ("The properties of signature {} are not signed.", "Ask for a signature of an ETSI baseline profile."),
    ),
    t(
        "validate.policy.not-available",
        "EN 319 102-1 5.2.4",
        ("Paraksta politikas {} dokuments nav pieejams; paraksts vērtēts bez tās.", NOTHING.0),
        ("The document of signature policy {} is not available; the signature was judged without it.", NOTHING.1),
    ),
    t(
        "validate.policy.digest",
        "EN 319 102-1 5.2.4",
        (
            "Paraksta politikas {} dokuments nav tas, ko nosaukusi parakstītāja programma.",
            "Noskaidrojiet pie parakstītāja, pēc kādiem noteikumiem parakstīts.",
        ),
        (
            "The document of signature policy {} is not the one that the signature names.",
            "Ask the signer by what rules it was signed.",
        ),
    ),
    t(
        "validate.time.in-future",
        "EN 319 102-1 5.2.8.4.2.2",
        ("Norādītais parakstīšanas laiks {} ir nākotnē.", "Pārbaudiet pulksteni vai norādīto pārbaudes laiku."),
        ("The claimed signing time {} lies in the future.", "Check the clock or the validation time given."),
    ),
    t(
        "validate.time.after-time-stamp",
        "EN 319 102-1 5.5.4",
        ("Norādītais parakstīšanas laiks {} ir vēlāks par laika zīmogu.", "Ticiet laika zīmoga laikam."),
        ("The claimed signing time {} is later than the time stamp.", "Rely on the time of the time stamp."),
    ),
    t(
        "validate.scope.partial",
        "EN 319 102-1 5.2.9",
        ("“{}” paraksts aptver tikai daļēji: pēc parakstīšanas kas pielikts.", "Apskatiet parakstīto redakciju."),
        ("The signature covers “{}” only in part: something was added after signing.", "Look at the signed revision."),
    ),
    t(
        "validate.scope.none",
        "EN 319 102-1 5.2.9",
        ("Paraksts neaptver “{}”.", "Neuzskatiet šo failu par parakstītu."),
        ("The signature does not cover “{}”.", "Do not treat this file as signed."),
    ),
];
