//! Events.

use super::owner::owner;
use super::webhooks::single_id;
use delivery::webhooks;
use identity::access::Need;
use schemars::JsonSchema;
use school::events::{self, Event, Topic};
use school::ids;
use school::{Page, PageRequest, PageStart};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{TIMESTAMP_EXAMPLE, Timestamp};
use web::paging::CREATED_PARAMS;
use web::parameter::Param;
use web::path::PathTexts;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::text("query[topic]", "Only those of this topic, such as `order.created`."),
    CREATED_PARAMS[0],
    CREATED_PARAMS[1],
    CREATED_PARAMS[2],
    CREATED_PARAMS[3],
    CREATED_PARAMS[4],
];

/// What the stream takes.
pub const STREAM: &[Param] = &[
    Param::text("after", "The id of the last event that was read; without it, the newest there is."),
    Param::integer("wait", "Seconds to wait for an event when there is none yet: none unless told, at most 30."),
    Param::integer("limit", "Events at once: 25 unless told, at most 250."),
];

/// The longest wait, in seconds.
const MAX_WAIT: i64 = 30;
/// Events that another process wrote are found after this long.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The id of an event in examples.
pub(super) const ID_EXAMPLE: &str = "01KF0D3H8XK9T2M4V6B8N0Q2R4";

/// An event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventResponse<'a> {
    /// Its id.
    #[schemars(example = ID_EXAMPLE)]
    pub id: &'a str,
    /// What it is about, such as `order`.
    #[schemars(example = &"order")]
    pub resource: &'static str,
    /// What happened to it, such as `created`.
    #[schemars(example = &"created")]
    pub action: &'static str,
    /// When it happened.
    pub created_at: Timestamp,
    /// What it was about, as it was then.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>", example = payload_example())]
    pub payload: &'a RawValue,
}

/// Events, each as it is sent to webhooks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StreamResponse<'a> {
    /// The envelopes, in the order of what happened.
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>", example = [envelope_example()])]
    pub items: Vec<&'a RawValue>,
    /// What to send as `after` to go on.
    #[schemars(example = ID_EXAMPLE)]
    pub cursor: &'a str,
}

/// What is sent, as far as it is looked into.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// The payload of the event in examples: an order of the demo school, not older than events are kept.
fn payload_example() -> Value {
    let product_name = "Bookkeeping for a small workshop";
    let item = json!({ "product_id": 1, "product_name": product_name, "amount_dollars": 50, "amount_cents": 5000 });
    json!({
        "affiliate_referral_code": null,
        "amount_cents": 5000,
        "amount_dollars": 50,
        "billing_name": "Tomasz Wiśniewski",
        "coupon": null,
        "created_at": TIMESTAMP_EXAMPLE,
        "id": 34,
        "order_number": 1034,
        "payment_type": "payment-plan",
        "presentment_amount": 5000,
        "presentment_currency": "usd",
        "product_id": 1,
        "product_name": product_name,
        "status": "Complete",
        "items": [item],
        "user": {
            "email": "tomasz.wisniewski@demo.example",
            "first_name": "Tomasz",
            "id": 46,
            "last_name": "Wiśniewski"
        }
    })
}

/// The event of the examples as it is sent to webhooks.
fn envelope_example() -> Value {
    json!({
        "id": ID_EXAMPLE,
        "resource": "order",
        "action": "created",
        "created_at": TIMESTAMP_EXAMPLE,
        "payload": payload_example()
    })
}

fn view(event: &Event) -> EventResponse<'_> {
    let topic = Topic::numbered(event.topic);
    EventResponse {
        id: &event.ulid,
        resource: topic.map_or("", Topic::resource),
        action: topic.map_or("", Topic::action),
        created_at: Timestamp(event.created_at),
        payload: serde_json::from_str(&event.body).map_or(RawValue::NULL, |envelope: Envelope<'_>| envelope.payload),
    }
}

fn is_ulid(text: &str) -> bool {
    ids::ulid_moment(text).is_some()
}

/// The endpoints of events.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Events",
        vec![
            endpoint::get("/events", "getEvents", Need::School, list)
                .summary("Lists what happened in the school, the newest first.")
                .query(FILTERS)
                .list_response::<EventResponse<'static>>(),
            endpoint::get("/events/stream", "streamEvents", Need::School, stream)
                .summary("Gives the events after one, in their order, as they are sent; waits for them when told to.")
                .query(STREAM)
                .long_poll()
                .response::<StreamResponse<'static>>(200),
            endpoint::get("/events/{id}", "getEventByID", Need::App, get)
                .path_examples(&[ID_EXAMPLE])
                .summary("Gives an event.")
                .text_id()
                .response::<EventResponse<'static>>(200),
        ],
    )
}

/// `GET /events`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, next) = query.cursor_page_request(is_ulid)?;
    let page_request = PageRequest { created: query.created()?, descending: true, ..page_request };
    let topic = query.text("query[topic]");
    api.read(move |tx, site| {
        let start = match &next {
            Some(ulid) => PageStart::After(events::place(tx, site.id, ulid, true)?),
            None => page_request.start,
        };
        let page = match topic.as_deref().map(Topic::named) {
            Some(None) => Page::empty(),
            topic => events::list(tx, site.id, topic.flatten(), &PageRequest { start, ..page_request })?,
        };
        Ok(ApiResponse::cursors(&query, &page, |event| event.ulid.clone(), view))
    })
    .await
}

/// `GET /events/{id}`
pub async fn get(api: ApiContext, id: PathTexts) -> ApiResult {
    let ulid = single_id(id);
    api.read(move |tx, site| {
        let event = events::get(tx, site.id, &ulid)?;
        webhooks::may_see(tx, site.id, owner(site), &event)?;
        Ok(ApiResponse::ok(&view(&event)))
    })
    .await
}

/// `GET /events/stream`: answers as soon as there is an event. It waits without a database thread, and without counting
/// as one of the school's requests at once.
pub async fn stream(api: ApiContext, query: Query) -> ApiResult {
    let wait = query.int("wait")?.unwrap_or(0).clamp(0, MAX_WAIT);
    let until = Instant::now() + Duration::from_secs(wait as u64);
    query.check_limit()?;
    let most = query.limit();
    let mut after = query.text("after");
    if after.as_deref().is_some_and(|after| !is_ulid(after)) {
        return Err(ApiError::BadRequest("Parameter after is no id of an event.".to_owned()));
    }
    // Listening begins before the first look, so that nothing can happen unnoticed between the two.
    let mut subscription = api.app().subscribe_to_events();
    let mut ending = false;
    loop {
        let from = after.take();
        let (cursor, found) = api
            .read(move |tx, site| {
                let cursor = match &from {
                    Some(ulid) => ulid.clone(),
                    None => events::newest(tx, site.id)?,
                };
                let found = events::after(tx, site.id, &cursor, most)?;
                Ok((cursor, found))
            })
            .await?;
        if !found.is_empty() || ending || Instant::now() >= until {
            return Ok(ApiResponse::ok(&stream_response(&found, &cursor)));
        }
        after = Some(cursor);
        api.release_concurrency_permit();
        tokio::select! {
            () = subscription.next_of(api.site()) => {}
            () = sleep(POLL_INTERVAL) => {}
            () = sleep_until(until) => {}
            () = api.app().ended() => ending = true,
        }
    }
}

fn stream_response<'a>(found: &'a [Event], after: &'a str) -> StreamResponse<'a> {
    StreamResponse {
        items: found.iter().map(|event| serde_json::from_str(&event.body).unwrap_or(RawValue::NULL)).collect(),
        cursor: found.last().map_or(after, |event| &event.ulid),
    }
}
