//! What a page is read from: the order of the list, the range of its keys, and which counts know its rows.

use super::sql::first_key;
use super::{Filter, ListQuery, Order, PageRequest, TimeRange};
use crate::{CountSelection, StoreError, Tx, clock};

/// By what the rows of a span are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// By their keys: every row is in the list, whenever it was changed.
    All,
    /// By their ids, each asked for the number of its change.
    Ids,
    /// By the numbers of their changes, and then put into the order of their ids.
    Changes,
}

/// A list being read: what drives it, and between which keys.
///
/// A list in the order of ids that is asked for a time of change has two parts. Rows that were made since that time were
/// changed since, too: from the first of them on, every row is in the list, and the counts know them. The older rows are
/// asked for the number of their change ([`super::changed`]).
pub(super) struct Scan<'s> {
    pub(super) query: &'s ListQuery<'s>,
    pub(super) site: i64,
    pub(super) key_column: &'static str,
    /// The id, as no index serves it.
    pub(super) computed_key: &'static str,
    pub(super) order: Order,
    pub(super) descending: bool,
    /// `low <= key < high`.
    pub(super) low: i64,
    pub(super) high: i64,
    /// Rows with smaller keys are asked for the number of their change; all others are in the list.
    pub(super) split: i64,
    /// The numbers of changes that are asked for: `revs.0 <= rev < revs.1`.
    pub(super) revs: (i64, i64),
    /// How many of the rows below `split` are in the list, where counts are known.
    pub(super) asked_total: i64,
    /// How a list without counts is walked.
    pub(super) walk: Walk,
    /// The counts, when they know every condition of the list but the number of the change.
    pub(super) counts: Option<CountSelection>,
    pub(super) filters: Vec<Filter<'s>>,
}

impl<'s> Scan<'s> {
    pub(super) fn plan(
        tx: &mut Tx<'_>,
        site: i64,
        query: &'s ListQuery<'s>,
        request: &PageRequest,
    ) -> Result<Self, StoreError> {
        let order = request.order.unwrap_or(Order::Id);
        // The moments only grow with their keys: a range of time is a range of keys.
        let ids = |tx: &mut Tx<'_>, moment| first_key(tx, site, query.table, "id", "created_at", moment);
        let revs = |tx: &mut Tx<'_>, moment| first_key(tx, site, query.table, "rev", "updated_at", moment);
        let mut filters = query.filters.clone();
        let (created, updated) = ordered_ranges(tx, site, request, &mut filters)?;
        let made = (ids(tx, created.from)?, ids(tx, created.to)?);
        let changed = (revs(tx, updated.from)?, revs(tx, updated.to)?);
        let (key_column, computed_key) = match order {
            Order::Id if query.id_column == "t.id" => ("t.id", "t.id + 0"),
            // Where another table drives the list, it carries the ids.
            Order::Id => (query.id_column, query.id_column),
            Order::Rev => ("t.rev", "t.rev"),
        };
        let (mut low, mut high) = if order == Order::Id { made } else { changed };
        let mut split = i64::MIN;
        // Whether the time of creation leaves out none of what was changed at the time.
        let mut every_change = made.0 == i64::MIN;
        if order == Order::Rev {
            for (sql, id) in [("t.id >= ?", made.0), ("t.id < ?", made.1)] {
                if id != if sql == "t.id >= ?" { i64::MIN } else { i64::MAX } {
                    filters.push(Filter::is(sql, id));
                }
            }
        } else if changed.0 >= changed.1 {
            (low, high) = (i64::MIN, i64::MIN);
        } else if changed.1 != i64::MAX {
            // What was made later was changed later.
            split = ids(tx, updated.to)?;
            every_change &= split <= made.1;
            high = high.min(split);
            split = high;
        } else if changed.0 != i64::MIN {
            split = ids(tx, updated.from)?.min(high);
            every_change &= made.1 == i64::MAX;
        }
        if split <= low {
            split = i64::MIN;
        }
        let counts = match order {
            Order::Id => query.by_id,
            Order::Rev => query.by_rev,
        };
        let mut scan = Self {
            query,
            site,
            key_column,
            computed_key,
            order,
            descending: request.descending,
            low,
            high: high.max(low),
            split,
            revs: changed,
            asked_total: 0,
            walk: Walk::All,
            counts: counts.filter(|_| filters.is_empty()),
            filters,
        };
        if split != i64::MIN {
            scan.plan_changes(tx, every_change)?;
        }
        Ok(scan)
    }
}

/// The times that are asked for, as far as the moments of the rows only grow with their keys. What lies beyond, in a school
/// whose clock was set back, becomes a condition that each row is asked for.
fn ordered_ranges(
    tx: &mut Tx<'_>,
    site: i64,
    request: &PageRequest,
    filters: &mut Vec<Filter<'_>>,
) -> Result<(TimeRange, TimeRange), StoreError> {
    if request.created.is_all() && request.updated.is_all() {
        return Ok((request.created, request.updated));
    }
    let Some(ordered) = clock::ordered_until(tx, site)? else { return Ok((request.created, request.updated)) };
    let mut within = |mut range: TimeRange, [from, to]: [&'static str; 2]| {
        if range.from > ordered {
            filters.push(Filter::is(from, range.from));
            range.from = i64::MIN;
        }
        if range.to > ordered && range.to != i64::MAX {
            filters.push(Filter::is(to, range.to));
            range.to = i64::MAX;
        }
        range
    };
    let created = within(request.created, ["t.created_at >= ?", "t.created_at < ?"]);
    Ok((created, within(request.updated, ["t.updated_at >= ?", "t.updated_at < ?"])))
}
