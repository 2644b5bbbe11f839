//! OAuth 2.0 and OpenID Connect, on the host of each school: the pages on which people let apps in, and what apps
//! themselves ask.

mod authorization_request;
mod authorization_response;
mod authorize;
mod client_request;
mod consent_page;
mod credentials;
mod discovery;
mod error;
mod introspect;
mod parameters;
mod proof_asked_for;
mod response;
mod revoke;
mod token;
mod userinfo;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, options, post};
use web::App;

/// The routes.
pub fn routes() -> Router<App> {
    let preflight = |methods: &'static str| {
        options(move |headers: HeaderMap| async move { web::middleware::preflight(&headers, methods) })
    };
    Router::new()
        // What people meet.
        .route("/oauth2/authorize", get(authorize::show))
        .route("/oauth2/consent", get(authorize::show).post(authorize::decide))
        // What apps ask.
        .route("/oauth2/token", post(token::token).merge(preflight("POST")))
        .route("/oauth2/revoke", post(revoke::revoke).merge(preflight("POST")))
        .route("/oauth2/introspect", post(introspect::introspect).merge(preflight("POST")))
        .route("/oidc/userinfo", get(userinfo::show).post(userinfo::show).merge(preflight("GET, POST")))
        // Where everything is.
        .route("/.well-known/jwks.json", get(discovery::keys).merge(preflight("GET")))
        .route("/.well-known/openid-configuration", get(discovery::describe).merge(preflight("GET")))
        .route("/.well-known/oauth-authorization-server", get(discovery::describe).merge(preflight("GET")))
}
