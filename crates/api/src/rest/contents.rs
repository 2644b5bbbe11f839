//! Contents of chapters: lessons, quizzes and all the rest.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::contents::{self, Content};
use school::{ChapterId, ContentId};
use serde::Serialize;
use web::ApiResult;
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
            ],
        ),
        tagged(
            "Contents",
            vec![
                endpoint::get("/contents/{id}", "getContentByID", Scope::ReadCourses, get)
                    .path_examples(&["1"])
                    .summary("Gives a content: a lesson, a quiz or another piece of a chapter.")
                    .response::<ContentResponse<'static>>(200),
            ],
        ),
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
