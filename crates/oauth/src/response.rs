//! What apps are answered: JSON.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use web::middleware::cors_headers;

/// JSON that is for this caller alone, and that nobody keeps (RFC 6749, section 5.1).
pub(super) fn private_json(body: Value) -> Response {
    let mut response = public_json(&body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// JSON for everybody, pages of other origins included. No cookie ever counts here.
pub(super) fn public_json(body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let mut response = ([(header::CONTENT_TYPE, kind)], body.to_string()).into_response();
    cors_headers(response.headers_mut());
    response
}
