//! `POST /oauth2/introspect` (RFC 7662)

use crate::answer::{Answered, Sent, private, school};
use crate::client::offered;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use identity::oauth::{Failure, Refusal, clients, tokens};
use serde_json::json;
use web::App;

/// Tells an app that shows its secret what one of its tokens is.
pub(super) async fn introspect(State(app): State<App>, headers: HeaderMap, body: Body) -> Answered {
    let site = school(&app, &headers).await?;
    let sent = Sent::read(&headers, body).await?;
    let client = offered(&headers, &sent)?.ok_or(Refusal::InvalidClient("Say which app you are."))?;
    let token = sent.get("token").ok_or(Refusal::InvalidRequest("token is missing."))?.to_owned();
    let (key, at, client_id) = (app.key.clone(), site.clone(), client.client_id.clone());
    let described = app
        .store
        .read(move |tx| -> Result<_, Failure> {
            let client = match clients::authenticate(tx, &key, &client)? {
                Ok(client) if client.proved => client,
                Ok(_) => return Ok(Err(Refusal::InvalidClient("The client secret is missing."))),
                Err(refusal) => return Ok(Err(refusal)),
            };
            Ok(Ok(tokens::describe(tx, &key, &at, &client, &token)?))
        })
        .await??;
    let Some(token) = described else { return Ok(private(json!({ "active": false }))) };
    let scope = format!("{} {}", token.scopes.0, token.scopes.1.names());
    let mut answer = json!({
        "active": true,
        "scope": scope.trim(),
        "client_id": client_id,
        "token_type": if token.refresh { "refresh_token" } else { "bearer" },
        "iat": token.granted_at.div_euclid(1000),
        "sub": token.user.gid,
        "aud": client_id,
        "iss": app.site_url(&site.row.subdomain),
    });
    if let Some(end) = token.expires_at {
        answer["exp"] = json!(end.div_euclid(1000));
    }
    Ok(private(answer))
}
