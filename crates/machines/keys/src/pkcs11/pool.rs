use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

use super::{Pkcs11Config, session::TokenSession};
use crate::KeyError;

type Work = Box<dyn FnOnce(&mut TokenSession) + Send>;

/// The threads of one token.
pub(super) struct Pool {
    queue: Sender<Work>,
    token: String,
}

impl Pool {
    /// Starts the threads; each opens its session with the first call.
    pub(super) fn start(config: Pkcs11Config) -> Result<Self, KeyError> {
        let (queue, waiting) = channel::<Work>();
        let waiting = Arc::new(Mutex::new(waiting));
        let token = config.token.clone();
        let config = Arc::new(config);
        for n in 0..config.threads.max(1) {
            let (waiting, mut session) = (waiting.clone(), TokenSession::new(config.clone()));
            let started = thread::Builder::new().name(format!("pkcs11-{n}")).spawn(move || {
                while let Some(work) = next(&waiting) {
                    work(&mut session);
                }
            });
            started.map_err(|source| KeyError::File { file: config.library.clone(), source })?;
        }
        Ok(Self { queue, token })
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
        self.queue.send(work).map_err(|_| KeyError::Interrupted)?;
        match tokio::time::timeout(limit, answered).await {
            Ok(done) => done.map_err(|_| KeyError::Interrupted)?,
            Err(_) => Err(KeyError::Timeout { token: self.token.clone(), seconds: limit.as_secs() }),
        }
    }
}

fn next(waiting: &Mutex<Receiver<Work>>) -> Option<Work> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
