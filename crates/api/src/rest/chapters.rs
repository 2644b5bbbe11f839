//! Chapters of courses.

use crate::rest::courses::set_text;
use crate::rest::places::place;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::chapters::{self, Chapter, NewChapter};
use school::{ChapterId, ContentId, CourseId, outline};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, Int, Text};
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

/// A chapter to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ChapterRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Taxes without tears")]
    pub name: Field<Text>,
    /// What it is about.
    #[serde(default)]
    pub description: Field<Text>,
    /// The place in the course to put it at, from one; the others make room. A new chapter goes to the end when no place
    /// is given.
    #[serde(default)]
    #[schemars(example = 1)]
    pub position: Field<Int>,
    /// Instead of a position: the chapter of the course to put it before.
    #[serde(default)]
    pub before_id: Field<IdInput<ChapterId>>,
    /// Instead of a position: the chapter of the course to put it after.
    #[serde(default)]
    pub after_id: Field<IdInput<ChapterId>>,
}

impl ChapterRequest {
    fn apply(self, chapter: &mut NewChapter) {
        set_text(self.name, &mut chapter.name);
        self.description.text().apply(&mut chapter.description);
    }
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
                endpoint::post("/courses/{id}/chapters", "createChapter", Scope::WriteCourses, create)
                    .path_examples(&["1"])
                    .summary("Makes a chapter of a course.")
                    .request::<ChapterRequest>()
                    .response::<ChapterResponse<'static>>(201)
                    .response_example(|| {
                        json!({ "name": "Taxes without tears", "description": null, "content_ids": [], "duration_in_seconds": 0 })
                    }),
            ],
        ),
        tagged(
            "Chapters",
            vec![
                endpoint::get("/chapters/{id}", "getChapterByID", Scope::ReadCourses, get)
                    .path_examples(&["1"])
                    .summary("Gives a chapter.")
                    .response::<ChapterResponse<'static>>(200),
                endpoint::put("/chapters/{id}", "updateChapter", Scope::WriteCourses, update)
                    .path_examples(&["1"])
                    .summary("Changes the given fields of a chapter, or puts it at another place.")
                    .request::<ChapterRequest>(),
                endpoint::delete("/chapters/{id}", "deleteChapter", Scope::WriteCourses, delete)
                    .path_examples(&["4"])
                    .summary("Removes a chapter and everything in it. What students have done of the course stays as it was counted."),
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

/// `POST /courses/{id}/chapters`
pub async fn create(api: ApiContext, Id(course): Id<CourseId>, Body(request): Body<ChapterRequest>) -> ApiResult {
    let mut new = NewChapter::default();
    let place = place(&api, request.position.clone(), request.before_id.clone(), request.after_id.clone());
    request.apply(&mut new);
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&outline::add_chapter(tx, site.id, course, &new, place)?))))
        .await
}

/// `PUT /chapters/{id}`
pub async fn update(api: ApiContext, Id(id): Id<ChapterId>, Body(request): Body<ChapterRequest>) -> ApiResult {
    let place = place(&api, request.position.clone(), request.before_id.clone(), request.after_id.clone());
    api.write(move |tx, site| {
        let mut new = NewChapter::of(&chapters::get(tx, site.id, id)?);
        request.clone().apply(&mut new);
        outline::change_chapter(tx, site.id, id, &new, place)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /chapters/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<ChapterId>) -> ApiResult {
    api.write(move |tx, site| {
        outline::remove_chapter(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
