//! Rows of the payments of orders that the school takes itself.

use crate::{Row, StoreError, Tx, params};

/// A payment's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTransactionRow {
    /// Its id.
    pub id: i64,
    /// When it was charged.
    pub created_at: i64,
    /// The order it pays for.
    pub order_id: i64,
    /// Minor units of the currency.
    pub amount: i64,
    /// Its currency, ISO 4217 in lower case.
    pub currency: String,
    /// Whether the money came.
    pub succeeded: bool,
    /// What of it was paid back, in minor units; none while nothing was.
    pub refunded_amount: Option<i64>,
}

const COLUMNS: &str = "id, created_at, order_id, amount, currency, succeeded, refunded_amount";

fn read(row: &Row<'_>) -> Result<OrderTransactionRow, StoreError> {
    Ok(OrderTransactionRow {
        id: row.get(0)?,
        created_at: row.get(1)?,
        order_id: row.get(2)?,
        amount: row.get(3)?,
        currency: row.get(4)?,
        succeeded: row.get(5)?,
        refunded_amount: row.get(6)?,
    })
}

/// Adds a payment.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, row: &OrderTransactionRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO order_transactions (site_id, id, created_at, order_id, amount, currency, succeeded,
           refunded_amount)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            site,
            row.id,
            row.created_at,
            row.order_id,
            row.amount,
            &row.currency,
            row.succeeded,
            row.refunded_amount,
        ],
    )?;
    Ok(())
}

/// Notes how much of a payment was paid back in all.
///
/// # Errors
/// Whatever the database says.
pub fn set_refunded(tx: &mut Tx<'_>, site: i64, id: i64, refunded_amount: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE order_transactions SET refunded_amount = $1 WHERE site_id = $2 AND id = $3",
        params![refunded_amount, site, id],
    )?;
    Ok(())
}

/// The payment with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<OrderTransactionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM order_transactions WHERE site_id = $1 AND id = $2");
    tx.first(&sql, params![site, id], read)
}

/// Every payment of an order, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_order(tx: &mut Tx<'_>, site: i64, order: i64) -> Result<Vec<OrderTransactionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM order_transactions WHERE site_id = $1 AND order_id = $2 ORDER BY id");
    tx.query(&sql, params![site, order], read)
}
