//! What tells how the server is: `/healthz`, `/readyz` and `/metrics`.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Duration;
use web::{App, StoreError};

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// A database that takes longer to answer is not ready.
const READY: Duration = Duration::from_secs(2);

/// Whether the server can do its work: the database answers, and it is not about to stop.
async fn ready(State(app): State<App>) -> Response {
    if app.is_leaving() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is stopping
",
        )
            .into_response();
    }
    let asked = app.ping_database();
    let late = |_| Err(StoreError::Unavailable("no answer in time".to_owned()));
    match tokio::time::timeout(READY, asked).await.unwrap_or_else(late) {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(error = %error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn metrics(State(app): State<App>) -> Response {
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}
