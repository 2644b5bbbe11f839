//! What apps themselves ask, and the one way in which they read and change what the school has: as the app that has shown
//! who it is, as whoever has a token, or as anybody.

use crate::credentials::read_credentials;
use crate::error::OAuthError;
use crate::parameters::Parameters;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use identity::oauth::clients::{self, Client, ClientCredentials};
use identity::oauth::tokens::{self, Identity};
use identity::oauth::{Answer, Failure, OAuthRefusal};
use identity::sessions::Device;
use school::security_log::{Origin, Who};
use school::sites::{self, Site};
use web::authentication::bearer_token;
use web::{App, Authority, ServerKey, Tx, device};

/// A request to a school's host, of whomever.
pub(super) struct SchoolRequest {
    pub app: App,
    /// How the addresses that this host gives begin, which is also the issuer of its tokens.
    pub issuer: String,
    subdomain: String,
    device: Device,
}

impl FromRequestParts<App> for SchoolRequest {
    type Rejection = OAuthError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, OAuthError> {
        Self::of(app, parts).await
    }
}

impl SchoolRequest {
    async fn of(app: &App, parts: &Parts) -> Result<Self, OAuthError> {
        let subdomain = app.requested_school(&parts.headers).await?.ok_or(OAuthError::NoSchool)?;
        let issuer = app.requested_url(&parts.headers, &subdomain);
        Ok(Self { app: app.clone(), issuer, subdomain, device: device::of(parts, app) })
    }

    /// The school.
    ///
    /// # Errors
    /// [`OAuthError::NoSchool`] when there is none of this name.
    pub async fn site(&self) -> Result<Site, OAuthError> {
        let anyone = Anyone { subdomain: self.subdomain.clone(), device: self.device.clone() };
        self.app.read_as(anyone, |_, site| Ok(site.clone())).await
    }

    /// Reads as whoever has the Bearer token of the request.
    ///
    /// # Errors
    /// [`OAuthError::InvalidToken`] when it has none that opens anything here.
    pub async fn read_as_bearer<T: Send + 'static>(
        &self,
        headers: &HeaderMap,
        closure: impl Fn(&mut Tx<'_>, &BearerToken) -> Result<T, OAuthError> + Send + 'static,
    ) -> Result<T, OAuthError> {
        let token = bearer_token(headers).map(str::to_owned);
        let bearer = Bearer { key: self.app.key.clone(), subdomain: self.subdomain.clone(), token };
        self.app.read_as(bearer, closure).await
    }
}

/// A request of an app: its parameters, and as which app it says that it is sent.
pub(super) struct ClientRequest {
    pub parameters: Parameters,
    request: SchoolRequest,
    credentials: Option<ClientCredentials>,
}

impl std::ops::Deref for ClientRequest {
    type Target = SchoolRequest;

    fn deref(&self) -> &SchoolRequest {
        &self.request
    }
}

impl FromRequest<App> for ClientRequest {
    type Rejection = OAuthError;

    async fn from_request(request: Request, app: &App) -> Result<Self, OAuthError> {
        let (parts, body) = request.into_parts();
        let request = SchoolRequest::of(app, &parts).await?;
        let parameters = Parameters::read(&parts.headers, body).await?;
        let credentials = read_credentials(&parts.headers, &parameters)?;
        Ok(Self { parameters, request, credentials })
    }
}

impl ClientRequest {
    /// Reads as the app that has shown who it is.
    ///
    /// # Errors
    /// [`OAuthError::Refused`] when it has not; the closure's.
    pub async fn read_as_client<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &AuthenticatedClient) -> Answer<T> + Send + 'static,
    ) -> Result<T, OAuthError> {
        let answer = self.app.read_as(self.client()?, move |tx, client| Ok(closure(tx, client)?));
        Ok(answer.await??)
    }

    /// Changes the school as the app that has shown who it is, and counts the request: for the app when it has shown that
    /// it is the one, by its secret or by what `shown` looks at, and for the address otherwise. Nobody else spends what
    /// the app may ask, and whoever shows that they are the app is never held up by others. A refusal of the closure is
    /// kept with what it has ended.
    ///
    /// # Errors
    /// As [`ClientRequest::read_as_client`]; [`OAuthError::TooMany`].
    pub async fn write_counted<T: Send + 'static>(
        &self,
        shown: impl Fn(&mut Tx<'_>, &Site, &Client) -> school::error::Result<bool> + Send + 'static,
        closure: impl Fn(&mut Tx<'_>, &AuthenticatedClient) -> Answer<T> + Send + 'static,
    ) -> Result<T, OAuthError> {
        // Whoever is not the app is told so without waiting for a write, or making others wait for one.
        let looked = self.read_as_client(move |tx, AuthenticatedClient { site, client }| {
            let shown = shown(tx, site, client).map_err(Failure::from)?;
            Ok(Ok((site.id, client.app.id, shown)))
        });
        let (looked, address) = (looked.await, &self.device.address);
        let counted = match &looked {
            Ok((site, app, true)) => self.app.count_token_request(*site, *app, address),
            Ok((_, _, false)) | Err(OAuthError::Refused(_)) => self.app.count_token_failure(address),
            Err(_) => Ok(()),
        };
        counted.map_err(OAuthError::TooMany)?;
        let (site, ..) = looked?;
        let answer = self.app.write_as(site, self.client()?, move |tx, client| Ok(closure(tx, client)?));
        Ok(answer.await??)
    }

    /// Changes the school as the app that has shown who it is, or as anybody when it says nothing of that.
    ///
    /// # Errors
    /// As [`ClientRequest::read_as_client`].
    pub async fn write_as_client_or_anyone<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Site, Option<&Client>) -> Answer<T> + Send + 'static,
    ) -> Result<T, OAuthError> {
        let site = self.site().await?.id;
        if self.credentials.is_some() {
            let answer = self
                .app
                .write_as(site, self.client()?, move |tx, client| Ok(closure(tx, &client.site, Some(&client.client))?));
            return Ok(answer.await??);
        }
        let anyone = Anyone { subdomain: self.subdomain.clone(), device: self.device.clone() };
        Ok(self.app.write_as(site, anyone, move |tx, site| Ok(closure(tx, site, None)?)).await??)
    }

    /// Makes sure, before anything else is looked at, that it says which app sends it.
    ///
    /// # Errors
    /// [`OAuthRefusal::InvalidClient`] when it does not.
    pub fn must_have_credentials(&self) -> Result<(), OAuthRefusal> {
        self.client().map(|_| ())
    }

    fn client(&self) -> Result<ClientAuthority, OAuthRefusal> {
        let credentials = self.credentials.clone().ok_or(OAuthRefusal::InvalidClient("Say which app you are."))?;
        let (subdomain, device) = (self.subdomain.clone(), self.device.clone());
        Ok(ClientAuthority { key: self.app.key.clone(), subdomain, credentials, device })
    }
}

/// An app that has shown who it is, and the school that it asks.
pub(super) struct AuthenticatedClient {
    pub site: Site,
    pub client: Client,
}

struct ClientAuthority {
    key: ServerKey,
    subdomain: String,
    credentials: ClientCredentials,
    device: Device,
}

impl Authority for ClientAuthority {
    type Actor = AuthenticatedClient;
    type Error = OAuthError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<AuthenticatedClient, OAuthError> {
        let site = site(tx, &self.subdomain)?;
        let client = clients::authenticate(tx, &self.key, &self.credentials)??;
        Ok(AuthenticatedClient { site, client })
    }

    fn origin(&self, caller: &AuthenticatedClient) -> Origin {
        self.device.origin(Who::App(caller.client.app.id, None))
    }
}

/// Whoever has an access token, and the school that it opens.
pub(super) struct BearerToken {
    pub site: Site,
    pub identity: Identity,
}

struct Bearer {
    key: ServerKey,
    subdomain: String,
    token: Option<String>,
}

impl Authority for Bearer {
    type Actor = BearerToken;
    type Error = OAuthError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<BearerToken, OAuthError> {
        let site = site(tx, &self.subdomain)?;
        let token = self.token.as_deref().ok_or(OAuthError::InvalidToken)?;
        let identity = tokens::bearer(tx, &self.key, &site, token)?.ok_or(OAuthError::InvalidToken)?;
        Ok(BearerToken { site, identity })
    }

    fn origin(&self, bearer: &BearerToken) -> Origin {
        Origin { who: Who::User(bearer.identity.user.id), ..Origin::default() }
    }
}

struct Anyone {
    subdomain: String,
    device: Device,
}

impl Authority for Anyone {
    type Actor = Site;
    type Error = OAuthError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Site, OAuthError> {
        site(tx, &self.subdomain)
    }

    fn origin(&self, _: &Site) -> Origin {
        self.device.origin(Who::Anyone)
    }
}

fn site(tx: &mut Tx<'_>, subdomain: &str) -> Result<Site, OAuthError> {
    match sites::by_subdomain(tx, subdomain) {
        Err(school::Error::NotFound) => Err(OAuthError::NoSchool),
        Ok(site) if site.suspended_at.is_some() => Err(OAuthError::Suspended),
        site => Ok(site.map_err(Failure::from)?),
    }
}
