use std::net::IpAddr;

use crate::{Certificate, GeneralName, Name, NameConstraints, oid};

/// Name constraints gathered along a path (RFC 5280 section 4.2.1.10).
#[derive(Default)]
pub(super) struct State {
    /// One list for each constraining CA: a name has to lie in one subtree of its kind of every list that has that kind.
    permitted: Vec<Vec<GeneralName>>,
    excluded: Vec<GeneralName>,
}

impl State {
    pub(super) fn constrain(&mut self, constraints: &NameConstraints) {
        if !constraints.permitted.is_empty() {
            self.permitted.push(constraints.permitted.clone());
        }
        self.excluded.extend(constraints.excluded.iter().cloned());
    }

    pub(super) fn permits(&self, certificate: &Certificate) -> bool {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return true;
        }
        let mut names = certificate.extensions().alt_names.clone();
        let subject = certificate.subject();
        if !subject.is_empty() {
            names.push(GeneralName::Directory(subject.clone()));
        }
        if !names.iter().any(|n| matches!(n, GeneralName::Email(_))) {
            names.extend(
                subject
                    .attributes()
                    .filter(|a| a.oid == oid::EMAIL_ADDRESS)
                    .map(|a| GeneralName::Email(a.value.clone())),
            );
        }
        names.iter().all(|name| {
            let out = self
                .excluded
                .iter()
                .any(|c| same_kind(name, c) && (within(name, c).unwrap_or(true) || wildcard_reaches(name, c)));
            let inside = self.permitted.iter().all(|list| {
                let mut of_kind = list.iter().filter(|c| same_kind(name, c)).peekable();
                of_kind.peek().is_none() || of_kind.any(|c| within(name, c).unwrap_or(false))
            });
            !out && inside
        })
    }
}

fn same_kind(a: &GeneralName, b: &GeneralName) -> bool {
    match (a, b) {
        (GeneralName::Other(x, _), GeneralName::Other(y, _)) => x == y,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// Whether a wildcard name stands for a host that lies in the subtree `base`.
fn wildcard_reaches(name: &GeneralName, base: &GeneralName) -> bool {
    let (GeneralName::Dns(name), GeneralName::Dns(base)) = (name, base) else { return false };
    let parent_of_base = base.split_once('.').map(|(_, parent)| parent);
    name.strip_prefix("*.").is_some_and(|parent| parent_of_base.is_some_and(|p| p.eq_ignore_ascii_case(parent)))
}

/// Whether `name` lies in the subtree `base`; `None`: this kind cannot be judged.
fn within(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    match (name, base) {
        (GeneralName::Directory(n), GeneralName::Directory(b)) => Some(Name::is_within(n, b)),
        // A leading period means something in URI and e-mail constraints only.
        (GeneralName::Dns(_), GeneralName::Dns(b)) if b.starts_with('.') => None,
        (GeneralName::Dns(n), GeneralName::Dns(b)) => Some(domain(n, b, true)),
        (GeneralName::Email(n), GeneralName::Email(b)) => {
            let (local, host) = n.rsplit_once('@')?;
            Some(match b.rsplit_once('@') {
                Some((l, h)) => l == local && h.eq_ignore_ascii_case(host),
                None if b.starts_with('.') => domain(host, b.get(1..)?, false),
                None => host.eq_ignore_ascii_case(b),
            })
        }
        (GeneralName::Uri(n), GeneralName::Uri(b)) => {
            let rest = n.split_once("://")?.1;
            let authority = rest.split(['/', '?', '#']).next()?;
            let host = authority.rsplit('@').next()?.split(':').next()?;
            // A URI without a host name cannot satisfy or violate a host constraint: it is judged as not within.
            if host.is_empty() || host.parse::<IpAddr>().is_ok() || authority.contains('[') {
                return None;
            }
            Some(match b.strip_prefix('.') {
                Some(parent) => domain(host, parent, false),
                None => host.eq_ignore_ascii_case(b),
            })
        }
        (GeneralName::Ip(n), GeneralName::Ip(b)) => {
            let (address, mask) = b.split_at_checked(b.len() / 2)?;
            (matches!(b.len(), 8 | 32) && matches!(n.len(), 4 | 16) && is_prefix(mask))
                .then(|| n.len() == address.len() && n.iter().zip(address).zip(mask).all(|((n, a), m)| n & m == a & m))
        }
        _ => None,
    }
}

/// Whether a mask is ones, then zeros (RFC 4632).
fn is_prefix(mask: &[u8]) -> bool {
    let ones = mask.iter().take_while(|b| **b == 0xff).count();
    let mut rest = mask.iter().skip(ones);
    rest.next().is_none_or(|b| b.leading_ones() + b.trailing_zeros() == 8 || *b == 0) && rest.all(|b| *b == 0)
}

/// Whether `name` is a subdomain of `base`, or `base` itself if `itself`.
fn domain(name: &str, base: &str, itself: bool) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    if base.is_empty() {
        return true;
    }
    (itself && name == base) || name.strip_suffix(&base).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
}

/// Whether a certificate is for a host name or address (RFC 9525): alternative names only, a wildcard only as the whole first label.
pub fn host_matches(certificate: &Certificate, host: &str) -> bool {
    let names = &certificate.extensions().alt_names;
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return names.contains(&GeneralName::ip(address));
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if host.is_empty() || !host.is_ascii() || host.contains('*') {
        return false;
    }
    names.iter().any(|n| {
        let GeneralName::Dns(pattern) = n else { return false };
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            // The rest has at least two labels, so that `*.lv` covers nobody.
            Some(parent) => {
                parent.contains('.')
                    && !parent.contains('*')
                    && host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
            }
            None => !pattern.contains('*') && pattern == host,
        }
    })
}
