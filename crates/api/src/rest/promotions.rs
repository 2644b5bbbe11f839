//! Promotions.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::Set;
use school::promotions::{self, Promotion, PromotionInput};
use school::{CouponId, ProductId, PromotionId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::hash::Hash;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Decimal, Field, IdList, Int, Text, Timestamp, TimestampInput};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// By what a promotion is looked up.
pub const BY_COUPON: &[Param] = &[
    Param::integer("product_id", "The product that the promotion must apply to.").required("1"),
    Param::text("coupon_code", "The code of one of its coupons, in any case.").required("EARLY20"),
];

/// A promotion.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PromotionResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: PromotionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its name.
    #[schemars(example = &"Early birds")]
    pub name: &'a str,
    /// Its description.
    #[schemars(example = &"A fifth off for those who come first.")]
    pub description: Option<&'a str>,
    /// From when its coupons count.
    #[schemars(example = ())]
    pub starts_at: Option<Timestamp>,
    /// From when they count no more.
    #[schemars(example = ())]
    pub expires_at: Option<Timestamp>,
    /// `fixed` or `percentage`.
    #[schemars(example = &"percentage")]
    pub discount_type: &'static str,
    /// How much is taken off, a decimal as text: units of the currency, or percent.
    #[schemars(example = &"20.0")]
    pub amount: String,
    /// The products it applies to; empty when it applies to all of them.
    #[schemars(example = [1, 2, 3, 4])]
    pub product_ids: &'a [ProductId],
    /// Its coupons.
    #[schemars(example = [1, 2])]
    pub coupon_ids: &'a [CouponId],
    /// For how many payments it lasts, with a subscription or a payment plan.
    pub duration: Option<i64>,
}

/// A promotion to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PromotionRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Early birds")]
    pub name: Field<Text>,
    /// Its description.
    #[serde(default)]
    #[schemars(example = &"A fifth off for those who come first.")]
    pub description: Field<Text>,
    /// From when its coupons count.
    #[serde(default)]
    pub starts_at: Field<TimestampInput>,
    /// From when they count no more; after `starts_at`.
    #[serde(default)]
    pub expires_at: Field<TimestampInput>,
    /// `fixed` or `percentage`.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"percentage")]
    pub discount_type: Field<Text>,
    /// How much is taken off: units of the currency above 0, or percent above 0 and at most 100.
    #[serde(default)]
    #[schemars(required, with = "Decimal", example = 20)]
    pub amount: Field<Decimal>,
    /// The products it applies to; none is all of them.
    #[serde(default)]
    #[schemars(example = [1, 2, 3, 4])]
    pub product_ids: Field<IdList<ProductId>>,
    /// Coupons of this promotion. A coupon is made in its promotion and cannot be moved to another.
    #[serde(default)]
    pub coupon_ids: Field<IdList<CouponId>>,
    /// For how many payments it lasts, with a subscription or a payment plan.
    #[serde(default)]
    pub duration: Field<Int>,
}

fn ids<T: Copy + Eq + Hash>(field: Field<IdList<T>>, name: &'static str) -> Result<Set<Vec<T>>, ApiError> {
    Ok(match field.0 {
        Set::Keep => Set::Keep,
        Set::Clear => Set::Clear,
        Set::To(ids) => Set::To(ids.ids(name)?),
    })
}

impl PromotionRequest {
    fn input(self) -> Result<PromotionInput, ApiError> {
        Ok(PromotionInput {
            name: self.name.text(),
            description: self.description.text(),
            starts_at: self.starts_at.set(i64::from),
            expires_at: self.expires_at.set(i64::from),
            discount_type: self.discount_type.text(),
            amount: self.amount.set(i64::from),
            product_ids: ids(self.product_ids, "product_ids")?,
            coupon_ids: ids(self.coupon_ids, "coupon_ids")?,
            duration: self.duration.set(i64::from),
        })
    }
}

fn view(promotion: &Promotion) -> PromotionResponse<'_> {
    PromotionResponse {
        id: promotion.id,
        created_at: Timestamp(promotion.created_at),
        name: &promotion.name,
        description: promotion.description.as_deref(),
        starts_at: promotion.starts_at.map(Timestamp),
        expires_at: promotion.expires_at.map(Timestamp),
        discount_type: promotion.discount_type.name(),
        amount: school::money::decimal(promotion.amount),
        product_ids: &promotion.product_ids,
        coupon_ids: &promotion.coupon_ids,
        duration: promotion.duration,
    }
}

/// The endpoints of promotions.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Promotions",
        vec![
            endpoint::get("/promotions", "getPromotions", Scope::ReadPromotions, list)
                .summary("Lists the school's promotions.")
                .list_response::<PromotionResponse<'static>>(),
            endpoint::post("/promotions", "createPromotion", Scope::WritePromotions, create)
                .summary("Makes a promotion.")
                .request::<PromotionRequest>()
                .response::<PromotionResponse<'static>>(201)
                .response_example(|| json!({ "coupon_ids": [] })),
            endpoint::get("/promotions/{id}", "getPromotionByID", Scope::ReadPromotions, get)
                .path_examples(&["1"])
                .summary("Gives a promotion.")
                .response::<PromotionResponse<'static>>(200),
            endpoint::put("/promotions/{id}", "updatePromotionByID", Scope::WritePromotions, update)
                .path_examples(&["1"])
                .summary("Changes the given fields of a promotion.")
                .request::<PromotionRequest>(),
            endpoint::delete("/promotions/{id}", "deletePromotionByID", Scope::WritePromotions, delete)
                .path_examples(&["1"])
                .summary("Removes a promotion and its coupons."),
            endpoint::get("/promotions/by_coupon", "getPromotionByCoupon", Scope::ReadPromotions, by_coupon)
                .summary("Gives the promotion that a coupon's code opens for a product.")
                .query(BY_COUPON)
                .response::<PromotionResponse<'static>>(200)
                .error_statuses(&[404]),
        ],
    )
}

/// `GET /promotions`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &promotions::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /promotions/{id}`
pub async fn get(api: ApiContext, Id(id): Id<PromotionId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&promotions::get(tx, site.id, id)?)))).await
}

/// `GET /promotions/by_coupon`
pub async fn by_coupon(api: ApiContext, query: Query) -> ApiResult {
    let product = query.required_id("product_id")?;
    let code = query.text("coupon_code").ok_or(ApiError::MissingParameter("coupon_code"))?;
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&promotions::by_coupon(tx, site.id, product, &code)?)))).await
}

/// `POST /promotions`
pub async fn create(api: ApiContext, Body(request): Body<PromotionRequest>) -> ApiResult {
    let input = api.checked(request.input())?;
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&promotions::create(tx, site.id, &input)?)))).await
}

/// `PUT /promotions/{id}`
pub async fn update(api: ApiContext, Id(id): Id<PromotionId>, Body(request): Body<PromotionRequest>) -> ApiResult {
    let input = api.checked(request.input())?;
    api.write(move |tx, site| {
        promotions::update(tx, site.id, id, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /promotions/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<PromotionId>) -> ApiResult {
    api.write(move |tx, site| {
        promotions::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
