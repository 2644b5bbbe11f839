//! Where requests go.

use crate::{health, static_files};
use api::{APIS, reference};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use std::collections::BTreeMap;
use std::sync::Arc;
use web::definition::ApiDefinition;
use web::middleware::{EndpointMiddleware, cache_headers, cors_headers, preflight, run};
use web::{ApiError, App};

/// The whole web of a server.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for definition in APIS {
        router = router.merge(api(&app, definition));
    }
    let manage = manage::routes().layer(from_fn_with_state(app.clone(), manage::errors::in_the_frame));
    let school_pages = account::routes().merge(oauth::routes()).merge(manage).merge(storefront::routes());
    router
        .merge(health::routes())
        .merge(static_files::routes())
        .merge(reference::routes())
        .merge(storefront::file_routes())
        .merge(school_pages.layer(from_fn_with_state(app.clone(), pages::error_page::in_the_school)))
        .fallback(nothing_here)
        .with_state(app)
}

/// The routes of an API, each behind its middleware.
fn api(app: &App, definition: &'static ApiDefinition) -> Router<App> {
    let mut by_path: BTreeMap<&'static str, (Vec<Method>, MethodRouter<App>)> = BTreeMap::new();
    for endpoint in (definition.endpoints)() {
        let (path, method) = (endpoint.path, endpoint.method.clone());
        let filter = MethodFilter::try_from(method.clone())
            .unwrap_or_else(|_| unreachable!("an endpoint has one of the usual methods"));
        let middleware = Arc::new(EndpointMiddleware::new(app.clone(), definition, endpoint));
        let (methods, routes) = by_path.entry(path).or_default();
        methods.push(method);
        *routes = std::mem::take(routes).on(filter, move |request: Request| run(middleware.clone(), request));
    }
    let mut router = Router::new();
    for (path, (methods, routes)) in by_path {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        let allowed = names.join(", ");
        let path = format!("{}{path}", definition.root);
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
async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let under = |definition: &&ApiDefinition| {
        path.strip_prefix(definition.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let person = pages::error_page::is_person(request.headers());
    let definition = APIS.iter().find(|definition| under(definition));
    if person && definition.is_none() {
        let page = pages::PageError::NoPage.into_response();
        let page = match manage::errors::is_here(path) {
            true => manage::errors::show_in_the_frame(&app, request.headers(), page).await,
            false => page,
        };
        return pages::error_page::show_in_the_school(&app, request.headers(), path, page).await;
    }
    if *request.method() == Method::OPTIONS {
        return preflight(request.headers(), "GET, POST, PUT, DELETE");
    }
    let what: String = format!("{} {path}", request.method()).chars().take(200).collect();
    let reference = reference::address_of(definition.unwrap_or(&APIS[0]));
    with_cors(request.headers(), ApiError::NoEndpoint(what, reference).into_response())
}

fn with_cors(headers: &HeaderMap, mut response: Response) -> Response {
    cache_headers(response.headers_mut(), false);
    if headers.contains_key(header::ORIGIN) {
        cors_headers(response.headers_mut());
    }
    response
}
