//! Which app asks, and whether it has shown that it is the one.

use super::{Answer, OAuthRefusal};
use crate::apps::App;
use store::{ServerKey, Tx};

/// By what an app names itself, and its secret if it offers one.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// Its client id.
    pub client_id: String,
    /// Its secret; none when it offers none, or an empty one.
    pub secret: Option<String>,
}

/// An app that asks.
#[derive(Debug, Clone)]
pub struct Client {
    /// The app.
    pub app: App,
    /// Whether it has shown its secret. Without, PKCE has to show that it is the same that began.
    pub proved: bool,
}

const UNKNOWN: OAuthRefusal = OAuthRefusal::InvalidClient("The client id or secret is wrong.");

/// The app, once its secret was found right if it offers one.
///
/// # Errors
/// When the store fails.
pub fn authenticate(tx: &mut Tx<'_>, key: &ServerKey, credentials: &ClientCredentials) -> Answer<Client> {
    let Some(app) = store::apps::by_client_id(tx, &credentials.client_id)?.map(App::from) else {
        return Ok(Err(UNKNOWN));
    };
    let now = tx.moment();
    let proved = match &credentials.secret {
        None => false,
        Some(secret) if app.knows(key, secret, now) => true,
        Some(_) => return Ok(Err(UNKNOWN)),
    };
    Ok(Ok(Client { app, proved }))
}
