//! What the books of external orders say of a period: sums of their days, and who pays at its end.

use crate::external_orders::Action;
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

/// What the books say of one day, provider and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumsOfDay {
    /// The day, numbered from 1970-01-01.
    pub day: i64,
    /// Who took the payments.
    pub payment_provider: String,
    /// Three capital letters, ISO 4217.
    pub currency: String,
    /// The sum of the purchases, in minor units.
    pub gross: i64,
    /// The sum of the refunds, in minor units.
    pub refunded: i64,
}

/// The sums of each of the days from `first` to `last`, both included, in their order.
pub fn of_days(tx: &mut Tx<'_>, site: SiteId, (first, last): (i64, i64)) -> Result<Vec<SumsOfDay>, StoreError> {
    tx.query(
        "SELECT day, payment_provider, currency, gross, refunded FROM external_order_days
         WHERE site_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, payment_provider, currency",
        params![site, first, last],
        |row| {
            Ok(SumsOfDay {
                day: row.get(0)?,
                payment_provider: row.get(1)?,
                currency: row.get(2)?,
                gross: row.get(3)?,
                refunded: row.get(4)?,
            })
        },
    )
}

/// How many subscriptions that were opened by `moment` are paid up to it, per provider and currency.
pub fn paying(tx: &mut Tx<'_>, site: SiteId, moment: i64) -> Result<Vec<(String, String, i64)>, StoreError> {
    // Set apart, so that the index of what is being paid is read and nothing else.
    tx.query(
        "WITH paid AS MATERIALIZED (
           SELECT payment_provider, currency FROM external_orders
           WHERE site_id = $1 AND paying_until IS NOT NULL AND paying_until >= $2 AND created_at <= $2)
         SELECT payment_provider, currency, count(*) FROM paid GROUP BY payment_provider, currency",
        params![site, moment],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// A reference under which something was entered that had been used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReusedReference {
    /// Who took the payments.
    pub payment_provider: String,
    /// Three capital letters, ISO 4217.
    pub currency: String,
    /// What was entered.
    pub action: Action,
    /// The reference.
    pub reference: String,
    /// How many entries had it though it had been used before.
    pub transactions: i64,
    /// Their sum, in minor units.
    pub amount: i64,
}

/// The references that were used again from `from` until before `until`, `most` of them, in the order of their provider
/// and currency.
pub fn reused_references(
    tx: &mut Tx<'_>,
    site: SiteId,
    (from, until): (i64, i64),
    (payment_provider, currency): (Option<&str>, Option<&str>),
    most: i64,
) -> Result<Vec<ReusedReference>, StoreError> {
    tx.query(
        "SELECT payment_provider, currency, action, reference, count(*), CAST(sum(amount) AS BIGINT)
         FROM external_order_transactions
         WHERE site_id = $1 AND reuse_of IS NOT NULL AND created_at >= $2 AND created_at < $3
           AND payment_provider = coalesce($4, payment_provider) AND currency = coalesce($5, currency)
         GROUP BY payment_provider, currency, action, reference
         ORDER BY payment_provider, currency, action, reference LIMIT $6",
        params![site, from, until, payment_provider, currency, most],
        |row| {
            Ok(ReusedReference {
                payment_provider: row.get(0)?,
                currency: row.get(1)?,
                action: row.get(2)?,
                reference: row.get(3)?,
                transactions: row.get(4)?,
                amount: row.get(5)?,
            })
        },
    )
}
