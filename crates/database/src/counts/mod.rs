//! Maintained counts: how many rows of a list lie before any key, without looking at the rows.
//!
//! A list is a set of rows in the order of an ever-growing key (the row's `id`, or `rev`, the number of its last
//! change). For each list the database keeps the number of rows per range of 128 keys, per 128 such ranges, per 128 of
//! those, and in all. The total of a list is then one row, and the key at which page N begins is found by reading at
//! most 128 rows of each level, whatever the size of the site. The counts change in the transaction of the row.

mod audit;
pub(crate) mod row;

pub use audit::{Discrepancy, ListDefinition, audit, recount, recount_of_site};
pub use row::{CountedList, CountedRow};

use crate::{StoreError, Tx, Value, params};
use std::collections::HashMap;

/// Each level groups this many ranges of the level below (as a power of two).
const SHIFT: u32 = 7;
/// The level that holds the total of a list.
const TOTAL: i64 = 3;

/// The part of a list that a query asks for: a scope, and the states it wants (bit n set: state n).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountSelection {
    /// The site.
    pub site: i64,
    /// Which list.
    pub list: CountedList,
    /// Which scope.
    pub scope: i64,
    /// Which states, as a set of bits.
    pub states: u64,
}

/// Every state.
pub const ALL_STATES: u64 = u64::MAX;

/// How many rows of one state lie in one range of 128 keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeCount {
    /// The number of the range: its keys divided by 128.
    pub range: i64,
    /// The state.
    pub state: i64,
    /// How many rows.
    pub rows: i64,
}

/// The range of 128 keys with this number, as a key of its own: where a row is counted whose list has no order but one by
/// ranges, such as days.
#[must_use]
pub fn key_of_range(range: i64) -> i64 {
    range << SHIFT
}

fn leaf(row: &CountedRow) -> CountedRow {
    CountedRow { key: row.key >> SHIFT, ..*row }
}

impl Tx<'_> {
    /// Counts a row where it stands now and no longer where it stood. A new row stood nowhere; a deleted row stands nowhere.
    pub fn update_counts(&mut self, had: &[CountedRow], has: &[CountedRow]) {
        for row in had.iter().filter(|row| !has.contains(row)) {
            self.count(leaf(row), -1);
        }
        for row in has.iter().filter(|row| !had.contains(row)) {
            self.count(leaf(row), 1);
        }
    }
}

impl Tx<'_> {
    /// How many rows of each state lie in the ranges `from` to `to`, both included, of a scope of a list; in the order of the
    /// ranges. Where there is none there is no count.
    ///
    /// # Errors
    /// Those of the statement.
    pub fn range_counts(
        &mut self,
        site: i64,
        list: CountedList,
        scope: i64,
        (from, to): (i64, i64),
    ) -> Result<Vec<RangeCount>, StoreError> {
        self.query(
            "SELECT bucket, state, n FROM tallies
             WHERE site_id = $1 AND list = $2 AND scope = $3 AND level = 0 AND bucket >= $4 AND bucket <= $5
             ORDER BY bucket, state",
            params![site, list.0, scope, from, to],
            |row| Ok(RangeCount { range: row.get(0)?, state: row.get(1)?, rows: row.get(2)? }),
        )
    }
}

/// Writes the changes of a group: each leaf, and every range above it.
pub(crate) fn write(tx: &mut Tx<'_>, leaves: HashMap<CountedRow, i64>) -> Result<(), StoreError> {
    if leaves.is_empty() {
        return Ok(());
    }
    let mut ranges: HashMap<(CountedRow, i64), i64> = HashMap::with_capacity(leaves.len() * 2);
    for (leaf, by) in leaves {
        for level in 0..=TOTAL {
            let bucket = if level == TOTAL { 0 } else { leaf.key >> (SHIFT * level as u32) };
            *ranges.entry((CountedRow { key: bucket, ..leaf }, level)).or_default() += by;
        }
    }
    // In one order everywhere, so that two nodes never wait for each other.
    let mut ranges: Vec<_> = ranges.into_iter().filter(|(_, by)| *by != 0).collect();
    ranges.sort_unstable();
    let params: Vec<_> = ranges
        .iter()
        .map(|((row, level), by)| {
            let CountedRow { site, list, scope, state, key } = *row;
            [site, list.0, scope, *level, key, state, *by].map(Value::Int)
        })
        .collect();
    let left = tx.first_of_each(
        "INSERT INTO tallies (site_id, list, scope, level, bucket, state, n) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (site_id, list, scope, level, bucket, state) DO UPDATE SET n = tallies.n + excluded.n
         RETURNING n",
        &params.iter().map(<[_; 7]>::as_slice).collect::<Vec<_>>(),
        |row| row.get::<i64>(0),
    )?;
    let emptied: Vec<_> =
        params.iter().zip(left).filter(|(_, left)| *left == Some(0)).map(|(all, _)| &all[..6]).collect();
    if !emptied.is_empty() {
        tx.first_of_each(
            "DELETE FROM tallies WHERE site_id = $1 AND list = $2 AND scope = $3 AND level = $4 AND bucket = $5
             AND state = $6",
            &emptied,
            |_| Ok(()),
        )?;
    }
    Ok(())
}

impl CountSelection {
    fn wants(&self, state: i64) -> bool {
        self.states >> state & 1 == 1
    }

    /// How many rows there are.
    pub(crate) fn total(&self, tx: &mut Tx<'_>) -> Result<i64, StoreError> {
        Ok(self.ranges(tx, TOTAL, 0, 1)?.into_iter().map(|(_, n)| n).sum())
    }

    /// How many rows lie in ranges wholly before the range of 128 keys that `key` is in; with the first key of that
    /// range, from which the caller counts on among the rows themselves.
    pub(crate) fn before(&self, tx: &mut Tx<'_>, key: i64) -> Result<(i64, i64), StoreError> {
        if key <= 0 {
            return Ok((0, key));
        }
        let mut sum = 0;
        for level in (0..TOTAL).rev() {
            let shift = SHIFT * (level as u32 + 1);
            let bucket = key >> shift;
            // At the top level from the beginning; below, only within the range that the level above stopped at.
            let from = if level == TOTAL - 1 { 0 } else { (key >> (shift + SHIFT)) << SHIFT };
            sum += self.ranges(tx, level, from, bucket)?.into_iter().map(|(_, n)| n).sum::<i64>();
        }
        Ok((sum, key >> SHIFT << SHIFT))
    }

    /// The range of 128 keys that holds the row with `skip` rows before it: its first key, and how many rows to
    /// skip within it. None when there are not that many rows.
    pub(crate) fn nth(&self, tx: &mut Tx<'_>, skip: i64) -> Result<Option<(i64, i64)>, StoreError> {
        let mut skip = skip;
        let mut from = 0;
        let mut to = i64::MAX;
        for level in (0..TOTAL).rev() {
            let mut found = None;
            for (bucket, n) in self.ranges(tx, level, from, to)? {
                if skip < n {
                    found = Some(bucket);
                    break;
                }
                skip -= n;
            }
            let Some(bucket) = found else { return Ok(None) };
            from = bucket << SHIFT;
            to = from + (1 << SHIFT);
        }
        Ok(Some((from, skip)))
    }

    /// The ranges of a level with `from <= bucket < to`, in order, with their counts.
    fn ranges(&self, tx: &mut Tx<'_>, level: i64, from: i64, to: i64) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        tx.query(
            "SELECT bucket, state, n FROM tallies
             WHERE site_id = $1 AND list = $2 AND scope = $3 AND level = $4 AND bucket >= $5 AND bucket < $6
             ORDER BY bucket",
            params![self.site, self.list.0, self.scope, level, from, to],
            |row| {
                if self.wants(row.get(1)?) {
                    let bucket = row.get(0)?;
                    let n: i64 = row.get(2)?;
                    match ranges.last_mut() {
                        Some((last, sum)) if *last == bucket => *sum += n,
                        _ => ranges.push((bucket, n)),
                    }
                }
                Ok(())
            },
        )?;
        Ok(ranges)
    }
}
