//! The syntax of RFC 4998.

use pki::{
    DigestAlgorithm,
    asn1::{self as der, Reader, tag},
};

use super::{
    ArchiveTimeStamp, Chain, EvidenceError, Record,
    record::{MAX_STAMPS, plain},
};
use crate::facts::EvidenceForm;

/// Most lists of a reduced hash tree, and most digests of a list.
const MAX_LISTS: usize = 128;
const MAX_DIGESTS: usize = 100_000;

/// An `ArchiveTimeStamp`.
pub(super) fn stamp(digest: DigestAlgorithm, tree: &[Vec<Vec<u8>>], token: &[u8]) -> Vec<u8> {
    let algorithm = der::tlv(tag::constructed(0), &der::oid(digest.oid()));
    let lists: Vec<Vec<u8>> = tree.iter().map(|list| der::seq(list.iter().map(|d| der::octets(d)))).collect();
    let reduced = if lists.is_empty() { Vec::new() } else { der::tlv(tag::constructed(2), &lists.concat()) };
    der::seq([algorithm.as_slice(), &reduced, token])
}

/// An `EvidenceRecord` of these chains; `more` are chains as they are written already, which come first.
pub(super) fn record(chains: &[(DigestAlgorithm, Vec<Vec<u8>>)], more: &[(DigestAlgorithm, Vec<u8>)]) -> Vec<u8> {
    let mut algorithms: Vec<DigestAlgorithm> = Vec::new();
    for digest in more.iter().map(|m| m.0).chain(chains.iter().map(|c| c.0)) {
        if !algorithms.contains(&digest) {
            algorithms.push(digest);
        }
    }
    let written = more.iter().map(|m| m.1.clone()).chain(chains.iter().map(|(_, stamps)| der::seq(stamps)));
    der::seq([der::small_integer(1), der::seq(algorithms.iter().map(|a| a.to_der())), der::seq(written)])
}

/// The chains of a record as they are written, and everything before them.
struct Parts<'r> {
    /// `version` and what stands between the algorithms and the sequence (`cryptoInfos`, `encryptionInfo`).
    between: Vec<&'r [u8]>,
    chains: Vec<&'r [u8]>,
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>, EvidenceError> {
    let mut r = Reader::of_sequence(bytes, "evidence record")?;
    if r.u64()? != 1 {
        return Err(EvidenceError::Malformed("version"));
    }
    r.sequence()?;
    let mut between = Vec::new();
    for n in 0..2 {
        if let Some(part) = r.optional(tag::constructed(n))? {
            between.push(part.full);
        }
    }
    let mut sequence = r.sequence()?;
    r.finish("evidence record")?;
    let mut chains = Vec::new();
    while !sequence.is_empty() {
        if chains.len() >= MAX_STAMPS {
            return Err(EvidenceError::TooMany("chains"));
        }
        chains.push(sequence.expect(tag::SEQUENCE)?.full);
    }
    Ok(Parts { between, chains })
}

pub(super) fn read(bytes: &[u8]) -> Result<Record, EvidenceError> {
    let parts = parts(bytes)?;
    if parts.chains.is_empty() {
        return Err(EvidenceError::Malformed("no chain"));
    }
    let mut chains: Vec<Chain> = Vec::new();
    for (n, written) in parts.chains.iter().enumerate() {
        let mut r = Reader::of_sequence(written, "chain")?;
        let mut digest = None;
        let mut stamps = Vec::new();
        while !r.is_empty() {
            if stamps.len() >= MAX_STAMPS {
                return Err(EvidenceError::TooMany("time stamps"));
            }
            let (own, one) = read_stamp(r.expect(tag::SEQUENCE)?.full)?;
            // Section 5.2: all of a chain use one algorithm.
            if *digest.get_or_insert(own) != own {
                return Err(EvidenceError::Malformed("a chain with two digest algorithms"));
            }
            stamps.push(one);
        }
        let digest = digest.ok_or(EvidenceError::Malformed("no time stamp"))?;
        let before = parts.chains.get(..n).filter(|b| !b.is_empty()).map(der::seq).unwrap_or_default();
        chains.push(Chain { digest, canonical: plain(), stamps, before });
    }
    let sequence = der::seq(&parts.chains);
    Ok(Record { form: EvidenceForm::Ers, chains, bytes: bytes.to_vec(), within: None, sequence })
}

fn read_stamp(bytes: &[u8]) -> Result<(DigestAlgorithm, ArchiveTimeStamp), EvidenceError> {
    let mut r = Reader::of_sequence(bytes, "archive time stamp")?;
    let stated = match r.optional(tag::constructed(0))? {
        None => None,
        Some(algorithm) => {
            let id = algorithm.reader().oid()?;
            Some(DigestAlgorithm::from_oid(id).ok_or(EvidenceError::Algorithm)?)
        }
    };
    r.optional(tag::constructed(1))?;
    let mut tree = Vec::new();
    if let Some(lists) = r.optional(tag::constructed(2))? {
        let mut lists = lists.reader();
        while !lists.is_empty() {
            let mut list = lists.sequence()?;
            let mut digests = Vec::new();
            while !list.is_empty() {
                digests.push(list.octets()?.to_vec());
                if digests.len() > MAX_DIGESTS {
                    return Err(EvidenceError::TooMany("digests"));
                }
            }
            tree.push(digests);
            if tree.len() > MAX_LISTS {
                return Err(EvidenceError::TooMany("lists of digests"));
            }
        }
    }
    let token = r.expect(tag::SEQUENCE)?.full.to_vec();
    r.finish("archive time stamp")?;
    let info = pki::TimeStampToken::from_ber(&token)?.info;
    let digest = stated.unwrap_or(info.digest);
    Ok((digest, ArchiveTimeStamp { tree, stamped: token.clone(), token }))
}

/// Each chain with its algorithm, as it is written.
fn written(bytes: &[u8]) -> Result<Vec<(DigestAlgorithm, Vec<u8>)>, EvidenceError> {
    let record = read(bytes)?;
    let parts = parts(bytes)?;
    if !parts.between.is_empty() {
        return Err(EvidenceError::Malformed("encrypted objects are not renewed"));
    }
    Ok(record.chains.iter().map(|c| c.digest).zip(parts.chains.iter().map(|c| c.to_vec())).collect())
}

/// The record with one more stamp in its last chain.
pub(super) fn with_stamp(bytes: &[u8], stamp: &[u8]) -> Result<Vec<u8>, EvidenceError> {
    let mut all = written(bytes)?;
    let (digest, last) = all.pop().ok_or(EvidenceError::Malformed("no chain"))?;
    let body = Reader::single(&last, tag::SEQUENCE, "chain")?.body;
    all.push((digest, der::seq([body, stamp])));
    Ok(record(&[], &all))
}

/// The record with one more chain.
pub(super) fn with_chain(bytes: &[u8], digest: DigestAlgorithm, stamp: &[u8]) -> Result<Vec<u8>, EvidenceError> {
    Ok(record(&[(digest, vec![stamp.to_vec()])], &written(bytes)?))
}
