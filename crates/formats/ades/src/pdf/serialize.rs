use super::{Dict, Object};

/// Writes an object. A stream is written as its dictionary alone: its data belong to the writer.
pub fn serialize(object: &Object, out: &mut Vec<u8>) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Bool(true) => out.extend_from_slice(b"true"),
        Object::Bool(false) => out.extend_from_slice(b"false"),
        Object::Int(i) => out.extend_from_slice(i.to_string().as_bytes()),
        Object::Real(r) => out.extend_from_slice(r),
        Object::String(s) => string(s, out),
        Object::Name(n) => name(n, out),
        Object::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b' ');
                }
                serialize(item, out);
            }
            out.push(b']');
        }
        Object::Dict(d) => dict(d, out),
        Object::Stream(s) => dict(&s.dict, out),
        Object::Ref(r) => out.extend_from_slice(format!("{} {} R", r.num, r.generation).as_bytes()),
    }
}

fn dict(d: &Dict, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<<");
    for (k, v) in d.iter() {
        name(k, out);
        out.push(b' ');
        serialize(v, out);
    }
    out.extend_from_slice(b">>");
}

fn name(n: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for b in n {
        if b.is_ascii_graphic() && !b"()<>[]{}/%#".contains(b) {
            out.push(*b);
        } else {
            out.extend_from_slice(format!("#{b:02X}").as_bytes());
        }
    }
}

fn string(s: &[u8], out: &mut Vec<u8>) {
    let plain = s.iter().all(|b| (b.is_ascii_graphic() || *b == b' ') && !b"()\\".contains(b));
    if plain {
        out.push(b'(');
        out.extend_from_slice(s);
        out.push(b')');
    } else {
        hex(s, out);
    }
}

/// Writes bytes as a hexadecimal string.
pub(crate) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |v: u8| DIGITS.get(usize::from(v & 15)).copied().unwrap_or(b'0');
    out.push(b'<');
    for b in bytes {
        out.push(digit(b >> 4));
        out.push(digit(*b));
    }
    out.push(b'>');
}
