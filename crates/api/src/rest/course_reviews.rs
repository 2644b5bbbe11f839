//! Reviews of courses.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::course_reviews::{self, NewReview, Review};
use school::{CourseId, ReviewId, UserId};
use serde::{Deserialize, Serialize};
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, IdInput, Int, Text, Timestamp};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// Says which course.
pub const COURSE: &[Param] = &[Param::integer("course_id", "The course; it may be in the body instead.").required("1")];

/// Which reviews the list is of.
pub const FILTERS: &[Param] = &[
    Param::integer("course_id", "The course whose reviews are wanted.").required("1"),
    Param::boolean("approved", "If true, only the approved ones."),
];

/// A review.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CourseReviewResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: ReviewId,
    /// One to five.
    #[schemars(example = 4)]
    pub rating: i64,
    /// Its title.
    #[schemars(example = &"Clear and kind")]
    pub title: &'a str,
    /// Its text.
    #[schemars(example = &"Short lessons, and each of them ended with something I could do.")]
    pub review_text: &'a str,
    /// Who wrote it.
    #[schemars(example = 6)]
    pub user_id: UserId,
    /// The course it is of.
    #[schemars(example = 1)]
    pub course_id: CourseId,
    /// Whether everybody may read it.
    #[schemars(example = true)]
    pub approved: bool,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A review to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CreateCourseReviewRequest {
    /// One to five.
    #[serde(default)]
    #[schemars(required, with = "Int", example = 4)]
    pub rating: Field<Int>,
    /// Its title.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Clear and kind")]
    pub title: Field<Text>,
    /// Its text.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Short lessons, and each of them ended with something I could do.")]
    pub review_text: Field<Text>,
    /// Who wrote it.
    #[serde(default)]
    #[schemars(required, with = "IdInput<UserId>", example = 6)]
    pub user_id: Field<IdInput<UserId>>,
    /// Whether everybody may read it.
    #[serde(default)]
    #[schemars(required, with = "Bool", example = true)]
    pub approved: Field<Bool>,
    /// The course it is of, unless the address says so.
    #[serde(default)]
    #[schemars(example = 1)]
    pub course_id: Field<IdInput<CourseId>>,
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
        created_at: Timestamp(review.created_at),
    }
}

/// The endpoints of course reviews.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Course Reviews",
        vec![
            endpoint::get("/course_reviews", "getCourseReviews", Scope::ReadCourseReviews, list)
                .summary("Lists the reviews of a course.")
                .query(FILTERS)
                .error_statuses(&[404])
                .list_response::<CourseReviewResponse<'static>>(),
            endpoint::post("/course_reviews", "createCourseReview", Scope::WriteCourseReviews, create)
                .summary("Makes a user's review of a course. They have one for each course.")
                .query(COURSE)
                .error_statuses(&[404])
                .request::<CreateCourseReviewRequest>()
                .response::<CourseReviewResponse<'static>>(201),
            endpoint::get("/course_reviews/{id}", "getCourseReviewByID", Scope::ReadCourseReviews, get)
                .path_examples(&["1"])
                .summary("Gives a review.")
                .response::<CourseReviewResponse<'static>>(200),
        ],
    )
}

/// `GET /course_reviews`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, course) = (query.page_request()?, query.required_id("course_id")?);
    let only_approved = query.bool("approved")?.unwrap_or(false);
    api.read(move |tx, site| {
        let page = course_reviews::list(tx, site.id, course, only_approved, &page_request)?;
        Ok(ApiResponse::page(&query, &page, view))
    })
    .await
}

/// `GET /course_reviews/{id}`
pub async fn get(api: ApiContext, Id(id): Id<ReviewId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&course_reviews::get(tx, site.id, id)?)))).await
}

/// `POST /course_reviews`
pub async fn create(api: ApiContext, query: Query, Body(request): Body<CreateCourseReviewRequest>) -> ApiResult {
    let course = api.subject(&query, "course_id", request.course_id.clone().id());
    let new = NewReview {
        user_id: request.user_id.id(),
        rating: request.rating.value().map(i64::from),
        title: request.title.value().map(String::from),
        review_text: request.review_text.value().map(String::from),
        approved: request.approved.value().is_some_and(|Bool(approved)| approved),
    };
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&course_reviews::create(tx, site.id, course, &new)?))))
        .await
}
