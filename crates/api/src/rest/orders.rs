//! Orders.

use schemars::JsonSchema;
use school::money;
use school::orders::{self, Order, OrderItem};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::input::Moment;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A product of an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Item<'a> {
    /// The product's id.
    pub product_id: i64,
    /// The product's name when it was ordered.
    pub product_name: &'a str,
    /// What was paid for it.
    pub amount_dollars: f64,
    /// What was paid for it, in hundredths.
    pub amount_cents: i64,
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderResponse<'a> {
    /// Its id.
    pub id: i64,
    /// When it was made.
    pub created_at: Moment,
    /// Who ordered.
    pub user_id: i64,
    /// Their address when they did.
    pub user_email: &'a str,
    /// Their name when they did.
    pub user_name: &'a str,
    /// The name of the (first) product when it was ordered.
    pub product_name: &'a str,
    /// The (first) product's id.
    pub product_id: i64,
    /// What was paid: a decimal as text.
    pub amount_dollars: String,
    /// What was paid, in hundredths.
    pub amount_cents: i64,
    /// Whether it is for a subscription.
    pub subscription: bool,
    /// The code of the coupon that was used.
    pub coupon_code: Option<&'a str>,
    /// The coupon's id.
    pub coupon_id: Option<i64>,
    /// The code of the affiliate who brought the student.
    pub affiliate_referral_code: Option<&'a str>,
    /// `complete`, `refunded` or `pending`.
    pub status: &'a str,
    /// Everything that was ordered.
    pub items: Vec<Item<'a>>,
}

fn item(item: &OrderItem) -> Item<'_> {
    Item {
        product_id: item.product_id,
        product_name: &item.product_name,
        amount_dollars: item.amount_cents as f64 / 100.0,
        amount_cents: item.amount_cents,
    }
}

fn view(order: &Order) -> OrderResponse<'_> {
    OrderResponse {
        id: order.id,
        created_at: Moment(order.created_at),
        user_id: order.user_id,
        user_email: &order.user_email,
        user_name: &order.user_name,
        product_name: &order.product_name,
        product_id: order.product_id,
        amount_dollars: money::decimal(order.amount_cents),
        amount_cents: order.amount_cents,
        subscription: orders::is_subscription(order),
        coupon_code: order.coupon_code.as_deref(),
        coupon_id: order.coupon_id,
        affiliate_referral_code: order.affiliate_referral_code.as_deref(),
        status: &order.status,
        items: order.items.iter().map(item).collect(),
    }
}

/// `GET /orders`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    // Clients read the first page and take it for the newest orders.
    let ask = query.ask_newest_first()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &orders::list(tx, site.id, &ask)?, view))).await
}

/// `GET /orders/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&orders::get(tx, site.id, id)?)))).await
}
