//! `join-URI-References` of Canonical XML 1.1, section 2.4.

struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

fn split(uri: &str) -> Parts<'_> {
    let (rest, fragment) = uri.split_once('#').map_or((uri, None), |(r, f)| (r, Some(f)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(r, q)| (r, Some(q)));
    let scheme_end = rest.find(':').filter(|i| *i > 0 && !rest.get(..*i).unwrap_or("").contains('/'));
    let (scheme, rest) = match scheme_end {
        Some(i) => (rest.get(..i), rest.get(i + 1..).unwrap_or("")),
        None => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(r) => {
            let end = r.find('/').unwrap_or(r.len());
            (r.get(..end), r.get(end..).unwrap_or(""))
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

/// Whether a reference starts with `scheme:`.
pub(super) fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(s, _)| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}

/// The reference that `reference` is when read under `base`; both may be relative.
pub(super) fn join(base: &str, reference: &str) -> String {
    let (b, r) = (split(base), split(reference));
    let (scheme, authority, path, query);
    if r.scheme.is_some() {
        (scheme, authority, path, query) = (r.scheme, r.authority, remove_dots(r.path), r.query);
    } else if r.authority.is_some() {
        (scheme, authority, path, query) = (b.scheme, r.authority, remove_dots(r.path), r.query);
    } else if r.path.is_empty() {
        (scheme, authority, path, query) = (b.scheme, b.authority, remove_dots(b.path), r.query.or(b.query));
    } else {
        let merged = if r.path.starts_with('/') {
            r.path.to_owned()
        } else if b.authority.is_some() && b.path.is_empty() {
            format!("/{}", r.path)
        } else {
            let slash = if b.path == ".." || b.path.ends_with("/..") { "/" } else { "" };
            let dir = format!("{}{slash}", b.path);
            let end = dir.rfind('/').map_or(0, |i| i + 1);
            format!("{}{}", dir.get(..end).unwrap_or(""), r.path)
        };
        (scheme, authority, path, query) = (b.scheme, b.authority, remove_dots(&merged), r.query);
    }
    let mut out = String::new();
    if let Some(s) = scheme {
        out.push_str(s);
        out.push(':');
    }
    if let Some(a) = authority {
        out.push_str("//");
        out.push_str(a);
    }
    out.push_str(&path);
    if let Some(q) = query {
        out.push('?');
        out.push_str(q);
    }
    if let Some(f) = r.fragment {
        out.push('#');
        out.push_str(f);
    }
    out
}

/// As RFC 3986 section 5.2.4, but leading `..` stay, `//` becomes `/` and a final `..` ends in `/`.
fn remove_dots(path: &str) -> String {
    let absolute = path.starts_with('/');
    let directory = path.is_empty()
        || path.ends_with('/')
        || path.ends_with("/.")
        || path.ends_with("/..")
        || matches!(path, "." | "..");
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|s| !s.is_empty() && *s != ".") {
        let back = segment == ".." && kept.last().is_some_and(|k| *k != "..");
        if back {
            kept.pop();
        } else if !(segment == ".." && absolute) {
            kept.push(segment);
        }
    }
    let mut out = String::from(if absolute { "/" } else { "" });
    out.push_str(&kept.join("/"));
    if directory && !kept.is_empty() {
        out.push('/');
    }
    out
}
