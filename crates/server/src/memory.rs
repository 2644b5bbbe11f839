//! The memory that requests take while they come, and that many requests at once take on one connection.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What all connections share.
pub(crate) struct Memory {
    /// Bytes of bodies that have come and are not answered yet.
    bodies: AtomicUsize,
    most_bytes: usize,
    /// Requests beyond the first few of their connection.
    streams: AtomicUsize,
    most_streams: usize,
}

impl Memory {
    pub(crate) fn new(most_bytes: usize, most_streams: usize) -> Self {
        Self { bodies: AtomicUsize::new(0), most_bytes, streams: AtomicUsize::new(0), most_streams }
    }

    pub(crate) fn take(&self, bytes: usize) {
        self.bodies.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        self.bodies.fetch_sub(bytes, Relaxed);
    }

    /// Whether bodies take all that they may.
    pub(crate) fn is_full(&self) -> bool {
        self.bodies.load(Relaxed) >= self.most_bytes
    }

    /// Takes the place of a request beyond the first few of its connection, if there is one.
    pub(crate) fn take_stream(&self) -> bool {
        let more = |taken| (taken < self.most_streams).then_some(taken + 1);
        self.streams.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    pub(crate) fn give_stream_back(&self) {
        self.streams.fetch_sub(1, Relaxed);
    }
}
