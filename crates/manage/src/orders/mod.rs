//! Orders: what students bought in the school itself.

mod list;
mod show;

pub(crate) use crate::addresses::{ORDERS as LIST, order as path};
use crate::amounts::amount;
use crate::route::{PageRoute, page};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::{Badge, Tone, date};
use school::orders::{Order, Status};
use school::products::PaymentType;

/// How an order stands: its name in addresses, the status, what people read, and its colour.
const STATUSES: [(&str, Status, &str, Tone); 3] = [
    ("complete", Status::Complete, "Paid", Tone::Success),
    ("pending", Status::Pending, "Not paid yet", Tone::Warning),
    ("refunded", Status::Refunded, "Refunded", Tone::Neutral),
];

/// How an order stands. One that is paid in parts counts as complete from the first part on.
fn badge(order: &Order) -> Badge<'static> {
    match (order.status, order.payment_type) {
        (Status::Complete, _) if order.amount_cents == 0 => return Badge::new("Free", Tone::Success),
        (Status::Complete, PaymentType::PaymentPlan) => return Badge::new("Paid in parts", Tone::Success),
        (Status::Complete, PaymentType::Subscription) => return Badge::new("Subscribed", Tone::Success),
        _ => {}
    }
    let known = STATUSES.iter().find(|(_, known, ..)| *known == order.status);
    known.map_or(Badge::new("", Tone::Neutral), |(.., label, tone)| Badge::new(label, *tone))
}

/// What an order's amount is of, where it is paid more than once.
fn each(payment_type: PaymentType) -> Option<&'static str> {
    match payment_type {
        PaymentType::PaymentPlan => Some("each payment"),
        PaymentType::Subscription => Some("each period"),
        PaymentType::OneTime | PaymentType::Free => None,
    }
}

/// Orders in a few words, for the page of what they are about.
pub(crate) fn rows(orders: &[Order]) -> Markup {
    html! {
        ul.rows {
            @for order in orders {
                li {
                    div {
                        p.strong { a href=(path(order.id)) { "Order " (order.order_number) } }
                        p dir="auto" { (order.product_name) " · " (date(order.created_at)) }
                    }
                    span.number { (amount(order.amount_cents, &order.currency)) }
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
        page("/manage/orders/{id}", RIGHT, show::show),
    ]
}
