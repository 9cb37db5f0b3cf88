use jiff::Timestamp;

use crate::{
    DigestAlgorithm, Error, GeneralName, Name, Oid, Result,
    algorithm::AlgorithmIdentifier,
    asn1::{self, Reader, tag, time},
    certificate::{extension, extension_rows},
    oid,
};

/// What a time stamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TstInfo {
    /// Policy of the authority.
    pub policy: Oid,
    /// Digest algorithm of the imprint.
    pub digest: DigestAlgorithm,
    /// Digest of what was stamped.
    pub imprint: Vec<u8>,
    /// Serial number, big-endian, up to 160 bits.
    pub serial: Vec<u8>,
    /// The time.
    pub time: Timestamp,
    /// Accuracy in microseconds.
    pub accuracy_micros: Option<u64>,
    /// Whether stamps of this authority are always ordered by time.
    pub ordering: bool,
    /// Nonce of the request, big-endian.
    pub nonce: Option<Vec<u8>>,
    /// Name of the authority.
    pub tsa: Option<Name>,
    /// The statement that this is a qualified electronic time stamp (EN 319 422 section 9.1).
    pub qualified: bool,
}

impl TstInfo {
    /// DER. Time is written to the microsecond without trailing zeros.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        if self.imprint.len() != self.digest.size() {
            return Err(Error::Unbuildable("imprint of the wrong length"));
        }
        if asn1::integer_bytes(&self.serial).len() > 20 {
            return Err(Error::Unbuildable("serial number longer than 160 bits"));
        }
        let imprint = asn1::seq([asn1::seq([asn1::oid(self.digest.oid()), asn1::null()]), asn1::octets(&self.imprint)]);
        let accuracy = self.accuracy_micros.map(|a| {
            let part = |n: u64| asn1::integer_bytes(&n.to_be_bytes());
            let (seconds, millis, micros) = (a / 1_000_000, a / 1000 % 1000, a % 1000);
            asn1::seq([
                if seconds > 0 { asn1::small_integer(seconds) } else { vec![] },
                if millis > 0 { asn1::context(0, &part(millis)) } else { vec![] },
                if micros > 0 { asn1::context(1, &part(micros)) } else { vec![] },
            ])
        });
        let qualified = || {
            let statements = asn1::seq([asn1::seq([asn1::oid(oid::QTST_STATEMENT)])]);
            asn1::tlv(tag::constructed(1), &extension(oid::QC_STATEMENTS, false, &statements))
        };
        Ok(asn1::seq([
            asn1::small_integer(1),
            asn1::oid(self.policy),
            imprint,
            asn1::integer(&self.serial),
            asn1::tlv(tag::GENERALIZED_TIME, time::format_generalized(self.time, 6).as_bytes()),
            accuracy.unwrap_or_default(),
            if self.ordering { asn1::boolean(true) } else { vec![] },
            self.nonce.as_ref().map(|n| asn1::integer(n)).unwrap_or_default(),
            self.tsa
                .as_ref()
                .map(|n| asn1::explicit(0, &GeneralName::Directory(n.clone()).to_der()))
                .unwrap_or_default(),
            if self.qualified { qualified() } else { vec![] },
        ]))
    }

    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut r = Reader::of_sequence(der, "time-stamp information")?;
        if r.u64()? != 1 {
            return Err(Error::Malformed("time-stamp version"));
        }
        let policy = r.oid()?;
        let mut imprint = r.sequence()?;
        let digest = AlgorithmIdentifier::parse(imprint.expect(tag::SEQUENCE)?.full)?.digest()?;
        let hash = imprint.octets()?.to_vec();
        imprint.finish("imprint")?;
        if hash.len() != digest.size() {
            return Err(Error::Malformed("imprint of the wrong length"));
        }
        let serial = r.unsigned()?.to_vec();
        let at = r.expect(tag::GENERALIZED_TIME)?.as_time()?;
        let accuracy_micros = r.optional(tag::SEQUENCE)?.map(accuracy).transpose()?;
        let ordering = r.flag()?;
        let nonce = if r.peek() == Some(tag::INTEGER) { Some(r.unsigned()?.to_vec()) } else { None };
        let tsa = match r.explicit(0)?.map(GeneralName::parse).transpose()? {
            Some(GeneralName::Directory(n)) => Some(n),
            _ => None,
        };
        let mut qualified = false;
        if let Some(list) = r.optional(tag::constructed(1))? {
            for row in extension_rows(list.reader())? {
                if row.oid == oid::QC_STATEMENTS {
                    let mut statements = Reader::of_sequence(&row.value, "time-stamp statements")?;
                    while !statements.is_empty() {
                        qualified |= statements.sequence()?.oid()? == oid::QTST_STATEMENT;
                    }
                } else if row.critical {
                    return Err(Error::Malformed("critical time-stamp extension"));
                }
            }
        }
        r.finish("time-stamp information")?;
        Ok(Self { policy, digest, imprint: hash, serial, time: at, accuracy_micros, ordering, nonce, tsa, qualified })
    }
}

fn accuracy(t: asn1::Tlv<'_>) -> Result<u64> {
    let mut r = t.reader();
    let seconds = r.optional(tag::INTEGER)?.map_or(Ok(0), |t| t.as_u64())?;
    let millis = r.optional(tag::primitive(0))?.map_or(Ok(0), |t| t.as_u64())?;
    let micros = r.optional(tag::primitive(1))?.map_or(Ok(0), |t| t.as_u64())?;
    r.finish("accuracy")?;
    if millis > 999 || micros > 999 || seconds > 1_000_000 {
        return Err(Error::Malformed("accuracy"));
    }
    Ok(seconds * 1_000_000 + millis * 1000 + micros)
}
