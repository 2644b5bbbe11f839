//! What a write takes and leaves until its group commits: ids, stamps, counts and notices.

use crate::clock;
use crate::counts::{self, CountedRow};
use crate::pending::{Clock, Stamp, now};
use crate::{Engine, StoreError, Tx, params};
use std::sync::Arc;

/// Writes what is pending, in the transaction that is about to commit.
pub(crate) fn flush(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let pending = tx.pending();
    let counts = std::mem::take(&mut pending.counts);
    let clocks = std::mem::take(&mut pending.clocks);
    let ids = std::mem::take(&mut pending.ids);
    for (site, clock) in clocks {
        tx.execute(
            "INSERT INTO site_clocks (site_id, rev, at, set_back_to) VALUES ($1, $2, $3, $4)
             ON CONFLICT (site_id) DO UPDATE SET rev = excluded.rev, at = excluded.at,
               set_back_to = excluded.set_back_to",
            params![site, clock.rev, clock.at, clock.set_back_to],
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
        key: impl Into<i64>,
        look_up: impl FnOnce(&mut Self) -> Result<Option<String>, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        let key = key.into();
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
        self.pending().unit.backdated = true;
    }

    /// Lets this unit of work record no events: nobody is to be told of a site that is generated.
    pub fn without_events(&mut self) {
        self.pending().unit.without_events = true;
    }

    /// Whether this unit of work is to record no events.
    pub fn is_without_events(&mut self) -> bool {
        self.pending().unit.without_events
    }

    /// Keeps something for the rest of this unit of work: for whom it is done, say. What it is, is the caller's business.
    pub fn set_context<T: Send + Sync + 'static>(&mut self, context: Arc<T>) {
        self.pending().unit.context = Some(context);
    }

    /// What [`Tx::set_context`] keeps, if it is of this type.
    #[must_use]
    pub fn context<T: Send + Sync + 'static>(&mut self) -> Option<Arc<T>> {
        self.pending().unit.context.clone()?.downcast().ok()
    }

    /// When this unit of work happens, in milliseconds: the same for all of it.
    pub fn moment(&mut self) -> i64 {
        *self.pending().unit.moment.get_or_insert_with(now)
    }

    /// Stamps a change of a site: when it happens, and its number in the site's order of changes. A moment a little
    /// before the site's last change is moved up to it, so that the order holds; one long before it shows that the clock
    /// was wrong, and stays (see [`crate::clock`]).
    ///
    /// # Errors
    /// When the site's clock cannot be read.
    pub fn stamp(&mut self, site: impl Into<i64>) -> Result<Stamp, StoreError> {
        let site = site.into();
        debug_assert!(self.pending().writing, "only a write may stamp a change");
        if !self.pending().clocks.contains_key(&site) {
            let sql = "SELECT rev, at, set_back_to FROM site_clocks WHERE site_id = $1";
            let clock = self.first(sql, params![site], |row| {
                Ok(Clock { rev: row.get(0)?, at: row.get(1)?, set_back_to: row.get(2)? })
            })?;
            self.pending().clocks.insert(site, clock.unwrap_or_default());
        }
        // What is dated on purpose is dated long ago, and its order holds all the same.
        let backdated = self.pending().unit.backdated;
        let now = self.moment();
        let clock = self.pending().clocks.entry(site).or_default();
        clock.rev += 1;
        if !backdated && clock::was_set_back(clock.at, now) {
            tracing::warn!(
                site,
                ahead_ms = clock.at - now,
                "the clock was set back: the last change is dated ahead of it"
            );
            clock.set_back_to = Some(clock.set_back_to.map_or(now, |before| before.min(now)));
            clock.at = now;
        } else {
            clock.at = clock.at.max(now);
        }
        Ok(Stamp { at: clock.at, rev: clock.rev })
    }

    /// What follows may take long: a read that runs on its caller's thread begins again on a reader thread.
    pub(crate) fn needs_reader_thread(&mut self) -> Result<(), StoreError> {
        if self.pending().on_caller_thread { Err(StoreError::NeedsReaderThread) } else { Ok(()) }
    }

    /// Tells the workers of this process, once this is committed, that a queue of the site has work. What the number
    /// of a queue means is the caller's business.
    pub fn notify_queue(&mut self, site: impl Into<i64>, queue: impl Into<i64>) {
        self.pending().unit.queues.push((site.into(), queue.into()));
    }

    /// Tells the subscribers of this process, once this is committed, that the site has a new event.
    pub fn notify_event(&mut self, site: impl Into<i64>) {
        let site = site.into();
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
