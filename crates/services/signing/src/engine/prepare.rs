use ades::make::{self, Signer};
use base::Cx;

use super::{
    Claims, Engine, EngineError, Form, Input, Prepared, ToSign, blocking,
    inspect::{inspect, possible},
};

/// What a signer is to sign.
pub fn to_sign(prepared: &Prepared) -> ToSign {
    let algorithm = prepared.algorithm();
    let digest_algorithm = algorithm.companion_digest();
    let message = prepared.to_be_signed();
    ToSign { digest: digest_algorithm.of(&message), message, digest_algorithm, algorithm }
}

impl Engine {
    /// Makes everything of a signature but its value. The certificate is checked as by
    /// [`Engine::check_certificate`].
    pub async fn prepare(
        &self,
        cx: &Cx,
        inputs: &[Input],
        form: &Form,
        claims: &Claims,
        certificate: &[u8],
    ) -> Result<Prepared, EngineError> {
        let chain = self.check_certificate(cx, certificate).await?;
        let between: Vec<Vec<u8>> = chain.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default();
        let signer = Signer::new(certificate, cx.now()).map_err(|_| EngineError::CertificateUnreadable)?;
        let signer = Signer { chain: between, ..signer };
        let (inputs, form, claims, limits) = (inputs.to_vec(), form.clone(), claims.clone(), self.limits);
        blocking(move || {
            let kinds = inputs.iter().map(|i| inspect(i, &limits).map(|s| s.kind)).collect::<Result<Vec<_>, _>>()?;
            if !inputs.is_empty() && !possible(form.format, &kinds) {
                return Err(EngineError::Format(form.format.name()));
            }
            Ok(make::prepare(&inputs, &form, &signer, &claims, &limits.readers())?)
        })
        .await
    }
}
