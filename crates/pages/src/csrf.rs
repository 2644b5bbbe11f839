//! What shows that a form was sent from one of our pages: a token that is bound to a secret of the visitor's browser,
//! and that the browser says nothing of another origin (OWASP, Cross-Site Request Forgery Prevention).

use axum::http::HeaderMap;
use web::{ServerKey, hex};

/// A token for a form of whoever has this secret. It is another one on every page, so that nobody learns it from how
/// well pages compress that hold words of theirs beside it (BREACH, 2013).
pub(crate) fn token(key: &ServerKey, secret: &str) -> String {
    salted(key, &hex(&rand::random::<[u8; 8]>()), secret)
}

/// Whether a form with this token is of whoever has this secret.
pub(crate) fn is_token_of(key: &ServerKey, token: &str, secret: &str) -> bool {
    let Some((salt, _)) = token.split_once('.') else { return false };
    let expected = salted(key, salt, secret);
    // Hashes are compared, not tokens: how long the comparison takes says nothing about the token.
    key.fingerprint(token) == key.fingerprint(&expected)
}

fn salted(key: &ServerKey, salt: &str, secret: &str) -> String {
    format!("{salt}.{}", key.fingerprint(&format!("csrf:{salt}:{secret}")))
}

/// Whether the browser says nothing against a form's coming from this very host. A sibling (another school) is not it.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, host: &str, scheme: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text("origin").is_none_or(|origin| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}")));
    site && origin
}

#[cfg(test)]
mod tests {
    use super::is_same_origin;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_from_another_origin_is_told_apart() {
        for (pairs, same) in [
            (&[][..], true),
            (&[("origin", "https://demo.school.example")], true),
            (&[("origin", "https://demo.school.example"), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://other.school.example")], false),
            (&[("origin", "http://demo.school.example")], false),
            (&[("origin", "https://demo.school.example:444")], false),
            (&[("origin", "https://demo.school.example.evil.example")], false),
            (&[("origin", "null")], false),
        ] {
            assert_eq!(is_same_origin(&headers(pairs), "demo.school.example", "https"), same, "{pairs:?}");
        }
    }
}
