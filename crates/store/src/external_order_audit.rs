//! Whether balances and sums of external orders agree with their ledger.

use crate::external_order_days::DAY;
use crate::{ExternalOrderId, ExternalOrderTransactionId, SiteId, StoreError, Tx};

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
           OR x.user_id <> o.user_id OR x.product_id <> o.product_id
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
