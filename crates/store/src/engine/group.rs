//! Writes that share a commit: each sees what those before it changed, and none is answered before the commit.
//!
//! Most units that fail do so before they change anything, and need no undoing. So nothing is done to be able to undo one
//! unit alone, which costs a copy of every page it touches on SQLite and two more round trips on PostgreSQL. When one does
//! fail half-way, the group begins again, each of its units inside a savepoint of its own.

use super::Unit;
use crate::announce::Announcements;
use crate::books::{self, Books};
use crate::tx::Link;
use crate::{StoreError, Tx};
use std::time::{Duration, Instant};

/// At most this many writes share one commit, so that the first of them does not wait for ever.
const MOST_UNITS: usize = 512;
/// A group is closed after this long even if more writes are waiting.
const MOST_TIME: Duration = Duration::from_millis(10);

/// A connection that a group is written through.
pub(crate) trait Writes {
    /// Begins the transaction.
    fn begin(&mut self) -> Result<(), StoreError>;
    /// Runs a command of one or two words.
    fn command(&mut self, sql: &str) -> Result<(), StoreError>;
    /// The connection, for a unit of work.
    fn link(&mut self) -> Link<'_>;
    /// A number that grows whenever something was changed, or went wrong so that the transaction is of no more use.
    fn changes(&self) -> u64;
    /// Whether a transaction is open.
    fn is_open(&self) -> bool;
}

/// Why a group was not committed.
pub(crate) struct Failed {
    pub error: StoreError,
    /// The commit itself was under way: it may have happened.
    pub committing: bool,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { error, committing: false }
    }
}

/// Units of work and, for each that ran, whether it could be kept or undone.
#[derive(Default)]
pub(crate) struct Group(Vec<(Box<dyn Unit>, Result<(), StoreError>)>);

impl Group {
    /// A group of one so far.
    pub(crate) fn of(first: Box<dyn Unit>) -> Self {
        Self(vec![(first, Ok(()))])
    }

    /// Runs the units and those that `next` gives meanwhile, commits, and tells who waits for what they caused. May be
    /// called again when the connection was lost before the commit.
    pub(crate) fn write(
        &mut self,
        writes: &mut impl Writes,
        announcements: &Announcements,
        next: impl FnMut() -> Option<Box<dyn Unit>>,
    ) -> Result<(), Failed> {
        let mut books = Books::writing();
        let ran = self.run(writes, &mut books, next);
        let ran = ran.and_then(|()| books::flush(&mut Tx::new(writes.link(), &mut books)));
        let committed = ran
            .map_err(Failed::from)
            .and_then(|()| writes.command("COMMIT").map_err(|error| Failed { error, committing: true }));
        if committed.is_ok() {
            announcements.add(books.news());
            announcements.happened(books.events());
        } else if writes.is_open() {
            let _rolled_back = writes.command("ROLLBACK");
        }
        committed
    }

    fn run(
        &mut self,
        writes: &mut impl Writes,
        books: &mut Books,
        mut next: impl FnMut() -> Option<Box<dyn Unit>>,
    ) -> Result<(), StoreError> {
        let started = Instant::now();
        writes.begin()?;
        let mut index = 0;
        let mut alone = false;
        loop {
            while let Some((unit, result)) = self.0.get_mut(index) {
                index += 1;
                if alone {
                    *result = in_savepoint(writes, books, unit.as_mut());
                } else if !in_group(writes, books, unit.as_mut()) {
                    (alone, index) = (true, 0);
                    if writes.is_open() {
                        writes.command("ROLLBACK")?;
                    }
                    writes.begin()?;
                    *books = Books::writing();
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
fn in_group(writes: &mut impl Writes, books: &mut Books, unit: &mut dyn Unit) -> bool {
    let before = writes.changes();
    books.begin();
    if unit.run(&mut Tx::new(writes.link(), books)) {
        books.keep();
        return true;
    }
    books.forget();
    writes.changes() == before && writes.is_open()
}

/// Runs a unit so that it can be undone alone.
fn in_savepoint(writes: &mut impl Writes, books: &mut Books, unit: &mut dyn Unit) -> Result<(), StoreError> {
    writes.command("SAVEPOINT unit")?;
    books.begin();
    if unit.run(&mut Tx::new(writes.link(), books)) {
        books.keep();
    } else {
        books.forget();
        writes.command("ROLLBACK TO SAVEPOINT unit")?;
    }
    writes.command("RELEASE SAVEPOINT unit")
}
