//! How an app says who it is: HTTP Basic, or in the body (RFC 6749, section 2.3.1).

use crate::parameters::Parameters;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::oauth::OAuthRefusal;
use identity::oauth::clients::ClientCredentials;
use percent_encoding::percent_decode_str;

/// The credentials of a request; none when it has none. An empty secret is none: public clients send one.
///
/// # Errors
/// [`OAuthRefusal::InvalidClient`] when it cannot be read, [`OAuthRefusal::InvalidRequest`] when both ways are used at once.
pub(super) fn read_credentials(
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Option<ClientCredentials>, OAuthRefusal> {
    let basic = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let in_body = (parameters.get("client_id"), parameters.get("client_secret"));
    let Some(basic) = basic else {
        return Ok(match in_body {
            (Some(id), secret) => {
                Some(ClientCredentials { client_id: id.to_owned(), secret: secret.map(str::to_owned) })
            }
            (None, None) => None,
            (None, Some(_)) => return Err(OAuthRefusal::InvalidRequest("client_id is missing.")),
        });
    };
    let credentials =
        read_basic(basic).ok_or(OAuthRefusal::InvalidClient("The Authorization header is not HTTP Basic."))?;
    if in_body.1.is_some() || in_body.0.is_some_and(|id| id != credentials.client_id) {
        return Err(OAuthRefusal::InvalidRequest("Say who you are in the header or in the body, not in both."));
    }
    Ok(Some(credentials))
}

/// Reads `Basic base64(id:secret)`. Both parts may be percent-encoded, as the RFC says, or as they are, as most clients
/// send them: ours have no characters that would differ.
fn read_basic(header: &str) -> Option<ClientCredentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode_str(part).decode_utf8().ok().map(|part| part.into_owned());
    let (client_id, secret) = (plain(id)?, plain(secret)?);
    Some(ClientCredentials { client_id, secret: Some(secret).filter(|secret| !secret.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_read_raw_and_encoded_and_with_an_empty_secret() {
        let basic = |text: &str| read_basic(&format!("Basic {}", STANDARD.encode(text)));
        let both = basic("abc:def").expect("both");
        assert_eq!((both.client_id.as_str(), both.secret.as_deref()), ("abc", Some("def")));
        assert!(basic("%61bc:%64ef") == Some(both));
        assert_eq!(basic("abc:").expect("an id").secret, None);
        assert!(basic("abc").is_none());
        assert!(
            read_basic("Bearer abc").is_none() && read_basic("Basic ???").is_none() && read_basic("Basic").is_none()
        );
    }
}
