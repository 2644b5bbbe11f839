//! The work that waits for a thread.

use crate::engine::UnitOfWork;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The work that waits for a thread.
#[derive(Default)]
pub(super) struct Queue {
    jobs: Mutex<Jobs>,
    more: Condvar,
}

#[derive(Default)]
pub(super) struct Jobs {
    /// In the order in which they are taken.
    ready: VecDeque<Job>,
    /// The writes of each site that has a job here or a thread at work: one thread at a time writes for a site.
    writes: HashMap<i64, VecDeque<Box<dyn UnitOfWork>>>,
    closed: bool,
}

pub(super) enum Job {
    Read(Box<dyn UnitOfWork>),
    /// The writes of a site.
    Writes(i64),
}

impl Queue {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self, unit: Box<dyn UnitOfWork>) {
        self.jobs().ready.push_back(Job::Read(unit));
        self.more.notify_one();
    }

    pub(super) fn write(&self, unit: Box<dyn UnitOfWork>) {
        let site = unit.site();
        let mut jobs = self.jobs();
        match jobs.writes.entry(site) {
            Entry::Occupied(mut waiting) => waiting.get_mut().push_back(unit),
            Entry::Vacant(none) => {
                none.insert(VecDeque::from([unit]));
                jobs.ready.push_back(Job::Writes(site));
                self.more.notify_one();
            }
        }
    }

    /// No more work comes: threads that wait for it end when everything is done.
    pub(super) fn close(&self) {
        self.jobs().closed = true;
        self.more.notify_all();
    }

    /// The next job, if one waits.
    pub(super) fn next_ready(&self) -> Option<Job> {
        self.jobs().ready.pop_front()
    }

    /// Waits for the next job; none when the store is closed and everything is done.
    pub(super) fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs();
        loop {
            if let Some(job) = jobs.ready.pop_front() {
                return Some(job);
            }
            if jobs.closed {
                return None;
            }
            jobs = self.more.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next write of a site.
    pub(super) fn next_write(&self, site: i64) -> Option<Box<dyn UnitOfWork>> {
        self.jobs().writes.get_mut(&site)?.pop_front()
    }

    /// A thread has written for a site; what came meanwhile waits for its turn among the others.
    pub(super) fn written(&self, site: i64) {
        let mut jobs = self.jobs();
        if jobs.writes.get(&site).is_some_and(VecDeque::is_empty) {
            jobs.writes.remove(&site);
        } else {
            jobs.ready.push_back(Job::Writes(site));
            self.more.notify_one();
        }
    }
}
