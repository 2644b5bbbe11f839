//! A connection: what it is doing, as far as its limits need to know, and what is to become of it.

use crate::clock::{self, Moment, passed};
use crate::limits::{FEW_STREAMS, FIRST, GRACE, Http2, Limits, MAX_RESETS, UNMETERED_BODY};
use crate::memory::Memory;
use crate::stream::{RequestPart, Stream};
use crate::unread::Unread;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// What a connection is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Order {
    /// Go on.
    Stay = 0,
    /// Finish the requests that have begun and take no more (`Connection: close`, GOAWAY).
    Leave = 1,
    /// End now.
    Cut = 2,
}

/// What is wrong with a connection that goes on too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The head of a request did not come to its end.
    Head,
    /// An answer is not accepted.
    Unsent,
    /// Requests are taken back, again and again.
    TakenBack,
}

/// The state of a connection, shared with its requests.
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) http2: Http2,
    pub(crate) memory: Arc<Memory>,
    unread: Arc<Unread>,
    accepted_at: Moment,
    /// Whether a request has ever begun.
    has_begun: AtomicBool,
    /// Requests that have begun and not ended.
    active: AtomicUsize,
    /// Since when there is none.
    idle_since: AtomicU64,
    /// Since when a head has been coming, and how much of it; 0 while none is.
    head_since: AtomicU64,
    head_bytes: AtomicUsize,
    /// Whether requests come as streams of HTTP/2.
    is_http2: AtomicBool,
    /// Requests that were answered, and that the client took back before.
    answered: AtomicU32,
    taken_back: AtomicU32,
    streams: Mutex<Vec<Arc<Stream>>>,
    /// The stream that the next task of HTTP/2 is for.
    begun: Mutex<Option<Arc<Stream>>>,
    order: AtomicU8,
    ordered_at: AtomicU64,
    told: Notify,
}

impl Connection {
    pub(crate) fn new(peer: SocketAddr, http2: Http2, memory: Arc<Memory>) -> Self {
        Self {
            peer,
            http2,
            unread: Arc::new(Unread::new(http2.connection_window as usize, Arc::clone(&memory))),
            memory,
            accepted_at: clock::now(),
            has_begun: AtomicBool::new(false),
            active: AtomicUsize::new(0),
            idle_since: AtomicU64::new(clock::now()),
            head_since: AtomicU64::new(0),
            head_bytes: AtomicUsize::new(0),
            is_http2: AtomicBool::new(false),
            answered: AtomicU32::new(0),
            taken_back: AtomicU32::new(0),
            streams: Mutex::new(Vec::new()),
            begun: Mutex::new(None),
            order: AtomicU8::new(Order::Stay as u8),
            ordered_at: AtomicU64::new(0),
            told: Notify::new(),
        }
    }

    /// A request begins; none when there are too many of this connection, and of others like it.
    pub(crate) fn begin(self: &Arc<Self>, http2: bool, has_body: bool) -> Option<RequestPart> {
        let one_of_many = http2 && self.active.load(Relaxed) >= FEW_STREAMS;
        if one_of_many && !self.memory.take_stream() {
            return None;
        }
        if !has_body {
            self.unread.end_head();
        }
        self.active.fetch_add(1, Relaxed);
        self.head_since.store(0, Relaxed);
        self.has_begun.store(true, Relaxed);
        let stream = {
            let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
            // On HTTP/1.1 there is one, used again and again.
            match streams.iter().find(|stream| !stream.is_in_use()) {
                Some(stream) => Arc::clone(stream),
                None => {
                    let connection = Arc::clone(self);
                    let on_end = Box::new(move |answered| connection.end(answered));
                    let stream = Arc::new(Stream::new(Arc::clone(&self.memory), Arc::clone(&self.unread), on_end));
                    streams.push(Arc::clone(&stream));
                    stream
                }
            }
        };
        if http2 {
            self.is_http2.store(true, Relaxed);
            *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&stream));
        }
        Some(RequestPart::first(stream, one_of_many))
    }

    /// What answers the request that has just begun, on HTTP/2.
    pub(crate) fn set_task(&self, task: AbortHandle) {
        if let Some(stream) = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stream.set_task(task);
        }
    }

    /// A request has ended, answered or not.
    pub(crate) fn end(&self, answered: bool) {
        if self.active.fetch_sub(1, AcqRel) == 1 {
            self.idle_since.store(clock::now(), Relaxed);
            self.head_since.store(0, Relaxed);
            self.head_bytes.store(0, Relaxed);
        }
        if answered {
            self.answered.fetch_add(1, Relaxed);
        } else {
            self.taken_back.fetch_add(1, Relaxed);
        }
    }

    /// So many bytes have come.
    pub(crate) fn receive(&self, bytes: usize) {
        self.unread.come(bytes);
        if self.active.load(Relaxed) == 0 {
            self.head_bytes.fetch_add(bytes, Relaxed);
            if self.head_since.load(Relaxed) == 0 {
                self.head_since.store(clock::now(), Relaxed);
            }
        }
    }

    /// Whether nothing more is taken from it: there is no memory, and it holds more than is given to everybody.
    pub(crate) fn is_held_back(&self) -> bool {
        if !self.memory.is_crowded() {
            return false;
        }
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        self.unread.bytes() + streams.iter().map(|stream| stream.body()).sum::<usize>() >= UNMETERED_BODY
    }

    /// Tells it something, unless it was told more before.
    pub(crate) fn tell(&self, order: Order) {
        if self.order.fetch_max(order as u8, Relaxed) < order as u8 {
            self.ordered_at.store(clock::now(), Relaxed);
            self.told.notify_one();
        }
    }

    /// Whether it was told to end now.
    pub(crate) fn is_cut(&self) -> bool {
        self.order.load(Relaxed) == Order::Cut as u8
    }

    /// Waits until it is told something more, and gives that.
    pub(crate) async fn told(&self) -> Order {
        self.told.notified().await;
        match self.order.load(Relaxed) {
            0 => Order::Stay,
            1 => Order::Leave,
            _ => Order::Cut,
        }
    }

    /// Since when no request is being answered, if none is.
    pub(crate) fn idle_since(&self) -> Option<Moment> {
        (self.active.load(Relaxed) == 0).then(|| self.idle_since.load(Relaxed))
    }

    /// Since when the client is waited for, to end a head, a body or an answer; 0 while it is not.
    pub(crate) fn waiting_since(&self) -> Moment {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = streams.iter().filter(|stream| stream.is_in_use()).map(|stream| stream.waiting_since());
        waiting.chain([self.head_since.load(Relaxed)]).filter(|since| *since != 0).min().unwrap_or(0)
    }

    /// Since when a body of it is not read on because there is no memory for it; 0 while all are.
    pub(crate) fn paused_since(&self) -> Moment {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let paused = streams.iter().filter(|stream| stream.is_in_use()).map(|stream| stream.paused_since());
        paused.filter(|since| *since != 0).min().unwrap_or(0)
    }

    /// About how much memory its requests take.
    pub(crate) fn cost(&self) -> usize {
        let unread = self.unread.bytes().max(self.head_bytes.load(Relaxed));
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        unread + streams.iter().map(|stream| stream.cost()).sum::<usize>()
    }

    /// Has it go once its requests are answered. One that has just come may send its first request before.
    pub(crate) fn leave(&self, now: Moment) {
        if self.has_begun.load(Relaxed) || passed(self.accepted_at, now, FIRST) {
            self.tell(Order::Leave);
        }
    }

    /// Looks whether it keeps to the limits, and tells it what follows when it does not.
    pub(crate) fn check(&self, limits: &Limits, now: Moment) -> Option<Fault> {
        let fault = self.fault(limits, now);
        if fault.is_some() {
            self.tell(Order::Cut);
        }
        let idle = self.idle_since();
        if idle.is_some_and(|since| passed(since, now, limits.idle_timeout)) {
            self.tell(Order::Leave);
        }
        if idle.is_some() && passed(self.ordered_at.load(Relaxed), now, GRACE) {
            self.tell(Order::Cut);
        }
        fault
    }

    fn fault(&self, limits: &Limits, now: Moment) -> Option<Fault> {
        let taken_back = self.taken_back.load(Relaxed);
        if taken_back as usize > MAX_RESETS && taken_back > self.answered.load(Relaxed) {
            return Some(Fault::TakenBack);
        }
        // Between requests clients of HTTP/2 send other things too; these connections end when they are idle.
        let head = !self.is_http2.load(Relaxed) && self.idle_since().is_some();
        if head && passed(self.head_since.load(Relaxed), now, limits.head_timeout) {
            return Some(Fault::Head);
        }
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let unsent =
            |stream: &&Arc<Stream>, time: Duration| stream.is_in_use() && passed(stream.unsent_since(), now, time);
        for stream in streams.iter().filter(|stream| unsent(stream, limits.write_timeout)) {
            // The last piece of an answer may be where its stream alone cannot be ended any more.
            if !stream.abort() && (!self.is_http2.load(Relaxed) || unsent(&stream, limits.write_timeout * 2)) {
                return Some(Fault::Unsent);
            }
        }
        let mut first = true;
        streams.retain(|stream| std::mem::take(&mut first) || stream.is_in_use());
        None
    }

    /// It has ended: whatever still answers on it ends too.
    pub(crate) fn close(&self) {
        let streams = std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner));
        for stream in streams {
            stream.abort();
        }
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
