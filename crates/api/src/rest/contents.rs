//! Contents of chapters: lessons, quizzes and all the rest.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use schemars::JsonSchema;
use school::contents::{self, Content};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContentResponse<'a> {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: &'a str,
    /// Its place in the chapter, from one.
    pub position: i64,
    /// The chapter it is in.
    pub chapter_id: i64,
    /// What it is.
    pub contentable_type: &'static str,
    /// Whether it is open to everyone.
    pub free: bool,
    /// Where students take it.
    pub take_url: String,
}

fn view<'a>(content: &'a Content, site_url: &str) -> ContentResponse<'a> {
    let path = content.take_path();
    ContentResponse {
        id: content.id,
        name: &content.name,
        position: content.position,
        chapter_id: content.chapter_id,
        contentable_type: content.content_type().name(),
        free: content.free,
        take_url: format!("{site_url}{}", utf8_percent_encode(&path, CONTROLS)),
    }
}

/// `GET /chapters/{id}/contents`
pub async fn list(api: ApiContext, Id(chapter): Id, query: Query) -> ApiResult {
    let (ask, site_url) = (query.ask()?, api.site_url());
    api.read(move |tx, site| {
        let page = contents::list(tx, site.id, chapter, &ask)?;
        Ok(ApiResponse::page(&query, &page, |content| view(content, &site_url)))
    })
    .await
}

/// `GET /contents/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    let site_url = api.site_url();
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&contents::get(tx, site.id, id)?, &site_url)))).await
}
