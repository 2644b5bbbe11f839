//! What is done about a clock that is wrong for a while.
//!
//! The moments of a site grow with its changes, and lists find a range of time as a range of keys. A clock that is set back
//! a little (by NTP, or because another server's is a little behind) changes nothing of that: moments wait for it. But a
//! clock that was years ahead, for one write, would date everything years ahead until then. So when it is set back by
//! more, moments go back with it, and the site's row says to when. From there on a range of time is no range of keys any
//! more; lists with such a filter look at each row's own date, which is right and takes longer, until [`mend`] has put the
//! dates in order.
//!
//! A clock before [`EARLIEST`] has lost its battery, and nothing is dated by it that could be dated by the last change.

use crate::{StoreError, Tx, now, params};

/// Moments wait for a clock that is behind by this much at most, in milliseconds: an hour.
pub const TOLERANCE: i64 = 3_600_000;
/// No clock that is right says an earlier time: 2026-01-01T00:00:00Z, in milliseconds.
pub const EARLIEST: i64 = 1_767_225_600_000;

/// Whether a site whose last change was at `last` has had its clock set back, `now` that it is this late.
pub(crate) fn was_set_back(last: i64, now: i64) -> bool {
    last - now > TOLERANCE && now >= EARLIEST
}

/// A site whose dates are not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disorder {
    /// The site.
    pub site: i64,
    /// When its last change was, by its own dates.
    pub last: i64,
    /// The earliest moment to which its dates went back; none when they are only ahead of the clock.
    pub set_back_to: Option<i64>,
}

/// The sites whose dates are ahead of this machine's clock, or have gone back with it.
///
/// # Errors
/// When the clocks cannot be read.
pub fn disorders(tx: &mut Tx<'_>) -> Result<Vec<Disorder>, StoreError> {
    let sql = "SELECT site_id, at, set_back_to FROM site_clocks
               WHERE at > $1 OR set_back_to IS NOT NULL ORDER BY site_id";
    tx.query(sql, params![now() + TOLERANCE], |row| {
        Ok(Disorder { site: row.get(0)?, last: row.get(1)?, set_back_to: row.get(2)? })
    })
}

/// Up to which moment the order of a site's dates can be relied on; none when all of it can.
pub(crate) fn ordered_until(tx: &mut Tx<'_>, site: i64) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT set_back_to FROM site_clocks WHERE site_id = $1";
    Ok(tx.first(sql, params![site], |row| row.get(0))?.flatten())
}

/// A column of dates that grow with a key.
#[derive(Debug, Clone, Copy)]
pub struct DatedColumn<'t> {
    /// The table; its rows have a `site_id`.
    pub table: &'t str,
    /// The key: `id`, or `rev`.
    pub key: &'t str,
    /// The dates.
    pub column: &'t str,
}

/// Puts the dates of a column in order, as of now: those ahead of the clock become those of what came after them, and
/// those that ran back are moved up to what came before. Gives how many rows were changed. Reads every row of the site.
///
/// # Errors
/// Those of the statements.
pub fn put_in_order(tx: &mut Tx<'_>, site: i64, dated: DatedColumn<'_>) -> Result<usize, StoreError> {
    let DatedColumn { table, key, column } = dated;
    let sql = format!("SELECT {key}, {column} FROM {table} WHERE site_id = $1 ORDER BY {key}");
    let rows: Vec<(i64, i64)> = tx.query(&sql, params![site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let dates: Vec<i64> = rows.iter().map(|(_, at)| *at).collect();
    let update = format!("UPDATE {table} SET {column} = $1 WHERE site_id = $2 AND {key} = $3");
    let mut changed = 0;
    for ((id, at), right) in rows.iter().zip(in_order(&dates, now())) {
        if *at != right {
            tx.execute(&update, params![right, site, *id])?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Notes that the dates of a site are in order, up to now.
///
/// # Errors
/// Those of the statement.
pub fn set_in_order(tx: &mut Tx<'_>, site: i64) -> Result<(), StoreError> {
    let sql = "UPDATE site_clocks SET at = CASE WHEN at > $1 THEN $1 ELSE at END, set_back_to = NULL
               WHERE site_id = $2";
    tx.execute(sql, params![now(), site])?;
    tx.pending().clocks.remove(&site);
    Ok(())
}

/// Dates in order, none of them after `now`.
fn in_order(dates: &[i64], now: i64) -> Vec<i64> {
    let mut right = dates.to_vec();
    // Ahead of the clock: as late as what came after it, which was dated by a clock that was right.
    let mut next = now;
    for at in right.iter_mut().rev() {
        if *at > now {
            *at = next;
        }
        next = *at;
    }
    let mut latest = i64::MIN;
    for at in &mut right {
        latest = latest.max(*at);
        *at = latest;
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_ahead_become_those_of_what_came_after() {
        assert_eq!(in_order(&[1, 2, 3], 10), [1, 2, 3]);
        assert_eq!(in_order(&[1, 99, 98, 3, 4], 10), [1, 3, 3, 3, 4]);
        assert_eq!(in_order(&[1, 2, 99], 10), [1, 2, 10]);
        // What is not ahead any more cannot be told from what is right.
        assert_eq!(in_order(&[1, 9, 3, 4], 10), [1, 9, 9, 9]);
        assert_eq!(in_order(&[], 10), [0; 0]);
    }

    #[test]
    fn a_clock_is_set_back_by_more_than_an_hour_and_not_to_the_time_before_this_program() {
        let today = EARLIEST + 86_400_000;
        assert!(!was_set_back(today + TOLERANCE, today));
        assert!(was_set_back(today + TOLERANCE + 1, today));
        assert!(!was_set_back(today, 0));
    }
}
