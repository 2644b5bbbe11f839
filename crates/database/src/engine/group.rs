//! Writes that share a commit: each sees what those before it changed, and none is answered before the commit.
//!
//! Most units that fail do so before they change anything, and need no undoing. So nothing is done to be able to undo one
//! unit alone, which costs a copy of every page it touches on SQLite and two more round trips on PostgreSQL. When one does
//! fail half-way, the group begins again, each of its units inside a savepoint of its own.

use super::UnitOfWork;
use crate::changes;
use crate::notices::CommitNotices;
use crate::pending::PendingChanges;
use crate::tx::Connected;
use crate::{StoreError, Tx};
use std::time::{Duration, Instant};

/// At most this many writes share one commit, so that the first of them does not wait for ever.
const MOST_UNITS: usize = 512;
/// A group is closed after this long even if more writes are waiting.
const MOST_TIME: Duration = Duration::from_millis(10);

/// A connection that a group is written through.
pub(crate) trait WriteConnection {
    /// Begins the transaction.
    fn begin(&mut self) -> Result<(), StoreError>;
    /// Runs a command of one or two words.
    fn command(&mut self, sql: &str) -> Result<(), StoreError>;
    /// The connection, for a unit of work.
    fn connected(&mut self) -> Connected<'_>;
    /// A number that grows whenever something was changed, or went wrong so that the transaction is of no more use.
    fn changes(&self) -> u64;
    /// Whether a transaction is open.
    fn is_open(&self) -> bool;
    /// Removes what was overwritten by the commits before from wherever the engine still has it, if it can now.
    fn forget_overwritten(&mut self);
}

/// Why a group was not committed.
pub(crate) struct CommitError {
    pub error: StoreError,
    /// The commit itself was under way: it may have happened.
    pub committing: bool,
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self { error, committing: false }
    }
}

/// Units of work and, for each that ran, whether it could be kept or undone.
#[derive(Default)]
pub(crate) struct WriteGroup(Vec<(Box<dyn UnitOfWork>, Result<(), StoreError>)>);

impl WriteGroup {
    /// A group of one so far.
    pub(crate) fn of(first: Box<dyn UnitOfWork>) -> Self {
        Self(vec![(first, Ok(()))])
    }

    /// Runs the units and those that `next` gives meanwhile, commits, and gives out the notices of what they did. May be
    /// called again when the connection was lost before the commit.
    pub(crate) fn write(
        &mut self,
        connection: &mut impl WriteConnection,
        notices: &CommitNotices,
        next: impl FnMut() -> Option<Box<dyn UnitOfWork>>,
    ) -> Result<(), CommitError> {
        let mut pending = PendingChanges::writing();
        let ran = self.run(connection, &mut pending, next);
        let ran = ran.and_then(|()| changes::flush(&mut Tx::new(connection.connected(), &mut pending)));
        let committed = ran
            .map_err(CommitError::from)
            .and_then(|()| connection.command("COMMIT").map_err(|error| CommitError { error, committing: true }));
        if committed.is_ok() {
            notices.add_queues(pending.queues());
            notices.add_events(pending.events());
            if pending.erased {
                connection.forget_overwritten();
            }
        } else if connection.is_open() {
            let _rolled_back = connection.command("ROLLBACK");
        }
        committed
    }

    fn run(
        &mut self,
        connection: &mut impl WriteConnection,
        pending: &mut PendingChanges,
        mut next: impl FnMut() -> Option<Box<dyn UnitOfWork>>,
    ) -> Result<(), StoreError> {
        let started = Instant::now();
        connection.begin()?;
        let mut index = 0;
        let mut alone = false;
        loop {
            while let Some((unit, result)) = self.0.get_mut(index) {
                index += 1;
                if alone {
                    *result = in_savepoint(connection, pending, unit.as_mut());
                } else if !in_group(connection, pending, unit.as_mut()) {
                    (alone, index) = (true, 0);
                    if connection.is_open() {
                        connection.command("ROLLBACK")?;
                    }
                    connection.begin()?;
                    *pending = PendingChanges::writing();
                }
            }
            if self.0.len() >= MOST_UNITS || started.elapsed() >= MOST_TIME {
                return Ok(());
            }
            match next() {
                Some(unit) => self.0.push((unit, Ok(()))),
                None => return Ok(()),
            }
        }
    }

    /// Answers everybody.
    pub(crate) fn finish(self, committed: Result<(), StoreError>) {
        let failure = committed.err().map(|error| error.to_string());
        for (unit, result) in self.0 {
            unit.finish(match &failure {
                None => result,
                Some(reason) => Err(StoreError::Unavailable(reason.clone())),
            });
        }
    }
}

/// Runs a unit as a part of its group. False: it failed and had changed something, or ended the whole transaction (as a
/// full disk does).
fn in_group(connection: &mut impl WriteConnection, pending: &mut PendingChanges, unit: &mut dyn UnitOfWork) -> bool {
    let before = connection.changes();
    pending.begin();
    if unit.run(&mut Tx::new(connection.connected(), pending)) {
        pending.keep();
        return true;
    }
    pending.discard();
    connection.changes() == before && connection.is_open()
}

/// Runs a unit so that it can be undone alone.
fn in_savepoint(
    connection: &mut impl WriteConnection,
    pending: &mut PendingChanges,
    unit: &mut dyn UnitOfWork,
) -> Result<(), StoreError> {
    connection.command("SAVEPOINT unit")?;
    pending.begin();
    if unit.run(&mut Tx::new(connection.connected(), pending)) {
        pending.keep();
    } else {
        pending.discard();
        connection.command("ROLLBACK TO SAVEPOINT unit")?;
    }
    connection.command("RELEASE SAVEPOINT unit")
}
