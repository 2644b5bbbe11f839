//! What is logged of connections that were refused or cut off: at once for the first, then once a minute with numbers.

use crate::clock::{Moment, passed};
use crate::connection::Fault;
use crate::limits::Limits;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct Refusals(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    logged_at: Moment,
    connections: usize,
    address: usize,
    latest: Option<IpAddr>,
    files: usize,
    evict_idle: usize,
    head: usize,
    unsent: usize,
    taken_back: usize,
    memory: usize,
}

impl Refusals {
    fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// One was refused because there are too many.
    pub(crate) fn of_connections(&self) {
        self.count(|counts| counts.connections += 1);
    }

    /// One was refused because there are too many from there.
    pub(crate) fn of_address(&self, address: IpAddr) {
        self.count(|counts| {
            counts.address += 1;
            counts.latest = Some(address);
        });
    }

    /// One could not be accepted because the process may open no more files.
    pub(crate) fn of_files(&self) {
        self.count(|counts| counts.files += 1);
    }

    /// So many idle or slow ones made room for others.
    pub(crate) fn of_shed(&self, many: usize) {
        self.count(|counts| counts.evict_idle += many);
    }

    /// One was cut off because of this.
    pub(crate) fn of_fault(&self, fault: Fault) {
        self.count(|counts| match fault {
            Fault::Head => counts.head += 1,
            Fault::Unsent => counts.unsent += 1,
            Fault::TakenBack => counts.taken_back += 1,
        });
    }

    /// One was cut off because slow clients took too much memory.
    pub(crate) fn of_memory(&self) {
        self.count(|counts| counts.memory += 1);
    }

    /// Logs what there is, unless that was done less than a minute ago.
    pub(crate) fn log(&self, limits: &Limits, now: Moment) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.logged_at != 0 && !passed(counts.logged_at, now, EVERY) {
            return;
        }
        let text = counts.text(limits);
        if !text.is_empty() {
            *counts = Counts { logged_at: now, ..Counts::default() };
            drop(counts);
            tracing::warn!("connections were refused or cut off: {text}");
        }
    }
}

impl Counts {
    fn text(&self, limits: &Limits) -> String {
        let most = limits.connections;
        let of_one = limits.connections_per_address.unwrap_or(most);
        let latest = self.latest.map(|address| format!(", at last {address}")).unwrap_or_default();
        let parts = [
            (self.connections, format!("refused because {most} are open (client_connections)")),
            (
                self.address,
                format!(
                    "refused because {of_one} are open from their address{latest} (client_connections_per_address)"
                ),
            ),
            (self.files, "not accepted because no more files can be opened (ulimit -n)".to_owned()),
            (self.evict_idle, format!("idle or slow, to make room for others (client_connections is {most})")),
            (self.head, "with a request that was begun and not ended (head_timeout_seconds)".to_owned()),
            (self.unsent, "with an answer that was not accepted (write_timeout_seconds)".to_owned()),
            (self.taken_back, "that took their requests back again and again".to_owned()),
            (self.memory, "slow, because all slow ones together took too much memory".to_owned()),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, text)| format!("{count} {text}"));
        parts.collect::<Vec<_>>().join("; ")
    }
}
