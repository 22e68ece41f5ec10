//! A way to stop work that nobody waits for any more.

use std::sync::Arc;

/// Asked now and then by long work: whether it should be given up.
#[derive(Clone)]
pub struct Stop(Arc<dyn Fn() -> bool + Send + Sync>);

impl Stop {
    /// Stops as soon as `is_over` says so.
    #[must_use]
    pub fn when(is_over: impl Fn() -> bool + Send + Sync + 'static) -> Stop {
        Stop(Arc::new(is_over))
    }

    /// Whether the work should be given up.
    #[must_use]
    pub fn is_over(&self) -> bool {
        (self.0)()
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stop")
    }
}
