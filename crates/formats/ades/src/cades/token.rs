//! Time stamp tokens that stand alone (RFC 3161): a `ContentInfo`, or the `TimeStampResp` that an authority answered.

use std::io::{self, Read, Seek};

use pki::{
    DigestAlgorithm, TimeStampToken,
    cms::{MAX_FRAME, Message},
};

use super::{
    content::Content,
    read::{beside, data_name},
};
use crate::{
    facts::{FileFacts, ObjectId, TimestampFacts, TimestampKind},
    xades::{Objects, defect},
};

/// A stand-alone token: its message is read, its octets are still in the source.
pub(super) fn read<R: Read + Seek>(
    name: &str,
    source: &mut R,
    message: &Message,
    objects: &mut dyn Objects,
    facts: &mut FileFacts,
) -> io::Result<()> {
    let end = source.seek(io::SeekFrom::End(0))? - message.trailing;
    if end > MAX_FRAME as u64 {
        facts.defects.push(defect(
            "cades.broken",
            pki::Error::TooLarge { what: "time stamp", limit: MAX_FRAME }.to_string(),
            true,
        ));
        return Ok(());
    }
    source.seek(io::SeekFrom::Start(0))?;
    let mut token = Vec::new();
    source.take(end).read_to_end(&mut token)?;
    alone(name, token, objects, facts);
    Ok(())
}

/// A token over the object named like its file, or the only one.
pub(crate) fn alone(name: &str, token: Vec<u8>, objects: &mut dyn Objects, facts: &mut FileFacts) {
    facts.container = Some("TST");
    let mut content = Content::new(beside(&data_name(name), objects));
    if !content.is_there() {
        facts.defects.push(defect("tst.no-data", name, false));
    }
    let stamp = over(token, &mut content);
    if stamp.imprint_matches.is_none() && content.is_there() {
        facts.defects.push(content.failed.take().unwrap_or_else(|| defect("tst.broken", name, true)));
    }
    facts.timestamps.push(stamp);
}

/// A token over these data and nothing else.
pub(crate) fn over(token: Vec<u8>, content: &mut Content<'_>) -> TimestampFacts {
    let parsed = TimeStampToken::from_ber(&token).ok();
    content.digest(parsed.iter().map(|t| t.info.digest).chain([DigestAlgorithm::Sha256]));
    let imprint_matches = parsed.and_then(|t| content.of(t.info.digest).map(|d| d == t.info.imprint));
    let covers = content.of(DigestAlgorithm::Sha256).and_then(|d| ObjectId::from_digest(&d)).into_iter().collect();
    TimestampFacts { kind: TimestampKind::Container, token, imprint_matches, covers }
}

/// The token in a `TimeStampResp`, as it stands; `None` when it is no response.
pub(crate) fn of_response(bytes: &[u8]) -> Option<Vec<u8>> {
    match pki::TimeStampResponse::from_der(bytes) {
        Ok(pki::TimeStampResponse::Granted(token)) => Some(token),
        _ => None,
    }
}
