//! Whether every sum that is kept agrees with the rows that it is of. Counts of rows are in [`crate::lists`].

use crate::external_order_days::DAY;
use crate::{SiteId, StoreError, Tx, UserId, external_orders, student_days};

/// Takes every sum again from its rows, and names those that disagree. Reads everything; meant for `doctor` and for tests.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut wrong = external_orders::audit(tx)?;
    wrong.extend(order_days(tx)?);
    wrong.extend(gaps(tx)?);
    Ok(wrong)
}

fn order_days(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT site_id, day, currency FROM (
           SELECT site_id, day, currency, amount, orders FROM order_days
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, currency, -amount_cents AS amount, -1 AS orders
           FROM orders WHERE status <> 'pending'
         ) AS both_sides GROUP BY site_id, day, currency HAVING sum(amount) <> 0 OR sum(orders) <> 0
         ORDER BY site_id, day, currency"
    );
    tx.query(&sql, &[], |row| {
        let (site, day, currency): (SiteId, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("site {site}, day {day}, {currency}: the day's sums disagree with the orders"))
    })
}

fn gaps(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let longest = student_days::LONGEST_PERIOD;
    let sql = format!(
        "SELECT site_id, user_id, day FROM (
           SELECT site_id, user_id, day, gap,
             lag(day) OVER (PARTITION BY site_id, user_id ORDER BY day) AS last_day FROM student_days
         ) AS days
         WHERE gap <> CASE WHEN last_day IS NULL OR day - last_day > {longest} THEN {longest} + 1 ELSE day - last_day END
         ORDER BY site_id, user_id, day"
    );
    tx.query(&sql, &[], |row| {
        let (site, user, day): (SiteId, UserId, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("site {site}, user {user}, day {day}: when they were active before disagrees with their days"))
    })
}
