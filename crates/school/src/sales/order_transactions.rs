//! Payments of orders that the school takes itself. What other providers take is in external orders.
//!
//! A payment that succeeds completes an order that waited for it; when everything that was paid is paid back, the order
//! is refunded. Amounts are minor units of the order's currency.

use crate::check::Check;
use crate::error::{Error, Result};
use crate::events::{self, Topic, payloads};
use crate::orders::{self, Buyer, Order, Status};
use store::order_transactions as rows;
pub use store::order_transactions::OrderTransactionRow as OrderTransaction;
use store::{OrderId, OrderTransactionId, SiteId, Tx};

/// One payment.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such payment.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: OrderTransactionId) -> Result<OrderTransaction> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Every payment of an order, oldest first.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such order.
pub fn of_order(tx: &mut Tx<'_>, site: SiteId, order: OrderId) -> Result<Vec<OrderTransaction>> {
    orders::get(tx, site, order)?;
    Ok(rows::of_order(tx, site, order)?)
}

/// Notes that a payment of an order succeeded: of this amount, or of all that the order is about. A payment plan or a
/// subscription has many.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such order; [`Error::Invalid`] when the amount is not above zero, or the
/// order was refunded.
pub fn succeeded(tx: &mut Tx<'_>, site: SiteId, order: OrderId, amount: Option<i64>) -> Result<OrderTransaction> {
    charge(tx, site, order, amount, true)
}

/// Notes that a payment of an order failed: of this amount, or of all that the order is about.
///
/// # Errors
/// As [`succeeded`].
pub fn failed(tx: &mut Tx<'_>, site: SiteId, order: OrderId, amount: Option<i64>) -> Result<OrderTransaction> {
    charge(tx, site, order, amount, false)
}

fn charge(
    tx: &mut Tx<'_>,
    site: SiteId,
    order: OrderId,
    amount: Option<i64>,
    succeeded: bool,
) -> Result<OrderTransaction> {
    let mut order = orders::get(tx, site, order)?;
    let amount = amount.unwrap_or(order.amount_cents);
    let mut check = Check::new();
    check.that(amount > 0, "amount", "must be greater than 0");
    check.that(order.status != Status::Refunded, "order_id", "has been refunded");
    check.done()?;
    let stamp = tx.stamp(site)?;
    let transaction = OrderTransaction {
        id: OrderTransactionId::next(tx)?,
        created_at: stamp.at,
        order_id: order.id,
        amount,
        currency: order.currency.to_lowercase(),
        succeeded,
        refunded_amount: None,
    };
    rows::insert(tx, site, &transaction)?;
    if succeeded && order.status == Status::Pending {
        orders::complete(tx, site, &mut order)?;
    }
    let topic = if succeeded { Topic::OrderTransactionSucceeded } else { Topic::OrderTransactionFailed };
    tell(tx, site, topic, &transaction, &order)?;
    Ok(transaction)
}

/// Pays a payment back: this much of it, or all that is left.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such payment; [`Error::Invalid`] when it failed, or less is left of it.
pub fn refunded(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: OrderTransactionId,
    amount: Option<i64>,
) -> Result<OrderTransaction> {
    let mut transaction = get(tx, site, id)?;
    let left = transaction.amount - transaction.refunded_amount.unwrap_or(0);
    let amount = amount.unwrap_or(left);
    let mut check = Check::new();
    check.that(transaction.succeeded, "base", "nothing was paid");
    check.that(amount > 0 || left == 0, "amount", "must be greater than 0");
    check.that(amount <= left && left > 0, "amount", "exceeds what was paid");
    check.done()?;
    let refunded = transaction.amount - left + amount;
    rows::set_refunded(tx, site, id, refunded)?;
    transaction.refunded_amount = Some(refunded);
    let mut order = orders::get(tx, site, transaction.order_id)?;
    let all = rows::of_order(tx, site, order.id)?;
    if all.iter().all(|one| !one.succeeded || one.refunded_amount == Some(one.amount)) {
        orders::set_status(tx, site, &mut order, Status::Refunded)?;
    }
    tell(tx, site, Topic::OrderTransactionRefunded, &transaction, &order)?;
    Ok(transaction)
}

fn tell(tx: &mut Tx<'_>, site: SiteId, topic: Topic, transaction: &OrderTransaction, order: &Order) -> Result<()> {
    let buyer = Buyer::of(tx, site, order)?;
    events::record(tx, site, topic, &payloads::OrderTransaction::of(transaction, order, buyer.person()))
}
