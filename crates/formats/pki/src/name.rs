//! Distinguished names and general names.

use std::{fmt, net::IpAddr};

use crate::{
    Error, Oid, Result,
    asn1::{self, Reader, tag},
    oid,
};

const MAX_ATTRIBUTES: usize = 64;

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameAttribute {
    /// Type.
    pub oid: Oid,
    /// Tag octet of the string type.
    pub tag: u8,
    /// Text; of a value that is no string, its octets in hexadecimal after `#`.
    pub value: String,
}

/// A distinguished name, kept as it was read. `==` compares byte for byte; see [`Name::matches`] for the comparison of RFC 5280.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
    rdns: Vec<Vec<NameAttribute>>,
}

impl Default for Name {
    /// The empty name.
    fn default() -> Self {
        Self { der: vec![0x30, 0], rdns: Vec::new() }
    }
}

impl Name {
    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut outer = Reader::of_sequence(der, "name")?;
        let mut rdns = Vec::new();
        let mut count = 0;
        while !outer.is_empty() {
            let mut set = outer.set()?;
            let mut rdn = Vec::new();
            while !set.is_empty() {
                count += 1;
                if count > MAX_ATTRIBUTES {
                    return Err(Error::TooMany { what: "name attributes", limit: MAX_ATTRIBUTES });
                }
                let mut attribute = set.sequence()?;
                let oid = attribute.oid()?;
                let value = attribute.any()?;
                attribute.finish("name attribute")?;
                let text = value
                    .as_text()
                    .unwrap_or_else(|_| value.full.iter().fold("#".into(), |s, b| format!("{s}{b:02x}")));
                rdn.push(NameAttribute { oid, tag: value.tag, value: text });
            }
            if rdn.is_empty() {
                return Err(Error::Malformed("empty relative name"));
            }
            rdns.push(rdn);
        }
        Ok(Self { der: der.to_vec(), rdns })
    }

    /// One attribute per relative name, in the string types of RFC 5280: country and serial number printable, e-mail and domain IA5, the rest UTF-8.
    pub fn build(attributes: &[(Oid, &str)]) -> Result<Self> {
        let mut parts = Vec::with_capacity(attributes.len());
        for (id, text) in attributes {
            if text.is_empty() {
                return Err(Error::Unbuildable("empty name attribute"));
            }
            let value = match *id {
                oid::COUNTRY | oid::SERIAL_NUMBER => {
                    if !text.bytes().all(is_printable) {
                        return Err(Error::Unbuildable("name attribute outside PrintableString"));
                    }
                    asn1::printable(text)
                }
                oid::EMAIL_ADDRESS | oid::DOMAIN_COMPONENT => {
                    if !text.is_ascii() {
                        return Err(Error::Unbuildable("name attribute outside IA5String"));
                    }
                    asn1::ia5(text)
                }
                _ => asn1::utf8(text),
            };
            parts.push(asn1::set_of(vec![asn1::seq([asn1::oid(*id), value])]));
        }
        Self::from_der(&asn1::seq(parts))
    }

    /// This name with one more relative name, given as the content of its SET.
    pub(crate) fn with_relative(&self, rdn: &[u8]) -> Result<Self> {
        let outer = Reader::of_sequence(&self.der, "name")?;
        let last = asn1::tlv(tag::SET, rdn);
        Self::from_der(&asn1::seq([outer.rest(), last.as_slice()]))
    }
    /// DER.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }
    /// Relative names in order.
    pub fn rdns(&self) -> &[Vec<NameAttribute>] {
        &self.rdns
    }
    /// All attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = &NameAttribute> {
        self.rdns.iter().flatten()
    }
    /// First value of an attribute.
    pub fn get(&self, oid: Oid) -> Option<&str> {
        self.attributes().find(|a| a.oid == oid).map(|a| a.value.as_str())
    }
    /// `CN`.
    pub fn common_name(&self) -> Option<&str> {
        self.get(oid::COMMON_NAME)
    }
    /// `serialNumber`, for persons `PNOLV-…`.
    pub fn serial_number(&self) -> Option<&str> {
        self.get(oid::SERIAL_NUMBER)
    }
    /// `givenName`.
    pub fn given_name(&self) -> Option<&str> {
        self.get(oid::GIVEN_NAME)
    }
    /// `surname`.
    pub fn surname(&self) -> Option<&str> {
        self.get(oid::SURNAME)
    }
    /// `O`.
    pub fn organization(&self) -> Option<&str> {
        self.get(oid::ORGANIZATION)
    }
    /// `organizationIdentifier`, `NTRLV-…`.
    pub fn organization_identifier(&self) -> Option<&str> {
        self.get(oid::ORGANIZATION_IDENTIFIER)
    }
    /// `C`.
    pub fn country(&self) -> Option<&str> {
        self.get(oid::COUNTRY)
    }
    /// Whether there are no attributes.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Comparison of RFC 5280 section 7.1: without regard to string type, case and repeated spaces.
    pub fn matches(&self, other: &Self) -> bool {
        self.der == other.der
            || (self.rdns.len() == other.rdns.len()
                && self.rdns.iter().zip(&other.rdns).all(|(a, b)| canonical(a) == canonical(b)))
    }
    /// Whether this name lies in the subtree below `base` (directory name constraint).
    pub fn is_within(&self, base: &Self) -> bool {
        self.rdns.len() >= base.rdns.len()
            && self.rdns.iter().zip(&base.rdns).all(|(a, b)| canonical(a) == canonical(b))
    }
}

fn canonical(rdn: &[NameAttribute]) -> Vec<(Oid, String)> {
    let mut all: Vec<_> =
        rdn.iter().map(|a| (a.oid, a.value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())).collect();
    all.sort();
    all
}

/// Whether an octet is in the alphabet of PrintableString.
pub(crate) fn is_printable(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&b)
}

impl fmt::Display for Name {
    /// RFC 4514, last relative name first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rdn) in self.rdns.iter().rev().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            for (j, a) in rdn.iter().enumerate() {
                if j > 0 {
                    f.write_str("+")?;
                }
                match a.oid {
                    oid::COMMON_NAME => f.write_str("CN")?,
                    oid::COUNTRY => f.write_str("C")?,
                    oid::ORGANIZATION => f.write_str("O")?,
                    oid::ORGANIZATIONAL_UNIT => f.write_str("OU")?,
                    oid::LOCALITY => f.write_str("L")?,
                    oid::STATE => f.write_str("ST")?,
                    oid::DOMAIN_COMPONENT => f.write_str("DC")?,
                    oid::SURNAME => f.write_str("SN")?,
                    oid::GIVEN_NAME => f.write_str("GN")?,
                    oid::SERIAL_NUMBER => f.write_str("serialNumber")?,
                    oid::ORGANIZATION_IDENTIFIER => f.write_str("organizationIdentifier")?,
                    other => write!(f, "{other}")?,
                }
                f.write_str("=")?;
                for (k, c) in a.value.char_indices() {
                    let edge = (k == 0 && (c == ' ' || c == '#')) || (c == ' ' && k + 1 == a.value.len());
                    if edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
                        f.write_str("\\")?;
                    }
                    write!(f, "{c}")?;
                }
            }
        }
        Ok(())
    }
}

/// A `GeneralName`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GeneralName {
    /// `rfc822Name`.
    Email(String),
    /// `dNSName`.
    Dns(String),
    /// `directoryName`.
    Directory(Name),
    /// `uniformResourceIdentifier`.
    Uri(String),
    /// `iPAddress`: 4 or 16 octets, in name constraints with as many of mask.
    Ip(Vec<u8>),
    /// Any other kind: tag octet and content.
    Other(u8, Vec<u8>),
}

impl GeneralName {
    /// An address.
    pub fn ip(address: IpAddr) -> Self {
        Self::Ip(match address {
            IpAddr::V4(a) => a.octets().to_vec(),
            IpAddr::V6(a) => a.octets().to_vec(),
        })
    }

    pub(crate) fn parse(tlv: asn1::Tlv<'_>) -> Result<Self> {
        let text = || {
            if tlv.body.is_ascii() {
                Ok(String::from_utf8_lossy(tlv.body).into_owned())
            } else {
                Err(Error::Malformed("general name"))
            }
        };
        Ok(match tlv.tag {
            0x81 => Self::Email(text()?),
            0x82 => Self::Dns(text()?),
            0x86 => Self::Uri(text()?),
            0x87 => Self::Ip(tlv.body.to_vec()),
            0xa4 => Self::Directory(Name::from_der(tlv.body)?),
            0xa0 | 0xa3 | 0xa5 | 0x88 => Self::Other(tlv.tag, tlv.body.to_vec()),
            found => return Err(Error::UnexpectedTag { expected: 0x82, found }),
        })
    }

    pub(crate) fn parse_all(mut r: Reader<'_>) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        while !r.is_empty() {
            if all.len() >= 1024 {
                return Err(Error::TooMany { what: "general names", limit: 1024 });
            }
            all.push(Self::parse(r.any()?)?);
        }
        Ok(all)
    }

    /// DER.
    pub fn to_der(&self) -> Vec<u8> {
        match self {
            Self::Email(t) => asn1::tlv(0x81, t.as_bytes()),
            Self::Dns(t) => asn1::tlv(0x82, t.as_bytes()),
            Self::Uri(t) => asn1::tlv(0x86, t.as_bytes()),
            Self::Ip(b) => asn1::tlv(0x87, b),
            Self::Directory(n) => asn1::tlv(tag::constructed(4), n.to_der()),
            Self::Other(t, b) => asn1::tlv(*t, b),
        }
    }
}
