use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use cryptoki::{
    context::Function,
    error::{Error, RvError},
    object::ObjectHandle,
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};
use pki::SignatureAlgorithm;

use super::{Pkcs11Config, library::Library, mechanism, objects};
use crate::{Health, KeyError, KeyInfo, KeyKind};

/// One thread's session with the token.
pub(super) struct TokenSession {
    config: Arc<Pkcs11Config>,
    open: Option<Open>,
    pin_refused: AtomicBool,
}

/// An open session and the handles found in it.
pub(super) struct Open {
    library: Arc<Library>,
    generation: u64,
    pub(super) slot: Slot,
    pub(super) session: Session,
    pub(super) private: HashMap<String, ObjectHandle>,
}

impl Open {
    /// Closes the session, unless the library was initialised anew since: then its number may be another's by now.
    fn end(self) {
        let _gate = self.library.gate.read().unwrap_or_else(PoisonError::into_inner);
        if self.generation == self.library.generation() {
            let _ = self.session.close();
        }
    }
}

impl Drop for TokenSession {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.end();
        }
    }
}

/// What to do about an error of the library.
enum Remedy {
    /// The session or its handles are stale: open anew.
    Reopen,
    /// The token is not there: initialise the library anew.
    Restart,
    /// Nothing helps.
    Fail,
}

fn remedy(error: &Error) -> Remedy {
    use RvError as E;
    match error {
        Error::Pkcs11(
            E::TokenNotPresent
            | E::DeviceRemoved
            | E::SlotIdInvalid
            | E::CryptokiNotInitialized
            | E::TokenNotRecognized,
            _,
        ) => Remedy::Restart,
        Error::Pkcs11(
            E::SessionHandleInvalid
            | E::SessionClosed
            | E::UserNotLoggedIn
            | E::KeyHandleInvalid
            | E::ObjectHandleInvalid
            | E::OperationActive
            | E::OperationNotInitialized
            | E::DeviceError
            | E::GeneralError
            | E::FunctionFailed,
            _,
        ) => Remedy::Reopen,
        _ => Remedy::Fail,
    }
}

/// The token was searched and does not hold the key.
fn no_such_key(error: &Error) -> bool {
    matches!(error, Error::Pkcs11(RvError::KeyHandleInvalid, Function::FindObjects))
}

impl TokenSession {
    pub(super) fn new(config: Arc<Pkcs11Config>) -> Self {
        Self { config, open: None, pin_refused: AtomicBool::new(false) }
    }

    pub(super) fn sign(
        &mut self,
        key: &KeyInfo,
        algorithm: SignatureAlgorithm,
        data: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        let raw = self.attempt(Some(&key.label), |open| {
            let handle = objects::private(open, &key.label)?;
            let mechanism = mechanism::of(algorithm).ok_or(Error::NotSupported)?;
            open.session.sign(&mechanism, handle, data)
        })?;
        mechanism::to_x509(algorithm, raw)
    }

    pub(super) fn generate(&mut self, label: &str, kind: KeyKind) -> Result<KeyInfo, KeyError> {
        match self.public_key(label) {
            Ok(_) => return Err(KeyError::Exists { label: label.to_owned() }),
            Err(KeyError::NotFound { .. }) => {}
            Err(e) => return Err(e),
        }
        let random = {
            let mut id = [0u8; 16];
            aws_lc_rs::rand::fill(&mut id)?;
            id
        };
        self.attempt(None, |open| objects::generate(open, label, kind, &random))?;
        self.public_key(label)
    }

    pub(super) fn public_key(&mut self, label: &str) -> Result<KeyInfo, KeyError> {
        let found = self.attempt(None, |open| objects::public(open, Some(label)))?;
        found.into_iter().next().ok_or_else(|| KeyError::NotFound { label: label.to_owned() })
    }

    pub(super) fn list(&mut self) -> Result<Vec<KeyInfo>, KeyError> {
        let mut found = self.attempt(None, |open| objects::public(open, None))?;
        found.sort_by(|a, b| a.label.cmp(&b.label));
        Ok(found)
    }

    pub(super) fn destroy(&mut self, label: &str) -> Result<(), KeyError> {
        match self.attempt(None, |open| objects::destroy(open, label))? {
            0 => Err(KeyError::NotFound { label: label.to_owned() }),
            _ => Ok(()),
        }
    }

    pub(super) fn health(&mut self) -> Result<Health, KeyError> {
        let (info, keys) = self.attempt(None, |open| {
            open.session.get_session_info()?;
            Ok((open.library.context().get_token_info(open.slot)?, objects::public(open, None)?.len()))
        })?;
        let description = format!("{} {} ({})", info.manufacturer_id(), info.model(), info.label());
        Ok(Health { store: "pkcs11", description, keys })
    }

    /// Does `work`; when the session turns out stale or the token was away, opens it anew and tries again. That is safe for a
    /// signature: a call that failed gave none out.
    fn attempt<T>(
        &mut self,
        key: Option<&str>,
        mut work: impl FnMut(&mut Open) -> Result<T, Error>,
    ) -> Result<T, KeyError> {
        let mut last = None;
        for attempt in 0..3 {
            let failure = match self.opened() {
                Ok(open) => {
                    let library = open.library.clone();
                    let _gate = library.gate.read().unwrap_or_else(PoisonError::into_inner);
                    match work(open) {
                        Ok(done) => return Ok(done),
                        Err(e) => e,
                    }
                }
                Err(Trouble::Final(e)) => return Err(e),
                Err(Trouble::Library(e)) => e,
            };
            let seen = self.open.as_ref().map(|o| o.generation);
            if let Some(open) = self.open.take() {
                open.end();
            }
            match remedy(&failure) {
                Remedy::Fail => return Err(self.explain(&failure, key)),
                Remedy::Reopen if attempt == 0 => {}
                Remedy::Reopen if no_such_key(&failure) => return Err(self.explain(&failure, key)),
                // A new session did not help: perhaps what the library remembers of the token is stale.
                Remedy::Reopen | Remedy::Restart if attempt < 2 => self.restart(seen)?,
                Remedy::Reopen | Remedy::Restart => {}
            }
            tracing::warn!(token = self.config.token, error = %failure, "the token's session is opened anew");
            last = Some(failure);
        }
        Err(last.map_or(KeyError::Crypto, |e| self.explain(&e, key)))
    }

    fn restart(&self, seen: Option<u64>) -> Result<(), KeyError> {
        let library = Library::load(&self.config.library).map_err(|e| self.away(&e))?;
        let seen = seen.unwrap_or_else(|| library.generation());
        library.restart(seen).map_err(|e| self.away(&e))
    }

    fn opened(&mut self) -> Result<&mut Open, Trouble> {
        let stale = self.open.as_ref().is_some_and(|o| o.generation != o.library.generation());
        if stale && let Some(open) = self.open.take() {
            open.end();
        }
        if self.open.is_none() {
            self.open = Some(self.connect()?);
        }
        self.open.as_mut().ok_or(Trouble::Final(KeyError::Crypto))
    }

    fn connect(&self) -> Result<Open, Trouble> {
        if self.pin_refused.load(Ordering::Acquire) {
            return Err(Trouble::Final(KeyError::PinRefused { token: self.config.token.clone() }));
        }
        let library = Library::load(&self.config.library).map_err(|e| Trouble::Final(self.away(&e)))?;
        let gate = library.gate.read().unwrap_or_else(PoisonError::into_inner);
        let generation = library.generation();
        let slot = self.slot(&library)?;
        let session = library.context().open_rw_session_no_drop(slot).map_err(Trouble::Library)?;
        let pin = AuthPin::new(self.config.pin.expose().as_str().into());
        let refused = match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => None,
            Err(e) => Some(e),
        };
        if let Some(e) = refused {
            let _ = session.close();
            let Error::Pkcs11(
                RvError::PinIncorrect
                | RvError::PinLocked
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired,
                _,
            ) = e
            else {
                return Err(Trouble::Library(e));
            };
            self.pin_refused.store(true, Ordering::Release);
            return Err(Trouble::Final(KeyError::PinRefused { token: self.config.token.clone() }));
        }
        drop(gate);
        Ok(Open { library, generation, slot, session, private: HashMap::new() })
    }

    fn slot(&self, library: &Library) -> Result<Slot, Trouble> {
        for slot in library.context().get_slots_with_token().map_err(Trouble::Library)? {
            // A token that was torn out may still be listed and answer with any error: it is as good as away.
            let Ok(info) = library.context().get_token_info(slot) else { continue };
            if info.label() == self.config.token && info.user_pin_initialized() {
                return Ok(slot);
            }
        }
        Err(Trouble::Library(Error::Pkcs11(RvError::TokenNotPresent, Function::GetSlotList)))
    }

    fn away(&self, error: &Error) -> KeyError {
        KeyError::TokenAway { token: self.config.token.clone(), why: error.to_string() }
    }

    fn explain(&self, error: &Error, key: Option<&str>) -> KeyError {
        match (remedy(error), error, key) {
            (_, e, Some(label)) if no_such_key(e) => KeyError::NotFound { label: label.to_owned() },
            (Remedy::Restart, ..) => self.away(error),
            (_, Error::LibraryLoading(_), _) => self.away(error),
            _ => KeyError::Token { token: self.config.token.clone(), why: error.to_string() },
        }
    }
}

enum Trouble {
    Library(Error),
    Final(KeyError),
}
