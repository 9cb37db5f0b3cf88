use super::Lang;

/// What is said of a code. `{}` stands for the object.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Code.
    pub code: &'static str,
    /// Clause.
    pub clause: &'static str,
    /// Latvian text and remedy.
    pub lv: (&'static str, &'static str),
    /// English text and remedy.
    pub en: (&'static str, &'static str),
}

const fn t(
    code: &'static str,
    clause: &'static str,
    lv: (&'static str, &'static str),
    en: (&'static str, &'static str),
) -> Text {
    Text { code, clause, lv, en }
}

const NOTHING: (&str, &str) = ("Nekas nav jādara.", "Nothing needs to be done.");
const ASK_SIGNER: (&str, &str) = ("Lūdziet parakstītāju parakstīt vēlreiz.", "Ask the signer to sign again.");

/// Codes of the decision.
const TEXTS: &[Text] = &[
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
        "EN 319 102-1 5.2.8.4.2",
        ("Parakstam {} ir nepazīstams algoritms.", "Lūdziet parakstītāju izmantot ETSI TS 119 312 algoritmu."),
        ("Signature {} uses an unknown algorithm.", "Ask the signer to use an algorithm of ETSI TS 119 312."),
    ),
    t(
        "validate.algorithm.weak",
        "EN 319 102-1 5.2.8.4.2",
        ("Algoritms {} paraksta laikā vairs nebija drošs.", "Lūdziet parakstīt ar drošu algoritmu (vismaz SHA-256)."),
        (
            "Algorithm {} was no longer secure at the time of the signature.",
            "Ask for a signature with a secure algorithm (SHA-256 or better).",
        ),
    ),
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
        "EN 319 102-1 5.2.8.4.1",
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
            "Pievienojiet uzticamo sakni (--trust-anchor) vai uzticamo sarakstu.",
        ),
        (
            "No path leads from certificate “{}” to a trusted issuer.",
            "Supply the trusted root (--trust-anchor) or a trusted list.",
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
        "validate.revocation.missing",
        "EN 319 102-1 5.2.6.4",
        (
            "Nav derīgu ziņu par sertifikāta “{}” statusu vajadzīgajā laikā.",
            "Pārbaudiet ar tīklu vai pievienojiet OCSP atbildi vai CRL.",
        ),
        (
            "There is no usable status information about certificate “{}” for the time needed.",
            "Validate online, or supply an OCSP response or CRL.",
        ),
    ),
    t(
        "validate.revocation.issued-before",
        "EN 319 102-1 5.2.5",
        ("Ziņas par sertifikātu “{}” izdotas pirms paraksta laika, bet tajā vēl bija spēkā.", NOTHING.0),
        (
            "The status of certificate “{}” was issued before the time of the signature but was still current then.",
            NOTHING.1,
        ),
    ),
    t(
        "validate.revocation.later",
        "EN 319 102-1 5.5.4",
        ("Sertifikāts “{}” atsaukts vēlāk; parakstu tas neskar.", NOTHING.0),
        ("Certificate “{}” was revoked later; the signature is not affected.", NOTHING.1),
    ),
    t(
        "validate.revocation.other-certificate",
        "RFC 6960 3.2",
        ("OCSP atbilde neattiecas uz sertifikātu “{}”.", "Pievienojiet OCSP atbildi par šo sertifikātu."),
        ("An OCSP response is not about certificate “{}”.", "Supply an OCSP response about this certificate."),
    ),
    t(
        "validate.revocation.too-old",
        "EN 319 102-1 5.2.5.4",
        (
            "Ziņas par sertifikātu “{}” ir par vecām.",
            "Pārbaudiet ar tīklu vai pievienojiet jaunāku OCSP atbildi vai CRL.",
        ),
        (
            "The status information about certificate “{}” is too old.",
            "Validate online, or supply a newer OCSP response or CRL.",
        ),
    ),
    t(
        "validate.revocation.from-future",
        "EN 319 102-1 5.2.5.4",
        (
            "Ziņas par sertifikātu “{}” izdotas pēc pārbaudes laika.",
            "Pārbaudiet pulksteni vai norādīto pārbaudes laiku.",
        ),
        (
            "The status information about certificate “{}” was issued after the validation time.",
            "Check the clock or the validation time given.",
        ),
    ),
    t(
        "validate.revocation.after-expiry",
        "EN 319 102-1 5.2.6.4",
        (
            "Ziņas par sertifikātu “{}” izdotas pēc tā termiņa beigām un par to vairs neliecina.",
            "Vajadzīgas ziņas no sertifikāta derīguma laika.",
        ),
        (
            "The status of certificate “{}” was issued after its expiry and no longer speaks of it.",
            "Status information from the certificate's validity period is needed.",
        ),
    ),
    t(
        "validate.revocation.unknown-critical",
        "RFC 5280 5.2",
        (
            "Ziņās par sertifikātu “{}” ir nosacījums, ko nevar izvērtēt.",
            "Pievienojiet citu OCSP atbildi vai pilnu CRL.",
        ),
        (
            "The status information about certificate “{}” has a condition that cannot be judged.",
            "Supply another OCSP response or a complete CRL.",
        ),
    ),
    t(
        "validate.revocation.weak-algorithm",
        "EN 319 102-1 5.2.6.4",
        ("Ziņas par sertifikātu “{}” parakstītas ar vāju algoritmu.", "Pievienojiet jaunāku OCSP atbildi vai CRL."),
        (
            "The status information about certificate “{}” is signed with a weak algorithm.",
            "Supply a newer OCSP response or CRL.",
        ),
    ),
    t(
        "validate.revocation.unreadable",
        "RFC 5280 5",
        ("CRL par sertifikātu “{}” nav nolasāms.", "Pievienojiet citu CRL."),
        ("A CRL about certificate “{}” cannot be read.", "Supply another CRL."),
    ),
    t(
        "validate.ocsp.bad-signature",
        "RFC 6960 3.2",
        ("OCSP atbildes par “{}” paraksts neatbilst.", "Pievienojiet citu OCSP atbildi."),
        ("The signature of an OCSP response about “{}” does not verify.", "Supply another OCSP response."),
    ),
    t(
        "validate.ocsp.responder-not-authorised",
        "RFC 6960 4.2.2.2",
        (
            "OCSP atbildētājs nav pilnvarots liecināt par “{}”.",
            "Pievienojiet atbildi no izdevēja pilnvarota atbildētāja.",
        ),
        (
            "The OCSP responder is not authorised to answer about “{}”.",
            "Supply a response of a responder that the issuer authorised.",
        ),
    ),
    t(
        "validate.ocsp.responder-status-unknown",
        "RFC 6960 4.2.2.2.1",
        (
            "Par “{}” atbildējušā OCSP atbildētāja sertifikāts nav derīgs vai tā statuss nav zināms.",
            "Pievienojiet citu OCSP atbildi vai CRL.",
        ),
        (
            "The certificate of the OCSP responder about “{}” is not valid or its status is unknown.",
            "Supply another OCSP response or a CRL.",
        ),
    ),
    t(
        "validate.ocsp.unknown",
        "RFC 6960 2.2",
        ("OCSP atbildētājs sertifikātu “{}” nepazīst.", "Sazinieties ar sertifikāta izdevēju."),
        ("The OCSP responder does not know certificate “{}”.", "Contact the issuer of the certificate."),
    ),
    t(
        "validate.crl.bad-signature",
        "RFC 5280 6.3.3",
        ("CRL par “{}” paraksts neatbilst izdevējam.", "Pievienojiet citu CRL."),
        ("The signature of a CRL about “{}” does not match the issuer.", "Supply another CRL."),
    ),
    t(
        "validate.material.unreadable",
        "EN 319 102-1 5.2.2",
        ("Failā ir nenolasāms objekts ({}).", NOTHING.0),
        ("The file has an object that cannot be read ({}).", NOTHING.1),
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
    t(
        "validate.time.in-future",
        "EN 319 102-1 5.2.8",
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
        "EN 319 102-1 4.2.8",
        ("“{}” paraksts aptver tikai daļēji: pēc parakstīšanas kas pielikts.", "Apskatiet parakstīto redakciju."),
        ("The signature covers “{}” only in part: something was added after signing.", "Look at the signed revision."),
    ),
    t(
        "validate.scope.none",
        "EN 319 102-1 4.2.8",
        ("Paraksts neaptver “{}”.", "Neuzskatiet šo failu par parakstītu."),
        ("The signature does not cover “{}”.", "Do not treat this file as signed."),
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
];

const OTHER: Text = t(
    "",
    "EN 319 102-1 5.2.2",
    ("Paraksta vai konteinera uzbūve neatbilst noteikumiem: {}.", "Lūdziet parakstītājam neskartu failu."),
    ("The structure of the signature or container breaks the rules: {}.", "Ask the signer for an intact file."),
);

pub(super) fn row(code: &str) -> Text {
    TEXTS.iter().chain(super::defects::TEXTS).find(|t| t.code == code).copied().unwrap_or(OTHER)
}

/// Text and remedy of a code.
pub fn of(code: &str, object: &str, lang: Lang) -> (String, String) {
    let row = row(code);
    let (text, remedy) = match lang {
        Lang::Lv => row.lv,
        Lang::En => row.en,
    };
    let object = if row.code.is_empty() { format!("{code} ({object})") } else { object.to_owned() };
    (text.replace("{}", &object), remedy.to_owned())
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Text> {
    TEXTS.iter().chain(super::defects::TEXTS)
}
