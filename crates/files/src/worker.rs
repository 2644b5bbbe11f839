//! What is done with files by itself: bytes of deleted files are removed, uploads that were left are given up, checks that
//! were cut off or failed are tried again, and objects that no row names are swept away.

use crate::sweep::{SweepError, sweep};
use crate::{Files, check};
use school::files::{self, FileState};
use std::time::Duration;
use store::{SiteId, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often there is a look for what is due.
const LOOK: Duration = Duration::from_secs(2);
/// How often objects are compared with rows.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3600);
/// So much of a school is seen to at once.
const AT_ONCE: i64 = 20;

/// The worker; dropped, it ends at once, and what it was at is done again.
#[derive(Debug)]
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    work: JoinHandle<()>,
}

impl Running {
    /// Begins nothing more and lets what is under way end.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.work).await {
            tracing::error!(%error, "the work on files ended badly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.stop.is_some() {
            self.work.abort();
        }
    }
}

/// Begins to look after files.
#[must_use]
pub fn start(store: Store, files: Files) -> Running {
    let (stop, mut stopped) = oneshot::channel();
    let work = tokio::spawn(async move {
        let mut next_sweep = tokio::time::Instant::now() + SWEEP_EVERY / 6;
        loop {
            match see_to_what_is_due(&store, &files).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "files could not be looked after"),
            }
            if tokio::time::Instant::now() >= next_sweep {
                next_sweep = tokio::time::Instant::now() + SWEEP_EVERY;
                sweep_all(&store, &files).await;
            }
            tokio::select! {
                _ = &mut stopped => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
    Running { stop: Some(stop), work }
}

async fn sweep_all(store: &Store, files: &Files) {
    let sites =
        store.read(|tx| Ok::<_, store::StoreError>(store::sites::all(tx)?.into_iter().map(|site| site.id))).await;
    for site in sites.into_iter().flatten() {
        match sweep(files, store, site).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(%site, removed, "objects that no row named are removed"),
            Err(error) => tracing::warn!(%error, %site, "objects could not be compared with rows"),
        }
    }
}

/// Sees to everything that is due now, a part at a time; whether there may be more.
///
/// # Errors
/// When the database or the storage fails.
pub async fn see_to_what_is_due(store: &Store, files: &Files) -> Result<bool, SweepError> {
    let now = store::now();
    let mut is_more = false;
    for site in store.read(move |tx| store::files::due(tx, now)).await? {
        let due = store.read(move |tx| store::files::due_of(tx, site, now, AT_ONCE)).await?;
        is_more |= due.len() as i64 == AT_ONCE;
        for file in due {
            let id = file.id;
            if matches!(file.state, FileState::Uploading | FileState::Refused) {
                // What was left: looked at again in the transaction, because a part may have come meanwhile.
                let given_up = store.write(site, move |tx| -> school::Result<()> {
                    let file = files::find(tx, site, id)?;
                    let left = |file: &files::File| {
                        file.state != FileState::Ready && file.due_at.is_some_and(|due| due <= now)
                    };
                    if file.is_some_and(|file| left(&file)) { files::delete(tx, site, id) } else { Ok(()) }
                });
                if let Err(error) = given_up.await {
                    tracing::warn!(%error, %site, file = %id, "an upload that was left could not be given up");
                }
            } else if claim(store, site, id, now).await?
                && let Err(error) = check::run(files, store, site, id).await
            {
                tracing::warn!(%error, %site, file = %id, "a file could not be looked at");
            }
        }
        // Last, so that what was given up goes too.
        is_more |= remove_bytes(store, files, site).await?;
    }
    Ok(is_more)
}

/// Takes a file to be looked at, for as long as that may take; false when somebody else has.
async fn claim(store: &Store, site: SiteId, id: store::FileId, now: i64) -> Result<bool, SweepError> {
    let claimed = store.write(site, move |tx| -> Result<bool, SweepError> {
        let is_due = store::files::get(tx, site, id)?.is_some_and(|file| file.due_at.is_some_and(|due| due <= now));
        if is_due {
            store::files::set_due(tx, site, id, Some(now + files::LEASE))?;
        }
        Ok(is_due)
    });
    claimed.await
}

/// Removes the bytes of files that are gone; whether there may be more.
async fn remove_bytes(store: &Store, files: &Files, site: SiteId) -> Result<bool, SweepError> {
    let (school, removed) = store
        .read(move |tx| -> Result<_, SweepError> {
            Ok((store::sites::gid(tx, site)?.unwrap_or_default(), store::files::removed(tx, site, AT_ONCE)?))
        })
        .await?;
    for id in &removed {
        files.storage().delete_all(&school, Some(*id)).await?;
    }
    let is_more = removed.len() as i64 == AT_ONCE;
    if !removed.is_empty() {
        store
            .write(site, move |tx| -> Result<(), SweepError> {
                for id in &removed {
                    store::files::forget_removed(tx, site, *id)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(is_more)
}
