//! Rows of subscriptions that the school takes the payments of itself.

use crate::{Row, StoreError, Tx, params};

/// A subscription's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Its id.
    pub id: i64,
    /// When it was opened.
    pub created_at: i64,
    /// Who pays.
    pub user_id: i64,
    /// For which product.
    pub product_id: i64,
    /// What each payment is, in minor units of the product's currency.
    pub amount: i64,
    /// `month` or `year`, between payments.
    pub interval: String,
    /// `active`, `past_due`, `unpaid` or `cancelled`.
    pub status: String,
    /// When it was cancelled.
    pub cancelled_at: Option<i64>,
    /// When a cancelled one ends.
    pub scheduled_cancellation_at: Option<i64>,
}

const COLUMNS: &str = "id, created_at, user_id, product_id, amount, billing_interval, status, cancelled_at, \
                       scheduled_cancellation_at";

fn read(row: &Row<'_>) -> Result<SubscriptionRow, StoreError> {
    Ok(SubscriptionRow {
        id: row.get(0)?,
        created_at: row.get(1)?,
        user_id: row.get(2)?,
        product_id: row.get(3)?,
        amount: row.get(4)?,
        interval: row.get(5)?,
        status: row.get(6)?,
        cancelled_at: row.get(7)?,
        scheduled_cancellation_at: row.get(8)?,
    })
}

/// Adds a subscription.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, row: &SubscriptionRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO subscriptions (site_id, id, created_at, user_id, product_id, amount, billing_interval, status,
           cancelled_at, scheduled_cancellation_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            site,
            row.id,
            row.created_at,
            row.user_id,
            row.product_id,
            row.amount,
            &row.interval,
            &row.status,
            row.cancelled_at,
            row.scheduled_cancellation_at,
        ],
    )?;
    Ok(())
}

/// Writes how a subscription stands.
///
/// # Errors
/// Whatever the database says.
pub fn update(tx: &mut Tx<'_>, site: i64, row: &SubscriptionRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE subscriptions SET status = $1, cancelled_at = $2, scheduled_cancellation_at = $3
         WHERE site_id = $4 AND id = $5",
        params![&row.status, row.cancelled_at, row.scheduled_cancellation_at, site, row.id],
    )?;
    Ok(())
}

/// The subscription with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<SubscriptionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM subscriptions WHERE site_id = $1 AND id = $2");
    tx.first(&sql, params![site, id], read)
}

/// Every subscription of a user, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_user(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<Vec<SubscriptionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM subscriptions WHERE site_id = $1 AND user_id = $2 ORDER BY id");
    tx.query(&sql, params![site, user], read)
}
