//! Reviews of courses.

use schemars::JsonSchema;
use school::course_reviews::{self, NewReview, Review};
use serde::{Deserialize, Serialize};
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::input::{Field, Flag, Int, Moment, Text};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// Says which course.
pub const COURSE: &[Param] = &[Param::integer("course_id", "The course.").required()];

/// Which reviews the list is of.
pub const FILTERS: &[Param] = &[
    Param::integer("course_id", "The course whose reviews are wanted.").required(),
    Param::flag("approved", "If true, only the approved ones."),
];

/// A review.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CourseReviewResponse<'a> {
    /// Its id.
    pub id: i64,
    /// One to five.
    pub rating: i64,
    /// Its title.
    pub title: &'a str,
    /// Its text.
    pub review_text: &'a str,
    /// Who wrote it.
    pub user_id: i64,
    /// The course it is of.
    pub course_id: i64,
    /// Whether everybody may read it.
    pub approved: bool,
    /// When it was written.
    pub created_at: Moment,
}

/// A review to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CreateCourseReviewRequest {
    /// One to five.
    #[serde(default)]
    #[schemars(required, with = "Int")]
    pub rating: Field<Int>,
    /// Its title.
    #[serde(default)]
    #[schemars(required, with = "Text")]
    pub title: Field<Text>,
    /// Its text.
    #[serde(default)]
    #[schemars(required, with = "Text")]
    pub review_text: Field<Text>,
    /// Who wrote it.
    #[serde(default)]
    #[schemars(required, with = "Int")]
    pub user_id: Field<Int>,
    /// Whether everybody may read it.
    #[serde(default)]
    #[schemars(required, with = "Flag")]
    pub approved: Field<Flag>,
}

fn view(review: &Review) -> CourseReviewResponse<'_> {
    CourseReviewResponse {
        id: review.id,
        rating: review.rating,
        title: &review.title,
        review_text: &review.review_text,
        user_id: review.user_id,
        course_id: review.course_id,
        approved: review.approved,
        created_at: Moment(review.created_at),
    }
}

/// `GET /course_reviews`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (ask, course) = (query.ask()?, query.required_int("course_id")?);
    let only_approved = query.flag("approved")?.unwrap_or(false);
    api.read(move |tx, site| {
        let page = course_reviews::list(tx, site.id, course, only_approved, &ask)?;
        Ok(ApiResponse::page(&query, &page, view))
    })
    .await
}

/// `GET /course_reviews/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&course_reviews::get(tx, site.id, id)?)))).await
}

/// `POST /course_reviews`
pub async fn create(api: ApiContext, query: Query, Body(request): Body<CreateCourseReviewRequest>) -> ApiResult {
    let course = query.required_int("course_id")?;
    let new = NewReview {
        user_id: request.user_id.value().map(|Int(id)| id),
        rating: request.rating.value().map(|Int(rating)| rating),
        title: request.title.value().map(String::from),
        review_text: request.review_text.value().map(String::from),
        approved: request.approved.value().is_some_and(|Flag(approved)| approved),
    };
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&course_reviews::create(tx, site.id, course, &new)?))))
        .await
}
