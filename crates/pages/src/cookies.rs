//! The cookies: the session's, that of a visitor who has none, that of somebody who is signing in, and that by which a
//! device is known.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

/// How long a browser keeps the cookie of a session that outlives it. The school decides how long it is worth
/// something, and never longer than this.
const KEPT: Duration = Duration::days(90);
/// The same of the cookie by which a device is known: as long as browsers keep one (RFC 6265bis, section 5.5).
const DEVICE_KEPT: Duration = Duration::days(400);
/// Secrets are 256 random bits in hexadecimal.
const SECRET: usize = 64;

/// Whose cookie it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    /// Somebody's who is signed in.
    Session,
    /// Somebody's who is not: forms are bound to it.
    Visitor,
    /// Somebody's who has shown the first of two factors.
    SignIn,
    /// That somebody has signed in with this browser before; it opens nothing.
    Device,
}

impl CookieName {
    /// Over https the name says that no other host can have set it (RFC 6265bis, section 4.1.3.2). Browsers take
    /// such names over https alone, which development does not have.
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-scholae_session",
            (Self::Session, false) => "scholae_session",
            (Self::Visitor, true) => "__Host-scholae_visitor",
            (Self::Visitor, false) => "scholae_visitor",
            (Self::SignIn, true) => "__Host-scholae_sign_in",
            (Self::SignIn, false) => "scholae_sign_in",
            (Self::Device, true) => "__Host-scholae_device",
            (Self::Device, false) => "scholae_device",
        }
    }

    /// The secret that the browser sends, if it looks like one of ours.
    pub fn read(self, headers: &HeaderMap, https: bool) -> Option<String> {
        let name = self.name(https);
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        texts
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .find(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
            .filter(|secret| secret.len() == SECRET && secret.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// Gives the browser a secret to keep: for weeks, or until it is closed.
    pub fn set(self, secret: &str, https: bool, remembered: bool) -> HeaderValue {
        let cookie = self.cookie(secret, https);
        let kept = if self == Self::Device { DEVICE_KEPT } else { KEPT };
        self.header(if remembered { cookie.max_age(kept) } else { cookie }.build())
    }

    /// Takes the secret away from the browser.
    pub fn clear(self, https: bool) -> HeaderValue {
        self.header(self.cookie("", https).max_age(Duration::ZERO).build())
    }

    fn cookie<'c>(self, secret: &'c str, https: bool) -> cookie::CookieBuilder<'c> {
        // Lax: an app's link to the school, or its way back from here, finds the visitor signed in.
        Cookie::build((self.name(https), secret)).path("/").http_only(true).secure(https).same_site(SameSite::Lax)
    }

    fn header(self, cookie: Cookie<'_>) -> HeaderValue {
        HeaderValue::try_from(cookie.to_string())
            .unwrap_or_else(|_| unreachable!("names and secrets are of plain characters"))
    }
}
