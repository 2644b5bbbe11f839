//! Rows of subscriptions that the school takes the payments of itself.

use crate::enums::text_enum;
use crate::product_prices::BillingInterval;
use crate::table::{select, table};
use crate::{ProductId, SiteId, StoreError, SubscriptionId, Tx, UserId, params};

text_enum! {
    /// How a subscription stands.
    pub enum SubscriptionStatus {
        /// Paid.
        Active = "active",
        /// A payment failed.
        PastDue = "past_due",
        /// Every attempt to take a payment failed.
        Unpaid = "unpaid",
        /// Over.
        Cancelled = "cancelled",
    }
}

table! {
    /// A subscription's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SubscriptionRow in "subscriptions" of site {
        keys {
            /// Its id.
            id: SubscriptionId,
        }
        fixed {
            /// When it was opened.
            created_at: i64,
            /// Who pays.
            user_id: UserId,
            /// For which product.
            product_id: ProductId,
            /// What each payment is, in minor units of the product's currency.
            amount: i64,
            /// What lies between payments.
            interval as "billing_interval": BillingInterval,
        }
        values {
            /// How it stands.
            status: SubscriptionStatus,
            /// When it was cancelled.
            cancelled_at: Option<i64>,
            /// When a cancelled one ends.
            scheduled_cancellation_at: Option<i64>,
        }
    }
}

/// Adds a subscription.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &SubscriptionRow) -> Result<(), StoreError> {
    row.insert(tx, site)?;
    Ok(())
}

/// Writes how a subscription stands.
pub fn update(tx: &mut Tx<'_>, site: SiteId, row: &SubscriptionRow) -> Result<(), StoreError> {
    row.update(tx, site)?;
    Ok(())
}

/// The subscription with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: SubscriptionId) -> Result<Option<SubscriptionRow>, StoreError> {
    let sql = select!(SubscriptionRow, "WHERE site_id = $1 AND id = $2");
    tx.first(sql, params![site, id], SubscriptionRow::read)
}

/// Every subscription of a user, oldest first.
pub fn of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<SubscriptionRow>, StoreError> {
    let sql = select!(SubscriptionRow, "WHERE site_id = $1 AND user_id = $2 ORDER BY id");
    tx.query(sql, params![site, user], SubscriptionRow::read)
}
