//! Chapters of courses.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::chapters::{self, Chapter};
use school::{ChapterId, ContentId, CourseId};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A chapter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChapterResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: ChapterId,
    /// Its name.
    #[schemars(example = &"An hour a week")]
    pub name: &'a str,
    /// Its place in the course, from one.
    #[schemars(example = 1)]
    pub position: i64,
    /// What it is about.
    #[schemars(example = &"What to keep, where, and when.")]
    pub description: Option<&'a str>,
    /// How long its videos play together.
    #[schemars(example = 238)]
    pub duration_in_seconds: i64,
    /// Its contents, in order.
    #[schemars(example = [1, 2, 3, 4, 5])]
    pub content_ids: &'a [ContentId],
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

/// The endpoints of chapters.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged(
            "Courses",
            vec![
                endpoint::get("/courses/{id}/chapters", "getChapterOfCourseByID", Scope::ReadCourses, list)
                    .path_examples(&["1"])
                    .summary("Lists the chapters of a course, in their order.")
                    .list_response::<ChapterResponse<'static>>(),
            ],
        ),
        tagged(
            "Chapters",
            vec![
                endpoint::get("/chapters/{id}", "getChapterByID", Scope::ReadCourses, get)
                    .path_examples(&["1"])
                    .summary("Gives a chapter.")
                    .response::<ChapterResponse<'static>>(200),
            ],
        ),
    ]
    .concat()
}

/// `GET /courses/{id}/chapters`
pub async fn list(api: ApiContext, Id(course): Id<CourseId>, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &chapters::list(tx, site.id, course, &page_request)?, view)))
        .await
}

/// `GET /chapters/{id}`
pub async fn get(api: ApiContext, Id(id): Id<ChapterId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&chapters::get(tx, site.id, id)?)))).await
}
