//! Chapters of courses.

use schemars::JsonSchema;
use school::chapters::{self, Chapter};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A chapter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChapterResponse<'a> {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: &'a str,
    /// Its place in the course, from one.
    pub position: i64,
    /// What it is about.
    pub description: Option<&'a str>,
    /// How long its videos play together.
    pub duration_in_seconds: i64,
    /// Its contents, in order.
    pub content_ids: &'a [i64],
}

fn view(chapter: &Chapter) -> ChapterResponse<'_> {
    ChapterResponse {
        id: chapter.id,
        name: &chapter.name,
        position: chapter.position,
        description: chapter.description.as_deref(),
        duration_in_seconds: chapter.duration_in_seconds,
        content_ids: &chapter.content_ids,
    }
}

/// `GET /courses/{id}/chapters`
pub async fn list(api: ApiContext, Id(course): Id, query: Query) -> ApiResult {
    let ask = query.ask()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &chapters::list(tx, site.id, course, &ask)?, view))).await
}

/// `GET /chapters/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&chapters::get(tx, site.id, id)?)))).await
}
