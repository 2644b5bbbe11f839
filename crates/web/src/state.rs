//! What every request shares.

use crate::credential_cache::CredentialCache;
use crate::hash_queue::{HashClient, HashQueue, HashQueueFull};
use crate::host;
use crate::metrics::Metrics;
use crate::rate_limit::{ClientLimiter, RateLimiter, TOKENS_FOR_EACH_CALL, USUAL};
use crate::request_log::RequestLog;
use crate::signing::Signing;
use crate::write_check::WriteCheck;
use axum::http::HeaderMap;
use delivery::guard::Policy;
use files::Files;
use identity::attempts;
use identity::oauth::Failure;
use identity::oauth::keys::Keys;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{AppId, EventSubscription, ServerKey, SiteId, Store, StoreError};
use tokio::sync::watch;

/// How the web behaves; one small part of the configuration.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The host name under which schools have their own: `localhost` makes `demo.localhost` a school.
    pub base_domain: String,
    /// How links to a school begin: `http` or `https`.
    pub scheme: String,
    /// The port in links, where it is not the usual one.
    pub public_port: Option<u16>,
    /// Requests a minute for a school that has no number of its own; none means no limit.
    pub requests_per_minute: Option<u32>,
    /// Requests at once for a school that has no number of its own; none means no limit.
    pub requests_at_once: Option<u32>,
    /// So many requests of a school are kept in its request log at most; 0 writes none down.
    pub request_log_rows: u32,
    /// The longest request body, in bytes.
    pub body_limit: usize,
    /// Whether there is a mailbox for development, which everybody can read, instead of real mail.
    pub mailbox: bool,
    /// How many proxies of our own stand before this server, each of which adds to `X-Forwarded-For`.
    pub proxies: usize,
    /// Where webhooks may lead.
    pub webhook_targets: Policy,
    /// How files are kept.
    pub files: Files,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            base_domain: "localhost".to_owned(),
            scheme: "http".to_owned(),
            public_port: None,
            requests_per_minute: Some(USUAL),
            requests_at_once: Some(10),
            request_log_rows: 0,
            body_limit: 2 * 1024 * 1024,
            mailbox: false,
            proxies: 0,
            webhook_targets: Policy::new("production", "", "localhost")
                .unwrap_or_else(|error| unreachable!("this is a policy: {error}")),
            files: Files::in_memory(),
        }
    }
}

impl WebConfig {
    /// How addresses at the platform's own host begin, which is no school's: `http://localhost:9000`.
    #[must_use]
    pub fn platform_url(&self) -> String {
        let Self { base_domain, scheme, public_port, .. } = self;
        let port = public_port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{base_domain}{port}")
    }

    /// How links to a school begin, without a slash at the end: `http://demo.localhost:9000`.
    #[must_use]
    pub fn site_url(&self, subdomain: &str) -> String {
        let Self { base_domain, scheme, public_port, .. } = self;
        match public_port {
            Some(port) => format!("{scheme}://{subdomain}.{base_domain}:{port}"),
            None => format!("{scheme}://{subdomain}.{base_domain}"),
        }
    }
}

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The client has too many waiting.
    #[error(transparent)]
    QueueFull(#[from] HashQueueFull),
    /// The hashing failed.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// The state of the web, shared by every request.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of [`App`].
pub struct Shared {
    pub(crate) store: Store,
    /// The server's key.
    pub key: ServerKey,
    /// How the web behaves.
    pub config: WebConfig,
    pub(crate) limits: RateLimiter,
    token_limits: ClientLimiter,
    token_failures: ClientLimiter,
    pub(crate) remembered: CredentialCache,
    /// What is counted of the requests.
    pub metrics: Metrics,
    pub(crate) request_log: RequestLog,
    signing: Signing,
    hashing: Arc<HashQueue>,
    pub(crate) write_check: WriteCheck,
    leaving: AtomicBool,
    ending: watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// The state of a new server.
    #[must_use]
    pub fn new(store: Store, key: ServerKey, config: WebConfig) -> Self {
        Self(Arc::new(Shared {
            store,
            key,
            config,
            limits: RateLimiter::default(),
            token_limits: ClientLimiter::default(),
            token_failures: ClientLimiter::default(),
            remembered: CredentialCache::default(),
            metrics: Metrics::new(),
            request_log: RequestLog::default(),
            signing: Signing::default(),
            hashing: HashQueue::new(std::thread::available_parallelism().map_or(2, usize::from)),
            write_check: WriteCheck::default(),
            leaving: AtomicBool::new(false),
            ending: watch::Sender::new(false),
        }))
    }

    /// The server is about to stop: whoever asks whether it is ready is told to go elsewhere from now on.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to stop.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// The server ends: requests that wait for something to happen wait no longer.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Done when the server ends.
    pub async fn ended(&self) {
        let mut ending = self.ending.subscribe();
        // The sender is part of this, so that there is always an answer.
        let _ended = ending.wait_for(|ending| *ending).await.is_ok();
    }

    /// The keys that id tokens are signed with. The first one is made when it is first needed.
    ///
    /// # Errors
    /// When they cannot be read or made.
    pub async fn signing_keys(&self) -> Result<Arc<Keys>, Failure> {
        self.signing.keys(&self.store, &self.key).await
    }

    /// Counts that an app, which has shown that it is the one, asks for tokens at a school from an address.
    ///
    /// # Errors
    /// The seconds to wait, when it has asked too often.
    pub fn count_token_request(&self, site: SiteId, app: AppId, address: &str) -> Result<(), u64> {
        let Some(per_minute) = self.token_requests_per_minute() else { return Ok(()) };
        self.token_limits.count((site, app, attempts::network(address)), store::now(), per_minute)
    }

    /// Counts that somebody at an address has asked for tokens and has not shown which app they are.
    ///
    /// # Errors
    /// The seconds to wait, when that has happened too often.
    pub fn count_token_failure(&self, address: &str) -> Result<(), u64> {
        let Some(per_minute) = self.token_requests_per_minute() else { return Ok(()) };
        self.token_failures.count(attempts::network(address), store::now(), per_minute)
    }

    fn token_requests_per_minute(&self) -> Option<u32> {
        self.config.requests_per_minute.map(|calls| calls.saturating_mul(TOKENS_FOR_EACH_CALL))
    }

    /// Where mail is read in development; none where it really leaves.
    #[must_use]
    pub fn mailbox_url(&self) -> Option<String> {
        self.config.mailbox.then(|| format!("{}/mailbox", self.config.platform_url()))
    }

    /// Whether the schools' pages are reached over https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.config.scheme == "https"
    }

    /// Hashes or compares a password, away from the threads that answer requests. Only as many at once as there are
    /// cores: each takes its time and its memory, and anybody may ask. Clients take turns.
    ///
    /// # Errors
    /// [`HashError::QueueFull`] when the client has too many waiting.
    pub async fn hash<T: Send + 'static>(
        &self,
        client: HashClient,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self.hashing.enter(client).await?;
        let hashed = tokio::task::spawn_blocking(move || {
            let hashed = work();
            // Only now: hashing goes on when the client hangs up.
            drop(permit);
            hashed
        });
        Ok(hashed.await.map_err(|_| StoreError::Panicked)?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping_database(&self) -> Result<(), StoreError> {
        self.store.read(|tx| tx.first("SELECT 1", &[], |_| Ok(())).map(|_| ())).await
    }

    /// Hears of the events that this process commits from now on.
    #[must_use]
    pub fn subscribe_to_events(&self) -> EventSubscription {
        self.store.subscribe_to_events()
    }

    /// The host in a link to a school: `demo.localhost:9000`.
    pub fn domain_of<'u>(&self, site_url: &'u str) -> &'u str {
        site_url.strip_prefix(&self.config.scheme).and_then(|rest| rest.strip_prefix("://")).unwrap_or(site_url)
    }

    /// How links to a school begin, without a slash at the end: `http://demo.localhost:9000`.
    #[must_use]
    pub fn site_url(&self, subdomain: &str) -> String {
        self.config.site_url(subdomain)
    }

    /// The subdomain of the school that a request is for by its host, if it may be one: a school's own host, or the
    /// platform's where there is only one school.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn requested_school(&self, headers: &HeaderMap) -> Result<Option<String>, StoreError> {
        if let Some(subdomain) = host::school(headers, &self.config.base_domain) {
            return Ok(Some(subdomain.to_owned()));
        }
        if !host::is_platforms(headers, &self.config.base_domain) {
            return Ok(None);
        }
        self.store.read(store::sites::only).await
    }

    /// How links to the schools begin that there are, so many at most.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn school_urls(&self, most: usize) -> Result<Vec<String>, StoreError> {
        let sites = self.store.read(store::sites::all).await?;
        Ok(sites.iter().take(most).map(|site| self.site_url(&site.subdomain)).collect())
    }

    /// How addresses of a school begin that stay at the host which was asked: links of pages, the issuer of tokens.
    #[must_use]
    pub fn requested_url(&self, headers: &HeaderMap, subdomain: &str) -> String {
        if host::is_platforms(headers, &self.config.base_domain) {
            return format!("{}://{}", self.config.scheme, host::requested(headers));
        }
        self.site_url(subdomain)
    }
}
