//! An external order and the entries of its ledger.

use crate::error::Result;
use crate::money::{Currency, Money};
use store::external_orders::{Action, ExternalOrderRow, OrderType, TransactionRow};
use store::{ExternalOrderId, ExternalOrderTransactionId, ProductId, StoreError, UserId};

/// An external order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalOrder {
    /// Its id.
    pub id: ExternalOrderId,
    rev: i64,
    /// When it was reported.
    pub created_at: i64,
    /// When its last transaction was reported.
    pub updated_at: i64,
    /// Who takes the payments.
    pub payment_provider: String,
    /// Who pays.
    pub user_id: UserId,
    /// For which product.
    pub product_id: ProductId,
    /// What kind of order it is.
    pub order_type: OrderType,
    /// The sum of its purchases. Without a transaction it is nothing, of the product's currency.
    pub paid: Money,
    /// The sum of its refunds, of the same currency and never more than was paid.
    pub refunded: Money,
    /// How many entries its ledger has.
    pub transactions: i64,
    /// Until when a subscription counts as being paid; none when it was never paid, or all of it was refunded.
    pub paying_until: Option<i64>,
}

impl ExternalOrder {
    pub(super) fn of_row(row: ExternalOrderRow) -> Result<Self> {
        let currency = currency(&row.currency)?;
        Ok(Self {
            id: row.id,
            rev: row.rev,
            created_at: row.created_at,
            updated_at: row.updated_at,
            payment_provider: row.payment_provider,
            user_id: row.user_id,
            product_id: row.product_id,
            order_type: row.order_type,
            paid: Money { minor: row.paid, currency },
            refunded: Money { minor: row.refunded, currency },
            transactions: row.transactions,
            paying_until: row.paying_until,
        })
    }

    pub(super) fn row(&self) -> ExternalOrderRow {
        ExternalOrderRow {
            id: self.id,
            rev: self.rev,
            created_at: self.created_at,
            updated_at: self.updated_at,
            payment_provider: self.payment_provider.clone(),
            user_id: self.user_id,
            product_id: self.product_id,
            order_type: self.order_type,
            currency: self.paid.currency.code().to_owned(),
            paid: self.paid.minor,
            refunded: self.refunded.minor,
            transactions: self.transactions,
            paying_until: self.paying_until,
        }
    }

    /// The currency of its transactions.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.paid.currency
    }

    /// What is left of its payments after its refunds, in minor units.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.paid.minor - self.refunded.minor
    }
}

/// An entry of the ledger of an external order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: ExternalOrderTransactionId,
    /// Whose entry it is.
    pub order_id: ExternalOrderId,
    /// When it was reported.
    pub created_at: i64,
    /// What it is.
    pub action: Action,
    /// How much, above zero.
    pub amount: Money,
    /// By what the payment provider knows it.
    pub reference: Option<String>,
}

impl Transaction {
    pub(super) fn of_row(row: TransactionRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            order_id: row.order_id,
            created_at: row.created_at,
            action: row.action,
            amount: Money { minor: row.amount, currency: currency(&row.currency)? },
            reference: row.reference,
        })
    }
}

/// The currency of a row.
fn currency(code: &str) -> Result<Currency> {
    Ok(Currency::named(code).ok_or_else(|| StoreError::Engine(format!("{code} is no currency")))?)
}

/// How an order stands, by its balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was paid.
    Open,
    /// Something was paid, nothing refunded.
    Paid,
    /// A part of what was paid was refunded.
    PartiallyRefunded,
    /// All that was paid was refunded.
    Refunded,
}

impl Status {
    /// How an order stands.
    #[must_use]
    pub fn of(order: &ExternalOrder) -> Self {
        match (order.paid.minor, order.refunded.minor) {
            (0, _) => Self::Open,
            (_, 0) => Self::Paid,
            (paid, refunded) if refunded < paid => Self::PartiallyRefunded,
            _ => Self::Refunded,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }
}
