//! What ties an errand or a verdict to the session that began it: a secret in the sealed session, its digest in the row.

use web::PageCx;

const NOTE: &str = "signing";

/// The digest by which this session's rows are marked; the first use makes the secret.
pub(crate) fn mark(cx: &PageCx) -> Vec<u8> {
    let secret = cx.kept(NOTE).unwrap_or_else(|| {
        let secret: String = cx.cx().bytes::<32>().iter().map(|b| format!("{b:02x}")).collect();
        cx.keep(NOTE, &secret);
        secret
    });
    pki::DigestAlgorithm::Sha256.of(secret.as_bytes())
}
