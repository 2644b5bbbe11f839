//! Single sign-on by the school's own signed tokens: `GET /api/sso/v2/sso/jwt`.
//!
//! `return_to` leads to a place of the school and nowhere else. `error_url` may be on another host, where the school's
//! own system explains what went wrong, but only beside a token of the school's that is fresh and was not used: otherwise anybody could
//! send anybody anywhere with the school's name in front (RFC 9700, section 4.11).

use crate::first_step::first_step_done;
use axum::http::StatusCode;
use axum::response::Response;
use identity::sso::{self, SignedIn, SsoError};
use maud::html;
use pages::device::RequestDevice;
use pages::layout::Page;
use pages::return_to::{local_path, see_other};
use pages::{PageResult, QueryFields, Visitor};
use url::Url;

/// `GET /api/sso/v2/sso/jwt`
pub(super) async fn sign_in(
    visitor: Visitor,
    RequestDevice(device): RequestDevice,
    QueryFields(query): QueryFields,
) -> PageResult {
    let return_to = place_of_school(query.get("return_to"), &visitor);
    let (key, token) = (visitor.key(), query.get("jwt").to_owned());
    let before = visitor.session_secret().map(str::to_owned);
    let (place, after) = (return_to.as_deref().unwrap_or("/"), return_to.clone().unwrap_or_default());
    let signed = visitor
        .write_as_anyone(move |tx, site| sso::sign_in(tx, &key, site, &token, &device, before.as_deref(), &after));
    match signed.await? {
        Ok(SignedIn::Began(step)) => Ok(first_step_done(&visitor, &step, place)),
        Ok(SignedIn::Already) => Ok(see_other(place)),
        Err(refused) => Ok(not_signed_in(&visitor, refused, query.get("error_url"), return_to)),
    }
}

/// Leads to where the failure is explained, or explains it.
fn not_signed_in(visitor: &Visitor, refused: SsoError, error_url: &str, return_to: Option<String>) -> Response {
    let with_reason = |mut url: Url| {
        url.query_pairs_mut().append_pair("kind", "sso").append_pair("message", &refused.to_string());
        url
    };
    if let Some(place) = place_of_school(error_url, visitor) {
        let here = Url::parse(&visitor.site_url()).and_then(|site| site.join(&place));
        if let Some(place) = here.ok().map(with_reason).and_then(|url| path_of(&url)) {
            return see_other(&place);
        }
    }
    let foreign = Url::parse(error_url).ok().filter(|url| is_plain(error_url) && is_web(url));
    if let Some(url) = foreign.filter(|_| refused.is_of_a_valid_token()) {
        return see_other(with_reason(url).as_str());
    }
    if let Some(place) = return_to {
        return see_other(&place);
    }
    let body = html! {
        p { "The system that led you here could not sign you in: " (refused) }
        p { "Please go back there and try again, or " a href="/users/sign_in" { "sign in here" } "." }
    };
    Page::new("You were not signed in", body).status(StatusCode::FORBIDDEN).show(visitor)
}

/// The place of this school that a path or a whole address names, if it does.
fn place_of_school(text: &str, visitor: &Visitor) -> Option<String> {
    if let Some(place) = local_path(text) {
        return Some(place.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| is_plain(text) && is_web(url))?;
    if !url.host_str()?.eq_ignore_ascii_case(&visitor.domain()) {
        return None;
    }
    path_of(&url)
}

/// Whether it is an address of the web that names nobody who signs in there.
fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// Whether nothing in it is read differently by different programs.
fn is_plain(text: &str) -> bool {
    text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn path_of(url: &Url) -> Option<String> {
    local_path(&url[url::Position::BeforePath..]).map(str::to_owned)
}
