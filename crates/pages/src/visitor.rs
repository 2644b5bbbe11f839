//! Who is looking, at which school.

use crate::cookies::CookieName;
use crate::error::PageError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use school::sessions;
use school::users::User;
use school::{Site, users};
use std::sync::Arc;
use web::{App, host};

/// Somebody who is looking at a school.
#[derive(Clone)]
pub struct Visitor {
    /// The state that all requests share.
    pub app: App,
    /// The school whose host it is.
    pub site: Arc<Site>,
    /// Their session, when they are signed in.
    pub session: Option<Session>,
    /// The host as the request names it, with its port.
    pub host: String,
    /// What forms of somebody without a session are bound to.
    secret: String,
    /// What forms of this visitor are bound to: that, or the secret of their session.
    bound_to: String,
    /// Whether the browser does not have that secret yet.
    fresh: bool,
}

/// The session of a visitor.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub user_id: i64,
    /// When they last proved who they are, in milliseconds since 1970.
    pub signed_in_at: i64,
    /// What every form of this session carries.
    pub csrf: String,
    /// Who they are.
    pub user: User,
}

impl Visitor {
    /// Finds out from the headers of a request.
    ///
    /// # Errors
    /// [`PageError::NoSchool`] when the host is no school's; the database's trouble.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Self, PageError> {
        let host = host::requested(headers);
        let subdomain = host::school(headers, &app.config.base_domain).ok_or(PageError::NoSchool)?.to_owned();
        let (https, key) = (app.is_https(), app.key.clone());
        let secret = CookieName::Session.read(headers, https);
        let asked = secret.clone();
        let found = app.store.read(move |tx| -> school::Result<_> {
            let Some(site) = store::sites::by_subdomain(tx, &subdomain)? else { return Ok(None) };
            let session = match &asked {
                Some(secret) => sessions::find(tx, &key, site.id, secret)?,
                None => None,
            };
            let user = match &session {
                Some(session) => users::find(tx, site.id, session.user_id)?,
                None => None,
            };
            Ok(Some((site, session.zip(user))))
        });
        let (site, found) = found.await?.ok_or(PageError::NoSchool)?;
        let site = Arc::new(Site::from(site));
        let session = match (found, &secret) {
            (Some((session, user)), Some(secret)) => {
                note(app, site.id, &session).await?;
                let csrf = form_token(app, secret);
                Some(Session { id: session.id, user_id: user.id, signed_in_at: session.signed_in_at, csrf, user })
            }
            _ => None,
        };
        let known = CookieName::Visitor.read(headers, https);
        let fresh = known.is_none() && session.is_none();
        let in_session = secret.filter(|_| session.is_some());
        let secret = known.unwrap_or_else(|| store::secrets::hex(&rand::random::<[u8; 32]>()));
        let bound_to = in_session.unwrap_or_else(|| secret.clone());
        Ok(Self { app: app.clone(), site, session, host: host.to_owned(), secret, bound_to, fresh })
    }

    /// What every form for this visitor carries, in the field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> String {
        match &self.session {
            Some(session) => session.csrf.clone(),
            None => form_token(&self.app, &self.secret),
        }
    }

    /// Whether this is what a form for this visitor carries.
    pub fn is_csrf(&self, token: &str) -> bool {
        let Some((salt, _)) = token.split_once('.') else { return false };
        let expected = salted(&self.app, salt, &self.bound_to);
        // Hashes are compared, not tokens: how long the comparison takes says nothing about the token.
        self.app.key.fingerprint(token) == self.app.key.fingerprint(&expected)
    }

    /// Who they are.
    ///
    /// # Errors
    /// [`PageError::SignIn`], which leads them to where they can sign in and back to `here`.
    pub fn signed_in(&self, here: &str) -> Result<&Session, PageError> {
        self.session.as_ref().ok_or_else(|| PageError::SignIn(here.to_owned()))
    }

    /// How the school's links begin: `https://demo.school.example`.
    #[must_use]
    pub fn site_url(&self) -> String {
        self.app.site_url(&self.site.row.subdomain)
    }

    /// By what the school knows the browser of somebody who is not signed in.
    pub fn browser(&self) -> String {
        self.app.key.fingerprint(&format!("visitor:{}", self.secret))
    }

    /// The cookie that the browser is still to be given, if any.
    pub fn cookie(&self) -> Option<HeaderValue> {
        self.fresh.then(|| CookieName::Visitor.set(&self.secret, self.app.is_https(), false))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        Self::of(app, &parts.headers).await
    }
}

/// What a form carries. It is another one on every page, so that nobody learns it from how well pages compress that
/// hold words of theirs beside it (BREACH, 2013).
fn form_token(app: &App, secret: &str) -> String {
    salted(app, &store::secrets::hex(&rand::random::<[u8; 8]>()), secret)
}

fn salted(app: &App, salt: &str, secret: &str) -> String {
    format!("{salt}.{}", app.key.fingerprint(&format!("csrf:{salt}:{secret}")))
}

/// A session that is used lasts longer. Written down every few minutes only.
async fn note(app: &App, site: i64, session: &sessions::Session) -> Result<(), PageError> {
    if !sessions::is_to_be_noted(session, store::now()) {
        return Ok(());
    }
    let session = session.clone();
    Ok(app.store.write(site, move |tx| sessions::note(tx, site, &session)).await?)
}
