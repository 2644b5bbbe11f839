//! How an app says who it is: HTTP Basic, in the body, or in both (RFC 6749, section 2.3.1).

use crate::parameters::Parameters;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use identity::oauth::OAuthRefusal;
use identity::oauth::clients::ClientCredentials;
use percent_encoding::percent_decode_str;
use web::authentication::credentials_of;

/// The credentials of a request; none when it has none. An empty secret is none: public clients send one. The same
/// credentials in both places are the same; different ones are nobody's.
///
/// # Errors
/// [`OAuthRefusal::InvalidClient`] when the header cannot be read, or says something else than the body;
/// [`OAuthRefusal::InvalidRequest`] when there is a secret and nothing that says whose.
pub(super) fn read_credentials(
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Option<ClientCredentials>, OAuthRefusal> {
    let owned = |name: &str| parameters.get(name).map(str::to_owned);
    let (client_id, secret) = (owned("client_id"), owned("client_secret"));
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return match client_id {
            Some(client_id) => Ok(Some(ClientCredentials { client_id, secret })),
            None if secret.is_none() => Ok(None),
            None => Err(OAuthRefusal::InvalidRequest("client_id is missing.")),
        };
    };
    let basic = header.to_str().ok().and_then(read_basic);
    let basic = basic.ok_or(OAuthRefusal::InvalidClient("The Authorization header is not HTTP Basic."))?;
    let differs = |in_body: &Option<String>, in_header: Option<&str>| {
        in_body.as_deref().zip(in_header).is_some_and(|(in_body, in_header)| in_body != in_header)
    };
    if differs(&client_id, Some(&basic.client_id)) || differs(&secret, basic.secret.as_deref()) {
        return Err(OAuthRefusal::InvalidClient("The header and the body name different credentials."));
    }
    Ok(Some(ClientCredentials { secret: basic.secret.or(secret), ..basic }))
}

/// Base64 as programs write it: with and without the signs at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads `Basic base64(id:secret)`. Both parts may be encoded as in a form, as the RFC says, or as they are, as most
/// clients send them: ours have no characters that would differ.
fn read_basic(header: &str) -> Option<ClientCredentials> {
    let encoded = credentials_of(header, "basic")?;
    let text = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| {
        let spaced = part.replace('+', " ");
        // What cannot be decoded was not encoded.
        percent_decode_str(&spaced).decode_utf8().map_or_else(|_| part.to_owned(), |decoded| decoded.into_owned())
    };
    let (client_id, secret) = (plain(id), plain(secret));
    Some(ClientCredentials { client_id, secret: Some(secret).filter(|secret| !secret.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_read_raw_and_encoded_and_with_an_empty_secret() {
        let basic = |text: &str| read_basic(&format!("Basic {}", BASE64.encode(text)));
        let both = basic("abc:def").expect("both");
        assert_eq!((both.client_id.as_str(), both.secret.as_deref()), ("abc", Some("def")));
        assert!(basic("%61bc:%64ef") == Some(both));
        assert_eq!(basic("abc:").expect("an id").secret, None);
        assert!(basic("abc").is_none());
        assert!(basic("a%20b:c+d") == basic("a+b:c%20d"));
        assert_eq!(basic("abc:50%").expect("both").secret.as_deref(), Some("50%"), "which nobody encodes so");
        assert!(
            read_basic("Bearer abc").is_none() && read_basic("Basic ???").is_none() && read_basic("Basic").is_none()
        );
    }
}
