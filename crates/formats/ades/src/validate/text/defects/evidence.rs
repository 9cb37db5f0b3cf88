use super::{Text, broken, limit};

pub(in super::super) const TEXTS: &[Text] = &[
    broken(
        "evidence.algorithm",
        "RFC 4998 3.1",
        "Pierādījumu ieraksts izmanto nezināmu algoritmu: {}.",
        "The evidence record uses an unknown algorithm: {}.",
    ),
    limit(
        "evidence.incomplete",
        "RFC 4998 4.3",
        "Pierādījumu ieraksts aptver vēl citus objektus, kuru šeit nav: {}.",
        "The evidence record is also over other objects that are not here: {}.",
    ),
    broken(
        "evidence.malformed",
        "RFC 4998 3.1",
        "Pierādījumu ieraksts nav nolasāms: {}.",
        "The evidence record cannot be read: {}.",
    ),
    broken(
        "evidence.order",
        "RFC 4998 5.3",
        "Pierādījumu ieraksta laika zīmogi nav laika secībā ({}).",
        "The time stamps of the evidence record are not in the order of time ({}).",
    ),
    broken(
        "evidence.renewal",
        "RFC 4998 5.3",
        "Pierādījumu ieraksta atjaunošana neaptver iepriekšējo daļu ({}).",
        "A renewal of the evidence record is not over what was before ({}).",
    ),
    broken(
        "evidence.too-many",
        "RFC 4998 3.1",
        "Pierādījumu ieraksts ir pārāk liels: {}.",
        "The evidence record is too large: {}.",
    ),
];
