use std::{path::PathBuf, str::FromStr};

use keys::{KeyStore as _, Pkcs11Config, Pkcs11Store};
use pki::Certificate;

use super::{Credential, Key, passphrase};
use crate::{cli::SecretSource, failure::Failure, ui::Ui};

/// The parts of a PKCS#11 URI (RFC 7512) that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uri {
    token: String,
    object: String,
    module: PathBuf,
}

impl Uri {
    /// What follows `pkcs11:`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let find = |list: &str, by: char, name: &str| {
            list.split(by).find_map(|p| p.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| decode(v)))
        };
        let need = |v: Option<Option<String>>, what: &str| {
            v.flatten().filter(|v| !v.is_empty()).ok_or_else(|| format!("a PKCS#11 URI needs {what}"))
        };
        Ok(Self {
            token: need(find(path, ';', "token"), "token=LABEL")?,
            object: need(find(path, ';', "object"), "object=LABEL")?,
            module: need(find(query, '&', "module-path"), "?module-path=LIBRARY")?.into(),
        })
    }
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let pair = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            out.push(b);
        }
    }
    String::from_utf8(out).ok()
}

impl FromStr for Uri {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

pub(super) async fn open(
    uri: &Uri,
    secret: &SecretSource,
    certificate: Option<Certificate>,
    ui: &Ui,
) -> Result<Credential, Failure> {
    let certificate = certificate.ok_or_else(|| Failure::usage("key.no-certificate", ""))?;
    let pin = passphrase(ui, "ask-token-pin", secret)?;
    let store = Pkcs11Store::open(Pkcs11Config::new(&uri.module, &uri.token, pin))?;
    let signer = store.signer(&uri.object).await?;
    if signer.spki_der() != certificate.spki() {
        return Err(Failure::of("key.other-certificate", &uri.object));
    }
    Ok(Credential { certificate, chain: Vec::new(), key: Key::Signer(signer) })
}
