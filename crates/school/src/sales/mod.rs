//! What is sold and paid: orders and payments, subscriptions, external orders and their books, promotions and coupons.

pub mod coupons;
pub mod external_order_export;
pub mod external_orders;
pub mod order_export;
pub mod order_transactions;
pub mod orders;
mod payloads;
pub mod promotions;
pub mod reconciliation;
pub mod subscriptions;
