//! The rows of a list in the order of ids that were changed at a time.
//!
//! They are found on the cheapest of three ways: through the numbers of their changes, which costs as many rows as are
//! in the list; through the ids, which costs the rows up to the page; or through the rows that are not in the list, which
//! costs as many as those are.

use super::plan::{Scan, Walk};
use super::scan::Span;
use super::sql::Sql;
use crate::{CountSelection, Row, StoreError, Tx, Value};

/// Walks of more rows than this are left to a reader thread.
const SHORT: i64 = 500;

/// How a row is read.
type Read<'r, T> = &'r mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>;

impl Scan<'_> {
    /// Finds out how many of the older rows are in the list, and how a list without counts is walked best.
    /// `every_change`: the time of creation leaves out none of what was changed at the time.
    pub(super) fn plan_changes(&mut self, tx: &mut Tx<'_>, every_change: bool) -> Result<(), StoreError> {
        let Some(counts) = self.counts else {
            // Nothing counts its rows, so that all of them are asked.
            self.split = self.high;
            self.walk = match (self.query.by_rev, self.query.by_id) {
                // A filter may have a narrower index of its own, which only very few changes are better than.
                (Some(by_rev), Some(by_id)) if 20 * self.changes(tx, &by_rev)? < by_id.total(tx)? => Walk::Changes,
                _ => Walk::Ids,
            };
            return Ok(());
        };
        let free = self.between(tx, &counts, self.split, self.high)?;
        self.asked_total = match self.query.by_rev {
            Some(by_rev) if every_change => self.changes(tx, &by_rev)? - free,
            by_rev => {
                let walk = match by_rev {
                    Some(by_rev) if self.changes(tx, &by_rev)? < self.older(tx, &counts)? => Walk::Changes,
                    _ => Walk::Ids,
                };
                let rows = if walk == Walk::Ids { self.older(tx, &counts)? } else { SHORT + 1 };
                self.long(tx, rows)?;
                self.count(tx, self.asked(walk))?
            }
        };
        Ok(())
    }

    fn long(&self, tx: &mut Tx<'_>, rows: i64) -> Result<(), StoreError> {
        if rows > SHORT { tx.needs_reader_thread() } else { Ok(()) }
    }

    /// The older rows of the list.
    fn asked(&self, walk: Walk) -> Span {
        Span { low: self.low, high: self.split, walk, skip: 0, take: i64::MAX, descending: false }
    }

    /// How many rows were changed at the time, older or not.
    fn changes(&self, tx: &mut Tx<'_>, by_rev: &CountSelection) -> Result<i64, StoreError> {
        Ok(self.changes_before(tx, by_rev, self.revs.1)? - self.changes_before(tx, by_rev, self.revs.0)?)
    }

    fn changes_before(&self, tx: &mut Tx<'_>, by_rev: &CountSelection, rev: i64) -> Result<i64, StoreError> {
        if rev == i64::MIN {
            return Ok(0);
        }
        if rev == i64::MAX {
            return by_rev.total(tx);
        }
        let (before, from) = by_rev.before(tx, rev)?;
        let mut sql = Sql::select("count(*)", &self.from(tx, Walk::Changes));
        let mut values = self.scope(&mut sql);
        sql.and(&["t.rev >= ?"], &mut values, &[Value::Int(from)]);
        sql.and(&["t.rev < ?"], &mut values, &[Value::Int(rev)]);
        Ok(before + tx.first(&sql.text, &values, |row| row.get(0))?.unwrap_or(0))
    }

    fn scope<'v>(&'v self, sql: &mut Sql) -> Vec<Value<'v>> {
        let mut values = Vec::with_capacity(4);
        sql.and(&[self.query.site_column, " = ?"], &mut values, &[Value::Int(self.site)]);
        for filter in &self.query.scope {
            sql.and(&[filter.sql], &mut values, &filter.values);
        }
        values
    }

    /// How many older rows there are, in the list or not.
    fn older(&self, tx: &mut Tx<'_>, counts: &CountSelection) -> Result<i64, StoreError> {
        self.between(tx, counts, self.low, self.split)
    }

    /// The numbers of changes of older rows that are not in the list, when one range holds them all.
    fn unwanted(&self) -> Option<(i64, i64)> {
        match self.revs {
            (from, i64::MAX) => Some((i64::MIN, from)),
            (i64::MIN, to) => Some((to, i64::MAX)),
            _ => None,
        }
    }

    /// The ids of the older rows that are not in the list, below one of them, ascending.
    fn unwanted_ids(&self, tx: &mut Tx<'_>, revs: (i64, i64), below: i64) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::select(self.key_column, &self.from(tx, Walk::Changes));
        let mut values = self.scope(&mut sql);
        for (column, low, high) in [("t.rev", revs.0, revs.1), (self.computed_key, self.low, below)] {
            if low != i64::MIN {
                sql.and(&[column, " >= ?"], &mut values, &[Value::Int(low)]);
            }
            if high != i64::MAX {
                sql.and(&[column, " < ?"], &mut values, &[Value::Int(high)]);
            }
        }
        let mut ids = tx.query(&sql.text, &values, |row| row.get(0))?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// The cheapest way to older rows that come after `skip` others, and what it costs, in rows.
    fn way(&self, tx: &mut Tx<'_>, counts: &CountSelection, skip: i64) -> Result<(Way, i64), StoreError> {
        let older = self.older(tx, counts)?;
        // What lies between two rows of the list is walked over as well.
        let by_ids = (i128::from(skip) * i128::from(older) / i128::from(self.asked_total.max(1))) as i64;
        let mut best = (Way::Ids, by_ids);
        let Some(by_rev) = self.query.by_rev else { return Ok(best) };
        let changes = self.changes(tx, &by_rev)?;
        if changes < best.1 {
            best = (Way::Changes, changes);
        }
        if let Some(revs) = self.unwanted() {
            let unwanted = by_rev.total(tx)? - changes;
            if unwanted < best.1 {
                best = (Way::Unwanted(revs), unwanted);
            }
        }
        Ok(best)
    }

    /// How many of the older rows of the list have smaller ids.
    pub(super) fn asked_before(&self, tx: &mut Tx<'_>, counts: &CountSelection, id: i64) -> Result<i64, StoreError> {
        if id >= self.split {
            return Ok(self.asked_total);
        }
        let before = self.between(tx, counts, self.low, id)?;
        let span = |walk| Span { high: id, ..self.asked(walk) };
        // As many rows as there are before it are walked over, whatever is in the list.
        let share = (i128::from(before) * i128::from(self.asked_total)) / i128::from(self.older(tx, counts)?.max(1));
        let (way, cost) = self.way(tx, counts, share as i64)?;
        self.long(tx, cost)?;
        match way {
            Way::Ids => self.count(tx, span(Walk::Ids)),
            Way::Changes => self.count(tx, span(Walk::Changes)),
            Way::Unwanted(revs) => Ok(before - self.unwanted_ids(tx, revs, id)?.len() as i64),
        }
    }

    /// Older rows of the list within a span of ids.
    pub(super) fn asked_rows<T>(
        &self,
        tx: &mut Tx<'_>,
        span: Span,
        read: Read<'_, T>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let Some(counts) = self.counts.filter(|_| span.low < span.high) else { return Ok(Vec::new()) };
        let (way, cost) = self.way(tx, &counts, span.take)?;
        self.long(tx, cost)?;
        let walk = if way == Way::Changes { Walk::Changes } else { Walk::Ids };
        self.rows(tx, Span { walk, ..span }, read)
    }

    /// Older rows of the list that come after `skip` others, ascending.
    pub(super) fn asked_rows_at<T>(
        &self,
        tx: &mut Tx<'_>,
        skip: i64,
        take: i64,
        read: Read<'_, T>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let Some(counts) = self.counts else { return Ok(Vec::new()) };
        let (way, cost) = self.way(tx, &counts, skip + take)?;
        self.long(tx, cost)?;
        let span = match way {
            Way::Ids => Span { skip, ..self.asked(Walk::Ids) },
            Way::Changes => Span { skip, ..self.asked(Walk::Changes) },
            Way::Unwanted(revs) => {
                let unwanted = self.unwanted_ids(tx, revs, self.split)?;
                Span { low: self.id_at(tx, &counts, &unwanted, skip)?, ..self.asked(Walk::Ids) }
            }
        };
        self.rows(tx, Span { take, ..span }, read)
    }

    /// The id of the older row of the list with `skip` others before it, by the ids that are not in the list.
    fn id_at(&self, tx: &mut Tx<'_>, counts: &CountSelection, unwanted: &[i64], skip: i64) -> Result<i64, StoreError> {
        let first = self.rank(tx, counts, self.low)?;
        // How many of the unwanted ids come before it: those with no more than `skip` rows of the list before them.
        let (mut low, mut high) = (0, unwanted.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let listed = self.rank(tx, counts, unwanted[middle])? - first - middle as i64;
            if listed <= skip { low = middle + 1 } else { high = middle }
        }
        let Some((from, within)) = counts.nth(tx, first + skip + low as i64)? else { return Ok(self.split) };
        let span = Span { low: from, high: self.split, walk: Walk::All, skip: within, take: 1, descending: false };
        Ok(self.rows(tx, span, &mut |_| Ok(()))?.first().map_or(self.split, |(id, ())| *id))
    }
}

/// A way to older rows of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through their ids.
    Ids,
    /// Through the numbers of their changes.
    Changes,
    /// Past the rows that are not in the list, whose changes have these numbers.
    Unwanted((i64, i64)),
}
