//! What the commits of this process tell the rest of it: which queues have work, and which sites have new events.

use std::sync::{Mutex, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

/// A subscriber that falls further behind than this is told to look for itself.
const SUBSCRIPTION_CAPACITY: usize = 256;

/// What was committed and is not yet taken by those who wait for it.
pub(crate) struct CommitNotices {
    queues: Mutex<Vec<(i64, i64)>>,
    more_queues: Notify,
    events: broadcast::Sender<i64>,
}

impl Default for CommitNotices {
    fn default() -> Self {
        let events = broadcast::Sender::new(SUBSCRIPTION_CAPACITY);
        Self { queues: Mutex::default(), more_queues: Notify::new(), events }
    }
}

/// Receives the events that this process commits, from when it was made.
#[derive(Debug)]
pub struct EventSubscription(broadcast::Receiver<i64>);

impl EventSubscription {
    /// Waits until this process has committed an event of this site. Returns also when the subscription has fallen
    /// behind: an event of the site may then have been missed.
    pub async fn next_of(&mut self, site: i64) {
        loop {
            match self.0.recv().await {
                Ok(other) if other != site => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl CommitNotices {
    /// Queues, as (site, queue), whose work is committed.
    pub(crate) fn add_queues(&self, committed: &[(i64, i64)]) {
        if committed.is_empty() {
            return;
        }
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        for queue in committed {
            // A queue that is named again and again is taken once.
            if !queues.iter().rev().take(16).any(|known| known == queue) {
                queues.push(*queue);
            }
        }
        drop(queues);
        self.more_queues.notify_one();
    }

    /// Sites whose new events are committed.
    pub(crate) fn add_events(&self, sites: &[i64]) {
        for site in sites {
            // Nobody may be subscribed.
            let _receivers = self.events.send(*site);
        }
    }

    pub(crate) fn subscribe_to_events(&self) -> EventSubscription {
        EventSubscription(self.events.subscribe())
    }

    /// Waits for queues with work and takes all of them.
    pub(crate) async fn queues_with_work(&self) -> Vec<(i64, i64)> {
        loop {
            let more = self.more_queues.notified();
            let queues = std::mem::take(&mut *self.queues.lock().unwrap_or_else(PoisonError::into_inner));
            if !queues.is_empty() {
                return queues;
            }
            more.await;
        }
    }
}
