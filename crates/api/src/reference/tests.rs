//! The page of the real document, and the routes around it.

use super::operation::operations;
use super::page::{Assets, page};
use super::{REFERENCES, Reference, routes_of};
use crate::openapi;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::HashSet;
use tower::ServiceExt as _;

fn documents() -> [(&'static Reference, Value); 2] {
    std::array::from_fn(|at| (&REFERENCES[at], openapi::document(REFERENCES[at].definition)))
}

fn written(reference: &Reference, document: &Value) -> String {
    let assets = Assets { style: "/s.css".to_owned(), script: "/s.js".to_owned(), icon: "/i.svg".to_owned() };
    page(document, reference, &assets)
}

fn ids(page: &str) -> Vec<&str> {
    page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_operation_has_its_anchor_its_place_in_the_contents_and_an_example() {
    for (reference, document) in &documents() {
        let page = written(reference, document);
        let operations = operations(document, reference.definition.paging.params());
        assert!(!operations.is_empty());
        for operation in operations {
            let anchor = operation.anchor();
            assert!(page.contains(&format!("<section class=\"op\" id=\"{anchor}\">")), "{anchor}");
            assert_eq!(page.matches(&format!("<li><a href=\"#{anchor}\">")).count(), 2, "{anchor}");
            let (curl, _) = operation.curl(reference.definition.root);
            assert!(!curl.contains(['{', '}']), "{curl}");
        }
    }
}

#[test]
fn anchors_are_unique_and_every_link_within_the_page_leads_somewhere() {
    for (reference, document) in &documents() {
        let page = written(reference, document);
        let ids = ids(&page);
        let known: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "an anchor stands twice");
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(known.contains(link), "{link}");
        }
        for other in REFERENCES.iter().filter(|other| other.address != reference.address) {
            assert!(
                page.contains(&format!("href=\"{}\"", other.address)),
                "{} leads to {}",
                reference.name,
                other.name
            );
        }
    }
}

#[test]
fn the_page_is_small_and_has_nothing_that_its_policy_refuses() {
    for (reference, document) in &documents() {
        let page = written(reference, document);
        assert!(page.len() < 704 * 1024, "{} bytes", page.len());
        for refused in ["<style", " style=\"", " onclick", "javascript:", "<script>"] {
            assert!(!page.contains(refused), "{refused}");
        }
    }
}

#[test]
fn what_the_document_says_is_escaped() {
    let hostile = "\"><script>alert('x')</script>";
    let document = json!({
        "info": { "title": hostile, "version": hostile },
        "servers": [{ "url": hostile }],
        "tags": [{ "name": hostile, "description": hostile }],
        "paths": { (format!("/{hostile}/{{id}}")): { "post": {
            "operationId": hostile,
            "tags": [hostile],
            "summary": hostile,
            "description": hostile,
            "parameters": [
                { "name": hostile, "in": "query", "required": true, "description": hostile,
                  "schema": { "type": "string", "enum": [hostile] } }
            ],
            "requestBody": { "content": { "application/json": {
                "example": { (hostile): hostile }, "schema": { "$ref": "#/components/schemas/A" }
            } } },
            "responses": {
                "200": { "description": hostile, "content": { "application/json": { "example": [hostile], "schema": {
                    "type": "array", "items": { "$ref": "#/components/schemas/A" }
                } } } },
                "418": { "description": hostile }
            }
        } } },
        "components": { "schemas": { "A": { "type": "object", "description": hostile, "properties": {
            (hostile): { "type": "string", "description": hostile, "example": hostile }
        } } } }
    });
    let page = written(&REFERENCES[0], &document);
    assert!(page.contains("&lt;script&gt;"));
    assert!(!page.contains("<script>"));
}

#[test]
fn what_curl_sends_is_the_example_of_the_request() {
    for (reference, document) in &documents() {
        for operation in operations(document, reference.definition.paging.params()) {
            let Some(example) = operation.request_example() else { continue };
            let (_, after) = operation.curl(reference.definition.root);
            let sent = after.split_once("-d '").expect("a body").1.trim_end_matches('\'').replace(r"'\''", "'");
            assert_eq!(&serde_json::from_str::<Value>(&sent).expect("JSON"), example, "{}", operation.anchor());
        }
    }
}

async fn request(router: &Router, address: &str, if_none_match: Option<&str>) -> Response {
    let mut built = Request::get(address);
    if let Some(tag) = if_none_match {
        built = built.header(header::IF_NONE_MATCH, tag);
    }
    router.clone().oneshot(built.body(Body::empty()).expect("a request")).await.expect("an answer")
}

#[tokio::test]
async fn the_page_is_served_with_its_policy_and_asked_after_by_its_tag() {
    let router: Router = routes_of();
    let response = request(&router, "/docs/api", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers().clone();
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src"));
    let tag = headers[header::ETAG].to_str().expect("text");
    let again = request(&router, "/docs/api", Some(tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()[header::ETAG], tag);
    assert_eq!(request(&router, "/docs/api", Some("\"other\"")).await.status(), StatusCode::OK);
    let redirected = request(&router, "/docs", None).await;
    assert!(redirected.status().is_redirection());
    assert_eq!(redirected.headers()[header::LOCATION], "/docs/api");
}

#[tokio::test]
async fn the_files_of_the_page_are_there_and_kept_for_ever() {
    let router: Router = routes_of();
    let response = request(&router, "/docs/api", None).await;
    let page = to_bytes(response.into_body(), usize::MAX).await.expect("a page");
    let page = String::from_utf8(page.to_vec()).expect("UTF-8");
    let files: HashSet<&str> =
        page.split("\"/docs/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let response = request(&router, &format!("/docs/assets/{file}"), None).await;
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        assert!(response.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
    }
    assert_eq!(request(&router, "/docs/assets.css", None).await.status(), StatusCode::NOT_FOUND);
}

/// Writes the pages into `target/docs`, to be looked at in a browser:
/// `cargo test -p api writes_the_pages -- --ignored`.
#[test]
#[ignore = "writes files, for people to look at"]
fn writes_the_pages() {
    let assets = Assets { style: "docs.css".to_owned(), script: "docs.js".to_owned(), icon: "icon.svg".to_owned() };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../target/docs");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (reference, document) in &documents() {
        let name = format!("{}.html", reference.address.trim_start_matches("/docs/"));
        std::fs::write(folder.join(name), page(document, reference, &assets)).expect("a file");
    }
    for file in ["docs.css", "docs.js", "icon.svg"] {
        std::fs::copy(root.join("assets/reference").join(file), folder.join(file)).expect("a copy");
    }
}
