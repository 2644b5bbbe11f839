//! `GET /manage/deliveries/{id}`: one delivery, with each attempt at it.

use super::attempt::attempt_card;
use super::{DeliveryView, LIST, badge, path};
use crate::addresses;
use crate::manager::Manager;
use delivery::webhooks::{self, Attempt, Delivery, DeliveryState, Owner, Webhook};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Banner, EmptyState, Icon, Tone, moment};
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::DeliveryId;
use school::events;
use web::Tx;

/// What is shown of a delivery.
struct DeliveryPage {
    delivery: Delivery,
    view: DeliveryView,
    webhook: Option<Webhook>,
    attempts: Vec<Attempt>,
    /// What is sent, byte by byte.
    body: String,
}

/// `GET /manage/deliveries/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<DeliveryId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let done = match query.get("done") {
        "tested" => "A test event is sent. What was answered stands here in a moment.",
        "resent" => "It is sent again.",
        _ => "",
    };
    let (area, page) = manager.read(move |tx, actor| DeliveryPage::read(tx, actor, id)).await?;
    let row = &page.delivery.row;
    let framed = FramedPage::new(LIST, page.view.topic, page.body())
        .badge(Some(badge(row.state, row.attempts)))
        .below("Deliveries", LIST)
        .actions(page.actions(&manager.csrf()))
        .done(done);
    manager.show(&area, framed)
}

impl DeliveryPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: DeliveryId) -> school::Result<Self> {
        let site = actor.site().id;
        let delivery = webhooks::delivery(tx, site, Owner::SCHOOL, id)?;
        let webhook = webhooks::of_deliveries(tx, site, std::slice::from_ref(&delivery))?.pop();
        let mut view = DeliveryView::of(&delivery, webhook.as_slice());
        view.find_last_address(tx, site, &delivery)?;
        let attempts = webhooks::attempts(tx, site, &delivery)?;
        let body = events::get(tx, site, &delivery.ulid)?.body;
        Ok(Self { delivery, view, webhook, attempts, body })
    }

    fn is_to_be_sent_again(&self) -> bool {
        self.webhook.as_ref().is_some_and(|webhook| webhook.active)
    }

    fn actions(&self, csrf: &Markup) -> Markup {
        html! {
            @if self.is_to_be_sent_again() {
                form method="post" action={ (path(self.delivery.row.id)) "/resend" } {
                    (csrf)
                    button type="submit" { (Icon::RotateCcw) "Send again" }
                }
            }
        }
    }

    fn body(&self) -> Markup {
        html! {
            (self.trouble())
            div.grid.two {
                div {
                    @if self.attempts.is_empty() {
                        div.card data-live[self.delivery.row.state == DeliveryState::Waiting] {
                            (EmptyState {
                                icon: Icon::Clock,
                                title: "Not tried yet",
                                text: "Once it was tried, what was sent and what was answered stands here.",
                                actions: html! { a.button.quiet href=(path(self.delivery.row.id)) { "Load again" } },
                            })
                        }
                    }
                    @for (at, attempt) in self.attempts.iter().rev().enumerate() {
                        (attempt_card(attempt, &self.body, at == 0))
                    }
                }
                div { (self.facts()) }
            }
        }
    }

    /// Why it is not sent, and what to do.
    fn trouble(&self) -> Markup {
        html! {
            @match &self.webhook {
                None => (Banner::new(Tone::Neutral, "The webhook was deleted", html! { p { "Nothing more is sent to it." } })),
                Some(webhook) if !webhook.active => (Banner::new(Tone::Warning, "The webhook is off", html! {
                    p {
                        "To send this again, switch the webhook on first. "
                        @if webhook.app_id.is_none() { a href=(addresses::webhook(&webhook.id)) { "Go to the webhook" } }
                    }
                })),
                Some(_) if self.delivery.row.state == DeliveryState::Failed => (Banner::new(Tone::Danger, "It did not arrive", html! {
                    p { "It is not tried again by itself. Mend the receiver, then send it again." }
                })),
                Some(_) => {},
            }
        }
    }

    fn facts(&self) -> Markup {
        let row = &self.delivery.row;
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "To" } dd { (self.view.target()) }
                        @if let Some(webhook) = &self.webhook {
                            dt { "Webhook" }
                            dd {
                                @if webhook.app_id.is_none() { a href=(addresses::webhook(&webhook.id)) { (webhook.id) } }
                                @else { span.mono { (webhook.id) } " (of an app)" }
                            }
                        }
                        dt { "Event" } dd { a.mono href=(addresses::event(&self.delivery.ulid)) { (self.delivery.ulid) } }
                        dt { "Id" } dd.mono { (row.id) }
                        dt { "Since" } dd { (moment(row.created_at)) }
                        dt { "Attempts" } dd { (row.attempts) }
                        @if let Some(due) = self.view.due_at { dt { "Tried next" } dd { (moment(due)) } }
                        @if let Some(finished) = row.finished_at { dt { "Ended" } dd { (moment(finished)) } }
                    }
                }
            }
        }
    }
}
