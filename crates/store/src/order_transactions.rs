//! Rows of the payments of orders that the school takes itself.

use crate::table::{select, table};
use crate::{OrderId, OrderTransactionId, SiteId, StoreError, Tx, params};

table! {
    /// A payment's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrderTransactionRow in "order_transactions" of site {
        keys {
            /// Its id.
            id: OrderTransactionId,
        }
        fixed {
            /// When it was charged.
            created_at: i64,
            /// The order it pays for.
            order_id: OrderId,
            /// Minor units of the currency.
            amount: i64,
            /// Its currency, ISO 4217 in lower case.
            currency: String,
            /// Whether the money came.
            succeeded: bool,
        }
        values {
            /// What of it was paid back, in minor units; none while nothing was.
            refunded_amount: Option<i64>,
        }
    }
}

/// Adds a payment.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &OrderTransactionRow) -> Result<(), StoreError> {
    row.insert(tx, site)?;
    Ok(())
}

/// Notes how much of a payment was paid back in all.
pub fn set_refunded(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: OrderTransactionId,
    refunded_amount: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE order_transactions SET refunded_amount = $1 WHERE site_id = $2 AND id = $3",
        params![refunded_amount, site, id],
    )?;
    Ok(())
}

/// The payment with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: OrderTransactionId) -> Result<Option<OrderTransactionRow>, StoreError> {
    let sql = select!(OrderTransactionRow, "WHERE site_id = $1 AND id = $2");
    tx.first(sql, params![site, id], OrderTransactionRow::read)
}

/// Every payment of an order, oldest first.
pub fn of_order(tx: &mut Tx<'_>, site: SiteId, order: OrderId) -> Result<Vec<OrderTransactionRow>, StoreError> {
    let sql = select!(OrderTransactionRow, "WHERE site_id = $1 AND order_id = $2 ORDER BY id");
    tx.query(sql, params![site, order], OrderTransactionRow::read)
}
