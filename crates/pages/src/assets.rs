//! The files of the pages. A file's name changes with its content: it is kept for a year and not asked after.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::LazyLock;
use web::static_file::{FOR_EVER, StaticFile};

const STYLE_BYTES: &[u8] = include_bytes!("../assets/pages.css");
const SUBMIT_BYTES: &[u8] = b"document.forms[0].submit();\n";
const ICON_BYTES: &[u8] = include_bytes!("../assets/icon.svg");

/// Where the style sheet is.
pub static STYLE: LazyLock<String> = LazyLock::new(|| address("site", "css", STYLE_BYTES));
/// Where the script is that sends the only form of its page.
pub static SUBMIT: LazyLock<String> = LazyLock::new(|| address("submit", "js", SUBMIT_BYTES));
/// Where the icon is.
pub static ICON: LazyLock<String> = LazyLock::new(|| address("icon", "svg", ICON_BYTES));

fn address(stem: &str, extension: &str, bytes: &[u8]) -> String {
    format!("/site/assets/{stem}.{:016x}.{extension}", xxhash_rust::xxh3::xxh3_64(bytes))
}

static FILES: LazyLock<[(&str, StaticFile); 3]> = LazyLock::new(|| {
    [
        (STYLE.as_str(), StaticFile::new("text/css; charset=utf-8", FOR_EVER, STYLE_BYTES)),
        (SUBMIT.as_str(), StaticFile::new("text/javascript; charset=utf-8", FOR_EVER, SUBMIT_BYTES)),
        (ICON.as_str(), StaticFile::new("image/svg+xml", FOR_EVER, ICON_BYTES)),
    ]
});

/// The routes of the files.
pub fn routes() -> Router<web::App> {
    Router::new().route("/site/assets/{file}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let asked = |address: &str| address.strip_prefix("/site/assets/") == Some(&name);
    match FILES.iter().find(|(address, _)| asked(address)) {
        Some((_, file)) => file.answer(&headers).await,
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}
