//! Deliveries: what was or is to be sent to webhooks, and how that went.

use super::owner::owner;
use axum::http::StatusCode;
use delivery::webhooks::{self, Attempt, Delivery, DeliveryFilter, DeliveryState};
use identity::access::Need;
use schemars::JsonSchema;
use school::events::Topic;
use school::{DeliveryId, PageRequest, PageStart};
use serde::Serialize;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::Timestamp;
use web::paging::CREATED_PARAMS;
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// How a delivery can stand, and what clients call it.
const STATES: [(&str, DeliveryState); 4] = [
    ("waiting", DeliveryState::Waiting),
    ("delivered", DeliveryState::Delivered),
    ("failed", DeliveryState::Failed),
    ("given_up", DeliveryState::GivenUp),
];
const STATUSES: &[&str] = &[STATES[0].0, STATES[1].0, STATES[2].0, STATES[3].0];

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::text("query[webhook_id]", "Only those to this webhook."),
    Param::text("query[event_id]", "Only those of this event."),
    Param::one_of("query[status]", STATUSES, "Only those that stand like this."),
    CREATED_PARAMS[0],
    CREATED_PARAMS[1],
    CREATED_PARAMS[2],
    CREATED_PARAMS[3],
    CREATED_PARAMS[4],
];

/// The id of a delivery in examples.
const ID_EXAMPLE: &str = "90210";

/// A delivery of an event to a webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryResponse<'a> {
    /// Its id.
    #[schemars(example = ID_EXAMPLE)]
    pub id: String,
    /// `waiting` to be sent, or to be sent again; `delivered`; `failed` for good; `given_up` because the webhook was
    /// disabled or removed.
    #[schemars(example = &"waiting")]
    pub status: &'static str,
    /// The webhook's id; null when it was removed.
    #[schemars(example = super::webhooks::ID_EXAMPLE)]
    pub webhook_id: Option<&'a str>,
    /// The event's id.
    #[schemars(example = super::events::ID_EXAMPLE)]
    pub event_id: &'a str,
    /// The event's topic.
    #[schemars(example = &"order.created")]
    pub topic: &'static str,
    /// How often it was tried.
    #[schemars(example = 1)]
    pub attempt_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is tried next; null when it no longer waits.
    #[schemars(example = &"2026-01-15T09:30:05.000Z")]
    pub next_attempt_at: Option<Timestamp>,
    /// When it stopped waiting; null while it waits.
    #[schemars(example = ())]
    pub finished_at: Option<Timestamp>,
}

/// A delivery with the attempts at it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryWithAttempts<'a> {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: DeliveryResponse<'a>,
    /// The attempts, in order.
    pub attempts: Vec<AttemptResponse<'a>>,
}

/// An attempt at a delivery.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptResponse<'a> {
    /// Its number, from one.
    #[schemars(example = 1)]
    pub number: i64,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    #[schemars(example = 87)]
    pub milliseconds: i64,
    /// The status that was answered; null when nothing was.
    #[schemars(example = 503)]
    pub status: Option<i64>,
    /// What went wrong; null when nothing did.
    pub error: Option<&'a str>,
    /// The beginning of what was answered.
    #[schemars(example = &"busy")]
    pub answer: Option<&'a str>,
}

pub(super) fn view(delivery: &Delivery) -> DeliveryResponse<'_> {
    let row = &delivery.row;
    DeliveryResponse {
        id: row.id.to_string(),
        status: STATES.iter().find(|(_, state)| *state == row.state).map_or("", |(name, _)| name),
        webhook_id: delivery.webhook_id.as_deref(),
        event_id: &delivery.ulid,
        topic: Topic::numbered(delivery.topic).map_or("", Topic::name),
        attempt_count: row.attempts,
        created_at: Timestamp(row.created_at),
        next_attempt_at: (row.state == DeliveryState::Waiting).then_some(Timestamp(row.due_at)),
        finished_at: row.finished_at.map(Timestamp),
    }
}

fn attempt(attempt: &Attempt) -> AttemptResponse<'_> {
    AttemptResponse {
        number: attempt.number,
        at: Timestamp(attempt.at),
        milliseconds: attempt.milliseconds,
        status: attempt.status,
        error: attempt.error.as_deref(),
        answer: attempt.answer.as_deref(),
    }
}

/// The endpoints of deliveries.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Deliveries",
        vec![
            endpoint::get("/deliveries", "getDeliveries", Need::App, list)
                .summary("Lists what was or is to be sent to webhooks, the newest first.")
                .query(FILTERS)
                .list_response::<DeliveryResponse<'static>>(),
            endpoint::get("/deliveries/{id}", "getDeliveryByID", Need::App, get)
                .path_examples(&[ID_EXAMPLE])
                .summary("Gives a delivery with the attempts at it.")
                .text_id()
                .response::<DeliveryWithAttempts<'static>>(200),
            endpoint::post("/deliveries/{id}/resend", "resendDelivery", Need::App, resend)
                .path_examples(&[ID_EXAMPLE])
                .summary("Sends a delivery once more, whatever came of it.")
                .text_id()
                .response::<DeliveryResponse<'static>>(202),
        ],
    )
}

/// `GET /deliveries`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, next) = query.cursor_page_request(|next| next.parse::<i64>().is_ok())?;
    let start = next.and_then(|next| next.parse().ok()).map_or(page_request.start, PageStart::After);
    let page_request = PageRequest { start, created: query.created()?, descending: true, ..page_request };
    let state = match query.text("query[status]") {
        None => None,
        Some(status) => {
            let state = STATES.iter().find(|(name, _)| *name == status).map(|(_, state)| *state);
            let why = || format!("Parameter query[status] must be one of {}.", STATUSES.join(", "));
            Some(state.ok_or_else(|| ApiError::BadRequest(why()))?)
        }
    };
    let filter =
        DeliveryFilter { webhook_id: query.text("query[webhook_id]"), event_id: query.text("query[event_id]"), state };
    api.read(move |tx, site| {
        let page = webhooks::deliveries(tx, site.id, owner(site), &filter, &page_request)?;
        Ok(ApiResponse::cursors(&query, &page, |delivery| delivery.row.id.to_string(), view))
    })
    .await
}

/// `GET /deliveries/{id}`
pub async fn get(api: ApiContext, Id(id): Id<DeliveryId>) -> ApiResult {
    api.read(move |tx, site| {
        let delivery = webhooks::delivery(tx, site.id, owner(site), id)?;
        let attempts = webhooks::attempts(tx, site.id, &delivery)?;
        let attempts = attempts.iter().map(attempt).collect();
        Ok(ApiResponse::ok(&DeliveryWithAttempts { delivery: view(&delivery), attempts }))
    })
    .await
}

/// `POST /deliveries/{id}/resend`
pub async fn resend(api: ApiContext, Id(id): Id<DeliveryId>) -> ApiResult {
    api.write(move |tx, site| {
        let delivery = webhooks::resend(tx, site.id, owner(site), id)?;
        Ok(ApiResponse::with(StatusCode::ACCEPTED, &view(&delivery)))
    })
    .await
}
