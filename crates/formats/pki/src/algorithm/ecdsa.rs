use crate::{
    Error, Result,
    asn1::{self, Reader},
};

/// `r ‖ s`, each of `size` octets (32 for P-256, 48 for P-384), from the DER that X.509 uses.
pub fn ecdsa_der_to_raw(der: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut r = Reader::of_sequence(der, "ECDSA signature")?;
    let mut out = Vec::with_capacity(size * 2);
    for _ in 0..2 {
        let part = r.unsigned()?;
        let pad = size.checked_sub(part.len()).ok_or(Error::Malformed("ECDSA signature too large for its curve"))?;
        out.resize(out.len() + pad, 0);
        out.extend_from_slice(part);
    }
    r.finish("ECDSA signature")?;
    Ok(out)
}

/// The DER that X.509 uses, from `r ‖ s` (XML, JOSE, card).
pub fn ecdsa_raw_to_der(raw: &[u8]) -> Result<Vec<u8>> {
    if raw.is_empty() || !raw.len().is_multiple_of(2) || raw.len() > 132 {
        return Err(Error::Malformed("raw ECDSA signature"));
    }
    let (r, s) = raw.split_at(raw.len() / 2);
    Ok(asn1::seq([asn1::integer(r), asn1::integer(s)]))
}
