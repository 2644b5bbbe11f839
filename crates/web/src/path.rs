//! The varying parts of a path, parsed into ids before the database is asked.

use crate::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use school::text::ControlCharacter;
use std::str::FromStr;

/// The one id in the path. A part that is no id names nothing: 404, like an id that nobody has.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

/// The two ids in the path, in order.
#[derive(Debug, Clone, Copy)]
pub struct Ids<T>(pub T);

/// The varying parts of the path as text.
#[derive(Debug, Clone)]
pub struct PathTexts(pub Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for PathTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let texts = params.iter().map(|(_, text)| Ok(school::text::checked(text)?.into_owned()));
        // What nothing can be called is the name of nothing.
        texts.collect::<Result<_, ControlCharacter>>().map(Self).map_err(|_| ApiError::not_found())
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::not_found())
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let PathTexts(texts) = PathTexts::from_request_parts(parts, state).await?;
        let [id] = texts.as_slice() else { return Err(ApiError::not_found()) };
        Ok(Self(parse(id)?))
    }
}

impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for Ids<(A, B)> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let PathTexts(texts) = PathTexts::from_request_parts(parts, state).await?;
        let [first, second] = texts.as_slice() else { return Err(ApiError::not_found()) };
        Ok(Self((parse(first)?, parse(second)?)))
    }
}
