//! Answers that are made a part at a time, each in a transaction of its own: they are never in memory as a whole, and hold
//! nothing of the database while somebody reads slowly.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream::{self, StreamExt as _};
use std::error::Error;

/// A part of an answer.
#[derive(Debug)]
pub struct Part<C> {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// Where the next part begins; none after the last.
    pub next: Option<C>,
}

/// An answer of this media type that begins with `opening` and goes on with a part after the other, from `first` on. When
/// one cannot be made, the connection is broken off: whoever reads must not take what came for the whole.
pub fn stream<C, F, E>(
    media_type: &'static str,
    opening: Vec<u8>,
    first: C,
    part: impl Fn(C) -> F + Send + 'static,
) -> Response
where
    C: Send + 'static,
    F: Future<Output = Result<Part<C>, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let parts = stream::try_unfold((Some(first), part), |(next, part)| async move {
        let Some(next) = next else { return Ok(None) };
        let made = part(next).await.inspect_err(|error| tracing::warn!(%error, "an answer was broken off"))?;
        Ok::<_, E>(Some((made.bytes, (made.next, part))))
    });
    let opening = stream::once(async move { Ok::<_, E>(opening) });
    let mut response = Response::new(Body::from_stream(opening.chain(parts)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
