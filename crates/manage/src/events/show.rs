//! `GET /manage/events/{id}`: one event, what is told of it, and to whom.

use super::LIST;
use super::list::topic_name;
use crate::addresses::{DELIVERIES, WEBHOOKS};
use crate::deliveries::{self, DeliveryView};
use crate::manager::Manager;
use delivery::webhooks::{self, DeliveryFilter, Owner};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Badge, EmptyState, Icon, Tone, code_block, moment};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::PageRequest;
use school::events::{self, Event};
use serde_json::Value;
use web::Tx;

/// So many deliveries stand on the page: an event has one for each webhook of its topic.
const SHOWN: i64 = 50;

/// What is shown of an event.
struct EventPage {
    event: Event,
    deliveries: Vec<DeliveryView>,
    delivery_count: i64,
}

/// `GET /manage/events/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<String>) -> PageResult {
    let (area, page) = manager.read(move |tx, actor| EventPage::read(tx, actor, &id)).await?;
    let test = page.event.test.then_some(Badge::new("Test", Tone::Neutral));
    let framed = FramedPage::new(LIST, topic_name(&page.event), page.body()).badge(test).below("Events", LIST);
    manager.show(&area, framed)
}

impl EventPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: &str) -> school::Result<Self> {
        let site = actor.site().id;
        let event = events::get(tx, site, id)?;
        let filter = DeliveryFilter { event_id: Some(event.ulid.clone()), ..DeliveryFilter::default() };
        let page = webhooks::deliveries(tx, site, Owner::SCHOOL, &filter, &PageRequest::first(SHOWN))?;
        let deliveries = DeliveryView::read_all(tx, site, &page.items)?;
        Ok(Self { event, deliveries, delivery_count: page.total })
    }

    fn body(&self) -> Markup {
        let event = &self.event;
        html! {
            div.grid.two {
                div {
                    div.card {
                        header { div { h2 { "What webhooks are told" } p { "Spread over lines here; it is sent without spaces." } } }
                        div.body { (code_block("payload", "JSON", &spread(&event.body))) }
                    }
                    (self.told())
                }
                div {
                    div.card {
                        header { div { h2 { "About" } } }
                        div.body {
                            dl.facts {
                                dt { "Topic" } dd { code { (topic_name(event)) } }
                                dt { "Id" } dd.mono { (event.ulid) }
                                dt { "When" } dd { (moment(event.created_at)) }
                                @if event.test { dt { "Kind" } dd { "Made up, to try a webhook" } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn told(&self) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "Deliveries" } }
                    @if self.delivery_count > SHOWN {
                        a href={ (DELIVERIES) "?event_id=" (self.event.ulid) } { "Show all " (self.delivery_count) }
                    }
                }
                @if self.deliveries.is_empty() {
                    (EmptyState {
                        icon: Icon::Webhook,
                        title: "Nobody was told",
                        text: "No webhook of this topic was on when it happened. A webhook can be sent what it missed.",
                        actions: html! { a.button.quiet href=(WEBHOOKS) { "Go to the webhooks" } },
                    })
                } @else {
                    (deliveries::rows(&self.deliveries, true))
                }
            }
        }
    }
}

/// JSON over several lines; what is none, as it is.
fn spread(body: &str) -> String {
    let value = serde_json::from_str::<Value>(body).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| body.to_owned())
}
