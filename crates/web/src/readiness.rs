//! Whether the server can do its work: the database answers and can be written, its files are there, and it is not about
//! to stop.

use crate::App;
use std::time::Duration;
use store::{Engine, StoreError};
use tokio::task::JoinHandle;

/// A database that takes longer to answer is not ready.
const ANSWER: Duration = Duration::from_secs(2);
/// A try that takes longer is waited for by nobody. A write may wait for a long one of another program, which is no
/// failure; the try itself says when it is one.
const TRY: Duration = Duration::from_secs(1);
/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

impl App {
    /// Whether the server can do its work.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn readiness(&self) -> Result<(), String> {
        if self.is_leaving() {
            return Err("the server is stopping".to_owned());
        }
        if let Some(fault) = self.store.file_fault() {
            return Err(format!("{fault}: {}", advice(&fault)));
        }
        match self.answers_and_can_be_written().await {
            Ok(()) => Ok(()),
            // The files may be why, and nobody has looked at them since.
            Err(why) => {
                let store = self.store.clone();
                let fault = tokio::task::spawn_blocking(move || store.check_files()).await;
                let fault = fault.ok().flatten().map(|fault| format!("{fault}: {}", advice(&fault)));
                Err(fault.unwrap_or(why))
            }
        }
    }

    async fn answers_and_can_be_written(&self) -> Result<(), String> {
        let late = |_| Err(StoreError::Unavailable("no answer in time".to_owned()));
        let asked = tokio::time::timeout(ANSWER, self.ping_database()).await.unwrap_or_else(late);
        asked.map_err(|error| format!("the database does not answer: {error}"))?;
        if self.write_check.begin() {
            let app = self.clone();
            let tried = tokio::spawn(async move { app.write_check.end(app.store.try_to_write().await) });
            let _later = tokio::time::timeout(TRY, tried).await;
        }
        match self.write_check.failure() {
            None => Ok(()),
            Some(why) => Err(format!("the database cannot be written: {why}")),
        }
    }

    /// Looks at the files of the database again and again, and logs what is wrong with them. Nothing on PostgreSQL.
    #[must_use]
    pub fn watch_files(&self) -> Option<JoinHandle<()>> {
        let store = self.store.clone();
        (store.engine() == Engine::Sqlite).then(|| {
            tokio::spawn(async move {
                let mut known = None;
                loop {
                    let looking = store.clone();
                    let Ok(found) = tokio::task::spawn_blocking(move || looking.check_files()).await else { return };
                    match (&known, &found) {
                        (None, Some(fault)) => {
                            tracing::error!("{fault}: nothing is written any more; {}", advice(fault))
                        }
                        (Some(_), None) => tracing::info!("the files of the database are in order again"),
                        _ => {}
                    }
                    known = found;
                    tokio::time::sleep(LOOK).await;
                }
            })
        })
    }
}

/// What to do when a file of the database is not what it was. What other programs share in memory is made anew from the
/// others.
fn advice(fault: &str) -> &'static str {
    if fault.contains("-shm ") {
        "stop every program that uses this database, and start the server again"
    } else {
        "what is in memory is lost when the server stops. Keep a copy of what is left of the files, stop it, and restore \
         the last backup"
    }
}
