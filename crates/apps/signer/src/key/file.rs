use std::{fs, path::Path};

use base::Secret;
use pki::{Certificate, Pkcs12};

use super::{Credential, Key, passphrase};
use crate::{cli::SecretSource, failure::Failure, ui::Ui};

/// The certificates of a file, PEM or DER.
pub(super) fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let bytes = fs::read(path).map_err(Failure::reading(path))?;
    let found = match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => Certificate::all_from_pem(text),
        _ => Certificate::from_der(&bytes).map(|c| vec![c]),
    };
    match found {
        Ok(list) if !list.is_empty() => Ok(list),
        _ => Err(Failure::of("key.certificate-file", path.display())),
    }
}

/// Opens a PKCS#12 file. An empty passphrase is tried before a person is asked.
pub(super) fn open(path: &Path, secret: &SecretSource, ui: &Ui) -> Result<Credential, Failure> {
    let bytes = fs::read(path).map_err(Failure::reading(path))?;
    let opened = if secret.is_given() { None } else { Pkcs12::open(&bytes, "").ok() };
    let opened = match opened {
        Some(o) => o,
        None => {
            let passphrase = passphrase(ui, "ask-passphrase", secret)?;
            Pkcs12::open(&bytes, passphrase.expose()).map_err(|e| match e {
                pki::Error::WrongPassword => Failure::of("key.wrong-passphrase", path.display()),
                e => Failure::of("key.pkcs12", format!("{}: {e}", path.display())),
            })?
        }
    };
    let missing = || Failure::of("key.pkcs12", format!("{}: no key with its certificate", path.display()));
    let (key, mut chain) = opened.identity().ok_or_else(missing)?;
    if chain.is_empty() {
        return Err(missing());
    }
    let certificate = chain.remove(0);
    let signer = keys::software::signer_of_pkcs8(&Secret::new(key.pkcs8.to_vec()), None)?;
    Ok(Credential { certificate, chain, key: Key::Signer(signer) })
}
