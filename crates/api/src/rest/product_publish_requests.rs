//! Requests to publish a product.

use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::product_publish_requests::{self as requests, Decision, PublishRequest};
use school::{ProductId, PublishRequestId, UserId};
use serde::{Deserialize, Serialize};
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, IdInput, Text, Timestamp};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A request to publish a product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductPublishRequest<'a> {
    /// Its id, by which it is answered.
    #[schemars(example = 1)]
    pub id: PublishRequestId,
    /// The product.
    #[schemars(example = 5)]
    pub product_id: ProductId,
    /// `pending`, `approved` or `denied`.
    #[schemars(example = &"pending")]
    pub status: &'static str,
    /// What was said with the answer.
    pub response_text: Option<&'a str>,
    /// Who asks; 0 when they were deleted since.
    #[schemars(example = 13)]
    pub requesting_user_id: UserId,
    /// Who answered.
    pub responding_user_id: Option<UserId>,
    /// When it was answered.
    #[schemars(example = ())]
    pub completed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An answer to a request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProductPublishRequestBody {
    /// Who answers.
    #[serde(default)]
    #[schemars(required, with = "IdInput<UserId>", example = 1)]
    pub user_id: Field<IdInput<UserId>>,
    /// What is said with it.
    #[serde(default)]
    #[schemars(example = &"Well done, go ahead.")]
    pub response_text: Field<Text>,
    /// Whether a mail about it is sent to who asked.
    #[serde(default)]
    #[schemars(example = true)]
    pub notify_requester: Field<Bool>,
}

fn view(request: &PublishRequest) -> ProductPublishRequest<'_> {
    ProductPublishRequest {
        id: request.id,
        product_id: request.product_id,
        status: request.status.name(),
        response_text: request.response_text.as_deref(),
        requesting_user_id: request.requesting_user_id,
        responding_user_id: request.responding_user_id,
        completed_at: request.completed_at.map(Timestamp),
        created_at: Timestamp(request.created_at),
        updated_at: Timestamp(request.updated_at),
    }
}

/// The endpoints of product publish requests.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Product Publish Request",
        vec![
            endpoint::get(
                "/product_publish_requests",
                "getProductPublishRequests",
                Scope::ReadProductPublishRequests,
                list,
            )
            .summary("Lists the requests to publish a product that wait for an answer.")
            .list_response::<ProductPublishRequest<'static>>(),
            endpoint::get(
                "/product_publish_requests/{id}",
                "getProductPublishRequestByID",
                Scope::ReadProductPublishRequests,
                get,
            )
            .path_examples(&["1"])
            .summary("Gives a request to publish a product.")
            .response::<ProductPublishRequest<'static>>(200),
            endpoint::post(
                "/product_publish_requests/{id}/approve",
                "approvePublishRequest",
                Scope::WriteProductPublishRequests,
                approve,
            )
            .path_examples(&["1"])
            .summary("Approves a request: its product is published.")
            .request::<ProductPublishRequestBody>()
            .empty_response(200),
            endpoint::post(
                "/product_publish_requests/{id}/deny",
                "denyPublicationRequest",
                Scope::WriteProductPublishRequests,
                deny,
            )
            .path_examples(&["2"])
            .summary("Denies a request: its product stays as it is.")
            .request::<ProductPublishRequestBody>()
            .empty_response(200),
        ],
    )
}

/// `GET /product_publish_requests`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &requests::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /product_publish_requests/{id}`
pub async fn get(api: ApiContext, Id(id): Id<PublishRequestId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&requests::get(tx, site.id, id)?)))).await
}

/// `POST /product_publish_requests/{id}/approve`
pub async fn approve(api: ApiContext, id: Id<PublishRequestId>, body: Body<ProductPublishRequestBody>) -> ApiResult {
    answer(api, id, body, Decision::Approved).await
}

/// `POST /product_publish_requests/{id}/deny`
pub async fn deny(api: ApiContext, id: Id<PublishRequestId>, body: Body<ProductPublishRequestBody>) -> ApiResult {
    answer(api, id, body, Decision::Denied).await
}

async fn answer(
    api: ApiContext,
    Id(id): Id<PublishRequestId>,
    Body(body): Body<ProductPublishRequestBody>,
    verdict: Decision,
) -> ApiResult {
    let given = requests::Answer {
        user_id: body.user_id.id(),
        response_text: body.response_text.value().map(String::from),
        notify_requester: body.notify_requester.value().is_some_and(|Bool(notify)| notify),
    };
    api.write(move |tx, site| {
        requests::answer(tx, site.id, id, verdict, &given)?;
        Ok(ApiResponse::empty(StatusCode::OK))
    })
    .await
}
