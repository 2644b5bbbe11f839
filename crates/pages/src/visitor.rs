//! Who is looking, at which school; and the one way in which they read and change what it has.
//!
//! What was found out when a request came says what a page shows. What is read and changed goes by what the transaction
//! finds out anew: see [`SignedInVisitor`].

use crate::authority::{Anyone, Sender, SignedIn};
use crate::cookies::CookieName;
use crate::csrf;
use crate::error::PageError;
use crate::session::Session;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use identity::actor::{self, Actor};
use identity::impersonation;
use identity::oauth::keys::Keys;
use identity::rights::Right;
use identity::sessions::{Device, NewSession};
use school::SiteId;
use school::error::Problem;
use school::sign_up_rules::SignUpRule;
use school::sites::Site;
use std::borrow::Cow;
use std::sync::Arc;
use web::hash_queue::HashClient;
use web::{App, ServerKey, Tx, device, hex, host};

/// Somebody who is looking at a school.
#[derive(Clone)]
pub struct Visitor {
    /// What the school calls itself.
    pub school_name: String,
    /// The first label of the school's host.
    pub subdomain: String,
    /// Whether the school takes people who sign up by themselves.
    pub takes_sign_ups: bool,
    /// Their session, when they are signed in.
    pub session: Option<Session>,
    app: App,
    device: Device,
    site_id: SiteId,
    host: String,
    url: String,
    /// What forms of somebody without a session are bound to.
    visitor_secret: String,
    /// What their browser has of a session, which may have ended.
    session_secret: Option<String>,
    /// What their browser has of a sign-in that waits for the second factor.
    sign_in_secret: Option<String>,
    /// Whether the browser has the visitor's secret already.
    has_visitor_cookie: bool,
    /// What is wrong with fields of their form that could not be taken as they are. Nothing is written then.
    unreadable: Arc<[Problem]>,
}

impl Visitor {
    /// Finds out from the headers of a request, which came from a device.
    ///
    /// # Errors
    /// [`PageError::NoSchool`] when the host is no school's.
    pub async fn from_headers(app: &App, headers: &HeaderMap, device: Device) -> Result<Self, PageError> {
        let host = host::requested(headers);
        let subdomain = app.requested_school(headers).await?.ok_or(PageError::NoSchool)?;
        let url = app.requested_url(headers, &subdomain);
        let https = app.is_https();
        let session_secret = CookieName::Session.read(headers, https);
        let sender = Sender { key: app.key.clone(), subdomain: subdomain.clone(), secret: session_secret.clone() };
        let found = app.read_as(sender, |_, (site, actor)| {
            let noted = actor
                .as_ref()
                .is_some_and(|actor| actor.is_to_be_noted(web::now()) || actor.has_lapsed_impersonation());
            let takes_sign_ups = site.sign_up_rule != SignUpRule::Invited;
            Ok((site.id, (site.name.clone(), takes_sign_ups), actor.as_ref().map(Session::from), noted))
        });
        let (site_id, (school_name, takes_sign_ups), session, is_to_be_noted) = found.await?;
        let known = CookieName::Visitor.read(headers, https);
        let mut visitor = Self {
            school_name,
            subdomain,
            takes_sign_ups,
            session,
            app: app.clone(),
            device,
            site_id,
            host: host.to_owned(),
            url,
            has_visitor_cookie: known.is_some(),
            visitor_secret: known.unwrap_or_else(|| hex(&rand::random::<[u8; 32]>())),
            session_secret,
            sign_in_secret: CookieName::SignIn.read(headers, https),
            unreadable: Arc::default(),
        };
        if is_to_be_noted && !visitor.touch_session().await? {
            visitor.session = None;
        }
        Ok(visitor)
    }

    /// Writes down that the session is used, so that it lasts longer, and what has ended of it by itself; whether it is
    /// still there.
    async fn touch_session(&self) -> Result<bool, PageError> {
        let touch = |tx: &mut Tx<'_>, actor: &Actor| {
            impersonation::end_lapsed(tx, actor)?;
            actor::touch_session(tx, actor)
        };
        match self.signed_in("/")?.write(Right::EndSession, touch).await {
            Err(PageError::SignIn(_)) => Ok(false),
            noted => noted.map(|()| true),
        }
    }

    /// Notes what is wrong with fields of their form that could not be taken as they are. Nothing is written then; but first
    /// it is found out what else is wrong with the form.
    pub(crate) fn note_unreadable(&mut self, problems: Vec<Problem>) {
        self.unreadable = problems.into();
    }

    /// What every form for this visitor carries, in the field `csrf`.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        csrf::token(&self.app.key, self.secret_of_session().as_deref().unwrap_or(&self.visitor_secret))
    }

    /// What forms in their session are bound to. As another person it is another one: a form that somebody has opened as
    /// one of the two is not sent as the other.
    fn secret_of_session(&self) -> Option<Cow<'_, str>> {
        let secret = self.session_secret.as_deref()?;
        Some(match &self.session.as_ref()?.impersonation {
            Some(impersonation) => format!("{secret} as {}", impersonation.seen_as).into(),
            None => secret.into(),
        })
    }

    /// Whether this is what a form for this visitor carries. A form of a session that has ended since is still theirs:
    /// what it asks for is then done for somebody who is not signed in.
    #[must_use]
    pub fn is_csrf_token(&self, token: &str) -> bool {
        let is_of = |secret: &str| csrf::is_token_of(&self.app.key, token, secret);
        match (self.secret_of_session(), self.session_secret.as_deref()) {
            (Some(secret), _) => is_of(&secret),
            (None, ended) => ended.is_some_and(is_of) || is_of(&self.visitor_secret),
        }
    }

    /// The visitor as somebody who is signed in. `here` is the page to which they come back when they must sign in
    /// (again).
    ///
    /// # Errors
    /// [`PageError::SignIn`] when they are not.
    pub fn signed_in(&self, here: &str) -> Result<SignedInVisitor<'_>, PageError> {
        match (&self.session, &self.session_secret) {
            (Some(session), Some(secret)) => {
                Ok(SignedInVisitor { visitor: self, session, secret, here: here.to_owned() })
            }
            _ => Err(PageError::SignIn(here.to_owned())),
        }
    }

    /// Reads what everybody may know who is at the school's pages.
    ///
    /// # Errors
    /// The closure's, as [`PageError::Refused`].
    pub async fn read_as_anyone<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Site) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        let anyone = Anyone { subdomain: self.subdomain.clone(), device: self.device.clone() };
        self.app.read_as(anyone, move |tx, site| Ok(closure(tx, site)?)).await
    }

    /// Changes what everybody may change who is at the school's pages: what signing in and up and links from mails do.
    ///
    /// # Errors
    /// The closure's, as [`PageError::Refused`]; nothing was changed then.
    pub async fn write_as_anyone<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Site) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        let anyone = Anyone { subdomain: self.subdomain.clone(), device: self.device.clone() };
        let unreadable = Arc::clone(&self.unreadable);
        self.app.write_as(self.site_id, anyone, move |tx, site| readable(&unreadable, closure(tx, site))).await
    }

    /// Hashes or compares a password, in the turn of whoever is at this device's address. That they try is counted
    /// before.
    ///
    /// # Errors
    /// [`PageError::TooMany`] when too many of theirs are waiting.
    pub async fn hash<T: Send + 'static>(
        &self,
        device: &Device,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        Ok(self.app.hash(HashClient::at(&device.address), work).await?)
    }

    /// The same in the turn of a device or session that the account knows: it waits for nobody at its address.
    ///
    /// # Errors
    /// As [`Visitor::hash`].
    pub async fn hash_known<T: Send + 'static>(
        &self,
        known: String,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        Ok(self.app.hash(HashClient::Known(known), work).await?)
    }

    /// The host as the request names it, with its port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// How the school's links begin at the host that was asked: `https://demo.school.example`.
    #[must_use]
    pub fn site_url(&self) -> String {
        self.url.clone()
    }

    /// The school's host under the platform's, without a port: `demo.school.example`.
    #[must_use]
    pub fn domain(&self) -> String {
        format!("{}.{}", self.subdomain, self.app.config.base_domain)
    }

    /// The host in the school's links: `demo.localhost:9000`.
    #[must_use]
    pub fn host_in_links(&self) -> String {
        self.app.domain_of(&self.site_url()).to_owned()
    }

    /// Where mail is read in development; none where it really leaves.
    #[must_use]
    pub fn mailbox_url(&self) -> Option<String> {
        self.app.mailbox_url()
    }

    /// The origin that the files of schools come from.
    #[must_use]
    pub fn files_origin(&self) -> String {
        self.app.config.platform_url()
    }

    /// The server's key, under which operations find and seal secrets.
    #[must_use]
    pub fn key(&self) -> ServerKey {
        self.app.key.clone()
    }

    /// The keys that id tokens are signed with.
    ///
    /// # Errors
    /// When they cannot be read or made.
    pub async fn signing_keys(&self) -> Result<Arc<Keys>, PageError> {
        Ok(self.app.signing_keys().await.map_err(|failure| failure.0)?)
    }

    /// By what the school knows the browser of somebody who is not signed in.
    #[must_use]
    pub fn browser(&self) -> String {
        self.app.key.fingerprint(&format!("visitor:{}", self.visitor_secret))
    }

    /// The secret that their browser has of a session, whether or not that has ended.
    #[must_use]
    pub fn session_secret(&self) -> Option<&str> {
        self.session_secret.as_deref()
    }

    /// The cookie that the browser is still to be given, if any.
    #[must_use]
    pub fn cookie(&self) -> Option<HeaderValue> {
        let is_due = self.session.is_none() && !self.has_visitor_cookie;
        is_due.then(|| CookieName::Visitor.set(&self.visitor_secret, self.app.is_https(), false))
    }

    /// Gives the browser the session of somebody who has just proved who they are.
    pub fn set_session(&self, response: &mut Response, session: &NewSession) {
        let cookie = CookieName::Session.set(&session.secret, self.app.is_https(), session.remembered);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        let cookie = CookieName::Device.set(&session.device, self.app.is_https(), true);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }

    /// The secret that their browser has of a sign-in that waits for the second factor.
    #[must_use]
    pub fn sign_in_secret(&self) -> Option<&str> {
        self.sign_in_secret.as_deref()
    }

    /// Gives the browser of somebody who has shown the first of two factors what they go on with.
    pub fn set_sign_in(&self, response: &mut Response, secret: &str) {
        let cookie = CookieName::SignIn.set(secret, self.app.is_https(), false);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }

    /// Takes that away from the browser, where it has it: they are signed in, or must begin anew.
    pub fn clear_sign_in(&self, response: &mut Response) {
        if self.sign_in_secret.is_some() {
            response.headers_mut().append(header::SET_COOKIE, CookieName::SignIn.clear(self.app.is_https()));
        }
    }

    /// Whether they see the school as somebody else.
    #[must_use]
    pub fn is_impersonating(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.impersonation.is_some())
    }

    /// Takes what the browser has of a session away from it.
    pub fn clear_session(&self, response: &mut Response) {
        response.headers_mut().append(header::SET_COOKIE, CookieName::Session.clear(self.app.is_https()));
    }

    /// Takes away what the browser of somebody who was not signed in is known by: it is worth nothing any more.
    pub fn clear_visitor(&self, response: &mut Response) {
        response.headers_mut().append(header::SET_COOKIE, CookieName::Visitor.clear(self.app.is_https()));
    }
}

/// What was done, if every field could be read. Otherwise what is wrong with all fields; whatever was done is undone.
fn readable<T>(unreadable: &[Problem], done: school::Result<T>) -> Result<T, PageError> {
    if unreadable.is_empty() {
        return Ok(done?);
    }
    let more = match done {
        Ok(_) => Vec::new(),
        Err(school::Error::Store(error)) => return Err(error.into()),
        Err(refused) => refused.problems(),
    };
    let more = more.into_iter().filter(|(field, _)| unreadable.iter().all(|(known, _)| known != field));
    let problems = unreadable.iter().cloned().chain(more).collect();
    Err(PageError::Refused(school::Error::Invalid(problems)))
}

impl FromRequestParts<App> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        Self::from_headers(app, &parts.headers, device::of(parts, app)).await
    }
}

/// A visitor who was signed in when their request came. What they read and change is given them by a transaction that
/// finds their session, them, and the right that it takes; a session that has ended meanwhile leads to signing in.
pub struct SignedInVisitor<'v> {
    /// Their session, as it was when their request came.
    pub session: &'v Session,
    visitor: &'v Visitor,
    secret: &'v str,
    here: String,
}

impl SignedInVisitor<'_> {
    /// The visitor, as whoever is at the school's pages.
    #[must_use]
    pub fn visitor(&self) -> &Visitor {
        self.visitor
    }

    /// What the school calls itself.
    #[must_use]
    pub fn school_name(&self) -> &str {
        &self.visitor.school_name
    }

    /// Reads what somebody with this right may know.
    ///
    /// # Errors
    /// [`PageError::SignIn`] when their session has ended, [`PageError::NotAllowed`] when they lack the right; the
    /// closure's, as [`PageError::Refused`].
    pub async fn read<T: Send + 'static>(
        &self,
        right: Right,
        closure: impl Fn(&mut Tx<'_>, &Actor) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.visitor.app.read_as(self.authority(right), move |tx, actor| Ok(closure(tx, actor)?)).await
    }

    /// Changes what somebody with this right may change.
    ///
    /// # Errors
    /// As [`SignedInVisitor::read`]; nothing was changed then.
    pub async fn write<T: Send + 'static>(
        &self,
        right: Right,
        closure: impl Fn(&mut Tx<'_>, &Actor) -> school::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        let (app, authority) = (&self.visitor.app, self.authority(right));
        let unreadable = Arc::clone(&self.visitor.unreadable);
        app.write_as(self.visitor.site_id, authority, move |tx, actor| readable(&unreadable, closure(tx, actor))).await
    }

    fn authority(&self, right: Right) -> SignedIn {
        SignedIn {
            key: self.visitor.key(),
            subdomain: self.visitor.subdomain.clone(),
            secret: self.secret.to_owned(),
            seen_as: self.session.impersonation.as_ref().map(|impersonation| impersonation.seen_as),
            right,
            here: self.here.clone(),
            device: self.visitor.device.clone(),
        }
    }
}
