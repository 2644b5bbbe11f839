//! What a group of writes keeps in memory until just before its commit: the next ids, the clock of each site, and the
//! changes to the maintained counts. Hundreds of writes that share a commit then cost one update each.

use crate::{CountedRow, Engine, StoreError, Tx, counts, params};
use std::collections::HashMap;

/// The moment and the place in the order of changes that a written row is stamped with.
///
/// Within one site both only ever grow, in the order of the writes: `created_at` never runs against `id`, nor
/// `updated_at` against `rev`, even when the machine's clock is set back. Lists rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Number of this change within the site.
    pub rev: i64,
}

#[derive(Default)]
pub(crate) struct PendingChanges {
    writing: bool,
    on_caller_thread: bool,
    ids: HashMap<&'static str, i64>,
    clocks: HashMap<i64, Clock>,
    cached: HashMap<(&'static str, i64), String>,
    counts: HashMap<CountedRow, i64>,
    queues: Vec<(i64, i64)>,
    events: Vec<i64>,
    unit: UnitChanges,
}

/// What belongs to the unit of work that runs now.
#[derive(Default)]
struct UnitChanges {
    moment: Option<i64>,
    without_events: bool,
    counts: Vec<(CountedRow, i64)>,
    queues: Vec<(i64, i64)>,
    events: Vec<i64>,
}

#[derive(Clone, Copy)]
struct Clock {
    at: i64,
    rev: i64,
}

impl PendingChanges {
    pub(crate) fn reading() -> Self {
        Self::default()
    }

    /// For a read on the thread of the caller, which others wait for.
    pub(crate) fn reading_on_caller_thread() -> Self {
        Self { on_caller_thread: true, ..Self::default() }
    }

    pub(crate) fn writing() -> Self {
        Self { writing: true, ..Self::default() }
    }

    /// A unit of work begins.
    pub(crate) fn begin(&mut self) {
        self.unit.moment = None;
        self.unit.without_events = false;
        self.discard();
    }

    /// The unit's changes stay.
    pub(crate) fn keep(&mut self) {
        for (row, by) in self.unit.counts.drain(..) {
            *self.counts.entry(row).or_default() += by;
        }
        self.queues.append(&mut self.unit.queues);
        self.events.append(&mut self.unit.events);
    }

    /// The unit's changes are undone. Ids and revisions it took are not given again within the group.
    pub(crate) fn discard(&mut self) {
        self.unit.counts.clear();
        self.unit.queues.clear();
        self.unit.events.clear();
    }

    /// Which queues, as (site, queue), have work once the group is committed.
    pub(crate) fn queues(&self) -> &[(i64, i64)] {
        &self.queues
    }

    /// Which sites have new events once the group is committed.
    pub(crate) fn events(&self) -> &[i64] {
        &self.events
    }
}

/// Writes what is pending, in the transaction that is about to commit.
pub(crate) fn flush(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let pending = tx.pending();
    let counts = std::mem::take(&mut pending.counts);
    let clocks = std::mem::take(&mut pending.clocks);
    let ids = std::mem::take(&mut pending.ids);
    for (site, clock) in clocks {
        tx.execute(
            "INSERT INTO site_clocks (site_id, rev, at) VALUES ($1, $2, $3)
             ON CONFLICT (site_id) DO UPDATE SET rev = excluded.rev, at = excluded.at",
            params![site, clock.rev, clock.at],
        )?;
    }
    for (kind, next) in ids {
        tx.execute(
            "INSERT INTO id_counters (kind, next) VALUES ($1, $2)
             ON CONFLICT (kind) DO UPDATE SET next = excluded.next",
            params![kind, next],
        )?;
    }
    counts::write(tx, counts)
}

impl Tx<'_> {
    /// The next id of a kind of thing (the name of its table). Ids are never given twice, also not after a delete.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the migrations made no sequence for the kind.
    pub fn next_id(&mut self, kind: &'static str) -> Result<i64, StoreError> {
        if self.engine() == Engine::Postgres {
            let id = self.first("SELECT nextval(('ids_' || $1)::regclass)", params![kind], |row| row.get(0))?;
            return id.ok_or_else(|| StoreError::Engine(format!("no sequence for {kind}")));
        }
        if !self.pending().ids.contains_key(kind) {
            let next = self.first("SELECT next FROM id_counters WHERE kind = $1", params![kind], |row| row.get(0))?;
            self.pending().ids.insert(kind, next.unwrap_or(1));
        }
        let next = self.pending().ids.entry(kind).or_insert(1);
        *next += 1;
        Ok(*next - 1)
    }

    /// Looks up a text that never changes, once for all units of work that share a commit. `name` says what it is,
    /// `key` whose.
    ///
    /// # Errors
    /// Those of `look_up`.
    pub fn cached(
        &mut self,
        name: &'static str,
        key: i64,
        look_up: impl FnOnce(&mut Self) -> Result<Option<String>, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        if let Some(text) = self.pending().cached.get(&(name, key)) {
            return Ok(Some(text.clone()));
        }
        let text = look_up(self)?;
        if let Some(text) = &text {
            self.pending().cached.insert((name, key), text.clone());
        }
        Ok(text)
    }

    /// Lets everything that this unit of work stamps from here on happen at a given moment in the past (imports,
    /// generated sites).
    pub fn backdate(&mut self, moment: i64) {
        self.pending().unit.moment = Some(moment);
    }

    /// Lets this unit of work record no events: nobody is to be told of a site that is generated.
    pub fn without_events(&mut self) {
        self.pending().unit.without_events = true;
    }

    /// Whether this unit of work is to record no events.
    pub fn is_without_events(&mut self) -> bool {
        self.pending().unit.without_events
    }

    /// When this unit of work happens, in milliseconds: the same for all of it.
    pub fn moment(&mut self) -> i64 {
        *self.pending().unit.moment.get_or_insert_with(now)
    }

    /// Stamps a change of a site: when it happens, and its number in the site's order of changes. A moment before
    /// the site's last change is moved up to it, so that the order holds.
    ///
    /// # Errors
    /// When the site's clock cannot be read.
    pub fn stamp(&mut self, site: i64) -> Result<Stamp, StoreError> {
        debug_assert!(self.pending().writing, "only a write may stamp a change");
        if !self.pending().clocks.contains_key(&site) {
            let clock = self.first("SELECT rev, at FROM site_clocks WHERE site_id = $1", params![site], |row| {
                Ok(Clock { rev: row.get(0)?, at: row.get(1)? })
            })?;
            self.pending().clocks.insert(site, clock.unwrap_or(Clock { at: 0, rev: 0 }));
        }
        let now = self.moment();
        let clock = self.pending().clocks.entry(site).or_insert(Clock { at: 0, rev: 0 });
        clock.rev += 1;
        clock.at = clock.at.max(now);
        Ok(Stamp { at: clock.at, rev: clock.rev })
    }

    /// What follows may take long: a read that runs on its caller's thread begins again on a reader thread.
    pub(crate) fn needs_reader_thread(&mut self) -> Result<(), StoreError> {
        if self.pending().on_caller_thread { Err(StoreError::NeedsReaderThread) } else { Ok(()) }
    }

    /// Tells the workers of this process, once this is committed, that a queue of the site has work. What the number
    /// of a queue means is the caller's business.
    pub fn notify_queue(&mut self, site: i64, queue: i64) {
        self.pending().unit.queues.push((site, queue));
    }

    /// Tells the subscribers of this process, once this is committed, that the site has a new event.
    pub fn notify_event(&mut self, site: i64) {
        let events = &mut self.pending().unit.events;
        // The many events of one unit of work are one notice.
        if events.last() != Some(&site) {
            events.push(site);
        }
    }

    pub(crate) fn count(&mut self, row: CountedRow, by: i64) {
        self.pending().unit.counts.push((row, by));
    }
}

/// The machine's clock, in milliseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
