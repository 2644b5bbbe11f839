//! What was ordered on each day, per currency: the sums of the school's own orders, without those that are not paid yet.
//!
//! An order counts on the day on which it was made, also when it was paid or refunded later. The sums change in the
//! transaction of the order; [`crate::books::audit`] takes them again from the orders.

use crate::external_order_days::DAY;
use crate::{SiteId, StoreError, Tx, day_counts, params};

/// Adds so many orders, and what they come to in hundredths, to the sums of the day of a moment.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    site: SiteId,
    moment: i64,
    currency: &str,
    (amount, orders): (i64, i64),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO order_days (site_id, day, currency, amount, orders) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, day, currency) DO UPDATE SET
           amount = order_days.amount + excluded.amount, orders = order_days.orders + excluded.orders",
        params![site, day_counts::day_of(moment), currency, amount, orders],
    )?;
    Ok(())
}

/// What was ordered on one day in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersOfDay {
    /// The day.
    pub day: i64,
    /// Three letters, ISO 4217, in lower case.
    pub currency: String,
    /// The sum, in hundredths of the currency.
    pub amount: i64,
    /// How many orders.
    pub orders: i64,
}

/// What was ordered on the days from `first` to `last`, both included.
pub fn of_days(tx: &mut Tx<'_>, site: SiteId, (first, last): (i64, i64)) -> Result<Vec<OrdersOfDay>, StoreError> {
    tx.query(
        "SELECT day, currency, amount, orders FROM order_days
         WHERE site_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, currency",
        params![site, first, last],
        |row| Ok(OrdersOfDay { day: row.get(0)?, currency: row.get(1)?, amount: row.get(2)?, orders: row.get(3)? }),
    )
}

/// Takes the sums of a school again from its orders, whose dates have changed.
pub(crate) fn sum_up(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM order_days WHERE site_id = $1", params![site])?;
    let sql = format!(
        "INSERT INTO order_days (site_id, day, currency, amount, orders)
         SELECT site_id, created_at / {DAY}, currency, CAST(sum(amount_cents) AS BIGINT), count(*)
         FROM orders WHERE site_id = $1 AND status <> 'pending' GROUP BY site_id, created_at / {DAY}, currency"
    );
    tx.execute(&sql, params![site])?;
    Ok(())
}
