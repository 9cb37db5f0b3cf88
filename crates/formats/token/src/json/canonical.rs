use super::{Array, Kind, Object, Value, quoted};

/// The canonical form of RFC 8785. `None` when a number is in it that is not a whole one within ±(2^53 − 1): nothing signed here has one,
/// and ECMAScript's way to write others is not ours to guess.
pub fn canonical(value: &Value) -> Option<String> {
    Some(match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => {
            let number: i64 = n.parse().ok()?;
            if number.unsigned_abs() >= 1 << 53 {
                return None;
            }
            number.to_string()
        }
        Kind::String(s) => quoted(s),
        Kind::Array(values) => {
            let parts: Option<Vec<String>> = values.iter().map(canonical).collect();
            Array::of(parts?).to_string()
        }
        Kind::Object(members) => {
            let mut sorted: Vec<&(String, Value)> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            let mut out = Object::new();
            for (name, member) in sorted {
                out = out.with(name, canonical(member)?);
            }
            out.to_string()
        }
    })
}
