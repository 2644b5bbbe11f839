//! The sums of the ledger of external orders, per day, provider and currency.

use crate::external_orders::{ExternalOrderRow, OrderType};
use crate::{ExternalOrderId, ExternalOrderTransactionId, SiteId, StoreError, Tx, params};

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

/// A subscription counts as opened on the day of its order, in the order's currency.
pub(crate) fn count_opened(tx: &mut Tx<'_>, site: SiteId, order: &ExternalOrderRow, by: i64) -> Result<(), StoreError> {
    if order.order_type != OrderType::Subscription {
        return Ok(());
    }
    let change = DayChange { subscriptions_opened: by, ..DayChange::default() };
    add_to_day(tx, site, order.created_at, &order.payment_provider, &order.currency, change)
}

/// Takes every balance and every sum again from the ledger, and names those that disagree. Reads everything; meant
/// for `doctor` and for tests.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut wrong = tx.query(
        "SELECT o.site_id, o.id FROM external_orders o LEFT JOIN (
           SELECT site_id, order_id, count(*) AS entries, min(amount) AS least,
             sum(CASE WHEN action = 'purchase' THEN amount ELSE 0 END) AS paid,
             sum(CASE WHEN action = 'refund' THEN amount ELSE 0 END) AS refunded
           FROM external_order_transactions GROUP BY site_id, order_id
         ) AS x ON x.site_id = o.site_id AND x.order_id = o.id
         WHERE o.paid <> coalesce(x.paid, 0) OR o.refunded <> coalesce(x.refunded, 0)
           OR o.transactions <> coalesce(x.entries, 0) OR o.refunded > o.paid OR coalesce(x.least, 1) <= 0
         ORDER BY o.site_id, o.id",
        &[],
        |row| {
            let (site, id): (SiteId, ExternalOrderId) = (row.get(0)?, row.get(1)?);
            Ok(format!("site {site}, external order {id}: its balance disagrees with its ledger"))
        },
    )?;
    wrong.extend(tx.query(
        "SELECT x.site_id, x.id FROM external_order_transactions x
         LEFT JOIN external_orders o ON o.site_id = x.site_id AND o.id = x.order_id
         WHERE o.id IS NULL OR x.currency <> o.currency OR x.payment_provider <> o.payment_provider
         ORDER BY x.site_id, x.id",
        &[],
        |row| {
            let (site, id): (SiteId, ExternalOrderTransactionId) = (row.get(0)?, row.get(1)?);
            Ok(format!("site {site}, external transaction {id}: disagrees with its order"))
        },
    )?);
    let days = format!(
        "SELECT site_id, day, payment_provider, currency FROM (
           SELECT site_id, day, payment_provider, currency, gross, refunded, purchases, refunds,
             subscriptions_opened AS opened
           FROM external_order_days
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency,
             CASE WHEN action = 'purchase' THEN -amount ELSE 0 END AS gross,
             CASE WHEN action = 'refund' THEN -amount ELSE 0 END AS refunded,
             CASE WHEN action = 'purchase' THEN -1 ELSE 0 END AS purchases,
             CASE WHEN action = 'refund' THEN -1 ELSE 0 END AS refunds, 0 AS opened
           FROM external_order_transactions
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency, 0, 0, 0, 0, -1
           FROM external_orders WHERE order_type = 'subscription'
         ) AS both_sides GROUP BY site_id, day, payment_provider, currency
         HAVING sum(gross) <> 0 OR sum(refunded) <> 0 OR sum(purchases) <> 0 OR sum(refunds) <> 0 OR sum(opened) <> 0
         ORDER BY site_id, day, payment_provider, currency"
    );
    wrong.extend(tx.query(&days, &[], |row| {
        let (site, day): (SiteId, i64) = (row.get(0)?, row.get(1)?);
        let (provider, currency): (String, String) = (row.get(2)?, row.get(3)?);
        Ok(format!("site {site}, day {day}, {provider}, {currency}: the day's sums disagree with the ledger"))
    })?);
    Ok(wrong)
}
