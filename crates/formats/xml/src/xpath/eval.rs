use super::{
    XPathError, axes, functions,
    parse::{Axis, Expr, Start, Step},
    value::{Item, Value, string_value, to_number},
};
use crate::Document;

/// Evaluates expressions over one document within a budget.
pub(super) struct Evaluator<'e, 'a> {
    pub(super) doc: &'e Document<'a>,
    /// The element that holds the expression.
    pub(super) here: u32,
    left: u64,
}

/// Node, its position, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) item: Item,
    pub(super) position: usize,
    pub(super) size: usize,
}

type Result<T> = std::result::Result<T, XPathError>;

impl<'e, 'a> Evaluator<'e, 'a> {
    pub(super) fn new(doc: &'e Document<'a>, here: u32, budget: u64) -> Self {
        Self { doc, here, left: budget }
    }

    /// Whether the expression is true of a node.
    pub(super) fn holds(&mut self, expr: &Expr, item: Item) -> Result<bool> {
        Ok(self.value(expr, Context { item, position: 1, size: 1 })?.boolean())
    }

    /// The nodes that the expression selects.
    pub(super) fn nodes(&mut self, expr: &Expr, item: Item) -> Result<Vec<Item>> {
        match self.value(expr, Context { item, position: 1, size: 1 })? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Err(XPathError::Unsupported("a filter that selects no nodes".to_owned())),
        }
    }

    pub(super) fn spend(&mut self, work: usize) -> Result<()> {
        let left = self.left.checked_sub(work as u64 + 1);
        self.left = left.ok_or(XPathError::TooMuch)?;
        Ok(())
    }

    pub(super) fn value(&mut self, expr: &Expr, at: Context) -> Result<Value> {
        self.spend(1)?;
        match expr {
            Expr::Literal(s) => Ok(Value::Text(s.clone())),
            Expr::Number(n) => Ok(Value::Number(*n)),
            Expr::Negate(e) => Ok(Value::Number(-self.value(e, at)?.number(self.doc))),
            Expr::Binary(op, l, r) => self.binary(op, l, r, at),
            Expr::Call(name, arguments) => functions::call(self, name, arguments, at),
            Expr::Path(start, steps) => self.path(start, steps, at).map(Value::Nodes),
        }
    }

    fn binary(&mut self, op: &str, l: &Expr, r: &Expr, at: Context) -> Result<Value> {
        let left = self.value(l, at)?;
        match op {
            "or" => return Ok(Value::Boolean(left.boolean() || self.value(r, at)?.boolean())),
            "and" => return Ok(Value::Boolean(left.boolean() && self.value(r, at)?.boolean())),
            _ => {}
        }
        let right = self.value(r, at)?;
        if op == "|" {
            let (Value::Nodes(mut nodes), Value::Nodes(more)) = (left, right) else {
                return Err(XPathError::Unsupported("a union of what are no nodes".to_owned()));
            };
            nodes.extend(more);
            return Ok(Value::Nodes(sorted(nodes)));
        }
        if left.has_namespaces() || right.has_namespaces() {
            return Err(XPathError::Unsupported("the text of a namespace node".to_owned()));
        }
        if matches!(op, "=" | "!=" | "<" | "<=" | ">" | ">=") {
            return self.compare(op, &left, &right).map(Value::Boolean);
        }
        let (a, b) = (left.number(self.doc), right.number(self.doc));
        Ok(Value::Number(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "div" => a / b,
            _ => a % b,
        }))
    }

    /// XPath 1.0 section 3.4.
    fn compare(&mut self, op: &str, left: &Value, right: &Value) -> Result<bool> {
        let doc = self.doc;
        match (left, right) {
            (Value::Nodes(a), Value::Nodes(b)) => {
                self.spend(a.len().saturating_mul(b.len()))?;
                let texts: Vec<String> = b.iter().map(|i| string_value(doc, *i)).collect();
                Ok(a.iter().any(|i| {
                    let text = string_value(doc, *i);
                    texts.iter().any(|t| compare_texts(op, &text, t))
                }))
            }
            (Value::Nodes(_), Value::Boolean(b)) => Ok(compare_numbers(op, truth(left.boolean()), truth(*b))),
            (Value::Boolean(b), Value::Nodes(_)) => Ok(compare_numbers(op, truth(*b), truth(right.boolean()))),
            (Value::Nodes(n), other) => {
                self.spend(n.len())?;
                Ok(n.iter().any(|i| one(op, &Value::Text(string_value(doc, *i)), other, doc)))
            }
            (other, Value::Nodes(n)) => {
                self.spend(n.len())?;
                Ok(n.iter().any(|i| one(op, other, &Value::Text(string_value(doc, *i)), doc)))
            }
            _ => Ok(one(op, left, right, doc)),
        }
    }

    fn path(&mut self, start: &Start, steps: &[Step], at: Context) -> Result<Vec<Item>> {
        let mut nodes = match start {
            Start::Context => vec![at.item],
            Start::Root => vec![Item::Node(0)],
            Start::Filtered(primary, predicates) => {
                let Value::Nodes(mut nodes) = self.value(primary, at)? else {
                    return Err(XPathError::Unsupported("a path from what is no node".to_owned()));
                };
                for predicate in predicates {
                    nodes = self.keep(nodes, predicate)?;
                }
                nodes
            }
        };
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            // `//name` is looked for once, not below every node, when no predicate counts positions.
            let shortcut =
                steps.peek().filter(|n| is_anything(step) && n.axis == Axis::Child && n.predicates.is_empty());
            let (axis, step) = match shortcut {
                Some(next) => (Axis::Descendant, *next),
                None => (step.axis, step),
            };
            if axis != step.axis {
                steps.next();
            }
            nodes = self.step(&nodes, axis, step)?;
        }
        Ok(nodes)
    }

    fn step(&mut self, from: &[Item], axis: Axis, step: &Step) -> Result<Vec<Item>> {
        let doc = self.doc;
        let mut all = Vec::new();
        for item in from {
            let mut found = Vec::new();
            let mut work = 0usize;
            let limit = self.left;
            axes::walk(doc, axis, *item, &mut |candidate| {
                work += 1;
                if work as u64 > limit {
                    return Err(XPathError::TooMuch);
                }
                if axes::passes(doc, axis, &step.test, candidate)? {
                    found.push(candidate);
                }
                Ok(())
            })?;
            self.spend(work)?;
            for predicate in &step.predicates {
                found = self.keep(found, predicate)?;
            }
            all.extend(found);
        }
        Ok(sorted(all))
    }

    /// Keeps the nodes for which a predicate holds; a number is a position.
    fn keep(&mut self, nodes: Vec<Item>, predicate: &Expr) -> Result<Vec<Item>> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (i, item) in nodes.into_iter().enumerate() {
            let value = self.value(predicate, Context { item, position: i + 1, size })?;
            let good = match value {
                Value::Number(n) => n == as_number(i + 1),
                other => other.boolean(),
            };
            if good {
                kept.push(item);
            }
        }
        Ok(kept)
    }
}

fn is_anything(step: &Step) -> bool {
    step.axis == Axis::DescendantOrSelf && matches!(step.test, super::parse::Test::Node) && step.predicates.is_empty()
}

/// Counts in a document fit exactly.
pub(super) fn as_number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn sorted(mut nodes: Vec<Item>) -> Vec<Item> {
    nodes.sort_unstable_by_key(|i| i.key());
    nodes.dedup();
    nodes
}

fn truth(b: bool) -> f64 {
    f64::from(u8::from(b))
}

fn compare_numbers(op: &str, a: f64, b: f64) -> bool {
    match op {
        "=" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

fn compare_texts(op: &str, a: &str, b: &str) -> bool {
    match op {
        "=" => a == b,
        "!=" => a != b,
        _ => compare_numbers(op, to_number(a), to_number(b)),
    }
}

/// Two values that are no node-sets.
fn one(op: &str, left: &Value, right: &Value, doc: &Document<'_>) -> bool {
    match (left, right) {
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) => {
            compare_numbers(op, truth(left.boolean()), truth(right.boolean()))
        }
        (Value::Text(a), Value::Text(b)) => compare_texts(op, a, b),
        _ => compare_numbers(op, left.number(doc), right.number(doc)),
    }
}
