//! What a request comes from, for a handler.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use identity::sessions::Device;
use std::convert::Infallible;
use web::{App, device};

/// The device that a request comes from, as far as it is known.
pub struct RequestDevice(pub Device);

impl FromRequestParts<App> for RequestDevice {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(device::of(parts, app)))
    }
}
