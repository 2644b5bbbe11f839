//! `GET /manage/external_orders/{id}`: one external order, with every transaction that was reported of it.

use super::{LIST, badge, balance, type_label};
use crate::addresses;
use crate::manager::Manager;
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Badge, EmptyState, Icon, TimelineEntry, Tone, moment, money, timeline};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::external_orders::{self, Action, ExternalOrder, Transaction};
use school::money::Money;
use school::{ExternalOrderId, now, products};
use web::Tx;
use web::form::encode;

/// What is shown of an external order.
struct ExternalOrderPage {
    order: ExternalOrder,
    /// The oldest first.
    transactions: Vec<Transaction>,
    buyer: PersonView,
    /// None when it was deleted.
    product: Option<String>,
}

/// `GET /manage/external_orders/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<ExternalOrderId>) -> PageResult {
    let (area, page) = manager.read(move |tx, actor| ExternalOrderPage::read(tx, actor, id)).await?;
    let title = format!("External order {id}");
    let framed =
        FramedPage::new(LIST, &title, page.body()).badge(Some(badge(&page.order))).below("External orders", LIST);
    manager.show(&area, framed)
}

impl ExternalOrderPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: ExternalOrderId) -> school::Result<Self> {
        let site = actor.site().id;
        let (order, transactions) = external_orders::get(tx, site, id)?;
        let buyer = PersonView::find(tx, actor, order.user_id)?;
        let product = products::names(tx, site, &[order.product_id])?.remove(&order.product_id);
        Ok(Self { order, transactions, buyer, product })
    }

    fn body(&self) -> Markup {
        html! {
            div.grid.tiles {
                @for (label, value) in [
                    ("Paid", money(self.order.paid)),
                    ("Refunded", money(self.order.refunded)),
                    ("Balance", balance(&self.order)),
                ] {
                    div.card.tile { h3 { (label) } p.value { (value) } }
                }
            }
            div.grid.two {
                div { (self.ledger()) }
                div { (self.facts()) }
            }
        }
    }

    fn ledger(&self) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "Transactions" } p { "As they were reported. Nothing of them is ever changed." } }
                }
                @if self.transactions.is_empty() {
                    (EmptyState {
                        icon: Icon::CreditCard,
                        title: "Nothing was paid yet",
                        text: "Purchases and refunds stand here once a program has reported them.",
                        actions: html! {},
                    })
                } @else {
                    (timeline(&self.entries()))
                }
            }
        }
    }

    /// What was reported, the latest first, each with the balance after it.
    fn entries(&self) -> Vec<TimelineEntry> {
        let (mut left, mut entries) = (0_i64, Vec::with_capacity(self.transactions.len()));
        for (at, one) in self.transactions.iter().enumerate() {
            left = left.saturating_add(match one.action {
                Action::Purchase => one.amount.minor,
                Action::Refund => -one.amount.minor,
            });
            let same = |earlier: &Transaction| earlier.action == one.action && earlier.reference == one.reference;
            let is_reused = one.reference.is_some() && self.transactions[..at].iter().any(same);
            let balance = money(Money { minor: left, currency: one.amount.currency });
            entries.push(TimelineEntry {
                at: one.created_at,
                what: html! {
                    span.strong {
                        (money(one.amount)) @match one.action { Action::Purchase => " paid", Action::Refund => " refunded" }
                    }
                    @if is_reused { " " (Badge::new("Reference used before", Tone::Warning)) }
                    span.sub.muted {
                        @if let Some(reference) = &one.reference { span.mono dir="auto" { (reference) } " · " }
                        "balance " (balance)
                    }
                },
                tone: match (one.action, is_reused) {
                    (_, true) => Tone::Warning,
                    (Action::Purchase, _) => Tone::Success,
                    (Action::Refund, _) => Tone::Neutral,
                },
            });
        }
        entries.reverse();
        entries
    }

    fn facts(&self) -> Markup {
        let order = &self.order;
        html! {
            div.card {
                header { div { h2 { "Buyer" } } }
                div.body { (self.buyer) }
                footer { a href={ (LIST) "?user_id=" (order.user_id) } { "Their external orders" } }
            }
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Product" }
                        dd dir="auto" { (self.product.as_deref().unwrap_or("A deleted product")) }
                        dt { "Type" } dd { (type_label(order.order_type)) }
                        dt { "Provider" } dd dir="auto" { (order.payment_provider) }
                        dt { "Currency" } dd { (order.currency().code()) }
                        @if let Some(until) = order.paying_until {
                            dt { "Paying" }
                            dd { @if until >= now() { "Counts as paying until " } @else { "Counted as paying until " } (moment(until)) }
                        }
                        dt { "Id" } dd.mono { (order.id) }
                        dt { "Reported" } dd { (moment(order.created_at)) }
                        dt { "Last transaction" } dd { (moment(order.updated_at)) }
                    }
                }
                footer {
                    a href={ (addresses::RECONCILIATION) "?" (encode([("payment_provider", order.payment_provider.as_str())])) } {
                        "Reconciliation of this provider"
                    }
                }
            }
        }
    }
}
