//! PostgreSQL: a few threads with a connection each; one transaction for each read, and for the writes of one site that
//! wait together.

mod connection;
mod queue;
mod write;

pub(crate) use connection::{PgConnection, config};

use super::UnitOfWork;
use super::group::{CommitError, WriteGroup};
use crate::notices::CommitNotices;
use crate::pending::PendingChanges;
use crate::tx::Connected;
use crate::{StoreError, Tx};
use queue::{Job, Queue};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_postgres::Config;

/// How often a unit of work is tried again after its connection was lost before it could commit.
const TRIES: u32 = 3;

pub(crate) struct Postgres {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl Postgres {
    pub(crate) fn start(config: &Config, connections: usize, notices: &Arc<CommitNotices>) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::default());
        let mut threads = Vec::with_capacity(connections);
        for _ in 0..connections.max(1) {
            let config = config.clone();
            let queue = Arc::clone(&queue);
            let notices = Arc::clone(notices);
            let thread = std::thread::Builder::new()
                .name("store-postgres".to_owned())
                .spawn(move || serve(&config, &queue, &notices))
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            threads.push(thread);
        }
        Ok(Self { queue, threads })
    }

    pub(crate) fn read(&self, unit: Box<dyn UnitOfWork>) {
        self.queue.read(unit);
    }

    pub(crate) fn write(&self, unit: Box<dyn UnitOfWork>) {
        self.queue.write(unit);
    }
}

impl Drop for Postgres {
    /// Finishes the work that waits, then closes the connections.
    fn drop(&mut self) {
        self.queue.close();
        super::join(&mut self.threads);
    }
}

fn serve(config: &Config, queue: &Queue, notices: &CommitNotices) {
    let mut connection: Option<PgConnection> = None;
    loop {
        let ready = queue.next_ready().or_else(|| {
            // Nothing follows that the end of the last transaction could travel with.
            if connection.as_mut().is_some_and(|connection| connection.send_ahead().is_err()) {
                connection = None;
            }
            queue.next()
        });
        let Some(job) = ready else { return };
        match job {
            Job::Read(mut unit) => {
                let done = with_retries(&mut connection, config, |connection| {
                    read(connection, unit.as_mut());
                    Ok(unit.lost_connection())
                });
                unit.finish(done);
            }
            Job::Writes(site) => {
                let Some(first) = queue.next_write(site) else {
                    queue.written(site);
                    continue;
                };
                let mut group = WriteGroup::of(first);
                let done = with_retries(&mut connection, config, |connection| {
                    connection.site = site;
                    group.write(connection, notices, || queue.next_write(site))?;
                    Ok(false)
                });
                group.finish(done);
                queue.written(site);
            }
        }
    }
}

/// Does something on a connection, and does it again on a new one when the connection was lost (which `attempt` may say
/// itself). A commit whose answer was lost may have happened: it is never repeated blindly.
fn with_retries(
    connection: &mut Option<PgConnection>,
    config: &Config,
    mut attempt: impl FnMut(&mut PgConnection) -> Result<bool, CommitError>,
) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let outcome = match connection {
            Some(connection) => attempt(connection),
            None => {
                PgConnection::connect(config).map_err(CommitError::from).and_then(|new| attempt(connection.insert(new)))
            }
        };
        let (lost, may_repeat) = match &outcome {
            Ok(lost) => (*lost, true),
            Err(failed) => (failed.error.lost_connection(), !failed.committing),
        };
        if lost {
            *connection = None;
        }
        if !(lost && may_repeat && tries < TRIES) {
            return outcome.map(drop).map_err(|failed| failed.error);
        }
        std::thread::sleep(Duration::from_millis(50 * u64::from(tries)));
    }
}

fn read(connection: &mut PgConnection, unit: &mut dyn UnitOfWork) {
    // A list and its total must come from the same moment.
    connection.send_with_next("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    let kept = unit.run(&mut Tx::new(Connected::Postgres(connection), &mut PendingChanges::reading()));
    connection.send_with_next(if kept { "COMMIT" } else { "ROLLBACK" });
}
