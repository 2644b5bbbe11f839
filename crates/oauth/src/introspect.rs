//! `POST /oauth2/introspect` (RFC 7662)

use crate::client_request::ClientRequest;
use crate::error::OAuthResult;
use crate::response::private_json;
use identity::oauth::{OAuthRefusal, tokens};
use serde_json::json;

/// Tells an app that shows its secret what one of its tokens is.
pub(super) async fn introspect(request: ClientRequest) -> OAuthResult {
    request.must_have_credentials()?;
    let token = request.parameters.required("token", "token is missing.")?;
    let key = request.app.key.clone();
    let described = request.read_as_client(move |tx, caller| {
        if !caller.client.proved {
            return Ok(Err(OAuthRefusal::InvalidClient("The client secret is missing.")));
        }
        let described = tokens::describe(tx, &key, &caller.site, &caller.client, &token)?;
        let client_id = caller.client.app.client_id.clone();
        Ok(Ok(described.map(|token| (token, client_id))))
    });
    let Some((token, client_id)) = described.await? else {
        return Ok(private_json(json!({ "active": false })));
    };
    let mut body = json!({
        "active": true,
        "scope": token.granted.to_string(),
        "client_id": client_id,
        "token_type": if token.refresh { "refresh_token" } else { "bearer" },
        "iat": token.granted_at.div_euclid(1000),
        "sub": token.user.gid,
        "aud": client_id,
        "iss": request.issuer,
    });
    if let Some(end) = token.expires_at {
        body["exp"] = json!(end.div_euclid(1000));
    }
    Ok(private_json(body))
}
