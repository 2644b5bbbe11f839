//! The dates of a school, when its server's clock was wrong for a while: see [`database::clock`].

use crate::dump::{self, Table};
use crate::external_order_days::DAY;
use crate::{SiteId, StoreError, Tx, params};
use database::clock::{self, DatedColumn};
pub use database::clock::{EARLIEST, TOLERANCE};

/// A school whose dates are ahead of this machine's clock, or not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disorder {
    /// The school; none for what is outside any school.
    pub site: SiteId,
    /// Its subdomain.
    pub subdomain: String,
    /// When its last change was, by its own dates.
    pub last: i64,
    /// The earliest moment to which its dates went back; none when they are only ahead of the clock.
    pub set_back_to: Option<i64>,
}

/// The schools whose dates are ahead of this machine's clock, or have gone back with it.
pub fn disorders(tx: &mut Tx<'_>) -> Result<Vec<Disorder>, StoreError> {
    let mut found = Vec::new();
    for clock::Disorder { site, last, set_back_to } in clock::disorders(tx)? {
        let site = SiteId::new(site);
        let subdomain = crate::sites::get(tx, site)?.map(|site| site.subdomain).unwrap_or_default();
        found.push(Disorder { site, subdomain, last, set_back_to });
    }
    Ok(found)
}

/// Puts the dates of a school in order, as of now; gives how many were changed. Reads every row of the school.
pub fn put_in_order(tx: &mut Tx<'_>, site: SiteId) -> Result<usize, StoreError> {
    let mut changed = 0;
    for table in dump::tables(tx)? {
        let has = |name: &str| has(&table, name);
        if !has("site_id") {
            continue;
        }
        for (key, column) in [("id", "created_at"), ("rev", "updated_at")] {
            if has(key) && has(column) {
                changed += clock::put_in_order(tx, site.get(), DatedColumn { table: table.name, key, column })?;
            } else if has(column) {
                changed += bring_to_now(tx, site, table.name, column)?;
            }
        }
    }
    sum_up_days(tx, site)?;
    crate::order_days::sum_up(tx, site)?;
    crate::student_days::bring_to_today(tx, site)?;
    crate::lists::recount_days(tx, site)?;
    bring_due_forward(tx, site, database::now())?;
    clock::set_in_order(tx, site.get())?;
    Ok(changed)
}

fn has(table: &Table, name: &str) -> bool {
    table.columns.iter().any(|column| column.name == name)
}

/// Where the rows have no order of their own, what is ahead of the clock is as of now.
fn bring_to_now(tx: &mut Tx<'_>, site: SiteId, table: &str, column: &str) -> Result<usize, StoreError> {
    let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} > $1 AND site_id = $2");
    let changed = tx.execute(&sql, params![database::now(), site])?;
    Ok(usize::try_from(changed).unwrap_or(usize::MAX))
}

/// Takes the sums of external orders of each day again from the ledger, whose dates have changed.
fn sum_up_days(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM external_order_days WHERE site_id = $1", params![site])?;
    let sql = format!(
        "INSERT INTO external_order_days (site_id, day, payment_provider, currency, gross, refunded, purchases, refunds,
           subscriptions_opened)
         SELECT site_id, day, payment_provider, currency, CAST(sum(gross) AS BIGINT), CAST(sum(refunded) AS BIGINT),
           CAST(sum(purchases) AS BIGINT), CAST(sum(refunds) AS BIGINT), CAST(sum(opened) AS BIGINT)
         FROM (
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency,
             CASE WHEN action = 'purchase' THEN amount ELSE 0 END AS gross,
             CASE WHEN action = 'refund' THEN amount ELSE 0 END AS refunded,
             CASE WHEN action = 'purchase' THEN 1 ELSE 0 END AS purchases,
             CASE WHEN action = 'refund' THEN 1 ELSE 0 END AS refunds, 0 AS opened
           FROM external_order_transactions WHERE site_id = $1
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency, 0, 0, 0, 0, 1
           FROM external_orders WHERE site_id = $1 AND order_type = 'subscription'
         ) AS ledger GROUP BY site_id, day, payment_provider, currency"
    );
    tx.execute(&sql, params![site])?;
    Ok(())
}

/// Nothing is put off for longer than this, in milliseconds: what is due later was put off by a clock that was ahead.
const LONGEST_PAUSE: i64 = 86_400_000;

/// Makes mails and deliveries due now that a clock which was ahead has put off until then; gives how many. A look or two
/// into an index.
pub fn bring_due_forward(tx: &mut Tx<'_>, site: SiteId, now: i64) -> Result<u64, StoreError> {
    let latest = now + LONGEST_PAUSE;
    let mut brought = 0;
    // A mail that was given up as too old, or is not yet, is counted from when it was queued.
    let sql =
        "UPDATE outgoing_mails SET due_at = $1, created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END
               WHERE site_id = $2 AND due_at > $3 AND due_at IS NOT NULL";
    brought += tx.execute(sql, params![now, site, latest])?;
    for (webhook, due_at) in crate::webhooks::last_due(tx, site)? {
        if due_at > latest {
            let sql = "UPDATE deliveries SET due_at = $1
                       WHERE site_id = $2 AND webhook = $3 AND state = 0 AND due_at > $4";
            brought += tx.execute(sql, params![now, site, webhook, latest])?;
            tx.notify_queue(site, webhook);
        }
    }
    Ok(brought)
}

/// Whether [`bring_due_forward`] has anything to do.
pub fn has_put_off(tx: &mut Tx<'_>, site: SiteId, now: i64) -> Result<bool, StoreError> {
    let latest = now + LONGEST_PAUSE;
    let sql = "SELECT 1 FROM outgoing_mails WHERE site_id = $1 AND due_at > $2 AND due_at IS NOT NULL LIMIT 1";
    Ok(tx.first(sql, params![site, latest], |_| Ok(()))?.is_some()
        || crate::webhooks::last_due(tx, site)?.iter().any(|(_, due_at)| *due_at > latest))
}
