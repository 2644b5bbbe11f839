//! `GET /manage/orders/{id}`: one order, with what was ordered and how it was paid.

use super::{LIST, amount, badge};
use crate::addresses;
use crate::manager::Manager;
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{EmptyState, Icon, TimelineEntry, Tone, moment, timeline};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::order_transactions::{self, OrderTransaction};
use school::orders::{self, Order};
use school::products::PaymentType;
use school::{OrderId, PromotionId, coupons};
use web::Tx;

/// What is shown of an order.
struct OrderPage {
    order: Order,
    buyer: PersonView,
    payments: Vec<OrderTransaction>,
    /// The promotion of its coupon, while that is there.
    promotion: Option<PromotionId>,
}

/// `GET /manage/orders/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<OrderId>) -> PageResult {
    let (area, page) = manager.read(move |tx, actor| OrderPage::read(tx, actor, id)).await?;
    let title = format!("Order {}", page.order.order_number);
    let framed = FramedPage::new(LIST, &title, page.body()).badge(Some(badge(page.order.status))).below("Orders", LIST);
    manager.show(&area, framed)
}

impl OrderPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: OrderId) -> school::Result<Self> {
        let site = actor.site().id;
        let order = orders::get(tx, site, id)?;
        let buyer = PersonView::kept(tx, actor, order.user_id, &order.user_name, &order.user_email)?;
        let payments = order_transactions::of_order(tx, site, id)?;
        let coupon = order.coupon_id.map(|id| coupons::get(tx, site, id)).transpose();
        let promotion = match coupon {
            Ok(coupon) => coupon.map(|coupon| coupon.promotion_id),
            // Coupons are deleted; orders that used them keep the code.
            Err(school::Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { order, buyer, payments, promotion })
    }

    fn amount(&self, hundredths: i64) -> String {
        amount(hundredths, &self.order.currency)
    }

    fn body(&self) -> Markup {
        html! {
            div.grid.two {
                div { (self.items()) (self.payments()) }
                div { (self.facts()) }
            }
        }
    }

    fn items(&self) -> Markup {
        html! {
            div.card {
                header { div { h2 { "Items" } } }
                div.scroll {
                    table {
                        caption.visually-hidden { "What was ordered" }
                        thead { tr { th scope="col" { "Product" } th.number scope="col" { "Amount" } } }
                        tbody {
                            @for item in &self.order.items {
                                tr { td dir="auto" { (item.product_name) } td.number { (self.amount(item.amount_cents)) } }
                            }
                        }
                        tfoot { tr { th scope="row" { "Total" } td.number.strong { (self.amount(self.order.amount_cents)) } } }
                    }
                }
            }
        }
    }

    fn payments(&self) -> Markup {
        html! {
            div.card {
                header { div { h2 { "Payments" } } }
                @if self.payments.is_empty() {
                    (EmptyState {
                        icon: Icon::CreditCard,
                        title: "No payments",
                        text: "Payments that the school takes for this order stand here, also those that failed.",
                        actions: html! {},
                    })
                } @else {
                    (timeline(&self.entries()))
                }
            }
        }
    }

    /// What happened, the latest first.
    fn entries(&self) -> Vec<TimelineEntry> {
        let entry = |payment: &OrderTransaction| {
            let paid = amount(payment.amount, &payment.currency);
            let back = payment.refunded_amount.map(|back| amount(back, &payment.currency));
            TimelineEntry {
                at: payment.created_at,
                what: html! {
                    @if payment.succeeded { span.strong { (paid) " paid" } } @else { span.strong { "A payment of " (paid) " failed" } }
                    @if let Some(back) = &back { span.sub.muted { (back) " of it was paid back" } }
                    span.sub.muted.mono { (payment.id) }
                },
                tone: match (payment.succeeded, back.is_some()) {
                    (false, _) => Tone::Danger,
                    (true, true) => Tone::Neutral,
                    (true, false) => Tone::Success,
                },
            }
        };
        self.payments.iter().rev().map(entry).collect()
    }

    fn facts(&self) -> Markup {
        let order = &self.order;
        let payment = match order.payment_type {
            PaymentType::Free => "Free",
            PaymentType::OneTime => "Once",
            PaymentType::Subscription => "Subscription",
            PaymentType::PaymentPlan => "Payment plan",
        };
        html! {
            div.card {
                header { div { h2 { "Buyer" } } }
                div.body { (self.buyer) }
                footer { a href={ (LIST) "?user_id=" (order.user_id) } { "Their orders" } }
            }
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Number" } dd { (order.order_number) }
                        dt { "Id" } dd.mono { (order.id) }
                        dt { "Made" } dd { (moment(order.created_at)) }
                        dt { "Changed" } dd { (moment(order.updated_at)) }
                        dt { "Paid" } dd { (payment) }
                        @if let Some(code) = &order.coupon_code {
                            dt { "Coupon" }
                            dd {
                                @match self.promotion {
                                    Some(id) => a.mono dir="auto" href=(addresses::promotion(id)) { (code) },
                                    None => { span.mono dir="auto" { (code) } " (deleted)" },
                                }
                            }
                        }
                        @if let Some(code) = &order.affiliate_referral_code { dt { "Affiliate" } dd.mono dir="auto" { (code) } }
                    }
                }
            }
        }
    }
}
