//! Why an app is not given what it asks for, in the form of RFC 6749, section 5.2.

use crate::response::private_json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::oauth::{Failure, OAuthRefusal};
use serde_json::json;
use web::{FromStore, StoreError};

/// Why an app is not given what it asks for.
#[derive(Debug, thiserror::Error)]
pub(super) enum OAuthError {
    /// The host is no school's: 404.
    #[error("no school has this host")]
    NoSchool,
    /// The school is suspended: 403.
    #[error("the school is suspended")]
    Suspended,
    /// It is refused: 400, or 401 when it has not shown who it is.
    #[error("refused: {0:?}")]
    Refused(OAuthRefusal),
    /// The app asks too often; seconds until it is worth trying again: 429.
    #[error("too many requests")]
    TooMany(u64),
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

impl From<OAuthRefusal> for OAuthError {
    fn from(refusal: OAuthRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<school::Error> for OAuthError {
    fn from(error: school::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl FromStore for OAuthError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Failed(failure) => failure.store_error(),
            _ => None,
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let error = |code: &str, words: &str| json!({ "error": code, "error_description": words });
        let (status, body, authenticate) = match &self {
            Self::NoSchool => (StatusCode::NOT_FOUND, error("not_found", "No school has this host."), None),
            Self::Suspended => (
                StatusCode::FORBIDDEN,
                error("access_denied", "This school is suspended. Ask whoever runs its server."),
                None,
            ),
            Self::Refused(refusal) => {
                let basic = matches!(refusal, OAuthRefusal::InvalidClient(_)).then_some("Basic realm=\"oauth2\"");
                let status = if basic.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
                (status, error(refusal.code(), refusal.words()), basic)
            }
            Self::TooMany(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                error("temporarily_unavailable", &format!("Too many requests. Try again in {seconds} seconds.")),
                None,
            ),
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
        let mut response = (status, private_json(body)).into_response();
        if let Self::TooMany(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(authenticate) = authenticate {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(authenticate));
        }
        response
    }
}

/// What a handler gives to an app.
pub(super) type OAuthResult = Result<Response, OAuthError>;
