//! Listening: HTTP/1.1 and HTTP/2 on one address, until told to stop.

use crate::router;
use crate::unread_body::UnreadBody;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::{Uri, header};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use axum::serve::ListenerExt as _;
use axum::{Router, ServiceExt as _};
use futures_util::future::Either;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tower::Service;
use tower_http::compression::CompressionLayer;
use web::App;

/// Answers requests until `stop` is done; then takes no new ones and finishes those that have begun.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let ending = app.clone();
    let stop = async move {
        stop.await;
        ending.end();
    };
    let plain = router(app);
    let router = Routers { compressed: plain.clone().layer(CompressionLayer::new()), plain };
    // Answers are written whole: waiting for more to send would only make them late.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "TCP_NODELAY cannot be set");
        }
    });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop).await
}

/// An answer to a request with a body.
type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// Two ways to the same web. Few programs ask for compressed answers, and the others need not go through what makes them.
#[derive(Clone)]
struct Routers {
    plain: Router,
    compressed: Router,
}

impl Service<Request> for Routers {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<RouteFuture<Infallible>, Answering>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let request = tidy(request);
        let router = if request.headers().contains_key(header::ACCEPT_ENCODING) {
            &mut self.compressed
        } else {
            &mut self.plain
        };
        if request.body().is_end_stream() {
            return Either::Left(router.call(request));
        }
        let (request, unread) = UnreadBody::of(request);
        let answering = router.call(request);
        Either::Right(Box::pin(async move { Ok(unread.read_off(answering.await?).await) }))
    }
}

/// Clients put slashes twice and at the end; neither means anything.
fn tidy(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        let mut tidied = String::with_capacity(path.len());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            tidied.push('/');
            tidied.push_str(part);
        }
        if tidied.is_empty() {
            tidied.push('/');
        }
        if let Some(query) = request.uri().query() {
            tidied.push('?');
            tidied.push_str(query);
        }
        if let Ok(uri) = tidied.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}
