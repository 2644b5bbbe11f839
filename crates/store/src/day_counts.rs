//! How many rows of a kind there are of each day: counted lists in which each day is one range of keys.
//!
//! Days begin at midnight UTC, as those of the books do ([`crate::external_order_days`]): a school has no time zone of its
//! own. What is counted is what is there now: whoever is deleted is no longer among the new students of their day.

use crate::external_order_days::DAY;
use crate::{CountedList, CountedRow, SiteId, StoreError, Tx, lists};
use database::{RangeCount, key_of_range};

/// The number of the day of a moment, from 1970-01-01.
#[must_use]
pub fn day_of(moment: i64) -> i64 {
    moment.div_euclid(DAY)
}

/// Where a row is counted that belongs to the day of a moment.
pub(crate) fn counted_row(site: SiteId, list: CountedList, moment: i64) -> CountedRow {
    lists::counted_row(site, list, key_of_range(day_of(moment)))
}

/// Where the row of a student's day is counted.
pub(crate) fn counted_day(site: SiteId, day: i64, gap: i64) -> CountedRow {
    CountedRow { state: gap, ..lists::counted_row(site, lists::ACTIVE_STUDENTS_OF_DAY, key_of_range(day)) }
}

/// What is counted by days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Users, by the day on which they came.
    NewUsers,
    /// Enrollments, by the day on which they were made.
    Enrollments,
    /// Enrollments that are completed, by the day on which they were.
    Completions,
}

/// How many there are of each day from `first` to `last`, both included; days without any are left out.
pub fn of_days(
    tx: &mut Tx<'_>,
    site: SiteId,
    counted: Counted,
    days: (i64, i64),
) -> Result<Vec<(i64, i64)>, StoreError> {
    let list = match counted {
        Counted::NewUsers => lists::USERS_OF_DAY,
        Counted::Enrollments => lists::ENROLLMENTS_OF_DAY,
        Counted::Completions => lists::COMPLETIONS_OF_DAY,
    };
    let counts = tx.range_counts(site.get(), list, 0, days)?;
    Ok(counts.into_iter().map(|RangeCount { range, rows, .. }| (range, rows)).collect())
}
