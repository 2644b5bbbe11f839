//! Enrollments, and those that come with bundles.

use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::enrollments::{self, Dates, Enrollment, EnrollmentFilter, NewEnrollment};
use school::{BundleId, CourseId, EnrollmentId, UserId};
use serde::{Deserialize, Serialize};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, TIMESTAMP_EXAMPLE, Timestamp, TimestampInput, null_empties};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::integer("query[user_id]", "Only those of this user."),
    Param::integer("query[course_id]", "Only those in this course."),
    Param::text("query[email]", "Only those of the user with this address, in any case."),
    Param::boolean("query[free_trial]", "When true, only free trials."),
    Param::boolean("query[full]", "When true, only those that are no free trials."),
    Param::boolean("query[completed]", "When true, only completed ones."),
    Param::boolean("query[expired]", "When true, only those that have ended; when false, only those that have not."),
];

/// An enrollment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EnrollmentResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: EnrollmentId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The user's address.
    #[schemars(example = &"amara.okafor@demo.example")]
    pub user_email: &'a str,
    /// The user's name.
    #[schemars(example = &"Amara Okafor")]
    pub user_name: String,
    /// The user's id.
    #[schemars(example = 2)]
    pub user_id: UserId,
    /// The course's name.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub course_name: &'a str,
    /// The course's id.
    #[schemars(example = 1)]
    pub course_id: CourseId,
    /// How much of the course was done: a decimal as text, from `0.0` to `1.0`.
    #[schemars(example = &"0.0")]
    pub percentage_completed: String,
    /// Whether it has ended.
    #[schemars(example = false)]
    pub expired: bool,
    /// Whether only what is free of the course is open.
    #[schemars(example = false)]
    pub is_free_trial: bool,
    /// Whether the course was completed.
    #[schemars(example = false)]
    pub completed: bool,
    /// When the user began.
    #[schemars(example = ())]
    pub started_at: Option<Timestamp>,
    /// From when on the whole course is open; null for a free trial.
    pub activated_at: Option<Timestamp>,
    /// When the course was completed.
    #[schemars(example = ())]
    pub completed_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ends; null for never.
    #[schemars(example = ())]
    pub expiry_date: Option<Timestamp>,
}

/// An enrollment to be made.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CreateEnrollmentRequest {
    /// The course's id.
    #[schemars(required, with = "IdInput<CourseId>", example = 1)]
    pub course_id: Field<IdInput<CourseId>>,
    /// The user's id.
    #[schemars(required, with = "IdInput<UserId>", example = 2)]
    pub user_id: Field<IdInput<UserId>>,
    /// From when on the whole course is open. Without it the enrollment is a free trial.
    #[schemars(example = TIMESTAMP_EXAMPLE)]
    pub activated_at: Field<TimestampInput>,
    /// When it ends. Without it the enrollment never does.
    pub expiry_date: Field<TimestampInput>,
}

/// Changes to an enrollment: only the given dates change.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UpdateEnrollmentRequest {
    /// From when on the whole course is open; an empty text makes the enrollment a free trial, and null leaves it as it is.
    pub activated_at: Field<TimestampInput>,
    /// When it ends; null for never.
    #[serde(deserialize_with = "null_empties")]
    #[schemars(example = &"2027-01-15T09:30:00.000Z")]
    pub expiry_date: Field<TimestampInput>,
}

/// A user to be enrolled in a bundle, or the changes to their enrollments in it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BundleEnrollmentRequest {
    /// The user's id.
    #[schemars(required, with = "IdInput<UserId>", example = 2)]
    pub user_id: Field<IdInput<UserId>>,
    /// From when on the whole courses are open. Without it the enrollments are free trials.
    #[schemars(example = TIMESTAMP_EXAMPLE)]
    pub activated_at: Field<TimestampInput>,
    /// When the enrollments end; null for never. Without it new ones never do.
    #[serde(deserialize_with = "null_empties")]
    pub expiry_date: Field<TimestampInput>,
}

fn view(enrollment: &Enrollment, now: i64) -> EnrollmentResponse<'_> {
    EnrollmentResponse {
        id: enrollment.id,
        created_at: Timestamp(enrollment.created_at),
        user_email: &enrollment.user_email,
        user_name: enrollment.user_name(),
        user_id: enrollment.user_id,
        course_name: &enrollment.course_name,
        course_id: enrollment.course_id,
        percentage_completed: enrollments::fraction(enrollment.percentage_completed),
        expired: enrollments::is_expired(enrollment, now),
        is_free_trial: enrollment.free_trial(),
        completed: enrollment.completed,
        started_at: enrollment.started_at.map(Timestamp),
        activated_at: enrollment.activated_at.map(Timestamp),
        completed_at: enrollment.completed_at.map(Timestamp),
        updated_at: Timestamp(enrollment.updated_at),
        expiry_date: enrollment.expiry_date.map(Timestamp),
    }
}

/// What the query leaves of a list. Of the flags, only `expired` says something when it is false.
fn filter(query: &Query) -> Result<EnrollmentFilter, ApiError> {
    let only = |name: &str| Ok::<_, ApiError>(query.bool(name)?.unwrap_or(false));
    Ok(EnrollmentFilter {
        user_id: query.id("query[user_id]")?,
        email: query.email("query[email]"),
        course_id: query.id("query[course_id]")?,
        free_trial: only("query[free_trial]")?,
        full: only("query[full]")?,
        completed: only("query[completed]")?,
        expired: query.bool("query[expired]")?,
    })
}

fn dates(activated_at: Field<TimestampInput>, expiry_date: Field<TimestampInput>) -> Dates {
    Dates { activated_at: activated_at.set(i64::from), expiry_date: expiry_date.set(i64::from) }
}

/// The endpoints of enrollments.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged(
            "Enrollments",
            vec![
                endpoint::get("/enrollments", "getEnrollments", Scope::ReadEnrollments, list)
                    .summary("Lists enrollments.")
                    .query(FILTERS)
                    .list_response::<EnrollmentResponse<'static>>(),
                endpoint::post("/enrollments", "createEnrollment", Scope::WriteEnrollments, create)
                    .summary("Enrolls a user in a course. An enrollment that has ended is renewed in place.")
                    .request::<CreateEnrollmentRequest>()
                    .response::<EnrollmentResponse<'static>>(201),
                endpoint::get("/enrollments/{id}", "getEnrollmentsByID", Scope::ReadEnrollments, get)
                    .path_examples(&["1"])
                    .summary("Gives an enrollment.")
                    .response::<EnrollmentResponse<'static>>(200),
                endpoint::put("/enrollments/{id}", "updateEnrollment", Scope::WriteEnrollments, update)
                    .path_examples(&["1"])
                    .summary("Changes the given dates of an enrollment; one in the past ends it.")
                    .request::<UpdateEnrollmentRequest>(),
            ],
        ),
        tagged(
            "Bundles",
            vec![
                endpoint::get("/bundles/{id}/enrollments", "getBundleEnrollments", Scope::ReadBundles, list_of_bundle)
                    .path_examples(&["1"])
                    .summary("Lists the enrollments that came with a bundle.")
                    .query(FILTERS)
                    .list_response::<EnrollmentResponse<'static>>(),
                endpoint::post(
                    "/bundles/{id}/enrollments",
                    "createEnrollmentInBundle",
                    Scope::WriteBundles,
                    create_in_bundle,
                )
                .path_examples(&["1"])
                .summary(
                    "Enrolls a user in every course of a bundle; enrollments that are neither ended nor trials stay.",
                )
                .request::<BundleEnrollmentRequest>()
                .empty_response(201),
                endpoint::put(
                    "/bundles/{id}/enrollments",
                    "updateEnrollmentsInBundle",
                    Scope::WriteBundles,
                    update_in_bundle,
                )
                .path_examples(&["1"])
                .summary("Changes the given dates of every enrollment that a user has through a bundle.")
                .request::<BundleEnrollmentRequest>(),
            ],
        ),
    ]
    .concat()
}

/// `GET /enrollments`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, filter) = (query.page_request()?, filter(&query)?);
    api.read(move |tx, site| {
        let page = enrollments::list(tx, site.id, &filter, &page_request)?;
        let now = school::now();
        Ok(ApiResponse::page(&query, &page, |enrollment| view(enrollment, now)))
    })
    .await
}

/// `GET /enrollments/{id}`
pub async fn get(api: ApiContext, Id(id): Id<EnrollmentId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&enrollments::get(tx, site.id, id)?, school::now())))).await
}

/// `POST /enrollments`
pub async fn create(api: ApiContext, Body(request): Body<CreateEnrollmentRequest>) -> ApiResult {
    let new = NewEnrollment {
        course_id: request.course_id.id(),
        user_id: request.user_id.id(),
        activated_at: request.activated_at.value().map(i64::from),
        expiry_date: request.expiry_date.value().map(i64::from),
    };
    api.write(move |tx, site| {
        let enrollment = enrollments::create(tx, site.id, &new)?;
        Ok(ApiResponse::created(&view(&enrollment, school::now())))
    })
    .await
}

/// `PUT /enrollments/{id}`
pub async fn update(
    api: ApiContext,
    Id(id): Id<EnrollmentId>,
    Body(request): Body<UpdateEnrollmentRequest>,
) -> ApiResult {
    let dates = dates(request.activated_at, request.expiry_date);
    api.write(move |tx, site| {
        enrollments::update(tx, site.id, id, &dates)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `GET /bundles/{id}/enrollments`
pub async fn list_of_bundle(api: ApiContext, Id(bundle): Id<BundleId>, query: Query) -> ApiResult {
    let (page_request, filter) = (query.page_request()?, filter(&query)?);
    api.read(move |tx, site| {
        let page = enrollments::list_of_bundle(tx, site.id, bundle, &filter, &page_request)?;
        let now = school::now();
        Ok(ApiResponse::page(&query, &page, |enrollment| view(enrollment, now)))
    })
    .await
}

/// `POST /bundles/{id}/enrollments`
pub async fn create_in_bundle(
    api: ApiContext,
    Id(bundle): Id<BundleId>,
    Body(request): Body<BundleEnrollmentRequest>,
) -> ApiResult {
    let user = request.user_id.id();
    let activated_at = request.activated_at.value().map(i64::from);
    let expiry_date = request.expiry_date.value().map(i64::from);
    api.write(move |tx, site| {
        enrollments::enroll_in_bundle(tx, site.id, bundle, user, activated_at, expiry_date)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}

/// `PUT /bundles/{id}/enrollments`
pub async fn update_in_bundle(
    api: ApiContext,
    Id(bundle): Id<BundleId>,
    Body(request): Body<BundleEnrollmentRequest>,
) -> ApiResult {
    let user = request.user_id.id();
    let dates = dates(request.activated_at, request.expiry_date);
    api.write(move |tx, site| {
        enrollments::update_in_bundle(tx, site.id, bundle, user, &dates)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
