//! Random documents with everything that canonicalisation cares about.

use std::fmt::Write as _;

/// A repeatable source of choices.
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
    }
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

const PREFIXES: [&str; 4] = ["", "a", "b", "ds"];
const URIS: [&str; 4] = ["urn:one", "urn:two", "http://example.lv/?x=1;y=%20", "http://www.w3.org/2000/09/xmldsig#"];
/// Prefixes that filters use.
pub(crate) const PREFIXED: &str = "xmlns:p1='urn:one' xmlns:p2='urn:two' xmlns:p3='http://example.lv/?x=1;y=%20' xmlns:ds='http://www.w3.org/2000/09/xmldsig#'";
const TEXTS: [&str; 12] = [
    "text",
    " ",
    "\n  ",
    "\r\n",
    "\t",
    "&lt;&amp;&gt;",
    "&#xD;&#10;&#9;",
    "āčēģīķļņšūž",
    "\"'",
    "<![CDATA[<a>&b]]>",
    "𝔵\u{2028}",
    "]] >",
];
const VALUES: [&str; 9] = ["", "v", " a  b ", "&quot;'", "&#xD;&#xA;&#x9;", "x\ny\tz", "&lt;&amp;>", "ņ𝔶", "\r\n"];

struct Scope(Vec<(&'static str, Option<&'static str>)>);

impl Scope {
    fn bound(&self, prefix: &str) -> bool {
        prefix.is_empty() || self.0.iter().rev().find(|(p, _)| *p == prefix).is_some_and(|(_, u)| u.is_some())
    }
    fn uri(&self, prefix: &str) -> Option<&'static str> {
        self.0.iter().rev().find(|(p, _)| *p == prefix).and_then(|(_, u)| *u)
    }
}

/// A document of this seed. Elements carry unique `id` attributes `n0`, `n1`, … that name subtrees.
pub(crate) fn document(seed: u64) -> (String, u32) {
    let mut c = Choices::new(seed);
    let mut out = String::new();
    if c.one_in(2) {
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    outside(&mut c, &mut out);
    let mut count = 0;
    element(&mut c, &mut out, &mut Scope(Vec::new()), 0, &mut count);
    outside(&mut c, &mut out);
    (out, count)
}

/// An XPath filter of this seed, for a document with so many elements. The document element stays with its attributes and namespace nodes,
/// and elsewhere they go with their element: where they are torn apart, libxml2 keeps `xml:` attributes and declarations, and puts comments
/// on lines of their own, against the specifications (docs/signatures.md).
pub(crate) fn filter(seed: u64, count: u32) -> String {
    let mut c = Choices::new(seed ^ 0xF117);
    let n = c.below(u64::from(count));
    let name = c.pick(&["p1:e", "p2:f", "e", "ds:e", "p3:e", "*"]);
    let inner = match c.below(11) {
        0 | 1 => format!("not(ancestor-or-self::{name})"),
        2 => format!("ancestor-or-self::*[@id='n{n}']"),
        3 | 4 => format!("not(ancestor-or-self::*[@id='n{n}'])"),
        5 => "not(self::text() or self::processing-instruction())".to_owned(),
        6 => format!("count(ancestor-or-self::{name}) < 2"),
        7 => format!("ancestor-or-self::{name}[@id != 'n{n}'] or ancestor-or-self::*[count(ancestor::*) mod 3 = 2]"),
        8 => format!("not(ancestor-or-self::{name}[string-length(normalize-space(.)) > {}])", c.below(3)),
        9 => format!("count(//{name} | ancestor-or-self::node()) > count(//{name})"),
        _ => "ancestor-or-self::*[local-name() = 'e' and (contains(., 'x') or position() = 2)]".to_owned(),
    };
    let top = "not(parent::*) or (parent::*[not(parent::*)] and count(. | ../node()) > count(../node()))";
    format!("({inner}) or {top}")
}

fn outside(c: &mut Choices, out: &mut String) {
    for _ in 0..c.below(3) {
        out.push_str(c.pick(&["<!-- outside -->", "<?pi some  data?>", "<?empty?>", "\n", "<!--\r\n-->"]));
    }
}

fn element(c: &mut Choices, out: &mut String, scope: &mut Scope, depth: u32, count: &mut u32) {
    let mark = scope.0.len();
    let mut tag = String::new();
    let mut declared: Vec<&str> = Vec::new();
    for _ in 0..c.below(3) {
        let prefix = c.pick(&PREFIXES);
        if declared.contains(&prefix) {
            continue;
        }
        declared.push(prefix);
        let prefix: &'static str = PREFIXES.into_iter().find(|p| *p == prefix).unwrap();
        if prefix.is_empty() && c.one_in(3) {
            tag.push_str(" xmlns=\"\"");
            scope.0.push((prefix, None));
        } else {
            let uri = URIS[usize::try_from(c.below(4)).unwrap()];
            let colon = if prefix.is_empty() { "" } else { ":" };
            write!(tag, " xmlns{colon}{prefix}=\"{uri}\"").unwrap();
            scope.0.push((prefix, Some(uri)));
        }
    }
    let usable: Vec<&str> = PREFIXES.into_iter().filter(|p| scope.bound(p)).collect();
    let mut names: Vec<(Option<&str>, &str)> = Vec::new();
    for _ in 0..c.below(4) {
        let prefix = c.pick(&usable);
        let local = c.pick(&["x", "y", "z", "Ā"]);
        let uri = if prefix.is_empty() { None } else { scope.uri(prefix) };
        if names.contains(&(uri, local)) {
            continue;
        }
        names.push((uri, local));
        let colon = if prefix.is_empty() { "" } else { ":" };
        write!(tag, " {prefix}{colon}{local}=\"{}\"", c.pick(&VALUES).replace('"', "&quot;")).unwrap();
    }
    for (name, values) in [
        ("lang", ["lv", "en", ""]),
        ("space", ["preserve", "default", "preserve"]),
        ("other", ["1", "2", "3"]),
        ("base", ["http://a.lv/x/y", "b/c.xml", "d/"]),
    ] {
        if c.one_in(5) {
            write!(tag, " xml:{name}=\"{}\"", c.pick(&values)).unwrap();
        }
    }
    let prefix = c.pick(&usable);
    let name =
        if prefix.is_empty() { c.pick(&["e", "f"]).to_owned() } else { format!("{prefix}:{}", c.pick(&["e", "f"])) };
    write!(out, "<{name} id=\"n{count}\"{tag}").unwrap();
    *count += 1;
    let children = if depth > 5 { 0 } else { c.below(5) };
    if children == 0 && c.one_in(2) {
        out.push_str("/>");
    } else {
        out.push('>');
        for _ in 0..children {
            match c.below(6) {
                0 => out.push_str(c.pick(&["<!-- c -->", "<!---->", "<?p  d ?>", "<?p?>"])),
                1 | 2 => out.push_str(c.pick(&TEXTS)),
                _ => element(c, out, scope, depth + 1, count),
            }
        }
        write!(out, "</{name} >").unwrap();
    }
    scope.0.truncate(mark);
}
