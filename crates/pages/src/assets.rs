//! The files of the pages. A file's name changes with its content: it is kept for a year and not asked after.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::LazyLock;

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

/// The routes of the files.
pub fn routes() -> Router<web::App> {
    Router::new().route("/site/assets/{file}", get(|Path(name): Path<String>| async move { file(&name) }))
}

fn file(name: &str) -> Response {
    let files = [
        (&STYLE, "text/css; charset=utf-8", STYLE_BYTES),
        (&SUBMIT, "text/javascript; charset=utf-8", SUBMIT_BYTES),
        (&ICON, "image/svg+xml", ICON_BYTES),
    ];
    let found = files.iter().find(|(address, ..)| address.strip_prefix("/site/assets/") == Some(name));
    let Some((_, kind, bytes)) = found else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, *bytes).into_response()
}
