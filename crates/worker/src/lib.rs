//! The worker: does the jobs of the schools ([`bulk::jobs`]), a step at a time, each school in its turn, and forgets them
//! when their time has come.
//!
//! A step is one transaction, which also says that this worker is at the job and until when nobody else is. When the
//! process dies, another one goes on with the row that follows the last one done, as soon as that time is over; when it
//! stops, at once.

use bulk::jobs::{self, Progress, Refusals, StepError};
use std::time::Duration;
use store::{JobId, ServerKey, SiteId, Store, StoreError};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How often there is a look for jobs. Somebody waits for them.
const LOOK: Duration = Duration::from_millis(250);
/// For how long a job that was begun is left alone by others, in milliseconds. A step takes a small part of that.
const LEASE: i64 = 10_000;
/// How often there is a look for jobs whose time has come, and for how many at once.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
const PRUNED_AT_ONCE: i64 = 5;
/// The longest pause after a step.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What does the jobs.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    key: ServerKey,
    /// By what it is told from the workers of other processes.
    holder: String,
}

/// A worker at work; dropped, it ends with its step.
#[derive(Debug)]
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    work: JoinHandle<()>,
}

impl Running {
    /// Lets the step that is under way end, and leaves what is not done to whoever comes next.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.work).await {
            tracing::error!(%error, "the worker ended badly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// Begins to do jobs. Called on a tokio runtime, where the work then runs.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn start(store: Store, key: ServerKey) -> Running {
    let (stop, stopped) = oneshot::channel();
    Running { stop: Some(stop), work: tokio::spawn(Worker::new(store, key).run(stopped)) }
}

/// What is said of a job that met a defect of ours.
const DEFECT: &str = "the server could not go on; whoever runs it finds the reason in its log";

/// Whether an error is one of ours, and not the machine's.
fn is_a_defect(error: &StoreError) -> bool {
    !matches!(error, StoreError::Unavailable(_) | StoreError::Closed)
}

fn of_store(error: school::Error) -> StoreError {
    match error {
        school::Error::Store(error) => error,
        other => StoreError::Engine(other.to_string()),
    }
}

impl Worker {
    /// A worker that has not begun anything.
    #[must_use]
    pub fn new(store: Store, key: ServerKey) -> Self {
        Self { store, key, holder: store::secrets::hex(&rand::random::<[u8; 8]>()) }
    }

    /// Works until told to stop.
    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut pruned: Option<Instant> = None;
        loop {
            let done = tokio::select! {
                biased;
                _ = &mut stopped => break,
                done = self.round() => done,
            };
            match done {
                Ok(true) => continue,
                Ok(false) => {}
                Err(StoreError::Closed) => return,
                Err(error) => tracing::warn!(%error, "jobs could not be looked after"),
            }
            if pruned.is_none_or(|at| at.elapsed() >= PRUNE_EVERY) {
                pruned = Some(Instant::now());
                if let Err(error) = self.prune().await {
                    tracing::warn!(%error, "old jobs could not be forgotten");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = &mut stopped => break,
            }
        }
        if let Err(error) = self.let_go().await {
            tracing::warn!(%error, "jobs that are not done wait for a while before another worker goes on with them");
        }
    }

    /// Does everything there is to do.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn work(&self) -> Result<(), StoreError> {
        while self.round().await? {}
        Ok(())
    }

    /// Does one step for each school that has a job; whether there was anything to do.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn round(&self) -> Result<bool, StoreError> {
        let holder = self.holder.clone();
        let due = self.store.read(move |tx| store::jobs::due(tx, &holder, store::now(), LEASE)).await?;
        let mut any = false;
        for (site, job) in due {
            let begun = Instant::now();
            any |= self.step(site, job).await? != Progress::Nothing;
            // Whoever writes from another process finds the database free now and then.
            tokio::time::sleep(begun.elapsed().min(LONGEST_PAUSE)).await;
        }
        Ok(any)
    }

    /// Does one step of a job. A row that is refused after something of it was done is left out, and the others are done.
    async fn step(&self, site: SiteId, job: JobId) -> Result<Progress, StoreError> {
        let mut refusals = Refusals::new();
        loop {
            let (worker, refused) = (self.clone(), refusals.clone());
            let stepped = self.store.write(site, move |tx| {
                let invite =
                    |tx: &mut store::Tx<'_>, site, user| identity::mailed_links::invite(tx, &worker.key, site, user);
                let worker = jobs::Worker { holder: &worker.holder, lease: LEASE, invite: &invite };
                jobs::step(tx, site, job, &worker, &refused)
            });
            match stepped.await {
                Ok(progress) => return Ok(progress),
                Err(StepError::Row { position, reason }) => {
                    refusals.insert(position, reason);
                }
                Err(StepError::Other(school::Error::Store(error))) if !is_a_defect(&error) => return Err(error),
                Err(StepError::Other(error)) => {
                    // Tried again it would fail again, and keep the school's other jobs waiting.
                    tracing::error!(%error, %site, %job, "a job failed");
                    self.store.write(site, move |tx| jobs::fail(tx, site, job, DEFECT)).await.map_err(of_store)?;
                    return Ok(Progress::Ended);
                }
            }
        }
    }

    /// Lets others go on with what this worker has begun.
    async fn let_go(&self) -> Result<(), StoreError> {
        let holder = self.holder.clone();
        for site in self.store.read(move |tx| store::jobs::held(tx, &holder)).await? {
            let holder = self.holder.clone();
            self.store.write(site, move |tx| store::jobs::let_go(tx, site, &holder)).await?;
        }
        Ok(())
    }

    /// Forgets jobs whose time has come, a few at a time.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn prune(&self) -> Result<(), StoreError> {
        let now = store::now();
        for site in self.store.read(store::sites::all).await? {
            // Of a suspended school nothing is forgotten.
            if site.suspended_at.is_some() {
                continue;
            }
            let site = site.id;
            let forget = move |tx: &mut store::Tx<'_>| store::jobs::prune(tx, site, now, PRUNED_AT_ONCE);
            while self.store.write(site, forget).await? >= PRUNED_AT_ONCE as usize {
                tokio::time::sleep(LONGEST_PAUSE).await;
            }
        }
        Ok(())
    }
}
