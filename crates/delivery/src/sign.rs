//! Signatures, by which a receiver knows that a request comes from the school.
//!
//! Each request carries two. One in the form that existing receivers verify: the hexadecimal HMAC-SHA256 of the body.
//! And one after Standard Webhooks (standardwebhooks.com), which also covers the time of the attempt and the event's
//! id, so that an old request cannot be sent again by somebody who overheard it.
//!
//! While a key is changed, the second holds the signatures of both, with a space between, so that receivers that have
//! either verify. The first holds one: the new key's.
//!
//! Both have the same key: the bytes of the school's API key, or of an app's client secret. Libraries for Standard
//! Webhooks ask for a secret that begins with `whsec_`; [`standard_secret`] gives it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::Arc;
use store::secrets::hex;

/// The key that requests are signed with; and the one before it, while that counts.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    /// The key.
    pub current: Arc<str>,
    /// The one before, and until when it counts, in milliseconds since 1970.
    pub previous: Option<(Arc<str>, i64)>,
}

impl SigningKeys {
    /// The keys that count at a moment, the newest first.
    pub fn at(&self, moment: i64) -> impl Iterator<Item = &str> {
        let previous = self.previous.as_ref().filter(|(_, until)| moment < *until).map(|(key, _)| key);
        std::iter::once(&self.current).chain(previous).map(|key| &**key)
    }
}

impl From<&str> for SigningKeys {
    fn from(key: &str) -> Self {
        Self { current: key.into(), previous: None }
    }
}

/// What the requests of a webhook are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    /// The school's API key: the webhook was made with it.
    School,
    /// The client secret of the app with this id, which made the webhook.
    App(store::AppId),
}

impl Signer {
    /// Who signs for a webhook.
    pub(crate) fn of(webhook: &store::webhooks::WebhookRow) -> Self {
        webhook.app_id.map_or(Self::School, Self::App)
    }
}

fn mac(key: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The lower-case hexadecimal HMAC-SHA256 of a body.
#[must_use]
pub fn body(key: &str, body: &[u8]) -> String {
    hex(&mac(key, &[body]))
}

/// The signature of Standard Webhooks over `{id}.{timestamp}.{body}`, with its version: `v1,…`.
#[must_use]
pub fn standard(key: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = mac(key, &[id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(signed))
}

/// The secret that a library for Standard Webhooks is given: `whsec_` and the key's bytes in base64. The library
/// decodes it, so that the key of its HMAC is the API key itself.
#[must_use]
pub fn standard_secret(key: &str) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "9eda19c55435829ef301b1979c96f96a";
    const BODY: &[u8] = br#"{"id":"01HXAAXSZ80KZ0QS58T75YMD8J","payload":{"first_name":"J\u00f6rg"}}"#;

    #[test]
    fn a_key_from_before_counts_until_its_exact_moment() {
        let keys = SigningKeys { current: "new".into(), previous: Some(("old".into(), 1_000)) };
        assert_eq!(keys.at(999).collect::<Vec<_>>(), ["new", "old"]);
        assert_eq!(keys.at(1_000).collect::<Vec<_>>(), ["new"]);
    }

    /// printf '%s' 'ThinkificIsAwesome!' | openssl dgst -sha256 -hmac secret_key
    #[test]
    fn the_known_vector() {
        let signature = body("secret_key", b"ThinkificIsAwesome!");
        assert_eq!(signature, "69d5baaea25489e80c530bd44624b78e2b98512b2ed40dcb7e69a52b5f4c397a");
    }

    /// printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$KEY"
    #[test]
    fn a_body() {
        assert_eq!(body(KEY, BODY), "c6d15587bbc8e9fcd408c3c438e78d4aaa6e06daa83dc37c2d96439860726912");
    }

    /// printf '%s' "01HXAAXSZ80KZ0QS58T75YMD8J.1735689600.$BODY" | openssl dgst -sha256 -hmac "$KEY" -binary | base64
    #[test]
    fn standard_webhooks() {
        let signature = standard(KEY, "01HXAAXSZ80KZ0QS58T75YMD8J", 1_735_689_600, BODY);
        assert_eq!(signature, "v1,C6lKTW9nX6nGDFFYAv/GPA3x//jF7zMQxM/bvuwKXG0=");
    }

    /// printf '%s' "$KEY" | base64
    #[test]
    fn the_secret_for_libraries_is_the_key_itself() {
        assert_eq!(standard_secret(KEY), "whsec_OWVkYTE5YzU1NDM1ODI5ZWYzMDFiMTk3OWM5NmY5NmE=");
    }
}
