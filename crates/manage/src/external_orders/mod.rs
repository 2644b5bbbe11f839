//! External orders: what students paid elsewhere, as programs have reported it.

mod list;
mod show;

pub(crate) use crate::addresses::{EXTERNAL_ORDERS as LIST, external_order as path};
use crate::route::{PageRoute, page};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::{Badge, Tone, date, money};
use school::external_orders::{ExternalOrder, OrderType, Status};
use school::money::Money;

/// What kinds there are: the name in addresses, the kind, what people read.
const TYPES: [(&str, OrderType, &str); 3] = [
    ("one-time", OrderType::OneTime, "Paid once"),
    ("subscription", OrderType::Subscription, "Subscription"),
    ("payment-plan", OrderType::PaymentPlan, "Payment plan"),
];

/// What a kind is called.
fn type_label(kind: OrderType) -> &'static str {
    TYPES.iter().find(|(_, known, _)| *known == kind).map_or("", |(.., label)| label)
}

/// How an order stands.
fn badge(order: &ExternalOrder) -> Badge<'static> {
    match Status::of(order) {
        Status::Open => Badge::new("Not paid yet", Tone::Warning),
        Status::Paid => Badge::new("Paid", Tone::Success),
        Status::PartiallyRefunded => Badge::new("Partly refunded", Tone::Accent),
        Status::Refunded => Badge::new("Refunded", Tone::Neutral),
    }
}

/// What is left of its payments after its refunds.
fn balance(order: &ExternalOrder) -> String {
    money(Money { minor: order.balance(), currency: order.currency() })
}

/// External orders in a few words, for the page of what they are about.
pub(crate) fn rows(orders: &[ExternalOrder]) -> Markup {
    html! {
        ul.rows {
            @for order in orders {
                li {
                    div {
                        p.strong { a href=(path(order.id)) { "External order " (order.id) } }
                        p dir="auto" { (order.payment_provider) " · " (type_label(order.order_type)) " · " (date(order.created_at)) }
                    }
                    span.number { (balance(order)) }
                    (badge(order))
                }
            }
        }
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        page("/manage/external_orders/{id}", RIGHT, show::show),
    ]
}
