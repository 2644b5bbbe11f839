//! The way back to an app: with what it asked for, or why it does not get it.

use crate::authorization_request::{ResponseMode, ResponseTarget};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, html};
use pages::assets;
use web::form::encode;

/// Sends somebody's browser back to the app: 302, or 303 after a form. A blank in the parameters is a `+`: clients know
/// the cancelled install by `error=access+denied`.
pub(super) fn redirect_to_app(
    target: &ResponseTarget,
    issuer: &str,
    pairs: &[(&str, &str)],
    after_a_form: bool,
) -> Response {
    // The state comes back as it was; and who answers, so that an app that knows several is not led astray (RFC 9207).
    let state = target.state.as_deref().map(|state| ("state", state));
    let all: Vec<(&str, &str)> = pairs.iter().copied().chain(state).chain([("iss", issuer)]).collect();
    let uri = &target.redirect_uri;
    let address = match target.mode {
        ResponseMode::FormPost => return form_page(uri, &all),
        ResponseMode::Query => format!("{uri}{}{}", if uri.contains('?') { '&' } else { '?' }, encode(all)),
        ResponseMode::Fragment => format!("{uri}#{}", encode(all)),
    };
    let Ok(address) = HeaderValue::try_from(address) else { return StatusCode::BAD_REQUEST.into_response() };
    let status = if after_a_form { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
    let mut response = (status, [(header::LOCATION, address)]).into_response();
    forbid_storing(&mut response);
    response
}

fn forbid_storing(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// The page whose form goes to the app by itself (OAuth 2.0 Form Post Response Mode), or with a click where scripts do
/// not run.
fn form_page(uri: &str, pairs: &[(&str, &str)]) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Back to the app" }
                link rel="stylesheet" href=(*assets::STYLE);
                script src=(*assets::SUBMIT) defer {}
            }
            body {
                main #main {
                    h1 { "Back to the app" }
                    form method="post" action=(uri) {
                        @for (name, value) in pairs { input type="hidden" name=(name) value=(value); }
                        button type="submit" { "Continue" }
                    }
                }
            }
        }
    };
    let mut response = page.into_string().into_response();
    forbid_storing(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    response
}
