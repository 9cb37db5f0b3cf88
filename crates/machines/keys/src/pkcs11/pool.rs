use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

use super::{Pkcs11Config, session::TokenSession};
use crate::KeyError;

type Work = Box<dyn FnOnce(&mut TokenSession) + Send>;

/// How long the end of a pool waits for calls that are under way.
const LAST_CALLS: Duration = Duration::from_secs(5);

/// The threads of one token.
pub(super) struct Pool {
    queue: Option<Sender<Work>>,
    /// Closed when the last thread has left the library.
    left: Mutex<Receiver<()>>,
    token: String,
}

impl Drop for Pool {
    /// Waits until the threads have left the library: a process that ends while they close their sessions tears the library
    /// down under them.
    fn drop(&mut self) {
        self.queue = None;
        let left = self.left.get_mut().unwrap_or_else(PoisonError::into_inner);
        if left.recv_timeout(LAST_CALLS) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(token = self.token, "a call into the token's library has not come back");
        }
    }
}

impl Pool {
    /// Starts the threads; each opens its session with the first call.
    pub(super) fn start(config: Pkcs11Config) -> Result<Self, KeyError> {
        let (queue, waiting) = channel::<Work>();
        let (inside, left) = channel::<()>();
        let waiting = Arc::new(Mutex::new(waiting));
        let token = config.token.clone();
        let config = Arc::new(config);
        for n in 0..config.threads.max(1) {
            let (waiting, inside, mut session) = (waiting.clone(), inside.clone(), TokenSession::new(config.clone()));
            let started = thread::Builder::new().name(format!("pkcs11-{n}")).spawn(move || {
                while let Some(work) = next(&waiting) {
                    work(&mut session);
                }
                drop(session);
                drop(inside);
            });
            started.map_err(|source| KeyError::File { file: config.library.clone(), source })?;
        }
        Ok(Self { queue: Some(queue), left: Mutex::new(left), token })
    }

    /// Runs `work` on one of the threads and waits for it, at most `limit`.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut TokenSession) -> Result<T, KeyError> + Send + 'static,
    ) -> Result<T, KeyError> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |session| {
            // Nobody waits any more: the operation is not started.
            if !answer.is_closed() {
                let _ = answer.send(work(session));
            }
        });
        let queue = self.queue.as_ref().ok_or(KeyError::Interrupted)?;
        queue.send(work).map_err(|_| KeyError::Interrupted)?;
        match tokio::time::timeout(limit, answered).await {
            Ok(done) => done.map_err(|_| KeyError::Interrupted)?,
            Err(_) => Err(KeyError::Timeout { token: self.token.clone(), seconds: limit.as_secs() }),
        }
    }
}

fn next(waiting: &Mutex<Receiver<Work>>) -> Option<Work> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
