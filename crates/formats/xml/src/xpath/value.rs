use crate::{
    Document, NodeId,
    parse::{Data, Element},
};

/// A node of the XPath data model. Order is document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    /// Document (0), element, text, comment, instruction.
    Node(u32),
    /// The namespace nodes of an element, taken as one.
    Namespaces(u32),
    /// Element and place.
    Attribute(u32, u32),
}

impl Item {
    /// For sorting: an element, then its namespace nodes, then its attributes.
    pub(super) fn key(self) -> (u32, u8, u32) {
        match self {
            Self::Node(n) => (n, 0, 0),
            Self::Namespaces(n) => (n, 1, 0),
            Self::Attribute(n, a) => (n, 2, a),
        }
    }
}

/// A value of XPath 1.0.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// In document order, each once.
    Nodes(Vec<Item>),
    Boolean(bool),
    Number(f64),
    Text(String),
}

impl Value {
    pub(super) fn has_namespaces(&self) -> bool {
        matches!(self, Self::Nodes(n) if n.iter().any(|i| matches!(i, Item::Namespaces(_))))
    }
    pub(super) fn boolean(&self) -> bool {
        match self {
            Self::Nodes(n) => !n.is_empty(),
            Self::Boolean(b) => *b,
            Self::Number(n) => *n != 0.0 && !n.is_nan(),
            Self::Text(t) => !t.is_empty(),
        }
    }
    pub(super) fn text(&self, doc: &Document<'_>) -> String {
        match self {
            Self::Nodes(n) => n.first().map(|i| string_value(doc, *i)).unwrap_or_default(),
            Self::Boolean(b) => b.to_string(),
            Self::Number(n) => number_text(*n),
            Self::Text(t) => t.clone(),
        }
    }
    pub(super) fn number(&self, doc: &Document<'_>) -> f64 {
        match self {
            Self::Number(n) => *n,
            Self::Boolean(b) => f64::from(u8::from(*b)),
            other => to_number(&other.text(doc)),
        }
    }
}

pub(super) fn to_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

fn number_text(n: f64) -> String {
    if n.is_nan() {
        "NaN".to_owned()
    } else if n.is_infinite() {
        if n > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if n == 0.0 {
        "0".to_owned()
    } else {
        n.to_string()
    }
}

pub(super) fn element<'d, 'a>(doc: &'d Document<'a>, item: Item) -> Option<&'d Element<'a>> {
    match item {
        Item::Node(n) => doc.element(NodeId(n)),
        _ => None,
    }
}

/// XPath 1.0 section 5.
pub(super) fn string_value(doc: &Document<'_>, item: Item) -> String {
    match item {
        Item::Attribute(n, a) => {
            let attribute = doc.element(NodeId(n)).and_then(|e| e.attributes.get(a as usize));
            attribute.map(|a| a.value.to_string()).unwrap_or_default()
        }
        Item::Namespaces(_) => String::new(),
        Item::Node(n) => match doc.entry(NodeId(n)).map(|e| (&e.data, e.end)) {
            Some((Data::Text(t) | Data::Comment(t) | Data::Instruction { data: t, .. }, _)) => t.to_string(),
            Some((_, end)) => {
                let inside = (n..end).filter_map(|i| doc.entry(NodeId(i)));
                inside.filter_map(|e| if let Data::Text(t) = &e.data { Some(t.as_ref()) } else { None }).collect()
            }
            None => String::new(),
        },
    }
}
