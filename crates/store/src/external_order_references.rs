//! Entries of the ledger by the reference under which their payment provider knows them. A purchase and its refund may
//! share one.

use crate::external_orders::{Action, OrderType, TransactionRow};
use crate::table::select;
use crate::{ExternalOrderId, ExternalOrderTransactionId, ProductId, SiteId, StoreError, Tx, UserId, params};

/// A reference, and what kind of entry it is of.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// Whether money came in or went back.
    pub action: Action,
    /// By what the provider knows it.
    pub text: &'a str,
}

/// What an entry says besides its reference.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Minor units.
    pub amount: i64,
    /// Three capital letters, ISO 4217.
    pub currency: &'a str,
    /// Only an entry that was made after this moment.
    pub after: i64,
}

/// Whose order is paid, for what and through whom: within these a reference of a new order counts.
#[derive(Debug, Clone, Copy)]
pub struct Buyer<'a> {
    /// Who takes the payments.
    pub payment_provider: &'a str,
    /// Who pays.
    pub user_id: UserId,
    /// For which product.
    pub product_id: ProductId,
}

/// The last entry of an order with this reference and content.
pub fn same_in_order(
    tx: &mut Tx<'_>,
    site: SiteId,
    order: ExternalOrderId,
    reference: Reference<'_>,
    content: Content<'_>,
) -> Result<Option<TransactionRow>, StoreError> {
    let sql = select!(
        TransactionRow,
        "WHERE t.site_id = $1 AND t.reference = $2 AND t.order_id = $3 AND t.action = $4 AND t.amount = $5
           AND t.currency = $6 AND t.created_at > $7 ORDER BY t.id DESC LIMIT 1"
    );
    let Content { amount, currency, after } = content;
    tx.first(sql, params![site, reference.text, order, reference.action, amount, currency, after], TransactionRow::read)
}

/// The last entry of an order with this reference, whatever else it says.
pub fn last_in_order(
    tx: &mut Tx<'_>,
    site: SiteId,
    order: ExternalOrderId,
    reference: Reference<'_>,
) -> Result<Option<ExternalOrderTransactionId>, StoreError> {
    let sql = "SELECT id FROM external_order_transactions
               WHERE site_id = $1 AND reference = $2 AND order_id = $3 AND action = $4 ORDER BY id DESC LIMIT 1";
    tx.first(sql, params![site, reference.text, order, reference.action], |row| row.get(0))
}

/// The last entry of a buyer's orders of one type with this reference and content.
pub fn same_of_buyer(
    tx: &mut Tx<'_>,
    site: SiteId,
    buyer: Buyer<'_>,
    order_type: OrderType,
    reference: Reference<'_>,
    content: Content<'_>,
) -> Result<Option<TransactionRow>, StoreError> {
    let sql = select!(
        TransactionRow,
        "JOIN external_orders o ON o.site_id = t.site_id AND o.id = t.order_id
         WHERE t.site_id = $1 AND t.user_id = $2 AND t.product_id = $3 AND t.payment_provider = $4 AND t.reference = $5
           AND t.action = $6 AND t.created_at > $7 AND t.amount = $8 AND t.currency = $9 AND o.order_type = $10
         ORDER BY t.created_at DESC, t.id DESC LIMIT 1"
    );
    let Buyer { payment_provider, user_id, product_id } = buyer;
    let Content { amount, currency, after } = content;
    tx.first(
        sql,
        params![
            site,
            user_id,
            product_id,
            payment_provider,
            reference.text,
            reference.action,
            after,
            amount,
            currency,
            order_type,
        ],
        TransactionRow::read,
    )
}

/// The last entry of a buyer's orders with this reference, whatever else it says.
pub fn last_of_buyer(
    tx: &mut Tx<'_>,
    site: SiteId,
    buyer: Buyer<'_>,
    reference: Reference<'_>,
) -> Result<Option<ExternalOrderTransactionId>, StoreError> {
    let sql = "SELECT id FROM external_order_transactions
               WHERE site_id = $1 AND user_id = $2 AND product_id = $3 AND payment_provider = $4 AND reference = $5
                 AND action = $6
               ORDER BY created_at DESC, id DESC LIMIT 1";
    let Buyer { payment_provider, user_id, product_id } = buyer;
    tx.first(sql, params![site, user_id, product_id, payment_provider, reference.text, reference.action], |row| {
        row.get(0)
    })
}
