//! External orders as the rows of a file.

use crate::error::Result;
use crate::external_orders::ExternalOrder;
use crate::products;
use crate::time::Moment;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{Page, ProductId, SiteId, Tx, UserId};

/// The names of the columns.
pub const COLUMNS: [&str; 12] = [
    "id",
    "created_at",
    "payment_provider",
    "order_type",
    "user_id",
    "user_email",
    "product_id",
    "product_name",
    "currency",
    "paid",
    "refunded",
    "transactions",
];

/// A page of external orders in these columns. What is not known any more of a buyer or a product is empty.
pub fn rows(tx: &mut Tx<'_>, site: SiteId, page: Page<ExternalOrder>) -> Result<Page<Vec<Value>>> {
    let users: Vec<UserId> = page.items.iter().map(|order| order.user_id).collect();
    let products: Vec<ProductId> = page.items.iter().map(|order| order.product_id).collect();
    let found = store::users::of_ids(tx, site, &users)?.into_iter();
    let emails: HashMap<UserId, String> = found.map(|user| (user.id, user.email)).collect();
    let names = products::names(tx, site, &products)?;
    Ok(page.map(|order| row(&order, emails.get(&order.user_id), names.get(&order.product_id))))
}

fn row(order: &ExternalOrder, email: Option<&String>, product: Option<&String>) -> Vec<Value> {
    vec![
        json!(order.id),
        json!(Moment(order.created_at)),
        json!(order.payment_provider),
        json!(order.order_type),
        json!(order.user_id),
        json!(email),
        json!(order.product_id),
        json!(product),
        json!(order.currency().code()),
        json!(order.paid.decimal()),
        json!(order.refunded.decimal()),
        json!(order.transactions),
    ]
}
