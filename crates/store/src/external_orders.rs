//! Rows of external orders: their ledger, their balances, and the ledger's sums per day.
//!
//! Entries of the ledger are only ever added. The balances on the order and the sums per day change with them, in the
//! same transaction; [`audit`](crate::external_order_audit::audit) takes both again from the ledger.

use crate::enums::text_enum;
pub use crate::external_order_audit::audit;
pub use crate::external_order_days::DAY;
use crate::external_order_days::{DayChange, add_to_day};
use crate::table::{select, table};
use crate::{
    CountedRow, ExternalOrderId, ExternalOrderTransactionId, Filter, ListQuery, Page, PageRequest, ProductId, SiteId,
    Stamp, StoreError, Tx, UserId, lists, params,
};

text_enum! {
    /// What kinds of external orders there are.
    pub enum OrderType {
        /// Paid once.
        OneTime = "one-time",
        /// Paid again and again.
        Subscription = "subscription",
        /// Paid in parts.
        PaymentPlan = "payment-plan",
    }
}

text_enum! {
    /// What an entry of the ledger is.
    pub enum Action {
        /// Money came in.
        Purchase = "purchase",
        /// Money went back.
        Refund = "refund",
    }
}

table! {
    /// An external order's row. Amounts are minor units of its currency.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExternalOrderRow in "external_orders" of site {
        keys {
            /// Its id.
            id: ExternalOrderId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was reported.
            created_at: i64,
            /// When its last transaction was reported.
            updated_at: i64,
        }
        fixed {
            /// Who takes the payments.
            payment_provider: String,
            /// Who pays.
            user_id: UserId,
            /// For which product.
            product_id: ProductId,
            /// What kind of order it is.
            order_type: OrderType,
        }
        values {
            /// Three capital letters, ISO 4217.
            currency: String,
            /// The sum of its purchases.
            paid: i64,
            /// The sum of its refunds, never more than was paid.
            refunded: i64,
            /// How many entries its ledger has.
            transactions: i64,
            /// Until when a subscription counts as being paid; none when it was never paid, or all of it was refunded.
            paying_until: Option<i64>,
        }
    }
}

table! {
    /// An entry of the ledger.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TransactionRow in "external_order_transactions" of site {
        keys {
            /// Its id.
            id: ExternalOrderTransactionId,
        }
        fixed {
            /// Whose entry it is.
            order_id: ExternalOrderId,
            /// When it was reported.
            created_at: i64,
            /// What it is.
            action: Action,
            /// Minor units, above zero.
            amount: i64,
            /// Three capital letters, ISO 4217.
            currency: String,
            /// By what the payment provider knows it.
            reference: Option<String>,
        }
        written {
            payment_provider: &str,
            user_id: UserId,
            product_id: ProductId,
            reuse_of: Option<ExternalOrderTransactionId>,
        }
    }
}

fn counted_rows(site: SiteId, id: ExternalOrderId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::EXTERNAL_ORDERS, lists::EXTERNAL_ORDERS_BY_REV], id, rev)
}

/// Adds an order without any transaction; gives it its id, and the stamp as its times and revision.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, order: &mut ExternalOrderRow, stamp: Stamp) -> Result<(), StoreError> {
    order.id = ExternalOrderId::next(tx)?;
    order.rev = stamp.rev;
    order.created_at = stamp.at;
    order.updated_at = stamp.at;
    order.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, order.id, order.rev));
    count_opened(tx, site, order, 1)
}

/// An entry to be added to an order's ledger.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Whether money came in or went back.
    pub action: Action,
    /// Minor units, above zero.
    pub amount: i64,
    /// Three capital letters, ISO 4217.
    pub currency: &'a str,
    /// By what the payment provider knows it.
    pub reference: Option<&'a str>,
    /// The entry that had the reference before.
    pub reuse_of: Option<ExternalOrderTransactionId>,
}

/// Adds an entry to the ledger of the order that was read, and takes it into every sum. `has` is the order with its
/// new balances; the stamp becomes its time of change and its revision.
pub fn add_entry(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &ExternalOrderRow,
    has: &mut ExternalOrderRow,
    new: &NewEntry<'_>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    let entry = TransactionRow {
        id: ExternalOrderTransactionId::next(tx)?,
        order_id: had.id,
        created_at: stamp.at,
        action: new.action,
        amount: new.amount,
        currency: new.currency.to_owned(),
        reference: new.reference.map(str::to_owned),
    };
    entry.insert(tx, site, &had.payment_provider, had.user_id, had.product_id, new.reuse_of)?;
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, has.rev));
    let change = match new.action {
        Action::Purchase => DayChange { gross: new.amount, purchases: 1, ..DayChange::default() },
        Action::Refund => DayChange { refunded: new.amount, refunds: 1, ..DayChange::default() },
    };
    add_to_day(tx, site, stamp.at, &had.payment_provider, new.currency, change)?;
    if had.currency != has.currency {
        count_opened(tx, site, had, -1)?;
        count_opened(tx, site, has, 1)?;
    }
    Ok(())
}

/// The order with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ExternalOrderId) -> Result<Option<ExternalOrderRow>, StoreError> {
    tx.first(select!(ExternalOrderRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], ExternalOrderRow::read)
}

/// The ledger of an order, oldest entry first.
pub fn entries(tx: &mut Tx<'_>, site: SiteId, order: ExternalOrderId) -> Result<Vec<TransactionRow>, StoreError> {
    let sql = select!(TransactionRow, "WHERE t.site_id = $1 AND t.order_id = $2 ORDER BY t.id");
    tx.query(sql, params![site, order], TransactionRow::read)
}

/// Which external orders a list is of.
#[derive(Debug, Clone, Default)]
pub struct ExternalOrderFilter {
    /// Those of this payment provider.
    pub payment_provider: Option<String>,
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// Those for this product.
    pub product_id: Option<ProductId>,
    /// Those of this type.
    pub order_type: Option<OrderType>,
    /// Those in this currency, in capital letters.
    pub currency: Option<String>,
    /// Those with a transaction that has this reference.
    pub reference: Option<String>,
}

/// A page of the school's external orders.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    filter: &ExternalOrderFilter,
    request: &PageRequest,
) -> Result<Page<ExternalOrderRow>, StoreError> {
    let mut filters = Vec::new();
    if let Some(reference) = &filter.reference {
        filters.push(Filter::new(
            "t.id IN (SELECT x.order_id FROM external_order_transactions x WHERE x.site_id = ? AND x.reference = ?)",
            [site.into(), reference.into()],
        ));
    }
    if let Some(user) = filter.user_id {
        filters.push(Filter::is("t.user_id = ?", user));
    }
    if let Some(product) = filter.product_id {
        filters.push(Filter::is("t.product_id = ?", product));
    }
    if let Some(payment_provider) = &filter.payment_provider {
        filters.push(Filter::is("t.payment_provider = ?", payment_provider));
    }
    if let Some(order_type) = filter.order_type {
        filters.push(Filter::is("t.order_type = ?", order_type));
    }
    if let Some(currency) = &filter.currency {
        filters.push(Filter::is("t.currency = ?", currency));
    }
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::EXTERNAL_ORDERS)),
        by_rev: Some(lists::whole(site, lists::EXTERNAL_ORDERS_BY_REV)),
        filters,
        ..ExternalOrderRow::list()
    };
    tx.page(site, &source, request, ExternalOrderRow::read)
}

/// A subscription counts as opened on the day of its order, in the order's currency.
fn count_opened(tx: &mut Tx<'_>, site: SiteId, order: &ExternalOrderRow, by: i64) -> Result<(), StoreError> {
    if order.order_type != OrderType::Subscription {
        return Ok(());
    }
    let change = DayChange { subscriptions_opened: by, ..DayChange::default() };
    add_to_day(tx, site, order.created_at, &order.payment_provider, &order.currency, change)
}
