//! The loaded libraries of this process. A PKCS#11 library is initialised once a process, whoever uses it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
};

/// A library and how often it was initialised. Calls hold the gate open; only a new start closes it.
pub(super) struct Library {
    context: Pkcs11,
    pub(super) gate: RwLock<()>,
    generation: AtomicU64,
}

static LOADED: LazyLock<Mutex<HashMap<PathBuf, Arc<Library>>>> = LazyLock::new(Mutex::default);

impl Library {
    /// Loads and initialises the library, or finds it loaded.
    pub(super) fn load(path: &Path) -> Result<Arc<Self>, Error> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = loaded.get(path) {
            return Ok(found.clone());
        }
        let context = Pkcs11::new(path)?;
        initialise(&context)?;
        let library = Arc::new(Self { context, gate: RwLock::new(()), generation: AtomicU64::new(1) });
        loaded.insert(path.to_owned(), library.clone());
        Ok(library)
    }
    pub(super) fn context(&self) -> &Pkcs11 {
        &self.context
    }
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
    /// Initialises the library anew unless another thread did since `seen`: how a token that comes back is noticed by libraries
    /// that look for tokens only then. No call may be under way.
    pub(super) fn restart(&self, seen: u64) -> Result<(), Error> {
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() == seen {
            match self.context.clone().finalize() {
                Ok(()) | Err(Error::Pkcs11(RvError::CryptokiNotInitialized, _)) => {}
                Err(e) => return Err(e),
            }
            initialise(&self.context)?;
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }
}

fn initialise(context: &Pkcs11) -> Result<(), Error> {
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        Err(e) => Err(e),
    }
}
