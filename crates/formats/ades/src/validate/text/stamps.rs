//! Time stamps.

use super::{NOTHING, Text, t};

pub(super) const TEXTS: &[Text] = &[
    t(
        "validate.timestamp.late",
        "EN 319 102-1 5.5.4",
        (
            "Paraksta laika zīmogs ({}) uzlikts vēlāk, nekā politika ļauj pēc norādītā parakstīšanas laika.",
            "Lūdziet parakstītāju parakstīt vēlreiz un uzreiz pievienot laika zīmogu.",
        ),
        (
            "The time stamp of the signature ({}) came later after the claimed signing time than the policy allows.",
            "Ask the signer to sign again and to add the time stamp at once.",
        ),
    ),
    t(
        "validate.timestamp.not-qualified",
        "TS 119 615 4.5",
        (
            "Laika zīmogs no “{}” nav kvalificēts, bet politika to prasa.",
            "Vajadzīgs kvalificēta pakalpojuma laika zīmogs un uzticamie saraksti (--trusted-list).",
        ),
        (
            "The time stamp of “{}” is not qualified, which the policy asks for.",
            "A time stamp of a qualified service is needed, and trusted lists (--trusted-list).",
        ),
    ),
    t(
        "validate.time-mark.counted",
        "BDOC 2.1 6.1",
        ("OCSP atbilde ar paraksta vērtības jaucējvērtību pierāda parakstu kopš {}.", NOTHING.0),
        ("An OCSP answer with the digest of the signature value proves the signature since {}.", NOTHING.1),
    ),
    t(
        "validate.time-mark.not-counted",
        "BDOC 2.1 6.1",
        (
            "Parakstam ir laika atzīme ({}), nevis laika zīmogs; politika to neņem vērā.",
            "Pievienojiet laika zīmogu vai izmantojiet politiku, kas laika atzīmes ņem vērā (time-marks).",
        ),
        (
            "The signature has a time mark ({}) instead of a time stamp; the policy does not count it.",
            "Add a time stamp, or use a policy that counts time marks (time-marks).",
        ),
    ),
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
