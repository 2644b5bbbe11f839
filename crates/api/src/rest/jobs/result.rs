//! What came of a job, sent a part at a time.

use super::permitted;
use bulk::jobs::{self, Job, ResultFormat};
use school::JobId;
use web::context::ApiContext;
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::stream::{Part, stream};
use web::{ApiError, FileResult};

/// The parameters of a result.
pub const PARAMS: &[Param] = &[
    Param::one_of(
        "format",
        &["csv", "jsonl"],
        "`csv`, where a text that a spreadsheet would take for a formula has an apostrophe before it; or `jsonl`, a JSON \
         object on each line. CSV unless told.",
    ),
    Param::text("outcome", "Only rows of which this came, such as `refused`."),
];

/// `GET /jobs/{id}/result`
pub async fn result(api: ApiContext, Id(id): Id<JobId>, query: Query) -> FileResult {
    let format = match query.text("format").as_deref() {
        None | Some("csv") => ResultFormat::Csv,
        Some("jsonl") => ResultFormat::JsonLines,
        Some(_) => return Err(ApiError::BadRequest("Parameter format must be csv or jsonl.".to_owned())),
    };
    let outcome = query.text("outcome");
    let job: Job = api.read(move |tx, site| permitted(tx, site, id)).await?;
    let columns = jobs::columns(&job);
    let media_type = match format {
        ResultFormat::Csv => "text/csv; charset=utf-8",
        ResultFormat::JsonLines => "application/jsonl",
    };
    let opening = jobs::opening(format, &columns);
    Ok(stream(media_type, opening, 0, move |from: i64| {
        let (api, job, columns, outcome) = (api.clone(), job.clone(), columns.clone(), outcome.clone());
        async move {
            let read = api.read(move |tx, site| {
                // A job that was forgotten meanwhile has no more rows.
                permitted(tx, site, id)?;
                Ok(jobs::result_rows(tx, site.id, id, from)?)
            });
            let read = read.await?;
            let rows = match &outcome {
                Some(outcome) => jobs::with_outcome(&job, read.rows, outcome),
                None => read.rows,
            };
            Ok::<_, ApiError>(Part { bytes: jobs::written(format, &columns, rows), next: read.next })
        }
    }))
}
