//! External orders: reporting what was paid elsewhere, and reading the books back.

use super::reconciliation;
use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::external_orders::{
    self, Action, ExternalOrder, NewExternalOrder, NewTransaction, OrderType, Report, Status, Transaction, Wanted,
};
use school::{ExternalOrderId, ExternalOrderTransactionId, Page, ProductId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, Int, Object, Text, Timestamp};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::text("query[payment_provider]", "Only those of this payment provider."),
    Param::integer("query[user_id]", "Only those of this user."),
    Param::integer("query[product_id]", "Only those for this product."),
    Param::one_of("query[order_type]", OrderType::NAMES, "Only those of this type."),
    Param::text("query[currency]", "Only those in this currency (ISO 4217)."),
    Param::text("query[reference]", "Only those with a transaction that the provider knows by this reference."),
];

/// An order paid elsewhere, as it is reported.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExternalOrderRequest {
    /// Who takes the payments.
    #[schemars(required, with = "Text", length(min = 1, max = 255), example = &"Examplepay")]
    pub payment_provider: Field<Text>,
    /// The id of the user who pays.
    #[schemars(required, with = "IdInput<UserId>", example = 17)]
    pub user_id: Field<IdInput<UserId>>,
    /// The id of the product that is paid for.
    #[schemars(required, with = "IdInput<ProductId>", example = 4)]
    pub product_id: Field<IdInput<ProductId>>,
    /// `one-time`, `subscription` or `payment-plan`.
    #[schemars(required, with = "Text", extend("enum" = OrderType::NAMES), example = &"one-time")]
    pub order_type: Field<Text>,
    /// Its first purchase. A one-time order's may be reported later, a subscription may be opened without one.
    #[schemars(example = json!({ "amount": 1900, "currency": "USD", "reference": "ch_015_1" }))]
    pub transaction: Field<Object<ExternalOrderTransaction>>,
}

/// A transaction of an external order.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExternalOrderTransaction {
    /// The amount in the currency's smallest unit.
    #[schemars(required, with = "Int", range(min = 1, max = 1_000_000_000_000_i64), example = 1900)]
    pub amount: Field<Int>,
    /// The currency (ISO 4217).
    #[schemars(required, with = "Text", example = &"USD")]
    pub currency: Field<Text>,
    /// By what the payment provider knows it. It counts within the order; for a new order, within its provider, user and
    /// product. The same reference with the same content within 24 hours is the same transaction: it counts once, the
    /// answer is the same, `Idempotency-Replayed` is `true` and a `Warning` says so. Later, or with another amount,
    /// currency or type of order, it is another transaction, and a `Warning` says that the reference was used before.
    #[schemars(example = &"ch_015_1")]
    pub reference: Field<Text>,
    /// `purchase` or `refund`: what the address says anyway.
    pub action: Field<Text>,
}

/// An external order that was reported.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExternalOrderResponse {
    /// Its id.
    #[schemars(example = 4)]
    pub id: ExternalOrderId,
}

/// An entry of an external order's ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LedgerEntry<'a> {
    /// Its id.
    #[schemars(example = 7)]
    pub id: ExternalOrderTransactionId,
    /// `purchase` or `refund`.
    #[schemars(example = &"purchase")]
    pub action: &'static str,
    /// Minor units of the currency.
    #[schemars(example = 1900)]
    pub amount: i64,
    /// The currency (ISO 4217).
    #[schemars(example = &"USD")]
    pub currency: &'a str,
    /// By what the payment provider knows it.
    #[schemars(example = &"ch_015_1")]
    pub reference: Option<&'a str>,
    /// When it was reported.
    pub created_at: Timestamp,
}

/// An external order with its balance. Amounts are minor units of its currency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExternalOrderRecord<'a> {
    /// Its id.
    #[schemars(example = 4)]
    pub id: ExternalOrderId,
    /// Who takes the payments.
    #[schemars(example = &"Examplepay")]
    pub payment_provider: &'a str,
    /// The id of the user who pays.
    #[schemars(example = 17)]
    pub user_id: UserId,
    /// The id of the product that is paid for.
    #[schemars(example = 4)]
    pub product_id: ProductId,
    /// `one-time`, `subscription` or `payment-plan`.
    #[schemars(example = &"one-time")]
    pub order_type: &'static str,
    /// `open` (nothing was paid), `paid`, `partially_refunded` or `refunded`.
    #[schemars(example = &"paid")]
    pub status: &'static str,
    /// The currency (ISO 4217); of an order without a transaction, its product's.
    #[schemars(example = &"USD")]
    pub currency: &'a str,
    /// The sum of its purchases.
    #[schemars(example = 1900)]
    pub paid: i64,
    /// The sum of its refunds.
    #[schemars(example = 0)]
    pub refunded: i64,
    /// What is left of it.
    #[schemars(example = 1900)]
    pub balance: i64,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When its last transaction was reported.
    pub updated_at: Timestamp,
}

/// An external order with its ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExternalOrderLedger<'a> {
    /// The order.
    #[serde(flatten)]
    pub order: ExternalOrderRecord<'a>,
    /// Its transactions, oldest first.
    pub transactions: Vec<LedgerEntry<'a>>,
}

impl ExternalOrderTransaction {
    fn reported(self) -> NewTransaction {
        NewTransaction {
            amount: self.amount.value().map(i64::from),
            currency: self.currency.value().map(String::from),
            reference: self.reference.value().map(String::from),
            action: self.action.value().map(String::from),
        }
    }
}

fn view(order: &ExternalOrder) -> ExternalOrderRecord<'_> {
    ExternalOrderRecord {
        id: order.id,
        payment_provider: &order.payment_provider,
        user_id: order.user_id,
        product_id: order.product_id,
        order_type: order.order_type.name(),
        status: Status::of(order).name(),
        currency: order.currency().code(),
        paid: order.paid.minor,
        refunded: order.refunded.minor,
        balance: order.balance(),
        created_at: Timestamp(order.created_at),
        updated_at: Timestamp(order.updated_at),
    }
}

/// The answer to a report, which says what became of it.
fn reported(report: &Report, answer: ApiResponse) -> ApiResponse {
    match report {
        Report::New(_) => answer,
        Report::Reused(_) => answer.with_warning("This reference was used before; recorded as another transaction"),
        Report::Replayed(_) => answer
            .as_replay()
            .with_warning("This transaction was already reported under this reference; not added again"),
    }
}

fn entry(transaction: &Transaction) -> LedgerEntry<'_> {
    LedgerEntry {
        id: transaction.id,
        action: transaction.action.name(),
        amount: transaction.amount.minor,
        currency: transaction.amount.currency.code(),
        reference: transaction.reference.as_deref(),
        created_at: Timestamp(transaction.created_at),
    }
}

/// The endpoints of external orders.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "External Orders",
        vec![
            endpoint::get("/external_orders", "getExternalOrders", Scope::ReadExternalOrders, list)
                .summary("Lists what was paid elsewhere, each order with its balance.")
                .query(FILTERS)
                .list_response::<ExternalOrderRecord<'static>>(),
            endpoint::post("/external_orders", "createExternalOrder", Scope::WriteExternalOrders, create)
                .summary("Reports an order paid elsewhere. Nobody is enrolled by it.")
                .request::<ExternalOrderRequest>()
                .response::<ExternalOrderResponse>(201),
            reconciliation::endpoint(),
            endpoint::get("/external_orders/{id}", "getExternalOrder", Scope::ReadExternalOrders, get)
                .path_examples(&["4"])
                .summary("Gives an order paid elsewhere with its transactions.")
                .response::<ExternalOrderLedger<'static>>(200),
            endpoint::post(
                "/external_orders/{id}/transactions/purchase",
                "purchaseExternalOrder",
                Scope::WriteExternalOrders,
                purchase,
            )
            .path_examples(&["3"])
            .summary("Reports a payment of an order.")
            .request::<ExternalOrderTransaction>()
            .empty_response(200),
            endpoint::post(
                "/external_orders/{id}/transactions/refund",
                "refundExternalOrder",
                Scope::WriteExternalOrders,
                refund,
            )
            .path_examples(&["4"])
            .summary("Reports a refund of an order, of no more than was paid.")
            .request::<ExternalOrderTransaction>()
            .empty_response(200),
        ],
    )
}

/// `POST /external_orders`
pub async fn create(api: ApiContext, Body(request): Body<ExternalOrderRequest>) -> ApiResult {
    let new = NewExternalOrder {
        payment_provider: request.payment_provider.value().map(String::from),
        user_id: request.user_id.id(),
        product_id: request.product_id.id(),
        order_type: request.order_type.value().map(String::from),
        transaction: request.transaction.value().map(|Object(transaction)| transaction.reported()),
    };
    api.write(move |tx, site| {
        let report = external_orders::create(tx, site.id, &new)?;
        let answer = ApiResponse::created(&ExternalOrderResponse { id: report.order().id });
        Ok(reported(&report, answer))
    })
    .await
}

async fn report(api: ApiContext, id: ExternalOrderId, action: Action, request: ExternalOrderTransaction) -> ApiResult {
    let new = request.reported();
    api.write(move |tx, site| {
        let report = external_orders::report(tx, site.id, id, action, &new)?;
        Ok(reported(&report, ApiResponse::empty(StatusCode::OK)))
    })
    .await
}

/// `POST /external_orders/{id}/transactions/purchase`
pub async fn purchase(
    api: ApiContext,
    Id(id): Id<ExternalOrderId>,
    Body(request): Body<ExternalOrderTransaction>,
) -> ApiResult {
    report(api, id, Action::Purchase, request).await
}

/// `POST /external_orders/{id}/transactions/refund`
pub async fn refund(
    api: ApiContext,
    Id(id): Id<ExternalOrderId>,
    Body(request): Body<ExternalOrderTransaction>,
) -> ApiResult {
    report(api, id, Action::Refund, request).await
}

/// What the list is asked for; none when no order can be of the type that is asked for.
fn filter(query: &Query) -> Result<Option<Wanted>, ApiError> {
    let order_type = query.text("query[order_type]").map(|name| OrderType::named(&name));
    let filter = Wanted {
        payment_provider: query.text("query[payment_provider]"),
        user_id: query.id("query[user_id]")?,
        product_id: query.id("query[product_id]")?,
        order_type: order_type.flatten(),
        currency: query.text("query[currency]"),
        reference: query.text("query[reference]"),
    };
    Ok(Some(filter).filter(|_| order_type != Some(None)))
}

/// `GET /external_orders`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, filter) = (query.page_request()?, filter(&query)?);
    api.read(move |tx, site| {
        let page = match &filter {
            Some(filter) => external_orders::list(tx, site.id, filter, &page_request)?,
            None => Page::empty(),
        };
        Ok(ApiResponse::page(&query, &page, view))
    })
    .await
}

/// `GET /external_orders/{id}`
pub async fn get(api: ApiContext, Id(id): Id<ExternalOrderId>) -> ApiResult {
    api.read(move |tx, site| {
        let (order, entries) = external_orders::get(tx, site.id, id)?;
        let transactions = entries.iter().map(entry).collect();
        Ok(ApiResponse::ok(&ExternalOrderLedger { order: view(&order), transactions }))
    })
    .await
}
