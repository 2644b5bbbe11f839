//! How an app says who it is: HTTP Basic, or in the body (RFC 6749, section 2.3.1).

use crate::answer::Sent;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::oauth::Refusal;
use identity::oauth::clients::Offered;
use percent_encoding::percent_decode_str;

/// What a request offers; none when it offers nothing. An empty secret is none: public clients send one.
///
/// # Errors
/// [`Refusal::InvalidClient`] when it cannot be read, [`Refusal::InvalidRequest`] when both ways are used at once.
pub(super) fn offered(headers: &HeaderMap, sent: &Sent) -> Result<Option<Offered>, Refusal> {
    let basic = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let in_body = (sent.get("client_id"), sent.get("client_secret"));
    let Some(basic) = basic else {
        return Ok(match in_body {
            (Some(id), secret) => Some(Offered { client_id: id.to_owned(), secret: secret.map(str::to_owned) }),
            (None, None) => None,
            (None, Some(_)) => return Err(Refusal::InvalidRequest("client_id is missing.")),
        });
    };
    let offered = read(basic).ok_or(Refusal::InvalidClient("The Authorization header is not HTTP Basic."))?;
    if in_body.1.is_some() || in_body.0.is_some_and(|id| id != offered.client_id) {
        return Err(Refusal::InvalidRequest("Say who you are in the header or in the body, not in both."));
    }
    Ok(Some(offered))
}

/// Reads `Basic base64(id:secret)`. Both parts may be percent-encoded, as the RFC says, or as they are, as most clients
/// send them: ours have no characters that would differ.
fn read(header: &str) -> Option<Offered> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode_str(part).decode_utf8().ok().map(|part| part.into_owned());
    let (client_id, secret) = (plain(id)?, plain(secret)?);
    Some(Offered { client_id, secret: Some(secret).filter(|secret| !secret.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_read_raw_and_encoded_and_with_an_empty_secret() {
        let basic = |text: &str| read(&format!("Basic {}", STANDARD.encode(text)));
        let both = basic("abc:def").expect("both");
        assert_eq!((both.client_id.as_str(), both.secret.as_deref()), ("abc", Some("def")));
        assert!(basic("%61bc:%64ef") == Some(both));
        assert_eq!(basic("abc:").expect("an id").secret, None);
        assert!(basic("abc").is_none());
        assert!(read("Bearer abc").is_none() && read("Basic ???").is_none() && read("Basic").is_none());
    }
}
