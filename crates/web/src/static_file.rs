//! Documents that are the same for everybody: kept once, with compressed copies, and shared by every answer.

use crate::encoding::{Effort, Encoding};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::sync::OnceCell;

/// A file whose name changes with its content: it is kept for a year and not asked after.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A document that may change with the server: it is kept, but asked after each time.
pub const ASK_AGAIN: &str = "no-cache";

/// Marks an answer whose bytes are those of a document that is kept anyway.
#[derive(Debug, Clone, Copy)]
pub struct Shared;

/// A document with its headers.
#[derive(Debug)]
pub struct StaticFile {
    headers: HeaderMap,
    hash: u128,
    plain: Bytes,
    /// Made when first asked for; none where it would not be smaller.
    brotli: OnceCell<Option<Bytes>>,
    gzip: OnceCell<Option<Bytes>>,
}

impl StaticFile {
    /// A document of this kind, to be kept for so long.
    #[must_use]
    pub fn new(kind: &'static str, cache: &'static str, bytes: impl Into<Bytes>) -> Self {
        let plain: Bytes = bytes.into();
        let headers = HeaderMap::from_iter([
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::VARY, HeaderValue::from_static("Accept-Encoding")),
        ]);
        let hash = xxhash_rust::xxh3::xxh3_128(&plain);
        Self { headers, hash, plain, brotli: OnceCell::new(), gzip: OnceCell::new() }
    }

    /// The same with one header more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// What a request with these headers is answered.
    pub async fn answer(&self, request: &HeaderMap) -> Response {
        let compressed = match Encoding::accepted(request) {
            Some(encoding) => self.compressed(encoding).await.map(|bytes| (encoding, bytes)),
            None => None,
        };
        // Each copy has a tag of its own, so that it is a strong one (RFC 9110, section 8.8.3.3).
        let (tag, bytes) = match &compressed {
            Some((encoding, bytes)) => (format!("\"{:032x}-{}\"", self.hash, encoding.name()), bytes),
            None => (format!("\"{:032x}\"", self.hash), &self.plain),
        };
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = self.headers.clone();
        let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        let same = |one: &str| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag;
        if known.flat_map(|tags| tags.split(',')).any(same) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_TYPE);
        } else {
            if let Some((encoding, _)) = &compressed {
                response.headers_mut().insert(header::CONTENT_ENCODING, encoding.value());
            }
            *response.body_mut() = Body::from(bytes.clone());
            response.extensions_mut().insert(Shared);
        }
        if let Ok(tag) = HeaderValue::try_from(tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }

    async fn compressed(&self, encoding: Encoding) -> Option<Bytes> {
        let copy = match encoding {
            Encoding::Brotli => &self.brotli,
            Encoding::Gzip => &self.gzip,
        };
        let plain = self.plain.clone();
        let made = copy.get_or_init(|| async move {
            let (length, work) = (plain.len(), move || encoding.compress(&plain, Effort::Thorough));
            let compressed = tokio::task::spawn_blocking(work).await.ok()??;
            (compressed.len() < length).then(|| compressed.into())
        });
        made.await.clone()
    }
}
