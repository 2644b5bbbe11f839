//! Reading a page: where it begins is found in the counts, its rows by their keys.

use super::plan::{Scan, Walk};
use super::sql::Sql;
use super::{Cursor, ListQuery, Page, PageRequest, PageStart};
use crate::{CountSelection, Engine, Row, StoreError, Tx, Value};
use std::borrow::Cow;
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
        let mut scan = Scan::plan(self, site.into(), query, request)?;
        if scan.low >= scan.high {
            return Ok(Page::empty());
        }
        let limit = request.limit.max(1);
        if scan.counts.is_none() {
            if !scan.filters.is_empty() {
                self.needs_reader_thread()?;
            }
            if matches!(request.start, PageStart::Page(page) if page <= 1) {
                // When the first page holds every row, reading it was counting them.
                let span = Span { take: limit, descending: scan.descending, ..scan.whole() };
                let rows = scan.rows(self, span, &mut read)?;
                if (rows.len() as i64) < limit {
                    let total = rows.len() as i64;
                    let items = rows.into_iter().map(|(_, row)| row).collect();
                    return Ok(Page { items, total, offset: 0, next_after: None });
                }
            }
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

/// Some of a list's rows, one after the other: `low <= key < high`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) walk: Walk,
    pub(super) skip: i64,
    pub(super) take: i64,
    pub(super) descending: bool,
}

/// How a row is read.
type Read<'r, T> = &'r mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>;

impl Scan<'_> {
    /// Every row of the list, in the order of the keys.
    fn whole(&self) -> Span {
        Span { low: self.low, high: self.high, walk: self.walk, skip: 0, take: i64::MAX, descending: false }
    }

    fn span(&self, low: i64, high: i64, take: i64) -> Span {
        Span { low, high, walk: Walk::All, skip: 0, take, descending: self.descending }
    }

    fn total(&mut self, tx: &mut Tx<'_>) -> Result<i64, StoreError> {
        let Some(counts) = self.counts else { return self.count(tx, self.whole()) };
        if self.low == i64::MIN && self.high == i64::MAX && self.split == i64::MIN {
            return counts.total(tx);
        }
        Ok(self.asked_total + self.between(tx, &counts, self.low.max(self.split), self.high)?)
    }

    /// How many rows have keys between two, whenever they were changed.
    pub(super) fn between(
        &self,
        tx: &mut Tx<'_>,
        counts: &CountSelection,
        low: i64,
        high: i64,
    ) -> Result<i64, StoreError> {
        if low >= high {
            return Ok(0);
        }
        Ok(self.rank(tx, counts, high)? - self.rank(tx, counts, low)?)
    }

    /// How many rows of the whole list have a smaller key.
    pub(super) fn rank(&self, tx: &mut Tx<'_>, counts: &CountSelection, key: i64) -> Result<i64, StoreError> {
        if key == i64::MIN {
            return Ok(0);
        }
        if key == i64::MAX {
            return counts.total(tx);
        }
        let (before, from) = counts.before(tx, key)?;
        Ok(before + self.count(tx, self.span(from, key, i64::MAX))?)
    }

    /// How many rows a span has, by walking them.
    pub(super) fn count(&self, tx: &mut Tx<'_>, span: Span) -> Result<i64, StoreError> {
        if span.low >= span.high {
            return Ok(0);
        }
        let mut sql = Sql::select("count(*)", &self.from(tx, span.walk));
        let values = self.conditions(&mut sql, span);
        Ok(tx.first(&sql.text, &values, |row| row.get(0))?.unwrap_or(0))
    }

    /// How many rows of the list come before the first one after `key`, in the list's order.
    fn rows_before(&mut self, tx: &mut Tx<'_>, key: i64, total: i64) -> Result<i64, StoreError> {
        let next = if self.descending { key } else { key.saturating_add(1) }.clamp(self.low, self.high);
        let below = match self.counts {
            Some(counts) if next <= self.split => self.asked_before(tx, &counts, next)?,
            Some(counts) => self.asked_total + self.between(tx, &counts, self.low.max(self.split), next)?,
            None => self.count(tx, Span { high: next, ..self.whole() })?,
        };
        Ok(if self.descending { total - below } else { below })
    }

    fn rows_after<T>(
        &self,
        tx: &mut Tx<'_>,
        key: i64,
        take: i64,
        read: Read<'_, T>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let (low, high) = if self.descending {
            (self.low, self.high.min(key))
        } else {
            (self.low.max(key.saturating_add(1)), self.high)
        };
        if self.counts.is_none() {
            return self.rows(tx, Span { low, high, take, descending: self.descending, ..self.whole() }, read);
        }
        let asked = self.span(low, high.min(self.split), take);
        let free = self.span(low.max(self.split), high, take);
        let mut rows = if self.descending { self.rows(tx, free, read)? } else { self.asked_rows(tx, asked, read)? };
        let left = take - rows.len() as i64;
        if left > 0 {
            rows.extend(if self.descending {
                self.asked_rows(tx, Span { take: left, ..asked }, read)?
            } else {
                self.rows(tx, Span { take: left, ..free }, read)?
            });
        }
        Ok(rows)
    }

    fn rows_at<T>(
        &self,
        tx: &mut Tx<'_>,
        offset: i64,
        take: i64,
        total: i64,
        read: Read<'_, T>,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let Some(counts) = self.counts else {
            let span = Span { skip: offset, take, descending: self.descending, ..self.whole() };
            return self.rows(tx, span, read);
        };
        // Both ends are found without any counting.
        if offset == 0 && self.split == i64::MIN {
            return self.rows(tx, self.span(self.low, self.high, take), read);
        }
        let ascending = if self.descending { total - offset - take } else { offset };
        let asked = (self.asked_total - ascending).clamp(0, take);
        let mut rows = if asked > 0 { self.asked_rows_at(tx, ascending, asked, read)? } else { Vec::new() };
        if asked < take {
            let low = self.low.max(self.split);
            let skip = self.rank(tx, &counts, low)? + (ascending - self.asked_total).max(0);
            let Some((from, within)) = counts.nth(tx, skip)? else { return Ok(rows) };
            // `from` may lie before `low` when both are in the same range of keys; `within` counts from `from`.
            let span = Span { skip: within, descending: false, ..self.span(from, self.high, take - asked) };
            rows.extend(self.rows(tx, span, read)?);
        }
        if self.descending {
            rows.reverse();
        }
        Ok(rows)
    }

    /// The rows of a span, each with its key.
    pub(super) fn rows<T>(&self, tx: &mut Tx<'_>, span: Span, read: Read<'_, T>) -> Result<Vec<(i64, T)>, StoreError> {
        if span.low >= span.high || span.take <= 0 {
            return Ok(Vec::new());
        }
        let ListQuery { columns, join, .. } = self.query;
        let key_index = columns.split(',').count();
        let mut sql = Sql::select(&format!("{columns}, {}", self.key_column), &self.from(tx, span.walk));
        sql.text.push_str(join);
        let mut values = self.conditions(&mut sql, span);
        let direction = if span.descending { " DESC" } else { "" };
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        let key = if span.walk == Walk::Changes { self.computed_key } else { self.key_column };
        let _infallible = write!(sql.text, " ORDER BY {key}{direction} LIMIT ${limit} OFFSET ${offset}");
        values.extend([Value::Int(span.take), Value::Int(span.skip)]);
        tx.query(&sql.text, &values, |row| Ok((row.get(key_index)?, read(row)?)))
    }

    /// The tables. SQLite, whose plans do not depend on values, is told when the numbers of changes are the narrowest.
    pub(super) fn from(&self, tx: &Tx<'_>, walk: Walk) -> Cow<'static, str> {
        let ListQuery { table, from, .. } = self.query;
        if walk == Walk::Changes && tx.engine() == Engine::Sqlite {
            return format!("{from} INDEXED BY {table}__rev").into();
        }
        Cow::Borrowed(from)
    }

    fn conditions<'v>(&'v self, sql: &mut Sql, span: Span) -> Vec<Value<'v>> {
        let mut values = Vec::with_capacity(8);
        sql.and(&[self.query.site_column, " = ?"], &mut values, &[Value::Int(self.site)]);
        for filter in self.query.scope.iter().chain(&self.filters) {
            sql.and(&[filter.sql], &mut values, &filter.values);
        }
        // An index serves a column, and not a sum: what does not drive the walk is written as one.
        let (key, rev) = match span.walk {
            Walk::All => (self.key_column, None),
            Walk::Ids => (self.key_column, Some("t.rev + 0")),
            Walk::Changes => (self.computed_key, Some("t.rev")),
        };
        let mut within = |column: &str, low: i64, high: i64| {
            if low != i64::MIN {
                sql.and(&[column, " >= ?"], &mut values, &[Value::Int(low)]);
            }
            if high != i64::MAX {
                sql.and(&[column, " < ?"], &mut values, &[Value::Int(high)]);
            }
        };
        if let Some(rev) = rev {
            within(rev, self.revs.0, self.revs.1);
        }
        within(key, span.low, span.high);
        values
    }
}
