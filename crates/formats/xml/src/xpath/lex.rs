use super::XPathError;

/// A token of XPath 1.0 section 3.7.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `(`, `)`, `[`, `]`, `.`, `..`, `@`, `,`, `::`, `/`, `//`, `|`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `+`, `-`, `*` and the word operators.
    Symbol(&'static str),
    /// `*` as a name test.
    Star,
    /// `NCName`, `prefix:NCName` or `prefix:*`.
    Name(String),
    Literal(String),
    Number(f64),
}

const SYMBOLS: [&str; 19] =
    ["::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "=", "<", ">", "+"];
const WORDS: [&str; 4] = ["and", "or", "div", "mod"];

/// After which a `*` or a word is a name and not an operator.
fn expects_operand(last: Option<&Token>) -> bool {
    match last {
        None => true,
        Some(Token::Symbol(s)) => !matches!(*s, ")" | "]" | "." | ".."),
        Some(_) => false,
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, XPathError> {
    let mut out: Vec<Token> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let digits = rest.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
        let used = if first == '"' || first == '\'' {
            let body = rest.get(1..).unwrap_or("");
            let end = body.find(first).ok_or_else(|| XPathError::Unsupported(text.to_owned()))?;
            out.push(Token::Literal(body.get(..end).unwrap_or("").to_owned()));
            end + 2
        } else if first.is_ascii_digit() || (first == '.' && digits && !rest.starts_with("..")) {
            let len = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            let number = rest.get(..len).and_then(|n| n.parse().ok());
            out.push(Token::Number(number.ok_or_else(|| XPathError::Unsupported(text.to_owned()))?));
            len
        } else if first == '*' {
            out.push(if expects_operand(out.last()) { Token::Star } else { Token::Symbol("*") });
            1
        } else if first == '-' {
            out.push(Token::Symbol("-"));
            1
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|s| rest.starts_with(s)) {
            out.push(Token::Symbol(symbol));
            symbol.len()
        } else {
            let len = name(rest);
            let word = rest.get(..len).filter(|w| !w.is_empty());
            let word = word.ok_or_else(|| XPathError::Unsupported(text.to_owned()))?;
            let operator = WORDS.into_iter().find(|w| *w == word).filter(|_| !expects_operand(out.last()));
            out.push(operator.map_or_else(|| Token::Name(word.to_owned()), Token::Symbol));
            len
        };
        rest = rest.get(used..).unwrap_or("").trim_start();
    }
    Ok(out)
}

/// Length of the name at the start, with a prefix but not with an axis.
fn name(text: &str) -> usize {
    let ncname = |t: &str| {
        let is = |i: usize, c: char| if i == 0 { crate::parse::is_name_start(c) } else { crate::parse::is_name(c) };
        t.char_indices().find(|(i, c)| !is(*i, *c)).map_or(t.len(), |(i, _)| i)
    };
    let first = ncname(text);
    let Some(rest) = text.get(first..).and_then(|r| r.strip_prefix(':')).filter(|r| !r.starts_with(':')) else {
        return first;
    };
    if first == 0 {
        return 0;
    }
    let second = if rest.starts_with('*') { 1 } else { ncname(rest) };
    if second == 0 { first } else { first + 1 + second }
}
