//! Word from the writes of this process: to its sender, that these webhooks have something to send; to whoever waits
//! for them, that there are new events.

use std::sync::{Mutex, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

/// Who falls further behind than this is told to look for themselves.
const BEHIND: usize = 256;

/// What was committed and not yet told.
pub(crate) struct Announcements {
    told: Mutex<Vec<(i64, i64)>>,
    bell: Notify,
    events: broadcast::Sender<i64>,
}

impl Default for Announcements {
    fn default() -> Self {
        Self { told: Mutex::default(), bell: Notify::new(), events: broadcast::Sender::new(BEHIND) }
    }
}

/// Hears of the events that this process commits, from when it was made.
#[derive(Debug)]
pub struct Happenings(broadcast::Receiver<i64>);

impl Happenings {
    /// Waits until this process has committed an event of this school.
    pub async fn of(&mut self, site: i64) {
        loop {
            match self.0.recv().await {
                Ok(other) if other != site => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Announcements {
    /// These schools' webhooks have deliveries that are committed.
    pub(crate) fn add(&self, news: &[(i64, i64)]) {
        if news.is_empty() {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for one in news {
            // The same webhook again and again is one piece of news.
            if !told.iter().rev().take(16).any(|known| known == one) {
                told.push(*one);
            }
        }
        drop(told);
        self.bell.notify_one();
    }

    /// These schools have new events, which are committed.
    pub(crate) fn happened(&self, sites: &[i64]) {
        for site in sites {
            // Nobody may be listening.
            let _heard = self.events.send(*site);
        }
    }

    pub(crate) fn happenings(&self) -> Happenings {
        Happenings(self.events.subscribe())
    }

    /// Waits for news and takes all of it.
    pub(crate) async fn next(&self) -> Vec<(i64, i64)> {
        loop {
            let bell = self.bell.notified();
            let news = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
            if !news.is_empty() {
                return news;
            }
            bell.await;
        }
    }
}
