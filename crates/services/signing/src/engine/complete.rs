use ades::facts::Level;
use base::Cx;
use jiff::Timestamp;
use pki::{Certificate, TimeStampToken};

use super::{Engine, EngineError, Prepared, Signed};

impl Engine {
    /// Takes the signature value, and where the format takes them before the file is written, for level T a time stamp, from LT also
    /// everything that shows the certificates valid.
    pub async fn complete(
        &self,
        cx: &Cx,
        prepared: Prepared,
        value: &[u8],
        level: Level,
    ) -> Result<Signed, EngineError> {
        let certificate = prepared.certificate().to_vec();
        let value = prepared.accept(value).ok_or(EngineError::Value)?;
        let mut signed = prepared.finish(&value)?;
        if let Some((digest, imprint)) = signed.timestamp_imprint()?.filter(|_| level >= Level::T) {
            let token = self.trust.time_stamp(cx, digest, imprint).await?;
            signed = signed.with_timestamp(&token)?;
            if level >= Level::LT {
                let roots = self.trust.roots(cx).await?;
                let (unit, stamped) = unit(&token, &roots.all())?;
                let ends = [certificate, unit];
                let material = self.trust.gather_with(cx, &ends, &[], Some(stamped), &roots, None).await?;
                signed = signed.with_material(material)?;
            }
        }
        Ok(signed)
    }
}

/// The certificate of the unit that made a time stamp, and its time.
fn unit(token: &[u8], known: &[Vec<u8>]) -> Result<(Vec<u8>, Timestamp), EngineError> {
    let trouble = |e: pki::Error| EngineError::TimeStamp(e.to_string());
    let token = TimeStampToken::from_ber(token).map_err(trouble)?;
    let known: Vec<Certificate> = known.iter().filter_map(|d| Certificate::from_der(d).ok()).collect();
    let unit = token.verify(&known).map_err(trouble)?;
    Ok((unit.der().to_vec(), token.info.time))
}
