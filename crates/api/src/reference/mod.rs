//! The readable references: a page for each API, made at the start from the same document as its OpenAPI file.
//!
//! A page needs no script; a little one adds buttons that copy, a filter of the contents, the reader's subdomain in
//! the examples, one language at a time, and forms that try an operation. Its files are part of the program, and nothing is fetched from elsewhere.

mod fields;
mod introduction;
mod markup;
mod operation;
mod operation_section;
mod page;
mod samples;
mod try_it;

use crate::{openapi, rest, webhooks};
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use page::Assets;
use std::sync::LazyLock;
use web::definition::ApiDefinition;
use web::static_file::{ASK_AGAIN, FOR_EVER, StaticFile};

static STYLE: LazyLock<String> =
    LazyLock::new(|| pages::assets::TOKENS.clone() + include_str!("../../assets/reference/docs.css"));
const SCRIPT: &[u8] = include_bytes!("../../assets/reference/docs.js");
const ICON: &[u8] = include_bytes!("../../assets/reference/icon.svg");

/// Nothing runs and nothing is loaded but the page's own files, and its requests go to its own server (CSP Level 3).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

/// A file of the pages, with the name that changes with its content.
fn file(stem: &str, extension: &str, kind: &'static str, bytes: &'static [u8]) -> (String, StaticFile) {
    let name = format!("{stem}.{:016x}.{extension}", xxhash_rust::xxh3::xxh3_64(bytes));
    (name, StaticFile::new(kind, FOR_EVER, bytes).with(header::CONTENT_SECURITY_POLICY, POLICY))
}

/// The pages by their addresses, and their files by their names: the same for every server in this process.
struct Documents {
    pages: Vec<(&'static str, StaticFile)>,
    files: Vec<(String, StaticFile)>,
}

static DOCUMENTS: LazyLock<Documents> = LazyLock::new(|| {
    let style = file("docs", "css", "text/css; charset=utf-8", STYLE.as_bytes());
    let script = file("docs", "js", "text/javascript; charset=utf-8", SCRIPT);
    let icon = file("icon", "svg", "image/svg+xml", ICON);
    let address = |(name, _): &(String, StaticFile)| format!("/docs/assets/{name}");
    let assets = Assets { style: address(&style), script: address(&script), icon: address(&icon) };
    let page = |reference: &'static Reference| {
        let html = page::page(&openapi::document(reference.definition), reference, &assets);
        let page = StaticFile::new("text/html; charset=utf-8", ASK_AGAIN, html)
            .with(header::CONTENT_SECURITY_POLICY, POLICY)
            .with(header::REFERRER_POLICY, "no-referrer");
        (reference.address, page)
    };
    Documents { pages: REFERENCES.iter().map(page).collect(), files: vec![style, script, icon] }
});

/// The routes of the references: their pages, `/docs`, and the files of the pages.
pub fn routes() -> Router<web::App> {
    routes_of()
}

fn routes_of<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new().route("/docs", get(|| async { Redirect::temporary(REFERENCES[0].address) }));
    for (address, page) in &DOCUMENTS.pages {
        router = router.route(address, get(move |headers: HeaderMap| async move { page.answer(&headers).await }));
    }
    router.route("/docs/assets/{file}", get(asset))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match DOCUMENTS.files.iter().find(|(known, _)| *known == name) {
        Some((_, file)) => file.answer(&headers).await,
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

#[cfg(test)]
mod tests;
