//! The varying parts of a path, parsed into ids before the database is asked.

use crate::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

/// The ids in the path, in order. A part that is no id names nothing: 404, like an id that nobody has.
#[derive(Debug, Clone, Copy)]
pub struct Ids<const N: usize>(pub [i64; N]);

/// The one id in the path.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub i64);

/// The varying parts of the path as text.
#[derive(Debug, Clone)]
pub struct PathTexts(pub Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for PathTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let texts: Vec<String> = params.iter().map(|(_, text)| text.to_owned()).collect();
        if texts.iter().any(|text| text.contains('\0')) { Err(ApiError::not_found()) } else { Ok(Self(texts)) }
    }
}

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Ids<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let PathTexts(texts) = PathTexts::from_request_parts(parts, state).await?;
        let ids: Option<Vec<i64>> = texts.iter().map(|text| text.parse().ok()).collect();
        let ids = ids.and_then(|ids| <[i64; N]>::try_from(ids).ok()).ok_or_else(ApiError::not_found)?;
        Ok(Self(ids))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ids([id]) = Ids::from_request_parts(parts, state).await?;
        Ok(Self(id))
    }
}
