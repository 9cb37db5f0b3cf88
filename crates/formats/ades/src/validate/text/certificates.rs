//! Certificates and paths.

use super::{ASK_SIGNER, Text, t};

pub(super) const TEXTS: &[Text] = &[
    t(
        "validate.certificate.missing",
        "EN 319 102-1 5.2.3.4",
        ("Parakstā {} nav parakstītāja sertifikāta.", "Lūdziet failu ar pievienotu sertifikātu."),
        ("Signature {} carries no signing certificate.", "Ask for a file that carries the certificate."),
    ),
    t(
        "validate.certificate.reference-differs",
        "EN 319 102-1 5.2.3.4",
        ("Parakstā norādīts cits sertifikāts, nevis “{}”.", "Neuzticieties parakstam: sertifikāts var būt nomainīts."),
        (
            "The signature refers to a certificate other than “{}”.",
            "Do not rely on the signature: the certificate may have been swapped.",
        ),
    ),
    t(
        "validate.certificate.reference-missing",
        "EN 319 102-1 5.2.8.4.2.1",
        ("Parakstā {} nav parakstītas norādes uz sertifikātu.", "Lūdziet parakstu pēc ETSI pamatprofila."),
        (
            "Signature {} has no signed reference to its certificate.",
            "Ask for a signature of an ETSI baseline profile.",
        ),
    ),
    t(
        "validate.chain.no-anchor",
        "EN 319 102-1 5.2.6.4",
        (
            "No sertifikāta “{}” nav ceļa līdz uzticamam izdevējam.",
            "Pievienojiet uzticamo sakni vai uzticamo sarakstu.",
        ),
        ("No path leads from certificate “{}” to a trusted issuer.", "Supply the trusted root or a trusted list."),
    ),
    t(
        "validate.chain.anchor-ended",
        "EN 319 102-1 5.2.6.4",
        (
            "Saknei “{}” vairs neuzticas, un nekas nepierāda parakstu no laika, kad tai uzticējās.",
            "Vajadzīgs laika zīmogs no laika, kad saknei uzticējās, vai cita uzticama sakne.",
        ),
        (
            "The trust anchor “{}” is trusted no longer, and nothing proves the signature from when it was.",
            "A time stamp from when the anchor was trusted is needed, or another trust anchor.",
        ),
    ),
    t(
        "validate.chain.too-complex",
        "EN 319 102-1 5.2.6.4",
        (
            "Sertifikāta “{}” ceļa meklēšana pārtraukta: pārāk daudz iespēju.",
            "Pievienojiet tikai vajadzīgos starpsertifikātus.",
        ),
        (
            "The search for a path of certificate “{}” was given up: too many possibilities.",
            "Supply only the intermediate certificates that are needed.",
        ),
    ),
    t(
        "validate.chain.not-yet-valid",
        "EN 319 102-1 5.2.6.4",
        ("Sertifikāts “{}” paraksta laikā vēl nebija spēkā.", ASK_SIGNER.0),
        ("Certificate “{}” was not yet valid at the time of the signature.", ASK_SIGNER.1),
    ),
    t(
        "validate.chain.expired",
        "EN 319 102-1 5.2.6.4",
        (
            "Sertifikāta “{}” termiņš bija beidzies, un nav pierādījuma par agrāku laiku.",
            "Vajadzīgs laika zīmogs no sertifikāta derīguma laika.",
        ),
        (
            "Certificate “{}” had expired and nothing proves an earlier time.",
            "A time stamp from the certificate's validity period is needed.",
        ),
    ),
    t(
        "validate.chain.ca-expired-no-poe",
        "EN 319 102-1 5.6.2.2",
        (
            "Izdevēja “{}” sertifikāts beidzies, pirms pārbaudes materiāls apliecināts ar arhīva laika zīmogu.",
            "Vajadzīgs arhīva laika zīmogs no izdevēja derīguma laika.",
        ),
        (
            "The certificate of issuer “{}” expired before an archive time stamp covered the validation material.",
            "An archive time stamp from the issuer's validity period is needed.",
        ),
    ),
    t(
        "validate.chain.weak-algorithm",
        "EN 319 102-1 5.2.6.4",
        (
            "Sertifikāta “{}” atslēga vai algoritms ir par vāju.",
            "Vajadzīgs paraksts ar sertifikātu, kas atbilst ETSI TS 119 312.",
        ),
        (
            "The key or algorithm of certificate “{}” is too weak.",
            "A signature with a certificate that meets ETSI TS 119 312 is needed.",
        ),
    ),
    t(
        "validate.chain.wrong-purpose",
        "EN 319 102-1 5.2.6.4",
        ("Sertifikāts “{}” nav paredzēts šim nolūkam.", "Jāparaksta ar parakstīšanas sertifikātu."),
        ("Certificate “{}” is not meant for this purpose.", "A certificate for signing has to be used."),
    ),
    t(
        "validate.chain.extension",
        "RFC 5280 4.2",
        ("Sertifikātā “{}” ir paplašinājums, ko nevar izvērtēt.", "Sazinieties ar sertifikāta izdevēju."),
        ("Certificate “{}” has an extension that cannot be judged.", "Contact the issuer of the certificate."),
    ),
    t(
        "validate.chain.constraints",
        "RFC 5280 6.1",
        ("Sertifikāts “{}” pārkāpj sertifikācijas ceļa nosacījumus.", "Sazinieties ar sertifikāta izdevēju."),
        ("Certificate “{}” breaks a constraint of the certification path.", "Contact the issuer of the certificate."),
    ),
    t(
        "validate.chain.revoked",
        "EN 319 102-1 5.2.6.4",
        (
            "Sertifikāts “{}” ir atsaukts, un nav pierādījuma, ka parakstīts pirms tam.",
            "Neuzticieties parakstam bez agrāka laika zīmoga.",
        ),
        (
            "Certificate “{}” is revoked and nothing proves that it was used before.",
            "Do not rely on the signature without an earlier time stamp.",
        ),
    ),
    t(
        "validate.chain.ca-revoked",
        "EN 319 102-1 5.2.6.4",
        (
            "Izdevēja “{}” sertifikāts ir atsaukts.",
            "Neuzticieties parakstam bez arhīva laika zīmoga no laika pirms atsaukšanas.",
        ),
        (
            "The certificate of issuer “{}” is revoked.",
            "Do not rely on the signature without an archive time stamp from before.",
        ),
    ),
    t(
        "validate.chain.held",
        "EN 319 102-1 5.2.6.4",
        ("Sertifikāta “{}” darbība ir apturēta.", "Pārbaudiet vēlreiz, kad izdevējs izlēmis par apturēto sertifikātu."),
        ("Certificate “{}” is on hold.", "Validate again when the issuer has decided about the hold."),
    ),
    t(
        "validate.qualification.claimed",
        "EN 319 412-5 4",
        (
            "Sertifikāts sakās būt kvalificēts ({}); bez uzticamā saraksta tas nav apstiprināts.",
            "Pārbaudiet ar uzticamo sarakstu.",
        ),
        (
            "The certificate claims to be qualified ({}); without a trusted list this is not confirmed.",
            "Validate with a trusted list.",
        ),
    ),
    t(
        "validate.chain.key-identifier",
        "RFC 5280 4.2.1.2",
        ("Izdevēja sertifikātā “{}” nav atslēgas identifikatora.", "Sazinieties ar sertifikāta izdevēju."),
        ("The issuer's certificate “{}” has no key identifier.", "Contact the issuer of the certificate."),
    ),
    t(
        "validate.chain.misplaced",
        "RFC 6960 4.2.2.2.1, RFC 9608 2",
        (
            "Sertifikātā “{}” ir paplašinājums, kas atbrīvo no atsaukšanas pārbaudes, bet šādam sertifikātam nepienākas.",
            "Sazinieties ar sertifikāta izdevēju.",
        ),
        (
            "Certificate “{}” has an extension that frees it of revocation checks and must not stand in such a certificate.",
            "Contact the issuer of the certificate.",
        ),
    ),
];
