//! Orders.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::money;
use school::orders::{self, Order, OrderFilter, OrderItem};
use school::{CouponId, OrderId, ProductId, UserId};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::Timestamp;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A product of an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Item<'a> {
    /// The product's id.
    #[schemars(example = 1)]
    pub product_id: ProductId,
    /// The product's name when it was ordered.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub product_name: &'a str,
    /// What was paid for it.
    #[schemars(example = 50.0)]
    pub amount_dollars: f64,
    /// What was paid for it, in hundredths.
    #[schemars(example = 5000)]
    pub amount_cents: i64,
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: OrderId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who ordered.
    #[schemars(example = 2)]
    pub user_id: UserId,
    /// Their address when they did.
    #[schemars(example = &"amara.okafor@demo.example")]
    pub user_email: &'a str,
    /// Their name when they did.
    #[schemars(example = &"Amara Okafor")]
    pub user_name: &'a str,
    /// The name of the (first) product when it was ordered.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub product_name: &'a str,
    /// The (first) product's id.
    #[schemars(example = 1)]
    pub product_id: ProductId,
    /// What was paid: a decimal as text.
    #[schemars(example = &"50.0")]
    pub amount_dollars: String,
    /// What was paid, in hundredths.
    #[schemars(example = 5000)]
    pub amount_cents: i64,
    /// Whether it is for a subscription.
    #[schemars(example = false)]
    pub subscription: bool,
    /// The code of the coupon that was used.
    #[schemars(example = &"EARLY20")]
    pub coupon_code: Option<&'a str>,
    /// The coupon's id.
    #[schemars(example = 1)]
    pub coupon_id: Option<CouponId>,
    /// The code of the affiliate who brought the student.
    #[schemars(example = &"giorgio")]
    pub affiliate_referral_code: Option<&'a str>,
    /// `complete`, `refunded` or `pending`.
    #[schemars(example = &"complete")]
    pub status: &'static str,
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
        created_at: Timestamp(order.created_at),
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
        status: order.status.name(),
        items: order.items.iter().map(item).collect(),
    }
}

/// The endpoints of orders.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Orders",
        vec![
            endpoint::get("/orders", "getOrders", Scope::ReadOrders, list)
                .summary("Lists the school's orders, the newest first.")
                .list_response::<OrderResponse<'static>>(),
            endpoint::get("/orders/{id}", "getOrderByID", Scope::ReadOrders, get)
                .path_examples(&["1"])
                .summary("Gives an order.")
                .response::<OrderResponse<'static>>(200),
        ],
    )
}

/// `GET /orders`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    // Clients read the first page and take it for the newest orders.
    let page_request = query.page_request_newest_first()?;
    api.read(move |tx, site| {
        Ok(ApiResponse::page(&query, &orders::list(tx, site.id, &OrderFilter::default(), &page_request)?, view))
    })
    .await
}

/// `GET /orders/{id}`
pub async fn get(api: ApiContext, Id(id): Id<OrderId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&orders::get(tx, site.id, id)?)))).await
}
