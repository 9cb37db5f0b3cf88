use std::{borrow::Cow, collections::HashMap};

use super::{
    Attribute, Data, Document, Element, Limits, NodeId, ParseError, Problem, XML_NS, XMLNS_NS,
    node::Entry,
    scan::{Result, Scan},
};

/// Index of "no namespace" in `Document::uris`.
const NONE: u32 = 0;
/// Index of the XML namespace.
const XML: u32 = 1;

struct Open<'a> {
    node: u32,
    /// Length of `scope` before the element's own declarations.
    scope: usize,
    name: (&'a str, &'a str),
}

struct Builder<'a, 'l> {
    scan: Scan<'a>,
    limits: &'l Limits,
    nodes: Vec<Entry<'a>>,
    uris: Vec<Cow<'a, str>>,
    scope: Vec<(&'a str, u32)>,
    open: Vec<Open<'a>>,
    ids: HashMap<Cow<'a, str>, Option<NodeId>>,
    root: Option<NodeId>,
}

impl<'a> Document<'a> {
    /// Parses a whole document.
    ///
    /// # Errors
    /// Anything that is not well-formed, breaks namespace rules, has a document type declaration or exceeds a limit.
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Self> {
        if text.len() > limits.bytes {
            return Err(ParseError::at(Problem::Limit("bytes"), text, 0));
        }
        let mut b = Builder {
            scan: Scan { text, pos: 0 },
            limits,
            nodes: vec![Entry { parent: 0, end: 0, data: Data::Document }],
            uris: vec![Cow::Borrowed(""), Cow::Borrowed(XML_NS)],
            scope: Vec::new(),
            open: Vec::new(),
            ids: HashMap::new(),
            root: None,
        };
        b.declaration()?;
        while b.scan.pos < text.len() {
            b.piece()?;
        }
        let Some(root) = b.root else { return b.scan.syntax("no element") };
        if !b.open.is_empty() {
            return b.scan.syntax("an element has no end");
        }
        let end = b.next_index();
        if let Some(first) = b.nodes.first_mut() {
            first.end = end;
        }
        Ok(Self { nodes: b.nodes, uris: b.uris, ids: b.ids, root, text })
    }
}

impl<'a> Builder<'a, '_> {
    fn next_index(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, data: Data<'a>) -> Result<u32> {
        if self.nodes.len() >= self.limits.nodes {
            return self.scan.fail(Problem::Limit("nodes"));
        }
        let index = self.next_index();
        let parent = self.open.last().map_or(0, |o| o.node);
        self.nodes.push(Entry { parent, end: index + 1, data });
        Ok(index)
    }

    fn declaration(&mut self) -> Result<()> {
        let rest = self.scan.rest();
        if !(rest.starts_with("<?xml") && rest.as_bytes().get(5).copied().is_some_and(super::chars::is_space)) {
            return Ok(());
        }
        self.scan.pos += 5;
        let mut seen = Vec::new();
        loop {
            let spaced = self.scan.space();
            if self.scan.take("?>") {
                break;
            }
            if !spaced {
                return self.scan.syntax("white space is missing in the XML declaration");
            }
            let name = self.scan.ncname()?;
            self.scan.space();
            self.scan.expect("=", "= is expected")?;
            self.scan.space();
            let value = self.scan.value()?;
            match (name, value.as_ref(), seen.as_slice()) {
                ("version", "1.0", [])
                | ("encoding", _, ["version"])
                | ("standalone", "yes" | "no", ["version"] | ["version", "encoding"]) => {}
                ("version", _, []) => return self.scan.fail(Problem::Version),
                _ => return self.scan.syntax("the XML declaration"),
            }
            seen.push(name);
        }
        if seen.is_empty() { self.scan.syntax("the XML declaration has no version") } else { Ok(()) }
    }

    fn piece(&mut self) -> Result<()> {
        if self.scan.peek() != Some(b'<') {
            return self.characters();
        }
        match self.scan.text.as_bytes().get(self.scan.pos + 1) {
            Some(b'/') => self.end_tag(),
            Some(b'?') => self.instruction(),
            Some(b'!') => self.markup(),
            _ => self.start_tag(),
        }
    }

    fn characters(&mut self) -> Result<()> {
        let start = self.scan.pos;
        let rest = self.scan.rest();
        let raw = rest.find('<').and_then(|at| rest.get(..at)).unwrap_or(rest);
        if self.open.is_empty() {
            if !raw.bytes().all(super::chars::is_space) {
                return self.scan.syntax("text outside the document element");
            }
            self.scan.pos += raw.len();
            return Ok(());
        }
        let text = self.scan.characters(raw, start)?;
        self.scan.pos += raw.len();
        self.push(Data::Text(text)).map(drop)
    }

    fn markup(&mut self) -> Result<()> {
        if self.scan.take("<!--") {
            let text = self.scan.until("--", "a comment has no end")?;
            self.scan.expect(">", "-- in a comment")?;
            return self.push(Data::Comment(Scan::lines(text))).map(drop);
        }
        if self.scan.take("<![CDATA[") {
            if self.open.is_empty() {
                return self.scan.syntax("CDATA outside the document element");
            }
            let text = self.scan.until("]]>", "a CDATA section has no end")?;
            return self.push(Data::Text(Scan::lines(text))).map(drop);
        }
        if self.scan.rest().starts_with("<!DOCTYPE") {
            self.scan.fail(Problem::Doctype)
        } else {
            self.scan.syntax("unknown markup")
        }
    }

    fn instruction(&mut self) -> Result<()> {
        self.scan.pos += 2;
        let target = self.scan.ncname()?;
        if target.eq_ignore_ascii_case("xml") {
            return self.scan.syntax("the XML declaration stands only at the start");
        }
        let spaced = self.scan.space();
        let data = self.scan.until("?>", "a processing instruction has no end")?;
        if !spaced && !data.is_empty() {
            return self.scan.syntax("white space is missing in a processing instruction");
        }
        self.push(Data::Instruction { target, data: Scan::lines(data) }).map(drop)
    }

    fn end_tag(&mut self) -> Result<()> {
        self.scan.pos += 2;
        let name = self.scan.qname()?;
        self.scan.space();
        self.scan.expect(">", "> is expected")?;
        match self.open.last() {
            Some(open) if open.name == name => self.close(),
            _ => self.scan.syntax("an end tag does not match its start tag"),
        }
    }

    fn close(&mut self) -> Result<()> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.scope.truncate(open.scope);
        let end = self.next_index();
        let pos = self.scan.pos;
        if let Some(entry) = self.nodes.get_mut(open.node as usize) {
            entry.end = end;
            if let Data::Element(e) = &mut entry.data {
                e.span.end = pos;
            }
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<()> {
        let start = self.scan.pos;
        self.scan.pos += 1;
        if self.open.is_empty() && self.root.is_some() {
            return self.scan.syntax("a second document element");
        }
        if self.open.len() >= self.limits.depth {
            return self.scan.fail(Problem::Limit("depth"));
        }
        let (prefix, local) = self.scan.qname()?;
        let scope = self.scope.len();
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        let mut declarations: Vec<(&'a str, u32)> = Vec::new();
        let empty = loop {
            let spaced = self.scan.space();
            if self.scan.take(">") {
                break false;
            }
            if self.scan.take("/>") {
                break true;
            }
            if !spaced {
                return self.scan.syntax("white space is missing before an attribute");
            }
            if attributes.len() + declarations.len() >= self.limits.attributes {
                return self.scan.fail(Problem::Limit("attributes"));
            }
            let (p, l) = self.scan.qname()?;
            self.scan.space();
            self.scan.expect("=", "= is expected")?;
            self.scan.space();
            let value = self.scan.value()?;
            match (p, l) {
                ("", "xmlns") => self.declare("", value, &mut declarations)?,
                ("xmlns", name) => self.declare(name, value, &mut declarations)?,
                _ => attributes.push(Attribute { prefix: p, local: l, ns: NONE, value }),
            }
        };
        self.scope.extend_from_slice(&declarations);
        if self.scope.len() > self.limits.namespaces {
            return self.scan.fail(Problem::Limit("namespaces"));
        }
        for a in &mut attributes {
            a.ns = if a.prefix.is_empty() { NONE } else { self.resolve(a.prefix)? };
        }
        self.check_unique(&attributes)?;
        let ns = self.resolve(prefix)?;
        let node = self.next_index();
        for a in &attributes {
            if matches!((a.prefix, a.local), ("", "Id" | "ID" | "id")) || (a.ns == XML && a.local == "id") {
                self.ids
                    .entry(a.value.clone())
                    .and_modify(|e| *e = e.filter(|n| n.0 == node))
                    .or_insert(Some(NodeId(node)));
            }
        }
        // Nearly all elements of large documents have one attribute, and a list makes room for four.
        attributes.shrink_to_fit();
        let element = Element { prefix, local, ns, attributes, declarations, span: start..self.scan.pos };
        let node = self.push(Data::Element(element))?;
        if self.open.is_empty() {
            self.root = Some(NodeId(node));
        }
        self.open.push(Open { node, scope, name: (prefix, local) });
        if empty { self.close() } else { Ok(()) }
    }

    fn declare(&mut self, prefix: &'a str, uri: Cow<'a, str>, declarations: &mut Vec<(&'a str, u32)>) -> Result<()> {
        if declarations.iter().any(|(p, _)| *p == prefix) {
            return self.scan.fail(Problem::DuplicateAttribute);
        }
        if prefix == "xmlns" || uri == XMLNS_NS || (prefix == "xml") != (uri == XML_NS) {
            return self.scan.fail(Problem::Namespace("a reserved prefix or namespace"));
        }
        if uri.is_empty() && !prefix.is_empty() {
            return self.scan.fail(Problem::Namespace("a prefix cannot be undeclared"));
        }
        let index = match uri.as_ref() {
            "" => NONE,
            XML_NS => XML,
            _ => match self.scope.iter().find(|(_, i)| self.uris.get(*i as usize).is_some_and(|u| *u == uri)) {
                Some((_, index)) => *index,
                None => {
                    self.uris.push(uri);
                    u32::try_from(self.uris.len() - 1).unwrap_or(NONE)
                }
            },
        };
        declarations.push((prefix, index));
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<u32> {
        if prefix == "xml" {
            return Ok(XML);
        }
        match self.scope.iter().rev().find(|(p, _)| *p == prefix) {
            Some((_, index)) => Ok(*index),
            None if prefix.is_empty() => Ok(NONE),
            None => self.scan.fail(Problem::Namespace("a prefix is not declared")),
        }
    }

    /// No two attributes with one expanded name. Bounded by `Limits::attributes`.
    fn check_unique(&self, attributes: &[Attribute<'a>]) -> Result<()> {
        let uri = |a: &Attribute<'a>| self.uris.get(a.ns as usize).map_or("", |u| u.as_ref());
        for (i, a) in attributes.iter().enumerate() {
            if attributes.iter().skip(i + 1).any(|b| a.local == b.local && uri(a) == uri(b)) {
                return self.scan.fail(Problem::DuplicateAttribute);
            }
        }
        Ok(())
    }
}
