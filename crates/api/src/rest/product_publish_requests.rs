//! Requests to publish a product.

use axum::http::StatusCode;
use schemars::JsonSchema;
use school::product_publish_requests::{self as requests, PublishRequest, Verdict};
use serde::{Deserialize, Serialize};
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::input::{Field, Flag, Int, Moment, Text};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A request to publish a product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductPublishRequest<'a> {
    /// Its id, by which it is answered.
    pub id: i64,
    /// The product.
    pub product_id: i64,
    /// `pending`, `approved` or `denied`.
    pub status: &'a str,
    /// What was said with the answer.
    pub response_text: Option<&'a str>,
    /// Who asks.
    pub requesting_user_id: i64,
    /// Who answered.
    pub responding_user_id: Option<i64>,
    /// When it was answered.
    pub completed_at: Option<Moment>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// An answer to a request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProductPublishRequestBody {
    /// Who answers.
    #[serde(default)]
    #[schemars(required, with = "Int")]
    pub user_id: Field<Int>,
    /// What is said with it.
    #[serde(default)]
    pub response_text: Field<Text>,
    /// Whether a mail about it is sent to who asked.
    #[serde(default)]
    pub notify_requester: Field<Flag>,
}

fn view(request: &PublishRequest) -> ProductPublishRequest<'_> {
    ProductPublishRequest {
        id: request.id,
        product_id: request.product_id,
        status: &request.status,
        response_text: request.response_text.as_deref(),
        requesting_user_id: request.requesting_user_id,
        responding_user_id: request.responding_user_id,
        completed_at: request.completed_at.map(Moment),
        created_at: Moment(request.created_at),
        updated_at: Moment(request.updated_at),
    }
}

/// `GET /product_publish_requests`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let ask = query.ask()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &requests::list(tx, site.id, &ask)?, view))).await
}

/// `GET /product_publish_requests/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&requests::get(tx, site.id, id)?)))).await
}

/// `POST /product_publish_requests/{id}/approve`
pub async fn approve(api: ApiContext, id: Id, body: Body<ProductPublishRequestBody>) -> ApiResult {
    answer(api, id, body, Verdict::Approved).await
}

/// `POST /product_publish_requests/{id}/deny`
pub async fn deny(api: ApiContext, id: Id, body: Body<ProductPublishRequestBody>) -> ApiResult {
    answer(api, id, body, Verdict::Denied).await
}

async fn answer(
    api: ApiContext,
    Id(id): Id,
    Body(body): Body<ProductPublishRequestBody>,
    verdict: Verdict,
) -> ApiResult {
    let given = requests::Answer {
        user_id: body.user_id.value().map(|Int(id)| id),
        response_text: body.response_text.value().map(String::from),
        notify_requester: body.notify_requester.value().is_some_and(|Flag(notify)| notify),
    };
    api.write(move |tx, site| {
        requests::answer(tx, site.id, id, verdict, &given)?;
        Ok(ApiResponse::empty(StatusCode::OK))
    })
    .await
}
