//! OAuth 2.0 and OpenID Connect: what a person lets an app do, and what the app is given for it.
//!
//! A grant (`store::grants`) begins when a person agrees and a code is sent to the app ([`authorize`]); it has tokens
//! once the code is redeemed ([`tokens`]); whatever ends it, ends all of them. Written against RFC 6749, 7009, 7636,
//! 7662, 9207 and 9700 and OpenID Connect Core 1.0.

pub mod authorize;
pub mod clients;
pub mod id_token;
pub mod keys;
mod refresh_tokens;
pub mod tokens;

use school::error::Error;
use store::{FromStore, StoreError};

/// Why an app does not get what it asks for: the codes of RFC 6749, sections 4.1.2.1 and 5.2, with words for a person
/// that say what to do. Nothing in them is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OAuthRefusal {
    /// Something is missing, comes twice or makes no sense.
    InvalidRequest(&'static str),
    /// The app is unknown, or its secret is wrong.
    InvalidClient(&'static str),
    /// The code or token is unknown, expired, used or another app's.
    InvalidGrant(&'static str),
    /// The app may not do this at this school.
    UnauthorizedClient(&'static str),
    /// There is no such grant type.
    UnsupportedGrantType,
}

impl OAuthRefusal {
    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }

    /// The words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::InvalidRequest(words)
            | Self::InvalidClient(words)
            | Self::InvalidGrant(words)
            | Self::UnauthorizedClient(words) => words,
            Self::UnsupportedGrantType => "grant_type must be authorization_code or refresh_token",
        }
    }
}

/// What an operation here gives, when nothing fails: what was asked for, or why not. A refusal is no failure: it may
/// have ended something, and that must be kept.
pub type Answer<T> = Result<Result<T, OAuthRefusal>, Failure>;

/// The school or the store failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Failure(#[from] pub Error);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl FromStore for Failure {
    fn store_error(&self) -> Option<&StoreError> {
        self.0.store_error()
    }
}
