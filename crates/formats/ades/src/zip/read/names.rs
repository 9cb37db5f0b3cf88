use crate::zip::ZipError;

/// Refuses names that lead out of the container, are not printable, or that two systems would read differently.
pub(crate) fn check_name(name: &str) -> Result<(), ZipError> {
    let body = name.strip_suffix('/').unwrap_or(name);
    let drive = name.as_bytes().get(1) == Some(&b':') && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}');
    let bad = body.is_empty()
        || name.len() > 4096
        || name.contains('\\')
        || drive
        || name.chars().any(hidden)
        || body.split('/').any(|s| s.is_empty() || s == "." || s == "..");
    if bad { Err(ZipError::Name(name.escape_default().to_string())) } else { Ok(()) }
}

/// The name of an entry: UTF-8 when marked so or when it is so.
pub(crate) fn decode_name(raw: &[u8], _utf8: bool) -> Result<String, ZipError> {
    let name = std::str::from_utf8(raw)
        .map_err(|_| ZipError::Name(String::from_utf8_lossy(raw).escape_default().to_string()))?;
    check_name(name)?;
    Ok(name.to_owned())
}
