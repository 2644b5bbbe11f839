//! A server's clock, watched: a jump is logged, and what was put off by a clock that was ahead is done.

use std::time::{Duration, Instant};
use store::{Store, StoreError};
use tokio::task::JoinHandle;

/// How often there is a look.
const LOOK: Duration = Duration::from_secs(5);
/// A clock that moves by less against the time that passes is being set right, in milliseconds.
const JUMP: i64 = 60_000;

/// The watch at work; dropped, it ends.
#[derive(Debug)]
pub struct Watch(JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins to watch. Called on a tokio runtime, where the work then runs.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn watch(store: Store) -> Watch {
    Watch(tokio::spawn(async move {
        let mut last = (Instant::now(), store::now());
        loop {
            let now = (Instant::now(), store::now());
            let passed = i64::try_from(now.0.duration_since(last.0).as_millis()).unwrap_or(i64::MAX);
            let jump = now.1 - last.1 - passed;
            if jump.abs() > JUMP {
                tracing::warn!(
                    seconds = jump / 1000,
                    "the clock of this machine has jumped; what is written is dated by it"
                );
            }
            last = now;
            match bring_due_forward(&store).await {
                Ok(0) => {}
                Ok(brought) => tracing::warn!(
                    brought,
                    "mails and deliveries that a clock which was ahead had put off are due now; see `scholae doctor`"
                ),
                Err(StoreError::Closed) => return,
                Err(error) => tracing::warn!(%error, "what was put off could not be looked for"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }))
}

/// Makes due what is put off for longer than anything is by itself, in every school; gives how much that was.
async fn bring_due_forward(store: &Store) -> Result<u64, StoreError> {
    let now = store::now();
    let mut brought = 0;
    for site in store.read(store::sites::all).await? {
        let id = site.id;
        if store.read(move |tx| store::clocks::has_put_off(tx, id, now)).await? {
            brought += store.write(id, move |tx| store::clocks::bring_due_forward(tx, id, now)).await?;
        }
    }
    Ok(brought)
}
