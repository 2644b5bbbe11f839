//! Enrollments, and those that come with bundles.

use axum::http::StatusCode;
use schemars::JsonSchema;
use school::enrollments::{self, Dates, Enrollment, NewEnrollment, Wanted};
use serde::{Deserialize, Serialize};
use web::body::Body;
use web::context::ApiContext;
use web::input::{Field, Int, Moment, MomentIn};
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
    Param::flag("query[free_trial]", "When true, only free trials."),
    Param::flag("query[full]", "When true, only those that are no free trials."),
    Param::flag("query[completed]", "When true, only completed ones."),
    Param::flag("query[expired]", "When true, only those that have ended; when false, only those that have not."),
];

/// An enrollment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EnrollmentResponse<'a> {
    /// Its id.
    pub id: i64,
    /// When it was made.
    pub created_at: Moment,
    /// The user's address.
    pub user_email: &'a str,
    /// The user's name.
    pub user_name: String,
    /// The user's id.
    pub user_id: i64,
    /// The course's name.
    pub course_name: &'a str,
    /// The course's id.
    pub course_id: i64,
    /// How much of the course was done: a decimal as text, from `0.0` to `1.0`.
    pub percentage_completed: String,
    /// Whether it has ended.
    pub expired: bool,
    /// Whether only what is free of the course is open.
    pub is_free_trial: bool,
    /// Whether the course was completed.
    pub completed: bool,
    /// When the user began.
    pub started_at: Option<Moment>,
    /// From when on the whole course is open; null for a free trial.
    pub activated_at: Option<Moment>,
    /// When the course was completed.
    pub completed_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When it ends; null for never.
    pub expiry_date: Option<Moment>,
}

/// An enrollment to be made.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CreateEnrollmentRequest {
    /// The course's id.
    #[schemars(required, with = "Int")]
    pub course_id: Field<Int>,
    /// The user's id.
    #[schemars(required, with = "Int")]
    pub user_id: Field<Int>,
    /// From when on the whole course is open. Without it the enrollment is a free trial.
    pub activated_at: Field<MomentIn>,
    /// When it ends. Without it the enrollment never does.
    pub expiry_date: Field<MomentIn>,
}

/// Changes to an enrollment: only the given dates change, and null empties one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UpdateEnrollmentRequest {
    /// From when on the whole course is open; null makes the enrollment a free trial.
    pub activated_at: Field<MomentIn>,
    /// When it ends; null for never.
    pub expiry_date: Field<MomentIn>,
}

/// A user to be enrolled in a bundle, or the changes to their enrollments in it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BundleEnrollmentRequest {
    /// The user's id.
    #[schemars(required, with = "Int")]
    pub user_id: Field<Int>,
    /// From when on the whole courses are open. Without it the enrollments are free trials.
    pub activated_at: Field<MomentIn>,
    /// When the enrollments end. Without it they never do.
    pub expiry_date: Field<MomentIn>,
}

fn view(enrollment: &Enrollment, now: i64) -> EnrollmentResponse<'_> {
    EnrollmentResponse {
        id: enrollment.id,
        created_at: Moment(enrollment.created_at),
        user_email: &enrollment.user_email,
        user_name: enrollment.user_name(),
        user_id: enrollment.user_id,
        course_name: &enrollment.course_name,
        course_id: enrollment.course_id,
        percentage_completed: enrollments::fraction(enrollment.percentage_completed),
        expired: enrollments::is_expired(enrollment, now),
        is_free_trial: enrollment.free_trial(),
        completed: enrollment.completed,
        started_at: enrollment.started_at.map(Moment),
        activated_at: enrollment.activated_at.map(Moment),
        completed_at: enrollment.completed_at.map(Moment),
        updated_at: Moment(enrollment.updated_at),
        expiry_date: enrollment.expiry_date.map(Moment),
    }
}

/// What the query leaves of a list. Of the flags, only `expired` says something when it is false.
fn wanted(query: &Query) -> Result<Wanted, ApiError> {
    let only = |name: &str| Ok::<_, ApiError>(query.flag(name)?.unwrap_or(false));
    Ok(Wanted {
        user_id: query.int("query[user_id]")?,
        email: query.text("query[email]"),
        course_id: query.int("query[course_id]")?,
        free_trial: only("query[free_trial]")?,
        full: only("query[full]")?,
        completed: only("query[completed]")?,
        expired: query.flag("query[expired]")?,
    })
}

fn dates(activated_at: Field<MomentIn>, expiry_date: Field<MomentIn>) -> Dates {
    Dates { activated_at: activated_at.set(|MomentIn(at)| at), expiry_date: expiry_date.set(|MomentIn(at)| at) }
}

/// `GET /enrollments`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (ask, wanted) = (query.ask()?, wanted(&query)?);
    api.read(move |tx, site| {
        let page = enrollments::list(tx, site.id, &wanted, &ask)?;
        let now = store::now();
        Ok(ApiResponse::page(&query, &page, |enrollment| view(enrollment, now)))
    })
    .await
}

/// `GET /enrollments/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&enrollments::get(tx, site.id, id)?, store::now())))).await
}

/// `POST /enrollments`
pub async fn create(api: ApiContext, Body(request): Body<CreateEnrollmentRequest>) -> ApiResult {
    let new = NewEnrollment {
        course_id: request.course_id.value().map(|Int(id)| id),
        user_id: request.user_id.value().map(|Int(id)| id),
        activated_at: request.activated_at.value().map(|MomentIn(at)| at),
        expiry_date: request.expiry_date.value().map(|MomentIn(at)| at),
    };
    api.write(move |tx, site| {
        let enrollment = enrollments::create(tx, site.id, &new)?;
        Ok(ApiResponse::created(&view(&enrollment, store::now())))
    })
    .await
}

/// `PUT /enrollments/{id}`
pub async fn update(api: ApiContext, Id(id): Id, Body(request): Body<UpdateEnrollmentRequest>) -> ApiResult {
    let dates = dates(request.activated_at, request.expiry_date);
    api.write(move |tx, site| {
        enrollments::update(tx, site.id, id, &dates)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `GET /bundles/{id}/enrollments`
pub async fn list_of_bundle(api: ApiContext, Id(bundle): Id, query: Query) -> ApiResult {
    let (ask, wanted) = (query.ask()?, wanted(&query)?);
    api.read(move |tx, site| {
        let page = enrollments::list_of_bundle(tx, site.id, bundle, &wanted, &ask)?;
        let now = store::now();
        Ok(ApiResponse::page(&query, &page, |enrollment| view(enrollment, now)))
    })
    .await
}

/// `POST /bundles/{id}/enrollments`
pub async fn create_in_bundle(
    api: ApiContext,
    Id(bundle): Id,
    Body(request): Body<BundleEnrollmentRequest>,
) -> ApiResult {
    let user = request.user_id.value().map(|Int(id)| id);
    let activated_at = request.activated_at.value().map(|MomentIn(at)| at);
    let expiry_date = request.expiry_date.value().map(|MomentIn(at)| at);
    api.write(move |tx, site| {
        enrollments::enroll_in_bundle(tx, site.id, bundle, user, activated_at, expiry_date)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}

/// `PUT /bundles/{id}/enrollments`
pub async fn update_in_bundle(
    api: ApiContext,
    Id(bundle): Id,
    Body(request): Body<BundleEnrollmentRequest>,
) -> ApiResult {
    let user = request.user_id.value().map(|Int(id)| id);
    let dates = dates(request.activated_at, request.expiry_date);
    api.write(move |tx, site| {
        enrollments::update_in_bundle(tx, site.id, bundle, user, &dates)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
