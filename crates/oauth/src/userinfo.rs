//! `GET /oidc/userinfo` (OpenID Connect Core 1.0, section 5.3)

use crate::client_request::SchoolRequest;
use crate::error::{OAuthError, OAuthResult};
use crate::response::private_json;
use axum::http::HeaderMap;
use identity::oauth::id_token;
use serde_json::Value;

/// Tells an app about the person whose token it has: of every role, students too.
pub(super) async fn show(request: SchoolRequest, headers: HeaderMap) -> OAuthResult {
    let (app, issuer) = (request.app.clone(), request.issuer.clone());
    let claims = request.read_as_bearer(&headers, move |_, token| {
        if !token.identity.claims.openid {
            return Err(OAuthError::InsufficientScope);
        }
        Ok(id_token::claims(&token.site, app.domain_of(&issuer), &token.identity))
    });
    Ok(private_json(Value::Object(claims.await?)))
}
