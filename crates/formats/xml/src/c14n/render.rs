use std::borrow::Cow;

use super::{C14n, C14nError, Method, Sink, base};
use crate::{
    Attribute, Document, NodeId, NodeSet,
    parse::{Data, Element, XML_NS},
};

/// An element whose end has still to come.
struct Open<'d> {
    end: u32,
    prefix: &'d str,
    local: &'d str,
    /// Length of `scope` before and after its own declarations.
    scope: (usize, usize),
    rendered: usize,
    /// Whether the element is among what is canonicalised.
    visible: bool,
    /// Whether its namespace nodes are.
    namespaces: bool,
}

/// A declaration that an open element uses, and whether it was written.
type Rendered<'d> = (&'d str, &'d str, bool);

/// An attribute ready to be sorted and written.
struct Out<'d> {
    uri: &'d str,
    prefix: &'d str,
    local: &'d str,
    value: Cow<'d, str>,
}

/// The canonical form may be this many times larger than the document.
const GROWTH: usize = 16;
/// And in any case this large.
const ALWAYS: usize = 4 << 20;

/// A sink that takes so much and no more.
struct Bounded<'o> {
    out: &'o mut dyn Sink,
    left: usize,
    full: bool,
}

impl Sink for Bounded<'_> {
    fn put(&mut self, bytes: &[u8]) {
        match self.left.checked_sub(bytes.len()) {
            Some(left) if !self.full => {
                self.left = left;
                self.out.put(bytes);
            }
            _ => self.full = true,
        }
    }
}

pub(crate) struct Renderer<'d, 'a, 'o> {
    alg: &'d C14n,
    doc: &'d Document<'a>,
    omit: &'d [NodeId],
    /// `None`: everything below the apex.
    set: Option<&'d NodeSet>,
    out: Bounded<'o>,
    /// Declarations in force, innermost last.
    scope: Vec<(&'d str, &'d str)>,
    /// Declarations used by elements that are still open, innermost last (exclusive method).
    rendered: Vec<Rendered<'d>>,
    open: Vec<Open<'d>>,
}

fn last<'d>(list: &[(&str, &'d str)], prefix: &str) -> Option<&'d str> {
    list.iter().rev().find(|(p, _)| *p == prefix).map(|(_, uri)| *uri)
}

impl<'d, 'a, 'o> Renderer<'d, 'a, 'o> {
    pub(crate) fn new(
        alg: &'d C14n,
        doc: &'d Document<'a>,
        omit: &'d [NodeId],
        set: Option<&'d NodeSet>,
        out: &'o mut dyn Sink,
    ) -> Self {
        let left = doc.text().len().saturating_mul(GROWTH).max(ALWAYS);
        let out = Bounded { out, left, full: false };
        Self { alg, doc, omit, set, out, scope: Vec::new(), rendered: Vec::new(), open: Vec::new() }
    }

    fn visible(&self, id: NodeId) -> bool {
        self.set.is_none_or(|s| s.contains(id))
    }

    pub(crate) fn run(mut self, apex: Option<NodeId>) -> Result<(), C14nError> {
        let doc = self.doc;
        let (first, end) = match apex {
            Some(id) => {
                doc.element(id).ok_or(C14nError::NoElement)?;
                self.inherit(id);
                (id.0, doc.entry(id).map_or(0, |e| e.end))
            }
            None => (1, doc.entry(NodeId(0)).map_or(0, |e| e.end)),
        };
        let mut next = first;
        while next < end {
            self.close_until(next);
            if self.out.full {
                return Err(C14nError::TooLarge);
            }
            let id = NodeId(next);
            let Some(entry) = doc.entry(id) else { break };
            if self.omit.contains(&id) {
                next = entry.end;
                continue;
            }
            next += 1;
            match &entry.data {
                Data::Element(e) => self.start(id, e, entry.end, apex == Some(id))?,
                _ if !self.visible(id) => {}
                Data::Text(t) => self.escaped(t, false),
                Data::Comment(t) if self.alg.comments => self.beside(id, |out| {
                    out.put(b"<!--");
                    out.put(t.as_bytes());
                    out.put(b"-->");
                }),
                Data::Instruction { target, data } => self.beside(id, |out| {
                    out.put(b"<?");
                    out.put(target.as_bytes());
                    if !data.is_empty() {
                        out.put(b" ");
                        out.put(data.as_bytes());
                    }
                    out.put(b"?>");
                }),
                _ => {}
            }
        }
        self.close_until(end);
        if self.out.full { Err(C14nError::TooLarge) } else { Ok(()) }
    }

    /// Fills the scope with what the ancestors of the apex declare.
    fn inherit(&mut self, apex: NodeId) {
        for (_, e) in self.chain(apex).into_iter().rev() {
            self.declare(e);
        }
    }

    /// The ancestors, nearest first.
    fn chain(&self, id: NodeId) -> Vec<(NodeId, &'d Element<'a>)> {
        let mut found = Vec::new();
        let mut at = self.doc.entry(id).map_or(0, |e| e.parent);
        while let Some(e) = self.doc.element(NodeId(at)) {
            found.push((NodeId(at), e));
            at = self.doc.entry(NodeId(at)).map_or(0, |e| e.parent);
        }
        found
    }

    fn declare(&mut self, e: &'d Element<'a>) {
        for (prefix, uri) in &e.declarations {
            self.scope.push((prefix, self.doc.uri(*uri)));
        }
    }

    /// A comment or instruction: outside the document element it stands on its own line.
    fn beside(&mut self, id: NodeId, write: impl FnOnce(&mut dyn Sink)) {
        let outside = self.doc.entry(id).is_some_and(|e| e.parent == 0);
        let after = id > self.doc.root;
        if outside && after {
            self.out.put(b"\n");
        }
        write(&mut self.out);
        if outside && !after {
            self.out.put(b"\n");
        }
    }

    fn close_until(&mut self, index: u32) {
        while self.open.last().is_some_and(|o| o.end <= index) {
            let Some(o) = self.open.pop() else { return };
            self.scope.truncate(o.scope.0);
            self.rendered.truncate(o.rendered);
            if o.visible {
                self.out.put(b"</");
                self.name(o.prefix, o.local);
                self.out.put(b">");
            }
        }
    }

    fn name(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.put(prefix.as_bytes());
            self.out.put(b":");
        }
        self.out.put(local.as_bytes());
    }

    fn start(&mut self, id: NodeId, e: &'d Element<'a>, end: u32, apex: bool) -> Result<(), C14nError> {
        let (before, rendered) = (self.scope.len(), self.rendered.len());
        for (_, uri) in &e.declarations {
            let uri = self.doc.uri(*uri);
            if !uri.is_empty() && !base::has_scheme(uri) {
                return Err(C14nError::RelativeNamespace(uri.to_owned()));
            }
        }
        self.declare(e);
        let visible = self.visible(id);
        let shown = self.set.is_none_or(|s| s.contains_namespaces(id));
        let open = Open {
            end,
            prefix: e.prefix,
            local: e.local,
            scope: (before, self.scope.len()),
            rendered,
            visible,
            namespaces: shown,
        };
        let exclusive = self.alg.method == Method::Exclusive;
        let mut namespaces =
            if exclusive { self.exclusive(id, e, visible, shown) } else { self.inclusive(e, visible, shown) };
        namespaces.sort_unstable();
        let own = e.attributes.iter().enumerate();
        let own = own.filter(|(i, _)| self.set.is_none_or(|s| s.contains_attribute(id, *i)));
        let mut attributes: Vec<Out<'d>> = own.map(|(_, a)| self.own(a)).collect();
        if visible && !exclusive && (apex || self.set.is_some()) {
            self.inherit_xml(id, &mut attributes);
        }
        attributes.sort_by(|a, b| (a.uri, a.local).cmp(&(b.uri, b.local)));
        if visible {
            self.out.put(b"<");
            self.name(e.prefix, e.local);
        }
        for (prefix, uri) in namespaces {
            self.out.put(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.out.put(prefix.as_bytes());
            self.out.put(b"=\"");
            self.escaped(uri, true);
            self.out.put(b"\"");
        }
        for a in &attributes {
            self.out.put(b" ");
            self.name(a.prefix, a.local);
            self.out.put(b"=\"");
            self.escaped(&a.value, true);
            self.out.put(b"\"");
        }
        if visible {
            self.out.put(b">");
        }
        self.open.push(open);
        Ok(())
    }

    fn own(&self, a: &'d Attribute<'a>) -> Out<'d> {
        Out { uri: self.doc.uri(a.ns), prefix: a.prefix, local: a.local, value: Cow::Borrowed(a.value.as_ref()) }
    }

    /// What the nearest open element that is written has in force for a prefix, as far as its namespace nodes are in the set.
    fn outer(&self, prefix: &str) -> &'d str {
        let nearest = self.open.iter().rev().find(|o| o.visible);
        let scope = nearest.filter(|o| o.namespaces).and_then(|o| self.scope.get(..o.scope.1));
        scope.and_then(|s| last(s, prefix)).unwrap_or("")
    }

    fn inclusive(&self, e: &'d Element<'a>, visible: bool, shown: bool) -> Vec<(&'d str, &'d str)> {
        let mut found = Vec::new();
        if !shown {
            if visible && !self.outer("").is_empty() {
                found.push(("", ""));
            }
            return found;
        }
        if self.open.last().is_some_and(|o| o.visible && o.namespaces) {
            for (prefix, uri) in &e.declarations {
                let uri = self.doc.uri(*uri);
                if *prefix != "xml" && self.outer(prefix) != uri {
                    found.push((*prefix, uri));
                }
            }
        } else {
            for (i, (prefix, uri)) in self.scope.iter().enumerate() {
                let hidden = self.scope.iter().skip(i + 1).any(|(p, _)| p == prefix);
                if !hidden && *prefix != "xml" && self.outer(prefix) != *uri {
                    found.push((*prefix, *uri));
                }
            }
        }
        found.retain(|(_, uri)| visible || !uri.is_empty());
        found
    }

    /// Whether the nearest open element that uses the prefix has written this declaration.
    fn is_rendered(&self, prefix: &str, uri: &str) -> bool {
        let nearest = self.rendered.iter().rev().find(|(p, _, _)| *p == prefix);
        nearest.map_or(prefix.is_empty() && uri.is_empty(), |(_, u, written)| *u == uri && *written)
    }

    fn exclusive(&mut self, id: NodeId, e: &'d Element<'a>, visible: bool, shown: bool) -> Vec<(&'d str, &'d str)> {
        let alg = self.alg;
        let mut found = Vec::new();
        let own = e.attributes.iter().enumerate();
        let own = own.filter(|(i, a)| !a.prefix.is_empty() && self.set.is_none_or(|s| s.contains_attribute(id, *i)));
        let mut used: Vec<&'d str> = std::iter::once(e.prefix).chain(own.map(|(_, a)| a.prefix)).collect();
        used.sort_unstable();
        used.dedup();
        for listed in &alg.prefixes {
            let listed = if listed == "#default" { "" } else { listed.as_str() };
            let Some((prefix, uri)) = self.scope.iter().rev().find(|(p, _)| *p == listed).copied() else { continue };
            used.retain(|p| *p != prefix);
            if prefix == "xml" || found.contains(&(prefix, uri)) {
                continue;
            }
            let wanted = if uri.is_empty() { visible } else { shown };
            if wanted && self.outer(prefix) != uri {
                found.push((prefix, uri));
            }
        }
        for prefix in used {
            let uri = last(&self.scope, prefix).unwrap_or("");
            if prefix == "xml" || !visible {
                continue;
            }
            if (shown || uri.is_empty()) && !self.is_rendered(prefix, uri) {
                found.push((prefix, uri));
            }
            self.rendered.push((prefix, uri, shown || uri.is_empty()));
        }
        found
    }

    /// `xml:` attributes of ancestors that are left out.
    fn inherit_xml(&self, id: NodeId, attributes: &mut Vec<Out<'d>>) {
        let chain = self.chain(id);
        let hidden = chain.iter().take_while(|(at, _)| self.set.is_none_or(|s| !s.contains(*at))).count();
        if hidden == 0 {
            return;
        }
        let v11 = self.alg.method == Method::Inclusive11;
        let examined = if v11 { hidden } else { chain.len() };
        let ancestors: Vec<&'d Element<'a>> = chain.into_iter().take(examined).map(|(_, e)| e).collect();
        for a in ancestors.iter().flat_map(|e| &e.attributes).filter(|a| self.doc.uri(a.ns) == XML_NS) {
            let inherited = if v11 { matches!(a.local, "lang" | "space") } else { true };
            if inherited && !attributes.iter().any(|o| o.uri == XML_NS && o.local == a.local) {
                attributes.push(self.own(a));
            }
        }
        if !v11 {
            return;
        }
        let own = attributes.iter().position(|o| o.uri == XML_NS && o.local == "base");
        let inner = own.and_then(|i| attributes.get(i)).map(|o| o.value.to_string());
        let outer = ancestors
            .iter()
            .filter_map(|e| e.attributes.iter().find(|a| a.local == "base" && self.doc.uri(a.ns) == XML_NS));
        let mut outer: Vec<&str> = outer.map(|a| a.value.as_ref()).collect();
        if outer.is_empty() {
            return;
        }
        outer.reverse();
        let joined = outer
            .into_iter()
            .map(str::to_owned)
            .chain(inner)
            .reduce(|base, r| base::join(&base, &r))
            .unwrap_or_default();
        if let Some(i) = own {
            attributes.remove(i);
        }
        if !joined.is_empty() {
            attributes.push(Out { uri: XML_NS, prefix: "xml", local: "base", value: Cow::Owned(joined) });
        }
    }

    fn escaped(&mut self, text: &str, attribute: bool) {
        let mut rest = text;
        let special = |b: u8| {
            matches!(b, b'&' | b'<' | b'\r') || if attribute { matches!(b, b'"' | b'\t' | b'\n') } else { b == b'>' }
        };
        while let Some(at) = rest.bytes().position(special) {
            let (plain, tail) = rest.split_at(at);
            self.out.put(plain.as_bytes());
            self.out.put(match tail.as_bytes().first() {
                Some(b'&') => b"&amp;",
                Some(b'<') => b"&lt;",
                Some(b'>') => b"&gt;",
                Some(b'"') => b"&quot;",
                Some(b'\t') => b"&#x9;",
                Some(b'\n') => b"&#xA;",
                _ => b"&#xD;",
            });
            rest = tail.get(1..).unwrap_or("");
        }
        self.out.put(rest.as_bytes());
    }
}
