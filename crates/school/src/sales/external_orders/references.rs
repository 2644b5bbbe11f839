//! What a reference says of a transaction that is reported: that it is in the books already, or that another one was
//! reported under the same reference before.

use super::order::{ExternalOrder, Transaction};
use super::{Checked, OrderType};
use crate::error::Result;
use store::external_order_references::{self as rows, Buyer, Content, Reference};
use store::{ExternalOrderId, ExternalOrderTransactionId, SiteId, Tx};

/// For how long after a transaction its reference with the same content is that transaction, in milliseconds. As long as
/// an `Idempotency-Key` is remembered: programs that did not hear the answer try again within hours.
pub const REPLAYED_FOR: i64 = 24 * 60 * 60 * 1000;

/// What became of a transaction that was reported, and the order with its balance.
///
/// A reference counts within its order; for a new order, within its user, product and payment provider; purchases and
/// refunds each have their own. The same reference with the same amount, currency and type of order is the same
/// transaction for [`REPLAYED_FOR`] and changes nothing. Afterwards, or with other content, it is another transaction:
/// some programs send the number of a subscription with every charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It is a new one.
    New(ExternalOrder),
    /// It is a new one, though its reference was used before.
    Reused(ExternalOrder),
    /// It had been reported already; nothing was changed.
    Replayed(ExternalOrder),
}

impl Report {
    /// The order with its balance.
    #[must_use]
    pub fn order(&self) -> &ExternalOrder {
        match self {
            Self::New(order) | Self::Reused(order) | Self::Replayed(order) => order,
        }
    }
}

/// What is in the books under a transaction's reference.
pub(super) enum Earlier {
    /// Nothing, or it has no reference.
    None,
    /// The transaction itself.
    Same(Transaction),
    /// Another transaction.
    Other(ExternalOrderTransactionId),
}

impl Earlier {
    /// The other transaction that has the reference.
    pub(super) fn used_by(&self) -> Option<ExternalOrderTransactionId> {
        match self {
            Self::Other(id) => Some(*id),
            Self::None | Self::Same(_) => None,
        }
    }
}

impl Checked {
    fn reference(&self) -> Option<Reference<'_>> {
        self.reference.as_deref().map(|text| Reference { action: self.action, text })
    }

    /// The content that makes it the same as a transaction of the last day.
    fn content(&self, tx: &mut Tx<'_>) -> Content<'_> {
        let after = tx.moment().saturating_sub(REPLAYED_FOR);
        Content { amount: self.amount.minor, currency: self.amount.currency.code(), after }
    }
}

/// What an order has under the reference of a transaction that is reported for it.
pub(super) fn earlier_in_order(
    tx: &mut Tx<'_>,
    site: SiteId,
    order: ExternalOrderId,
    transaction: &Checked,
) -> Result<Earlier> {
    let Some(reference) = transaction.reference() else { return Ok(Earlier::None) };
    let content = transaction.content(tx);
    if let Some(same) = rows::same_in_order(tx, site, order, reference, content)? {
        return Ok(Earlier::Same(Transaction::of_row(same)?));
    }
    Ok(rows::last_in_order(tx, site, order, reference)?.map_or(Earlier::None, Earlier::Other))
}

/// What the orders of a buyer have under the reference of the first purchase of a new one.
pub(super) fn earlier_of_buyer(
    tx: &mut Tx<'_>,
    site: SiteId,
    buyer: Buyer<'_>,
    order_type: OrderType,
    transaction: &Checked,
) -> Result<Earlier> {
    let Some(reference) = transaction.reference() else { return Ok(Earlier::None) };
    let content = transaction.content(tx);
    if let Some(same) = rows::same_of_buyer(tx, site, buyer, order_type, reference, content)? {
        return Ok(Earlier::Same(Transaction::of_row(same)?));
    }
    Ok(rows::last_of_buyer(tx, site, buyer, reference)?.map_or(Earlier::None, Earlier::Other))
}
