use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use keys::{KeyError, KeyStore, Signer};
use store::Db;

use super::{PkiError, Realm, rows};

/// The authorities and signers once read, so that no request reads them again.
pub(crate) struct Realms {
    db: Db,
    keys: Arc<dyn KeyStore>,
    realm: RwLock<Option<Arc<Realm>>>,
    signers: RwLock<HashMap<String, Arc<dyn Signer>>>,
}

impl Realms {
    pub(crate) fn new(db: Db, keys: Arc<dyn KeyStore>) -> Self {
        Self { db, keys, realm: RwLock::default(), signers: RwLock::default() }
    }

    /// The complete PKI; while it is being made, it is read anew each time.
    pub(crate) async fn get(&self) -> Result<Arc<Realm>, PkiError> {
        if let Some(known) = self.realm.read().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        let realm = Arc::new(self.read().await?);
        if realm.authorities.len() < super::Role::ALL.len() {
            return Err(PkiError::NotCreated);
        }
        *self.realm.write().unwrap_or_else(PoisonError::into_inner) = Some(realm.clone());
        Ok(realm)
    }

    /// As it stands in the database, complete or not.
    pub(crate) async fn read(&self) -> Result<Realm, PkiError> {
        let (address, authorities) = self
            .db
            .read(|tx| Box::pin(async move { Ok::<_, PkiError>((rows::address(tx).await?, rows::all(tx).await?)) }))
            .await?;
        Ok(Realm::new(address.ok_or(PkiError::NotCreated)?, authorities))
    }

    /// The signer of a key, found once.
    pub(crate) async fn signer(&self, label: &str) -> Result<Arc<dyn Signer>, KeyError> {
        if let Some(known) = self.signers.read().unwrap_or_else(PoisonError::into_inner).get(label) {
            return Ok(known.clone());
        }
        let signer = self.keys.signer(label).await?;
        self.signers.write().unwrap_or_else(PoisonError::into_inner).insert(label.to_owned(), signer.clone());
        Ok(signer)
    }

    pub(crate) fn forget(&self, label: &str) {
        self.signers.write().unwrap_or_else(PoisonError::into_inner).remove(label);
    }

    pub(crate) fn keys(&self) -> &Arc<dyn KeyStore> {
        &self.keys
    }
}
