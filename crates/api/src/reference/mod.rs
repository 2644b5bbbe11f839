//! The readable references: a page for each API, made at the start from the same document as its OpenAPI file.
//!
//! A page needs no script; a little one adds buttons that copy, a filter of the contents, and the reader's
//! subdomain in the examples. Its files are part of the program, and nothing is fetched from elsewhere.

mod fields;
mod introduction;
mod markup;
mod operation;
mod operation_section;
mod page;

use crate::{openapi, rest, webhooks};
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use page::Assets;
use std::sync::Arc;
use web::definition::ApiDefinition;

const STYLE: &[u8] = include_bytes!("../../assets/reference/docs.css");
const SCRIPT: &[u8] = include_bytes!("../../assets/reference/docs.js");
const ICON: &[u8] = include_bytes!("../../assets/reference/icon.svg");

/// Nothing runs and nothing is loaded but the page's own files (CSP Level 3).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A page may have changed with the server: it is kept, but asked after each time.
const ASK_AGAIN: &str = "no-cache";
/// A file's name changes with its content: it is kept for a year and not asked after.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What a reference is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    /// The API.
    pub definition: &'static ApiDefinition,
    /// Where the page is.
    pub address: &'static str,
    /// What it is called on the other pages.
    pub name: &'static str,
    /// What stands before the operations.
    pub prose: &'static str,
}

/// Every reference there is.
pub(crate) const REFERENCES: [Reference; 2] = [
    Reference {
        definition: &rest::API,
        address: "/docs/api",
        name: "Admin API",
        prose: include_str!("../../assets/reference/introduction.html"),
    },
    Reference {
        definition: &webhooks::API,
        address: "/docs/webhooks",
        name: "Webhooks API",
        prose: include_str!("../../assets/reference/webhooks.html"),
    },
];

/// Where to read about an API.
#[must_use]
pub fn address_of(definition: &ApiDefinition) -> &'static str {
    REFERENCES
        .iter()
        .find(|reference| reference.definition.root == definition.root)
        .map_or("/docs", |reference| reference.address)
}

/// A file of the pages.
#[derive(Debug, Clone)]
struct File {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl File {
    fn new(stem: &str, extension: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        Self { name: format!("{stem}.{:016x}.{extension}", xxhash_rust::xxh3::xxh3_64(bytes)), kind, bytes }
    }

    fn address(&self) -> String {
        format!("/docs/assets/{}", self.name)
    }
}

/// The routes of the references: their pages, `/docs`, and the files of the pages.
pub fn routes() -> Router<web::App> {
    routes_of()
}

fn routes_of<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let style = File::new("docs", "css", "text/css; charset=utf-8", STYLE);
    let script = File::new("docs", "js", "text/javascript; charset=utf-8", SCRIPT);
    let icon = File::new("icon", "svg", "image/svg+xml", ICON);
    let assets = Assets { style: style.address(), script: script.address(), icon: icon.address() };
    let mut router = Router::new().route("/docs", get(|| async { Redirect::temporary(REFERENCES[0].address) }));
    for reference in &REFERENCES {
        let page = Bytes::from(page::page(&openapi::document(reference.definition), reference, &assets));
        // Weak, because the same page may travel compressed.
        let tag = format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(&page));
        router =
            router.route(reference.address, get(move |headers: HeaderMap| shown(headers, page.clone(), tag.clone())));
    }
    let files: Arc<[File]> = Arc::new([style, script, icon]);
    router.route("/docs/assets/{file}", get(move |Path(name): Path<String>| file(name, Arc::clone(&files))))
}

async fn shown(headers: HeaderMap, page: Bytes, tag: String) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|one| one.trim() == "*" || weak(one.trim()) == weak(&tag)));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { page.into_response() };
    let answer = response.headers_mut();
    if known {
        answer.remove(header::CONTENT_TYPE);
    } else {
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.insert(header::ETAG, tag);
    }
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    answer.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A tag without what says that it is weak.
fn weak(tag: &str) -> &str {
    tag.trim_start_matches("W/")
}

async fn file(name: String, files: Arc<[File]>) -> Response {
    let Some(file) = files.iter().find(|file| file.name == name) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, file.bytes).into_response()
}

#[cfg(test)]
mod tests;
