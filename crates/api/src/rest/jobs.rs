//! Jobs: long work that goes on after the answer.

mod request;
mod result;

use bulk::jobs::{self, Job, JobKind, JobState, NewJob};
use identity::jobs::lacks;
use identity::scopes::Scope;
use request::CreateJobRequest;
use schemars::JsonSchema;
use school::{JobId, Tx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use web::authentication::AuthContext;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::Timestamp;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult, now};

/// A job.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: JobId,
    /// What it does.
    #[schemars(example = &"enrollments.create")]
    pub kind: JobKind,
    /// `waiting`, `running`, `succeeded`, `failed` or `cancelled`; `draft` while somebody prepares it in the admin area. A
    /// job succeeds when every row was tried, whatever came of it.
    #[schemars(example = &"succeeded")]
    pub state: JobState,
    /// How it is done, as it was asked for.
    #[schemars(example = serde_json::json!({ "course_id": 1 }))]
    pub params: Map<String, Value>,
    /// How many rows there are. Of an export, and of a group, that is known when it has begun.
    #[schemars(example = 2)]
    pub total_rows: i64,
    /// How many were tried.
    #[schemars(example = 2)]
    pub processed_rows: i64,
    /// How many of those were refused; the result says why.
    #[schemars(example = 1)]
    pub refused_rows: i64,
    /// Why it could not go on.
    #[schemars(example = ())]
    pub error: Option<&'a str>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When it is forgotten, with its rows and its result.
    #[schemars(example = &"2026-02-14T09:30:00.000Z")]
    pub expires_at: Timestamp,
}

/// How a job is done, with moments as the API writes them.
fn params(job: &Job) -> Map<String, Value> {
    let mut params: Map<String, Value> = serde_json::from_str(&job.params).unwrap_or_default();
    for name in ["activated_at", "expiry_date"] {
        if let Some(at) = params.get(name).and_then(Value::as_i64) {
            params.insert(name.to_owned(), json!(Timestamp(at)));
        }
    }
    params
}

fn view(job: &Job) -> JobResponse<'_> {
    JobResponse {
        id: job.id,
        kind: job.kind,
        state: job.state,
        params: params(job),
        total_rows: job.total,
        processed_rows: job.done,
        refused_rows: job.failed,
        error: job.error.as_deref(),
        created_at: Timestamp(job.created_at),
        updated_at: Timestamp(job.updated_at),
        started_at: job.started_at.map(Timestamp),
        finished_at: job.ended_at.map(Timestamp),
        expires_at: Timestamp(job.expires_at),
    }
}

/// The endpoints of jobs.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Jobs",
        vec![
            endpoint::get("/jobs", "getJobs", Scope::ReadJobs, list)
                .summary("Lists the school's jobs.")
                .list_response::<JobResponse<'static>>(),
            endpoint::post("/jobs", "createJob", Scope::WriteJobs, create)
                .summary(
                    "Asks for a job, which goes on after the answer. An app also needs the scope of what the job does, \
                     such as write:enrollments.",
                )
                .request::<CreateJobRequest>()
                .response::<JobResponse<'static>>(201)
                .response_example(|| {
                    json!({
                        "state": "waiting", "total_rows": 1, "processed_rows": 0, "refused_rows": 0, "started_at": null,
                        "finished_at": null,
                    })
                }),
            endpoint::get("/jobs/{id}", "getJobByID", Scope::ReadJobs, get)
                .path_examples(&["1"])
                .summary("Gives a job, with how far it has come.")
                .response::<JobResponse<'static>>(200),
            endpoint::get("/jobs/{id}/result", "getJobResult", Scope::ReadJobs, result::result)
                .path_examples(&["1"])
                .summary(
                    "Gives what came of a job so far, row by row: what was exported; or the line of each row, what came of it, \
                     and why it was refused.",
                )
                .query(result::PARAMS)
                .file_response(&["text/csv", "application/jsonl"]),
            endpoint::post("/jobs/{id}/cancel", "cancelJob", Scope::WriteJobs, cancel)
                .path_examples(&["1"])
                .summary("Stops a job that has not ended. What was done stays done, and is in its result.")
                .response::<JobResponse<'static>>(200)
                .response_example(|| json!({ "state": "cancelled" })),
            endpoint::delete("/jobs/{id}", "deleteJobByID", Scope::WriteJobs, delete)
                .path_examples(&["1"])
                .error_statuses(&[422])
                .summary("Forgets a job that has ended, with its rows and its result. Otherwise that happens after 30 days."),
        ],
    )
}

/// The job with this id, where the caller may do what it does.
fn permitted(tx: &mut Tx<'_>, site: &AuthContext, id: JobId) -> Result<Job, ApiError> {
    let job = jobs::get(tx, site.id, id)?;
    match lacks(&site.caller, job.kind, now()) {
        Some(need) => Err(ApiError::InsufficientScope(need)),
        None => Ok(job),
    }
}

/// `GET /jobs`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &jobs::list(tx, site.id, &page_request)?, view))).await
}

/// `POST /jobs`
pub async fn create(api: ApiContext, Body(request): Body<CreateJobRequest>) -> ApiResult {
    let new = api.checked(request.job())?;
    api.write(move |tx, site| {
        if let Some(need) = lacks(&site.caller, new.kind, now()) {
            return Err(ApiError::InsufficientScope(need));
        }
        let mut new = NewJob { ..new.clone() };
        new.params.without_profile = !site.caller.sees_profiles();
        Ok(ApiResponse::created(&view(&jobs::create(tx, site.id, &new)?)))
    })
    .await
}

/// `GET /jobs/{id}`
pub async fn get(api: ApiContext, Id(id): Id<JobId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&jobs::get(tx, site.id, id)?)))).await
}

/// `POST /jobs/{id}/cancel`
pub async fn cancel(api: ApiContext, Id(id): Id<JobId>) -> ApiResult {
    api.write(move |tx, site| {
        permitted(tx, site, id)?;
        Ok(ApiResponse::ok(&view(&jobs::cancel(tx, site.id, id)?)))
    })
    .await
}

/// `DELETE /jobs/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<JobId>) -> ApiResult {
    api.write(move |tx, site| {
        permitted(tx, site, id)?;
        jobs::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
