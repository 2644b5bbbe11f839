//! Contents of chapters: lessons, quizzes and all the rest.

mod body;
mod questions;
mod request;

pub use body::{ContentBodyResponse, QuestionResponse};
pub use questions::{ContentQuestionRequest, QuestionRequest};
pub use request::ContentRequest;

use crate::rest::places::place;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::contents::{self, Content, NewContent};
use school::{ChapterId, ContentId, outline};
use serde::Serialize;
use serde_json::json;
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::form::encode_path;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContentResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: ContentId,
    /// Its name.
    #[schemars(example = &"Why bother?")]
    pub name: &'a str,
    /// Its place in the chapter, from one.
    #[schemars(example = 1)]
    pub position: i64,
    /// The chapter it is in.
    #[schemars(example = 1)]
    pub chapter_id: ChapterId,
    /// What it is.
    #[schemars(example = &"Lesson")]
    pub contentable_type: &'static str,
    /// Whether it is open to everyone.
    #[schemars(example = true)]
    pub free: bool,
    /// Where students take it.
    #[schemars(
        example = &"https://demo.example.com/courses/take/bookkeeping-for-a-small-workshop/lessons/1-why-bother"
    )]
    pub take_url: String,
}

fn view<'a>(content: &'a Content, site_url: &str) -> ContentResponse<'a> {
    ContentResponse {
        id: content.id,
        name: &content.name,
        position: content.position,
        chapter_id: content.chapter_id,
        contentable_type: content.contentable_type.name(),
        free: content.free,
        take_url: format!("{site_url}{}", encode_path(&content.take_path())),
    }
}

/// The endpoints of contents.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged(
            "Chapters",
            vec![
                endpoint::get("/chapters/{id}/contents", "getContentsByID", Scope::ReadCourses, list)
                    .path_examples(&["1"])
                    .summary("Lists the contents of a chapter, in their order.")
                    .list_response::<ContentResponse<'static>>(),
                endpoint::post("/chapters/{id}/contents", "createContent", Scope::WriteCourses, create)
                    .path_examples(&["1"])
                    .summary(
                        "Makes a content of a chapter: a text, a video, a quiz with its questions or another kind. What each \
                         kind has is said at its settings.",
                    )
                    .request::<ContentRequest>()
                    .response::<ContentResponse<'static>>(201)
                    .response_example(|| {
                        json!({
                            "name": "Stretch and fold",
                            "take_url": "https://demo.example.com/courses/take/bookkeeping-for-a-small-workshop/lessons/1-stretch-and-fold",
                        })
                    }),
            ],
        ),
        tagged(
            "Contents",
            vec![
                endpoint::get("/contents/{id}", "getContentByID", Scope::ReadCourses, get)
                    .path_examples(&["1"])
                    .summary("Gives a content: a lesson, a quiz or another piece of a chapter.")
                    .response::<ContentResponse<'static>>(200),
                endpoint::put("/contents/{id}", "updateContent", Scope::WriteCourses, update)
                    .path_examples(&["1"])
                    .summary("Changes the given fields of a content, or puts it at another place, in another chapter too.")
                    .request::<ContentRequest>(),
                endpoint::delete("/contents/{id}", "deleteContent", Scope::WriteCourses, delete)
                    .path_examples(&["1"])
                    .summary("Removes a content and what it holds. What students have done of the course stays as it was counted."),
                endpoint::get("/contents/{id}/body", "getContentBody", Scope::ReadCourses, body::get)
                    .path_examples(&["1"])
                    .summary("Gives what a content holds: its text, its settings, its questions.")
                    .response::<ContentBodyResponse<'static>>(200),
            ],
        ),
        questions::endpoints(),
    ]
    .concat()
}

/// `GET /chapters/{id}/contents`
pub async fn list(api: ApiContext, Id(chapter): Id<ChapterId>, query: Query) -> ApiResult {
    let (page_request, site_url) = (query.page_request()?, api.site_url());
    api.read(move |tx, site| {
        let page = contents::list(tx, site.id, chapter, &page_request)?;
        Ok(ApiResponse::page(&query, &page, |content| view(content, &site_url)))
    })
    .await
}

/// `GET /contents/{id}`
pub async fn get(api: ApiContext, Id(id): Id<ContentId>) -> ApiResult {
    let site_url = api.site_url();
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&contents::get(tx, site.id, id)?, &site_url)))).await
}

/// `POST /chapters/{id}/contents`
pub async fn create(api: ApiContext, Id(chapter): Id<ChapterId>, Body(request): Body<ContentRequest>) -> ApiResult {
    let site_url = api.site_url();
    let place = place(&api, request.position.clone(), request.before_id.clone(), request.after_id.clone());
    let said = request.chapter_id.clone().id();
    let mut new = NewContent::default();
    request.apply(&mut new);
    api.write(move |tx, site| {
        let content = outline::add_content(tx, site.id, chapter, said, &new, place)?;
        Ok(ApiResponse::created(&view(&content, &site_url)))
    })
    .await
}

/// `PUT /contents/{id}`
pub async fn update(api: ApiContext, Id(id): Id<ContentId>, Body(request): Body<ContentRequest>) -> ApiResult {
    let place = place(&api, request.position.clone(), request.before_id.clone(), request.after_id.clone());
    let chapter = request.chapter_id.clone().id();
    api.write(move |tx, site| {
        let content = contents::get(tx, site.id, id)?;
        let mut new = NewContent::of(&content, contents::body(tx, site.id, id)?);
        request.clone().apply(&mut new);
        outline::change_content(tx, site.id, id, &new, chapter, place)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /contents/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<ContentId>) -> ApiResult {
    api.write(move |tx, site| {
        outline::remove_content(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
