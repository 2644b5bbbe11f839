//! Reading a page: where it begins is found in the counts, its rows by their keys.

use super::sql::{Sql, first_key};
use super::{Cursor, Filter, ListQuery, Order, Page, PageRequest, PageStart};
use crate::clock;
use crate::{CountSelection, Row, StoreError, Tx, Value};
use std::fmt::Write as _;

impl Tx<'_> {
    /// Reads one page of a list.
    ///
    /// # Errors
    /// Those of the statements and of `read`.
    pub fn page<T>(
        &mut self,
        site: impl Into<i64>,
        query: &ListQuery<'_>,
        request: &PageRequest,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let scan = Scan::plan(self, site.into(), query, request)?;
        let limit = request.limit.max(1);
        if !scan.filters.is_empty() {
            self.needs_reader_thread()?;
        }
        if scan.counts.is_none() && matches!(request.start, PageStart::Page(page) if page <= 1) {
            // Rows that would be counted by scanning them: when the first page holds them all, reading it was counting.
            let rows = scan.rows(self, scan.low, scan.high, limit, 0, scan.descending, &mut read)?;
            if (rows.len() as i64) < limit {
                let total = rows.len() as i64;
                return Ok(Page {
                    items: rows.into_iter().map(|(_, row)| row).collect(),
                    total,
                    offset: 0,
                    next_after: None,
                });
            }
        }
        if scan.counts.is_none() {
            self.needs_reader_thread()?;
        }
        let total = scan.total(self)?;
        let offset = match request.start {
            PageStart::Page(page) => page.max(1).saturating_sub(1).saturating_mul(limit).min(total),
            PageStart::After(key) => scan.rows_before(self, key, total)?,
        };
        let take = limit.min(total - offset);
        if take <= 0 {
            return Ok(Page { items: Vec::new(), total, offset, next_after: None });
        }
        let rows = match request.start {
            PageStart::After(key) => scan.rows_after(self, key, take, &mut read)?,
            PageStart::Page(_) => scan.rows_at(self, offset, take, total, &mut read)?,
        };
        let last = rows.last().map(|(key, _)| *key);
        let more = offset + (rows.len() as i64) < total;
        Ok(Page {
            items: rows.into_iter().map(|(_, row)| row).collect(),
            total,
            offset,
            next_after: last.filter(|_| more).map(|key| Cursor { order: scan.order, descending: scan.descending, key }),
        })
    }
}

/// A list being read: what drives it, and between which keys.
struct Scan<'s> {
    query: &'s ListQuery<'s>,
    site: i64,
    key_column: &'static str,
    order: Order,
    descending: bool,
    /// `low <= key < high`.
    low: i64,
    high: i64,
    /// The counts, when they know every condition of the list.
    counts: Option<CountSelection>,
    filters: Vec<Filter<'s>>,
}

impl<'s> Scan<'s> {
    fn plan(tx: &mut Tx<'_>, site: i64, query: &'s ListQuery<'s>, request: &PageRequest) -> Result<Self, StoreError> {
        let order = request.order.unwrap_or(if !request.updated.is_all() && query.by_rev.is_some() {
            Order::Rev
        } else {
            Order::Id
        });
        let mut filters = query.filters.clone();
        let (mut low, mut high) = (i64::MIN, i64::MAX);
        let dated = !request.created.is_all() || !request.updated.is_all();
        let ordered = if dated { clock::ordered_until(tx, site)? } else { None }.unwrap_or(i64::MAX);
        for (range, own, column, bounds) in [
            (request.created, Order::Id, "created_at", ["t.created_at >= ?", "t.created_at < ?"]),
            (request.updated, Order::Rev, "updated_at", ["t.updated_at >= ?", "t.updated_at < ?"]),
        ] {
            if range.is_all() {
                continue;
            }
            let [from, to] = bounds;
            let key = if own == Order::Id { "id" } else { "rev" };
            for (sql, moment, is_low) in [(from, range.from, true), (to, range.to, false)] {
                if moment == i64::MIN || moment == i64::MAX {
                    continue;
                }
                if own == order && moment <= ordered {
                    // The moments only grow with the key: the range of time is a range of keys.
                    let bound = first_key(tx, site, query.table, key, column, moment)?;
                    if is_low { low = low.max(bound) } else { high = high.min(bound) }
                } else {
                    filters.push(Filter::is(sql, moment));
                }
            }
        }
        let counts = match order {
            Order::Id => query.by_id,
            Order::Rev => query.by_rev,
        };
        Ok(Self {
            query,
            site,
            key_column: if order == Order::Id { query.id_column } else { "t.rev" },
            order,
            descending: request.descending,
            low,
            high,
            counts: counts.filter(|_| filters.is_empty()),
            filters,
        })
    }

    fn total(&self, tx: &mut Tx<'_>) -> Result<i64, StoreError> {
        match &self.counts {
            Some(counts) if self.low == i64::MIN && self.high == i64::MAX => counts.total(tx),
            Some(counts) => Ok((self.rank(tx, counts, self.high)? - self.rank(tx, counts, self.low)?).max(0)),
            None => self.count_rows(tx, self.low, self.high),
        }
    }

    /// How many rows of the whole list have a smaller key.
    fn rank(&self, tx: &mut Tx<'_>, counts: &CountSelection, key: i64) -> Result<i64, StoreError> {
        if key == i64::MIN {
            return Ok(0);
        }
        if key == i64::MAX {
            return counts.total(tx);
        }
        let (before, from) = counts.before(tx, key)?;
        Ok(before + self.count_rows(tx, from, key)?)
    }

    /// How many rows with `low <= key < high` there are, by scanning them.
    fn count_rows(&self, tx: &mut Tx<'_>, low: i64, high: i64) -> Result<i64, StoreError> {
        let mut sql = Sql::select("count(*)", self.query.from);
        let values = self.conditions(&mut sql, low, high);
        Ok(tx.first(&sql.text, &values, |row| row.get(0))?.unwrap_or(0))
    }

    /// How many rows of the list come before the first one after `key`, in the list's order.
    fn rows_before(&self, tx: &mut Tx<'_>, key: i64, total: i64) -> Result<i64, StoreError> {
        let next = if self.descending { key } else { key.saturating_add(1) }.clamp(self.low, self.high);
        let below = match &self.counts {
            Some(counts) => self.rank(tx, counts, next)? - self.rank(tx, counts, self.low)?,
            None => self.count_rows(tx, self.low, next)?,
        };
        Ok(if self.descending { total - below } else { below })
    }

    fn rows_after<T>(
        &self,
        tx: &mut Tx<'_>,
        key: i64,
        take: i64,
        read: &mut impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        if self.descending {
            self.rows(tx, self.low, self.high.min(key), take, 0, true, read)
        } else {
            self.rows(tx, self.low.max(key.saturating_add(1)), self.high, take, 0, false, read)
        }
    }

    fn rows_at<T>(
        &self,
        tx: &mut Tx<'_>,
        offset: i64,
        take: i64,
        total: i64,
        read: &mut impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        // Both ends are found without any counting.
        if offset == 0 {
            return self.rows(tx, self.low, self.high, take, 0, self.descending, read);
        }
        let Some(counts) = &self.counts else {
            return self.rows(tx, self.low, self.high, take, offset, self.descending, read);
        };
        let ascending = if self.descending { total - offset - take } else { offset };
        let skip = self.rank(tx, counts, self.low)? + ascending;
        let Some((from, within)) = counts.nth(tx, skip)? else { return Ok(Vec::new()) };
        // `from` may lie before `low` when both are in the same range of keys; `within` counts from `from`.
        let mut rows = self.rows(tx, from, self.high, take, within, false, read)?;
        if self.descending {
            rows.reverse();
        }
        Ok(rows)
    }

    #[allow(clippy::too_many_arguments, reason = "one private query with all its parts")]
    fn rows<T>(
        &self,
        tx: &mut Tx<'_>,
        low: i64,
        high: i64,
        take: i64,
        skip: i64,
        descending: bool,
        read: &mut impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let ListQuery { columns, from, join, .. } = self.query;
        let key_index = columns.split(',').count();
        let mut sql = Sql::select(&format!("{columns}, {}", self.key_column), from);
        sql.text.push_str(join);
        let mut values = self.conditions(&mut sql, low, high);
        let direction = if descending { " DESC" } else { "" };
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        let _infallible = write!(sql.text, " ORDER BY {}{direction} LIMIT ${limit} OFFSET ${offset}", self.key_column);
        values.extend([Value::Int(take), Value::Int(skip)]);
        tx.query(&sql.text, &values, |row| Ok((row.get(key_index)?, read(row)?)))
    }

    fn conditions<'v>(&'v self, sql: &mut Sql, low: i64, high: i64) -> Vec<Value<'v>> {
        let mut values = Vec::with_capacity(8);
        sql.and(&[self.query.site_column, " = ?"], &mut values, &[Value::Int(self.site)]);
        for filter in self.query.scope.iter().chain(&self.filters) {
            sql.and(&[filter.sql], &mut values, &filter.values);
        }
        if low != i64::MIN {
            sql.and(&[self.key_column, " >= ?"], &mut values, &[Value::Int(low)]);
        }
        if high != i64::MAX {
            sql.and(&[self.key_column, " < ?"], &mut values, &[Value::Int(high)]);
        }
        values
    }
}
