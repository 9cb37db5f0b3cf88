//! Revocation.

use super::{NOTHING, Text, t};

pub(super) const TEXTS: &[Text] = &[
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
        "validate.revocation.before-issuance",
        "EN 319 102-1 5.2.6.4",
        ("Ziņas izdotas, pirms sertifikāts “{}” bija spēkā.", "Pievienojiet ziņas no sertifikāta derīguma laika."),
        (
            "The status information was issued before certificate “{}” was valid.",
            "Supply status information from the certificate's validity period.",
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
        "validate.crl.partial",
        "RFC 5280 6.3.3",
        (
            "CRL par sertifikātu “{}” satur tikai izmaiņas vai tikai dažus iemeslus, un nav to, kas to papildina.",
            "Pievienojiet pilnu CRL vai trūkstošās daļas.",
        ),
        (
            "A CRL about certificate “{}” has changes or some reasons only, and those that complete it are missing.",
            "Supply a complete CRL, or the missing parts.",
        ),
    ),
    t(
        "validate.revocation.issuer-expired",
        "EN 319 102-1 5.2.6.4",
        (
            "Ziņas par sertifikātu “{}” apliecināja kāds, kura sertifikāts ir beidzies, un nekas nepierāda, ka ziņas ir vecākas.",
            "Vajadzīgas jaunākas ziņas vai arhīva laika zīmogs no toreizējā derīguma termiņa.",
        ),
        (
            "The status of certificate “{}” was issued by somebody whose certificate has ended, and nothing proves that it is older.",
            "Newer status information is needed, or an archive time stamp from that validity period.",
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
        "validate.crl.signer-not-authorised",
        "RFC 5280 6.3.3 (f)",
        (
            "Par sertifikātu “{}” izdots CRL, kura parakstītājam nav ceļa līdz tai pašai uzticamajai saknei.",
            "Pievienojiet tā izdevēja CRL vai CRL parakstītāja sertifikātus.",
        ),
        (
            "A CRL about certificate “{}” is signed by somebody without a path to the same trust anchor.",
            "Supply a CRL of the issuer, or the certificates of the CRL's signer.",
        ),
    ),
    t(
        "validate.crl.signer-status-unknown",
        "RFC 5280 6.3.3 (f)",
        (
            "Par sertifikātu “{}” izdots CRL, kura parakstītāja paša sertifikāta statuss nav zināms.",
            "Pievienojiet ziņas par CRL parakstītāja sertifikātu.",
        ),
        (
            "A CRL about certificate “{}” is signed with a certificate whose own status is not known.",
            "Supply status information about the certificate of the CRL's signer.",
        ),
    ),
    t(
        "validate.material.unreadable",
        "EN 319 102-1 5.2.2",
        ("Failā ir nenolasāms objekts ({}).", NOTHING.0),
        ("The file has an object that cannot be read ({}).", NOTHING.1),
    ),
];
