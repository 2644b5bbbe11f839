//! What a group of writes keeps in memory until just before its commit: the next ids, the clock of each school,
//! and the changes to the maintained counts. Hundreds of writes that share a commit then cost one update each.

use crate::{Engine, StoreError, Tx, params, tally};
use std::collections::HashMap;

/// The moment and the place in the order of changes that a written row is stamped with.
///
/// Within one school both only ever grow, in the order of the writes: `created_at` never runs against `id`, nor
/// `updated_at` against `rev`, even when the machine's clock is set back. Lists rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Number of this change within the school.
    pub rev: i64,
}

#[derive(Default)]
pub(crate) struct Books {
    writing: bool,
    in_passing: bool,
    ids: HashMap<&'static str, i64>,
    gids: HashMap<i64, String>,
    clocks: HashMap<i64, Clock>,
    moment: Option<i64>,
    quiet: bool,
    pending: Vec<(tally::Place, i64)>,
    kept: HashMap<tally::Place, i64>,
    pending_news: Vec<(i64, i64)>,
    news: Vec<(i64, i64)>,
    pending_events: Vec<i64>,
    events: Vec<i64>,
}

#[derive(Clone, Copy)]
struct Clock {
    at: i64,
    rev: i64,
}

impl Books {
    pub(crate) fn reading() -> Self {
        Self::default()
    }

    /// For a read on a thread that has more to do.
    pub(crate) fn reading_in_passing() -> Self {
        Self { in_passing: true, ..Self::default() }
    }

    pub(crate) fn writing() -> Self {
        Self { writing: true, ..Self::default() }
    }

    /// A unit of work begins.
    pub(crate) fn begin(&mut self) {
        self.moment = None;
        self.quiet = false;
        self.forget();
    }

    /// The unit's changes stay.
    pub(crate) fn keep(&mut self) {
        for (place, by) in self.pending.drain(..) {
            *self.kept.entry(place).or_default() += by;
        }
        self.news.append(&mut self.pending_news);
        self.events.append(&mut self.pending_events);
    }

    /// The unit's changes are undone. Ids and revisions it took are not given again within the group.
    pub(crate) fn forget(&mut self) {
        self.pending.clear();
        self.pending_news.clear();
        self.pending_events.clear();
    }

    /// Which webhooks have deliveries once the group is committed.
    pub(crate) fn news(&self) -> &[(i64, i64)] {
        &self.news
    }

    /// Which schools have new events once the group is committed.
    pub(crate) fn events(&self) -> &[i64] {
        &self.events
    }
}

/// Writes what the books hold, in the transaction that is about to commit.
pub(crate) fn flush(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let books = tx.books();
    let kept = std::mem::take(&mut books.kept);
    let clocks = std::mem::take(&mut books.clocks);
    let ids = std::mem::take(&mut books.ids);
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
    tally::write(tx, kept)
}

impl Tx<'_> {
    /// The next id of a kind of thing (the name of its table). Ids are never given twice, also not after a delete.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn next_id(&mut self, kind: &'static str) -> Result<i64, StoreError> {
        if self.engine() == Engine::Postgres {
            let id = self.first("SELECT nextval(('ids_' || $1)::regclass)", params![kind], |row| row.get(0))?;
            return id.ok_or_else(|| StoreError::Engine(format!("no sequence for {kind}")));
        }
        if !self.books().ids.contains_key(kind) {
            let next = self.first("SELECT next FROM id_counters WHERE kind = $1", params![kind], |row| row.get(0))?;
            self.books().ids.insert(kind, next.unwrap_or(1));
        }
        let next = self.books().ids.entry(kind).or_insert(1);
        *next += 1;
        Ok(*next - 1)
    }

    /// The global id of a school, which never changes.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(crate) fn gid(&mut self, site: i64) -> Result<Option<String>, StoreError> {
        if let Some(gid) = self.books().gids.get(&site) {
            return Ok(Some(gid.clone()));
        }
        let gid: Option<String> = self.first("SELECT gid FROM sites WHERE id = $1", params![site], |row| row.get(0))?;
        if let Some(gid) = &gid {
            self.books().gids.insert(site, gid.clone());
        }
        Ok(gid)
    }

    /// Lets everything that this unit of work stamps from here on happen at a given moment in the past (imports,
    /// generated schools).
    pub fn pretend(&mut self, moment: i64) {
        self.books().moment = Some(moment);
    }

    /// Lets this unit of work make no news: a school that is generated has nobody to tell.
    pub fn quietly(&mut self) {
        self.books().quiet = true;
    }

    /// Whether this unit of work makes no news.
    pub fn is_quiet(&mut self) -> bool {
        self.books().quiet
    }

    /// When this unit of work happens: the same for all of it.
    pub fn moment(&mut self) -> i64 {
        *self.books().moment.get_or_insert_with(now)
    }

    /// Stamps a change of a school: when it happens, and its number in the school's order of changes. A moment before
    /// the school's last change is moved up to it, so that the order holds.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn stamp(&mut self, site: i64) -> Result<Stamp, StoreError> {
        debug_assert!(self.books().writing, "only a write may stamp a change");
        if !self.books().clocks.contains_key(&site) {
            let clock = self.first("SELECT rev, at FROM site_clocks WHERE site_id = $1", params![site], |row| {
                Ok(Clock { rev: row.get(0)?, at: row.get(1)? })
            })?;
            self.books().clocks.insert(site, clock.unwrap_or(Clock { at: 0, rev: 0 }));
        }
        let now = self.moment();
        let clock = self.books().clocks.entry(site).or_insert(Clock { at: 0, rev: 0 });
        clock.rev += 1;
        clock.at = clock.at.max(now);
        Ok(Stamp { at: clock.at, rev: clock.rev })
    }

    /// What follows may take long: it is not done in passing.
    pub(crate) fn takes_long(&mut self) -> Result<(), StoreError> {
        if self.books().in_passing { Err(StoreError::TakesLong) } else { Ok(()) }
    }

    /// Tells this process's sender, once this is committed, that a webhook has something to send.
    pub(crate) fn announce(&mut self, site: i64, webhook: i64) {
        self.books().pending_news.push((site, webhook));
    }

    /// Tells whoever waits for events of the school, once this is committed, that there is one.
    pub(crate) fn happened(&mut self, site: i64) {
        let events = &mut self.books().pending_events;
        // The many events of one unit of work are one piece of news.
        if events.last() != Some(&site) {
            events.push(site);
        }
    }

    pub(crate) fn count(&mut self, place: tally::Place, by: i64) {
        self.books().pending.push((place, by));
    }
}

/// The machine's clock, in milliseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
