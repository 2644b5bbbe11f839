//! A delivery as lists show it.

use super::{badge, path, state_line};
use delivery::webhooks::{self, Delivery, DeliveryState, Webhook};
use maud::{Markup, html};
use pages::components::{grouped, moment};
use school::events::Topic;
use school::time::Moment;
use school::{DeliveryId, SiteId};
use serde_json::{Value, json};
use web::Tx;

/// A delivery in a list.
pub(crate) struct DeliveryView {
    pub id: DeliveryId,
    pub topic: &'static str,
    pub event: String,
    /// Where it is sent; none when the webhook is gone.
    pub target: Option<String>,
    /// Where it went to the last time, when the webhook is gone and that is known.
    went_to: Option<String>,
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
            went_to: None,
            state: row.state,
            attempts: row.attempts,
            created_at: row.created_at,
            due_at: (row.state == DeliveryState::Waiting && row.attempts > 0).then_some(row.due_at),
        }
    }

    /// Deliveries as a list shows them: those whose webhook is gone with the address they went to.
    pub fn read_all(tx: &mut Tx<'_>, site: SiteId, deliveries: &[Delivery]) -> school::Result<Vec<Self>> {
        let webhooks = webhooks::of_deliveries(tx, site, deliveries)?;
        let mut views = Self::of_all(deliveries, &webhooks);
        for (view, delivery) in views.iter_mut().zip(deliveries) {
            view.find_last_address(tx, site, delivery)?;
        }
        Ok(views)
    }

    /// Finds where it went to when its webhook is gone.
    pub fn find_last_address(&mut self, tx: &mut Tx<'_>, site: SiteId, delivery: &Delivery) -> school::Result<()> {
        if self.target.is_none() {
            self.went_to = webhooks::last_address(tx, site, delivery)?;
        }
        Ok(())
    }

    /// Where it is sent.
    pub fn target(&self) -> Markup {
        html! {
            @match &self.target {
                Some(target) => span dir="ltr" { (target) },
                None => {
                    @match &self.went_to {
                        Some(target) => { span dir="ltr" { (target) } span.sub.muted { "Deleted webhook" } },
                        None => span.muted { "A webhook that was deleted" },
                    }
                },
            }
        }
    }

    /// It as a row of a file.
    pub fn row(&self) -> Vec<Value> {
        vec![
            json!(self.id),
            json!(self.topic),
            json!(self.event),
            json!(self.target.as_ref().or(self.went_to.as_ref())),
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
