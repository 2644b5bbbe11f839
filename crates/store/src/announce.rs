//! Word from the writes of this process to its sender: these webhooks have something to send.

use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// What was committed and not yet told.
#[derive(Default)]
pub(crate) struct Announcements {
    told: Mutex<Vec<(i64, i64)>>,
    bell: Notify,
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
