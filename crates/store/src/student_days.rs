//! On which days a student did something in a course, so that it is known how many did so in any period.
//!
//! Each day of a student knows how many days before they were last active (`gap`). In a period of days everybody has one
//! first day, and it is the one whose gap reaches beyond the beginning of the period: so it is enough to know how many rows
//! there are of each day and gap, which the counts do, to know how many different students a period has.

use crate::external_order_days::DAY;
use crate::{SiteId, StoreError, Tx, UserId, day_counts, lists, params};

/// The longest period, in days, of which it is known how many were active in it.
pub const LONGEST_PERIOD: i64 = 366;
/// The gap of whoever was not active for so long, or never.
const NEW: i64 = LONGEST_PERIOD + 1;

fn gap(last: Option<i64>, day: i64) -> i64 {
    last.map_or(NEW, |last| (day - last).min(NEW))
}

/// Notes that a student did something at a moment.
pub fn note(tx: &mut Tx<'_>, site: SiteId, user: UserId, moment: i64) -> Result<(), StoreError> {
    let day = day_counts::day_of(moment);
    let sql = "SELECT day FROM student_days WHERE site_id = $1 AND user_id = $2 AND day <= $3
               ORDER BY day DESC LIMIT 1";
    let last: Option<i64> = tx.first(sql, params![site, user, day], |row| row.get(0))?;
    if last == Some(day) {
        return Ok(());
    }
    let new = gap(last, day);
    let sql = "INSERT INTO student_days (site_id, user_id, day, gap) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![site, user, day, new])?;
    tx.update_counts(&[], &[day_counts::counted_day(site, day, new)]);
    // Days come in order, unless a clock was set back.
    let sql = "SELECT day, gap FROM student_days WHERE site_id = $1 AND user_id = $2 AND day > $3 ORDER BY day LIMIT 1";
    let next: Option<(i64, i64)> = tx.first(sql, params![site, user, day], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some((next, had)) = next {
        let has = gap(Some(day), next);
        let sql = "UPDATE student_days SET gap = $1 WHERE site_id = $2 AND user_id = $3 AND day = $4";
        tx.execute(sql, params![has, site, user, next])?;
        let counted = |gap| [day_counts::counted_day(site, next, gap)];
        tx.update_counts(&counted(had), &counted(has));
    }
    Ok(())
}

/// Forgets when a student was active.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = "SELECT day, gap FROM student_days WHERE site_id = $1 AND user_id = $2";
    let days: Vec<(i64, i64)> = tx.query(sql, params![site, user], |row| Ok((row.get(0)?, row.get(1)?)))?;
    tx.execute("DELETE FROM student_days WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    for (day, gap) in days {
        tx.update_counts(&[day_counts::counted_day(site, day, gap)], &[]);
    }
    Ok(())
}

/// How many students were active on a day for the first time since a number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveOfDay {
    /// The day.
    pub day: i64,
    /// How many days before they were last active; more than [`LONGEST_PERIOD`] when that is longer ago, or never was.
    pub gap: i64,
    /// How many they are.
    pub students: i64,
}

/// Who was active on the days from `first` to `last`, both included, in their order.
pub fn of_days(tx: &mut Tx<'_>, site: SiteId, days: (i64, i64)) -> Result<Vec<ActiveOfDay>, StoreError> {
    let counts = tx.range_counts(site.get(), lists::ACTIVE_STUDENTS_OF_DAY, 0, days)?;
    let of_day = |count: database::RangeCount| ActiveOfDay { day: count.range, gap: count.state, students: count.rows };
    Ok(counts.into_iter().map(of_day).collect())
}

/// Brings days that are ahead of the clock to today, after it was wrong.
pub(crate) fn bring_to_today(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    let now = database::now();
    let sql = "SELECT user_id, day, gap FROM student_days WHERE site_id = $1 AND day > $2";
    let ahead: Vec<(UserId, i64, i64)> =
        tx.query(sql, params![site, now.div_euclid(DAY)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (user, day, gap) in ahead {
        let sql = "DELETE FROM student_days WHERE site_id = $1 AND user_id = $2 AND day = $3";
        tx.execute(sql, params![site, user, day])?;
        tx.update_counts(&[day_counts::counted_day(site, day, gap)], &[]);
        note(tx, site, user, now)?;
    }
    Ok(())
}
