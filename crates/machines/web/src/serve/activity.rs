use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

/// What goes on on one connection: requests that are not answered to the end, and when something last moved.
pub(super) struct Activity {
    begun: Instant,
    /// Requests whose answer has not been handed over wholly.
    open: AtomicUsize,
    /// Those of them whose handler is done.
    answering: AtomicUsize,
    /// Milliseconds after `begun`.
    moved: AtomicU64,
}

/// What is to become of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing was asked for so long.
    Idle(Duration),
    /// Only answers are under way, and the client has taken nothing of them for so long.
    Unread(Duration),
    /// A handler works; its own limit holds.
    Working,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        let begun = Instant::now();
        Arc::new(Self { begun, open: AtomicUsize::new(0), answering: AtomicUsize::new(0), moved: AtomicU64::new(0) })
    }
    fn touch(&self) {
        let at = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(at, Ordering::Relaxed);
    }
    pub(super) fn doing(&self) -> Doing {
        let still = self.begun.elapsed().saturating_sub(Duration::from_millis(self.moved.load(Ordering::Relaxed)));
        match (self.open.load(Ordering::Relaxed), self.answering.load(Ordering::Relaxed)) {
            (0, _) => Doing::Idle(still),
            (open, answering) if open == answering => Doing::Unread(still),
            _ => Doing::Working,
        }
    }
    /// A request has come.
    pub(super) fn request(self: &Arc<Self>) -> Open {
        self.touch();
        self.open.fetch_add(1, Ordering::Relaxed);
        Open { activity: Arc::clone(self), answering: false }
    }
}

/// A request that is not yet answered to the end.
pub(super) struct Open {
    activity: Arc<Activity>,
    answering: bool,
}

impl Open {
    /// The handler is done: the body is what is left.
    pub(super) fn answer(mut self, body: Body) -> Watched {
        self.answering = true;
        self.activity.touch();
        self.activity.answering.fetch_add(1, Ordering::Relaxed);
        Watched { body, open: self }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.answering {
            self.activity.answering.fetch_sub(1, Ordering::Relaxed);
        }
        self.activity.touch();
        self.activity.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer; notes when the connection takes of it.
pub(super) struct Watched {
    body: Body,
    open: Open,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.open.activity.touch();
        Pin::new(&mut self.body).poll_frame(task)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
