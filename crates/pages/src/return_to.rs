//! Where somebody goes on after signing in: a place of the same school, never another host.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use web::form::encode;

/// Longest place, in bytes: an app's request for authorization fits.
const LONGEST: usize = 4096;

/// The place, if it is one of this host: a path with a query. Anything that a browser might read as another host
/// (`//host`, `/\host`, a tab in between) is none.
#[must_use]
pub fn local_path(place: &str) -> Option<&str> {
    let plain = place.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (plain && place.len() <= LONGEST && place.starts_with('/') && !place.starts_with("//")).then_some(place)
}

/// Leads a browser to a place; it asks for it with GET.
#[must_use]
pub fn see_other(place: &str) -> Response {
    let Ok(place) = HeaderValue::try_from(place) else { return see_other("/") };
    (StatusCode::SEE_OTHER, [(header::LOCATION, place), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))])
        .into_response()
}

/// Leads somebody to where they can sign in, and back to `return_to` afterwards.
#[must_use]
pub fn to_sign_in(return_to: &str) -> Response {
    see_other(&with_return("/users/sign_in", return_to))
}

/// Leads somebody to where they set up the second factor that their school asks for, and on to `return_to` afterwards.
#[must_use]
pub fn to_second_factor(return_to: &str) -> Response {
    see_other(&with_return("/account/second_factor", return_to))
}

/// A path with the place to go on to, where that is not simply the first page.
pub fn with_return(path: &str, return_to: &str) -> String {
    if return_to.is_empty() || return_to == "/" {
        return path.to_owned();
    }
    format!("{path}?{}", encode([("return_to", return_to)]))
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_places_of_this_host_are_gone_to() {
        for place in ["/", "/account", "/oauth2/authorize?a=b&c=http://x", "/a//b", "/@x", "/.//x", "/%2f%2fx"] {
            assert_eq!(local_path(place), Some(place), "{place}");
        }
        for place in [
            "",
            "account",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            " /account",
            "https://evil.example",
            "http:evil.example",
            "HTTPS:/evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "@evil.example",
            ".evil.example",
            "/a\u{2028}b",
            "/\u{7f}",
            "/caf\u{e9}",
        ] {
            assert_eq!(local_path(place), None, "{place:?}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(5000))), None, "too long");
    }
}
