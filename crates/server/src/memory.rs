//! The memory that requests take while they come, and that many requests at once take on one connection.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What all connections share.
pub(crate) struct Memory {
    /// Bytes of bodies that have come and are not answered yet.
    bodies: AtomicUsize,
    /// Bytes that have come and that nobody has read yet.
    unread: AtomicUsize,
    most_bytes: usize,
    /// Requests beyond the first few of their connection.
    streams: AtomicUsize,
    most_streams: usize,
}

impl Memory {
    pub(crate) fn new(most_bytes: usize, most_streams: usize) -> Self {
        let (bodies, unread, streams) = Default::default();
        Self { bodies, unread, most_bytes, streams, most_streams }
    }

    pub(crate) fn take(&self, bytes: usize) {
        self.bodies.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn release(&self, bytes: usize) {
        self.bodies.fetch_sub(bytes, Relaxed);
    }

    pub(crate) fn take_unread(&self, bytes: usize) {
        self.unread.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn release_unread(&self, bytes: usize) {
        self.unread.fetch_sub(bytes, Relaxed);
    }

    /// Whether bodies take all that they may.
    pub(crate) fn is_full(&self) -> bool {
        self.bodies.load(Relaxed) >= self.most_bytes
    }

    /// Whether they do together with what nobody has read yet.
    pub(crate) fn is_crowded(&self) -> bool {
        self.bodies.load(Relaxed) + self.unread.load(Relaxed) >= self.most_bytes
    }

    #[cfg(test)]
    pub(crate) fn unread(&self) -> usize {
        self.unread.load(Relaxed)
    }

    /// Takes the place of a request beyond the first few of its connection, if there is one.
    pub(crate) fn take_stream(&self) -> bool {
        let more = |taken| (taken < self.most_streams).then_some(taken + 1);
        self.streams.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    pub(crate) fn release_stream(&self) {
        self.streams.fetch_sub(1, Relaxed);
    }
}
