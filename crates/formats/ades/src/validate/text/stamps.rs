//! Time stamps.

use super::{Text, t};

pub(super) const TEXTS: &[Text] = &[
    t(
        "validate.timestamp.unreadable",
        "RFC 3161 2.4.2",
        ("Laika zīmogs ({}) nav nolasāms un netiek ņemts vērā.", "Vajadzīgs jauns laika zīmogs."),
        ("A time stamp ({}) cannot be read and is not counted.", "A new time stamp is needed."),
    ),
    t(
        "validate.timestamp.wrong-imprint",
        "EN 319 102-1 5.4.4",
        ("Laika zīmogs ({}) neattiecas uz šo parakstu un netiek ņemts vērā.", "Vajadzīgs jauns laika zīmogs."),
        ("A time stamp ({}) does not belong to this signature and is not counted.", "A new time stamp is needed."),
    ),
    t(
        "validate.timestamp.imprint-not-judged",
        "EN 319 102-1 5.4.4",
        ("Nevarēja noteikt, uz ko attiecas laika zīmogs ({}); tas netiek ņemts vērā.", "Vajadzīgs jauns laika zīmogs."),
        (
            "It could not be determined what a time stamp ({}) is over; it is not counted.",
            "A new time stamp is needed.",
        ),
    ),
    t(
        "validate.timestamp.bad-signature",
        "EN 319 102-1 5.4.4",
        ("Laika zīmoga ({}) paraksts neatbilst; tas netiek ņemts vērā.", "Vajadzīgs jauns laika zīmogs."),
        ("The signature of a time stamp ({}) does not verify; it is not counted.", "A new time stamp is needed."),
    ),
    t(
        "validate.timestamp.in-future",
        "EN 319 102-1 5.5.4",
        ("Laika zīmogs no “{}” ir vēlāks par pārbaudes laiku.", "Pārbaudiet pulksteni vai norādīto pārbaudes laiku."),
        ("The time stamp of “{}” is later than the validation time.", "Check the clock or the validation time given."),
    ),
    t(
        "validate.timestamp.unit-not-valid",
        "EN 319 102-1 5.4.4",
        ("Laika zīmogu izdevušās vienības “{}” sertifikāts tobrīd nebija spēkā.", "Vajadzīgs jauns laika zīmogs."),
        ("The certificate of time-stamping unit “{}” was not valid at that time.", "A new time stamp is needed."),
    ),
    t(
        "validate.timestamp.weak-algorithm",
        "EN 319 102-1 5.4.4",
        ("Laika zīmogam no “{}” ir vājš algoritms.", "Vajadzīgs jauns laika zīmogs."),
        ("The time stamp of “{}” uses a weak algorithm.", "A new time stamp is needed."),
    ),
    t(
        "validate.timestamp.not-trusted",
        "EN 319 102-1 5.4.4",
        (
            "Laika zīmoga vienība “{}” nav apliecināma; zīmogs netiek ņemts vērā.",
            "Pievienojiet laika zīmoga izdevēja uzticamo sakni un statusa ziņas.",
        ),
        (
            "Time-stamping unit “{}” cannot be trusted; its stamp is not counted.",
            "Supply the trusted root of the time-stamping authority and its status information.",
        ),
    ),
    t(
        "validate.timestamp.order",
        "EN 319 102-1 5.5.4",
        (
            "Paraksta {} laika zīmogu secība ir pretrunīga.",
            "Neuzticieties parakstam; lūdziet parakstītājam neskartu failu.",
        ),
        (
            "The time stamps of signature {} contradict each other.",
            "Do not rely on the signature; ask the signer for an intact file.",
        ),
    ),
];
