//! The few differences between the two databases, all in words.

use std::borrow::Cow;

/// The statement for SQLite: row locks go, since its single writer makes them moot.
pub(crate) fn lite(sql: &'static str) -> Cow<'static, str> {
    if sql.contains("FOR UPDATE") {
        Cow::Owned(sql.replace("FOR UPDATE SKIP LOCKED", "").replace("FOR UPDATE", ""))
    } else {
        Cow::Borrowed(sql)
    }
}

/// The highest `$n` of a statement; text literals are skipped.
pub(crate) fn arguments(sql: &str) -> usize {
    let (mut highest, mut quoted, mut rest) = (0, false, sql.bytes().peekable());
    while let Some(c) = rest.next() {
        match c {
            b'\'' => quoted = !quoted,
            b'$' if !quoted => {
                let mut n = 0;
                while let Some(d) = rest.peek().filter(|d| d.is_ascii_digit()) {
                    n = n * 10 + usize::from(d - b'0');
                    rest.next();
                }
                highest = highest.max(n);
            }
            _ => {}
        }
    }
    highest
}

/// The statements of a file: split at `;`, outside of text literals and comments, which go.
pub(crate) fn statements(file: &str) -> Vec<String> {
    let bare: String =
        file.lines().map(|l| l.split_once("--").map_or(l, |(code, _)| code)).collect::<Vec<_>>().join("\n");
    let (mut out, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for c in bare.chars() {
        match c {
            ';' if !quoted => out.push(std::mem::take(&mut one)),
            _ => {
                quoted ^= c == '\'';
                one.push(c);
            }
        }
    }
    out.push(one);
    out.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

/// Words that one of the databases does not know, or means differently.
const FOREIGN: &[&str] = &[
    "SERIAL",
    "BIGSERIAL",
    "BOOLEAN",
    "BOOL",
    "INTEGER",
    "INT",
    "VARCHAR",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "JSON",
    "JSONB",
    "BLOB",
    "UUID",
    "NUMERIC",
    "REAL",
    "AUTOINCREMENT",
];

/// Swaps the type words of a statement of the schema. On PostgreSQL texts compare byte by byte, as they do on SQLite.
pub(crate) fn ddl(statement: &str, lite: bool) -> Result<String, String> {
    let mut out = String::with_capacity(statement.len() + 64);
    let mut word = String::new();
    for c in statement.chars().chain(['\n']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if FOREIGN.contains(&word.as_str()) {
            return Err(format!("the word {word} is not portable: use BIGINT, TEXT or BYTEA"));
        }
        out.push_str(match (word.as_str(), lite) {
            ("BIGINT", true) => "INTEGER",
            ("BYTEA", true) => "BLOB",
            ("TEXT", false) => "TEXT COLLATE \"C\"",
            (other, _) => other,
        });
        word.clear();
        out.push(c);
    }
    let mut out = out.trim_end().to_owned();
    if lite && out.to_ascii_uppercase().starts_with("CREATE TABLE") {
        out.push_str(" STRICT");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_counted_outside_of_literals() {
        assert_eq!(arguments("SELECT 1"), 0);
        assert_eq!(arguments("SELECT $1, '$9', $12 + $2"), 12);
    }

    #[test]
    fn files_are_split_into_statements() {
        let file = "-- what; it is\nCREATE TABLE a (b TEXT DEFAULT 'x;y');\n\nCREATE INDEX c ON a (b);\n";
        assert_eq!(statements(file), ["CREATE TABLE a (b TEXT DEFAULT 'x;y')", "CREATE INDEX c ON a (b)"]);
    }

    #[test]
    fn type_words_are_swapped() {
        let s = "CREATE TABLE a (b BIGINT NOT NULL, c BYTEA, d TEXT PRIMARY KEY)";
        assert_eq!(ddl(s, true).unwrap(), "CREATE TABLE a (b INTEGER NOT NULL, c BLOB, d TEXT PRIMARY KEY) STRICT");
        assert_eq!(
            ddl(s, false).unwrap(),
            "CREATE TABLE a (b BIGINT NOT NULL, c BYTEA, d TEXT COLLATE \"C\" PRIMARY KEY)"
        );
        assert!(ddl("CREATE TABLE a (b BOOLEAN)", true).is_err());
    }

    #[test]
    fn row_locks_are_dropped_on_sqlite() {
        assert_eq!(lite("SELECT 1 FOR UPDATE SKIP LOCKED").trim(), "SELECT 1");
        assert_eq!(lite("SELECT 1"), "SELECT 1");
    }
}
