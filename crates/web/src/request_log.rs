//! Requests that are to be written down: kept in memory until there are some, and written many at a time, away from the
//! requests themselves. Where more come than can be written, the newest are dropped and counted.

use crate::{App, StoreError};
use identity::access::Caller;
use school::request_log::{self, Answered, CalledBy};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::SiteId;

/// So many wait to be written at most.
const MOST_WAITING: usize = 10_000;
/// How often those that wait are written.
const EVERY: Duration = Duration::from_secs(1);
/// So many are written in one transaction, which other writes of the school wait for.
const AT_ONCE: usize = 200;

/// Those that wait.
#[derive(Default)]
pub(crate) struct RequestLog {
    waiting: Mutex<Vec<(SiteId, Answered)>>,
}

/// Who called, as the log says it.
pub(crate) fn called_by(caller: &Caller) -> CalledBy {
    match caller {
        Caller::School => CalledBy::ApiKey,
        Caller::PreviousKey { .. } => CalledBy::PreviousApiKey,
        Caller::ApiAccessToken { id, .. } => CalledBy::ApiAccessToken(*id),
        Caller::App(app) => CalledBy::App(app.app_id, app.user_id),
    }
}

impl RequestLog {
    /// Lets a request be written; false when too many wait.
    pub(crate) fn note(&self, site: SiteId, answered: Answered) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = waiting.len() < MOST_WAITING;
        if has_room {
            waiting.push((site, answered));
        }
        has_room
    }

    fn take(&self) -> Vec<(SiteId, Answered)> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl App {
    /// Writes the requests down that wait.
    ///
    /// # Errors
    /// When the database does not take them; those that were not written are lost.
    pub async fn write_request_log(&self) -> Result<(), StoreError> {
        let mut by_site: BTreeMap<i64, (SiteId, Vec<Answered>)> = BTreeMap::new();
        for (site, answered) in self.request_log.take() {
            by_site.entry(site.get()).or_insert_with(|| (site, Vec::new())).1.push(answered);
        }
        let kept = i64::from(self.config.request_log_rows);
        for (site, answered) in by_site.into_values() {
            for some in answered.chunks(AT_ONCE) {
                let some = some.to_vec();
                let written = self.store.write(site, move |tx| request_log::record(tx, site, &some, kept));
                written.await.map_err(|error: school::Error| match error {
                    school::Error::Store(error) => error,
                    _ => StoreError::Panicked,
                })?;
            }
        }
        Ok(())
    }

    /// Writes requests down as they come, for ever.
    pub async fn keep_request_log(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.write_request_log().await {
                tracing::warn!(%error, "some requests could not be written into the request log");
            }
        }
    }
}
