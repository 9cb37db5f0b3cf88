use super::{XPathError, lex::Token};

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Literal(String),
    Number(f64),
    Negate(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
    Path(Start, Vec<Step>),
}

/// Where a path begins.
#[derive(Clone, Debug)]
pub(super) enum Start {
    Context,
    Root,
    Filtered(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
    /// Namespace (`None`: any) and local name (`None`: any).
    Name(Option<String>, Option<String>),
}

/// Nested expressions.
const MAX_DEPTH: usize = 40;

type Resolve<'r> = &'r dyn Fn(&str) -> Option<String>;
type Result<T> = std::result::Result<T, XPathError>;

struct Parser<'r> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    resolve: Resolve<'r>,
    depth: usize,
}

pub(super) fn parse(tokens: Vec<Token>, resolve: Resolve<'_>) -> Result<Expr> {
    let mut p = Parser { tokens: tokens.into_iter().peekable(), resolve, depth: 0 };
    let expr = p.level(0)?;
    if p.tokens.peek().is_some() { unsupported("an unexpected part at the end") } else { Ok(expr) }
}

fn unsupported<T>(what: &str) -> Result<T> {
    Err(XPathError::Unsupported(what.to_owned()))
}

/// Binary operators, weakest first.
const LEVELS: [&[&str]; 7] =
    [&["or"], &["and"], &["=", "!="], &["<", "<=", ">", ">="], &["+", "-"], &["*", "div", "mod"], &["|"]];
/// Negation binds between multiplication and union.
const UNARY: usize = 6;

impl Parser<'_> {
    fn take(&mut self, symbol: &str) -> bool {
        self.tokens.next_if(|t| matches!(t, Token::Symbol(s) if *s == symbol)).is_some()
    }
    fn expect(&mut self, symbol: &'static str) -> Result<()> {
        if self.take(symbol) { Ok(()) } else { unsupported(&format!("{symbol} is expected")) }
    }
    fn peek_symbol(&mut self) -> Option<&'static str> {
        match self.tokens.peek() {
            Some(Token::Symbol(s)) => Some(s),
            _ => None,
        }
    }

    fn level(&mut self, n: usize) -> Result<Expr> {
        let Some(operators) = LEVELS.get(n) else { return self.path() };
        if n == 0 {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(XPathError::TooMuch);
            }
        }
        if n == UNARY && self.take("-") {
            return Ok(Expr::Negate(Box::new(self.level(UNARY)?)));
        }
        let mut left = self.level(n + 1)?;
        while let Some(op) = self.peek_symbol().and_then(|s| operators.iter().find(|o| **o == s)) {
            self.tokens.next();
            let right = self.level(n + 1)?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        if n == 0 {
            self.depth -= 1;
        }
        Ok(left)
    }

    fn path(&mut self) -> Result<Expr> {
        let filtered = match self.tokens.peek() {
            Some(Token::Literal(_) | Token::Number(_) | Token::Symbol("(")) => true,
            Some(Token::Name(_)) => self.is_call(),
            _ => false,
        };
        if filtered {
            let primary = self.primary()?;
            let predicates = self.predicates()?;
            if predicates.is_empty() && !matches!(self.peek_symbol(), Some("/" | "//")) {
                return Ok(primary);
            }
            let mut steps = Vec::new();
            self.more_steps(&mut steps)?;
            return Ok(Expr::Path(Start::Filtered(Box::new(primary), predicates), steps));
        }
        let mut steps = Vec::new();
        let start = if self.take("//") {
            steps.push(anything());
            steps.push(self.step()?);
            Start::Root
        } else if self.take("/") {
            let more = match self.tokens.peek() {
                Some(Token::Name(_) | Token::Star) => true,
                Some(Token::Symbol(s)) => matches!(*s, "@" | "." | ".."),
                _ => false,
            };
            if more {
                steps.push(self.step()?);
            }
            Start::Root
        } else {
            steps.push(self.step()?);
            Start::Context
        };
        self.more_steps(&mut steps)?;
        Ok(Expr::Path(start, steps))
    }

    /// Whether the name in front is a function's: followed by `(`, and no node test.
    fn is_call(&mut self) -> bool {
        let mut ahead = self.tokens.clone();
        let name = ahead.next();
        let call = matches!(ahead.next(), Some(Token::Symbol("(")));
        call && !matches!(name, Some(Token::Name(n)) if matches!(n.as_str(), "node" | "text" | "comment" | "processing-instruction"))
    }

    fn primary(&mut self) -> Result<Expr> {
        match self.tokens.next() {
            Some(Token::Literal(s)) => Ok(Expr::Literal(s)),
            Some(Token::Number(n)) => Ok(Expr::Number(n)),
            Some(Token::Symbol("(")) => {
                let inner = self.level(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Some(Token::Name(name)) => {
                self.expect("(")?;
                let mut arguments = Vec::new();
                while !self.take(")") {
                    if !arguments.is_empty() {
                        self.expect(",")?;
                    }
                    arguments.push(self.level(0)?);
                }
                Ok(Expr::Call(name, arguments))
            }
            _ => unsupported("an expression is expected"),
        }
    }

    fn more_steps(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        loop {
            if self.take("//") {
                steps.push(anything());
            } else if !self.take("/") {
                return Ok(());
            }
            steps.push(self.step()?);
        }
    }

    fn step(&mut self) -> Result<Step> {
        if self.take(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Node, predicates: Vec::new() });
        }
        if self.take("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, predicates: Vec::new() });
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        let mut ahead = self.tokens.clone();
        let name = match (ahead.next(), ahead.next()) {
            (Some(Token::Name(name)), Some(Token::Symbol("::"))) => name,
            _ => return Ok(Axis::Child),
        };
        self.tokens = ahead;
        Ok(match name.as_str() {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "parent" => Axis::Parent,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::Itself,
            other => return unsupported(&format!("the axis {other}")),
        })
    }

    fn test(&mut self) -> Result<Test> {
        let name = match self.tokens.next() {
            Some(Token::Star) => return Ok(Test::Name(None, None)),
            Some(Token::Name(name)) => name,
            _ => return unsupported("a node test is expected"),
        };
        if self.take("(") {
            let target = match self.tokens.next_if(|t| matches!(t, Token::Literal(_))) {
                Some(Token::Literal(s)) => Some(s),
                _ => None,
            };
            self.expect(")")?;
            return match (name.as_str(), target) {
                ("node", None) => Ok(Test::Node),
                ("text", None) => Ok(Test::Text),
                ("comment", None) => Ok(Test::Comment),
                ("processing-instruction", target) => Ok(Test::Instruction(target)),
                _ => unsupported(&format!("the node test {name}")),
            };
        }
        Ok(match name.split_once(':') {
            None => Test::Name(Some(String::new()), Some(name)),
            Some((prefix, local)) => {
                let Some(uri) = (self.resolve)(prefix) else {
                    return unsupported(&format!("the prefix {prefix} is not declared"));
                };
                Test::Name(Some(uri), (local != "*").then(|| local.to_owned()))
            }
        })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>> {
        let mut found = Vec::new();
        while self.take("[") {
            found.push(self.level(0)?);
            self.expect("]")?;
        }
        Ok(found)
    }
}

/// What `//` stands for.
fn anything() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}
