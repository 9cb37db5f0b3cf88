//! The key that signs, wherever it is.

mod eid;
mod file;
mod token;

use std::{path::PathBuf, str::FromStr, sync::Arc};

use base::Secret;
use clap::Args;
use pki::{Certificate, SignatureAlgorithm};

pub(crate) use eid::{Cards, open_card};

use crate::{cli::SecretSource, failure::Failure, ui::Ui};

/// Which key, and how its owner is known.
#[derive(Args, Clone, Debug)]
#[group(id = "key-options")]
pub(crate) struct Options {
    /// The key: card (identity card in a reader), pkcs12:FILE, pkcs11:URI (RFC 7512 with module-path), or card:DIR (virtual cards of a
    /// demonstration).
    #[arg(long, value_name = "KEY")]
    pub(crate) key: KeySpec,
    /// Reader, when several have cards.
    #[arg(long, value_name = "NAME")]
    pub(crate) reader: Option<String>,
    /// Certificate (PEM or DER), for keys that come without one.
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// Further certificates (PEM or DER) between the signer's and the root.
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// What `--key` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySpec {
    /// The identity card.
    Card(Cards),
    /// A PKCS#12 file.
    Pkcs12(PathBuf),
    /// A key on a token.
    Pkcs11(token::Uri),
}

impl FromStr for KeySpec {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "card" => Ok(Self::Card(Cards::Readers)),
            Some(("card", dir)) if !dir.is_empty() => Ok(Self::Card(Cards::Tray(dir.into()))),
            Some(("pkcs12", path)) if !path.is_empty() => Ok(Self::Pkcs12(path.into())),
            Some(("pkcs11", uri)) => token::Uri::parse(uri).map(Self::Pkcs11),
            _ => Err("card, card:DIR, pkcs12:FILE or pkcs11:URI".to_owned()),
        }
    }
}

/// A key ready to sign, with its certificate.
pub(crate) struct Credential {
    pub(crate) certificate: Certificate,
    pub(crate) chain: Vec<Certificate>,
    key: Key,
}

enum Key {
    Signer(Arc<dyn keys::Signer>),
    Card(eid::OnCard),
}

impl Options {
    /// Finds key and certificate.
    pub(crate) async fn open(&self, ui: &Ui) -> Result<Credential, Failure> {
        let mut chain = Vec::new();
        for path in &self.chain {
            chain.extend(file::certificates(path)?);
        }
        let given = self.cert.as_deref().map(file::certificates).transpose()?.unwrap_or_default();
        let mut given = given.into_iter();
        let named = given.next();
        chain.extend(given);
        let mut credential = match &self.key {
            KeySpec::Card(cards) => eid::open(cards, self.reader.as_deref(), ui)?,
            KeySpec::Pkcs12(path) => file::open(path, &self.secret, ui)?,
            KeySpec::Pkcs11(uri) => token::open(uri, &self.secret, named.clone(), ui).await?,
        };
        if let Some(certificate) = named {
            credential.certificate = certificate;
        }
        credential.chain.extend(chain);
        credential.chain.retain(|c| !c.is_self_signed() && *c != credential.certificate);
        Ok(credential)
    }
}

impl Credential {
    /// The algorithm it signs with.
    pub(crate) fn algorithm(&self) -> Result<SignatureAlgorithm, Failure> {
        match &self.key {
            Key::Signer(s) => Ok(s.algorithm()),
            Key::Card(_) => Ok(SignatureAlgorithm::for_key(self.certificate.public_key())?),
        }
    }

    /// A signature over `message` in the encoding of X.509. A card asks for PIN2 each time.
    pub(crate) async fn sign(&mut self, message: &[u8], secret: &SecretSource, ui: &Ui) -> Result<Vec<u8>, Failure> {
        let digest = self.algorithm()?.companion_digest();
        match &mut self.key {
            Key::Signer(s) => Ok(s.sign(keys::ToSign::Message(message), "enkurs-sign").await?),
            Key::Card(card) => card.sign(&digest.of(message), secret, ui),
        }
    }

    /// The signer's name.
    pub(crate) fn name(&self) -> String {
        let subject = self.certificate.subject();
        subject.common_name().or_else(|| subject.organization()).unwrap_or("?").to_owned()
    }
}

fn passphrase(ui: &Ui, key: &str, secret: &SecretSource) -> Result<Secret<String>, Failure> {
    secret.read(&ui.text(key, &[]), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named() {
        let spec = |s: &str| s.parse::<KeySpec>();
        assert_eq!(spec("card"), Ok(KeySpec::Card(Cards::Readers)));
        assert_eq!(spec("card:enkurs-data/cards"), Ok(KeySpec::Card(Cards::Tray("enkurs-data/cards".into()))));
        assert_eq!(spec("pkcs12:a:b.p12"), Ok(KeySpec::Pkcs12("a:b.p12".into())));
        assert!(spec("pkcs11:token=T;object=k?module-path=/usr/lib/x.so").is_ok());
        for bad in ["", "card:", "pkcs12:", "pkcs11:", "pkcs11:token=T", "key.pem", "pkcs11:token=T;object=k"] {
            assert!(spec(bad).is_err(), "{bad}");
        }
    }
}
