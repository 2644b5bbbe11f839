//! What a page says when it cannot be shown.

use crate::layout;
use crate::return_to::{to_second_factor, to_sign_in};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use school::error::Problem;
use web::hash_queue::HashQueueFull;
use web::{FromStore, HashError, StoreError};

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The host is no school's: 404.
    #[error("no school has this host")]
    NoSchool,
    /// The school is suspended: 503.
    #[error("the school is suspended")]
    Suspended,
    /// The school has no such page: 404.
    #[error("no such page")]
    NoPage,
    /// There is something here, but no page to be opened: 405.
    #[error("no page to be opened")]
    NotOpened,
    /// They must sign in first, and then go on to this place: 303.
    #[error("not signed in")]
    SignIn(String),
    /// They must set up a second factor first, and then go on to this place: 303.
    #[error("no second factor")]
    SetUpSecondFactor(String),
    /// They may not: 403.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// A form that the visitor cannot be said to have sent from here: 403.
    #[error("a form from elsewhere")]
    Forged,
    /// A form that cannot be read: 400.
    #[error("bad form: {0}")]
    Malformed(&'static str),
    /// A form that is too long: 413.
    #[error("the form is too large")]
    TooLarge,
    /// An operation refused. A handler that expects this shows why beside the fields ([`PageError::problems`]); what is
    /// left is told on a page of its own (422), or is a page that the school does not have (404).
    #[error(transparent)]
    Refused(school::Error),
    /// Too many tries; seconds until it is worth trying again: 429.
    #[error("too many tries")]
    TooMany(u64),
    /// The server's own trouble: 500 or 503.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<school::Error> for PageError {
    fn from(error: school::Error) -> Self {
        match error {
            school::Error::Store(error) => Self::Store(error),
            refused => Self::Refused(refused),
        }
    }
}

impl From<HashError> for PageError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::QueueFull(HashQueueFull(seconds)) => Self::TooMany(seconds),
            HashError::Failed(error) => Self::Store(error),
        }
    }
}

impl PageError {
    /// What is wrong with what was sent, to be shown beside its fields.
    ///
    /// # Errors
    /// Itself, when it is about something else.
    pub fn problems(self) -> Result<Vec<Problem>, Self> {
        match self {
            Self::Refused(school::Error::Invalid(problems)) => Ok(problems),
            other => Err(other),
        }
    }
}

impl FromStore for PageError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl PageError {
    /// When it is worth trying again, in seconds.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Store(StoreError::Unavailable(_) | StoreError::Closed) => Some(1),
            _ => None,
        }
    }

    /// What is said of it: the status, a title and a sentence.
    fn message(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NoSchool => (
                StatusCode::NOT_FOUND,
                "There is no school here",
                "No school has this address. Please check how it is spelled.".to_owned(),
            ),
            Self::Suspended => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This school is closed for now",
                "It was suspended by whoever runs its server. Nothing is lost; please come back later.".to_owned(),
            ),
            Self::Refused(school::Error::Invalid(problems)) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "This could not be done",
                problems.into_iter().map(|(_, text)| text + ".").collect::<Vec<_>>().join(" "),
            ),
            // Somebody who must sign in, or set up a second factor, is sent there instead.
            Self::NoPage | Self::SignIn(_) | Self::SetUpSecondFactor(_) | Self::Refused(_) => (
                StatusCode::NOT_FOUND,
                "There is no such page",
                "It may have moved, or the link was not complete.".to_owned(),
            ),
            Self::NotOpened => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This page cannot be opened by itself",
                "It belongs to a form of another page. Nothing was changed.".to_owned(),
            ),
            Self::NotAllowed(why) => (StatusCode::FORBIDDEN, "You may not do this", why.to_owned()),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "This form is out of date",
                "It was opened before you signed in or out, or it was not sent from this page. Nothing was changed. \
                 Please go back, load the page anew and try again; cookies must be allowed."
                    .to_owned(),
            ),
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, "This form cannot be read", why.to_owned()),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "This form is too long", "Nothing was changed.".to_owned())
            }
            Self::TooMany(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                format!("To keep accounts safe, please wait {} and try again.", duration_in_words(seconds)),
            ),
            Self::Store(error) => of_store(&error),
        }
    }
}

/// What is said of the server's own trouble. The one place where that of a page is logged.
fn of_store(error: &StoreError) -> (StatusCode, &'static str, String) {
    tracing::error!(%error, "a page failed");
    let status = match error {
        StoreError::Unavailable(_) | StoreError::Closed => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, "Something went wrong here", "It is not your fault. Please try again in a moment.".to_owned())
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match &self {
            Self::SignIn(here) => return to_sign_in(here),
            Self::SetUpSecondFactor(here) => return to_second_factor(here),
            _ => {}
        }
        let retry = self.retry_after();
        let (status, title, text) = self.message();
        let mut response = layout::message_page(status, title, &text);
        // Whoever knows the school shows it as a page of the school: see [`crate::error_page`].
        response.extensions_mut().insert(Message { status, title, text });
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What an error says, on its way out.
#[derive(Debug, Clone)]
pub struct Message {
    /// The status of the answer.
    pub status: StatusCode,
    /// The heading.
    pub title: &'static str,
    /// A sentence below it.
    pub text: String,
}

impl Message {
    /// What a response says that was made of an error.
    #[must_use]
    pub fn of(response: &Response) -> Option<&Self> {
        response.extensions().get()
    }
}

/// A time in words: `40 seconds`, `12 minutes`.
pub fn duration_in_words(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        more => format!("{} minutes", more.div_ceil(60)),
    }
}
