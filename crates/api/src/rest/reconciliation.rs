//! The reconciliation report: sums of what was paid elsewhere.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::reconciliation::{self, ReportLine, ReportRequest, ReusedReference};
use serde::Serialize;
use serde_json::json;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint};
use web::parameter::Param;
use web::query::Query;
use web::response::ApiResponse;

/// What a reconciliation report is asked for.
pub const PERIOD: &[Param] = &[
    Param::timestamp("from", "The first day (UTC). Without it, 30 days up to the last one."),
    Param::timestamp("to", "The last day (UTC). Without it, today."),
    Param::text("payment_provider", "Only this payment provider."),
    Param::text("currency", "Only this currency (ISO 4217)."),
];

/// What the books say of a payment provider and a currency. Amounts are minor units of the currency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReconciliationItem<'a> {
    /// Who took the payments.
    #[schemars(example = &"Examplepay")]
    pub payment_provider: &'a str,
    /// The currency (ISO 4217).
    #[schemars(example = &"USD")]
    pub currency: &'a str,
    /// The sum of the purchases.
    #[schemars(example = 34_200)]
    pub gross: i64,
    /// The sum of the refunds.
    #[schemars(example = 3600)]
    pub refunded: i64,
    /// What is left of it.
    #[schemars(example = 30_600)]
    pub net: i64,
    /// How many purchases.
    #[schemars(example = 18)]
    pub purchases: i64,
    /// How many refunds.
    #[schemars(example = 4)]
    pub refunds: i64,
    /// How many subscriptions were opened.
    #[schemars(example = 6)]
    pub subscriptions_opened: i64,
    /// How many subscriptions were still being paid when the period ended (or are now, when it has not): their last
    /// purchase was not longer ago than one interval of the product's primary price (a month when it has none) and
    /// 7 days, and not all of it was refunded.
    #[schemars(example = 1)]
    pub subscriptions_paying: i64,
}

/// What the books say of a period.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reconciliation<'a> {
    /// The first day (UTC).
    #[schemars(extend("format" = "date"), example = &"2026-01-01")]
    pub from: String,
    /// The last day (UTC).
    #[schemars(extend("format" = "date"), example = &"2026-01-31")]
    pub to: String,
    /// By payment provider and currency.
    pub items: Vec<ReconciliationItem<'a>>,
    /// The references under which something was recorded in the period though they had been used before in the same
    /// order, or by the same user for the same product. At most 1000; a `Warning` says when there are more.
    #[schemars(example = json!([]))]
    pub reused_references: Vec<ReusedReferenceItem<'a>>,
}

/// A reference that was used again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReusedReferenceItem<'a> {
    /// Who took the payments.
    #[schemars(example = &"Examplepay")]
    pub payment_provider: &'a str,
    /// The currency (ISO 4217).
    #[schemars(example = &"USD")]
    pub currency: &'a str,
    /// `purchase` or `refund`.
    #[schemars(example = &"purchase")]
    pub action: &'static str,
    /// The reference. `GET /external_orders?query[reference]=…` finds its orders.
    #[schemars(example = &"sub_003")]
    pub reference: &'a str,
    /// How many transactions of the period had it though it had been used before.
    #[schemars(example = 2)]
    pub transactions: i64,
    /// Their sum, in minor units of the currency.
    #[schemars(example = 3800)]
    pub amount: i64,
}

fn reused(reference: &ReusedReference) -> ReusedReferenceItem<'_> {
    ReusedReferenceItem {
        payment_provider: &reference.payment_provider,
        currency: &reference.currency,
        action: reference.action.name(),
        reference: &reference.reference,
        transactions: reference.transactions,
        amount: reference.amount,
    }
}

fn line(item: &ReportLine) -> ReconciliationItem<'_> {
    let sums = &item.sums;
    ReconciliationItem {
        payment_provider: &sums.payment_provider,
        currency: &sums.currency,
        gross: sums.gross,
        refunded: sums.refunded,
        net: sums.gross - sums.refunded,
        purchases: sums.purchases,
        refunds: sums.refunds,
        subscriptions_opened: sums.subscriptions_opened,
        subscriptions_paying: item.subscriptions_paying,
    }
}

/// The day of a moment: `2026-01-31`.
fn day(at: i64) -> String {
    String::from_utf8_lossy(&school::time::Moment(at).text()[..10]).into_owned()
}

/// The endpoint of the report.
#[must_use]
pub fn endpoint() -> Endpoint {
    endpoint::get("/external_orders/reconciliation", "reconcileExternalOrders", Scope::ReadExternalOrders, get)
        .summary("Sums up what was paid elsewhere in a period, per payment provider and currency.")
        .query(PERIOD)
        .error_statuses(&[422])
        .response::<Reconciliation<'static>>(200)
}

/// `GET /external_orders/reconciliation`
pub async fn get(api: ApiContext, query: Query) -> ApiResult {
    let asked = ReportRequest {
        from: query.timestamp("from")?,
        to: query.timestamp("to")?,
        payment_provider: query.text("payment_provider"),
        currency: query.text("currency"),
    };
    api.read(move |tx, site| {
        let report = reconciliation::report(tx, site.id, &asked)?;
        let items = report.items.iter().map(line).collect();
        let reused_references = report.reused_references.iter().map(reused).collect();
        let (from, to) = (day(report.from), day(report.to));
        let answer = ApiResponse::ok(&Reconciliation { from, to, items, reused_references });
        Ok(match report.more_reused_references {
            true => answer.with_warning("More references were used again than are named; ask for a shorter period"),
            false => answer,
        })
    })
    .await
}
