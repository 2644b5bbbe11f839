//! A request from its head to the last byte of its answer, as far as it concerns the client.

use crate::clock::{self, Moment};
use crate::limits::{PROGRESS, REQUEST, UNMETERED_BODY};
use crate::memory::Memory;
use crate::unread::Unread;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::AbortHandle;

/// What a connection does when a request of it ends.
pub(crate) type OnEnd = Box<dyn Fn(bool) + Send + Sync>;

/// One request of a connection.
pub(crate) struct Stream {
    memory: Arc<Memory>,
    /// What has come on its connection.
    unread: Arc<Unread>,
    /// Told when a request has ended, and whether it was answered.
    on_end: OnEnd,
    /// Whether it stands for a request that has not ended.
    in_use: AtomicBool,
    /// Whether it has taken a place among the streams beyond the first few.
    one_of_many: AtomicBool,
    /// How many parts of it there are: the request, the body of its answer, pieces of that on their way.
    parts: AtomicUsize,
    /// Since when the client is waited for; 0 while it is the server's turn.
    waiting_since: AtomicU64,
    /// Since when its body is not read on because there is no memory for it; 0 while it is.
    paused_since: AtomicU64,
    /// Bytes that have come or gone since then.
    moved: AtomicUsize,
    /// Bytes that are held for it, and how many of them are of its body.
    held: AtomicUsize,
    body: AtomicUsize,
    /// Whether there is an answer.
    answered: AtomicBool,
    /// Whether its body took too long.
    late: AtomicBool,
    /// What answers it, on a connection of HTTP/2.
    task: Mutex<Option<AbortHandle>>,
}

impl Stream {
    pub(crate) fn new(memory: Arc<Memory>, unread: Arc<Unread>, on_end: OnEnd) -> Self {
        Self {
            memory,
            unread,
            on_end,
            in_use: AtomicBool::new(false),
            one_of_many: AtomicBool::new(false),
            parts: AtomicUsize::new(0),
            waiting_since: AtomicU64::new(0),
            paused_since: AtomicU64::new(0),
            moved: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            body: AtomicUsize::new(0),
            answered: AtomicBool::new(false),
            late: AtomicBool::new(false),
            task: Mutex::new(None),
        }
    }

    pub(crate) fn is_in_use(&self) -> bool {
        self.in_use.load(Acquire)
    }

    pub(crate) fn set_task(&self, task: AbortHandle) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Ends what answers it, which resets the stream; says whether there was something to end.
    pub(crate) fn abort(&self) -> bool {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        task.filter(|task| !task.is_finished()).inspect(AbortHandle::abort).is_some()
    }

    /// Since when the client is waited for; 0 while it is not.
    pub(crate) fn waiting_since(&self) -> Moment {
        self.waiting_since.load(Relaxed)
    }

    /// Since when its body is not read on because there is no memory for it; 0 while it is.
    pub(crate) fn paused_since(&self) -> Moment {
        self.paused_since.load(Relaxed)
    }

    /// Since when the client should accept its answer; 0 while it need not.
    pub(crate) fn unsent_since(&self) -> Moment {
        if self.answered.load(Relaxed) { self.waiting_since() } else { 0 }
    }

    /// How much of its body has come and is held.
    pub(crate) fn body(&self) -> usize {
        self.body.load(Relaxed)
    }

    /// About how much memory the request takes.
    pub(crate) fn cost(&self) -> usize {
        if self.is_in_use() { REQUEST + self.held.load(Relaxed) } else { 0 }
    }
}

/// A part of a request; the request ends with the last of them.
pub(crate) struct RequestPart(Arc<Stream>);

impl RequestPart {
    /// The first part of a request that begins.
    pub(crate) fn first(stream: Arc<Stream>, one_of_many: bool) -> Self {
        stream.one_of_many.store(one_of_many, Relaxed);
        stream.waiting_since.store(0, Relaxed);
        stream.paused_since.store(0, Relaxed);
        stream.moved.store(0, Relaxed);
        stream.held.store(0, Relaxed);
        stream.answered.store(false, Relaxed);
        stream.late.store(false, Relaxed);
        stream.parts.store(1, Relaxed);
        stream.in_use.store(true, Release);
        Self(stream)
    }

    /// From now on the client is waited for.
    pub(crate) fn wait(&self) {
        if self.0.waiting_since() == 0 {
            self.0.moved.store(0, Relaxed);
            self.0.waiting_since.store(clock::now(), Relaxed);
        }
    }

    /// The client has sent all that it was waited for.
    pub(crate) fn proceed(&self) {
        self.0.waiting_since.store(0, Relaxed);
    }

    /// A body is coming.
    pub(crate) fn begin_body(&self) {
        self.0.unread.begin_body();
    }

    /// A body has come to its end, or nobody wants the rest.
    pub(crate) fn end_body(&self) {
        self.0.unread.end_body();
    }

    /// There is no memory for more of the body. The client is not waited for meanwhile.
    pub(crate) fn pause(&self) {
        self.proceed();
        if self.0.paused_since() == 0 {
            self.0.paused_since.store(clock::now(), Relaxed);
        }
    }

    /// The body is read on.
    pub(crate) fn resume(&self) {
        self.0.paused_since.store(0, Relaxed);
    }

    /// So much of the body has come.
    pub(crate) fn receive(&self, bytes: usize) {
        self.0.unread.read(bytes);
        self.0.memory.take(bytes);
        self.0.body.fetch_add(bytes, Relaxed);
        self.0.held.fetch_add(bytes, Relaxed);
        self.moved(bytes);
    }

    /// Whether there is memory for more of the body.
    pub(crate) fn may_receive(&self) -> bool {
        self.0.body.load(Relaxed) < UNMETERED_BODY || !self.0.memory.is_full()
    }

    /// So much of the body has gone on to where it is kept, and is in memory no longer.
    pub(crate) fn forget(&self, bytes: usize) {
        let less = |held: usize| Some(held.saturating_sub(bytes));
        let held = self.0.body.fetch_update(Relaxed, Relaxed, less).unwrap_or_default();
        self.0.memory.release(bytes.min(held));
        let _held = self.0.held.fetch_update(Relaxed, Relaxed, less);
    }

    /// Nobody reads the body any more.
    fn forget_body(&self) {
        self.0.memory.release(self.0.body.swap(0, Relaxed));
    }

    /// The body took too long.
    pub(crate) fn set_late(&self) {
        self.0.late.store(true, Relaxed);
    }

    /// Whether the body took too long.
    pub(crate) fn is_late(&self) -> bool {
        self.0.late.load(Relaxed)
    }

    /// There is an answer, which takes so many bytes of memory.
    pub(crate) fn answer(&self, bytes: usize) {
        self.forget_body();
        self.0.held.store(bytes, Relaxed);
        self.0.waiting_since.store(0, Relaxed);
        self.0.paused_since.store(0, Relaxed);
        self.0.answered.store(true, Relaxed);
    }

    /// So much of the answer has been accepted.
    pub(crate) fn sent(&self, bytes: usize) {
        self.moved(bytes);
    }

    /// So much memory is no longer needed.
    pub(crate) fn release(&self, bytes: usize) {
        // Nothing else changes it once there is an answer, but for the next request, which begins at nothing.
        let _held = self.0.held.fetch_update(Relaxed, Relaxed, |held| Some(held.saturating_sub(bytes)));
    }

    fn moved(&self, bytes: usize) {
        if self.0.moved.fetch_add(bytes, Relaxed) + bytes >= PROGRESS {
            self.0.moved.store(0, Relaxed);
            if self.0.waiting_since() != 0 {
                self.0.waiting_since.store(clock::now(), Relaxed);
            }
        }
    }
}

impl Clone for RequestPart {
    fn clone(&self) -> Self {
        self.0.parts.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Drop for RequestPart {
    fn drop(&mut self) {
        let answered = self.0.answered.load(Relaxed);
        if self.0.parts.fetch_sub(1, AcqRel) == 1 {
            self.forget_body();
            if self.0.one_of_many.load(Relaxed) {
                self.0.memory.release_stream();
            }
            (self.0.on_end)(answered);
            self.0.in_use.store(false, Release);
        }
    }
}
