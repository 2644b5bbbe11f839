//! A delivery as lists show it.

use super::{badge, path, state_line};
use delivery::webhooks::{Delivery, DeliveryState, Webhook};
use maud::{Markup, html};
use pages::components::{grouped, moment};
use school::DeliveryId;
use school::events::Topic;
use school::time::Moment;
use serde_json::{Value, json};

/// A delivery in a list.
pub(crate) struct DeliveryView {
    pub id: DeliveryId,
    pub topic: &'static str,
    pub event: String,
    /// Where it is sent; none when the webhook is gone.
    pub target: Option<String>,
    pub state: DeliveryState,
    pub attempts: i64,
    pub created_at: i64,
    /// When it is tried next, while it waits.
    pub due_at: Option<i64>,
}

impl DeliveryView {
    /// Deliveries to these webhooks.
    pub fn of_all(deliveries: &[Delivery], webhooks: &[Webhook]) -> Vec<Self> {
        deliveries.iter().map(|delivery| Self::of(delivery, webhooks)).collect()
    }

    /// One delivery to one of these webhooks.
    pub fn of(delivery: &Delivery, webhooks: &[Webhook]) -> Self {
        let row = &delivery.row;
        let webhook = webhooks.iter().find(|webhook| webhook.number == row.webhook);
        Self {
            id: row.id,
            topic: Topic::numbered(delivery.topic).map_or("", Topic::name),
            event: delivery.ulid.clone(),
            target: webhook.map(|webhook| webhook.target_url.clone()),
            state: row.state,
            attempts: row.attempts,
            created_at: row.created_at,
            due_at: (row.state == DeliveryState::Waiting && row.attempts > 0).then_some(row.due_at),
        }
    }

    /// Where it is sent.
    pub fn target(&self) -> Markup {
        html! {
            @match &self.target {
                Some(target) => span dir="ltr" { (target) },
                None => span.muted { "A webhook that was deleted" },
            }
        }
    }

    /// It as a row of a file.
    pub fn row(&self) -> Vec<Value> {
        vec![
            json!(self.id),
            json!(self.topic),
            json!(self.event),
            json!(self.target),
            json!(state_line(self.state).0),
            json!(self.attempts),
            json!(Moment(self.created_at)),
        ]
    }

    pub fn cells(&self) -> Vec<Markup> {
        vec![
            html! { a.row href=(path(self.id)) { (self.topic) } span.sub.mono { (self.event) } },
            self.target(),
            html! { (badge(self.state, self.attempts)) },
            html! { (grouped(self.attempts)) },
            moment(self.created_at),
        ]
    }
}

/// A few deliveries, as a part of a page about something else: where they went to is said when they went to several
/// webhooks.
pub(crate) fn rows(deliveries: &[DeliveryView], to_several: bool) -> Markup {
    html! {
        ul.rows {
            @for delivery in deliveries {
                li {
                    div {
                        p { a href=(path(delivery.id)) { (delivery.topic) } }
                        p {
                            (moment(delivery.created_at)) " · "
                            @if to_several { (delivery.target()) } @else { (tries(delivery.attempts)) }
                        }
                    }
                    (badge(delivery.state, delivery.attempts))
                }
            }
        }
    }
}

/// How often it was tried, in words.
fn tries(attempts: i64) -> String {
    match attempts {
        0 => "not tried yet".to_owned(),
        1 => "1 attempt".to_owned(),
        more => format!("{} attempts", grouped(more)),
    }
}
