//! What the time stamps of a CMS signature are over (EN 319 122-1, RFC 5126, TS 101 733).

use pki::{
    DigestAlgorithm, Digester, Oid,
    asn1::{self, tag},
    cms::{Message, RawAttribute, SignerParts, normalise},
    oid,
};

use super::content::Content;

/// What a CAdES-C time stamp is over (RFC 5126 sections 6.3.5 and 6.3.6): the value of the signature (only with `value`), its time stamp and
/// the references, of each attribute its type and its values.
pub(crate) fn references(value: Option<&[u8]>, unsigned: &[RawAttribute]) -> Vec<u8> {
    let kinds: &[Oid] = match value {
        Some(_) => &[oid::SIGNATURE_TIME_STAMP, oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES],
        None => &[oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES],
    };
    let mut all = value.unwrap_or_default().to_vec();
    for kind in kinds {
        if let Some(a) = unsigned.iter().find(|a| a.oid == *kind) {
            all.extend(a.kind());
            all.extend(asn1::tlv(tag::SET, &a.values.concat()));
        }
    }
    all
}

/// The parts of a SignerInfo that archive time stamps cover, as they stand and in DER.
fn fixed(signer: &SignerParts) -> Vec<Vec<u8>> {
    let as_found = signer.fixed.concat();
    let mut der = Vec::new();
    for part in &signer.fixed {
        let Ok(normal) = normalise(part, pki::cms::MAX_CMS) else { return vec![as_found] };
        match normal.der.first() {
            Some(t) if *t == tag::constructed(0) && normal.der.get(2..).is_some_and(|b| !b.is_empty()) => {
                let rows = pki::cms::parts(&normal.der).unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect();
                let mut sorted = asn1::set_of(rows);
                if let Some(first) = sorted.first_mut() {
                    *first = tag::constructed(0);
                }
                der.extend(sorted);
            }
            _ => der.extend_from_slice(&normal.der),
        }
    }
    if der == as_found { vec![as_found] } else { vec![as_found, der] }
}

/// The digests that an archive time stamp of version 3 with this hash index may be over (EN 319 122-1 clause 5.5.3): parts as they stand, or
/// in DER as some products take them.
pub(crate) fn version3(
    message: &Message,
    signer: &SignerParts,
    index: &[u8],
    algorithm: DigestAlgorithm,
    content: &mut Content<'_>,
) -> Option<Vec<Vec<u8>>> {
    let content = content.of(algorithm)?;
    let mut indexes = vec![index.to_vec()];
    if let Ok(normal) = normalise(index, pki::cms::MAX_FRAME)
        && *normal.der != *index
    {
        indexes.push(normal.der.into_owned());
    }
    let kind = asn1::oid(message.content_type);
    let all = fixed(signer).into_iter().flat_map(|f| indexes.iter().map(move |i| (f.clone(), i.clone())));
    Some(
        all.map(|(fixed, index)| algorithm.of(&[&kind, &content, &fixed, &index].map(Vec::as_slice).concat()))
            .collect(),
    )
}

/// The digests that an archive time stamp of version 2 may be over (TS 101 733 V1.8.3 clause 6.4.1): the whole message with these unsigned
/// attributes, with or without the tag and length in front of them.
pub(crate) fn version2(
    message: &Message,
    signer: &SignerParts,
    unsigned: &[&RawAttribute],
    algorithm: DigestAlgorithm,
    content: &mut Content<'_>,
) -> Option<Vec<Vec<u8>>> {
    let mut begun = Digester::new(algorithm);
    let head = asn1::seq([asn1::oid(message.content_type)]);
    if !content.feed_encapsulated(&head, &mut begun) {
        return None;
    }
    begun.update(&message.certificates.raw);
    begun.update(&message.revocations.raw);
    let rows: Vec<u8> = unsigned.iter().flat_map(|a| a.raw.iter().copied()).collect();
    let mut tails = vec![rows.clone()];
    if !rows.is_empty() {
        tails.push(asn1::tlv(tag::constructed(1), &rows));
    }
    let mut all = Vec::new();
    for fixed in fixed(signer) {
        for tail in &tails {
            let mut d = begun.clone();
            d.update(&fixed);
            d.update(tail);
            all.push(d.finish());
        }
    }
    Some(all)
}
