use super::{Bench, Profile};
use crate::{Certificate, Name, NameAttribute, asn1::tag, oid};

/// Upper bounds of RFC 5280 appendix A.1, in characters.
fn limit(attribute: &NameAttribute) -> usize {
    match attribute.oid {
        oid::COUNTRY => 2,
        oid::COMMON_NAME | oid::ORGANIZATION | oid::ORGANIZATIONAL_UNIT | oid::SERIAL_NUMBER | oid::TITLE => 64,
        oid::LOCALITY | oid::STATE | oid::PSEUDONYM => 128,
        oid::EMAIL_ADDRESS => 255,
        _ => 32_768,
    }
}

/// Attribute type for findings.
fn type_name(attribute: &NameAttribute) -> String {
    match attribute.oid {
        oid::COMMON_NAME => "commonName".into(),
        oid::SURNAME => "surname".into(),
        oid::GIVEN_NAME => "givenName".into(),
        oid::SERIAL_NUMBER => "serialNumber".into(),
        oid::COUNTRY => "countryName".into(),
        oid::ORGANIZATION => "organizationName".into(),
        oid::ORGANIZATION_IDENTIFIER => "organizationIdentifier".into(),
        other => other.to_string(),
    }
}

pub(super) fn judge(c: &Certificate, profile: Profile, bench: &mut Bench) {
    bench.require(!c.issuer().is_empty(), "pki.lint.name.no-issuer", "RFC 5280 4.1.2.4", "issuer");
    for name in [c.issuer(), c.subject()] {
        attributes(name, bench);
    }
    let machine = matches!(profile, Profile::TlsServer | Profile::TlsClient);
    if c.subject().is_empty() {
        bench.require(machine, "pki.lint.name.no-subject", "RFC 5280 4.1.2.6", "subject");
        let alternative = !c.extensions().alt_names.is_empty() && c.extensions().alt_names_critical;
        bench.require(alternative, "pki.lint.name.no-critical-alternative", "RFC 5280 4.1.2.6", "subjectAltName");
    }
}

fn attributes(name: &Name, bench: &mut Bench) {
    let mut seen = Vec::new();
    for rdn in name.rdns() {
        if rdn.len() > 1 {
            bench.warn("pki.lint.name.multi-valued", "EN 319 412-1 4", "subject");
        }
        for a in rdn {
            let object = type_name(a);
            let printable = a.tag == tag::PRINTABLE && a.value.bytes().all(crate::name::is_printable);
            let right = match a.oid {
                oid::COUNTRY | oid::SERIAL_NUMBER => printable,
                oid::EMAIL_ADDRESS | oid::DOMAIN_COMPONENT => a.tag == tag::IA5,
                _ => printable || a.tag == tag::UTF8,
            };
            bench.require(right, "pki.lint.name.string-type", "RFC 5280 4.1.2.4", object.clone());
            let length = a.value.chars().count();
            bench.require(length > 0 && length <= limit(a), "pki.lint.name.length", "RFC 5280 A.1", object.clone());
            let clean = a.value.trim() == a.value && !a.value.chars().any(char::is_control);
            bench.require(clean, "pki.lint.name.white-space", "EN 319 412-1 4", object.clone());
            if a.oid == oid::COUNTRY {
                let code = a.value.len() == 2 && a.value.bytes().all(|b| b.is_ascii_uppercase());
                bench.require(code, "pki.lint.name.country", "EN 319 412-2 4.2.4", object.clone());
            }
            let repeatable = [oid::DOMAIN_COMPONENT, oid::ORGANIZATIONAL_UNIT, oid::GIVEN_NAME, oid::SURNAME];
            if seen.contains(&a.oid) && !repeatable.contains(&a.oid) {
                bench.error("pki.lint.name.repeated", "EN 319 412-2 4.2.4", object);
            }
            seen.push(a.oid);
        }
    }
}

/// `PNOLV-010203-12345` (EN 319 412-1 clause 5.1.3).
pub(super) fn is_natural_identifier(text: &str) -> bool {
    identifier(text, &["PAS", "IDC", "PNO", "TAX", "TIN"], &|country, rest| {
        let latvian = |code: &str| {
            let (date, tail) = code.split_once('-').unwrap_or((code, ""));
            date.len() == 6 && tail.len() == 5 && date.bytes().chain(tail.bytes()).all(|b| b.is_ascii_digit())
        };
        !(text.starts_with("PNO") && country == "LV") || latvian(rest)
    })
}

/// `NTRLV-40000000000` (EN 319 412-1 clause 5.1.4).
pub(super) fn is_legal_identifier(text: &str) -> bool {
    identifier(text, &["VAT", "NTR", "PSD", "LEI", "EIN", "EID"], &|country, rest| {
        !(text.starts_with("NTR") && country == "LV") || (rest.len() == 11 && rest.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Three letters of type, country, hyphen, reference; or two letters and a colon for a national scheme.
fn identifier(text: &str, types: &[&str], check: &dyn Fn(&str, &str) -> bool) -> bool {
    let Some((prefix, rest)) = text.split_once('-') else { return false };
    let (Some(kind), Some(country)) = (prefix.get(..3), prefix.get(3..)) else { return false };
    let national = kind.ends_with(':') && kind.bytes().take(2).all(|b| b.is_ascii_uppercase());
    let country_fits = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
    (types.contains(&kind) || national)
        && country_fits
        && !rest.is_empty()
        && text.bytes().all(crate::name::is_printable)
        && check(country, rest)
}
