//! What apps are answered: JSON that nobody keeps, and errors in the form of RFC 6749, section 5.2.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use school::Site;
use school::oauth::{Failure, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{FromStore, StoreError};
use web::middleware::cors_headers;
use web::{App, host};

/// Longest request of an app, in bytes.
const LONGEST: usize = 64 * 1024;

/// Why an app gets no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The host is no school's: 404.
    #[error("no school has this host")]
    NoSchool,
    /// It is refused: 400, or 401 when it has not shown who it is.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The token opens nothing here: 401 (RFC 6750, section 3.1).
    #[error("invalid token")]
    InvalidToken,
    /// The token opens something else: 403.
    #[error("insufficient scope")]
    InsufficientScope,
    /// The server's own trouble.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Refusal> for NoAnswer {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for NoAnswer {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl FromStore for NoAnswer {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Failed(failure) => failure.store_error(),
            _ => None,
        }
    }
}

impl IntoResponse for NoAnswer {
    fn into_response(self) -> Response {
        let error = |code: &str, words: &str| json!({ "error": code, "error_description": words });
        let (status, body, how) = match &self {
            Self::NoSchool => (StatusCode::NOT_FOUND, error("not_found", "No school has this host."), None),
            Self::Refused(refusal) => {
                let basic = matches!(refusal, Refusal::InvalidClient(_)).then_some("Basic realm=\"oauth2\"");
                let status = if basic.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
                (status, error(refusal.code(), refusal.words()), basic)
            }
            Self::InvalidToken => (
                StatusCode::UNAUTHORIZED,
                error("invalid_token", "The access token is missing, wrong or expired."),
                Some("Bearer error=\"invalid_token\""),
            ),
            Self::InsufficientScope => (
                StatusCode::FORBIDDEN,
                error("insufficient_scope", "The token was not asked for with the scope openid."),
                Some("Bearer error=\"insufficient_scope\", scope=\"openid\""),
            ),
            Self::Failed(failure) => {
                tracing::error!(error = %failure, "a request of an app failed");
                let away = matches!(failure.store_error(), Some(StoreError::Unavailable(_) | StoreError::Closed));
                let status = if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
                (status, error("server_error", "Something went wrong here. Please try again."), None)
            }
        };
        let mut response = (status, private(body)).into_response();
        if let Some(how) = how {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(how));
        }
        response
    }
}

/// What an app is answered, or why not.
pub(super) type Answered = Result<Response, NoAnswer>;

/// JSON that is for this caller alone.
pub(super) fn private(body: Value) -> Response {
    let mut response = shown(&body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// JSON for everybody, pages of other origins included. No cookie ever counts here.
pub(super) fn shown(body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let mut response = ([(header::CONTENT_TYPE, kind)], body.to_string()).into_response();
    cors_headers(response.headers_mut());
    response
}

/// The subdomain of the school whose host this is, if it may be one.
pub(super) fn subdomain(app: &App, headers: &HeaderMap) -> Result<String, NoAnswer> {
    Ok(host::school(headers, &app.config.base_domain).ok_or(NoAnswer::NoSchool)?.to_owned())
}

/// The school whose host this is.
pub(super) async fn school(app: &App, headers: &HeaderMap) -> Result<Site, NoAnswer> {
    let subdomain = subdomain(app, headers)?;
    let found: Option<_> =
        app.store.read(move |tx| -> Result<_, StoreError> { store::sites::by_subdomain(tx, &subdomain) }).await?;
    found.map(Site::from).ok_or(NoAnswer::NoSchool)
}

/// The fields that an app sends: JSON or a form. Each comes once (RFC 6749, section 3.2).
pub(super) struct Sent(BTreeMap<String, String>);

impl Sent {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Refusal::InvalidRequest`] when it is neither, too long, or names a field twice.
    pub async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Refusal> {
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| Refusal::InvalidRequest("The body is too long."))?;
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json = kind.to_ascii_lowercase().contains("json") || bytes.trim_ascii_start().starts_with(b"{");
        let mut fields = BTreeMap::new();
        if json {
            let parsed: BTreeMap<String, Value> = serde_json::from_slice(&bytes)
                .map_err(|_| Refusal::InvalidRequest("The body is not a JSON object."))?;
            for (name, value) in parsed {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) => text,
                    Value::Number(number) => number.to_string(),
                    _ => return Err(Refusal::InvalidRequest("Every field must be a text.")),
                };
                fields.insert(name, text);
            }
        } else {
            let parsed =
                pages::form::Fields::parse(&bytes).map_err(|_| Refusal::InvalidRequest("The form cannot be read."))?;
            for (name, value) in parsed.iter() {
                if fields.insert(name.to_owned(), value.to_owned()).is_some() {
                    return Err(Refusal::InvalidRequest("A field comes twice."));
                }
            }
        }
        Ok(Self(fields))
    }

    /// A field; none when it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
}
