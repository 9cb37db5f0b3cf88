//! Qualified certificate statements (EN 319 412-5, RFC 3739).

use crate::{
    Error, Oid, Result,
    asn1::{self, Reader, tag},
    oid,
};

/// What a qualified certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum QcType {
    /// Electronic signatures.
    Esign,
    /// Electronic seals.
    Eseal,
    /// Website authentication.
    Web,
}

impl QcType {
    fn oid(self) -> Oid {
        match self {
            Self::Esign => oid::QC_TYPE_ESIGN,
            Self::Eseal => oid::QC_TYPE_ESEAL,
            Self::Web => oid::QC_TYPE_WEB,
        }
    }
}

/// Qualified certificate statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QcStatements {
    /// The certificate claims to be an EU qualified certificate.
    pub compliance: bool,
    /// The key is in a qualified signature creation device.
    pub sscd: bool,
    /// What for.
    pub types: Vec<QcType>,
    /// PKI disclosure statements: https address and two-letter language.
    pub pds: Vec<(String, String)>,
    /// Countries under whose law it is qualified (absent: the EU).
    pub legislation: Vec<String>,
    /// Years for which records are kept after expiry.
    pub retention_years: Option<u32>,
    /// Semantics identifier of the subject's names (EN 319 412-1): natural or legal person.
    pub semantics: Option<Oid>,
    /// Statements this crate does not decode: identifier and DER of the information, if any.
    pub other: Vec<(Oid, Option<Vec<u8>>)>,
}

impl QcStatements {
    pub(super) fn decode(der: &[u8]) -> Result<Self> {
        let mut all = Reader::of_sequence(der, "QC statements")?;
        let mut qc = Self::default();
        let mut seen: Vec<Oid> = Vec::new();
        while !all.is_empty() {
            let mut statement = all.sequence()?;
            let id = statement.oid()?;
            let info = if statement.is_empty() { None } else { Some(statement.any()?) };
            statement.finish("QC statement")?;
            if seen.contains(&id) {
                return Err(Error::Malformed("repeated QC statement"));
            }
            if seen.len() >= 64 {
                return Err(Error::TooMany { what: "QC statements", limit: 64 });
            }
            seen.push(id);
            match (id, info) {
                (oid::QC_COMPLIANCE, None) => qc.compliance = true,
                (oid::QC_SSCD, None) => qc.sscd = true,
                (oid::QC_TYPE, Some(list)) => {
                    let mut r = list.reader();
                    while !r.is_empty() {
                        match r.oid()? {
                            oid::QC_TYPE_ESIGN => qc.types.push(QcType::Esign),
                            oid::QC_TYPE_ESEAL => qc.types.push(QcType::Eseal),
                            oid::QC_TYPE_WEB => qc.types.push(QcType::Web),
                            other => qc.other.push((other, None)),
                        }
                    }
                }
                (oid::QC_PDS, Some(list)) => {
                    let mut r = list.reader();
                    while !r.is_empty() {
                        let mut one = r.sequence()?;
                        let url = one.any()?.as_text()?;
                        qc.pds.push((url, one.any()?.as_text()?));
                    }
                }
                (oid::QC_CC_LEGISLATION, Some(list)) => {
                    let mut r = list.reader();
                    while !r.is_empty() {
                        qc.legislation.push(r.any()?.as_text()?);
                    }
                }
                (oid::QC_RETENTION_PERIOD, Some(n)) if n.tag == tag::INTEGER => {
                    qc.retention_years =
                        Some(u32::try_from(n.as_u64()?).map_err(|_| Error::Malformed("retention period"))?);
                }
                (oid::QC_SYNTAX_V2, Some(info)) => {
                    let mut r = info.reader();
                    if r.peek() == Some(tag::OID) {
                        qc.semantics = Some(r.oid()?);
                    }
                }
                (id, info) => qc.other.push((id, info.map(|t| t.full.to_vec()))),
            }
        }
        Ok(qc)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |id: Oid, info: &[u8]| all.push(asn1::seq([asn1::oid(id).as_slice(), info]));
        if let Some(semantics) = self.semantics {
            add(oid::QC_SYNTAX_V2, &asn1::seq([asn1::oid(semantics)]));
        }
        if self.compliance {
            add(oid::QC_COMPLIANCE, &[]);
        }
        if self.sscd {
            add(oid::QC_SSCD, &[]);
        }
        if !self.types.is_empty() {
            add(oid::QC_TYPE, &asn1::seq(self.types.iter().map(|t| asn1::oid(t.oid()))));
        }
        if !self.pds.is_empty() {
            add(
                oid::QC_PDS,
                &asn1::seq(self.pds.iter().map(|(url, lang)| asn1::seq([asn1::ia5(url), asn1::printable(lang)]))),
            );
        }
        if !self.legislation.is_empty() {
            add(oid::QC_CC_LEGISLATION, &asn1::seq(self.legislation.iter().map(|c| asn1::printable(c))));
        }
        if let Some(years) = self.retention_years {
            add(oid::QC_RETENTION_PERIOD, &asn1::small_integer(u64::from(years)));
        }
        for (id, info) in &self.other {
            add(*id, info.as_deref().unwrap_or_default());
        }
        asn1::seq(all)
    }
}
