//! The Webhooks API v2: who hears of what, and what they were told. One line an endpoint; the looking and repeating
//! beside webhooks and single events is ours, in the same manner.

pub mod deliveries;
pub mod events;
#[expect(clippy::module_inception, reason = "the API and its first endpoints have the same name")]
pub mod webhooks;

use identity::access::Need;
use web::definition::ApiDefinition;
use web::endpoint::{Endpoint, delete, get, post, put, tagged};
use web::paging::Paging;

/// The API as a whole.
pub static API: ApiDefinition = ApiDefinition {
    root: "/api/v2",
    described_at: "/openapi/webhooks.json",
    title: "Scholae Webhooks API",
    about: "Be told what happens in a school, and look at what was told. Send a Bearer token (of an app, or an API access \
            token of the school), or the school's API key, as a Bearer token too or in X-Auth-API-Key with the subdomain \
            in X-Auth-Subdomain. An app sees and changes its own webhooks only. All of these belong on a server, never \
            in a page.",
    paging: Paging::Cursors,
    bearer_key: true,
    endpoints,
};

/// Every endpoint of the API.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged("Webhooks", vec![
            get("/webhooks", "getWebhooks", Need::App, webhooks::list)
                .about("Lists the school's webhooks, in the order in which they were made.")
                .lists::<webhooks::WebhookResponse<'static>>(),
            post("/webhooks", "createWebhook", Need::App, webhooks::create)
                .about("Makes a webhook: from now on the events of its topic are sent to its address.")
                .takes::<webhooks::WebhookRequest>()
                .answers::<webhooks::WebhookResponse<'static>>(201),
            get("/webhooks/{id}", "getWebhookByID", Need::App, webhooks::get)
                .about("Gives a webhook.")
                .text_id()
                .answers::<webhooks::WebhookResponse<'static>>(200),
            put("/webhooks/{id}", "updateWebhookByID", Need::App, webhooks::update)
                .about("Changes the given fields of a webhook. The status active switches a disabled one on again.")
                .text_id()
                .takes::<webhooks::WebhookRequest>()
                .answers::<webhooks::WebhookResponse<'static>>(200),
            delete("/webhooks/{id}", "deleteWebhookByID", Need::App, webhooks::delete)
                .about("Removes a webhook. What waits to be sent to it is given up.")
                .text_id(),
            post("/webhooks/{id}/test", "testWebhook", Need::App, webhooks::test)
                .about("Sends a made-up event of its topic to a webhook, its texts marked [TEST].")
                .text_id()
                .answers::<deliveries::DeliveryResponse<'static>>(202),
            post("/webhooks/{id}/recover", "recoverWebhook", Need::App, webhooks::recover)
                .about("Sends once more what did not arrive since a moment, some hundreds at a time: call until none are left.")
                .text_id()
                .takes::<webhooks::SinceRequest>()
                .answers::<webhooks::RecoverResponse>(202),
            post("/webhooks/{id}/replay", "replayWebhook", Need::App, webhooks::replay)
                .about("Sends events of its topic since a moment that a webhook was never sent, some hundreds at a time.")
                .text_id()
                .takes::<webhooks::SinceRequest>()
                .answers::<webhooks::ReplayResponse>(202),
        ]),
        tagged("Events", vec![
            get("/events", "getEvents", Need::School, events::list)
                .about("Lists what happened in the school, the newest first.")
                .query(events::FILTERS)
                .lists::<events::EventResponse<'static>>(),
            get("/events/stream", "streamEvents", Need::School, events::stream)
                .about("Gives the events after one, in their order, as they are sent; waits for them when told to.")
                .query(events::STREAM)
                .waits()
                .answers::<events::StreamResponse<'static>>(200),
            get("/events/{id}", "getEventByID", Need::App, events::get)
                .about("Gives an event.")
                .text_id()
                .answers::<events::EventResponse<'static>>(200),
        ]),
        tagged("Deliveries", vec![
            get("/deliveries", "getDeliveries", Need::App, deliveries::list)
                .about("Lists what was or is to be sent to webhooks, the newest first.")
                .query(deliveries::FILTERS)
                .lists::<deliveries::DeliveryResponse<'static>>(),
            get("/deliveries/{id}", "getDeliveryByID", Need::App, deliveries::get)
                .about("Gives a delivery with the attempts at it.")
                .text_id()
                .answers::<deliveries::DeliveryWithAttempts<'static>>(200),
            post("/deliveries/{id}/resend", "resendDelivery", Need::App, deliveries::resend)
                .about("Sends a delivery once more, whatever came of it.")
                .text_id()
                .answers::<deliveries::DeliveryResponse<'static>>(202),
        ]),
    ]
    .concat()
}
