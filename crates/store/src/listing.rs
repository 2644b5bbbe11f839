//! Pages of lists: a page costs the same at the beginning and at the end, at a thousand rows and at a million.

use crate::tally::Part;
use crate::{Row, StoreError, Tx, Value};
use std::fmt::Write as _;

/// The order of a list. Both keys only grow, so that a list never shuffles while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By id, which is the order of creation.
    Id,
    /// By the number of the last change.
    Rev,
}

/// A half-open range of moments, in milliseconds: `from <= moment < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment inside.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

impl Default for Span {
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX }
    }
}

impl Span {
    /// Whether this leaves nothing out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// Where in a list to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the n-th page, from one.
    Page(i64),
    /// After the row with this key.
    After(i64),
}

/// Which page of a list, in which order, of which rows.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Where to begin.
    pub start: Start,
    /// How many rows at most.
    pub limit: i64,
    /// The order; none leaves it to the list: by change where changes are asked for, else by id.
    pub order: Option<Order>,
    /// Whether the order is reversed.
    pub descending: bool,
    /// Only rows created then.
    pub created: Span,
    /// Only rows last changed then.
    pub updated: Span,
}

impl Ask {
    /// The first rows, by id.
    #[must_use]
    pub fn first(limit: i64) -> Self {
        Self {
            start: Start::Page(1),
            limit,
            order: None,
            descending: false,
            created: Span::default(),
            updated: Span::default(),
        }
    }
}

/// A condition on the rows of a list.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    sql: &'static str,
    values: Vec<Value<'a>>,
}

impl<'a> Filter<'a> {
    /// A condition such as `t.expiry_date < ?`; each `?` takes one of the values.
    pub fn new(sql: &'static str, values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Self { sql, values: values.into_iter().collect() }
    }

    /// A condition with one value.
    pub fn is(sql: &'static str, value: impl Into<Value<'a>>) -> Self {
        Self::new(sql, [value.into()])
    }
}

/// Where the rows of a list come from.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The table of the rows themselves, which is always called `t` in `from`.
    pub table: &'static str,
    /// The columns, of `t` and of what is joined.
    pub columns: &'static str,
    /// The tables, such as `group_users s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id`.
    pub from: &'static str,
    /// What more columns come from, such as ` JOIN users u ON …`: one row for each, so that counting needs none of it.
    pub join: &'static str,
    /// The column that carries the school in the driving table: `t.site_id`, or `s.site_id`.
    pub site_column: &'static str,
    /// The column that carries the id in the driving table: `t.id`, or `s.user_id`.
    pub id_column: &'static str,
    /// What restricts the driving table, such as `s.group_id = ?`; the counts know of it.
    pub scope: Vec<Filter<'a>>,
    /// The counts of this list by id.
    pub by_id: Option<Part>,
    /// The counts of this list by change.
    pub by_rev: Option<Part>,
    /// Further conditions that no count knows; with any of them the list is counted by walking its rows.
    pub filters: Vec<Filter<'a>>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// How many rows the whole list has.
    pub total: i64,
    /// How many rows lie before the first of these.
    pub offset: i64,
    /// Where the next page begins; none at the end of the list.
    pub next_after: Option<Cursor>,
}

/// A place in a list: after the row with this key, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The order of the list.
    pub order: Order,
    /// Whether it is reversed.
    pub descending: bool,
    /// The key of the last row before the place.
    pub key: i64,
}

impl<T> Page<T> {
    /// The same page with each row made into something else.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(make).collect(),
            total: self.total,
            offset: self.offset,
            next_after: self.next_after,
        }
    }

    /// A page cut from a short list that was read whole, and keeps its own order. `key` gives a row's id.
    pub fn cut(items: Vec<T>, ask: &Ask, key: impl Fn(&T) -> i64) -> Self {
        let total = items.len() as i64;
        let limit = ask.limit.max(1);
        let offset = match ask.start {
            Start::Page(page) => page.max(1).saturating_sub(1).saturating_mul(limit).min(total),
            Start::After(after) => {
                items.iter().position(|item| key(item) == after).map_or(total, |index| index as i64 + 1)
            }
        };
        let items: Vec<T> = items.into_iter().skip(offset as usize).take(limit as usize).collect();
        let more = offset + (items.len() as i64) < total;
        let next_after = items.last().filter(|_| more).map(|last| Cursor {
            order: ask.order.unwrap_or(Order::Id),
            descending: ask.descending,
            key: key(last),
        });
        Self { items, total, offset, next_after }
    }

    /// A list that is known to be empty.
    #[must_use]
    pub fn empty() -> Self {
        Self { items: Vec::new(), total: 0, offset: 0, next_after: None }
    }
}

impl Tx<'_> {
    /// Reads one page of a list.
    ///
    /// # Errors
    /// Whatever the database or `read` says.
    pub fn page<T>(
        &mut self,
        site: i64,
        source: &Source<'_>,
        ask: &Ask,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let walk = Walk::plan(self, site, source, ask)?;
        let limit = ask.limit.max(1);
        if !walk.filters.is_empty() {
            self.takes_long()?;
        }
        if walk.part.is_none() && matches!(ask.start, Start::Page(page) if page <= 1) {
            // Rows that would be counted by walking them: when the first page holds them all, reading it was counting.
            let rows = walk.rows(self, walk.low, walk.high, limit, 0, walk.descending, &mut read)?;
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
        if walk.part.is_none() {
            self.takes_long()?;
        }
        let total = walk.total(self)?;
        let offset = match ask.start {
            Start::Page(page) => page.max(1).saturating_sub(1).saturating_mul(limit).min(total),
            Start::After(key) => walk.passed(self, key, total)?,
        };
        let take = limit.min(total - offset);
        if take <= 0 {
            return Ok(Page { items: Vec::new(), total, offset, next_after: None });
        }
        let rows = match ask.start {
            Start::After(key) => walk.rows_after(self, key, take, &mut read)?,
            Start::Page(_) => walk.rows_at(self, offset, take, total, &mut read)?,
        };
        let last = rows.last().map(|(key, _)| *key);
        let more = offset + (rows.len() as i64) < total;
        Ok(Page {
            items: rows.into_iter().map(|(_, row)| row).collect(),
            total,
            offset,
            next_after: last.filter(|_| more).map(|key| Cursor { order: walk.order, descending: walk.descending, key }),
        })
    }
}

/// A list being read: what drives it, and between which keys.
struct Walk<'s> {
    source: &'s Source<'s>,
    site: i64,
    key_column: &'static str,
    order: Order,
    descending: bool,
    /// `low <= key < high`.
    low: i64,
    high: i64,
    /// The counts, when they know every condition of the list.
    part: Option<Part>,
    filters: Vec<Filter<'s>>,
}

impl<'s> Walk<'s> {
    fn plan(tx: &mut Tx<'_>, site: i64, source: &'s Source<'s>, ask: &Ask) -> Result<Self, StoreError> {
        let order =
            ask.order.unwrap_or(if !ask.updated.is_all() && source.by_rev.is_some() { Order::Rev } else { Order::Id });
        let mut filters = source.filters.clone();
        let (mut low, mut high) = (i64::MIN, i64::MAX);
        for (span, own, column, bounds) in [
            (ask.created, Order::Id, "created_at", ["t.created_at >= ?", "t.created_at < ?"]),
            (ask.updated, Order::Rev, "updated_at", ["t.updated_at >= ?", "t.updated_at < ?"]),
        ] {
            if span.is_all() {
                continue;
            }
            if own == order {
                // The moments only grow with the key: the span of time is a span of keys.
                let key = if own == Order::Id { "id" } else { "rev" };
                low = low.max(first_key(tx, site, source.table, key, column, span.from)?);
                high = high.min(first_key(tx, site, source.table, key, column, span.to)?);
            } else {
                for (sql, moment) in bounds.into_iter().zip([span.from, span.to]) {
                    if moment != i64::MIN && moment != i64::MAX {
                        filters.push(Filter::is(sql, moment));
                    }
                }
            }
        }
        let part = match order {
            Order::Id => source.by_id,
            Order::Rev => source.by_rev,
        };
        Ok(Self {
            source,
            site,
            key_column: if order == Order::Id { source.id_column } else { "t.rev" },
            order,
            descending: ask.descending,
            low,
            high,
            part: part.filter(|_| filters.is_empty()),
            filters,
        })
    }

    fn total(&self, tx: &mut Tx<'_>) -> Result<i64, StoreError> {
        match &self.part {
            Some(part) if self.low == i64::MIN && self.high == i64::MAX => part.total(tx),
            Some(part) => Ok((self.rank(tx, part, self.high)? - self.rank(tx, part, self.low)?).max(0)),
            None => self.walked(tx, self.low, self.high),
        }
    }

    /// How many rows of the whole list have a smaller key.
    fn rank(&self, tx: &mut Tx<'_>, part: &Part, key: i64) -> Result<i64, StoreError> {
        if key == i64::MIN {
            return Ok(0);
        }
        if key == i64::MAX {
            return part.total(tx);
        }
        let (before, from) = part.before(tx, key)?;
        Ok(before + self.walked(tx, from, key)?)
    }

    /// How many rows with `low <= key < high` there are, by walking them.
    fn walked(&self, tx: &mut Tx<'_>, low: i64, high: i64) -> Result<i64, StoreError> {
        let mut sql = Sql::select("count(*)", self.source.from);
        let values = self.conditions(&mut sql, low, high);
        Ok(tx.first(&sql.text, &values, |row| row.get(0))?.unwrap_or(0))
    }

    /// How many rows of the list come before the first one after `key`, in the list's order.
    fn passed(&self, tx: &mut Tx<'_>, key: i64, total: i64) -> Result<i64, StoreError> {
        let next = if self.descending { key } else { key.saturating_add(1) }.clamp(self.low, self.high);
        let below = match &self.part {
            Some(part) => self.rank(tx, part, next)? - self.rank(tx, part, self.low)?,
            None => self.walked(tx, self.low, next)?,
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
        let Some(part) = &self.part else {
            return self.rows(tx, self.low, self.high, take, offset, self.descending, read);
        };
        let ascending = if self.descending { total - offset - take } else { offset };
        let skip = self.rank(tx, part, self.low)? + ascending;
        let Some((from, within)) = part.nth(tx, skip)? else { return Ok(Vec::new()) };
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
        let Source { columns, from, join, .. } = self.source;
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
        sql.and(&[self.source.site_column, " = ?"], &mut values, &[Value::Int(self.site)]);
        for filter in self.source.scope.iter().chain(&self.filters) {
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

struct Sql {
    text: String,
    begun: bool,
}

impl Sql {
    fn select(columns: &str, from: &str) -> Self {
        let mut text = String::with_capacity(columns.len() + from.len() + 128);
        let _infallible = write!(text, "SELECT {columns} FROM {from}");
        Self { text, begun: false }
    }

    /// Adds a condition, giving each `?` in it the number of its value.
    fn and<'v>(&mut self, parts: &[&str], values: &mut Vec<Value<'v>>, more: &[Value<'v>]) {
        self.text.push_str(if self.begun { " AND " } else { " WHERE " });
        self.begun = true;
        let mut more = more.iter();
        for part in parts {
            for (index, piece) in part.split('?').enumerate() {
                if index > 0
                    && let Some(value) = more.next()
                {
                    values.push(*value);
                    let _infallible = write!(self.text, "${}", values.len());
                }
                self.text.push_str(piece);
            }
        }
    }
}

/// The smallest key of the school's rows whose moment is not before `moment`, found by halving: moments only grow
/// with the key. `i64::MAX` when there is none, `i64::MIN` when all are.
fn first_key(tx: &mut Tx<'_>, site: i64, table: &str, key: &str, column: &str, moment: i64) -> Result<i64, StoreError> {
    if moment == i64::MIN || moment == i64::MAX {
        return Ok(moment);
    }
    let ends =
        |direction: &str| format!("SELECT {key} FROM {table} WHERE site_id = $1 ORDER BY {key} {direction} LIMIT 1");
    let first: Option<i64> = tx.first(&ends(""), &[Value::Int(site)], |row| row.get(0))?;
    let last: Option<i64> = tx.first(&ends("DESC"), &[Value::Int(site)], |row| row.get(0))?;
    let (Some(mut low), Some(last)) = (first, last) else { return Ok(i64::MAX) };
    let mut high = last + 1;
    let probe =
        format!("SELECT {key}, {column} FROM {table} WHERE site_id = $1 AND {key} >= $2 ORDER BY {key} LIMIT 1");
    // Invariant: rows with a key below `low` are too early; the first row at or after `high` (if any) is not.
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, i64)> =
            tx.first(&probe, &[Value::Int(site), Value::Int(middle)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        match found {
            Some((at, when)) if when < moment => low = at + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
