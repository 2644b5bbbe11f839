//! What a handler is given: the school that is asked, the request's body, and the way into the store.

use crate::authentication::{self, AuthContext, Credential};
use crate::hash_queue::{HashClient, HashQueueFull};
use crate::query::{Query, WHOLE_NUMBER, not};
use crate::rate_limit::ConcurrencyPermit;
use crate::response::ApiResponse;
use crate::{ApiError, App, HashError};
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use identity::access::{Caller, Need};
use identity::sessions::Device;
use school::Site;
use school::check::Check;
use school::error::Problem;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use store::idempotency::{self, Recorded};
use store::{SiteId, Tx};

/// The request, once it is known who sends it. The middleware makes it; every handler takes it.
#[derive(Clone)]
pub struct ApiContext(Arc<Inner>);

pub(crate) struct Inner {
    pub app: App,
    pub site: Arc<AuthContext>,
    pub credential: Credential,
    pub need: Need,
    pub method: Method,
    pub uri: Uri,
    pub body: Bytes,
    pub form: bool,
    pub idempotency_key: Option<String>,
    pub place: Mutex<Option<ConcurrencyPermit>>,
    /// What is wrong with fields of the body that could not be read.
    pub unreadable: Mutex<Vec<Problem>>,
    /// The parameter that names what the request is about, where that could not be read.
    pub unreadable_subject: Mutex<Option<&'static str>>,
    /// From where a change is asked; not known of a request that changes nothing.
    pub device: Device,
}

impl<S: Sync> FromRequestParts<S> for ApiContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // Without the middleware nobody has asked who this is.
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthenticated)
    }
}

/// How often a request asks anew who it is from before it gives up.
const TRIES: usize = 3;

impl ApiContext {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The state that all requests share.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// The body of the request, and whether it is a form.
    #[must_use]
    pub fn body(&self) -> (&Bytes, bool) {
        (&self.0.body, self.0.form)
    }

    /// Notes what is wrong with fields of the body that could not be read. Nothing is written then; but first it is found
    /// out what else is wrong with the request.
    pub(crate) fn note_unreadable(&self, problems: Vec<Problem>) {
        self.0.unreadable.lock().unwrap_or_else(PoisonError::into_inner).extend(problems);
    }

    /// Refuses the request for what was found wrong with it, when all else that is wrong is known.
    pub fn refuse(&self, check: Check) {
        if let Err(school::Error::Invalid(problems)) = check.done() {
            self.note_unreadable(problems);
        }
    }

    /// The id of what the request is about, from its query or else from its body. One that cannot be read is told by itself
    /// when nothing else is wrong, and is otherwise one of the fields that are.
    pub fn subject<T: FromStr>(&self, query: &Query, name: &'static str, in_body: Option<T>) -> Option<T> {
        match query.id(name) {
            Ok(in_query) => in_query.or(in_body),
            Err(_) => {
                *self.0.unreadable_subject.lock().unwrap_or_else(PoisonError::into_inner) = Some(name);
                None
            }
        }
    }

    /// What was found out before anything was written. A refusal also names the fields that could not be read.
    ///
    /// # Errors
    /// The refusal.
    pub fn checked<T>(&self, result: Result<T, ApiError>) -> Result<T, ApiError> {
        result.map_err(|error| match self.0.unreadable() {
            problems if problems.is_empty() => error,
            problems => error.with_unreadable(problems),
        })
    }

    /// How links to the school begin.
    #[must_use]
    pub fn site_url(&self) -> String {
        self.0.app.site_url(&self.0.site.subdomain)
    }

    /// The id of the school.
    #[must_use]
    pub fn site(&self) -> SiteId {
        self.0.site.id
    }

    /// The global id of the school.
    #[must_use]
    pub fn site_gid(&self) -> &str {
        &self.0.site.gid
    }

    /// No longer counts as one of the school's requests at once: from here on the request mostly waits.
    pub fn release_concurrency_permit(&self) {
        drop(self.0.place.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Hashes a password for the caller.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`] when the school's programs have too many waiting.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        match self.0.app.hash(HashClient::School(self.site()), work).await {
            Ok(hashed) => Ok(hashed),
            Err(HashError::QueueFull(HashQueueFull(retry_after))) => Err(ApiError::RateLimited { retry_after }),
            Err(HashError::Failed(error)) => Err(error.into()),
        }
    }

    /// Goes on after the answer with what the request began, in transactions of its own, until `work` says that nothing
    /// is left.
    pub fn continue_in_background(
        &self,
        what: &'static str,
        work: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<bool> + Clone + Send + 'static,
    ) {
        let (app, site) = (self.0.app.clone(), self.site());
        tokio::spawn(async move {
            loop {
                let work = work.clone();
                match app.store.write(site, move |tx| work(tx, site)).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        tracing::warn!(error = %error, %site, what, "work after a request was not finished");
                        return;
                    }
                }
            }
        });
    }

    /// Reads in one transaction and gives the answer.
    ///
    /// # Errors
    /// The closure's, or why the caller may not.
    pub async fn read<T, F>(&self, closure: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &AuthContext) -> Result<T, ApiError> + Send + Sync + 'static,
    {
        let closure = Arc::new(closure);
        let (mut site, need) = (Arc::clone(&self.0.site), self.0.need);
        for _ in 0..TRIES {
            let (work, at) = (Arc::clone(&closure), Arc::clone(&site));
            let result = self
                .0
                .app
                .store
                .read(move |tx| {
                    authentication::confirm(tx, &at, need)?;
                    work(tx, &at)
                })
                .await;
            match result {
                Err(ApiError::Stale) => {
                    site = authentication::authenticate_anew(&self.0.app, &self.0.credential, self.0.need).await?
                }
                other => return other,
            }
        }
        Err(ApiError::Unauthenticated)
    }

    /// Changes the school in one transaction and gives the answer, which is recorded with the change when the
    /// request has an `Idempotency-Key`: the same request again is then given the same answer, and no second effect.
    ///
    /// # Errors
    /// The closure's, in which case nothing was changed; or why the caller may not.
    pub async fn write<F>(&self, closure: F) -> Result<ApiResponse, ApiError>
    where
        F: Fn(&mut Tx<'_>, &AuthContext) -> Result<ApiResponse, ApiError> + Send + Sync + 'static,
    {
        let request = Arc::clone(&self.0);
        let recorded_work = move |tx: &mut Tx<'_>, at: &AuthContext| {
            if request.has_unreadable() {
                // Whatever it did is undone.
                let refusal = closure(tx, at).err().unwrap_or_else(|| school::Error::Invalid(Vec::new()).into());
                return Err(request.refused(refusal));
            }
            let Some(key) = &request.idempotency_key else { return closure(tx, at) };
            if let Some(answer) = recorded(tx, at, key, &request)? {
                return Ok(answer);
            }
            let answer = closure(tx, at)?;
            record(tx, at, key, &request, &answer)?;
            Ok(answer)
        };
        self.write_step(recorded_work).await
    }

    /// Changes the school in one of several transactions that a request takes, of which none is its answer: an upload.
    ///
    /// # Errors
    /// As [`ApiContext::write`].
    pub async fn write_step<T, F>(&self, closure: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &AuthContext) -> Result<T, ApiError> + Send + Sync + 'static,
    {
        let closure = Arc::new(closure);
        let request = Arc::clone(&self.0);
        let mut site = Arc::clone(&self.0.site);
        for _ in 0..TRIES {
            let (work, request, at) = (Arc::clone(&closure), Arc::clone(&request), Arc::clone(&site));
            let result = self
                .0
                .app
                .store
                .write(site.id, move |tx| {
                    authentication::confirm(tx, &at, request.need)?;
                    request.device.origin(at.caller.who()).set(tx);
                    work(tx, &at)
                })
                .await;
            match result {
                Err(ApiError::Stale) => {
                    site = authentication::authenticate_anew(&self.0.app, &self.0.credential, self.0.need).await?
                }
                other => return other,
            }
        }
        Err(ApiError::Unauthenticated)
    }
}

impl Inner {
    fn unreadable(&self) -> Vec<Problem> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn subject(&self) -> Option<&'static str> {
        *self.unreadable_subject.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_unreadable(&self) -> bool {
        self.subject().is_some() || !self.unreadable().is_empty()
    }

    /// The refusal with what could not be read.
    fn refused(&self, refusal: ApiError) -> ApiError {
        let mut unreadable = self.unreadable();
        let Some(name) = self.subject() else { return refusal.with_unreadable(unreadable) };
        unreadable.push((name.into(), format!("must be {WHOLE_NUMBER}")));
        match refusal.with_unreadable(unreadable) {
            ApiError::School(school::Error::Invalid(problems)) if problems.len() == 1 => not(name, WHOLE_NUMBER),
            refusal => refusal,
        }
    }

    /// What the request is: method, address and body in one hash.
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.method.as_str().as_bytes(), b"\0", self.uri.to_string().as_bytes(), b"\0", &self.body] {
            hash.update(part);
        }
        if let Some(app) = self.site.caller.app() {
            // What an app was answered when it might see more is not for it now.
            hash.update(app.app_id.get().to_be_bytes());
            hash.update(app.scopes.to_string());
        }
        store::secrets::hex(&hash.finalize())
    }

    /// The name under which an answer is recorded: each credential has idempotency keys of its own, so that what another
    /// has done is neither replayed nor in the way. No key has a line break.
    fn recorded_under(&self, key: &str) -> String {
        match &self.site.caller {
            Caller::School | Caller::PreviousKey { .. } => key.to_owned(),
            Caller::ApiAccessToken { id, .. } => format!("token {id}\n{key}"),
            Caller::App(app) => format!("app {}\n{key}", app.app_id),
        }
    }
}

fn recorded(tx: &mut Tx<'_>, site: &Site, key: &str, request: &Inner) -> Result<Option<ApiResponse>, ApiError> {
    let Some(recorded) = idempotency::get(tx, site.id, &request.recorded_under(key), store::now())? else {
        return Ok(None);
    };
    if recorded.fingerprint != request.fingerprint() {
        return Err(ApiError::invalid("base", "Idempotency-Key was already used with a different request"));
    }
    let status = u16::try_from(recorded.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Some(ApiResponse::replayed(status.unwrap_or(StatusCode::OK), recorded.body)))
}

fn record(tx: &mut Tx<'_>, site: &Site, key: &str, request: &Inner, answer: &ApiResponse) -> Result<(), ApiError> {
    let recorded = Recorded {
        fingerprint: request.fingerprint(),
        status: i64::from(answer.status().as_u16()),
        body: answer.body().to_vec(),
    };
    Ok(idempotency::put(tx, site.id, &request.recorded_under(key), &recorded, store::now())?)
}
