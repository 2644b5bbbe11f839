//! Every error body a client can meet, made in one place.
//!
//! `store` has [`store::StoreError`] (the server's trouble), `school` has [`school::Error`] (a rule was broken);
//! this type is what a client gets of either, and of everything that goes wrong before a handler is reached.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::access::Need;
use identity::scopes::Scope;
use school::error::Problem;
use serde_json::{Map, Value, json};
use store::{FromStore, StoreError};

/// An error on its way to a client of the API.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No credentials, wrong ones, or a plan without the API: 401, always with the same body.
    #[error("not authenticated")]
    Unauthenticated,
    /// The school's plan has no apps: 403.
    #[error("the plan has no apps")]
    AppsNotOnPlan,
    /// The school is suspended: 403.
    #[error("the school is suspended")]
    Suspended,
    /// The app may not do this: it lacks what the operation needs: 403.
    #[error("the app lacks {0:?}")]
    InsufficientScope(Need),
    /// A parameter that the address must have is missing: 400.
    #[error("parameter {0} is missing")]
    MissingParameter(&'static str),
    /// The request cannot be understood: 400.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// There is no such endpoint: 404. What was asked for, and where to read which there are.
    #[error("no such endpoint: {0}")]
    NoEndpoint(String, &'static str),
    /// The endpoint does not know this method: 405.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// The body is longer than the server takes, in bytes: 413.
    #[error("the body is too large")]
    TooLarge(usize),
    /// The body did not arrive in time: 408.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// Too many requests in this minute, or at once; seconds until it is worth trying again: 429.
    #[error("rate limited")]
    RateLimited {
        /// Seconds until it is worth trying again.
        retry_after: u64,
    },
    /// A rule of the school, or the server's own trouble.
    #[error(transparent)]
    School(#[from] school::Error),
    /// A rule was broken, told in a form of the endpoint's own: 422.
    #[error("invalid: {0:?}")]
    Unprocessable(Map<String, Value>),
    /// What was remembered of the school's credentials is out of date; never reaches a client.
    #[error("remembered credentials are out of date")]
    Stale,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::School(error.into())
    }
}

impl FromStore for ApiError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::School(error) => error.store_error(),
            _ => None,
        }
    }
}

impl ApiError {
    /// One field with one problem: 422.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::School(school::Error::invalid(field, message))
    }

    /// The record does not exist: 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::School(school::Error::NotFound)
    }

    /// The same error with what is wrong with fields that could not be read, of which it knows nothing. A refusal names
    /// all fields at once; that something was not found is left for when the request can be read.
    pub(crate) fn with_unreadable(self, unreadable: Vec<Problem>) -> Self {
        use school::Error as School;
        let mut problems = unreadable;
        match self {
            Self::School(School::Store(error)) => return error.into(),
            Self::School(error) => {
                let more = error.problems().into_iter();
                let more = more.filter(|(field, _)| problems.iter().all(|(known, _)| known != field));
                let more: Vec<Problem> = more.collect();
                problems.extend(more);
            }
            Self::MissingParameter(_) | Self::Unprocessable(_) => {}
            other => return other,
        }
        Self::School(School::Invalid(problems))
    }

    fn parts(&self) -> (StatusCode, Value) {
        match self {
            Self::Unauthenticated | Self::Stale => (StatusCode::UNAUTHORIZED, one("Authentication Error")),
            Self::AppsNotOnPlan => {
                (StatusCode::FORBIDDEN, one("Access to Apps is not available on your plan. Upgrade to gain access"))
            }
            Self::Suspended => (StatusCode::FORBIDDEN, one("This school is suspended. Ask whoever runs its server.")),
            Self::InsufficientScope(Need::Scope(Scope::WriteSiteScripts)) => {
                (StatusCode::FORBIDDEN, one("Access token has insufficient scope."))
            }
            Self::InsufficientScope(_) => (
                StatusCode::FORBIDDEN,
                one("App does not have permission to perform this action. Please check the access token permissions"),
            ),
            Self::MissingParameter(name) => missing_parameter(name),
            Self::BadRequest(why) => (StatusCode::BAD_REQUEST, one(why)),
            Self::NoEndpoint(what, reference) => {
                (StatusCode::NOT_FOUND, json!({ "error": format!("There is no endpoint {what}. See {reference}.") }))
            }
            Self::MethodNotAllowed(why) => (StatusCode::METHOD_NOT_ALLOWED, one(why)),
            Self::TooLarge(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                json!({ "error": format!("The request body is too large (maximum is {most} bytes).") }),
            ),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, one("The request body did not arrive in time.")),
            Self::RateLimited { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, json!({ "message": "API rate limit exceeded" }))
            }
            Self::Unprocessable(errors) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": errors })),
            Self::School(error) => school_parts(error),
        }
    }
}

/// What stands in an answer of one sentence.
fn one(text: &str) -> Value {
    json!({ "error": text })
}

fn missing_parameter(name: &str) -> (StatusCode, Value) {
    (StatusCode::BAD_REQUEST, one(&format!("Parameter {name} is required.")))
}

/// The status and the body of what the school refuses.
fn school_parts(error: &school::Error) -> (StatusCode, Value) {
    use school::Error as School;
    match error {
        School::NotNamed(name) => missing_parameter(name),
        School::NotFound | School::NoSuch(_) => (StatusCode::NOT_FOUND, one("Record not found.")),
        School::NotFoundNamed(problems) => (StatusCode::NOT_FOUND, json!({ "error": listed(problems) })),
        School::NotFoundLines(lines) => (StatusCode::NOT_FOUND, json!({ "error": lines })),
        School::NotFoundObjects(problems) => (StatusCode::NOT_FOUND, json!({ "error": objects(problems) })),
        School::Invalid(problems) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": listed(problems) })),
        School::InvalidLines(problems) => {
            let lines: Vec<&String> = problems.iter().map(|(_, line)| line).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": lines }))
        }
        School::InvalidTexts(problems) => {
            let texts: Map<String, Value> =
                problems.iter().map(|(field, text)| (field.to_string(), json!(text))).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": texts }))
        }
        School::InvalidObjects(problems) => {
            (StatusCode::UNPROCESSABLE_ENTITY, json!([{ "errors": objects(problems) }]))
        }
        School::Store(StoreError::Unavailable(_) | StoreError::Closed) => (
            StatusCode::SERVICE_UNAVAILABLE,
            one("The school's data cannot be reached at the moment. Please try again."),
        ),
        School::Store(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            one("Something went wrong here. The request id in the X-Request-Id header names it in our logs."),
        ),
    }
}

fn objects(problems: &[school::error::Problem]) -> Vec<Value> {
    problems.iter().map(|(field, text)| json!({ field.as_ref(): text })).collect()
}

fn listed(problems: &[school::error::Problem]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (field, text) in problems {
        if let Value::Array(texts) = fields.entry(field.as_ref()).or_insert_with(|| json!([])) {
            texts.push(json!(text));
        }
    }
    fields
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::School(school::Error::Store(error)) = &self {
            // The one place where the server's own trouble is logged.
            tracing::error!(error = %error, "a request failed");
        }
        let (status, body) = self.parts();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            Body::from(body.to_string()),
        )
            .into_response();
        match self {
            // RFC 6750, section 3: how to be let in, and what is lacking.
            Self::Unauthenticated => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::InsufficientScope(Need::Scope(scope)) => {
                let lacking = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.name());
                if let Ok(lacking) = HeaderValue::try_from(lacking) {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, lacking);
                }
            }
            Self::RateLimited { retry_after } => {
                response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
            }
            Self::School(school::Error::Store(StoreError::Unavailable(_) | StoreError::Closed)) => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
