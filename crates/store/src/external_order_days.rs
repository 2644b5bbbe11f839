//! The sums of the ledger of external orders, per day, provider and currency.

use crate::{SiteId, StoreError, Tx, params};

/// One day in milliseconds. Days of the books begin at midnight UTC and are numbered from 1970-01-01.
pub const DAY: i64 = 86_400_000;

/// Changes to the sums of one day, provider and currency.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DayChange {
    pub gross: i64,
    pub refunded: i64,
    pub purchases: i64,
    pub refunds: i64,
    pub subscriptions_opened: i64,
}

pub(crate) fn add_to_day(
    tx: &mut Tx<'_>,
    site: SiteId,
    moment: i64,
    payment_provider: &str,
    currency: &str,
    change: DayChange,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO external_order_days (site_id, day, payment_provider, currency, gross, refunded, purchases, refunds,
           subscriptions_opened)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (site_id, day, payment_provider, currency) DO UPDATE SET
           gross = external_order_days.gross + excluded.gross,
           refunded = external_order_days.refunded + excluded.refunded,
           purchases = external_order_days.purchases + excluded.purchases,
           refunds = external_order_days.refunds + excluded.refunds,
           subscriptions_opened = external_order_days.subscriptions_opened + excluded.subscriptions_opened",
        params![
            site,
            moment.div_euclid(DAY),
            payment_provider,
            currency,
            change.gross,
            change.refunded,
            change.purchases,
            change.refunds,
            change.subscriptions_opened,
        ],
    )?;
    Ok(())
}
