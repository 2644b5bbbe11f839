//! What the books of external orders say of a period: sums of their days, and who pays at its end.

use crate::{SiteId, StoreError, Tx, params};

/// What the books say of a provider and a currency over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// Who took the payments.
    pub payment_provider: String,
    /// Three capital letters, ISO 4217.
    pub currency: String,
    /// The sum of the purchases, in minor units.
    pub gross: i64,
    /// The sum of the refunds, in minor units.
    pub refunded: i64,
    /// How many purchases.
    pub purchases: i64,
    /// How many refunds.
    pub refunds: i64,
    /// How many subscriptions were opened.
    pub subscriptions_opened: i64,
}

/// The sums of the days from `from` to `to`, both included, per provider and currency.
pub fn sums(tx: &mut Tx<'_>, site: SiteId, from: i64, to: i64) -> Result<Vec<Sums>, StoreError> {
    tx.query(
        "SELECT payment_provider, currency, CAST(sum(gross) AS BIGINT), CAST(sum(refunded) AS BIGINT),
           CAST(sum(purchases) AS BIGINT), CAST(sum(refunds) AS BIGINT), CAST(sum(subscriptions_opened) AS BIGINT)
         FROM external_order_days WHERE site_id = $1 AND day >= $2 AND day <= $3
         GROUP BY payment_provider, currency",
        params![site, from, to],
        |row| {
            Ok(Sums {
                payment_provider: row.get(0)?,
                currency: row.get(1)?,
                gross: row.get(2)?,
                refunded: row.get(3)?,
                purchases: row.get(4)?,
                refunds: row.get(5)?,
                subscriptions_opened: row.get(6)?,
            })
        },
    )
}

/// How many subscriptions opened before `moment` are paid up to it, per provider and currency.
pub fn paying(tx: &mut Tx<'_>, site: SiteId, moment: i64) -> Result<Vec<(String, String, i64)>, StoreError> {
    // Set apart, so that the index of what is being paid is read and nothing else.
    tx.query(
        "WITH paid AS MATERIALIZED (
           SELECT payment_provider, currency FROM external_orders
           WHERE site_id = $1 AND paying_until IS NOT NULL AND paying_until >= $2 AND created_at < $2)
         SELECT payment_provider, currency, count(*) FROM paid GROUP BY payment_provider, currency",
        params![site, moment],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}
