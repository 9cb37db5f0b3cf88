use super::{FailureInfo, MAX_TSP, TimeStampRequest, TimeStampToken};
use crate::{
    Error, Result,
    asn1::{self, Reader, tag},
};

/// What an authority answered.
#[derive(Clone, Debug)]
pub enum TimeStampResponse {
    /// The token, DER as received.
    Granted(Vec<u8>),
    /// No token.
    Refused {
        /// `PKIStatus`.
        status: u64,
        /// Bits of `PKIFailureInfo`.
        failure: Vec<u8>,
        /// Text of the authority.
        text: Option<String>,
    },
}

impl TimeStampResponse {
    /// DER of a response with a token.
    pub fn granted(token: &[u8]) -> Vec<u8> {
        asn1::seq([asn1::seq([asn1::small_integer(0)]).as_slice(), token])
    }

    /// From DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_TSP {
            return Err(Error::TooLarge { what: "time-stamp response", limit: MAX_TSP });
        }
        // The token may be BER: only the frame is read here.
        let mut r = Reader::of_sequence(der, "time-stamp response")?;
        let mut info = r.sequence()?;
        let status = info.u64()?;
        let text = match info.optional(tag::SEQUENCE)? {
            Some(list) => Some(list.reader().any()?.as_text()?),
            None => None,
        };
        let failure = match info.optional(tag::BIT_STRING)? {
            Some(t) => {
                let bits = asn1::Bits::parse(t.body)?;
                (0..32).filter(|n| bits.bit(usize::from(*n))).collect()
            }
            None => Vec::new(),
        };
        info.finish("status")?;
        match status {
            0 | 1 if !r.is_empty() => Ok(Self::Granted(r.rest().to_vec())),
            0 | 1 => Err(Error::Malformed("granted without a token")),
            _ => Ok(Self::Refused { status, failure, text }),
        }
    }

    /// The token of a response to `request`: granted, over the same imprint, with the same nonce (RFC 3161 section 2.4.2).
    pub fn token_for(self, request: &TimeStampRequest) -> Result<Vec<u8>> {
        let Self::Granted(token) = self else { return Err(Error::Malformed("time stamp refused")) };
        let info = TimeStampToken::from_ber(&token)?.info;
        let same = info.digest == request.digest && info.imprint == request.imprint;
        let nonce = request.nonce.as_ref().is_none_or(|n| info.nonce.as_ref().is_some_and(|m| strip(m) == strip(n)));
        if same && nonce && request.policy.is_none_or(|p| p == info.policy) {
            Ok(token)
        } else {
            Err(Error::Malformed("time stamp is not for this request"))
        }
    }
}

fn strip(n: &[u8]) -> &[u8] {
    let skip = n.iter().take_while(|b| **b == 0).count();
    n.get(skip..).unwrap_or_default()
}

/// DER of a refusal.
pub fn rejection(failure: FailureInfo, text: &str) -> Vec<u8> {
    asn1::seq([asn1::seq([
        asn1::small_integer(2),
        asn1::seq([asn1::utf8(text)]),
        asn1::named_bits(tag::BIT_STRING, &[failure.bit()]),
    ])])
}
