//! Where requests go.

use crate::face::Face;
use crate::gate::{Gate, cors_headers, pass_through, preflight};
use crate::{ApiError, App, docs, oauth, openapi, rest, site, webhooks};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::StoreError;

/// Every API of a server.
const FACES: [&Face; 2] = [&rest::FACE, &webhooks::FACE];

/// The whole web of a server, uncompressed.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for face in FACES {
        let document = openapi::document(face).to_string();
        router = router.merge(api(&app, face)).route(face.described_at, get(move || described(document.clone())));
    }
    router
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .merge(docs::routes())
        .merge(site::routes())
        .merge(oauth::routes())
        .fallback(nothing_here)
        .with_state(app)
}

/// The routes of an API, each behind its gate.
fn api(app: &App, face: &'static Face) -> Router<App> {
    let mut by_path: BTreeMap<&'static str, (Vec<Method>, MethodRouter<App>)> = BTreeMap::new();
    for endpoint in (face.endpoints)() {
        let (path, method) = (endpoint.path, endpoint.method.clone());
        let filter = MethodFilter::try_from(method.clone())
            .unwrap_or_else(|_| unreachable!("an endpoint has one of the usual methods"));
        let gate = Arc::new(Gate { app: app.clone(), face, endpoint, usual: OnceLock::new() });
        let (methods, routes) = by_path.entry(path).or_default();
        methods.push(method);
        *routes = std::mem::take(routes).on(filter, move |request: Request| pass_through(gate.clone(), request));
    }
    let mut router = Router::new();
    for (path, (methods, routes)) in by_path {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        let allowed = names.join(", ");
        let path = format!("{}{path}", face.root);
        router = router.route(&path, routes.fallback(move |request: Request| other_method(request, allowed.clone())));
    }
    router
}

/// A method that the endpoint does not have; or a browser asking beforehand whether it may call.
async fn other_method(request: Request, allowed: String) -> Response {
    if *request.method() == Method::OPTIONS {
        return preflight(request.headers(), &allowed);
    }
    let why = format!("{} is not possible here; {allowed} is.", request.method());
    let mut response = with_cors(request.headers(), ApiError::MethodNotAllowed(why).into_response());
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// Nothing of this name: told to a person with a page, and to a program, or under an API, in the API's own form.
async fn nothing_here(request: Request) -> Response {
    let path = request.uri().path();
    let under =
        |face: &&Face| path.strip_prefix(face.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // Browsers name the type when they open a page, and only then (Fetch Standard, section 4).
    let accepted = request.headers().get_all(header::ACCEPT).iter();
    let person = accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"));
    let face = FACES.iter().find(|face| under(face));
    if person && face.is_none() {
        return site::PageError::NoPage.into_response();
    }
    if *request.method() == Method::OPTIONS {
        return preflight(request.headers(), "GET, POST, PUT, DELETE");
    }
    let what: String = format!("{} {path}", request.method()).chars().take(200).collect();
    let reference = docs::address_of(face.unwrap_or(&FACES[0]));
    with_cors(request.headers(), ApiError::NoEndpoint(what, reference).into_response())
}

fn with_cors(headers: &HeaderMap, mut response: Response) -> Response {
    if headers.contains_key(header::ORIGIN) {
        cors_headers(response.headers_mut());
    }
    response
}

async fn described(document: String) -> Response {
    let kind = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (kind, document).into_response()
}

/// A database that takes longer to answer is not ready.
const READY: Duration = Duration::from_secs(2);

/// Whether the server can do its work: the database answers.
async fn ready(State(app): State<App>) -> Response {
    let asked = app.store.read(|tx| -> Result<_, StoreError> {
        tx.first("SELECT 1", &[], |_| Ok(()))?;
        Ok(())
    });
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
