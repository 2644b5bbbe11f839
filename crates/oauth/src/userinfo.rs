//! `GET /oidc/userinfo` (OpenID Connect Core 1.0, section 5.3)

use crate::answer::{Answered, NoAnswer, private, school};
use axum::extract::State;
use axum::http::HeaderMap;
use identity::oauth::{Failure, id_token, tokens};
use serde_json::Value;
use web::App;
use web::authentication::bearer_token;

/// Tells an app about the person whose token it has: of every role, students too.
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Answered {
    let site = school(&app, &headers).await?;
    let token = bearer_token(&headers).ok_or(NoAnswer::InvalidToken)?.to_owned();
    let (key, at) = (app.key.clone(), site.clone());
    let found = app.store.read(move |tx| -> Result<_, Failure> { Ok(tokens::bearer(tx, &key, &at, &token)?) }).await?;
    let identity = found.ok_or(NoAnswer::InvalidToken)?;
    if !identity.claims.openid {
        return Err(NoAnswer::InsufficientScope);
    }
    let issuer = app.site_url(&site.row.subdomain);
    Ok(private(Value::Object(id_token::claims(&site, app.domain_of(&issuer), &identity))))
}
