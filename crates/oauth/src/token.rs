//! `POST /oauth2/token`

use crate::client_request::ClientRequest;
use crate::error::OAuthResult;
use crate::parameters::Parameters;
use crate::response::private_json;
use identity::oauth::clients::Client;
use identity::oauth::id_token::{IdTokenContext, id_token};
use identity::oauth::tokens::{self, EXPIRES_IN, Redeem, Tokens};
use identity::oauth::{Failure, OAuthRefusal};
use school::Site;
use serde_json::{Value, json};
use std::sync::Arc;
use web::{App, Tx};

/// What an app has of a person's grant.
enum Grant {
    Code(Redeem),
    Refresh(String),
}

impl Grant {
    fn read(parameters: &Parameters) -> Result<Self, OAuthRefusal> {
        let text = |name: &str| parameters.get(name).map(str::to_owned);
        match parameters.get("grant_type") {
            Some("authorization_code") => Ok(Self::Code(Redeem {
                code: parameters.required("code", "code is missing.")?,
                redirect_uri: text("redirect_uri"),
                verifier: text("code_verifier"),
            })),
            Some("refresh_token") => {
                parameters.required("refresh_token", "refresh_token is missing.").map(Self::Refresh)
            }
            Some(_) => Err(OAuthRefusal::UnsupportedGrantType),
            None => Err(OAuthRefusal::InvalidRequest("grant_type is missing.")),
        }
    }
}

/// Redeems a code, or renews tokens.
pub(super) async fn token(request: ClientRequest) -> OAuthResult {
    request.must_have_credentials()?;
    let grant = Arc::new(Grant::read(&request.parameters)?);
    let (key, sent) = (request.app.key.clone(), Arc::clone(&grant));
    let shown = move |tx: &mut Tx<'_>, site: &Site, client: &Client| match &*sent {
        Grant::Code(redeem) => tokens::shows_which_app(tx, &key, site, client, redeem),
        Grant::Refresh(_) => Ok(client.proved),
    };
    let key = request.app.key.clone();
    let given = request.write_counted(shown, move |tx, caller| {
        let tokens = match &*grant {
            Grant::Code(redeem) => tokens::redeem(tx, &key, &caller.site, &caller.client, redeem)?,
            Grant::Refresh(token) => tokens::refresh(tx, &key, &caller.site, &caller.client, token)?,
        };
        Ok(tokens.map(|tokens| (caller.site.clone(), caller.client.app.client_id.clone(), tokens)))
    });
    let (site, client_id, tokens) = given.await?;
    Ok(private_json(body(&request.app, &request.issuer, &site, &client_id, &tokens).await?))
}

async fn body(app: &App, issuer: &str, site: &Site, client_id: &str, tokens: &Tokens) -> Result<Value, Failure> {
    let mut body = json!({ "access_token": tokens.access, "token_type": "bearer" });
    if let Some(refresh) = &tokens.refresh {
        body["refresh_token"] = json!(refresh);
    }
    body["expires_in"] = json!(EXPIRES_IN);
    body["gid"] = json!(site.gid);
    body["scope"] = json!(tokens.granted.to_string());
    if let Some(identity) = &tokens.identity {
        let context = IdTokenContext {
            issuer,
            domain: app.domain_of(issuer),
            client_id,
            code: None,
            access_token: Some(&tokens.access),
            now: web::now(),
        };
        body["id_token"] = json!(app.signing_keys().await?.sign(&id_token(site, identity, &context))?);
    }
    Ok(body)
}
