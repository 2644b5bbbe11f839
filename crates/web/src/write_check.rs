//! What was last found out about writing into the database.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::StoreError;

/// So often it is really tried to write at most: each time is a commit. More often while that fails, so that it is known
/// soon that it is possible again.
const TRIED_EVERY: Duration = Duration::from_secs(5);
const TRIED_EVERY_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What was last found out about writing.
#[derive(Default)]
pub(crate) struct WriteCheck(Mutex<LastTry>);

#[derive(Default)]
struct LastTry {
    ended: Option<Instant>,
    running: bool,
    failure: Option<String>,
}

impl WriteCheck {
    fn last(&self) -> std::sync::MutexGuard<'_, LastTry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing could be written when it was last tried.
    pub(crate) fn failure(&self) -> Option<String> {
        self.last().failure.clone()
    }

    /// Whether it is time to try again; whoever is told so does.
    pub(crate) fn begin(&self) -> bool {
        let mut last = self.last();
        let every = if last.failure.is_some() { TRIED_EVERY_AFTER_FAILURE } else { TRIED_EVERY };
        let due = !last.running && last.ended.is_none_or(|ended| ended.elapsed() >= every);
        last.running |= due;
        due
    }

    pub(crate) fn end(&self, tried: Result<(), StoreError>) {
        let failure = tried.err().map(|error| error.to_string());
        let mut last = self.last();
        match (&last.failure, &failure) {
            (None, Some(why)) => tracing::error!(why, "nothing can be written"),
            (Some(_), None) => tracing::info!("it is possible to write again"),
            _ => {}
        }
        *last = LastTry { ended: Some(Instant::now()), running: false, failure };
    }
}
