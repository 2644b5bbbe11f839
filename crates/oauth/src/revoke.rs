//! `POST /oauth2/revoke` (RFC 7009)

use crate::answer::{Answered, Sent, private, school};
use crate::client::offered;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use identity::oauth::{Failure, Refusal, clients, tokens};
use serde_json::json;
use web::App;

/// Ends a token. Whoever has it may end it: an app that says who it is must be right, and one that does not is believed,
/// because clients send the token alone.
pub(super) async fn revoke(State(app): State<App>, headers: HeaderMap, body: Body) -> Answered {
    let site = school(&app, &headers).await?;
    let sent = Sent::read(&headers, body).await?;
    let client = offered(&headers, &sent)?;
    let token = sent.get("token").ok_or(Refusal::InvalidRequest("token is missing."))?.to_owned();
    let (key, site) = (app.key.clone(), site.id);
    app.store
        .write(site, move |tx| -> Result<_, Failure> {
            let client = match client.as_ref().map(|client| clients::authenticate(tx, &key, client)).transpose()? {
                Some(Err(refusal)) => return Ok(Err(refusal)),
                Some(Ok(client)) => Some(client),
                None => None,
            };
            tokens::revoke(tx, &key, site, client.as_ref(), &token)
        })
        .await??;
    Ok(private(json!({})))
}
