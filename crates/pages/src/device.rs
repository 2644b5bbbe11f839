//! What a request comes from, for a handler.

use crate::cookies::CookieName;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use identity::sessions::Device;
use std::convert::Infallible;
use web::{App, device, hex};

/// The device that a request comes from, as far as it is known.
pub struct RequestDevice(pub Device);

impl FromRequestParts<App> for RequestDevice {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(of(parts, app)))
    }
}

/// The device that a request comes from, with by what it is known once somebody has signed in with it.
pub(crate) fn of(parts: &Parts, app: &App) -> Device {
    let known = CookieName::Device.read(&parts.headers, app.is_https());
    Device { secret: known.unwrap_or_else(|| hex(&rand::random::<[u8; 32]>())), ..device::of(parts, app) }
}
