use super::{CertId, MAX_NONCE, MAX_OCSP};
use crate::{
    Error, Result,
    asn1::{self, Reader, tag},
    certificate::{extension, extension_rows},
    oid,
};

/// Most certificates in one request.
const MAX_REQUESTS: usize = 64;

/// An OCSP request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OcspRequest {
    /// The certificates asked about.
    pub ids: Vec<CertId>,
    /// Nonce: 1 to 128 octets.
    pub nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// DER, unsigned.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        if self.ids.is_empty() {
            return Err(Error::Unbuildable("OCSP request about nothing"));
        }
        let extensions = match &self.nonce {
            Some(n) if n.is_empty() || n.len() > MAX_NONCE => {
                return Err(Error::Unbuildable("nonce of 0 or over 128 octets"));
            }
            Some(n) => asn1::explicit(2, &asn1::seq([extension(oid::OCSP_NONCE, false, &asn1::octets(n))])),
            None => vec![],
        };
        let list = asn1::seq(self.ids.iter().map(|id| asn1::seq([id.to_der()])));
        Ok(asn1::seq([asn1::seq([list, extensions])]))
    }

    /// From DER. A signature of the requestor is passed over: nothing is granted for it.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_OCSP {
            return Err(Error::TooLarge { what: "OCSP request", limit: MAX_OCSP });
        }
        let mut outer = Reader::of_sequence(der, "OCSP request")?;
        let mut tbs = outer.sequence()?;
        outer.optional(tag::constructed(0))?;
        outer.finish("OCSP request")?;
        if tbs.explicit(0)?.is_some_and(|v| v.body != [0]) {
            return Err(Error::Malformed("OCSP version"));
        }
        tbs.optional(tag::constructed(1))?;
        let mut list = tbs.sequence()?;
        let mut request = Self::default();
        while !list.is_empty() {
            if request.ids.len() >= MAX_REQUESTS {
                return Err(Error::TooMany { what: "certificates in one OCSP request", limit: MAX_REQUESTS });
            }
            let mut one = list.sequence()?;
            request.ids.push(CertId::parse(one.expect(tag::SEQUENCE)?.full)?);
            if let Some(e) = one.explicit(0)?
                && extension_rows(e.reader())?.iter().any(|e| e.critical)
            {
                return Err(Error::Malformed("critical OCSP extension"));
            }
            one.finish("OCSP request")?;
        }
        if request.ids.is_empty() {
            return Err(Error::Malformed("OCSP request about nothing"));
        }
        if let Some(e) = tbs.explicit(2)? {
            for row in extension_rows(e.reader())? {
                match row.oid {
                    oid::OCSP_NONCE => {
                        let nonce = Reader::single(&row.value, tag::OCTET_STRING, "nonce")?.body;
                        if nonce.is_empty() || nonce.len() > MAX_NONCE {
                            return Err(Error::Malformed("nonce of 0 or over 128 octets"));
                        }
                        request.nonce = Some(nonce.to_vec());
                    }
                    _ if row.critical => return Err(Error::Malformed("critical OCSP extension")),
                    _ => {}
                }
            }
        }
        tbs.finish("OCSP request")?;
        Ok(request)
    }
}
