use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use hyper::Uri;

use crate::NetError;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// `true` for `https`.
    pub tls: bool,
    /// Host in lower case, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Origin {
    /// The origin of an address.
    ///
    /// # Errors
    /// When it is not `http` or `https`, has no host, or carries credentials.
    pub fn of(uri: &Uri) -> Result<Self, NetError> {
        let bad = || NetError::Address(uri.to_string().chars().take(200).collect());
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(bad()),
        };
        let authority = uri.authority().ok_or_else(bad)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host, port })
    }
}

impl std::str::FromStr for Origin {
    type Err = NetError;
    fn from_str(text: &str) -> Result<Self, NetError> {
        Self::of(&text.parse().map_err(|_| NetError::Address(text.to_owned()))?)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// Where requests may go.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Origins that may be reached wherever they lead.
    pub allowed: Vec<Origin>,
    /// Whether loopback addresses may be reached: for a person's own tool and for demonstrations.
    pub loopback: bool,
    /// Whether only the ports 80 and 443 may be reached: for addresses that strangers wrote.
    pub web_ports: bool,
}

impl Guard {
    /// Only public addresses.
    pub fn public() -> Self {
        Self::default()
    }

    /// Checks an address that a host resolved to.
    ///
    /// # Errors
    /// When it is not public, or its port not one of the web where that is asked, and it is not allowed.
    pub fn check(&self, origin: &Origin, ip: IpAddr) -> Result<(), NetError> {
        if self.web_ports && !matches!(origin.port, 80 | 443) && !self.allowed.contains(origin) {
            return Err(NetError::Port { host: origin.host.clone(), port: origin.port });
        }
        let ip = unmapped(ip);
        let good = self.allowed.contains(origin) || is_public(ip) || (self.loopback && ip.is_loopback());
        if good { Ok(()) } else { Err(NetError::Private { host: origin.host.clone(), ip }) }
    }
}

fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let [a, b, ..] = s;
    let embedded = |high: u16, low: u16| {
        let ([p, q], [r, t]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(p, q, r, t))
    };
    match (a, b) {
        // NAT64 and 6to4 lead to the address inside.
        (0x64, 0xff9b) => s.get(2..6).is_some_and(|m| m.iter().all(|x| *x == 0)) && embedded(s[6], s[7]),
        (0x2002, _) => embedded(s[1], s[2]),
        // Of 2000::/3, which is what is assigned, not the special parts.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, _) => false,
        _ => a & 0xe000 == 0x2000,
    }
}
