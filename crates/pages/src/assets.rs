//! The files of the pages. A file's name changes with its content: it is kept for a year and not asked after.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::LazyLock;
use web::static_file::{FOR_EVER, StaticFile};

const SUBMIT_BYTES: &[u8] = b"document.forms[0].submit();\n";
const ICON_BYTES: &[u8] = include_bytes!("../assets/icon.svg");
const FONT_BYTES: &[u8] = include_bytes!("../assets/fonts/inter.woff2");
const MANAGE_SCRIPT_BYTES: &[u8] = include_bytes!("../assets/manage.js");
const EDITOR_SCRIPT_BYTES: &[u8] = include_bytes!("../assets/editor.js");

/// What every style sheet begins with: the names of what is chosen once, and the font.
pub static TOKENS: LazyLock<String> = LazyLock::new(|| include_str!("../assets/tokens.css").replace("FONT", &FONT));
/// The pages' style sheet.
static STYLE_TEXT: LazyLock<String> = LazyLock::new(|| TOKENS.clone() + include_str!("../assets/pages.css"));
/// The style sheet of the frame: what is chosen once, and what is made of it.
static MANAGE_STYLE_TEXT: LazyLock<String> = LazyLock::new(|| TOKENS.clone() + include_str!("../assets/manage.css"));

/// Where the style sheet is.
pub static STYLE: LazyLock<String> = LazyLock::new(|| address("site", "css", STYLE_TEXT.as_bytes()));
/// Where the style sheet of the frame is.
pub static MANAGE_STYLE: LazyLock<String> = LazyLock::new(|| address("manage", "css", MANAGE_STYLE_TEXT.as_bytes()));
/// Where the script of the frame is.
pub static MANAGE_SCRIPT: LazyLock<String> = LazyLock::new(|| address("manage", "js", MANAGE_SCRIPT_BYTES));
/// Where the script is by which texts are written and files chosen.
pub static EDITOR_SCRIPT: LazyLock<String> = LazyLock::new(|| address("editor", "js", EDITOR_SCRIPT_BYTES));
/// Where the font of the frame is.
pub static FONT: LazyLock<String> = LazyLock::new(|| address("inter", "woff2", FONT_BYTES));
/// Where the script is that sends the only form of its page.
pub static SUBMIT: LazyLock<String> = LazyLock::new(|| address("submit", "js", SUBMIT_BYTES));
/// Where the icon is.
pub static ICON: LazyLock<String> = LazyLock::new(|| address("icon", "svg", ICON_BYTES));

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

fn address(stem: &str, extension: &str, bytes: &[u8]) -> String {
    format!("/site/assets/{stem}.{:016x}.{extension}", xxhash_rust::xxh3::xxh3_64(bytes))
}

static FILES: LazyLock<[(&str, StaticFile); 7]> = LazyLock::new(|| {
    [
        (STYLE.as_str(), StaticFile::new(CSS, FOR_EVER, STYLE_TEXT.as_bytes())),
        (MANAGE_STYLE.as_str(), StaticFile::new(CSS, FOR_EVER, MANAGE_STYLE_TEXT.as_bytes())),
        (MANAGE_SCRIPT.as_str(), StaticFile::new(JAVASCRIPT, FOR_EVER, MANAGE_SCRIPT_BYTES)),
        (EDITOR_SCRIPT.as_str(), StaticFile::new(JAVASCRIPT, FOR_EVER, EDITOR_SCRIPT_BYTES)),
        (FONT.as_str(), StaticFile::new("font/woff2", FOR_EVER, FONT_BYTES)),
        (SUBMIT.as_str(), StaticFile::new(JAVASCRIPT, FOR_EVER, SUBMIT_BYTES)),
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
