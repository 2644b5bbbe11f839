//! `GET /manage/orders/{id}`: one order, with what was ordered and how it was paid.

use super::{LIST, amount, badge, each};
use crate::addresses;
use crate::manager::Manager;
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{EmptyState, Icon, TimelineEntry, Tone, moment, timeline};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::order_transactions::{self, OrderTransaction};
use school::orders::{self, Order, Status};
use school::products::{self, PaymentType};
use school::{OrderId, PromotionId, coupons};
use web::Tx;

/// What is shown of an order.
struct OrderPage {
    order: Order,
    buyer: PersonView,
    payments: Vec<OrderTransaction>,
    /// Of how many payments its plan has, when it is paid by one that is still offered.
    payments_of_plan: Option<i64>,
    /// The promotion of its coupon, while that is there.
    promotion: Option<PromotionId>,
}

/// `GET /manage/orders/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<OrderId>) -> PageResult {
    let (area, page) = manager.read(move |tx, actor| OrderPage::read(tx, actor, id)).await?;
    let title = format!("Order {}", page.order.order_number);
    let framed = FramedPage::new(LIST, &title, page.body()).badge(Some(badge(&page.order))).below("Orders", LIST);
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
        let payments_of_plan = match order.payment_type {
            PaymentType::PaymentPlan => products::prices(tx, site, order.product_id)?
                .into_iter()
                .find(|price| price.payment_type == PaymentType::PaymentPlan && price.price == order.amount_cents)
                .and_then(|price| price.number_of_payments),
            _ => None,
        };
        Ok(Self { order, buyer, payments, payments_of_plan, promotion })
    }

    /// What was paid and not paid back, in hundredths.
    fn paid(&self) -> i64 {
        let succeeded = self.payments.iter().filter(|payment| payment.succeeded);
        succeeded.map(|payment| payment.amount - payment.refunded_amount.unwrap_or(0)).sum()
    }

    /// What is still to be paid, in hundredths; none when that has no end, or is not known.
    fn due(&self) -> Option<i64> {
        let order = &self.order;
        let whole = match (order.status, order.payment_type) {
            (Status::Refunded, _) => return None,
            // Payments are not noted of every order that is paid.
            (Status::Complete, PaymentType::OneTime | PaymentType::Free) => return Some(0),
            (_, PaymentType::PaymentPlan) => order.amount_cents.checked_mul(self.payments_of_plan?)?,
            (_, PaymentType::Subscription) => return None,
            (Status::Pending, _) => order.amount_cents,
        };
        Some((whole - self.paid()).max(0))
    }

    /// Of an order without payments: why there are none.
    fn nothing_paid(&self) -> (&'static str, &'static str) {
        match self.order.status {
            _ if self.order.amount_cents == 0 => ("Nothing to pay", "The order is free."),
            Status::Pending => {
                ("Not paid yet", "Payments that the school takes for this order stand here, also those that failed.")
            }
            Status::Complete => (
                "No payment is recorded",
                "The order counts as paid: it was made so, without a payment that was taken here.",
            ),
            Status::Refunded => (
                "No payment is recorded",
                "The order counts as refunded: it was made so, without a payment that was taken here.",
            ),
        }
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
                        tfoot { tr { th scope="row" { "Total" @if let Some(each) = each(self.order.payment_type) { " of " (each) } } td.number.strong { (self.amount(self.order.amount_cents)) } } }
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
                    @let (title, text) = self.nothing_paid();
                    (EmptyState { icon: Icon::CreditCard, title, text, actions: html! {} })
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
                        dt { "Payment" }
                        dd {
                            (payment)
                            @if let Some(count) = self.payments_of_plan { ", " (count) " × " (self.amount(order.amount_cents)) }
                        }
                        @if !self.payments.is_empty() { dt { "Paid" } dd { (self.amount(self.paid())) } }
                        @if let Some(due) = self.due().filter(|due| *due > 0) { dt { "Still to pay" } dd { (self.amount(due)) } }
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
