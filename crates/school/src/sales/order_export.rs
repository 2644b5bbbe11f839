//! Orders as the rows of a file.

use crate::money::decimal;
use crate::orders::{Order, is_subscription};
use crate::time::Moment;
use serde_json::{Value, json};

/// The names of the columns.
pub const COLUMNS: [&str; 13] = [
    "id",
    "order_number",
    "created_at",
    "status",
    "user_id",
    "user_email",
    "user_name",
    "product_id",
    "product_name",
    "amount",
    "currency",
    "subscription",
    "coupon_code",
];

/// An order in these columns.
#[must_use]
pub fn row(order: &Order) -> Vec<Value> {
    vec![
        json!(order.id),
        json!(order.order_number),
        json!(Moment(order.created_at)),
        json!(order.status),
        json!(order.user_id),
        json!(order.user_email),
        json!(order.user_name),
        json!(order.product_id),
        json!(order.product_name),
        json!(decimal(order.amount_cents)),
        json!(order.currency),
        json!(is_subscription(order)),
        json!(order.coupon_code),
    ]
}
