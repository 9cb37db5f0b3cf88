//! Trusted lists.

use super::{NOTHING, Text, t};

const ASK_SUPERVISOR: (&str, &str) = (
    "Ja kvalifikācija ir svarīga, sazinieties ar pakalpojuma sniedzēju vai uzraudzības iestādi.",
    "If the qualification matters, contact the provider or the supervisory body.",
);

pub(super) const TEXTS: &[Text] = &[
    t(
        "validate.list.not-granted",
        "TS 119 615 4.4",
        ("Pakalpojumam tobrīd nebija kvalificēta statusa: {}.", ASK_SUPERVISOR.0),
        ("The service was not granted as qualified then: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.not-listed-then",
        "TS 119 615 4.3",
        ("Pakalpojums tobrīd vēl nebija uzticamajā sarakstā: {}.", ASK_SUPERVISOR.0),
        ("The service was not yet on the trusted list then: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.unknown-extension",
        "TS 119 612 5.5.9",
        ("Uzticamajā sarakstā ir kritisks paplašinājums, ko nevar izvērtēt: {}.", ASK_SUPERVISOR.0),
        ("The trusted list has a critical extension that cannot be judged: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.qualifiers-conflict",
        "TS 119 615 4.4",
        ("Uzticamais saraksts par šo sertifikātu saka pretrunīgo: {}.", ASK_SUPERVISOR.0),
        ("The trusted list contradicts itself about this certificate: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.qscd-conflict",
        "TS 119 615 4.5",
        ("Uzticamais saraksts pretrunīgi saka, vai atslēga ir drošā ierīcē: {}.", ASK_SUPERVISOR.0),
        ("The trusted list contradicts itself about the device of the key: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.services-conflict",
        "TS 119 615 4.4",
        ("Vairāki pakalpojumi uzticamajos sarakstos par šo sertifikātu saka atšķirīgo: {}.", ASK_SUPERVISOR.0),
        ("Several services on trusted lists say different things of this certificate: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.qualified-by-list",
        "TS 119 615 4.4",
        ("Sertifikāts pats to nesaka, bet uzticamais saraksts to apliecina par kvalificētu: {}.", NOTHING.0),
        ("The certificate does not say so, but the trusted list says that it is qualified: {}.", NOTHING.1),
    ),
    t(
        "validate.list.not-qualified-by-list",
        "TS 119 615 4.4",
        ("Sertifikāts sakās būt kvalificēts, bet uzticamais saraksts to noliedz: {}.", ASK_SUPERVISOR.0),
        ("The certificate claims to be qualified, but the trusted list denies it: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.legal-person",
        "TS 119 615 4.4",
        ("Uzticamais saraksts saka, ka sertifikāts izdots juridiskai personai: {}.", NOTHING.0),
        ("The trusted list says that the certificate is that of a legal person: {}.", NOTHING.1),
    ),
    t(
        "validate.list.other-purpose",
        "TS 119 615 4.4",
        ("Pakalpojums nav atzīts šāda veida sertifikātiem: {}.", ASK_SUPERVISOR.0),
        ("The service is not granted for certificates of this kind: {}.", ASK_SUPERVISOR.1),
    ),
    t(
        "validate.list.expired",
        "TS 119 615 4.2",
        (
            "Uzticamais saraksts {} jau bija jāaizstāj ar jaunāku.",
            "Atjauniniet uzticamos sarakstus (enkurs-sign lists update).",
        ),
        (
            "The trusted list {} should have been replaced by a newer one.",
            "Update the trusted lists (enkurs-sign lists update).",
        ),
    ),
];
