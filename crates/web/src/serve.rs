//! Listening: HTTP/1.1 and HTTP/2 on one address, until told to stop.

use crate::{App, router};
use axum::ServiceExt as _;
use axum::extract::Request;
use axum::http::Uri;
use axum::serve::ListenerExt as _;
use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower::Layer as _;
use tower::util::MapRequestLayer;

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
    let router = MapRequestLayer::new(tidy).layer(router(app));
    // Answers are written whole: waiting for more to send would only make them late.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "TCP_NODELAY cannot be set");
        }
    });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop).await
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
