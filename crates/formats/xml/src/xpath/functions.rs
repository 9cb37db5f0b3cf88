use super::{
    XPathError,
    eval::{Context, Evaluator, as_number},
    parse::Expr,
    value::{Item, Value, element, string_value},
};
use crate::NodeId;

type Result<T> = std::result::Result<T, XPathError>;

fn unsupported<T>(name: &str) -> Result<T> {
    Err(XPathError::Unsupported(format!("the function {name}")))
}

/// XPath 1.0 section 4, and `here()` of XMLDSIG 6.6.3.
pub(super) fn call(e: &mut Evaluator<'_, '_>, name: &str, arguments: &[Expr], at: Context) -> Result<Value> {
    let doc = e.doc;
    let values = arguments.iter().map(|a| e.value(a, at)).collect::<Result<Vec<Value>>>()?;
    // Namespace nodes are taken as one, so that they can be counted and tested, but have no text.
    let counts = matches!(name, "not" | "boolean" | "count" | "local-name" | "name" | "namespace-uri");
    let of_context = matches!(name, "string" | "number" | "string-length" | "normalize-space") && values.is_empty();
    if (of_context && matches!(at.item, Item::Namespaces(_))) || (!counts && values.iter().any(Value::has_namespaces)) {
        return unsupported(&format!("{name} of a namespace node"));
    }
    let text = |i: usize| values.get(i).map(|v| v.text(doc)).unwrap_or_default();
    Ok(match (name, values.as_slice()) {
        ("true", []) => Value::Boolean(true),
        ("false", []) => Value::Boolean(false),
        ("not", [v]) => Value::Boolean(!v.boolean()),
        ("boolean", [v]) => Value::Boolean(v.boolean()),
        ("last", []) => Value::Number(as_number(at.size)),
        ("position", []) => Value::Number(as_number(at.position)),
        ("count", [Value::Nodes(n)]) => Value::Number(as_number(n.len())),
        ("here", []) => Value::Nodes(vec![Item::Node(e.here)]),
        ("id", [v]) => Value::Nodes(by_ids(e, v)?),
        ("string", []) => Value::Text(string_value(doc, at.item)),
        ("string", [v]) => Value::Text(v.text(doc)),
        ("number", []) => Value::Number(Value::Text(string_value(doc, at.item)).number(doc)),
        ("number", [v]) => Value::Number(v.number(doc)),
        ("concat", [_, _, ..]) => Value::Text((0..values.len()).map(text).collect()),
        ("starts-with", [_, _]) => Value::Boolean(text(0).starts_with(&text(1))),
        ("contains", [_, _]) => Value::Boolean(text(0).contains(&text(1))),
        ("substring-before", [_, _]) => {
            Value::Text(text(0).split_once(&text(1)).map(|(b, _)| b.to_owned()).unwrap_or_default())
        }
        ("substring-after", [_, _]) => {
            Value::Text(text(0).split_once(&text(1)).map(|(_, a)| a.to_owned()).unwrap_or_default())
        }
        ("string-length", []) => Value::Number(as_number(string_value(doc, at.item).chars().count())),
        ("string-length", [_]) => Value::Number(as_number(text(0).chars().count())),
        ("normalize-space", []) => Value::Text(normalised(&string_value(doc, at.item))),
        ("normalize-space", [_]) => Value::Text(normalised(&text(0))),
        ("local-name" | "name" | "namespace-uri", []) => Value::Text(name_of(e, name, Some(at.item))?),
        ("local-name" | "name" | "namespace-uri", [Value::Nodes(n)]) => {
            Value::Text(name_of(e, name, n.first().copied())?)
        }
        _ => return unsupported(name),
    })
}

fn normalised(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n']).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

fn by_ids(e: &mut Evaluator<'_, '_>, value: &Value) -> Result<Vec<Item>> {
    let doc = e.doc;
    let texts: Vec<String> = match value {
        Value::Nodes(n) => n.iter().map(|i| string_value(doc, *i)).collect(),
        other => vec![other.text(doc)],
    };
    let mut found = Vec::new();
    for id in texts.iter().flat_map(|t| t.split_ascii_whitespace()) {
        e.spend(1)?;
        found.extend(doc.by_id(id).map(|n| Item::Node(n.id().0)));
    }
    found.sort_unstable_by_key(|i| i.key());
    found.dedup();
    Ok(found)
}

fn name_of(e: &Evaluator<'_, '_>, what: &str, item: Option<Item>) -> Result<String> {
    let doc = e.doc;
    let (prefix, local, uri) = match item {
        Some(Item::Namespaces(_)) => return unsupported(&format!("{what} of a namespace node")),
        Some(Item::Attribute(n, a)) => match doc.element(NodeId(n)).and_then(|x| x.attributes.get(a as usize)) {
            Some(a) => (a.prefix, a.local, doc.uri(a.ns)),
            None => return Ok(String::new()),
        },
        Some(Item::Node(n)) => match (element(doc, Item::Node(n)), doc.entry(NodeId(n)).map(|x| &x.data)) {
            (Some(x), _) => (x.prefix, x.local, doc.uri(x.ns)),
            (None, Some(crate::parse::Data::Instruction { target, .. })) => ("", *target, ""),
            _ => return Ok(String::new()),
        },
        None => return Ok(String::new()),
    };
    Ok(match what {
        "local-name" => local.to_owned(),
        "namespace-uri" => uri.to_owned(),
        _ if prefix.is_empty() => local.to_owned(),
        _ => format!("{prefix}:{local}"),
    })
}
