mod crls;
mod hostile;
mod lint;
mod openssl;
mod oracle;
mod paths;
mod round_trip;

#[test]
fn every_error_has_its_texts() {
    use crate::{Error, LOCALE_EN, LOCALE_LV, oid};
    let all = [
        Error::Truncated,
        Error::Trailing("x"),
        Error::BadLength,
        Error::UnexpectedTag { expected: 1, found: 2 },
        Error::TooLarge { what: "x", limit: 1 },
        Error::TooMany { what: "x", limit: 1 },
        Error::TooDeep(1),
        Error::Malformed("x"),
        Error::UnsupportedAlgorithm(oid::SHA1),
        Error::UnsupportedParameters,
        Error::UnsupportedKey,
        Error::BadSignature,
        Error::WrongPassword,
        Error::BadPem,
        Error::Unbuildable("x"),
    ];
    for error in all {
        let key = format!("error-{} = ", error.code().replace('.', "-"));
        for locale in [LOCALE_LV, LOCALE_EN] {
            let after = locale.split(&key).nth(1).unwrap_or_else(|| panic!("{key}"));
            let parts: Vec<&str> = after.lines().skip(1).take(2).map(|l| l.trim().split(' ').next().unwrap()).collect();
            assert_eq!(parts, [".cause", ".remedy"], "{key}");
        }
    }
}
