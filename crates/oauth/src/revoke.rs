//! `POST /oauth2/revoke` (RFC 7009)

use crate::client_request::ClientRequest;
use crate::error::OAuthResult;
use crate::response::private_json;
use identity::oauth::tokens;
use serde_json::json;

/// Ends a token. Whoever has it may end it: an app that says who it is must be right, and one that does not is believed,
/// because clients send the token alone.
pub(super) async fn revoke(request: ClientRequest) -> OAuthResult {
    let token = request.parameters.required("token", "token is missing.")?;
    let key = request.app.key.clone();
    let revoked =
        request.write_as_client_or_anyone(move |tx, site, client| tokens::revoke(tx, &key, site.id, client, &token));
    revoked.await?;
    Ok(private_json(json!({})))
}
