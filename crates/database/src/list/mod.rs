//! Pages of lists: a page costs the same at the beginning and at the end, at a thousand rows and at a million.

mod changed;
mod plan;
mod scan;
mod sql;

use crate::{CountSelection, Value};

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
pub struct TimeRange {
    /// The first moment inside.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

impl Default for TimeRange {
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX }
    }
}

impl TimeRange {
    /// Whether this leaves nothing out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// Where in a list to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart {
    /// At the n-th page, from one.
    Page(i64),
    /// After the row with this key.
    After(i64),
}

/// Which page of a list, in which order, of which rows.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// Where to begin.
    pub start: PageStart,
    /// How many rows at most.
    pub limit: i64,
    /// The order; none leaves it to the list, which most often is by id. By numbered pages that order loses no row that
    /// changes between two pages, whatever is asked for.
    pub order: Option<Order>,
    /// Whether the order is reversed.
    pub descending: bool,
    /// Only rows created then.
    pub created: TimeRange,
    /// Only rows last changed then.
    pub updated: TimeRange,
}

impl PageRequest {
    /// The first rows, by id.
    #[must_use]
    pub fn first(limit: i64) -> Self {
        Self {
            start: PageStart::Page(1),
            limit,
            order: None,
            descending: false,
            created: TimeRange::default(),
            updated: TimeRange::default(),
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
pub struct ListQuery<'a> {
    /// The table of the rows themselves, which is always called `t` in `from`.
    pub table: &'static str,
    /// The columns, of `t` and of what is joined.
    pub columns: &'static str,
    /// The tables, such as `group_users s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id`.
    pub from: &'static str,
    /// What more columns come from, such as ` JOIN users u ON …`: one row for each, so that counting needs none of it.
    pub join: &'static str,
    /// The column that carries the site in the driving table: `t.site_id`, or `s.site_id`.
    pub site_column: &'static str,
    /// The column that carries the id in the driving table: `t.id`, or `s.user_id`.
    pub id_column: &'static str,
    /// What restricts the driving table, such as `s.group_id = ?`; the counts know of it.
    pub scope: Vec<Filter<'a>>,
    /// The counts of this list by id.
    pub by_id: Option<CountSelection>,
    /// The counts of this list by change.
    pub by_rev: Option<CountSelection>,
    /// Further conditions that no count knows; with any of them the list is counted by scanning its rows.
    pub filters: Vec<Filter<'a>>,
}

impl ListQuery<'_> {
    /// Every row of a table, which `from` calls `t`. No counts are known.
    #[must_use]
    pub fn all(table: &'static str, from: &'static str, columns: &'static str) -> Self {
        Self {
            table,
            columns,
            from,
            join: "",
            site_column: "t.site_id",
            id_column: "t.id",
            scope: Vec::new(),
            by_id: None,
            by_rev: None,
            filters: Vec::new(),
        }
    }

    /// Lets another table, called `s`, drive the list: `from` joins `t` to it, and `id_column` of it carries the ids.
    /// Only `by_id` counts the rows then, if anything does.
    pub fn join_from(&mut self, from: &'static str, id_column: &'static str, by_id: Option<CountSelection>) {
        self.from = from;
        self.site_column = "s.site_id";
        self.id_column = id_column;
        self.by_id = by_id;
        self.by_rev = None;
    }
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
    /// Whether rows follow those of this page.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.offset + (self.items.len() as i64) < self.total
    }

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
    pub fn cut(items: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> i64) -> Self {
        let total = items.len() as i64;
        let limit = request.limit.max(1);
        let offset = match request.start {
            PageStart::Page(page) => page.max(1).saturating_sub(1).saturating_mul(limit).min(total),
            PageStart::After(after) => {
                items.iter().position(|item| key(item) == after).map_or(total, |index| index as i64 + 1)
            }
        };
        let items: Vec<T> = items.into_iter().skip(offset as usize).take(limit as usize).collect();
        let more = offset + (items.len() as i64) < total;
        let next_after = items.last().filter(|_| more).map(|last| Cursor {
            order: request.order.unwrap_or(Order::Id),
            descending: request.descending,
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
