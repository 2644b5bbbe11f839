//! Webhooks.

use super::deliveries;
use super::owner::{acting_user, owner};
use axum::http::StatusCode;
use delivery::webhooks::{self, Webhook, WebhookChanges};
use identity::access::Need;
use schemars::JsonSchema;
use school::events::Topic;
use school::{PageRequest, PageStart, Set, WebhookNumber};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, NanosTimestamp, TIMESTAMP_EXAMPLE, Text, Timestamp, TimestampInput};
use web::path::PathTexts;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult, App};

/// The id of a webhook in examples.
pub(super) const ID_EXAMPLE: &str = "20260115093000125839530";

/// A webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookResponse<'a> {
    /// Its id, 23 digits.
    #[schemars(example = ID_EXAMPLE)]
    pub id: &'a str,
    /// `active`, or `disabled` when nothing is sent.
    #[schemars(example = &"active")]
    pub status: &'static str,
    /// What it hears of, such as `order.created`.
    #[schemars(example = &"order.created")]
    pub topic: &'static str,
    /// When it was made.
    pub created_at: NanosTimestamp,
    /// The id of the user who made it.
    #[schemars(example = &"1")]
    pub created_by: &'a str,
    /// When it was last changed.
    pub updated_at: NanosTimestamp,
    /// The id of the user who changed it last.
    #[schemars(example = &"1")]
    pub updated_by: &'a str,
    /// Where events are sent.
    #[schemars(example = &"https://example.com/hooks")]
    pub target_url: &'a str,
}

/// A webhook to be made, or what is to change of one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookRequest {
    /// What it hears of, such as `order.created`.
    #[schemars(example = &"order.created")]
    pub topic: Field<Text>,
    /// Where events are sent, beginning with `https://`.
    #[schemars(example = &"https://example.com/hooks")]
    pub target_url: Field<Text>,
    /// `active`, or `disabled` so that nothing is sent.
    pub status: Field<Text>,
}

/// From when on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SinceRequest {
    /// The moment.
    #[schemars(required, with = "TimestampInput", example = TIMESTAMP_EXAMPLE)]
    pub since: Field<TimestampInput>,
}

/// What came of a recovery.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecoverResponse {
    /// How many deliveries wait again.
    #[schemars(example = 2)]
    pub recovered: i64,
    /// How many more there are: the same request again takes the next of them.
    #[schemars(example = 0)]
    pub left: i64,
}

/// What came of a replay.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplayResponse {
    /// How many deliveries were made.
    #[schemars(example = 2)]
    pub replayed: i64,
    /// How many events were not looked at yet.
    #[schemars(example = 0)]
    pub left: i64,
    /// What to send as `since` to go on; null when nothing is left.
    #[schemars(example = ())]
    pub since: Option<Timestamp>,
}

/// The longest address of a webhook, in bytes.
const LONGEST_URL: usize = 2048;
const ACTIVE: &str = "active";
const DISABLED: &str = "disabled";

fn view(webhook: &Webhook) -> WebhookResponse<'_> {
    WebhookResponse {
        id: &webhook.id,
        status: if webhook.active { ACTIVE } else { DISABLED },
        topic: Topic::numbered(webhook.topic).map_or("", Topic::name),
        created_at: NanosTimestamp(webhook.created_at_ns),
        created_by: &webhook.created_by,
        updated_at: NanosTimestamp(webhook.updated_at_ns),
        updated_by: &webhook.updated_by,
        target_url: &webhook.target_url,
    }
}

/// The one id in the path, as text.
pub(super) fn single_id(PathTexts(texts): PathTexts) -> String {
    texts.into_iter().next().unwrap_or_default()
}

/// Whether events may be sent to an address.
fn is_target(app: &App, url: &str) -> bool {
    url.len() <= LONGEST_URL && delivery::guard::check_url(url, &app.config.webhook_targets).is_ok()
}

fn changes(app: &App, request: WebhookRequest) -> Result<WebhookChanges, ApiError> {
    let active = match request.status.sent().as_deref() {
        None => None,
        Some(ACTIVE) => Some(true),
        Some(DISABLED) => Some(false),
        Some(_) => return Err(ApiError::invalid("status", "must be active or disabled")),
    };
    let target_url = match request.target_url.sent() {
        None => Set::Keep,
        Some(url) if is_target(app, url.trim()) => Set::To(url.trim().to_owned()),
        Some(_) => Set::Clear,
    };
    Ok(WebhookChanges { topic: request.topic.sent(), target_url, active })
}

/// Errors in the form that clients of this API know: each field has one text; but a wrong topic is a list of one when a
/// webhook is changed.
fn field_errors(error: school::Error, changing: bool) -> ApiError {
    let school::Error::Invalid(problems) = error else { return error.into() };
    let errors: Map<String, Value> = problems
        .into_iter()
        .map(|(field, text)| {
            let text = if changing && field == "topic" { json!([text]) } else { json!(text) };
            (field.into_owned(), text)
        })
        .collect();
    ApiError::Unprocessable(errors)
}

/// The endpoints of webhooks.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Webhooks",
        vec![
endpoint::get("/webhooks", "getWebhooks", Need::App, list)
                .summary("Lists the school's webhooks, in the order in which they were made.")
                .list_response::<WebhookResponse<'static>>(),
endpoint::post("/webhooks", "createWebhook", Need::App, create)
                .summary("Makes a webhook: from now on the events of its topic are sent to its address.")
                .request::<WebhookRequest>()
                .response::<WebhookResponse<'static>>(201),
endpoint::get("/webhooks/{id}", "getWebhookByID", Need::App, get)
                .path_examples(&[ID_EXAMPLE])
.summary("Gives a webhook.")
                .text_id()
                .response::<WebhookResponse<'static>>(200),
endpoint::put("/webhooks/{id}", "updateWebhookByID", Need::App, update)
                .path_examples(&[ID_EXAMPLE])
.summary("Changes the given fields of a webhook. The status active switches a disabled one on again.")
                .text_id()
                .request::<WebhookRequest>()
                .response::<WebhookResponse<'static>>(200),
endpoint::delete("/webhooks/{id}", "deleteWebhookByID", Need::App, delete)
                .path_examples(&[ID_EXAMPLE])
.summary("Removes a webhook. What waits to be sent to it is given up.")
                .text_id(),
endpoint::post("/webhooks/{id}/test", "testWebhook", Need::App, test)
                .path_examples(&[ID_EXAMPLE])
.summary("Sends a made-up event of its topic to a webhook, its texts marked [TEST].")
                .text_id()
                .response::<deliveries::DeliveryResponse<'static>>(202)
                .response_example(|| json!({ "attempt_count": 0 })),
endpoint::post("/webhooks/{id}/recover", "recoverWebhook", Need::App, recover)
                .path_examples(&[ID_EXAMPLE])
.summary("Sends once more what did not arrive since a moment, some hundreds at a time: call until none are left.")
                .text_id()
                .request::<SinceRequest>()
                .response::<RecoverResponse>(202),
endpoint::post("/webhooks/{id}/replay", "replayWebhook", Need::App, replay)
                .path_examples(&[ID_EXAMPLE])
.summary("Sends events of its topic since a moment that a webhook was never sent, some hundreds at a time.")
                .text_id()
                .request::<SinceRequest>()
                .response::<ReplayResponse>(202),
],
    )
}

/// `GET /webhooks`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, next) = query.cursor_page_request(webhooks::is_id)?;
    api.read(move |tx, site| {
        let start = match &next {
            Some(id) => PageStart::After(webhooks::place(tx, site.id, id)?),
            None => page_request.start,
        };
        let page = webhooks::list(tx, site.id, owner(site), &PageRequest { start, ..page_request })?;
        Ok(ApiResponse::cursors(&query, &page, |webhook| webhook.id.clone(), view))
    })
    .await
}

/// `POST /webhooks`
pub async fn create(api: ApiContext, Body(request): Body<WebhookRequest>) -> ApiResult {
    let changes = api.checked(changes(api.app(), request))?;
    api.write(move |tx, site| {
        let webhook = webhooks::create(tx, site.id, owner(site), &acting_user(site), &changes)
            .map_err(|error| field_errors(error, false))?;
        Ok(ApiResponse::created(&view(&webhook)))
    })
    .await
}

/// `GET /webhooks/{id}`
pub async fn get(api: ApiContext, id: PathTexts) -> ApiResult {
    let id = single_id(id);
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&webhooks::get(tx, site.id, owner(site), &id)?)))).await
}

/// `PUT /webhooks/{id}`
pub async fn update(api: ApiContext, id: PathTexts, Body(request): Body<WebhookRequest>) -> ApiResult {
    let (id, changes) = (single_id(id), api.checked(changes(api.app(), request))?);
    let disabled = if changes.active == Some(false) { Some(number(&api, &id).await?) } else { None };
    let answer = api
        .write(move |tx, site| {
            let webhook = webhooks::update(tx, site.id, owner(site), &id, &acting_user(site), &changes)
                .map_err(|error| field_errors(error, true))?;
            Ok(ApiResponse::ok(&view(&webhook)))
        })
        .await?;
    if let Some(number) = disabled {
        give_up(&api, number);
    }
    Ok(answer)
}

/// `DELETE /webhooks/{id}`
pub async fn delete(api: ApiContext, id: PathTexts) -> ApiResult {
    let id = single_id(id);
    let number = number(&api, &id).await?;
    let answer = api
        .write(move |tx, site| {
            webhooks::delete(tx, site.id, owner(site), &id)?;
            webhooks::give_up(tx, site.id, number)?;
            Ok(ApiResponse::no_content())
        })
        .await?;
    give_up(&api, number);
    Ok(answer)
}

async fn number(api: &ApiContext, id: &str) -> Result<WebhookNumber, ApiError> {
    let id = id.to_owned();
    api.read(move |tx, site| Ok(webhooks::get(tx, site.id, owner(site), &id)?.number)).await
}

/// Gives up what waits for a webhook that is off or gone, some hundreds in each transaction, after the answer.
fn give_up(api: &ApiContext, number: WebhookNumber) {
    api.continue_in_background("give up deliveries", move |tx, site| webhooks::give_up(tx, site, number));
}

/// `POST /webhooks/{id}/test`
pub async fn test(api: ApiContext, id: PathTexts) -> ApiResult {
    let id = single_id(id);
    api.write(move |tx, site| {
        let delivery = webhooks::test(tx, site.id, owner(site), &id)?;
        Ok(ApiResponse::with(StatusCode::ACCEPTED, &deliveries::view(&delivery)))
    })
    .await
}

fn since(request: SinceRequest) -> Result<i64, ApiError> {
    let TimestampInput(since) = request.since.value().ok_or_else(|| ApiError::invalid("since", "can't be blank"))?;
    Ok(since)
}

/// `POST /webhooks/{id}/recover`
pub async fn recover(api: ApiContext, id: PathTexts, Body(request): Body<SinceRequest>) -> ApiResult {
    let (id, since) = (single_id(id), api.checked(since(request))?);
    api.write(move |tx, site| {
        let webhooks::Recovered { recovered, left } = webhooks::recover(tx, site.id, owner(site), &id, since)?;
        Ok(ApiResponse::with(StatusCode::ACCEPTED, &RecoverResponse { recovered, left }))
    })
    .await
}

/// `POST /webhooks/{id}/replay`
pub async fn replay(api: ApiContext, id: PathTexts, Body(request): Body<SinceRequest>) -> ApiResult {
    let (id, since) = (single_id(id), api.checked(since(request))?);
    api.write(move |tx, site| {
        let webhooks::Replayed { replayed, left, since } = webhooks::replay(tx, site.id, owner(site), &id, since)?;
        let answer = ReplayResponse { replayed, left, since: since.map(Timestamp) };
        Ok(ApiResponse::with(StatusCode::ACCEPTED, &answer))
    })
    .await
}
