use tokio::sync::watch;

/// Where long work tells how far it is; the usual one tells nobody.
#[derive(Clone, Default)]
pub struct Progress(Option<watch::Sender<(u32, u32)>>);

impl Progress {
    /// One that tells this receiver: so many of so many steps.
    pub fn told() -> (Self, watch::Receiver<(u32, u32)>) {
        let (sender, receiver) = watch::channel((0, 0));
        (Self(Some(sender)), receiver)
    }

    /// `done` of `total` steps are done.
    pub fn at(&self, done: usize, total: usize) {
        let steps = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        if let Some(to) = &self.0 {
            // Nobody listens any more: the work goes on.
            to.send_replace((steps(done), steps(total)));
        }
    }
}
