//! Compression of answers, whole: an answer that is half sent would keep its compressor, which takes more memory than
//! the answer does.

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use web::encoding::{Effort, Encoding};
use web::static_file::Shared;

/// A shorter answer fits into one packet as it is.
const SHORT: u64 = 860;

/// Compresses an answer for a client that accepts it so, when it is worth it. Caches are told that it depends on what the
/// client accepts, also when it stays as it is.
pub(crate) async fn compress(mut response: Response, encoding: Option<Encoding>) -> Response {
    if !is_worth_it(&response) {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let Some(encoding) = encoding else { return response };
    if response.body().is_end_stream() {
        // The answer to HEAD: of the compressed body nobody knows the length (RFC 9110, section 8.6).
        response.headers_mut().insert(header::CONTENT_ENCODING, encoding.value());
        response.headers_mut().remove(header::CONTENT_LENGTH);
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let whole = match body.collect().await {
        Ok(whole) => whole.to_bytes(),
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    match encoding.compress(&whole, Effort::Quick).filter(|compressed| compressed.len() < whole.len()) {
        None => Response::from_parts(parts, Body::from(whole)),
        Some(compressed) => {
            parts.headers.insert(header::CONTENT_ENCODING, encoding.value());
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(compressed))
        }
    }
}

/// Whether an answer is a long text that is not compressed already, or kept in the form in which it is smallest. What can be
/// had in ranges stays as it is: it may be of any length, and ranges are of its bytes.
fn is_worth_it(response: &Response) -> bool {
    let text = |kind: &str| kind.starts_with("text/") || kind.contains("json") || kind.contains("xml");
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    // HEAD is answered without the body, and with the length of it.
    let told = response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let long = told.or(response.body().size_hint().exact()).is_some_and(|length: u64| length >= SHORT);
    let kept = response.extensions().get::<Shared>().is_some();
    let is_as_it_is = [header::CONTENT_ENCODING, header::ACCEPT_RANGES];
    long && !kept && kind.is_some_and(text) && is_as_it_is.iter().all(|name| !response.headers().contains_key(name))
}
