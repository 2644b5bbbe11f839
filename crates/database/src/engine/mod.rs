//! The two engines. Both run closures on database threads of their own, one hop per unit of work.

mod files;
mod group;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod tls;

pub(crate) use files::must_share_memory;

use crate::{StoreError, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A unit of work with its result type hidden: runs in a transaction, and is answered after the commit.
pub(crate) trait UnitOfWork: Send {
    /// Which site's writes this takes its turn among; zero for work outside any site.
    fn site(&self) -> i64;
    /// Runs the closure and keeps its result. True: its changes should be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Whether the closure failed because the connection was lost.
    fn lost_connection(&self) -> bool;
    /// Answers the caller: with the closure's result, or with why its changes could not be committed.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

pub(crate) struct Operation<T, E, F> {
    site: i64,
    closure: F,
    result: Option<Result<T, E>>,
    lost: bool,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Operation<T, E, F> {
    pub(crate) fn new(site: i64, closure: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { site, closure, result: None, lost: false, reply }, answer)
    }
}

/// Runs a closure in a transaction; a panic in it is an error of that closure alone.
fn guarded<T, E: FromStore>(closure: &impl Fn(&mut Tx<'_>) -> Result<T, E>, tx: &mut Tx<'_>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(|| closure(tx))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(panic = %message, "a store operation panicked");
        Err(E::from(StoreError::Panicked))
    })
}

/// Waits for the threads of an engine to end. The last handle of a store may be inside a unit of work that one of
/// them has just done (of a client that hung up, say): a thread does not wait for itself.
fn join(threads: &mut Vec<JoinHandle<()>>) {
    for thread in threads.drain(..) {
        if thread.thread().id() != std::thread::current().id() {
            let _panicked = thread.join();
        }
    }
}

/// The error type of a unit of work: it may be a [`StoreError`], and says whether it is.
pub trait FromStore: From<StoreError> + Send {
    /// The store's error inside, if that is what this is.
    fn store_error(&self) -> Option<&StoreError>;
}

impl FromStore for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl<T, E, F> UnitOfWork for Operation<T, E, F>
where
    T: Send,
    E: FromStore,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn site(&self) -> i64 {
        self.site
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = guarded(&self.closure, tx);
        let keep = result.is_ok();
        self.lost = matches!(&result, Err(error) if error.store_error().is_some_and(StoreError::lost_connection));
        self.result = Some(result);
        keep
    }

    fn lost_connection(&self) -> bool {
        self.lost
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(E::from(error)),
            (Some(ok), Ok(())) => ok,
            (None, Ok(())) => Err(E::from(StoreError::Closed)),
        };
        // The caller may have gone away (a client that hung up); the work is done either way.
        let _gone = self.reply.send(answer);
    }
}
