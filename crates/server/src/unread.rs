//! What has come on a connection and nobody has read yet: HTTP/2 takes it as it comes, for any of its requests.

use crate::memory::Memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// Bytes of a connection that have come and that no body has been asked for.
///
/// Heads are among them while bodies are coming, and so is what nobody will read any more: how much of it there is, the
/// protocol does not say. Neither counts for longer than bodies come without a break, nor for more than may come unread.
pub(crate) struct Unread {
    bytes: AtomicUsize,
    /// As much may come, at most.
    most: usize,
    /// Bodies that are not at their end.
    bodies: AtomicUsize,
    memory: Arc<Memory>,
}

impl Unread {
    pub(crate) fn new(most: usize, memory: Arc<Memory>) -> Self {
        Self { bytes: AtomicUsize::new(0), most, bodies: AtomicUsize::new(0), memory }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// So much has come.
    pub(crate) fn come(&self, bytes: usize) {
        let more = |before: usize| Some(before.saturating_add(bytes).min(self.most));
        let before = self.bytes.fetch_update(Relaxed, Relaxed, more).unwrap_or_default();
        self.memory.take_unread(bytes.min(self.most - before));
    }

    /// So much of it has been read.
    pub(crate) fn read(&self, bytes: usize) {
        let less = |before: usize| Some(before.saturating_sub(bytes));
        let before = self.bytes.fetch_update(Relaxed, Relaxed, less).unwrap_or_default();
        self.memory.release_unread(bytes.min(before));
    }

    /// A request without a body has begun: unless others have one, what has come was its head.
    pub(crate) fn end_head(&self) {
        if self.bodies.load(Relaxed) == 0 {
            self.clear();
        }
    }

    /// A body is coming.
    pub(crate) fn begin_body(&self) {
        self.bodies.fetch_add(1, Relaxed);
    }

    /// A body has come to its end, or nobody wants the rest.
    pub(crate) fn end_body(&self) {
        if self.bodies.fetch_sub(1, Relaxed) == 1 {
            self.clear();
        }
    }

    fn clear(&self) {
        self.memory.release_unread(self.bytes.swap(0, Relaxed));
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread() -> (Arc<Memory>, Unread) {
        let memory = Arc::new(Memory::new(1000, 0));
        (Arc::clone(&memory), Unread::new(600, memory))
    }

    #[test]
    fn heads_and_what_was_read_do_not_count() {
        let (memory, unread) = unread();
        unread.come(100);
        unread.end_head();
        assert_eq!(unread.bytes(), 0);
        unread.come(300);
        unread.begin_body();
        unread.end_head();
        unread.come(200);
        unread.read(150);
        assert_eq!((unread.bytes(), memory.unread()), (350, 350));
        unread.end_body();
        assert_eq!((unread.bytes(), memory.unread()), (0, 0));
    }

    #[test]
    fn no_more_counts_than_may_come_and_nothing_after_the_end() {
        let (memory, first) = unread();
        let second = Unread::new(600, Arc::clone(&memory));
        for unread in [&first, &second] {
            unread.begin_body();
            unread.come(500);
            unread.come(500);
        }
        assert_eq!(memory.unread(), 1200);
        assert!(memory.is_crowded() && !memory.is_full());
        drop(first);
        assert_eq!(memory.unread(), 600);
        second.read(5000);
        assert_eq!(memory.unread(), 0);
    }
}
