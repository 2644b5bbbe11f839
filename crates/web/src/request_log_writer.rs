//! Writing requests down: many at a time, away from the requests themselves.
//!
//! Whatever answers programs notes its requests here ([`App::note_request`]), whichever API it serves.

use crate::{App, StoreError};
use school::request_log::{self, Answered};
use std::time::Duration;
use store::SiteId;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often those that wait are written.
const EVERY: Duration = Duration::from_secs(1);
/// So many are written in one transaction, which other writes of the school wait for.
const AT_ONCE: usize = 200;

impl App {
    /// Lets a request of a school be written into its request log a little later; drops and counts it when too many wait.
    /// Costs the request no more than a place in memory.
    pub fn note_request(&self, site: SiteId, answered: Answered) {
        if !self.request_log.note(site, answered) {
            self.metrics.unlogged(1);
        }
    }

    /// Writes the requests down that wait.
    ///
    /// # Errors
    /// When the database does not take those of some school: they are dropped and counted, those of others are written.
    pub async fn write_request_log(&self) -> Result<(), StoreError> {
        let kept = i64::from(self.config.request_log_rows);
        let (waiting, mut failed) = (self.request_log.take(), None);
        if waiting.is_empty() {
            return Ok(());
        }
        // Nobody waits for these writes: they look first whether the files are whole, and are refused if not. A log that was
        // cut would be as long as before with what they add to it, and nobody would notice.
        let store = self.store.clone();
        let _known_to_writes = tokio::task::spawn_blocking(move || store.check_files()).await;
        for (site, answered) in waiting {
            for some in answered.chunks(AT_ONCE) {
                let (count, some) = (some.len(), some.to_vec());
                let written = self.store.write(site, move |tx| request_log::record(tx, site, &some, kept));
                if let Err(error) = written.await {
                    self.metrics.unlogged(count as u64);
                    failed = Some(match error {
                        school::Error::Store(error) => error,
                        _ => StoreError::Panicked,
                    });
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Writes requests down as they come, until it is stopped.
    #[must_use]
    pub fn start_request_log(&self) -> RequestLogWriter {
        let (app, (stop, mut stopped)) = (self.clone(), oneshot::channel());
        let task = tokio::spawn(async move {
            loop {
                let is_last = tokio::select! {
                    () = tokio::time::sleep(EVERY) => false,
                    _ = &mut stopped => true,
                };
                if let Err(error) = app.write_request_log().await {
                    tracing::warn!(%error, "some requests could not be written into the request log");
                }
                if is_last {
                    return;
                }
            }
        });
        RequestLogWriter { stop, task }
    }
}

/// What writes requests down.
#[derive(Debug)]
pub struct RequestLogWriter {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RequestLogWriter {
    /// Writes those that still wait, and ends.
    pub async fn stop(self) {
        let _ended = self.stop.send(());
        let _ended = self.task.await;
    }
}
