//! `POST /oauth2/token`

use crate::answer::{Answered, NoAnswer, Sent, private, subdomain};
use crate::client::offered;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use identity::oauth::clients;
use identity::oauth::id_token::{Frame, id_token};
use identity::oauth::tokens::{self, EXPIRES_IN, Redeem, Tokens};
use identity::oauth::{Failure, Refusal};
use school::Site;
use serde_json::{Value, json};
use web::App;

/// What an app wants.
#[derive(Clone)]
enum Grant {
    Code(Redeem),
    Refresh(String),
}

fn wanted(sent: &Sent) -> Result<Grant, Refusal> {
    let text = |name: &str| sent.get(name).map(str::to_owned);
    match sent.get("grant_type") {
        Some("authorization_code") => Ok(Grant::Code(Redeem {
            code: text("code").ok_or(Refusal::InvalidRequest("code is missing."))?,
            redirect_uri: text("redirect_uri"),
            verifier: text("code_verifier"),
        })),
        Some("refresh_token") => {
            text("refresh_token").map(Grant::Refresh).ok_or(Refusal::InvalidRequest("refresh_token is missing."))
        }
        Some(_) => Err(Refusal::UnsupportedGrantType),
        None => Err(Refusal::InvalidRequest("grant_type is missing.")),
    }
}

/// Redeems a code, or renews tokens.
pub(super) async fn token(State(app): State<App>, headers: HeaderMap, body: Body) -> Answered {
    let subdomain = subdomain(&app, &headers)?;
    let sent = Sent::read(&headers, body).await?;
    let asking = offered(&headers, &sent)?.ok_or(Refusal::InvalidClient("Say which app you are."))?;
    let wanted = wanted(&sent)?;
    // Whoever is not the app is told so without waiting for a write, or making others wait for one.
    let key = app.key.clone();
    let found = app.store.read(move |tx| -> Result<_, Failure> {
        let Some(row) = store::sites::by_subdomain(tx, &subdomain)? else { return Ok(None) };
        Ok(Some((Site::from(row), clients::authenticate(tx, &key, &asking)?)))
    });
    let (site, client) = found.await?.ok_or(NoAnswer::NoSchool)?;
    let client = client?;
    let (key, at, client_id) = (app.key.clone(), site.clone(), client.app.client_id.clone());
    let given = app
        .store
        .write(site.id, move |tx| match &wanted {
            Grant::Code(redeem) => tokens::redeem(tx, &key, &at, &client, redeem),
            Grant::Refresh(token) => tokens::refresh(tx, &key, &at, &client, token),
        })
        .await??;
    Ok(private(answer(&app, &site, &client_id, &given).await?))
}

async fn answer(app: &App, site: &Site, client_id: &str, given: &Tokens) -> Result<Value, Failure> {
    let mut answer = json!({ "access_token": given.access, "token_type": "bearer" });
    if let Some(refresh) = &given.refresh {
        answer["refresh_token"] = json!(refresh);
    }
    answer["expires_in"] = json!(EXPIRES_IN);
    answer["gid"] = json!(site.row.gid);
    if let Some(identity) = &given.identity {
        let issuer = app.site_url(&site.row.subdomain);
        let frame = Frame {
            issuer: &issuer,
            domain: app.domain_of(&issuer),
            client_id,
            code: None,
            access_token: Some(&given.access),
            now: store::now(),
        };
        answer["id_token"] = json!(app.signing.keys(app).await?.sign(&id_token(site, identity, &frame))?);
    }
    Ok(answer)
}
