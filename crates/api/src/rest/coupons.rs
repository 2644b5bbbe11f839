//! Coupons.

use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::coupons::{self, Bulk, Coupon, CouponInput, UNLIMITED};
use school::{CouponId, PromotionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, Int, TIMESTAMP_EXAMPLE, Text, Timestamp};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// Which promotion.
pub const PROMOTION: &[Param] = &[Param::integer("promotion_id", "The promotion that the coupons open.").required("1")];

/// Which promotion, where the body may say it instead.
pub const PROMOTION_HERE_OR_BELOW: &[Param] =
    &[Param::integer("promotion_id", "The promotion that the coupon opens; it may be in the body instead.")];

/// Which promotion, where the body may say it instead although the contract demands it here.
pub const PROMOTION_OF_MANY: &[Param] =
    &[Param::integer("promotion_id", "The promotion that the coupons open; it may be in the body instead.")
        .required("1")];

/// A coupon.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CouponResponse<'a> {
    /// Its id.
    #[schemars(example = 2)]
    pub id: CouponId,
    /// Its code.
    #[schemars(example = &"PARTNER20")]
    pub code: &'a str,
    /// A note.
    #[schemars(example = &"For the newsletter")]
    pub note: Option<&'a str>,
    /// How often it was used.
    #[schemars(example = 0)]
    pub quantity_used: i64,
    /// How often it can be used; 2147483647 without a limit.
    #[schemars(example = 50)]
    pub quantity: i64,
    /// The promotion it opens.
    #[schemars(example = 1)]
    pub promotion_id: PromotionId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Coupons that were made together.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreateBulkCouponResponse<'a> {
    /// The coupons.
    pub items: Vec<CouponResponse<'a>>,
}

/// A coupon to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CreateCouponRequest {
    /// Its code, unique in the school in any case.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"PARTNER20")]
    pub code: Field<Text>,
    /// A note.
    #[serde(default)]
    #[schemars(example = &"For the newsletter")]
    pub note: Field<Text>,
    /// How often it can be used; without one there is no limit.
    #[serde(default)]
    #[schemars(example = 50)]
    pub quantity: Field<Int>,
    /// The promotion it opens, unless the address says so.
    #[serde(default)]
    #[schemars(example = 1)]
    pub promotion_id: Field<IdInput<PromotionId>>,
}

/// Changes to a coupon: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct UpdateCoupon {
    /// Its code, unique in the school in any case.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"PARTNER20")]
    pub code: Field<Text>,
    /// A note.
    #[serde(default)]
    pub note: Field<Text>,
    /// How often it was used.
    #[serde(default)]
    #[schemars(with = "Option<Text>")]
    pub quantity_used: Field<Int>,
    /// How often it can be used; empty, or 2147483647, removes the limit.
    #[serde(default)]
    #[schemars(example = 100)]
    pub quantity: Field<Int>,
}

/// Coupons to be made together.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BulkCreateCouponRequest {
    /// The promotion they open, unless the address says so.
    #[serde(default)]
    #[schemars(example = 1)]
    pub promotion_id: Field<IdInput<PromotionId>>,
    /// How often each can be used; without one there is no limit.
    #[serde(default)]
    #[schemars(example = 1)]
    pub bulk_quantity_per_coupon: Field<Int>,
    /// How long the codes are: from 6 to 64 characters, 10 unless told.
    #[serde(default)]
    #[schemars(example = 10)]
    pub bulk_coupon_code_length: Field<Int>,
    /// How many coupons: from 1 to 1000, 1 unless told.
    #[serde(default)]
    #[schemars(example = 1)]
    pub bulk_quantity: Field<Int>,
}

/// The coupon that the example of many coupons makes: one with a code that nobody can guess, and no note.
fn bulk_example() -> Value {
    json!({ "items": [{
        "id": 2,
        "code": "7H4KQ2MZX9",
        "note": null,
        "quantity_used": 0,
        "quantity": 1,
        "promotion_id": 1,
        "created_at": TIMESTAMP_EXAMPLE
    }] })
}

fn view(coupon: &Coupon) -> CouponResponse<'_> {
    CouponResponse {
        id: coupon.id,
        code: &coupon.code,
        note: coupon.note.as_deref(),
        quantity_used: coupon.quantity_used,
        quantity: coupon.quantity.unwrap_or(UNLIMITED),
        promotion_id: coupon.promotion_id,
        created_at: Timestamp(coupon.created_at),
    }
}

/// The endpoints of coupons.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Coupons",
        vec![
            endpoint::get("/coupons", "getCoupons", Scope::ReadCoupons, list)
                .summary("Lists the coupons of a promotion.")
                .query(PROMOTION)
                .list_response::<CouponResponse<'static>>()
                .error_statuses(&[404]),
            endpoint::post("/coupons", "createCoupon", Scope::WriteCoupons, create)
                .summary("Makes a coupon of a promotion.")
                .query(PROMOTION_HERE_OR_BELOW)
                .request::<CreateCouponRequest>()
                .response::<CouponResponse<'static>>(201),
            endpoint::post("/coupons/bulk_create", "bulkCreateCoupons", Scope::WriteCoupons, create_many)
                .summary("Makes many coupons of a promotion, with codes that nobody can guess.")
                .query(PROMOTION_OF_MANY)
                .request::<BulkCreateCouponRequest>()
                .response::<CreateBulkCouponResponse<'static>>(201)
                .response_example(bulk_example)
                .error_statuses(&[404]),
            endpoint::get("/coupons/{id}", "getCouponByID", Scope::ReadCoupons, get)
                .path_examples(&["2"])
                .summary("Gives a coupon.")
                .response::<CouponResponse<'static>>(200),
            endpoint::put("/coupons/{id}", "updateCoupon", Scope::WriteCoupons, update)
                .path_examples(&["2"])
                .summary("Changes the given fields of a coupon.")
                .request::<UpdateCoupon>(),
            endpoint::delete("/coupons/{id}", "deleteCouponByID", Scope::WriteCoupons, delete)
                .path_examples(&["2"])
                .summary("Removes a coupon."),
        ],
    )
}

/// `GET /coupons`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (promotion, page_request) = (query.required_id("promotion_id")?, query.page_request()?);
    api.read(move |tx, site| {
        Ok(ApiResponse::page(&query, &coupons::list(tx, site.id, promotion, &page_request)?, view))
    })
    .await
}

/// `GET /coupons/{id}`
pub async fn get(api: ApiContext, Id(id): Id<CouponId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&coupons::get(tx, site.id, id)?)))).await
}

/// `POST /coupons`
pub async fn create(api: ApiContext, query: Query, Body(request): Body<CreateCouponRequest>) -> ApiResult {
    let promotion = api.subject(&query, "promotion_id", request.promotion_id.id());
    let input = CouponInput {
        code: request.code.text(),
        note: request.note.text(),
        quantity: request.quantity.set(i64::from),
        ..CouponInput::default()
    };
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&coupons::create(tx, site.id, promotion, &input)?)))).await
}

/// `POST /coupons/bulk_create`
pub async fn create_many(api: ApiContext, query: Query, Body(request): Body<BulkCreateCouponRequest>) -> ApiResult {
    let promotion = api.subject(&query, "promotion_id", request.promotion_id.id());
    let number = |field: Field<Int>| field.value().map(i64::from);
    let bulk = Bulk {
        quantity_per_coupon: number(request.bulk_quantity_per_coupon),
        code_length: number(request.bulk_coupon_code_length),
        quantity: number(request.bulk_quantity),
    };
    api.write(move |tx, site| {
        let made = coupons::create_many(tx, site.id, promotion, &bulk)?;
        let items = made.iter().map(view).collect();
        Ok(ApiResponse::with(StatusCode::CREATED, &CreateBulkCouponResponse { items }))
    })
    .await
}

/// `PUT /coupons/{id}`
pub async fn update(api: ApiContext, Id(id): Id<CouponId>, Body(request): Body<UpdateCoupon>) -> ApiResult {
    let input = CouponInput {
        code: request.code.text(),
        note: request.note.text(),
        quantity: request.quantity.set(i64::from),
        quantity_used: request.quantity_used.set(i64::from),
    };
    api.write(move |tx, site| {
        coupons::update(tx, site.id, id, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /coupons/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<CouponId>) -> ApiResult {
    api.write(move |tx, site| {
        coupons::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
