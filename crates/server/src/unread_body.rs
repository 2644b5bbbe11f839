//! What is left of a request's body when the answer is ready.
//!
//! A connection carries the next request only when the body of the one before was read to its end; until then the server
//! closes it, and a client that is still sending sees a broken connection instead of its answer. Refusals come early, so
//! a small rest is read off first; where there is more, the answer says that the connection ends.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// As much of a rest is read off.
const MOST: usize = 256 * 1024;
/// It must have come after this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that is given away and taken back.
struct SharedBody(Arc<Mutex<Body>>);

impl SharedBody {
    fn body<T>(&self, use_it: impl FnOnce(&mut Body) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.body(|body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.body(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.body(|body| body.size_hint())
    }
}

/// What may be left of a body that a handler has been given.
pub(crate) struct UnreadBody {
    body: Arc<Mutex<Body>>,
    /// Whether the client sends the body without being asked for it (RFC 9110, section 10.1.1).
    comes: bool,
    version: Version,
}

impl UnreadBody {
    /// The same request, and what may be left of its body.
    pub(crate) fn of(request: Request) -> (Request, Self) {
        let (parts, body) = request.into_parts();
        let body = Arc::new(Mutex::new(body));
        let comes = !parts.headers.contains_key(header::EXPECT);
        let unread = Self { body: Arc::clone(&body), comes, version: parts.version };
        (Request::from_parts(parts, Body::new(SharedBody(body))), unread)
    }

    /// Reads off what is left, and gives the answer.
    pub(crate) async fn read_off(self, mut response: Response) -> Response {
        let body = std::mem::take(&mut *self.body.lock().unwrap_or_else(PoisonError::into_inner));
        // Streams of HTTP/2 end one by one, and their connection goes on.
        if body.is_end_stream() || self.version > Version::HTTP_11 {
            return response;
        }
        let read =
            self.comes && matches!(tokio::time::timeout(PATIENCE, Limited::new(body, MOST).collect()).await, Ok(Ok(_)));
        if !read {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
