//! Where everything is: OpenID Connect Discovery 1.0 and RFC 8414; and the keys that id tokens are verified with.

use crate::client_request::SchoolRequest;
use crate::error::OAuthResult;
use crate::response::public_json;
use axum::http::{HeaderValue, header};
use serde_json::json;

/// How long these may be kept: a new key is shown for an hour before it signs.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=600");

/// `GET /.well-known/openid-configuration`
pub(super) async fn describe(request: SchoolRequest) -> OAuthResult {
    request.site().await?;
    let issuer = &request.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let with_secret = json!(["client_secret_basic", "client_secret_post"]);
    let mut response = public_json(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oidc/userinfo"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "scopes_supported": ["openid", "profile", "email", "site", "write:site_scripts"],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "form_post", "fragment"],
        "grant_types_supported": ["authorization_code", "refresh_token", "implicit"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": with_secret,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "prompt_values_supported": ["none", "login", "consent"],
        "claims_supported": [
            "iss", "aud", "exp", "iat", "auth_time", "nonce", "sub", "user_id_api_v1", "roles", "name", "given_name",
            "family_name", "picture", "updated_at", "email", "site"
        ],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false
    }));
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}

/// `GET /.well-known/jwks.json`
pub(super) async fn keys(request: SchoolRequest) -> OAuthResult {
    request.site().await?;
    let mut response = public_json(&request.app.signing_keys().await?.jwks());
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}
